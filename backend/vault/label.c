/* SPDX-License-Identifier: ISC */
/* The labels' texts. */
#include "backend/vault/label.h"

struct kc_bytes kc_label_bytes(enum kc_label label)
{
	static const char *const texts[KC_LABEL_COUNT] = {
#define KC_LABEL(name, text) [KC_LABEL_##name] = text,
#include "backend/vault/labels.def"
#undef KC_LABEL
	};
	return kc_bytes_str(texts[label]);
}
