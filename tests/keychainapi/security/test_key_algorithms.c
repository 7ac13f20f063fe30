/* SPDX-License-Identifier: ISC */
/*
 * Every algorithm constant, against OpenSSL in both directions.
 *
 * The constants are read from the table, and what each must do from its text, which Apple builds of
 * parts (secitem.md 7.6); a constant whose text says something new fails.
 */
#include <Security/SecItemPriv.h>
#include <Security/SecKeyPriv.h>
#include <Security/SecPasswordGenerate.h>
#include <Security/Security.h>

#include <openssl/rsa.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/other_side.h"

/* A key on both sides. */
struct both {
	const char *name;
	EVP_PKEY *other;
	SecKeyRef private, public;
	CFStringRef type;
	unsigned bits;
};

static struct both keys[] = {
	{.name = "RSA", .bits = 2048},
	{.name = "EC", .bits = 256},
	{.name = "EC", .bits = 521},
	{.name = "ED25519", .bits = 256},
	{.name = "ED448", .bits = 456},
	{.name = "X25519", .bits = 256},
	{.name = "X448", .bits = 448},
};

/* All constants; the algorithms are those whose text says so. */
static const struct algorithm {
	const CFStringRef *name;
	const char *text;
} algorithms[] = {
#define SEC_CONSTANT(name, text) {&name, text},
#define SEC_ALIAS(name, other)
#define SEC_FOURCC(name, text)
#include "keychainapi/Security/constants.def"
};

/* --- objects --------------------------------------------------------------------------------- */

static CFDataRef data_of(struct kc_bytes bytes)
{
	return CFDataCreate(NULL, bytes.data, (CFIndex)bytes.len);
}

static struct kc_bytes bytes_of(CFDataRef data)
{
	if (!data)
		return kc_bytes(NULL, 0);
	return kc_bytes(CFDataGetBytePtr(data), (size_t)CFDataGetLength(data));
}

static void release(CFTypeRef object)
{
	if (object)
		CFRelease(object);
}

static CFIndex code(CFErrorRef *error)
{
	CFIndex number = *error ? CFErrorGetCode(*error) : 0;

	release(*error);
	*error = NULL;
	return number;
}

static SecKeyRef import(const struct both *both, bool private)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	const void *names[] = {kSecAttrKeyType, kSecAttrKeyClass};
	const void *values[] = {
		both->type, private ? kSecAttrKeyClassPrivate : kSecAttrKeyClassPublic};
	CFDictionaryRef attributes = CFDictionaryCreate(NULL, names, values, 2,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFDataRef data;
	SecKeyRef key;

	other_side_external(both->other, private, &bytes);
	data = data_of(kc_buf_bytes(&bytes));
	key = SecKeyCreateWithData(data, attributes, NULL);
	CHECK_FATAL(key != NULL);
	CFRelease(data);
	CFRelease(attributes);
	return key;
}

static void make_keys(void)
{
	const CFStringRef types[] = {kSecAttrKeyTypeRSA, kSecAttrKeyTypeEC, kSecAttrKeyTypeEC,
		CFSTR("105"), CFSTR("107"), CFSTR("106"), CFSTR("108")};

	for (size_t i = 0; i < KC_COUNT_OF(keys); i++) {
		keys[i].type = types[i];
		keys[i].other = other_side_key(keys[i].name, keys[i].bits);
		keys[i].private = import(&keys[i], true);
		keys[i].public = import(&keys[i], false);
	}
}

/* --- what a text says ------------------------------------------------------------------------ */

struct words {
	char text[100];
	const char *parts[8]; /* "" behind the last */
};

static void split(const char *text, struct words *ret)
{
	char *state = NULL, *part;
	size_t count = 0;

	for (size_t i = 0; i < KC_COUNT_OF(ret->parts); i++)
		ret->parts[i] = "";
	snprintf(ret->text, sizeof ret->text, "%s", text);
	for (part = strtok_r(ret->text, ":", &state); part; part = strtok_r(NULL, ":", &state))
		ret->parts[count++] = part;
}

static bool is(const char *part, const char *text)
{
	return strcmp(part, text) == 0;
}

