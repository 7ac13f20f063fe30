/* SPDX-License-Identifier: ISC */
/* What is written for other programs is read again as the same; tests of libSecurity hold it to
 * openssl. */
#include <string.h>

#include "crypto/export.h"
#include "crypto/import.h"
#include "crypto/pem_cipher.h"
#include "tests/check.h"

static const struct kc_bytes none = {NULL, 0};

/* clang-format off */
static const struct key_row {
	enum kc_key_type type;
	unsigned bits;
	enum kc_import_format traditional; /* KC_IMPORT_X509: there is none */
} key_rows[] = {
	{KC_KEY_RSA,     1024, KC_IMPORT_PKCS1},
	{KC_KEY_EC,      192,  KC_IMPORT_SEC1},
	{KC_KEY_EC,      224,  KC_IMPORT_SEC1},
	{KC_KEY_EC,      256,  KC_IMPORT_SEC1},
	{KC_KEY_EC,      384,  KC_IMPORT_SEC1},
	{KC_KEY_EC,      521,  KC_IMPORT_SEC1},
	{KC_KEY_ED25519, 0,    KC_IMPORT_X509},
	{KC_KEY_ED448,   0,    KC_IMPORT_X509},
	{KC_KEY_X25519,  0,    KC_IMPORT_X509},
	{KC_KEY_X448,    0,    KC_IMPORT_X509},
};
/* clang-format on */

static bool same(const struct kc_pk *a, const struct kc_pk *b)
{
	uint8_t x[20], y[20];

	return kc_pk_is_private(a) == kc_pk_is_private(b) && kc_pk_label(a, x) == KC_OK &&
	       kc_pk_label(b, y) == KC_OK && memcmp(x, y, sizeof x) == 0;
}

static void check_read(const struct kc_buf *file, struct kc_bytes passphrase,
	const struct kc_pk *key, enum kc_import_format format)
{
	KC_CLEANUP_IMPORT struct kc_import found = KC_IMPORT_INIT;

	CHECK_OK_FATAL(kc_import_parse(kc_buf_bytes(file), passphrase, &found));
	CHECK_FATAL(found.count == 1 && found.rows[0].key);
	CHECK(same(found.rows[0].key, key));
	CHECK(found.rows[0].format == format);
}

static void check_refused(const struct kc_buf *file, struct kc_bytes passphrase)
{
	KC_CLEANUP_IMPORT struct kc_import found = KC_IMPORT_INIT;

	CHECK_ERR(kc_import_parse(kc_buf_bytes(file), passphrase, &found), KC_E_AUTH);
}

static void check_traditional(const struct key_row *row, const struct kc_pk *key)
{
	KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT, pem = KC_BUF_INIT;
	const char *label = row->type == KC_KEY_RSA ? "RSA PRIVATE KEY" : "EC PRIVATE KEY";
	struct kc_bytes passphrase = kc_bytes_str("fake");

	if (row->traditional == KC_IMPORT_X509) {
		CHECK_ERR(kc_export_traditional(key, &der), KC_E_KEY_TYPE);
		CHECK(der.len == 0);
		return;
	}
	CHECK_OK_FATAL(kc_export_traditional(key, &der));
	check_read(&der, none, key, row->traditional);
	CHECK_OK_FATAL(kc_export_pem(label, kc_buf_bytes(&der), none, &pem));
	check_read(&pem, none, key, row->traditional);
	kc_buf_reset(&pem);
	CHECK_OK_FATAL(kc_export_pem(label, kc_buf_bytes(&der), passphrase, &pem));
	check_read(&pem, passphrase, key, KC_IMPORT_PEM_ENCRYPTED);
	check_refused(&pem, kc_bytes_str("wrong"));
	check_refused(&pem, none);
}

static void check_pkcs8(const struct kc_pk *key)
{
	KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT, wrapped = KC_BUF_INIT;
	struct kc_bytes passphrase = kc_bytes_str("fake");

	CHECK_OK_FATAL(kc_export_pkcs8(key, &der));
	check_read(&der, none, key, KC_IMPORT_PKCS8);
	CHECK_OK_FATAL(kc_export_pkcs8_encrypted(key, passphrase, &wrapped));
	check_read(&wrapped, passphrase, key, KC_IMPORT_PKCS8_ENCRYPTED);
	check_refused(&wrapped, kc_bytes_str("wrong"));
	check_refused(&wrapped, none);
	CHECK_ERR(kc_export_pkcs8_encrypted(key, none, &wrapped), KC_E_AUTH);
}

static void check_pkcs12(const struct kc_pk *key)
{
	const struct kc_export_member member = {
		.key = key, .id = kc_bytes_str("1"), .name = kc_bytes_str("ключ")};
	KC_CLEANUP_IMPORT struct kc_import found = KC_IMPORT_INIT;
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;
	struct kc_bytes passphrase = kc_bytes_str("fake");

	CHECK_OK_FATAL(kc_export_pkcs12(&member, 1, passphrase, &file));
	CHECK(kc_import_is_pkcs12(kc_buf_bytes(&file)));
	check_read(&file, passphrase, key, KC_IMPORT_PKCS12);
	check_refused(&file, kc_bytes_str("wrong"));
	check_refused(&file, none);
	CHECK_OK_FATAL(kc_import_parse(kc_buf_bytes(&file), passphrase, &found));
	CHECK(kc_bytes_equal(kc_buf_bytes(&found.rows[0].name), kc_bytes_str("ключ")));
}

