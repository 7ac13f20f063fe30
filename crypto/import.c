/* SPDX-License-Identifier: ISC */
/* The list of what was found, and the choice of the reader. */
#include "crypto/import.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "crypto/import_impl.h"
#include "crypto/pem_cipher.h"
#include "base/der.h"

#define MAX_OBJECTS 256

/* --- the list -----------------------------------------------------------------------------------
 */

static void object_done(struct kc_import_object *object)
{
	kc_pk_free(object->key);
	kc_buf_done(&object->certificate);
	kc_buf_done(&object->name);
	*object = (struct kc_import_object){.key = NULL};
}

void kc_import_done(struct kc_import *import)
{
	for (size_t i = 0; i < import->count; i++)
		object_done(&import->rows[i]);
	free(import->rows);
	*import = (struct kc_import)KC_IMPORT_INIT;
}

static kc_err take_object(struct kc_import *import, struct kc_import_object *object)
{
	if (import->count == MAX_OBJECTS)
		return KC_ERR(TOO_LARGE);
	if (import->count == import->allocated) {
		size_t wanted = import->allocated ? 2 * import->allocated : 4;
		struct kc_import_object *rows =
			reallocarray(import->rows, wanted, sizeof *import->rows);

		if (!rows)
			return KC_ERR(NO_MEMORY);
		import->rows = rows;
		import->allocated = wanted;
	}
	import->rows[import->count++] = *object;
	*object = (struct kc_import_object){.key = NULL};
	return KC_OK;
}

static bool same_key(const struct kc_pk *a, const struct kc_pk *b)
{
	uint8_t x[20], y[20];

	return kc_pk_is_private(a) == kc_pk_is_private(b) && kc_pk_label(a, x) == KC_OK &&
	       kc_pk_label(b, y) == KC_OK && memcmp(x, y, sizeof x) == 0;
}

static bool has_key(const struct kc_import *import, const struct kc_pk *key)
{
	for (size_t i = 0; i < import->count; i++)
		if (import->rows[i].key && same_key(import->rows[i].key, key))
			return true;
	return false;
}

static bool has_certificate(const struct kc_import *import, struct kc_bytes der)
{
	for (size_t i = 0; i < import->count; i++)
		if (kc_bytes_equal(kc_buf_bytes(&import->rows[i].certificate), der))
			return true;
	return false;
}

/* The file's numbers need not be those of one key; a signature shows whether they are. A key that
 * cannot sign has one number alone. */
static kc_err try_key(const struct kc_pk *key)
{
	static const struct {
		enum kc_key_type type;
		struct kc_sign_params params;
	} rows[] = {
		{KC_KEY_RSA, {.scheme = KC_SIGN_RSA_PKCS1, .hash = KC_HASH_SHA256}},
		{KC_KEY_EC, {.scheme = KC_SIGN_ECDSA_DER, .hash = KC_HASH_SHA256}},
		{KC_KEY_ED25519, {.scheme = KC_SIGN_EDDSA}},
		{KC_KEY_ED448, {.scheme = KC_SIGN_EDDSA}},
	};
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	struct kc_bytes message = kc_bytes_str("does this key work?");

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		if (rows[i].type != kc_pk_type(key))
			continue;
		if (kc_pk_sign(key, &rows[i].params, message, &signature) != KC_OK ||
			kc_pk_verify(key, &rows[i].params, message, kc_buf_bytes(&signature)) !=
				KC_OK)
			return KC_ERR(DECODE);
	}
	return KC_OK;
}

/* A name that is no text is none. */
static kc_err set_name(struct kc_import_object *object, struct kc_bytes name)
{
	if (kc_der_is_utf8(name))
		kc_buf_push(&object->name, name.data, name.len);
	return kc_buf_check(&object->name);
}

kc_err kc_import_take_key(struct kc_import *import, struct kc_pk *key, struct kc_bytes name)
{
	KC_CLEANUP(object_done) struct kc_import_object object = {.key = key};

	if (kc_pk_is_private(key))
		KC_TRY(try_key(key));
	if (has_key(import, key))
		return KC_OK;
	KC_TRY(set_name(&object, name));
	return take_object(import, &object);
}

kc_err kc_import_add_certificate(
	struct kc_import *import, struct kc_bytes der, struct kc_bytes name)
{
	KC_CLEANUP(object_done) struct kc_import_object object = {.key = NULL};

	if (has_certificate(import, der))
		return KC_OK;
	kc_buf_push(&object.certificate, der.data, der.len);
	KC_TRY(kc_buf_check(&object.certificate));
	KC_TRY(set_name(&object, name));
	return take_object(import, &object);
}

/* --- which reader -------------------------------------------------------------------------------
 */

/* By the label of the PEM block, RFC 7468 and custom; those with bare set are also tried, in this
 * order, on a file that is not PEM. */
