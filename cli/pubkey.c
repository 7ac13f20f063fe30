/* SPDX-License-Identifier: ISC */
/* SubjectPublicKeyInfo is taken apart by the strict reader; SSH's form is strings with their
 * lengths. */
#include "cli/pubkey.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/der.h"
#include "cli/base64.h"
#include "cli/pem.h"

void kc_pubkey_push_pem(struct kc_bytes spki, struct kc_buf *out)
{
	kc_pem_push(out, "PUBLIC KEY", spki);
}

/* RFC 4251 section 5: a length in four bytes, then the bytes. */
static void push_string(struct kc_buf *out, struct kc_bytes text)
{
	uint32_t len = htonl((uint32_t)text.len);

	kc_buf_push(out, &len, sizeof len);
	kc_buf_push(out, text.data, text.len);
}

/* RSAPublicKey (RFC 8017 A.1.1). A DER INTEGER's contents are what SSH calls an mpint. */
static kc_err push_rsa(struct kc_bytes key, const char *curve, struct kc_buf *blob)
{
	struct kc_der_reader r, seq;
	struct kc_bytes modulus, exponent;

	(void)curve;
	kc_der_reader_init(&r, key);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	modulus = kc_der_get(&seq, KC_DER_INTEGER);
	exponent = kc_der_get(&seq, KC_DER_INTEGER);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	push_string(blob, exponent);
	push_string(blob, modulus);
	return KC_OK;
}

static kc_err push_ec(struct kc_bytes key, const char *curve, struct kc_buf *blob)
{
	push_string(blob, kc_bytes_str(curve));
	push_string(blob, key);
	return KC_OK;
}

static kc_err push_ed25519(struct kc_bytes key, const char *curve, struct kc_buf *blob)
{
	(void)curve;
	push_string(blob, key);
	return KC_OK;
}

#define OID(bytes)                                          \
	{                                                   \
		(const uint8_t *)(bytes), sizeof(bytes) - 1 \
	}
#define OID_RSA OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01") /* 1.2.840.113549.1.1.1 */
#define OID_EC OID("\x2a\x86\x48\xce\x3d\x02\x01")	    /* 1.2.840.10045.2.1 */
#define OID_ED25519 OID("\x2b\x65\x70")			    /* 1.3.101.112 */
#define OID_P256 OID("\x2a\x86\x48\xce\x3d\x03\x01\x07")
#define OID_P384 OID("\x2b\x81\x04\x00\x22")
#define OID_P521 OID("\x2b\x81\x04\x00\x23")
#define NO_OID          \
	{               \
		NULL, 0 \
	}

static const struct kind {
	struct kc_bytes algorithm, parameters; /* object identifiers */
	const char *name, *curve;	       /* as OpenSSH calls them */
	kc_err (*push)(struct kc_bytes key, const char *curve, struct kc_buf *blob);
} kinds[] = {
	{OID_RSA, NO_OID, "ssh-rsa", NULL, push_rsa},
	{OID_EC, OID_P256, "ecdsa-sha2-nistp256", "nistp256", push_ec},
	{OID_EC, OID_P384, "ecdsa-sha2-nistp384", "nistp384", push_ec},
	{OID_EC, OID_P521, "ecdsa-sha2-nistp521", "nistp521", push_ec},
	{OID_ED25519, NO_OID, "ssh-ed25519", NULL, push_ed25519},
};

/* SubjectPublicKeyInfo, RFC 5280 4.1. */
static kc_err parse(struct kc_bytes spki, const struct kind **ret_kind, struct kc_bytes *ret_key)
{
	struct kc_der_reader r, seq, alg;
	struct kc_bytes algorithm, parameters = {0}, bits;

	kc_der_reader_init(&r, spki);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kc_der_enter(&seq, KC_DER_SEQUENCE, &alg);
	algorithm = kc_der_get(&alg, KC_DER_OID);
	if (kc_der_peek(&alg) == KC_DER_OID)
		parameters = kc_der_get(&alg, KC_DER_OID);
	else if (kc_der_peek(&alg) == KC_DER_NULL)
		kc_der_get_null(&alg);
	kc_der_leave(&seq, &alg);
	bits = kc_der_get(&seq, KC_DER_BIT_STRING);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	if (bits.len == 0 || bits.data[0] != 0)
		return KC_ERR(DECODE);
	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++) {
		if (!kc_bytes_equal(kinds[i].algorithm, algorithm) ||
			!kc_bytes_equal(kinds[i].parameters, parameters))
			continue;
		*ret_kind = &kinds[i];
		*ret_key = kc_bytes(bits.data + 1, bits.len - 1);
		return KC_OK;
	}
	return KC_ERR(KEY_TYPE);
}

kc_err kc_pubkey_push_ssh(struct kc_bytes spki, struct kc_bytes comment, struct kc_buf *out)
{
	KC_CLEANUP_BUF struct kc_buf blob = KC_BUF_INIT;
	const struct kind *kind = NULL;
	struct kc_bytes key;

	KC_TRY(parse(spki, &kind, &key));
	push_string(&blob, kc_bytes_str(kind->name));
	KC_TRY(kind->push(key, kind->curve, &blob));
	KC_TRY(kc_buf_check(&blob));
	kc_buf_printf(out, "%s ", kind->name);
	kc_base64_push(out, kc_buf_bytes(&blob));
	if (comment.len)
		kc_buf_push_byte(out, ' ');
	for (size_t i = 0; i < comment.len; i++) /* a line break would begin another key */
		kc_buf_push_byte(out, comment.data[i] < ' ' ? ' ' : comment.data[i]);
	return kc_buf_check(out);
}

void kc_pubkey_push_uri(
	bool is_synced, struct kc_bytes label, struct kc_bytes id, struct kc_buf *out)
{
	static const char bare[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-._~"; /* unreserved, RFC 3986 */

	kc_buf_printf(out, "pkcs11:token=%s;%s=", is_synced ? "Keycircle%20Sync" : "Keycircle",
		label.len ? "object" : "id");
	for (size_t i = 0; label.len == 0 && i < id.len; i++)
		kc_buf_printf(out, "%%%02X", id.data[i]);
	for (size_t i = 0; i < label.len; i++)
		if (label.data[i] && strchr(bare, label.data[i]))
			kc_buf_push_byte(out, label.data[i]);
		else
			kc_buf_printf(out, "%%%02X", label.data[i]);
}
