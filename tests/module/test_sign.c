/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, chapters 5.12 to 5.20: digests, signatures, key generation, random. OpenSSL checks
 * the signatures, so that the module and its service are not their own judges. */
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "tests/module/harness.h"

static CK_BYTE message[] = "It was the best of times, it was the worst of times";
#define MESSAGE_LEN (sizeof message - 1)

static void digests(void)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		const char *name;
	} rows[] = {
		{CKM_SHA_1, "SHA1"},
		{CKM_SHA224, "SHA224"},
		{CKM_SHA256, "SHA256"},
		{CKM_SHA384, "SHA384"},
		{CKM_SHA512, "SHA512"},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_MECHANISM mechanism = {rows[i].type, NULL, 0};
		CK_BYTE wanted[64], got[64];
		CK_ULONG len = 0, short_len = 4;
		size_t wanted_len = 0;

		CHECK_FATAL(EVP_Q_digest(
			NULL, rows[i].name, NULL, message, MESSAGE_LEN, wanted, &wanted_len));
		CHECK_RV(x.f->C_DigestInit(x.session, &mechanism), CKR_OK);
		CHECK_RV(x.f->C_DigestInit(x.session, &mechanism), CKR_OPERATION_ACTIVE);
		CHECK_RV(x.f->C_Digest(x.session, message, MESSAGE_LEN, NULL, &len), CKR_OK);
		CHECK(len == wanted_len);
		CHECK_RV(x.f->C_Digest(x.session, message, MESSAGE_LEN, got, &short_len),
			CKR_BUFFER_TOO_SMALL);
		CHECK_RV(x.f->C_Digest(x.session, message, MESSAGE_LEN, got, &len), CKR_OK);
		CHECK_MSG(memcmp(got, wanted, len) == 0, rows[i].name);
		CHECK_RV(x.f->C_DigestFinal(x.session, got, &len), CKR_OPERATION_NOT_INITIALIZED);

		CHECK_RV(x.f->C_DigestInit(x.session, &mechanism), CKR_OK);
		for (size_t j = 0; j < MESSAGE_LEN; j++)
			CHECK_RV(x.f->C_DigestUpdate(x.session, message + j, 1), CKR_OK);
		CHECK_RV(x.f->C_Digest(x.session, NULL, 0, got, &len), CKR_OPERATION_ACTIVE);
		memset(got, 0, sizeof got);
		len = sizeof got;
		CHECK_RV(x.f->C_DigestFinal(x.session, got, &len), CKR_OK);
		CHECK_MSG(len == wanted_len && memcmp(got, wanted, len) == 0, rows[i].name);
	}
	harness_end(&x);
}

static void digest_errors(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0}, sha256 = {CKM_SHA256, NULL, 0};
	CK_MECHANISM with_param = {CKM_SHA256, &sha256, 4};
	CK_BYTE got[64];
	CK_ULONG len = sizeof got;

	CHECK_RV(x.f->C_DigestInit(x.session, NULL), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_DigestInit(x.session, &ecdsa), CKR_MECHANISM_INVALID);
	CHECK_RV(x.f->C_DigestInit(x.session, &with_param), CKR_MECHANISM_PARAM_INVALID);
	CHECK_RV(x.f->C_DigestUpdate(x.session, got, 1), CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_DigestInit(x.session, &sha256), CKR_OK);
	CHECK_RV(x.f->C_DigestUpdate(x.session, NULL, 1), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_DigestFinal(x.session, got, &len), CKR_OPERATION_NOT_INITIALIZED);
	harness_end(&x);
}

static void random_bytes(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_BYTE a[32] = {0}, b[32] = {0};

	CHECK_RV(x.f->C_SeedRandom(x.session, a, sizeof a), CKR_OK);
	CHECK_RV(x.f->C_GenerateRandom(x.session, a, sizeof a), CKR_OK);
	CHECK_RV(x.f->C_GenerateRandom(x.session, b, sizeof b), CKR_OK);
	CHECK(memcmp(a, b, sizeof a) != 0);
	CHECK_RV(x.f->C_GenerateRandom(x.session, NULL, 0), CKR_OK);
	CHECK_RV(x.f->C_GenerateRandom(x.session, NULL, 1), CKR_ARGUMENTS_BAD);
	harness_end(&x);
}