static const struct format {
	const char *label;
	kc_import_reader *read;
	enum kc_import_format format;
	bool bare;
} formats[] = {
	{"CERTIFICATE", kc_import_x509, KC_IMPORT_X509, true},
	{"X509 CERTIFICATE", kc_import_x509, KC_IMPORT_X509, false},
	{"PRIVATE KEY", kc_import_pkcs8, KC_IMPORT_PKCS8, true},
	{"ENCRYPTED PRIVATE KEY", kc_import_pkcs8_encrypted, KC_IMPORT_PKCS8_ENCRYPTED, true},
	{"RSA PRIVATE KEY", kc_import_pkcs1, KC_IMPORT_PKCS1, true},
	{"EC PRIVATE KEY", kc_import_sec1, KC_IMPORT_SEC1, true},
	{"PUBLIC KEY", kc_import_spki, KC_IMPORT_SPKI, true},
	{"RSA PUBLIC KEY", kc_import_pkcs1_public, KC_IMPORT_PKCS1_PUBLIC, true},
	{"OPENSSH PRIVATE KEY", kc_import_openssh, KC_IMPORT_OPENSSH, true},
	{"PKCS7", kc_import_pkcs7, KC_IMPORT_PKCS7, true},
	{"CMS", kc_import_pkcs7, KC_IMPORT_PKCS7, false},
	{"PKCS12", kc_import_pkcs12, KC_IMPORT_PKCS12, true},
};

/* Reads with one of the readers; what it finds is of that format. */
static kc_err read_as(const struct format *format, struct kc_bytes der, struct kc_bytes passphrase,
	struct kc_import *import)
{
	size_t before = import->count;

	KC_TRY(format->read(der, passphrase, import));
	for (size_t i = before; i < import->count; i++)
		import->rows[i].format = format->format;
	return KC_OK;
}

static kc_err read_bare(struct kc_bytes file, struct kc_bytes passphrase, struct kc_import *import)
{
	for (size_t i = 0; i < KC_COUNT_OF(formats); i++) {
		kc_err err;

		if (!formats[i].bare)
			continue;
		err = read_as(&formats[i], file, passphrase, import);
		if (err != KC_E_DECODE)
			return err;
	}
	return KC_ERR(DECODE);
}

/* One block of PEM, allocated by the library. */
struct block {
	char *label, *header;
	unsigned char *data;
	long len;
};

static void block_done(struct block *block)
{
	OPENSSL_free(block->label);
	OPENSSL_free(block->header);
	OPENSSL_clear_free(block->data, (size_t)block->len);
}

/* The encryption of RFC 1421 headers, as old programs still write it around PKCS#1 and SEC 1. */
static kc_err decrypt_block(struct block *block, struct kc_bytes passphrase)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;

	KC_TRY(kc_pem_cipher_open(
		block->header, kc_bytes(block->data, (size_t)block->len), passphrase, &plain));
	/* What is decrypted is shorter. */
	kc_mem_wipe(block->data, (size_t)block->len);
	memcpy(block->data, plain.data, plain.len);
	block->len = (long)plain.len;
	return KC_OK;
}

static kc_err read_block(struct block *block, struct kc_bytes passphrase, struct kc_import *import)
{
	bool encrypted = block->header[0] != 0;
	size_t before = import->count;

	/* What `openssl ecparam -genkey` writes before the key, which says it again. */
	if (strcmp(block->label, "EC PARAMETERS") == 0)
		return KC_OK;
	for (size_t i = 0; i < KC_COUNT_OF(formats); i++) {
		kc_err err;

		if (strcmp(block->label, formats[i].label) != 0)
			continue;
		if (encrypted)
			KC_TRY(decrypt_block(block, passphrase));
		err = read_as(
			&formats[i], kc_bytes(block->data, (size_t)block->len), passphrase, import);
		for (size_t at = before; encrypted && at < import->count; at++)
			import->rows[at].format = KC_IMPORT_PEM_ENCRYPTED;
		/* One wrong passphrase in 256 leaves a padding that looks right. */
		return encrypted && err == KC_E_DECODE ? KC_ERR(AUTH) : err;
	}
	return KC_ERR(UNSUPPORTED);
}

KC_CRYPTO_CLEANUP(BIO, BIO_vfree)

static kc_err read_pem(struct kc_bytes file, struct kc_bytes passphrase, struct kc_import *import)
{
	KC_CLEANUP_OSSL(BIO) BIO *bio = BIO_new_mem_buf(file.data, (int)file.len);

	if (!bio)
		return kc_crypto_failed();
	for (;;) {
		KC_CLEANUP(block_done) struct block block = {.label = NULL};

		if (PEM_read_bio_ex(bio, &block.label, &block.header, &block.data, &block.len,
			    PEM_FLAG_EAY_COMPATIBLE) != 1) {
			/* What is left is no block: the end, unless one was begun. */
			unsigned long error = ERR_peek_last_error();

			kc_crypto_forget_errors();
			if (ERR_GET_REASON(error) != PEM_R_NO_START_LINE)
				return KC_ERR(DECODE);
			return import->count ? KC_OK : KC_ERR(DECODE);
		}
		KC_TRY(read_block(&block, passphrase, import));
	}
}

static bool is_pem(struct kc_bytes file)
{
	static const char mark[] = "-----BEGIN ";

	return memmem(file.data, file.len, mark, sizeof mark - 1) != NULL;
}

kc_err kc_import_parse(struct kc_bytes file, struct kc_bytes passphrase, struct kc_import *ret)
{
	KC_CLEANUP_IMPORT struct kc_import import = KC_IMPORT_INIT;

	if (file.len == 0 || file.len > INT_MAX)
		return KC_ERR(DECODE);
	(void)kc_crypto_library(); /* no configuration file, also for what has no context */
	import.is_pem = is_pem(file);
	KC_TRY((import.is_pem ? read_pem : read_bare)(file, passphrase, &import));
	kc_import_done(ret);
	*ret = import;
	import = (struct kc_import)KC_IMPORT_INIT;
	return KC_OK;
}