static bool begins(const char *part, const char *start)
{
	return strncmp(part, start, strlen(start)) == 0;
}

/* Those that OpenSSL 3.0, or nobody outside Apple, has. */
static bool is_served(const struct words *words)
{
	return is(words->parts[0], "algid") && !is(words->parts[1], "kem") &&
	       !is(words->parts[2], "ML-DSA") && !is(words->parts[3], "raw-cc") &&
	       !is(words->parts[4], "MD5") && !is(words->parts[5], "2PubKeys");
}

static bool is_for(const struct words *words, const struct both *both)
{
	const char *type = words->parts[2];

	if (is(words->parts[1], "keyexchange"))
		return is(both->name, "EC") || begins(both->name, "X");
	if (is(type, "EdDSA"))
		return is(
			both->name, is(words->parts[3], "message-Curve448") ? "ED448" : "ED25519");
	if (is(type, "ECDSA") || is(type, "ECIES"))
		return is(both->name, "EC");
	return is(both->name, type);
}

static struct kc_bytes zero_iv(void)
{
	static const uint8_t zeros[16];

	return KC_BYTES_OF(zeros);
}

/* --- which algorithm goes with which key ----------------------------------------------------- */

static void check_fits(const struct algorithm *algorithm, const struct words *words,
	const struct both *both, SecKeyOperationType op)
{
	static const char *const names[] = {"sign", "sign", "encrypt", "encrypt", "keyexchange"};
	bool is_private = op == 0 || op == 3 || op == 4;
	bool fits = op >= 0 && op < 5 && is(words->parts[1], names[op]) && is_served(words) &&
		    is_for(words, both);

	CHECK_MSG(SecKeyIsAlgorithmSupported(both->private, op, *algorithm->name) ==
			  (fits && is_private),
		algorithm->text);
	CHECK_MSG(SecKeyIsAlgorithmSupported(both->public, op, *algorithm->name) ==
			  (fits && !is_private),
		algorithm->text);
}

static void only_fitting_keys_are_supported(void)
{
	size_t count = 0;

	for (size_t i = 0; i < KC_COUNT_OF(algorithms); i++) {
		struct words words;
		split(algorithms[i].text, &words);
		count += is(words.parts[0], "algid");
		for (size_t j = 0; j < KC_COUNT_OF(keys); j++)
			for (SecKeyOperationType op = -1; op < 6; op++)
				check_fits(&algorithms[i], &words, &keys[j], op);
	}
	CHECK(count == 97);
}

/* --- signatures ------------------------------------------------------------------------------ */

/* The scheme of the other side, which is given digests, and the input of ours. */
static bool read_scheme(const struct words *words, const struct both *both,
	struct other_side_scheme *ret, struct kc_buf *ret_theirs, struct kc_buf *ret_ours)
{
	static const char message[] = "a message that is longer than any digest of the hashes here";
	const struct kc_bytes text = kc_bytes(message, sizeof message);
	const char *how = words->parts[3];
	bool has_hash = !is(words->parts[4], "") && !is(words->parts[2], "EdDSA");

	*ret = (struct other_side_scheme){.hash = has_hash ? words->parts[4] : NULL};
	if (is(words->parts[2], "RSA"))
		ret->padding = is(how, "raw")		 ? RSA_NO_PADDING
			       : strstr(how, "PKCS1v15") ? RSA_PKCS1_PADDING
							 : RSA_PKCS1_PSS_PADDING;
	ret->salt_len = (int)strtol(words->parts[6], NULL, 10);
	ret->side_by_side = strstr(how, "RFC4754") != NULL;
	if (has_hash)
		other_side_hash(ret->hash, text, ret_theirs);
	else if (is(how, "raw"))
		memset(kc_buf_extend(ret_theirs, both->bits / 8) + 1, 7, both->bits / 8 - 1);
	else
		kc_buf_push(ret_theirs, text.data, begins(how, "message") ? text.len : 32);
	if (begins(how, "message"))
		kc_buf_push(ret_ours, text.data, text.len);
	else
		kc_buf_push(ret_ours, ret_theirs->data, ret_theirs->len);
	return begins(how, "digest") && has_hash;
}

