/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a file to import. What is found must be usable: each key must survive its own stored
 * form, and each certificate say the same of itself twice. Seeds are tests/data/import, and the
 * contents of its PEM blocks.
 */
#include <stdlib.h>
#include <string.h>

#include "base/der.h"
#include "crypto/certificate_values.h"
#include "crypto/export.h"
#include "crypto/import.h"
#include "crypto/x509.h"
#include "tests/fuzz/fuzz.h"

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* What is written of it is read as the same. */
static void try_export(const struct kc_pk *key)
{
	KC_CLEANUP_IMPORT struct kc_import again = KC_IMPORT_INIT;
	KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT, pem = KC_BUF_INIT;
	uint8_t label[20], label_again[20];

	must(kc_export_pkcs8(key, &der) == KC_OK);
	must(kc_export_pem("PRIVATE KEY", kc_buf_bytes(&der), kc_bytes(NULL, 0), &pem) == KC_OK);
	must(kc_import_parse(kc_buf_bytes(&pem), kc_bytes(NULL, 0), &again) == KC_OK);
	must(again.count == 1 && again.rows[0].key && kc_pk_is_private(again.rows[0].key));
	must(kc_pk_label(key, label) == KC_OK &&
		kc_pk_label(again.rows[0].key, label_again) == KC_OK);
	must(memcmp(label, label_again, sizeof label) == 0);
}

static void try_key(const struct kc_pk *key)
{
	KC_CLEANUP_SECRET struct kc_secret private = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf public = KC_BUF_INIT, spki = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *again = NULL, *from_spki = NULL;
	uint8_t label[20], label_again[20];
	bool is_private = kc_pk_is_private(key);

	must(kc_pk_store_public(key, &public) == KC_OK);
	if (is_private)
		must(kc_pk_store_private(key, &private) == KC_OK);
	must(kc_pk_load(kc_pk_type(key), is_private,
		     is_private ? kc_secret_bytes(&private) : kc_buf_bytes(&public),
		     &again) == KC_OK);
	must(kc_pk_spki(key, &spki) == KC_OK);
	must(kc_pk_load_spki(kc_buf_bytes(&spki), &from_spki) == KC_OK);
	must(kc_pk_label(key, label) == KC_OK && kc_pk_label(again, label_again) == KC_OK);
	must(memcmp(label, label_again, sizeof label) == 0);
	must(kc_pk_bits(key) == kc_pk_bits(from_spki));
	if (is_private)
		try_export(key);
}

/* What is told is text where it says so, in sections that are opened and closed. */
struct told {
	unsigned depth, count;
};

static void take_value(void *context, const struct kc_certificate_value *value)
{
	struct told *told = context;

	told->count++;
	must(value->kind == KC_CERTIFICATE_END || (value->label && (told->depth || value->oid)));
	if (value->kind == KC_CERTIFICATE_SECTION)
		must(told->depth++ < 4);
	else if (value->kind == KC_CERTIFICATE_END)
		must(told->depth-- > 0);
	else if (value->kind == KC_CERTIFICATE_TEXT || value->kind == KC_CERTIFICATE_URL)
		must(kc_der_is_utf8(value->bytes));
}

static bool take_text(void *context, struct kc_bytes text)
{
	(void)context;
	must(kc_der_is_utf8(text));
	return false;
}

/* Part by part; a part may be unreadable, and is then an error. */
static void try_parts(const struct kc_certificate *certificate)
{
	static const enum kc_certificate_text texts[] = {KC_CERTIFICATE_COMMON_NAMES,
		KC_CERTIFICATE_SUBJECT_TEXTS, KC_CERTIFICATE_EMAILS, KC_CERTIFICATE_DNS_NAMES};
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *key = NULL;
	struct told told = {0};
	double from = 0, to = 0;

	kc_certificate_values(certificate, take_value, &told);
	must(told.depth == 0 && told.count > 0);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		kc_certificate_texts(certificate, texts[i], take_text, NULL);
	for (int which = KC_CERTIFICATE_SUBJECT; which <= KC_CERTIFICATE_ISSUER; which++) {
		enum kc_certificate_name name = (enum kc_certificate_name)which;
		must(kc_certificate_name_der(certificate, name, &out) == KC_OK);
		must(kc_certificate_name_normal(certificate, name, &out) != KC_E_BUG);
		kc_buf_reset(&out);
		must(kc_certificate_summary(certificate, name, &out) == KC_OK);
		must(kc_der_is_utf8(kc_buf_bytes(&out)));
		kc_buf_reset(&out);
	}
	must(kc_certificate_serial(certificate, &out) != KC_E_BUG);
	must(kc_certificate_validity(certificate, &from, &to) != KC_E_BUG);
	must(kc_certificate_key(certificate, &key) != KC_E_BUG);
}

static void try_certificate(struct kc_bytes der)
{
	KC_CLEANUP_CERTIFICATE struct kc_certificate *certificate = NULL;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT, again = KC_ATTRS_INIT;
	kc_err err = kc_x509_describe(der, &attrs);

	must(err == kc_x509_describe(der, &again));
	must(kc_attrs_equal(&attrs, &again));
	must(err == KC_OK || attrs.count == 0);
	if (kc_certificate_load(der, &certificate) == KC_OK)
		try_parts(certificate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	KC_CLEANUP_IMPORT struct kc_import found = KC_IMPORT_INIT;
	kc_err err = kc_import_parse(kc_bytes(data, len), kc_bytes_str("correct horse"), &found);

	must((err == KC_OK) == (found.count > 0));
	for (size_t i = 0; i < found.count; i++)
		if (found.rows[i].key)
			try_key(found.rows[i].key);
		else
			try_certificate(kc_buf_bytes(&found.rows[i].certificate));
	return 0;
}