/* A mechanism, the parameters that it is given, and how OpenSSL checks it. */
struct way {
	const char *name;
	CK_MECHANISM_TYPE mechanism;
	CK_MECHANISM_TYPE generator;
	const char *hash; /* of the message; NULL: the scheme takes the message itself */
	bool prehashed;	  /* the caller gives the digest */
	bool is_pss;
	CK_RSA_PKCS_PSS_PARAMS pss;
};
#define RSA CKM_RSA_PKCS_KEY_PAIR_GEN
#define EC CKM_EC_KEY_PAIR_GEN
#define ED CKM_EC_EDWARDS_KEY_PAIR_GEN

/* clang-format off */
#define PLAIN(name, mechanism, generator, hash, prehashed) \
	{name, CKM_##mechanism, generator, hash, prehashed, false, {0, 0, 0}}
#define PSS(name, mechanism, hash, prehashed, salt_len) \
	{name, CKM_##mechanism, RSA, #hash, prehashed, true, {CKM_##hash, CKG_MGF1_##hash, salt_len}}
static const struct way ways[] = {
	PLAIN("ECDSA",            ECDSA,               EC,  "SHA256", true),
	PLAIN("ECDSA-SHA224",     ECDSA_SHA224,        EC,  "SHA224", false),
	PLAIN("ECDSA-SHA256",     ECDSA_SHA256,        EC,  "SHA256", false),
	PLAIN("ECDSA-SHA384",     ECDSA_SHA384,        EC,  "SHA384", false),
	PLAIN("ECDSA-SHA512",     ECDSA_SHA512,        EC,  "SHA512", false),
	PLAIN("RSA-PKCS",         RSA_PKCS,            RSA, NULL,     false),
	PLAIN("SHA224-RSA-PKCS",  SHA224_RSA_PKCS,     RSA, "SHA224", false),
	PLAIN("SHA256-RSA-PKCS",  SHA256_RSA_PKCS,     RSA, "SHA256", false),
	PLAIN("SHA384-RSA-PKCS",  SHA384_RSA_PKCS,     RSA, "SHA384", false),
	PLAIN("SHA512-RSA-PKCS",  SHA512_RSA_PKCS,     RSA, "SHA512", false),
	PSS("RSA-PSS",            RSA_PKCS_PSS,        SHA256, true,  32),
	PSS("RSA-PSS, no salt",   RSA_PKCS_PSS,        SHA384, true,  0),
	PSS("SHA224-RSA-PSS",     SHA224_RSA_PKCS_PSS, SHA224, false, 28),
	PSS("SHA256-RSA-PSS",     SHA256_RSA_PKCS_PSS, SHA256, false, 32),
	PSS("SHA384-RSA-PSS",     SHA384_RSA_PKCS_PSS, SHA384, false, 48),
	PSS("SHA512-RSA-PSS",     SHA512_RSA_PKCS_PSS, SHA512, false, 20),
	PLAIN("EdDSA",            EDDSA,               ED,  NULL,     false),
};
/* clang-format on */

struct pair {
	CK_OBJECT_HANDLE public, private;
	EVP_PKEY *key; /* the public half, by OpenSSL */
};

static struct pair make_pair(const struct fixture *x, CK_MECHANISM_TYPE generator)
{
	struct pair pair = {0};
	CK_BYTE spki[1024];
	const unsigned char *at = spki;
	CK_ATTRIBUTE info = {CKA_PUBLIC_KEY_INFO, spki, sizeof spki};

	harness_make_pair(x, generator, "signs", &pair.public, &pair.private);
	CHECK_RV_FATAL(x->f->C_GetAttributeValue(x->session, pair.public, &info, 1), CKR_OK);
	pair.key = d2i_PUBKEY(NULL, &at, (long)info.ulValueLen);
	CHECK_FATAL(pair.key != NULL);
	return pair;
}

/* r‖s to the SEQUENCE that OpenSSL takes. */
static int sequence_of(const CK_BYTE *raw, CK_ULONG raw_len, unsigned char **ret)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	int half = (int)raw_len / 2, len;

	ECDSA_SIG_set0(sig, BN_bin2bn(raw, half, NULL), BN_bin2bn(raw + half, half, NULL));
	len = i2d_ECDSA_SIG(sig, ret);
	ECDSA_SIG_free(sig);
	return len;
}

static bool openssl_agrees(
	const struct way *way, EVP_PKEY *key, const CK_BYTE *signature, CK_ULONG signature_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_ctx = NULL;
	unsigned char *sequence = NULL;
	const unsigned char *checked = signature;
	size_t checked_len = signature_len;
	/* CKM_RSA_PKCS is given a DigestInfo of SHA-256 below. */
	const char *hash = way->mechanism == CKM_RSA_PKCS ? "SHA256" : way->hash;
	bool agrees;

	if (way->generator == EC) {
		checked_len = (size_t)sequence_of(signature, signature_len, &sequence);
		checked = sequence;
	}
	agrees = EVP_DigestVerifyInit_ex(ctx, &key_ctx, hash, NULL, NULL, key, NULL) == 1;
	if (way->is_pss)
		agrees = agrees &&
			 EVP_PKEY_CTX_set_rsa_padding(key_ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
			 EVP_PKEY_CTX_set_rsa_pss_saltlen(key_ctx, (int)way->pss.sLen) == 1;
	agrees = agrees && EVP_DigestVerify(ctx, checked, checked_len, message, MESSAGE_LEN) == 1;
	OPENSSL_free(sequence);
	EVP_MD_CTX_free(ctx);
	return agrees;
}

/* What the mechanism is to be given for the message. */
static size_t input_of(const struct way *way, CK_BYTE ret[128])
{
	static const CK_BYTE info_sha256[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48,
		0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
	size_t len = 0, prefix = 0;

	if (way->mechanism == CKM_RSA_PKCS) {
		prefix = sizeof info_sha256;
		memcpy(ret, info_sha256, prefix);
		EVP_Q_digest(NULL, "SHA256", NULL, message, MESSAGE_LEN, ret + prefix, &len);
	} else if (way->prehashed) {
		EVP_Q_digest(NULL, way->hash, NULL, message, MESSAGE_LEN, ret, &len);
	} else {
		memcpy(ret, message, len = MESSAGE_LEN);
	}
	return prefix + len;
}

static void check_way(const struct fixture *x, const struct way *way, const struct pair *pair)
{
	CK_RSA_PKCS_PSS_PARAMS pss = way->pss;
	CK_MECHANISM mechanism = {
		way->mechanism, way->is_pss ? &pss : NULL, way->is_pss ? sizeof pss : 0};
	CK_BYTE input[128], one[512], two[512];
	CK_ULONG input_len = input_of(way, input), one_len = 0, two_len = 4;

	/* at once, after asking for the length */
	CHECK_MSG(x->f->C_SignInit(x->session, &mechanism, pair->private) == CKR_OK, way->name);
	CHECK_MSG(x->f->C_Sign(x->session, input, input_len, NULL, &one_len) == CKR_OK, way->name);
	CHECK_MSG(x->f->C_Sign(x->session, input, input_len, one, &two_len) == CKR_BUFFER_TOO_SMALL,
		way->name);
	CHECK_MSG(two_len == one_len, way->name);
	CHECK_MSG(x->f->C_Sign(x->session, input, input_len, one, &one_len) == CKR_OK, way->name);
	CHECK_MSG(one_len == two_len, way->name);
	CHECK_MSG(openssl_agrees(way, pair->key, one, one_len), way->name);

	/* in parts */
	two_len = sizeof two;
	CHECK_MSG(x->f->C_SignInit(x->session, &mechanism, pair->private) == CKR_OK, way->name);
	CHECK_MSG(x->f->C_SignUpdate(x->session, input, 7) == CKR_OK, way->name);
	CHECK_MSG(x->f->C_SignUpdate(x->session, input + 7, input_len - 7) == CKR_OK, way->name);
	CHECK_MSG(x->f->C_SignFinal(x->session, two, &two_len) == CKR_OK, way->name);
	CHECK_MSG(openssl_agrees(way, pair->key, two, two_len), way->name);

	/* and back, right and with one bit wrong */
	CHECK_MSG(x->f->C_VerifyInit(x->session, &mechanism, pair->public) == CKR_OK, way->name);
	CHECK_MSG(x->f->C_Verify(x->session, input, input_len, one, one_len) == CKR_OK, way->name);
	CHECK_MSG(x->f->C_VerifyInit(x->session, &mechanism, pair->public) == CKR_OK, way->name);
	CHECK_MSG(x->f->C_VerifyUpdate(x->session, input, input_len) == CKR_OK, way->name);
	CHECK_MSG(x->f->C_VerifyFinal(x->session, two, two_len) == CKR_OK, way->name);
	one[one_len - 1] ^= 1;
	CHECK_MSG(x->f->C_VerifyInit(x->session, &mechanism, pair->public) == CKR_OK, way->name);
	CHECK_MSG(
		x->f->C_Verify(x->session, input, input_len, one, one_len) == CKR_SIGNATURE_INVALID,
		way->name);
	CHECK(!openssl_agrees(way, pair->key, one, one_len));
}

static void check_generator(CK_MECHANISM_TYPE generator)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	struct pair pair = make_pair(&x, generator);

	for (size_t i = 0; i < KC_COUNT_OF(ways); i++)
		if (ways[i].generator == generator)
			check_way(&x, &ways[i], &pair);
	EVP_PKEY_free(pair.key);
	CHECK_RV(x.f->C_DestroyObject(x.session, pair.public), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, pair.private), CKR_OK);
	harness_end(&x);
}

static void signatures_ec(void)
{
	check_generator(EC);
}

static void signatures_rsa(void)
{
	check_generator(RSA);
}

static void signatures_ed25519(void)
{
	check_generator(ED);
}

/* Signatures over SHA-1 can be checked, but not made, where the settings do not allow it. */
static void sha1(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA_1, CKG_MGF1_SHA1, 20};
	CK_MECHANISM rows[] = {
		{CKM_SHA1_RSA_PKCS, NULL, 0},
		{CKM_SHA1_RSA_PKCS_PSS, &pss, sizeof pss},
		{CKM_RSA_PKCS_PSS, &pss, sizeof pss},
	};
	struct pair pair = make_pair(&x, RSA);
	CK_BYTE signature[256] = {0};
	CK_MECHANISM_INFO info;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_RV refused = i < 2 ? CKR_MECHANISM_INVALID : CKR_MECHANISM_PARAM_INVALID;

		CHECK_RV(x.f->C_SignInit(x.session, &rows[i], pair.private), refused);
		CHECK_RV(x.f->C_VerifyInit(x.session, &rows[i], pair.public), CKR_OK);
		CHECK_RV(x.f->C_Verify(x.session, signature, 20, signature, sizeof signature),
			CKR_SIGNATURE_INVALID);
	}
	CHECK_RV(x.f->C_GetMechanismInfo(0, CKM_SHA1_RSA_PKCS, &info), CKR_OK);
	CHECK((info.flags & (CKF_SIGN | CKF_VERIFY)) == CKF_VERIFY);
	EVP_PKEY_free(pair.key);
	harness_end(&x);
}

