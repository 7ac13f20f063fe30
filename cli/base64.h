/* SPDX-License-Identifier: ISC */
/* Base 64, RFC 4648 section 4, with padding. */
#ifndef KC_CLI_BASE64_H
#define KC_CLI_BASE64_H

#include "base/buf.h"

void kc_base64_push(struct kc_buf *out, struct kc_bytes data);

#endif