static void check_ours(SecKeyAlgorithm name, const struct both *both, const char *what,
	const struct other_side_scheme *scheme, const struct kc_buf *theirs, CFDataRef input)
{
	CFErrorRef error = NULL;
	CFDataRef signature = SecKeyCreateSignature(both->private, name, input, &error);
	CFMutableDataRef changed;

	CHECK_MSG(code(&error) == 0 && signature, what);
	if (!signature)
		return;
	CHECK_MSG(other_side_verify(both->other, scheme, kc_buf_bytes(theirs), bytes_of(signature)),
		what);
	CHECK_MSG(SecKeyVerifySignature(both->public, name, input, signature, &error), what);
	CHECK_MSG(code(&error) == 0, what);

	changed = CFDataCreateMutableCopy(NULL, 0, signature);
	CFDataGetMutableBytePtr(changed)[CFDataGetLength(changed) - 1] ^= 1;
	CHECK_MSG(!SecKeyVerifySignature(both->public, name, input, changed, &error), what);
	CHECK_MSG(code(&error) == errSecVerifyFailed, what);
	CFRelease(changed);
	changed = CFDataCreateMutableCopy(NULL, 0, input);
	CFDataGetMutableBytePtr(changed)[3] ^= 1;
	CHECK_MSG(!SecKeyVerifySignature(both->public, name, changed, signature, &error), what);
	CHECK_MSG(code(&error) == errSecVerifyFailed, what);
	CFRelease(changed);

	CHECK_MSG(SecKeyCreateSignature(both->public, name, input, &error) == NULL, what);
	CHECK_MSG(code(&error) == errSecParam, what);
	CHECK_MSG(!SecKeyVerifySignature(both->private, name, input, signature, &error), what);
	CHECK_MSG(code(&error) == errSecParam, what);
	CHECK_MSG(SecKeyCreateSignature(both->private, name, NULL, &error) == NULL, what);
	CHECK_MSG(code(&error) == errSecParam, what);
	CFRelease(signature);
}

static void check_digest_len(SecKeyAlgorithm name, const struct both *both, const char *what)
{
	CFDataRef odd = data_of(kc_bytes("nineteen bytes only", 19));
	CFErrorRef error = NULL;

	CHECK_MSG(SecKeyCreateSignature(both->private, name, odd, &error) == NULL, what);
	CHECK_MSG(code(&error) == errSecParam, what);
	CHECK_MSG(!SecKeyVerifySignature(both->public, name, odd, odd, &error), what);
	CHECK_MSG(code(&error) == errSecParam, what);
	CFRelease(odd);
}

static void check_signature(
	const struct algorithm *algorithm, const struct words *words, const struct both *both)
{
	KC_CLEANUP_BUF struct kc_buf theirs = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf ours = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf made = KC_BUF_INIT;
	struct other_side_scheme scheme;
	bool is_digest = read_scheme(words, both, &scheme, &theirs, &ours);
	CFDataRef input = data_of(kc_buf_bytes(&ours)), signature;

	check_ours(*algorithm->name, both, algorithm->text, &scheme, &theirs, input);
	other_side_sign(both->other, &scheme, kc_buf_bytes(&theirs), &made);
	signature = data_of(kc_buf_bytes(&made));
	CHECK_MSG(SecKeyVerifySignature(both->public, *algorithm->name, input, signature, NULL),
		algorithm->text);
	if (is_digest)
		check_digest_len(*algorithm->name, both, algorithm->text);
	CFRelease(signature);
	CFRelease(input);
}

/* --- encryption ------------------------------------------------------------------------------ */

static int padding_of(const struct words *words)
{
	return is(words->parts[3], "raw")     ? RSA_NO_PADDING
	       : is(words->parts[3], "PKCS1") ? RSA_PKCS1_PADDING
					      : RSA_PKCS1_OAEP_PADDING;
}

static const char *oaep_hash(const struct words *words)
{
	return is(words->parts[3], "OAEP") ? words->parts[4] : NULL;
}

/* The parameters of one message. */
struct extra {
	CFDictionaryRef words;
	struct kc_bytes info, aad;
	size_t key_len;
};