static void sign_errors(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	struct pair pair = make_pair(&x, EC);
	CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0}, rsa = {CKM_RSA_PKCS, NULL, 0},
		     sha256 = {CKM_SHA256, NULL, 0}, pss = {CKM_RSA_PKCS_PSS, NULL, 0};
	CK_RSA_PKCS_PSS_PARAMS odd = {CKM_SHA256, 99, 32};
	CK_MECHANISM odd_pss = {CKM_RSA_PKCS_PSS, &odd, sizeof odd};
	CK_BYTE digest[32] = {0}, signature[64];
	CK_ULONG len = sizeof signature;
	CK_ATTRIBUTE no_sign[] = {ATTR(CKA_SIGN, harness_false)};

	CHECK_RV(
		x.f->C_Sign(x.session, digest, 32, signature, &len), CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_SignInit(x.session, NULL, pair.private), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_SignInit(x.session, &sha256, pair.private), CKR_MECHANISM_INVALID);
	CHECK_RV(x.f->C_SignInit(x.session, &pss, pair.private), CKR_MECHANISM_PARAM_INVALID);
	CHECK_RV(x.f->C_SignInit(x.session, &odd_pss, pair.private), CKR_MECHANISM_PARAM_INVALID);
	CHECK_RV(x.f->C_SignInit(x.session, &rsa, pair.private), CKR_KEY_TYPE_INCONSISTENT);
	CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, pair.public), CKR_KEY_TYPE_INCONSISTENT);
	CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, pair.private + 4000), CKR_KEY_HANDLE_INVALID);
	CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, pair.private), CKR_OK);
	CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, pair.private), CKR_OPERATION_ACTIVE);
	CHECK_RV(x.f->C_Sign(x.session, NULL, 32, signature, &len), CKR_ARGUMENTS_BAD);
	CHECK_RV(
		x.f->C_Sign(x.session, digest, 32, signature, &len), CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_SetAttributeValue(x.session, pair.private, no_sign, 1), CKR_OK);
	CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, pair.private), CKR_KEY_FUNCTION_NOT_PERMITTED);
	CHECK_RV(x.f->C_DestroyObject(x.session, pair.private), CKR_OK);
	CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, pair.private), CKR_KEY_HANDLE_INVALID);
	EVP_PKEY_free(pair.key);
	harness_end(&x);
}

