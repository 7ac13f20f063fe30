/* SPDX-License-Identifier: ISC */
/* The values, in the order of the certificate: its fields, then each extension by its identifier.
 */
#include "crypto/certificate_values.h"

#include <stdio.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "crypto/certificate_impl.h"

#define FIELD "2.16.840.1.113741.2.1.1.1."
#define SIGNATURE "2.16.840.1.113741.2.1.3.2."
#define MOST_OID 128
#define PLAIN_NUMBER_LEN 8 /* bytes; longer ones are shown in hexadecimal */
#define MOST_BITS 9	   /* of KeyUsage */

struct shower {
	kc_certificate_show *show;
	void *context;
};

/* --- single values --------------------------------------------------------------------------- */

static void show(struct shower *s, struct kc_certificate_value value)
{
	s->show(s->context, &value);
}

static void show_bytes(struct shower *s, enum kc_certificate_kind kind, const char *oid,
	const char *label, struct kc_bytes bytes)
{
	show(s, (struct kc_certificate_value){
			.kind = kind, .oid = oid, .label = label, .bytes = bytes});
}

static void show_text(struct shower *s, const char *oid, const char *label, const char *text)
{
	show_bytes(s, KC_CERTIFICATE_TEXT, oid, label, kc_bytes_str(text));
}

static void begin(struct shower *s, const char *oid, const char *label)
{
	show(s, (struct kc_certificate_value){
			.kind = KC_CERTIFICATE_SECTION, .oid = oid, .label = label});
}

static void end(struct shower *s)
{
	show(s, (struct kc_certificate_value){.kind = KC_CERTIFICATE_END});
}

static struct kc_bytes bytes_of(const ASN1_STRING *string)
{
	return kc_bytes(ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string));
}

/* Text of any of the string types; data when it is none. */
static void show_string(struct shower *s, enum kc_certificate_kind kind, const char *label,
	const ASN1_STRING *string)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, string);

	if (len >= 0)
		show_bytes(s, kind, NULL, label, kc_bytes(utf8, (size_t)len));
	else
		show_bytes(s, KC_CERTIFICATE_DATA, NULL, label, bytes_of(string));
	OPENSSL_free(utf8);
	kc_crypto_forget_errors();
}

static void oid_text(const ASN1_OBJECT *object, char text[static MOST_OID])
{
	text[0] = '\0';
	OBJ_obj2txt(text, MOST_OID, object, 1);
}

static void show_oid(struct shower *s, const char *label, const ASN1_OBJECT *object)
{
	char text[MOST_OID];

	oid_text(object, text);
	show_text(s, NULL, label, text);
}

/* --- fields ---------------------------------------------------------------------------------- */

static void show_version(struct shower *s, const X509 *x509)
{
	char text[24];

	snprintf(text, sizeof text, "%ld", X509_get_version(x509) + 1);
	show_text(s, FIELD "2", "Version", text);
}

/* The contents of the INTEGER: decimal when it is short, else hexadecimal. */
static void show_serial(struct shower *s, const struct kc_certificate *certificate)
{
	KC_CLEANUP_BUF struct kc_buf serial = KC_BUF_INIT, text = KC_BUF_INIT;
	int64_t number = 0;

	if (kc_certificate_serial(certificate, &serial) != KC_OK)
		return;
	if (serial.len <= PLAIN_NUMBER_LEN &&
		ASN1_INTEGER_get_int64(&number, X509_get0_serialNumber(certificate->x509)) == 1)
		kc_buf_printf(&text, "%lld", (long long)number);
	else
		for (size_t i = 0; i < serial.len; i++)
			kc_buf_printf(&text, "%s%02X", i ? " " : "", serial.data[i]);
	if (kc_buf_check(&text) == KC_OK)
		show_bytes(s, KC_CERTIFICATE_TEXT, FIELD "3", "Serial Number", kc_buf_bytes(&text));
}

