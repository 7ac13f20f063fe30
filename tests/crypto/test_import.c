/* SPDX-License-Identifier: ISC */
/* Files of other programs: what is found in each, and that broken ones do no harm. */
#include <stdio.h>
#include <string.h>

#include "crypto/import.h"
#include "crypto/x509.h"
#include "crypto/x509_impl.h"
#include "base/der.h"
#include "tests/check.h"
#include "tests/crypto/hex.h"
#include "tests/file.h"

#define PASSPHRASE "correct horse"

static void read_file(const char *name, struct kc_buf *ret)
{
	char path[128];

	snprintf(path, sizeof path, "import/%s", name);
	CHECK_FATAL(file_read_data(path, ret));
}

static struct kc_bytes phrase(const char *text)
{
	return kc_bytes_str(text);
}

static kc_err import(const char *name, const char *passphrase, struct kc_import *ret)
{
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;

	read_file(name, &file);
	return kc_import_parse(kc_buf_bytes(&file), phrase(passphrase), ret);
}

static const char *type_name(enum kc_key_type type)
{
	switch (type) {
	case KC_KEY_RSA:
		return "RSA";
	case KC_KEY_EC:
		return "EC";
	case KC_KEY_ED25519:
		return "Ed25519";
	case KC_KEY_ED448:
		return "Ed448";
	case KC_KEY_X25519:
		return "X25519";
	case KC_KEY_X448:
		return "X448";
	}
	return "?";
}

/* "private RSA 2048 'name'; certificate 859" */
static void describe(const struct kc_import *import, struct kc_buf *ret)
{
	for (size_t i = 0; i < import->count; i++) {
		const struct kc_import_object *object = &import->rows[i];

		if (i > 0)
			kc_buf_push_str(ret, "; ");
		if (object->key) {
			kc_buf_printf(ret, "%s %s %u",
				kc_pk_is_private(object->key) ? "private" : "public",
				type_name(kc_pk_type(object->key)), kc_pk_bits(object->key));
		} else {
			kc_buf_printf(ret, "certificate");
		}
		if (object->name.len)
			kc_buf_printf(ret, " '%.*s'", (int)object->name.len, object->name.data);
	}
}

#define NAME "Alice's identity"
#define IDENTITY "certificate '" NAME "'; certificate; private RSA 2048 '" NAME "'"

