/* SPDX-License-Identifier: ISC */
/* Data as text between two lines that name it, RFC 7468. */
#ifndef KC_CLI_PEM_H
#define KC_CLI_PEM_H

#include "base/buf.h"

/* what: "CERTIFICATE", "PUBLIC KEY". Failure is the buffer's. */
void kc_pem_push(struct kc_buf *out, const char *what, struct kc_bytes data);

#endif