/* SEC 1 5.1 with Apple's choices. */
static void ecies_cover(const struct words *words, const struct both *both, struct kc_buf *secret,
	struct kc_bytes point, const struct extra *extra, struct kc_buf *ret_key,
	struct kc_buf *ret_iv)
{
	KC_CLEANUP_BUF struct kc_buf info = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf output = KC_BUF_INIT;
	bool derives_iv = is(words->parts[6], "AESGCM-KDFIV");
	size_t len = extra->key_len ? extra->key_len : both->bits <= 256 ? 16 : 32;

	kc_buf_push(&info, point.data, point.len);
	kc_buf_push(&info, extra->info.data, extra->info.len);
	other_side_x963(words->parts[5], kc_buf_bytes(secret), kc_buf_bytes(&info),
		len + (derives_iv ? 16 : 0), &output);
	kc_buf_push(ret_key, output.data, len);
	kc_buf_push(ret_iv, derives_iv ? output.data + len : zero_iv().data, 16);
}

static void ecies_seal(const struct words *words, const struct both *both, struct kc_bytes plain,
	const struct extra *extra, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf iv = KC_BUF_INIT;
	EVP_PKEY *ephemeral = other_side_key("EC", both->bits);

	other_side_external(ephemeral, false, ret);
	other_side_agree(ephemeral, both->other, &secret);
	ecies_cover(words, both, &secret, kc_buf_bytes(ret), extra, &key, &iv);
	other_side_gcm_seal(kc_buf_bytes(&key), kc_buf_bytes(&iv), extra->aad, plain, ret);
	EVP_PKEY_free(ephemeral);
}

static bool ecies_open(const struct words *words, const struct both *both, struct kc_bytes sealed,
	const struct extra *extra, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf iv = KC_BUF_INIT;
	struct kc_bytes point = kc_bytes(sealed.data, 1 + 2 * ((both->bits + 7) / 8));
	EVP_PKEY *ephemeral = other_side_point(both->other, point);

	other_side_agree(both->other, ephemeral, &secret);
	EVP_PKEY_free(ephemeral);
	ecies_cover(words, both, &secret, point, extra, &key, &iv);
	return other_side_gcm_open(kc_buf_bytes(&key), kc_buf_bytes(&iv), extra->aad,
		kc_bytes(sealed.data + point.len, sealed.len - point.len), ret);
}

static void theirs_seal(const struct words *words, const struct both *both, struct kc_bytes plain,
	const struct extra *extra, struct kc_buf *ret)
{
	static const uint8_t session[32] = "sixteen or thirty-two bytes key";
	KC_CLEANUP_BUF struct kc_buf aad = KC_BUF_INIT;
	struct kc_bytes key = kc_bytes(session, both->bits < 4096 ? 16 : 32);

	if (is(words->parts[2], "ECIES")) {
		ecies_seal(words, both, plain, extra, ret);
	} else if (is(words->parts[5], "AESGCM")) {
		other_side_external(both->other, false, &aad);
		other_side_encrypt(both->other, padding_of(words), oaep_hash(words), key, ret);
		other_side_gcm_seal(key, zero_iv(), kc_buf_bytes(&aad), plain, ret);
	} else {
		other_side_encrypt(both->other, padding_of(words), oaep_hash(words), plain, ret);
	}
}

static bool theirs_open(const struct words *words, const struct both *both, struct kc_bytes sealed,
	const struct extra *extra, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf aad = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;
	size_t block = both->bits / 8;

	if (is(words->parts[2], "ECIES"))
		return ecies_open(words, both, sealed, extra, ret);
	if (!is(words->parts[5], "AESGCM")) {
		other_side_decrypt(both->other, padding_of(words), oaep_hash(words), sealed, ret);
		return true;
	}
	other_side_external(both->other, false, &aad);
	other_side_decrypt(both->other, padding_of(words), oaep_hash(words),
		kc_bytes(sealed.data, block), &key);
	CHECK(key.len == (both->bits < 4096 ? 16 : 32));
	return other_side_gcm_open(kc_buf_bytes(&key), zero_iv(), kc_buf_bytes(&aad),
		kc_bytes(sealed.data + block, sealed.len - block), ret);
}