static const struct row {
	const char *file, *passphrase;
	kc_err wanted;
	const char *found;
} rows[] = {
	{"rsa.pk8.pem", NULL, KC_OK, "private RSA 2048"},
	{"rsa.pk8.der", NULL, KC_OK, "private RSA 2048"},
	{"rsa.pkcs1.pem", NULL, KC_OK, "private RSA 2048"},
	{"rsa.pkcs1.der", NULL, KC_OK, "private RSA 2048"},
	{"rsa.pkcs1.pub.pem", NULL, KC_OK, "public RSA 2048"},
	{"rsa.pkcs1.aes.pem", PASSPHRASE, KC_OK, "private RSA 2048"},
	{"rsa.pkcs1.aes.pem", "wrong", KC_E_AUTH, ""},
	{"rsa.pkcs1.aes.pem", NULL, KC_E_AUTH, ""},
	{"p256.pk8.pem", NULL, KC_OK, "private EC 256"},
	{"p256.pk8.pem", "not needed", KC_OK, "private EC 256"},
	{"p256.compressed.pem", NULL, KC_OK, "private EC 256"},
	{"p256.explicit.pem", NULL, KC_OK, "private EC 256"},
	{"p256.spki.pem", NULL, KC_OK, "public EC 256"},
	{"p256.pbes2.pem", PASSPHRASE, KC_OK, "private EC 256"},
	{"p256.pbes2.pem", "wrong", KC_E_AUTH, ""},
	{"p256.pbes2.pem", NULL, KC_E_AUTH, ""},
	{"p256.scrypt.pem", PASSPHRASE, KC_OK, "private EC 256"},
	{"p256.3des.der", PASSPHRASE, KC_OK, "private EC 256"},
	{"p256.3des.der", "wrong", KC_E_AUTH, ""},
	{"p256.slow.pem", PASSPHRASE, KC_E_UNSUPPORTED, ""},
	{"p384.sec1.pem", NULL, KC_OK, "private EC 384"},
	{"p521.sec1.der", NULL, KC_OK, "private EC 521"},
	{"ed25519.pk8.pem", NULL, KC_OK, "private Ed25519 256"},
	{"ed25519.spki.der", NULL, KC_OK, "public Ed25519 256"},
	{"secp256k1.sec1.pem", NULL, KC_E_UNSUPPORTED, ""},
	{"p192.sec1.der", NULL, KC_OK, "private EC 192"},
	{"p224.sec1.pem", NULL, KC_OK, "private EC 224"},
	{"rsa512.pk8.pem", NULL, KC_OK, "private RSA 512"},
	{"ed448.pk8.pem", NULL, KC_OK, "private Ed448 456"},
	{"x25519.pk8.pem", NULL, KC_OK, "private X25519 256"},
	{"alice.cert.pem", NULL, KC_OK, "certificate"},
	{"alice.cert.der", NULL, KC_OK, "certificate"},
	{"words.pem", NULL, KC_OK, "certificate"},
	{"chain.pem", NULL, KC_OK, "certificate; certificate; private RSA 2048"},
	{"modern.p12", PASSPHRASE, KC_OK, IDENTITY},
	{"modern.p12", "wrong", KC_E_AUTH, ""},
	{"modern.p12", NULL, KC_E_AUTH, ""},
	{"modern.p12", "", KC_E_AUTH, ""},
	{"legacy.p12", PASSPHRASE, KC_OK, IDENTITY},
	{"rc2.p12", PASSPHRASE, KC_OK, IDENTITY},
	{"rc2.p12", "wrong", KC_E_AUTH, ""},
	{"3des.p12", PASSPHRASE, KC_OK, IDENTITY},
	{"empty-password.p12", NULL, KC_OK, IDENTITY},
	{"empty-password.p12", "", KC_OK, IDENTITY},
	{"empty-password.p12", "wrong", KC_E_AUTH, ""},
	{"plain.p12", NULL, KC_OK, IDENTITY},
	{"openssh.rsa-2048", NULL, KC_OK, "private RSA 2048 'alice@example.org'"},
	{"openssh.ecdsa-256", NULL, KC_OK, "private EC 256 'alice@example.org'"},
	{"openssh.ecdsa-384", NULL, KC_OK, "private EC 384 'alice@example.org'"},
	{"openssh.ecdsa-521", NULL, KC_OK, "private EC 521 'alice@example.org'"},
	{"openssh.ed25519-256", NULL, KC_OK, "private Ed25519 256 'alice@example.org'"},
	{"openssh.encrypted", PASSPHRASE, KC_E_UNSUPPORTED, ""},
	{"make.sh", NULL, KC_E_DECODE, ""},
};

static void finds_what_files_hold(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_IMPORT struct kc_import found = KC_IMPORT_INIT;
		KC_CLEANUP_BUF struct kc_buf said = KC_BUF_INIT;
		kc_err err = import(rows[i].file, rows[i].passphrase, &found);
		char what[256];

		describe(&found, &said);
		snprintf(what, sizeof what, "%s: %s: %s", rows[i].file, kc_err_name(err),
			kc_buf_text(&said));
		CHECK_MSG(err == rows[i].wanted, what);
		CHECK_MSG(strcmp(kc_buf_text(&said), rows[i].found) == 0, what);
	}
}

static void label_of(const char *file, uint8_t ret[static 20])
{
	KC_CLEANUP_IMPORT struct kc_import found = KC_IMPORT_INIT;

	memset(ret, 0, 20);
	CHECK_OK_FATAL(import(file, PASSPHRASE, &found));
	for (size_t i = 0; i < found.count; i++)
		if (found.rows[i].key)
			CHECK_OK(kc_pk_label(found.rows[i].key, ret));
}

