/* SPDX-License-Identifier: ISC */
/*
 * Keys as PKCS#11's attributes and as the bytes that travel: SubjectPublicKeyInfo (RFC 5280
 * 4.1.2.7, RFC 3279, 5480, 8410) for public keys, PKCS#8 (RFC 5208) for private ones.
 *
 * Numbers are unsigned, most significant byte first, without leading zeros.
 */
#ifndef KC_MODULE_FORM_KEYFORM_H
#define KC_MODULE_FORM_KEYFORM_H

#include "base/buf.h"
#include "base/mechanism.h"
#include "module/form/rv.h"

/* A curve that keys can be on. */
struct kc_curve {
	enum kc_key_type type;
	unsigned bits;
	size_t point_len, scalar_len; /* bytes */
	struct kc_bytes params;	      /* CKA_EC_PARAMS: the DER of its object identifier */
	const char *name;	      /* what CKA_EC_PARAMS may say instead, a PrintableString */
};
/* CKR_CURVE_NOT_SUPPORTED for a curve that no key here is on, CKR_DOMAIN_PARAMS_INVALID for what is
 * no DER. */
CK_RV kc_keyform_find_curve(struct kc_bytes params, const struct kc_curve **ret);
const struct kc_curve *kc_keyform_curve(enum kc_key_type type, unsigned bits); /* NULL: none */

/* A public key's parts; views into the bytes that it was parsed from. */
struct kc_public_key {
	enum kc_key_type type;
	const struct kc_curve *curve;	   /* NULL for RSA */
	struct kc_bytes point;		   /* as in the bit string, without a DER header */
	struct kc_bytes modulus, exponent; /* RSA */
	struct kc_bytes encoded; /* the contents of the bit string: what klbl is the SHA-1 of */
};
KC_MUST kc_err kc_keyform_parse_spki(struct kc_bytes spki, struct kc_public_key *ret);
/* Size of the key, and of a signature by it. */
unsigned kc_keyform_bits(const struct kc_public_key *key);

/* These append to ret. PARAM, TOO_LARGE, NO_MEMORY. */
KC_MUST kc_err kc_keyform_build_spki_curve(
	const struct kc_curve *curve, struct kc_bytes point, struct kc_buf *ret);
KC_MUST kc_err kc_keyform_build_spki_rsa(
	struct kc_bytes modulus, struct kc_bytes exponent, struct kc_buf *ret);
/* CKA_EC_POINT: a DER OCTET STRING around the point. */
KC_MUST kc_err kc_keyform_build_point(struct kc_bytes point, struct kc_buf *ret);
/* The same back; the bare point is taken too. CKR_ATTRIBUTE_VALUE_INVALID when it is no point of
 * the curve's size. */
CK_RV kc_keyform_get_point(
	struct kc_bytes value, const struct kc_curve *curve, struct kc_bytes *ret);

/* A private key's numbers in the order of RSAPrivateKey, RFC 8017 A.1.2. */
enum {
	KC_RSA_N,
	KC_RSA_E,
	KC_RSA_D,
	KC_RSA_P,
	KC_RSA_Q,
	KC_RSA_DP,
	KC_RSA_DQ,
	KC_RSA_QI,
	KC_RSA_PARTS
};
/* The attribute of each. */
extern const CK_ATTRIBUTE_TYPE kc_keyform_rsa_types[KC_RSA_PARTS];
KC_MUST kc_err kc_keyform_build_pkcs8_rsa(
	const struct kc_bytes parts[static KC_RSA_PARTS], struct kc_buf *ret);
/* A short scalar is padded. */
KC_MUST kc_err kc_keyform_build_pkcs8_curve(
	const struct kc_curve *curve, struct kc_bytes scalar, struct kc_buf *ret);
/* The parts of a private key in PKCS#8 of either kind. DECODE. */
KC_MUST kc_err kc_keyform_parse_rsa(
	struct kc_bytes pkcs8, struct kc_bytes ret_parts[static KC_RSA_PARTS]);
KC_MUST kc_err kc_keyform_parse_scalar(
	struct kc_bytes pkcs8, const struct kc_curve *curve, struct kc_bytes *ret);

#endif