static void keys_are_read_again(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(key_rows); i++) {
		KC_CLEANUP_PK struct kc_pk *key = NULL, *public = NULL;
		KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT, nothing = KC_BUF_INIT;

		CHECK_OK_FATAL(kc_pk_generate(key_rows[i].type, key_rows[i].bits, &key));
		check_traditional(&key_rows[i], key);
		check_pkcs8(key);
		check_pkcs12(key);
		CHECK_OK_FATAL(kc_pk_spki(key, &spki));
		CHECK_OK_FATAL(kc_pk_load_spki(kc_buf_bytes(&spki), &public));
		CHECK_ERR(kc_export_pkcs8(public, &nothing), KC_E_KEY_TYPE);
		CHECK_ERR(kc_export_traditional(public, &nothing), KC_E_KEY_TYPE);
		CHECK(nothing.len == 0);
	}
}

static void passphrases_of_files_are_text(void)
{
	KC_CLEANUP_PK struct kc_pk *key = NULL;
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;
	struct kc_export_member member = {0};

	CHECK_OK_FATAL(kc_pk_generate(KC_KEY_ED25519, 0, &key));
	member.key = key;
	CHECK_ERR(kc_export_pkcs12(&member, 1, none, &file), KC_E_PARAM);
	CHECK_ERR(kc_export_pkcs12(&member, 1, kc_bytes("a\0b", 3), &file), KC_E_PARAM);
	CHECK_ERR(kc_export_pkcs12(&member, 1, kc_bytes("\xff", 1), &file), KC_E_PARAM);
	CHECK_ERR(kc_export_pkcs12(&member, 0, kc_bytes_str("x"), &file), KC_E_PARAM);
	member = (struct kc_export_member){.certificate = kc_bytes_str("no certificate")};
	CHECK_ERR(kc_export_pkcs12(&member, 1, kc_bytes_str("x"), &file), KC_E_DECODE);
	CHECK(file.len == 0);
}

/* --- the encryption of RFC 1421 -------------------------------------------------------------- */

#define HEAD "Proc-Type: 4,ENCRYPTED\nDEK-Info: "
#define IV "00112233445566778899AABBCCDDEEFF"

static const struct header_row {
	const char *header;
	kc_err wanted;
} header_rows[] = {
	{"", KC_E_UNSUPPORTED},
	{"Proc-Type: 4,MIC-ONLY\n", KC_E_UNSUPPORTED},
	{HEAD, KC_E_UNSUPPORTED},
	{HEAD "AES-256-CBC", KC_E_UNSUPPORTED},
	{HEAD "AES-256-CBC,", KC_E_UNSUPPORTED},
	{HEAD "AES-256-CBC,0011", KC_E_UNSUPPORTED},
	{HEAD "AES-256-CBC," IV "00", KC_E_UNSUPPORTED},
	{HEAD "AES-256-CBC,zz" IV, KC_E_UNSUPPORTED},
	{HEAD "AES-256-GCM," IV, KC_E_UNSUPPORTED},
	{HEAD "AES-256-ECB," IV, KC_E_UNSUPPORTED},
	{HEAD "NO-SUCH-CIPHER," IV, KC_E_UNSUPPORTED},
	{HEAD "a-name-that-is-longer-than-any-cipher-has," IV, KC_E_UNSUPPORTED},
	{HEAD "AES-256-CBC," IV "\n", KC_E_AUTH},
	{HEAD "aes-256-cbc,00112233445566778899aabbccddeeff\n", KC_E_AUTH},
};

/* Fifteen bytes are no block of any of the ciphers, whatever the passphrase. */
static void headers_are_checked(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(header_rows); i++) {
		KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
		kc_err err = kc_pem_cipher_open(header_rows[i].header,
			kc_bytes_str("fifteen letters"), kc_bytes_str("fake"), &plain);

		CHECK_MSG(err == header_rows[i].wanted, header_rows[i].header);
		CHECK(plain.len == 0);
	}
}

static void sealed_bytes_are_opened(void)
{
	for (size_t len = 0; len < 70; len++) {
		KC_CLEANUP_BUF struct kc_buf header = KC_BUF_INIT, sealed = KC_BUF_INIT;
		KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
		static const uint8_t text[70] = "a text of some length";
		struct kc_bytes passphrase = kc_bytes_str("fake");

		CHECK_OK_FATAL(
			kc_pem_cipher_seal(kc_bytes(text, len), passphrase, &header, &sealed));
		CHECK(sealed.len > len && sealed.len % 16 == 0);
		CHECK_OK(kc_pem_cipher_open(
			kc_buf_text(&header), kc_buf_bytes(&sealed), passphrase, &plain));
		CHECK(kc_bytes_equal(kc_buf_bytes(&plain), kc_bytes(text, len)));
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(keys_are_read_again),
		CHECK_TEST(passphrases_of_files_are_text),
		CHECK_TEST(headers_are_checked),
		CHECK_TEST(sealed_bytes_are_opened),
	};
	return check_main("crypto/export", tests, KC_COUNT_OF(tests));
}