/* One key in many wrappings is one key. */
static void wrappings_do_not_matter(void)
{
	static const char *const same[][8] = {
		{"rsa.pk8.pem", "rsa.pk8.der", "rsa.pkcs1.pem", "rsa.pkcs1.pub.pem",
			"rsa.pkcs1.aes.pem", "modern.p12", "rc2.p12", "chain.pem"},
		{"p256.pk8.pem", "p256.compressed.pem", "p256.spki.pem", "p256.pbes2.pem",
			"p256.scrypt.pem", "p256.3des.der", "p256.pk8.pem", "p256.pk8.pem"},
	};
	for (size_t i = 0; i < KC_COUNT_OF(same); i++) {
		uint8_t first[20], other[20];

		label_of(same[i][0], first);
		for (size_t k = 1; k < 8; k++) {
			label_of(same[i][k], other);
			CHECK_MSG(memcmp(first, other, sizeof first) == 0, same[i][k]);
		}
	}
}

/* --- certificates -------------------------------------------------------------------------------
 */

static void describe_certificate(const char *file, struct kc_attrs *ret)
{
	KC_CLEANUP_IMPORT struct kc_import found = KC_IMPORT_INIT;

	CHECK_OK_FATAL(import(file, NULL, &found));
	CHECK_FATAL(found.count == 1);
	CHECK_OK_FATAL(kc_x509_describe(kc_buf_bytes(&found.rows[0].certificate), ret));
}

static struct kc_bytes attr(const struct kc_attrs *attrs, const char *name)
{
	return kc_attrs_get_bytes(attrs, kc_name_from(kc_bytes_str(name)));
}

static void certificates_describe_themselves(void)
{
	KC_CLEANUP_ATTRS struct kc_attrs alice = KC_ATTRS_INIT, ca = KC_ATTRS_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs dns = KC_ATTRS_INIT;
	uint8_t label[20];

	describe_certificate("alice.cert.pem", &alice);
	describe_certificate("ca.cert.pem", &ca);
	describe_certificate("dns.cert.pem", &dns);
	CHECK(kc_bytes_equal(attr(&alice, "labl"), kc_bytes_str("Alice Example")));
	CHECK(kc_bytes_equal(attr(&ca, "labl"), kc_bytes_str("Roots")));
	CHECK(kc_bytes_equal(attr(&dns, "labl"), kc_bytes_str("www.example.org")));
	CHECK(kc_attrs_get_number(&alice, KC_NAME('c', 't', 'y', 'p'), 0) == 3);
	CHECK(kc_attrs_get_number(&alice, KC_NAME('c', 'e', 'n', 'c'), 0) == 3);
	label_of("rsa.pk8.pem", label);
	CHECK(kc_bytes_equal(attr(&alice, "pkhh"), KC_BYTES_OF(label)));
	CHECK(kc_bytes_equal(attr(&alice, "ckid"), KC_BYTES_OF(label)));
	CHECK(attr(&alice, "skid").len == 20);
	/* The country is a PrintableString, "de"; the others are UTF8String and stay as they are.
	 */
	CHECK(hex_is(attr(&alice, "issr"), "310b3009060355040613024445"
					   "31133011060355040a0c0a4578612020 6d706c6520"
					   "3116301406035504030c0d416c696365204578616d706c65"));
	CHECK(hex_is(attr(&alice, "diss"), "303a 310b3009060355040613026465"
					   "31133011060355040a0c0a4578612020 6d706c6520"
					   "3116301406035504030c0d416c696365204578616d706c65"));
	CHECK(attr(&alice, "slnr").len > 0 &&
		attr(&alice, "dser").len == attr(&alice, "slnr").len + 2);
	CHECK(kc_bytes_equal(attr(&alice, "issr"), attr(&alice, "subj")));
	CHECK(kc_bytes_equal(attr(&alice, "diss"), attr(&alice, "dsub")));
}