static void show_name(struct shower *s, const char *oid, const char *label, const X509_NAME *name)
{
	begin(s, oid, label);
	for (int i = 0; i < X509_NAME_entry_count(name); i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
		char type[MOST_OID];

		oid_text(X509_NAME_ENTRY_get_object(entry), type);
		show_string(s, KC_CERTIFICATE_TEXT, type, X509_NAME_ENTRY_get_data(entry));
	}
	end(s);
}

static void show_validity(struct shower *s, const struct kc_certificate *certificate)
{
	double from, to;

	if (kc_certificate_validity(certificate, &from, &to) != KC_OK)
		return;
	show(s, (struct kc_certificate_value){.kind = KC_CERTIFICATE_DATE,
			.oid = FIELD "6",
			.label = "Not Valid Before",
			.date = from});
	show(s, (struct kc_certificate_value){.kind = KC_CERTIFICATE_DATE,
			.oid = FIELD "7",
			.label = "Not Valid After",
			.date = to});
}

static void show_key(struct shower *s, const X509 *x509)
{
	X509_PUBKEY *key = X509_get_X509_PUBKEY(x509);
	ASN1_OBJECT *algorithm = NULL;
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(x509);

	if (X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, key) == 1) {
		begin(s, FIELD "9", "Public Key Algorithm");
		show_oid(s, "Algorithm", algorithm);
		end(s);
	}
	if (bits)
		show_bytes(s, KC_CERTIFICATE_DATA, FIELD "10", "Public Key Data", bytes_of(bits));
}

static void show_signature(struct shower *s, const X509 *x509)
{
	const ASN1_BIT_STRING *signature = NULL;
	const X509_ALGOR *algorithm = NULL;
	const ASN1_OBJECT *object = NULL;

	X509_get0_signature(&signature, &algorithm, x509);
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	begin(s, SIGNATURE "1", "Signature Algorithm");
	show_oid(s, "Algorithm", object);
	end(s);
	show_bytes(s, KC_CERTIFICATE_DATA, SIGNATURE "2", "Signature", bytes_of(signature));
}

/* --- extensions ------------------------------------------------------------------------------ */

static void show_general_name(struct shower *s, const GENERAL_NAME *name)
{
	int kind;
	const void *value = GENERAL_NAME_get0_value(name, &kind);

	switch (kind) {
	case GEN_EMAIL:
		show_string(s, KC_CERTIFICATE_TEXT, "Email Address", value);
		break;
	case GEN_DNS:
		show_string(s, KC_CERTIFICATE_TEXT, "DNS Name", value);
		break;
	case GEN_URI:
		show_string(s, KC_CERTIFICATE_URL, "URI", value);
		break;
	case GEN_IPADD:
		show_bytes(s, KC_CERTIFICATE_DATA, NULL, "IP Address", bytes_of(value));
		break;
	case GEN_RID:
		show_oid(s, "Registered ID", value);
		break;
	case GEN_DIRNAME:
		show_name(s, NULL, "Directory Name", value);
		break;
	}
}

