/* SPDX-License-Identifier: ISC */
/* Items and values as `security` prints them, for scripts that cut them up again. */
#ifndef KC_CLI_SECURITY_DUMP_H
#define KC_CLI_SECURITY_DUMP_H

#include "base/query.h"

/* keychain: "…", version, class, and every attribute on a line of its own. */
void kc_sec_dump_item(struct kc_buf *out, const struct kc_found *item, struct kc_bytes keychain);
/* "text", or 0x746578C3A9  "tex\303\251": the text only when there is any to read. */
void kc_sec_dump_value(struct kc_buf *out, struct kc_bytes value);
/* As it is; in hexadecimal digits when a byte cannot be printed. */
void kc_sec_dump_bare(struct kc_buf *out, struct kc_bytes value);
void kc_sec_dump_hex(struct kc_buf *out, struct kc_bytes value, bool capitals);

#endif