static void names_are_normalised(void)
{
	static const struct {
		const char *what, *name, *normal;
	} names[] = {
		{"empty", "3000", ""},
		{"printable: blanks and case",
			"3015 3113 3011 0603550403 130a 2009 6162 2009 20 63 20 20",
			"310d 300b 0603550403 1304 4142 2043"},
		{"printable: nothing but blanks", "300f 310d 300b 0603550403 1304 20092020",
			"3109 3007 0603550403 1300"},
		{"ia5 stays", "300d 310b 3009 0603550403 1602 2061",
			"310b 3009 0603550403 1602 2061"},
		{"two in a set", "3018 3116 3009 0603550403 1302 6162 3009 060355040a 0c02 6162",
			"3116 3009 0603550403 1302 4142 3009 060355040a 0c02 6162"},
	};
	for (size_t i = 0; i < KC_COUNT_OF(names); i++) {
		KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT, normal = KC_BUF_INIT;

		hex_push(&name, names[i].name);
		CHECK_MSG(kc_x509_name_normalise(kc_buf_bytes(&name), &normal) == KC_OK,
			names[i].what);
		CHECK_MSG(hex_is(kc_buf_bytes(&normal), names[i].normal), names[i].what);
		for (size_t len = 0; len < name.len; len++) {
			KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;

			CHECK_ERR(kc_x509_name_normalise(kc_bytes(name.data, len), &out),
				KC_E_DECODE);
			CHECK(out.len == 0);
		}
	}
}

static void certificates_must_be_whole(void)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT;

	read_file("alice.cert.der", &der);
	for (size_t len = 0; len < der.len; len++)
		CHECK_ERR(kc_x509_describe(kc_bytes(der.data, len), &attrs), KC_E_DECODE);
	CHECK_OK(kc_x509_describe(kc_buf_bytes(&der), &attrs));
	kc_buf_push_byte(&der, 0);
	CHECK_ERR(kc_x509_describe(kc_buf_bytes(&der), &attrs), KC_E_DECODE);
}

/* --- broken files -------------------------------------------------------------------------------
 */

static void broken_openssh_keys(void)
{
	static const char head[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
	static const struct {
		const char *what, *base64;
		kc_err wanted;
	} files[] = {
		{"no magic", "AAAA", KC_E_DECODE},
		{"magic alone", "b3BlbnNzaC1rZXktdjEA", KC_E_DECODE},
		{"a length beyond the end", "b3BlbnNzaC1rZXktdjEA/////w==", KC_E_DECODE},
	};
	for (size_t i = 0; i < KC_COUNT_OF(files); i++) {
		KC_CLEANUP_IMPORT struct kc_import found = KC_IMPORT_INIT;
		KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;

		kc_buf_printf(
			&file, "%s%s\n-----END OPENSSH PRIVATE KEY-----\n", head, files[i].base64);
		CHECK_MSG(kc_import_parse(kc_buf_bytes(&file), phrase(NULL), &found) ==
				  files[i].wanted,
			files[i].what);
	}
}

/* Cut short, nothing with one object may be read. */
static void cut_files_are_refused(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;

		if (rows[i].wanted != KC_OK || strcmp(rows[i].file, "chain.pem") == 0 ||
			strcmp(rows[i].file, "words.pem") == 0)
			continue;
		read_file(rows[i].file, &file);
		for (size_t len = 0; len + 2 < file.len; len += 1 + len / 9) {
			KC_CLEANUP_IMPORT struct kc_import found = KC_IMPORT_INIT;

			CHECK_MSG(kc_import_parse(kc_bytes(file.data, len),
					  phrase(rows[i].passphrase), &found) != KC_OK,
				rows[i].file);
			CHECK(found.count == 0);
		}
	}
}

/* With a byte changed a file may say something else, or nothing; it must do no harm. */
static void changed_files_do_no_harm(void)
{
	unsigned refused = 0, read = 0;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;

		if (rows[i].wanted != KC_OK)
			continue;
		read_file(rows[i].file, &file);
		for (size_t at = i % 7; at < file.len; at += 1 + file.len / 60) {
			KC_CLEANUP_IMPORT struct kc_import found = KC_IMPORT_INIT;

			file.data[at] ^= 0x04;
			if (kc_import_parse(kc_buf_bytes(&file), phrase(rows[i].passphrase),
				    &found) == KC_OK)
				read++;
			else
				refused++;
			file.data[at] ^= 0x04;
		}
	}
	CHECK(refused > read);
}

