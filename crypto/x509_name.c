/* SPDX-License-Identifier: ISC */
/* Names. */
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "crypto/x509_impl.h"
#include "base/der.h"

#define PRINTABLE_STRING 0x13

/* --- normalising --------------------------------------------------------------------------------
 */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static void push_normal(struct kc_buf *out, struct kc_bytes text)
{
	bool gap = false;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];

		if (is_blank(c)) {
			gap = out->len > 0;
			continue;
		}
		if (gap)
			kc_buf_push_byte(out, ' ');
		gap = false;
		kc_buf_push_byte(out, c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c);
	}
}

static void put_value(struct kc_der_reader *fields, struct kc_der_writer *w)
{
	KC_CLEANUP_BUF struct kc_buf normal = KC_BUF_INIT;

	if (kc_der_peek(fields) != PRINTABLE_STRING) {
		kc_der_put_raw(w, kc_der_get_raw(fields));
		return;
	}
	push_normal(&normal, kc_der_get(fields, PRINTABLE_STRING));
	kc_der_put(w, PRINTABLE_STRING, kc_buf_bytes(&normal));
}

/* AttributeTypeAndValue ::= SEQUENCE { type OID, value ANY } */
static void put_attribute(struct kc_der_reader *set, struct kc_der_writer *w)
{
	struct kc_der_reader fields;

	kc_der_enter(set, KC_DER_SEQUENCE, &fields);
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put(w, KC_DER_OID, kc_der_get(&fields, KC_DER_OID));
	put_value(&fields, w);
	kc_der_end(w);
	kc_der_leave(set, &fields);
}

kc_err kc_x509_name_normalise(struct kc_bytes name, struct kc_buf *ret)
{
	struct kc_der_reader r, rdns, set;
	size_t before = ret->len;
	struct kc_der_writer w;
	kc_err err;

	kc_der_reader_init(&r, name);
	kc_der_writer_init(&w, ret);
	kc_der_enter(&r, KC_DER_SEQUENCE, &rdns);
	while (kc_der_more(&rdns)) {
		kc_der_enter(&rdns, KC_DER_SET, &set);
		kc_der_begin(&w, KC_DER_SET);
		while (kc_der_more(&set))
			put_attribute(&set, &w);
		kc_der_end(&w);
		kc_der_leave(&rdns, &set);
	}
	kc_der_leave(&r, &rdns);
	err = kc_der_reader_finish(&r);
	if (err == KC_OK)
		err = kc_der_writer_check(&w);
	if (err != KC_OK)
		kc_buf_truncate(ret, before);
	return err;
}

/* --- the summary --------------------------------------------------------------------------------
 */

static void push_text(struct kc_buf *out, const ASN1_STRING *string)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, string);

	if (len > 0)
		kc_buf_push(out, utf8, (size_t)len);
	OPENSSL_free(utf8);
	kc_crypto_forget_errors();
}

static const ASN1_STRING *entry_text(const X509_NAME *name, int at)
{
	return X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
}

/* The values of one attribute, last one first, with commas between. */
static void push_all(struct kc_buf *out, const X509_NAME *name, int nid)
{
	for (int at = X509_NAME_entry_count(name) - 1; at >= 0; at--) {
		if (OBJ_obj2nid(X509_NAME_ENTRY_get_object(X509_NAME_get_entry(name, at))) != nid)
			continue;
		if (out->len)
			kc_buf_push_str(out, ", ");
		push_text(out, entry_text(name, at));
	}
}

static void push_first(struct kc_buf *out, const X509_NAME *name, int nid)
{
	int at = X509_NAME_get_index_by_NID(name, nid, -1);

	if (at >= 0)
		push_text(out, entry_text(name, at));
}

static void push_common_name(struct kc_buf *out, const X509_NAME *name, X509 *certificate)
{
	KC_CLEANUP_BUF struct kc_buf description = KC_BUF_INIT;

	(void)certificate;
	push_all(out, name, NID_commonName);
	push_first(&description, name, NID_description);
	if (out->len && description.len) {
		kc_buf_push_str(out, " (");
		kc_buf_push(out, description.data, description.len);
		kc_buf_push_str(out, ")");
	}
}

static void names_free_cleanup(GENERAL_NAMES **names)
{
	GENERAL_NAMES_free(*names);
}

/* The first name of a kind in the extension subjectAltName. */
static void push_alternative(struct kc_buf *out, X509 *certificate, int kind)
{
	KC_CLEANUP(names_free_cleanup)
	GENERAL_NAMES *names = NULL;

	if (certificate)
		names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && out->len == 0; i++) {
		int found;
		const ASN1_STRING *text =
			GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &found);

		if (found == kind)
			push_text(out, text);
	}
	kc_crypto_forget_errors();
}

static void push_email(struct kc_buf *out, const X509_NAME *name, X509 *certificate)
{
	push_alternative(out, certificate, GEN_EMAIL);
	if (out->len == 0)
		push_first(out, name, NID_pkcs9_emailAddress);
}

static void push_dns(struct kc_buf *out, const X509_NAME *name, X509 *certificate)
{
	(void)name;
	push_alternative(out, certificate, GEN_DNS);
}

static void push_unit(struct kc_buf *out, const X509_NAME *name, X509 *certificate)
{
	(void)certificate;
	push_first(out, name, NID_organizationalUnitName);
}

static void push_organisation(struct kc_buf *out, const X509_NAME *name, X509 *certificate)
{
	(void)certificate;
	push_first(out, name, NID_organizationName);
}

static void push_anything(struct kc_buf *out, const X509_NAME *name, X509 *certificate)
{
	(void)certificate;
	for (int at = 0; at < X509_NAME_entry_count(name) && out->len == 0; at++)
		push_text(out, entry_text(name, at));
}

kc_err kc_x509_name_summary(const X509_NAME *name, X509 *certificate, struct kc_buf *ret)
{
	static void (*const sources[])(struct kc_buf *, const X509_NAME *, X509 *) = {
		push_common_name,
		push_email,
		push_dns,
		push_unit,
		push_organisation,
		push_anything,
	};
	KC_CLEANUP_BUF struct kc_buf summary = KC_BUF_INIT;

	for (size_t i = 0; i < KC_COUNT_OF(sources) && summary.len == 0; i++)
		sources[i](&summary, name, certificate);
	KC_TRY(kc_buf_check(&summary));
	kc_buf_push(ret, summary.data, summary.len);
	return kc_buf_check(ret);
}
