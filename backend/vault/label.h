/* SPDX-License-Identifier: ISC */
/* The labels of labels.def by name. */
#ifndef KC_VAULT_LABEL_H
#define KC_VAULT_LABEL_H

#include "base/mem.h"

enum kc_label {
#define KC_LABEL(name, text) KC_LABEL_##name,
#include "backend/vault/labels.def"
#undef KC_LABEL
	KC_LABEL_COUNT
};

struct kc_bytes kc_label_bytes(enum kc_label label);

#endif