/* --- hostile files -------------------------------------------------------------------------------
 */

/* The DER of each, tag and length included. */
#define OID_DATA "06092a864886f70d010701"
#define OID_CERT_BAG "060b2a864886f70d010c0a0103"
#define OID_BAGS_BAG "060b2a864886f70d010c0a0106"
#define OID_X509 "060a2a864886f70d01091601"

/* Puts before (in hexadecimal) and the contents of a buffer into a value with that tag. */
static void wrap(struct kc_buf *buf, uint8_t tag, const char *before)
{
	KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT, head = KC_BUF_INIT;
	struct kc_der_writer w;

	hex_push(&head, before);
	kc_buf_push(&head, buf->data, buf->len);
	kc_der_writer_init(&w, &whole);
	kc_der_put(&w, tag, kc_buf_bytes(&head));
	CHECK_OK_FATAL(kc_der_writer_check(&w));
	kc_buf_reset(buf);
	kc_buf_push(buf, whole.data, whole.len);
	CHECK_OK_FATAL(kc_buf_check(buf));
}

/* A SafeContents with one bag: a certificate, within as many bags of bags. */
static void nest(struct kc_bytes certificate, unsigned levels, struct kc_buf *ret)
{
	kc_buf_push(ret, certificate.data, certificate.len);
	wrap(ret, KC_DER_OCTET_STRING, "");
	wrap(ret, KC_DER_CONTEXT(0), "");
	wrap(ret, KC_DER_SEQUENCE, OID_X509);
	wrap(ret, KC_DER_CONTEXT(0), "");
	wrap(ret, KC_DER_SEQUENCE, OID_CERT_BAG);
	wrap(ret, KC_DER_SEQUENCE, "");
	for (unsigned i = 0; i < levels; i++) {
		wrap(ret, KC_DER_CONTEXT(0), "");
		wrap(ret, KC_DER_SEQUENCE, OID_BAGS_BAG);
		wrap(ret, KC_DER_SEQUENCE, "");
	}
}

static void make_pkcs12(struct kc_buf *safe_contents)
{
	/* a ContentInfo in the AuthenticatedSafe in the ContentInfo of the file */
	for (int i = 0; i < 2; i++) {
		wrap(safe_contents, KC_DER_OCTET_STRING, "");
		wrap(safe_contents, KC_DER_CONTEXT(0), "");
		wrap(safe_contents, KC_DER_SEQUENCE, OID_DATA);
		wrap(safe_contents, KC_DER_SEQUENCE, i == 0 ? "" : "020103");
	}
}

static void bags_in_bags_are_bounded(void)
{
	static const struct {
		unsigned levels;
		kc_err wanted;
	} nested[] = {{0, KC_OK}, {1, KC_OK}, {4, KC_OK}, {5, KC_E_DECODE}, {20, KC_E_DECODE},
		{2000, KC_E_DECODE}};
	KC_CLEANUP_BUF struct kc_buf certificate = KC_BUF_INIT;

	read_file("alice.cert.der", &certificate);
	for (size_t i = 0; i < KC_COUNT_OF(nested); i++) {
		KC_CLEANUP_IMPORT struct kc_import found = KC_IMPORT_INIT;
		KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;

		nest(kc_buf_bytes(&certificate), nested[i].levels, &file);
		make_pkcs12(&file);
		CHECK_ERR(kc_import_parse(kc_buf_bytes(&file), phrase(NULL), &found),
			nested[i].wanted);
		CHECK((found.count == 1) == (nested[i].wanted == KC_OK));
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(finds_what_files_hold),
		CHECK_TEST(wrappings_do_not_matter),
		CHECK_TEST(certificates_describe_themselves),
		CHECK_TEST(names_are_normalised),
		CHECK_TEST(certificates_must_be_whole),
		CHECK_TEST(broken_openssh_keys),
		CHECK_TEST(cut_files_are_refused),
		CHECK_TEST(changed_files_do_no_harm),
		CHECK_TEST(bags_in_bags_are_bounded),
	};
	return check_main("import", tests, KC_COUNT_OF(tests));
}