/* Templates of C_GenerateKeyPair: what is refused, and why. */
static void generator_errors(void)
{
	static CK_ULONG bits_512 = 512, bits_2048 = 2048, rsa = CKK_RSA;
	static CK_BYTE three[] = {3};
	static const CK_BYTE ed25519[] = {0x06, 3, 0x2b, 0x65, 0x70};
	static const struct {
		const char *what;
		CK_MECHANISM_TYPE mechanism;
		CK_ATTRIBUTE public[3];
		CK_ULONG public_count;
		CK_ATTRIBUTE private[3];
		CK_ULONG private_count;
		CK_RV wanted;
	} rows[] = {
		{"no curve", EC, {{0}}, 0, {ATTR(CKA_TOKEN, harness_true)}, 1,
			CKR_TEMPLATE_INCOMPLETE},
		{"a curve of another mechanism", EC, {ATTR_BYTES(CKA_EC_PARAMS, ed25519)}, 1,
			{ATTR(CKA_TOKEN, harness_true)}, 1, CKR_CURVE_NOT_SUPPORTED},
		{"another key type", EC,
			{ATTR_BYTES(CKA_EC_PARAMS, harness_p256), ATTR(CKA_KEY_TYPE, rsa)}, 2,
			{ATTR(CKA_TOKEN, harness_true)}, 1, CKR_TEMPLATE_INCONSISTENT},
		{"no size", RSA, {{0}}, 0, {ATTR(CKA_TOKEN, harness_true)}, 1,
			CKR_TEMPLATE_INCOMPLETE},
		{"too small", RSA, {ATTR(CKA_MODULUS_BITS, bits_512)}, 1,
			{ATTR(CKA_TOKEN, harness_true)}, 1, CKR_KEY_SIZE_RANGE},
		{"exponent 3", RSA,
			{ATTR(CKA_MODULUS_BITS, bits_2048), ATTR_BYTES(CKA_PUBLIC_EXPONENT, three)},
			2, {ATTR(CKA_TOKEN, harness_true)}, 1, CKR_ATTRIBUTE_VALUE_INVALID},
		{"signs nothing but is private", EC, {ATTR_BYTES(CKA_EC_PARAMS, harness_p256)}, 1,
			{ATTR(CKA_TOKEN, harness_true), ATTR(CKA_VERIFY, harness_true)}, 2,
			CKR_ATTRIBUTE_TYPE_INVALID},
		{"not a generator", CKM_ECDSA, {{0}}, 0, {{0}}, 0, CKR_MECHANISM_INVALID},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE public, private;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_MECHANISM mechanism = {rows[i].mechanism, NULL, 0};
		CK_ATTRIBUTE pub[3], priv[3];
		memcpy(pub, rows[i].public, sizeof pub);
		memcpy(priv, rows[i].private, sizeof priv);
		CHECK_MSG(x.f->C_GenerateKeyPair(x.session, &mechanism, pub, rows[i].public_count,
				  priv, rows[i].private_count, &public, &private) == rows[i].wanted,
			rows[i].what);
	}
	harness_end(&x);
}

