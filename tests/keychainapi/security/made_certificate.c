/* SPDX-License-Identifier: ISC */
/* OpenSSL's side of certificates. */
#include "tests/keychainapi/security/made_certificate.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "tests/check.h"

#define DAY 86400L
#define MOST_TEXT 1024

static int string_kind(char letter)
{
	return letter == 'p'   ? V_ASN1_PRINTABLESTRING
	       : letter == 'i' ? V_ASN1_IA5STRING
	       : letter == 't' ? V_ASN1_T61STRING
	       : letter == 'b' ? V_ASN1_BMPSTRING
			       : V_ASN1_UTF8STRING;
}

/* BMPString is given as UTF-16, most significant byte first. */
static void add_wide(X509_NAME *name, const char *field, const char *value)
{
	unsigned char wide[MOST_TEXT];
	size_t len = strlen(value);

	CHECK_FATAL(2 * len <= sizeof wide);
	for (size_t i = 0; i < len; i++) {
		wide[2 * i] = 0;
		wide[2 * i + 1] = (unsigned char)value[i];
	}
	CHECK_FATAL(X509_NAME_add_entry_by_txt(
			    name, field, V_ASN1_BMPSTRING, wide, (int)(2 * len), -1, 0) == 1);
}

static void add_part(X509_NAME *name, char *part)
{
	int kind = string_kind(part[1] == ':' ? part[0] : 'u');
	char *field = part[1] == ':' ? part + 2 : part;
	char *value = strchr(field, '=');

	CHECK_FATAL(value != NULL);
	*value++ = '\0';
	if (kind == V_ASN1_BMPSTRING)
		add_wide(name, field, value);
	else
		CHECK_FATAL(X509_NAME_add_entry_by_txt(name, field, kind,
				    (const unsigned char *)value, -1, -1, 0) == 1);
}

static void set_subject(X509 *x509, const char *subject)
{
	char text[MOST_TEXT], *at = text, *rest = NULL, *part;

	CHECK_FATAL(strlen(subject) < sizeof text);
	memcpy(text, subject, strlen(subject) + 1);
	while ((part = strtok_r(at, "/", &rest))) {
		at = NULL;
		add_part(X509_get_subject_name(x509), part);
	}
}

static void set_serial(X509 *x509, const char *serial)
{
	BIGNUM *number = NULL;

	CHECK_FATAL(BN_hex2bn(&number, serial ? serial : "01") > 0);
	CHECK_FATAL(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != NULL);
	BN_free(number);
}

static void add_extension(X509 *x509, const struct made *issuer, int nid, const char *words)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	if (!words)
		return;
	X509V3_set_ctx(&context, issuer ? issuer->x509 : x509, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, words);
	CHECK_FATAL(extension != NULL);
	CHECK_FATAL(X509_add_ext(x509, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static void sign(const struct made_spec *spec, struct made *made)
{
	EVP_PKEY *key = spec->issuer ? spec->issuer->key : made->key;
	bool hashes_itself = EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448");
	unsigned char *der = NULL;
	int len;

	CHECK_FATAL(X509_sign(made->x509, key, hashes_itself ? NULL : EVP_sha256()) > 0);
	len = i2d_X509(made->x509, &der);
	CHECK_FATAL(len > 0);
	kc_buf_push(&made->der, der, (size_t)len);
	OPENSSL_free(der);
	CHECK_OK_FATAL(kc_buf_check(&made->der));
}

static void fill(const struct made_spec *spec, struct made *made)
{
	X509 *x509 = made->x509;
	long from = spec->from_days ? spec->from_days : -1,
	     to = spec->to_days ? spec->to_days : 365;

	set_subject(x509, spec->subject);
	CHECK_FATAL(X509_set_issuer_name(x509,
			    X509_get_subject_name(spec->issuer ? spec->issuer->x509 : x509)) == 1);
	set_serial(x509, spec->serial);
	CHECK_FATAL(X509_set_version(x509, (spec->version ? spec->version : 3) - 1) == 1);
	CHECK_FATAL(X509_gmtime_adj(X509_getm_notBefore(x509), from * DAY) != NULL);
	CHECK_FATAL(X509_gmtime_adj(X509_getm_notAfter(x509), to * DAY) != NULL);
	CHECK_FATAL(X509_set_pubkey(x509, made->key) == 1);
	add_extension(x509, spec->issuer, NID_basic_constraints, spec->constraints);
	add_extension(x509, spec->issuer, NID_key_usage, spec->usage);
	add_extension(x509, spec->issuer, NID_ext_key_usage, spec->extended_usage);
	add_extension(x509, spec->issuer, NID_subject_alt_name, spec->alternative);
	add_extension(x509, spec->issuer, NID_subject_key_identifier, spec->subject_key_id);
}

void made_certificate(const struct made_spec *spec, struct made *ret)
{
	struct made made = {.der = KC_BUF_INIT};

	made.key = spec->key;
	if (!made.key)
		made.key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	else
		CHECK_FATAL(EVP_PKEY_up_ref(made.key) == 1);
	made.x509 = X509_new();
	CHECK_FATAL(made.key != NULL && made.x509 != NULL);
	fill(spec, &made);
	sign(spec, &made);
	*ret = made;
}

void made_certificate_done(struct made *made)
{
	X509_free(made->x509);
	EVP_PKEY_free(made->key);
	kc_buf_done(&made->der);
	*made = (struct made){.der = KC_BUF_INIT};
}
