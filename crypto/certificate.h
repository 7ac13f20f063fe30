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

/* The two names of a certificate. */
enum kc_certificate_name { KC_CERTIFICATE_SUBJECT, KC_CERTIFICATE_ISSUER };

/* Appends what to call whom it names (SecCertificateCopySubjectSummary), in UTF-8; nothing when the
 * name has no text. */
KC_MUST kc_err kc_certificate_summary(const struct kc_certificate *certificate,
	enum kc_certificate_name which, struct kc_buf *ret);

/* Appends a Name in DER, as it stands there. */
KC_MUST kc_err kc_certificate_name_der(const struct kc_certificate *certificate,
	enum kc_certificate_name which, struct kc_buf *ret);
/* Appends it normalised: the contents of Name with each PrintableString in upper case, its blanks
 * trimmed and joined (SecCertificateCopyNormalizedIssuerContent). Errors: DECODE. */
KC_MUST kc_err kc_certificate_name_normal(const struct kc_certificate *certificate,
	enum kc_certificate_name which, struct kc_buf *ret);
/* The same of any Name in DER. */
KC_MUST kc_err kc_certificate_normalise(struct kc_bytes name, struct kc_buf *ret);

/* 1 to 3. */
unsigned kc_certificate_version(const struct kc_certificate *certificate);

/* Appends the contents of the serial number's INTEGER. */
KC_MUST kc_err kc_certificate_serial(const struct kc_certificate *certificate, struct kc_buf *ret);

/* From when until when, both included, in seconds since 2001-01-01T00:00:00Z. Errors: DECODE. */
KC_MUST kc_err kc_certificate_validity(
	const struct kc_certificate *certificate, double *ret_from, double *ret_to);

/* Texts that a certificate may have several of. */
enum kc_certificate_text {
	KC_CERTIFICATE_COMMON_NAMES,
	KC_CERTIFICATE_SUBJECT_TEXTS, /* everything in the subject */
	KC_CERTIFICATE_EMAILS,	      /* of subjectAltName, then of the subject */
	KC_CERTIFICATE_DNS_NAMES,     /* of subjectAltName */
};

/* Calls take with each text in UTF-8, in the order of the certificate, until one says that it has
 * seen enough. */
typedef bool kc_certificate_take(void *context, struct kc_bytes text);
void kc_certificate_texts(const struct kc_certificate *certificate, enum kc_certificate_text which,
	kc_certificate_take *take, void *context);

#endif