static void check_sealed(const struct algorithm *algorithm, const struct words *words,
	const struct both *both, struct kc_bytes plain, const struct extra *extra)
{
	KC_CLEANUP_BUF struct kc_buf opened = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf made = KC_BUF_INIT;
	SecKeyAlgorithm name = *algorithm->name;
	CFErrorRef error = NULL;
	CFDataRef message = data_of(plain), sealed, theirs, back;

	sealed = SecKeyCreateEncryptedDataWithParameters(
		both->public, name, message, extra->words, &error);
	CHECK_MSG(code(&error) == 0 && sealed, algorithm->text);
	if (sealed)
		CHECK_MSG(theirs_open(words, both, bytes_of(sealed), extra, &opened) &&
				  kc_bytes_equal(kc_buf_bytes(&opened), plain),
			algorithm->text);
	theirs_seal(words, both, plain, extra, &made);
	theirs = data_of(kc_buf_bytes(&made));
	back = SecKeyCreateDecryptedDataWithParameters(
		both->private, name, theirs, extra->words, &error);
	CHECK_MSG(code(&error) == 0 && kc_bytes_equal(bytes_of(back), plain), algorithm->text);
	CHECK_MSG(SecKeyCreateEncryptedData(both->private, name, message, &error) == NULL,
		algorithm->text);
	CHECK_MSG(code(&error) == errSecParam, algorithm->text);
	CHECK_MSG(SecKeyCreateDecryptedData(both->public, name, theirs, &error) == NULL,
		algorithm->text);
	CHECK_MSG(code(&error) == errSecParam, algorithm->text);
	release(back);
	release(theirs);
	release(sealed);
	release(message);
}

/* 7.6: what is short or was changed is errSecParam. PKCS1 and raw blocks have nothing to tell by.
 */
static void check_damaged(
	const struct algorithm *algorithm, const struct both *both, const struct words *words)
{
	CFDataRef message = data_of(kc_bytes("message", 7)), sealed, shorter;
	CFErrorRef error = NULL;
	CFMutableDataRef changed;

	if (padding_of(words) != RSA_PKCS1_OAEP_PADDING && is(words->parts[2], "RSA")) {
		CFRelease(message);
		return;
	}
	sealed = SecKeyCreateEncryptedData(both->public, *algorithm->name, message, NULL);
	CHECK_FATAL(sealed != NULL);
	changed = CFDataCreateMutableCopy(NULL, 0, sealed);
	CFDataGetMutableBytePtr(changed)[CFDataGetLength(changed) - 1] ^= 1;
	CHECK(SecKeyCreateDecryptedData(both->private, *algorithm->name, changed, &error) == NULL);
	CHECK_MSG(code(&error) == errSecParam, algorithm->text);
	for (CFIndex len = CFDataGetLength(sealed) - 1; len > 0; len /= 2) {
		shorter = CFDataCreate(NULL, CFDataGetBytePtr(sealed), len);
		CHECK(SecKeyCreateDecryptedData(both->private, *algorithm->name, shorter, &error) ==
			NULL);
		CHECK_MSG(code(&error) == errSecParam, algorithm->text);
		CFRelease(shorter);
	}
	CFRelease(changed);
	CFRelease(sealed);
	CFRelease(message);
}

static void check_encryption(
	const struct algorithm *algorithm, const struct words *words, const struct both *both)
{
	static const uint8_t block[256] = {0, 1, 2, 3};
	const struct extra plain = {.words = NULL};
	int bits = 192;
	CFNumberRef size = CFNumberCreate(NULL, kCFNumberIntType, &bits);
	CFDataRef info = data_of(kc_bytes("shared", 6)), aad = data_of(kc_bytes("authentic", 9));
	const void *names[] = {kSecKeyKeyExchangeParameterSharedInfo,
		kSecKeyEncryptionParameterSymmetricAAD,
		kSecKeyEncryptionParameterSymmetricKeySizeInBits};
	const void *values[] = {info, aad, size};
	const struct extra more = {CFDictionaryCreate(NULL, names, values, 3, NULL, NULL),
		bytes_of(info), bytes_of(aad), 24};

	if (padding_of(words) == RSA_NO_PADDING)
		check_sealed(algorithm, words, both, KC_BYTES_OF(block), &plain);
	else
		check_sealed(algorithm, words, both, kc_bytes("a message", 9), &plain);
	if (is(words->parts[2], "ECIES")) {
		check_sealed(algorithm, words, both, KC_BYTES_OF(block), &more);
		check_sealed(algorithm, words, both, kc_bytes("", 0), &more);
	}
	check_damaged(algorithm, both, words);
	CFRelease(more.words);
	CFRelease(size);
	CFRelease(info);
	CFRelease(aad);
}

