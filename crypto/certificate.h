/* SPDX-License-Identifier: ISC */
/*
 * X.509 certificates (RFC 5280) in memory: what one says, part by part. Nothing is verified here.
 *
 * A certificate is immutable and may be used from several threads at once.
 */
#ifndef KC_CRYPTO_CERTIFICATE_H
#define KC_CRYPTO_CERTIFICATE_H

#include "crypto/pk.h"

struct kc_certificate;

/* der is one whole certificate, and is copied. Errors: DECODE. */
KC_MUST kc_err kc_certificate_load(struct kc_bytes der, struct kc_certificate **ret);
void kc_certificate_free(struct kc_certificate *certificate); /* NULL is fine */
#define KC_CLEANUP_CERTIFICATE KC_CLEANUP(kc_certificate_free_cleanup)
static inline void kc_certificate_free_cleanup(struct kc_certificate **certificate)
{
	kc_certificate_free(*certificate);
}

/* The subject's public key. Errors: those of kc_pk_load_spki, for a key of a type or in a form that
 * is not ours. */
KC_MUST kc_err kc_certificate_key(const struct kc_certificate *certificate, struct kc_pk **ret);

/* SHA-1 of the public key's bits: "pkhh". */
KC_MUST kc_err kc_certificate_key_label(
	const struct kc_certificate *certificate, uint8_t ret[static 20]);

/* Appends what to call it (SecCertificateCopySubjectSummary), in UTF-8; nothing when its subject
 * has no text. */
KC_MUST kc_err kc_certificate_summary(const struct kc_certificate *certificate, struct kc_buf *ret);

#endif