/* Elliptic curves do not encrypt or wrap in PKCS#11, also when the item says it, as SecItem does.
 */
static void uses_by_key_type(void)
{
	static const struct {
		const char *what;
		CK_MECHANISM_TYPE generator;
		CK_BBOOL encrypts;
	} rows[] = {{"EC", EC, CK_FALSE}, {"Ed25519", ED, CK_FALSE}, {"RSA", RSA, CK_TRUE}};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_OBJECT_HANDLE public, private, found[2];
		CK_BBOOL uses[6] = {2, 2, 2, 2, 2, 2};
		CK_ATTRIBUTE of_public[] = {ATTR(CKA_ENCRYPT, uses[0]), ATTR(CKA_WRAP, uses[1]),
			ATTR(CKA_VERIFY, uses[2])};
		CK_ATTRIBUTE of_private[] = {ATTR(CKA_DECRYPT, uses[3]), ATTR(CKA_UNWRAP, uses[4]),
			ATTR(CKA_SIGN, uses[5])};
		CK_ATTRIBUTE wanted[] = {ATTR(CKA_UNWRAP, harness_true), ATTR_TEXT(CKA_LABEL, "u")};

		harness_make_pair(&x, rows[i].generator, "u", &public, &private);
		CHECK_RV(x.f->C_GetAttributeValue(x.session, public, of_public, 3), CKR_OK);
		CHECK_RV(x.f->C_GetAttributeValue(x.session, private, of_private, 3), CKR_OK);
		CHECK_MSG(uses[2] == CK_TRUE && uses[5] == CK_TRUE, rows[i].what);
		for (size_t j = 0; j < KC_COUNT_OF(uses); j++)
			CHECK_MSG(j % 3 == 2 || uses[j] == rows[i].encrypts, rows[i].what);
		CHECK_MSG(harness_find(&x, wanted, 2, found, 2) == rows[i].encrypts, rows[i].what);
		CHECK_RV(x.f->C_DestroyObject(x.session, public), CKR_OK);
		CHECK_RV(x.f->C_DestroyObject(x.session, private), CKR_OK);
	}
	harness_end(&x);
}

