/* SPDX-License-Identifier: ISC */
/* All attributes of an item, for people and as JSON. */
#ifndef KC_CLI_ATTRIBUTES_H
#define KC_CLI_ATTRIBUTES_H

#include <jansson.h>

#include "base/query.h"
#include "cli/look.h"

/* Lines of "acct: "ana"", "port: 443", "klbl: 0x0a0b…", the class first, a secret last. */
void kc_attributes_push(
	struct kc_buf *out, const struct kc_found *item, const struct kc_look *look);
/* An object: texts are strings, dates RFC 3339, data {"base64":"…"}. Neither class nor secret. */
json_t *kc_attributes_json(const struct kc_attrs *attrs);

#endif
