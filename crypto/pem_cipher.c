/* SPDX-License-Identifier: ISC */
/* Within the private library context, so that a caller's configuration plays no part. */
#include "crypto/pem_cipher.h"

#include <limits.h>
#include <string.h>

#include "crypto/crypto_impl.h"
#include "base/random.h"

#define SALT_LEN 8 /* the first bytes of the initial vector */
#define NAME_MOST 32
#define LINE "Proc-Type: 4,ENCRYPTED\nDEK-Info: "
#define OURS "AES-256-CBC"

KC_CRYPTO_CLEANUP(EVP_MD, EVP_MD_free)

struct cipher {
	EVP_CIPHER *cipher;
	uint8_t iv[EVP_MAX_IV_LENGTH], key[EVP_MAX_KEY_LENGTH];
};

static void cipher_done(struct cipher *cipher)
{
	EVP_CIPHER_free(cipher->cipher);
	kc_mem_wipe(cipher->key, sizeof cipher->key);
}

static kc_err fetch(struct cipher *cipher, const char *name)
{
	cipher->cipher = EVP_CIPHER_fetch(kc_crypto_library()->context, name, NULL);
	kc_crypto_forget_errors();
	if (!cipher->cipher || EVP_CIPHER_get_mode(cipher->cipher) != EVP_CIPH_CBC_MODE ||
		EVP_CIPHER_get_iv_length(cipher->cipher) < SALT_LEN)
		return KC_ERR(UNSUPPORTED);
	return KC_OK;
}

static kc_err derive(struct cipher *cipher, struct kc_bytes passphrase)
{
	KC_CLEANUP_OSSL(EVP_MD)
	EVP_MD *md5 = EVP_MD_fetch(kc_crypto_library()->context, "MD5", NULL);

	if (!passphrase.data || passphrase.len > INT_MAX)
		return KC_ERR(AUTH);
	if (!md5 || EVP_BytesToKey(cipher->cipher, md5, cipher->iv, passphrase.data,
			    (int)passphrase.len, 1, cipher->key, NULL) <= 0) {
		kc_crypto_forget_errors();
		return KC_ERR(UNSUPPORTED);
	}
	return KC_OK;
}

/* A wrong passphrase shows, 255 times in 256, by the padding. */
static kc_err run(struct cipher *cipher, int encrypting, struct kc_bytes input, struct kc_buf *ret)
{
	KC_CLEANUP_OSSL(EVP_CIPHER_CTX) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	size_t before = ret->len;
	int got = 0, last = 0;
	uint8_t *out;

	if (input.len > INT_MAX - EVP_MAX_BLOCK_LENGTH)
		return KC_ERR(TOO_LARGE);
	out = kc_buf_extend(ret, input.len + EVP_MAX_BLOCK_LENGTH);
	if (!context || !out)
		return KC_ERR(NO_MEMORY);
	if (EVP_CipherInit_ex2(
		    context, cipher->cipher, cipher->key, cipher->iv, encrypting, NULL) != 1 ||
		EVP_CipherUpdate(context, out, &got, input.data, (int)input.len) != 1 ||
		EVP_CipherFinal_ex(context, out + got, &last) != 1) {
		kc_crypto_forget_errors();
		kc_buf_truncate(ret, before);
		return KC_ERR(AUTH);
	}
	kc_buf_truncate(ret, before + (size_t)got + (size_t)last);
	return KC_OK;
}

static int digit_of(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *at = c ? strchr(digits, c >= 'a' ? c - 'a' + 'A' : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* All of the initial vector, and nothing behind it but the end of the line. */
static bool read_iv(struct cipher *cipher, const char *hex)
{
	size_t len = (size_t)EVP_CIPHER_get_iv_length(cipher->cipher);

	for (size_t i = 0; i < len; i++) {
		int high = digit_of(hex[2 * i]), low = high < 0 ? -1 : digit_of(hex[2 * i + 1]);

		if (low < 0)
			return false;
		cipher->iv[i] = (uint8_t)(high * 16 + low);
	}
	return hex[2 * len] == 0 || hex[2 * len] == '\n' || hex[2 * len] == '\r';
}

static kc_err read_header(struct cipher *cipher, const char *header)
{
	const char *comma, *name = header + sizeof LINE - 1;
	char text[NAME_MOST] = {0};

	if (strncmp(header, LINE, sizeof LINE - 1) != 0)
		return KC_ERR(UNSUPPORTED);
	comma = strchr(name, ',');
	if (!comma || (size_t)(comma - name) >= sizeof text)
		return KC_ERR(UNSUPPORTED);
	memcpy(text, name, (size_t)(comma - name));
	KC_TRY(fetch(cipher, text));
	return read_iv(cipher, comma + 1) ? KC_OK : KC_ERR(UNSUPPORTED);
}

kc_err kc_pem_cipher_open(
	const char *header, struct kc_bytes sealed, struct kc_bytes passphrase, struct kc_buf *ret)
{
	KC_CLEANUP(cipher_done) struct cipher cipher = {.cipher = NULL};

	KC_TRY(read_header(&cipher, header));
	KC_TRY(derive(&cipher, passphrase));
	return run(&cipher, 0, sealed, ret);
}

kc_err kc_pem_cipher_seal(struct kc_bytes plain, struct kc_bytes passphrase,
	struct kc_buf *ret_header, struct kc_buf *ret)
{
	KC_CLEANUP(cipher_done) struct cipher cipher = {.cipher = NULL};

	KC_TRY(fetch(&cipher, OURS));
	kc_random_fill(cipher.iv, (size_t)EVP_CIPHER_get_iv_length(cipher.cipher));
	KC_TRY(derive(&cipher, passphrase));
	kc_buf_push_str(ret_header, LINE OURS ",");
	for (int i = 0; i < EVP_CIPHER_get_iv_length(cipher.cipher); i++)
		kc_buf_printf(ret_header, "%02X", cipher.iv[i]);
	kc_buf_push_str(ret_header, "\n");
	KC_TRY(kc_buf_check(ret_header));
	return run(&cipher, 1, plain, ret);
}
