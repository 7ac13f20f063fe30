/* SPDX-License-Identifier: ISC */
/* The public half of a key in the forms that other programs take, made from its
 * SubjectPublicKeyInfo. */
#ifndef KC_CLI_PUBKEY_H
#define KC_CLI_PUBKEY_H

#include "base/buf.h"

/* "-----BEGIN PUBLIC KEY-----" …, RFC 7468 section 13. Failure is the buffer's. */
void kc_pubkey_push_pem(struct kc_bytes spki, struct kc_buf *out);
/* One line of authorized_keys without its newline: "ssh-ed25519 AAAA… comment"; RFC 4253 6.6, RFC
 * 5656 3.1, RFC 8709 4. Errors: DECODE, KEY_TYPE (OpenSSH has no such keys). */
KC_MUST kc_err kc_pubkey_push_ssh(
	struct kc_bytes spki, struct kc_bytes comment, struct kc_buf *out);
/* pkcs11:token=Keycircle;object=work, RFC 7512; id=%01%02 where there is no label. */
void kc_pubkey_push_uri(
	bool is_synced, struct kc_bytes label, struct kc_bytes id, struct kc_buf *out);

#endif