static bool show_general_names(struct shower *s, void *value)
{
	GENERAL_NAMES *names = value;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		show_general_name(s, sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
	return true;
}

static bool show_purposes(struct shower *s, void *value)
{
	EXTENDED_KEY_USAGE *purposes = value;

	for (int i = 0; i < sk_ASN1_OBJECT_num(purposes); i++)
		show_oid(s, "Purpose", sk_ASN1_OBJECT_value(purposes, i));
	EXTENDED_KEY_USAGE_free(purposes);
	return true;
}

static bool show_constraints(struct shower *s, void *value)
{
	BASIC_CONSTRAINTS *constraints = value;
	int64_t most;

	show_text(s, NULL, "Certificate Authority", constraints->ca ? "Yes" : "No");
	if (constraints->pathlen && ASN1_INTEGER_get_int64(&most, constraints->pathlen) == 1)
		show(s, (struct kc_certificate_value){.kind = KC_CERTIFICATE_NUMBER,
				.label = "Path Length Constraint",
				.number = most});
	BASIC_CONSTRAINTS_free(constraints);
	return true;
}

static bool show_key_id(struct shower *s, void *value)
{
	ASN1_OCTET_STRING *id = value;

	show_bytes(s, KC_CERTIFICATE_DATA, NULL, "Key ID", bytes_of(id));
	ASN1_OCTET_STRING_free(id);
	return true;
}

static bool show_issuer_key_id(struct shower *s, void *value)
{
	AUTHORITY_KEYID *id = value;

	if (id->keyid)
		show_bytes(s, KC_CERTIFICATE_DATA, NULL, "Key ID", bytes_of(id->keyid));
	AUTHORITY_KEYID_free(id);
	return true;
}

/* What is shown in parts; show frees what X509V3_EXT_d2i has made. */
static const struct {
	int nid;
	const char *label;
	bool (*show)(struct shower *s, void *value);
} known[] = {
	{NID_subject_alt_name, "Subject Alternative Name", show_general_names},
	{NID_issuer_alt_name, "Issuer Alternative Name", show_general_names},
	{NID_ext_key_usage, "Extended Key Usage", show_purposes},
	{NID_basic_constraints, "Basic Constraints", show_constraints},
	{NID_subject_key_identifier, "Subject Key Identifier", show_key_id},
	{NID_authority_key_identifier, "Authority Key Identifier", show_issuer_key_id},
};

static bool show_known(struct shower *s, X509_EXTENSION *extension)
{
	int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
	void *value;

	for (size_t i = 0; i < KC_COUNT_OF(known); i++) {
		if (known[i].nid != nid)
			continue;
		value = X509V3_EXT_d2i(extension);
		kc_crypto_forget_errors();
		return value && known[i].show(s, value);
	}
	return false;
}

static const char *label_of(const ASN1_OBJECT *object, const char *oid)
{
	int nid = OBJ_obj2nid(object);

	for (size_t i = 0; i < KC_COUNT_OF(known); i++)
		if (known[i].nid == nid)
			return known[i].label;
	return oid;
}

/* Bit 0 of the string is bit 0 of the number: kSecKeyUsageDigitalSignature is 1. */
static void show_usage(struct shower *s, const char *oid, X509_EXTENSION *extension)
{
	ASN1_BIT_STRING *bits = X509V3_EXT_d2i(extension);
	int64_t number = 0;

	kc_crypto_forget_errors();
	for (int i = 0; bits && i < MOST_BITS; i++)
		if (ASN1_BIT_STRING_get_bit(bits, i))
			number |= (int64_t)1 << i;
	if (bits)
		show(s, (struct kc_certificate_value){.kind = KC_CERTIFICATE_NUMBER,
				.oid = oid,
				.label = "Key Usage",
				.number = number});
	ASN1_BIT_STRING_free(bits);
}

static void show_extension(struct shower *s, X509_EXTENSION *extension)
{
	const ASN1_OBJECT *object = X509_EXTENSION_get_object(extension);
	char oid[MOST_OID];

	oid_text(object, oid);
	if (OBJ_obj2nid(object) == NID_key_usage) {
		show_usage(s, oid, extension);
		return;
	}
	begin(s, oid, label_of(object, oid));
	show_text(s, NULL, "Critical", X509_EXTENSION_get_critical(extension) ? "Yes" : "No");
	if (!show_known(s, extension))
		show_bytes(s, KC_CERTIFICATE_DATA, NULL, "Data",
			bytes_of(X509_EXTENSION_get_data(extension)));
	end(s);
}

void kc_certificate_values(
	const struct kc_certificate *certificate, kc_certificate_show *each, void *context)
{
	struct shower s = {.show = each, .context = context};
	const X509 *x509 = certificate->x509;

	show_version(&s, x509);
	show_serial(&s, certificate);
	show_name(&s, FIELD "5", "Issuer Name", X509_get_issuer_name(x509));
	show_validity(&s, certificate);
	show_name(&s, FIELD "8", "Subject Name", X509_get_subject_name(x509));
	show_key(&s, x509);
	show_signature(&s, x509);
	for (int i = 0; i < X509_get_ext_count(x509); i++)
		show_extension(&s, X509_get_ext(x509, i));
}