/* p11tool stores no public half: it is a session object, and verifies all the same. */
static void public_half_in_session(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_MECHANISM generate = {CKM_EC_KEY_PAIR_GEN, NULL, 0}, ecdsa = {CKM_ECDSA, NULL, 0};
	CK_BYTE id[] = {1, 2, 3}, digest[32] = {7}, signature[64];
	CK_ULONG len = sizeof signature;
	CK_ATTRIBUTE public[] = {ATTR_BYTES(CKA_EC_PARAMS, harness_p256), ATTR_BYTES(CKA_ID, id)};
	CK_ATTRIBUTE private[] = {ATTR(CKA_TOKEN, harness_true), ATTR_BYTES(CKA_ID, id)};
	CK_ATTRIBUTE by_id[] = {ATTR_BYTES(CKA_ID, id), ATTR(CKA_TOKEN, harness_true)};
	CK_OBJECT_HANDLE verifier, signer, found[4];

	CHECK_RV_FATAL(x.f->C_GenerateKeyPair(
			       x.session, &generate, public, 2, private, 2, &verifier, &signer),
		CKR_OK);
	CHECK(harness_find(&x, by_id, 1, found, 4) == 2);
	CHECK(harness_find(&x, by_id, 2, found, 4) == 1 && found[0] == signer);
	CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, signer), CKR_OK);
	CHECK_RV(x.f->C_Sign(x.session, digest, 32, signature, &len), CKR_OK);
	CHECK_RV(x.f->C_VerifyInit(x.session, &ecdsa, verifier), CKR_OK);
	CHECK_RV(x.f->C_Verify(x.session, digest, 32, signature, len), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, signer), CKR_OK);
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(digests),
		CHECK_TEST(digest_errors),
		CHECK_TEST(random_bytes),
		CHECK_TEST(signatures_ec),
		CHECK_TEST(signatures_rsa),
		CHECK_TEST(signatures_ed25519),
		CHECK_TEST(sha1),
		CHECK_TEST(sign_errors),
		CHECK_TEST(generator_errors),
		CHECK_TEST(uses_by_key_type),
		CHECK_TEST(public_half_in_session),
	};
	int status;

	harness_start();
	status = check_main("module: digests, signatures, keys", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