/* --- agreement ------------------------------------------------------------------------------- */

static CFDictionaryRef new_params(CFTypeRef size, CFTypeRef info)
{
	const void *names[] = {
		kSecKeyKeyExchangeParameterRequestedSize, kSecKeyKeyExchangeParameterSharedInfo};
	const void *values[] = {size, info};

	return CFDictionaryCreate(NULL, names, values, info ? 2 : 1, &kCFTypeDictionaryKeyCallBacks,
		&kCFTypeDictionaryValueCallBacks);
}

static void check_wrong_agreement(SecKeyAlgorithm name, const struct both *both, SecKeyRef peer,
	const char *what, bool derives)
{
	int bad = 0;
	CFNumberRef zero = CFNumberCreate(NULL, kCFNumberIntType, &bad);
	CFDictionaryRef params = new_params(zero, NULL), text = new_params(CFSTR("32"), NULL);
	SecKeyRef others = keys[is(both->name, "EC") ? 5 : 1].public;
	CFErrorRef error = NULL;
	const struct {
		SecKeyRef private, public;
		CFDictionaryRef params;
		bool wrong;
	} rows[] = {
		{both->private, peer, NULL, derives},
		{both->private, peer, params, true},
		{both->private, peer, text, true},
		{both->private, both->private, NULL, true},
		{both->private, others, NULL, true},
		{both->private, NULL, NULL, true},
		{both->public, peer, NULL, true},
		{NULL, peer, NULL, true},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CFDataRef result = SecKeyCopyKeyExchangeResult(
			rows[i].private, name, rows[i].public, rows[i].params, &error);
		CHECK_MSG((result == NULL) == rows[i].wrong, what);
		CHECK_MSG(code(&error) == (rows[i].wrong ? errSecParam : 0), what);
		release(result);
	}
	CFRelease(text);
	CFRelease(params);
	CFRelease(zero);
}

static void check_agreement(
	const struct algorithm *algorithm, const struct words *words, const struct both *both)
{
	KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf wanted = KC_BUF_INIT;
	struct both peer = *both;
	bool derives = is(words->parts[3], "KDFX963");
	int len = 100;
	CFNumberRef size = CFNumberCreate(NULL, kCFNumberIntType, &len);
	CFDataRef info = data_of(kc_bytes("shared info", 11)), got;
	CFDictionaryRef params = new_params(size, info);
	CFErrorRef error = NULL;

	peer.other = other_side_key(both->name, both->bits);
	peer.public = import(&peer, false);
	other_side_agree(peer.other, both->other, &secret);
	if (derives)
		other_side_x963(
			words->parts[4], kc_buf_bytes(&secret), bytes_of(info), 100, &wanted);
	else
		kc_buf_push(&wanted, secret.data, secret.len);
	got = SecKeyCopyKeyExchangeResult(
		both->private, *algorithm->name, peer.public, params, &error);
	CHECK_MSG(code(&error) == 0, algorithm->text);
	CHECK_MSG(kc_bytes_equal(bytes_of(got), kc_buf_bytes(&wanted)), algorithm->text);
	check_wrong_agreement(*algorithm->name, both, peer.public, algorithm->text, derives);
	release(got);
	CFRelease(params);
	CFRelease(info);
	CFRelease(size);
	CFRelease(peer.public);
	EVP_PKEY_free(peer.other);
}

/* --- the tests ------------------------------------------------------------------------------- */

