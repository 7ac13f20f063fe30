/* SPDX-License-Identifier: ISC */
/* What `security` says of a certificate, given in DER. */
#ifndef KC_CLI_SECURITY_CERTIFICATE_H
#define KC_CLI_SECURITY_CERTIFICATE_H

#include "base/buf.h"
#include "base/mechanism.h"

/* Its hash in capital hexadecimal digits. */
KC_MUST kc_err kc_sec_certificate_push_hash(
	struct kc_buf *out, enum kc_hash hash, struct kc_bytes der);
/* Whether that is its SHA-1, in digits of any case. */
bool kc_sec_certificate_has_hash(struct kc_bytes der, const char *wanted);
/* What its subject calls it: the label may be anybody's. Without a subject, the label. */
void kc_sec_certificate_push_name(struct kc_buf *out, struct kc_bytes der, struct kc_bytes label);
/* What is wrong with it by its dates, in the words of the tool; NULL when nothing is. */
const char *kc_sec_certificate_fault(struct kc_bytes der);
/* Whether it has the address; NULL: any. Those are written to out, a line each, unless it is NULL.
 */
bool kc_sec_certificate_find_addresses(struct kc_bytes der, const char *wanted, struct kc_buf *out);

#endif