static size_t each(const char *operation,
	void (*check)(const struct algorithm *, const struct words *, const struct both *))
{
	size_t count = 0;

	for (size_t i = 0; i < KC_COUNT_OF(algorithms); i++)
		for (size_t j = 0; j < KC_COUNT_OF(keys); j++) {
			struct words words;
			split(algorithms[i].text, &words);
			if (!is(words.parts[1], operation) || !is_served(&words) ||
				!is_for(&words, &keys[j]))
				continue;
			check(&algorithms[i], &words, &keys[j]);
			count++;
		}
	return count;
}

static void signatures(void)
{
	CHECK(each("sign", check_signature) == 22 + 2 * 23 + 2);
}

static void encryption(void)
{
	CHECK(each("encrypt", check_encryption) == 12 + 2 * 18);
}

static void agreement(void)
{
	CHECK(each("keyexchange", check_agreement) == 4 * 12);
}

/* RFC 8017: a digest with its frame must fit the block. */
static void small_keys_serve_small_hashes(void)
{
	struct both small = {
		"RSA", other_side_key("RSA", 512), NULL, NULL, kSecAttrKeyTypeRSA, 512};
	static const struct {
		const SecKeyAlgorithm *name;
		SecKeyOperationType operation;
		bool fits;
	} rows[] = {
		{&kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA256, 0, true},
		{&kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA384, 0, false},
		{&kSecKeyAlgorithmRSASignatureMessagePSSSHA1, 0, true},
		{&kSecKeyAlgorithmRSASignatureMessagePSSSHA256, 0, false},
		{&kSecKeyAlgorithmRSAEncryptionOAEPSHA1, 3, true},
		{&kSecKeyAlgorithmRSAEncryptionOAEPSHA256, 3, false},
	};

	small.private = import(&small, true);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		CHECK(SecKeyIsAlgorithmSupported(small.private, rows[i].operation, *rows[i].name) ==
			rows[i].fits);
	CFRelease(small.private);
	EVP_PKEY_free(small.other);
}

/* From 4096 bits on the AES key has 32 bytes; such a key takes seconds to make. */
static void large_keys_hold_large_sessions(void)
{
	struct both large = {.name = "RSA", .type = kSecAttrKeyTypeRSA, .bits = 4096};
	const char *longer = getenv("KC_LONG");

	if (!longer || !is(longer, "1"))
		return;
	large.other = other_side_key("RSA", 4096);
	large.private = import(&large, true);
	large.public = import(&large, false);
	for (size_t i = 0; i < KC_COUNT_OF(algorithms); i++) {
		struct words words;
		split(algorithms[i].text, &words);
		if (is(words.parts[3], "OAEP") && is(words.parts[5], "AESGCM"))
			check_encryption(&algorithms[i], &words, &large);
	}
	CFRelease(large.private);
	CFRelease(large.public);
	EVP_PKEY_free(large.other);
}

/* --- 7.6, legacy ----------------------------------------------------------------------------- */

/* clang-format off */
static const struct raw_row {
	size_t key; /* of the table above */
	SecPadding padding;
	size_t len; /* of the input */
	OSStatus status;
	struct other_side_scheme scheme;
} raw_rows[] = {
	{0, kSecPaddingNone,        256, 0,           {.padding = RSA_NO_PADDING}},
	{0, kSecPaddingPKCS1,       30,  0,           {.padding = RSA_PKCS1_PADDING}},
	{0, kSecPaddingPKCS1SHA1,   20,  0,           {"SHA1", RSA_PKCS1_PADDING, 0, false}},
	{0, kSecPaddingPKCS1SHA224, 28,  0,           {"SHA224", RSA_PKCS1_PADDING, 0, false}},
	{0, kSecPaddingPKCS1SHA256, 32,  0,           {"SHA256", RSA_PKCS1_PADDING, 0, false}},
	{0, kSecPaddingPKCS1SHA384, 48,  0,           {"SHA384", RSA_PKCS1_PADDING, 0, false}},
	{0, kSecPaddingPKCS1SHA512, 64,  0,           {"SHA512", RSA_PKCS1_PADDING, 0, false}},
	{0, kSecPaddingPKCS1SHA512, 32,  errSecParam, {0}},
	{0, kSecPaddingPKCS1MD2,    16,  errSecParam, {0}},
	{0, kSecPaddingPKCS1MD5,    16,  errSecParam, {0}},
	{0, kSecPaddingOAEP,        20,  errSecParam, {0}},
	{0, kSecPaddingSigRaw,      20,  errSecParam, {0}},
	{0, kSecPaddingPKCS1,       250, errSecParam, {0}},
	{1, kSecPaddingNone,        32,  0,           {0}},
	{1, kSecPaddingPKCS1,       20,  0,           {0}},
	{1, kSecPaddingPKCS1SHA256, 32,  0,           {0}},
	{2, kSecPaddingSigRaw,      32,  0,           {.side_by_side = true}},
	{3, kSecPaddingNone,        32,  errSecParam, {0}},
};
/* clang-format on */

static void check_raw(const struct raw_row *row)
{
	const struct both *both = &keys[row->key];
	uint8_t input[256] = {0, 9, 8, 7}, signature[600];
	size_t len = sizeof signature, small = 10;

	CHECK(SecKeyRawSign(both->private, row->padding, input, row->len, signature, &len) ==
		row->status);
	if (row->status != 0) {
		CHECK(len == sizeof signature);
		return;
	}
	CHECK(other_side_verify(
		both->other, &row->scheme, kc_bytes(input, row->len), kc_bytes(signature, len)));
	CHECK(SecKeyRawVerify(both->public, row->padding, input, row->len, signature, len) == 0);
	input[2] ^= 1;
	CHECK(SecKeyRawVerify(both->public, row->padding, input, row->len, signature, len) ==
		errSSLCrypto);
	CHECK(SecKeyRawSign(both->private, row->padding, input, row->len, signature, &small) ==
		errSecParam);
	CHECK(SecKeyRawSign(both->private, row->padding, input, row->len, NULL, &len) ==
		errSecParam);
	CHECK(SecKeyRawSign(both->public, row->padding, input, row->len, signature, &len) ==
		errSecParam);
}

static void paddings_sign(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(raw_rows); i++)
		check_raw(&raw_rows[i]);
}

static void paddings_encrypt(void)
{
	static const struct {
		SecPadding padding;
		size_t len;
		OSStatus status;
	} rows[] = {
		{kSecPaddingNone, 256, 0},
		{kSecPaddingPKCS1, 245, 0},
		{kSecPaddingPKCS1, 246, errSecParam},
		{kSecPaddingOAEP, 214, 0},
		{kSecPaddingOAEP, 215, errSecParam},
		{kSecPaddingPKCS1SHA1, 20, errSecParam},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		uint8_t plain[256] = {0, 4, 5, 6}, sealed[256], opened[256];
		size_t sealed_len = sizeof sealed, len = sizeof opened, small = 5;

		CHECK(SecKeyEncrypt(keys[0].public, rows[i].padding, plain, rows[i].len, sealed,
			      &sealed_len) == rows[i].status);
		if (rows[i].status != 0)
			continue;
		CHECK(SecKeyDecrypt(keys[0].private, rows[i].padding, sealed, sealed_len, opened,
			      &small) == errSecParam);
		CHECK(SecKeyDecrypt(keys[0].private, rows[i].padding, sealed, sealed_len, opened,
			      &len) == 0);
		CHECK(kc_bytes_equal(kc_bytes(opened, len), kc_bytes(plain, rows[i].len)));
	}
}

static void drop_keys(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(keys); i++) {
		CFRelease(keys[i].private);
		CFRelease(keys[i].public);
		EVP_PKEY_free(keys[i].other);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(make_keys),
		CHECK_TEST(only_fitting_keys_are_supported),
		CHECK_TEST(signatures),
		CHECK_TEST(encryption),
		CHECK_TEST(agreement),
		CHECK_TEST(small_keys_serve_small_hashes),
		CHECK_TEST(large_keys_hold_large_sessions),
		CHECK_TEST(paddings_sign),
		CHECK_TEST(paddings_encrypt),
		CHECK_TEST(drop_keys),
	};

	return check_main("keychainapi/key algorithms", tests, KC_COUNT_OF(tests));
}
