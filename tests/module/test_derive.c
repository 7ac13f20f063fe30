/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.18.5: keys out of keys. Vectors of RFC 7748, RFC 5869 and NIST's tests of SP
 * 800-108; what no standard has a vector of was computed apart, by the formula of the standard. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "tests/crypto/hex.h"
#include "tests/module/keys.h"

static CK_OBJECT_CLASS secret_class = CKO_SECRET_KEY, private_class = CKO_PRIVATE_KEY;
static CK_KEY_TYPE aes = CKK_AES, generic = CKK_GENERIC_SECRET, montgomery = CKK_EC_MONTGOMERY;
static CK_ULONG len_16 = 16, len_32 = 32, len_40 = 40;
static const CK_BYTE x25519[] = {0x06, 3, 0x2b, 0x65, 0x6e}, x448[] = {0x06, 3, 0x2b, 0x65, 0x6f},
		     p384[] = {0x06, 5, 0x2b, 0x81, 4, 0, 0x22},
		     p521[] = {0x06, 5, 0x2b, 0x81, 4, 0, 0x23};

#define BASE_HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

/* --- agreement ----------------------------------------------------------------------------------
 */

#define BOB "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"
#define ALICE_PUBLIC "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"

static CK_OBJECT_HANDLE bring_bob(const struct fixture *x)
{
	KC_CLEANUP_BUF struct kc_buf scalar = KC_BUF_INIT;
	CK_OBJECT_HANDLE bob = 0;

	hex_push(&scalar, BOB);
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_CLASS, private_class),
		ATTR(CKA_KEY_TYPE, montgomery),
		ATTR_BYTES(CKA_EC_PARAMS, x25519),
		{CKA_VALUE, scalar.data, scalar.len},
		ATTR(CKA_DERIVE, harness_true),
	};
	CHECK_RV_FATAL(x->f->C_CreateObject(x->session, template, 5, &bob), CKR_OK);
	return bob;
}

/* RFC 7748, 6.1, as it is, cut (from its beginning), and hashed. */
static void x25519_vector(void)
{
	static const struct {
		const char *what;
		CK_ULONG kdf, len;
		const char *info, *wanted;
	} rows[] = {
		{"all of it", CKD_NULL, 0, "",
			"4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
		{"said", CKD_NULL, 32, "",
			"4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
		{"its end", CKD_NULL, 16, "", "e07e21c947d19e3376f09b3c1e161742"},
		{"hashed", CKD_SHA256_KDF, 48, "info",
			"1ff2ae97e3f67cdb70ef7d2faf09855c90ae3b939c575ffecee8a6b122bf2a65"
			"358f48264ef135a091e6a6e6ec96f6c0"},
		{"hashed and short", CKD_SHA256_KDF, 16, "info",
			"1ff2ae97e3f67cdb70ef7d2faf09855c"},
		{"hashed otherwise", CKD_SHA256_KDF_SP800, 48, "info",
			"9b96204680e4375f4d79e4d69fc68f6d6546856b2a098a5ae2f9db74c9f4d1d4"
			"807c9a28cbdc958a75f2163a99ee1393"},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	KC_CLEANUP_BUF struct kc_buf peer = KC_BUF_INIT;
	CK_OBJECT_HANDLE bob = bring_bob(&x), key = 0;

	/* The second half of the rows gives the point in DER. */
	hex_push(&peer, "0420" ALICE_PUBLIC);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		bool bare = i % 2 == 0;
		CK_ECDH1_DERIVE_PARAMS ecdh = {rows[i].kdf, strlen(rows[i].info),
			(CK_BYTE *)(uintptr_t)rows[i].info, bare ? 32 : 34,
			peer.data + (bare ? 2 : 0)};
		CK_MECHANISM how = {CKM_ECDH1_DERIVE, &ecdh, sizeof ecdh};

		CHECK_MSG(
			keys_derive(&x, &how, bob, CKK_GENERIC_SECRET, rows[i].len, &key) == CKR_OK,
			rows[i].what);
		CHECK_MSG(keys_value_is(&x, key, rows[i].wanted), rows[i].what);
		CHECK_MSG(keys_flag(&x, key, CKA_LOCAL) == CK_FALSE, rows[i].what);
	}
	harness_end(&x);
}

/* With OpenSSL as the other party, in both roles' places of every curve. */
static void check_curve(const struct fixture *x, const char *what, CK_MECHANISM_TYPE generator,
	struct kc_bytes params, const char *type, const char *group)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	EVP_PKEY *own = group ? EVP_PKEY_Q_keygen(NULL, NULL, type, group)
			      : EVP_PKEY_Q_keygen(NULL, NULL, type);
	CK_BYTE point[256], theirs[256], secret[128];
	CK_ATTRIBUTE asked = ATTR(CKA_PUBLIC_KEY_INFO, theirs);
	const unsigned char *at = theirs;
	CK_OBJECT_HANDLE public, private, key = 0;
	size_t point_len = 0, secret_len = sizeof secret;
	EVP_PKEY *peer;
	EVP_PKEY_CTX *ctx;

	keys_pair(x, generator, params, &public, &private);
	CHECK_RV(x->f->C_GetAttributeValue(x->session, public, &asked, 1), CKR_OK);
	peer = d2i_PUBKEY(NULL, &at, (long)asked.ulValueLen);
	ctx = EVP_PKEY_CTX_new(own, NULL);
	CHECK_FATAL(peer && ctx && EVP_PKEY_derive_init(ctx) == 1);
	CHECK_FATAL(EVP_PKEY_derive_set_peer(ctx, peer) == 1);
	CHECK_FATAL(EVP_PKEY_derive(ctx, secret, &secret_len) == 1);
	CHECK_FATAL(EVP_PKEY_get_octet_string_param(own, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point,
			    sizeof point, &point_len) == 1);
	for (unsigned i = 0; i < 2; i++) {
		CK_ECDH1_DERIVE_PARAMS ecdh = {CKD_NULL, 0, NULL, point_len, point};
		CK_MECHANISM how = {
			i ? CKM_ECDH1_COFACTOR_DERIVE : CKM_ECDH1_DERIVE, &ecdh, sizeof ecdh};
		CHECK_MSG(
			keys_derive(x, &how, private, CKK_GENERIC_SECRET, 0, &key) == CKR_OK, what);
		CHECK_MSG(keys_value(x, key, &value) && kc_bytes_equal(kc_buf_bytes(&value),
								kc_bytes(secret, secret_len)),
			what);
	}
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	EVP_PKEY_free(own);
}

static void agreements(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);

	check_curve(&x, "P-256", CKM_EC_KEY_PAIR_GEN, KC_BYTES_OF(harness_p256), "EC", "P-256");
	check_curve(&x, "P-384", CKM_EC_KEY_PAIR_GEN, KC_BYTES_OF(p384), "EC", "P-384");
	check_curve(&x, "P-521", CKM_EC_KEY_PAIR_GEN, KC_BYTES_OF(p521), "EC", "P-521");
	check_curve(
		&x, "X25519", CKM_EC_MONTGOMERY_KEY_PAIR_GEN, KC_BYTES_OF(x25519), "X25519", NULL);
	check_curve(&x, "X448", CKM_EC_MONTGOMERY_KEY_PAIR_GEN, KC_BYTES_OF(x448), "X448", NULL);
	harness_end(&x);
}

static void agreement_errors(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	KC_CLEANUP_BUF struct kc_buf peer = KC_BUF_INIT;
	CK_ECDH1_DERIVE_PARAMS good, ecdh;
	CK_MECHANISM how = {CKM_ECDH1_DERIVE, &ecdh, sizeof ecdh};
	CK_BYTE zero[32] = {0}, off_curve[65] = {4, 1};
	CK_OBJECT_HANDLE bob = bring_bob(&x), key = 77, public, private;

	hex_push(&peer, ALICE_PUBLIC);
	good = (CK_ECDH1_DERIVE_PARAMS){CKD_NULL, 0, NULL, 32, peer.data};
#define GIVES(change, wanted)                                                                 \
	do {                                                                                  \
		ecdh = good;                                                                  \
		change;                                                                       \
		CHECK_RV(keys_derive(&x, &how, bob, CKK_GENERIC_SECRET, 32, &key), (wanted)); \
	} while (0)
	GIVES(ecdh.kdf = 0, CKR_MECHANISM_PARAM_INVALID);
	GIVES(ecdh.kdf = 99, CKR_MECHANISM_PARAM_INVALID);
	GIVES(ecdh.public_data = NULL, CKR_MECHANISM_PARAM_INVALID);
	GIVES(ecdh.public_data_len = 31, CKR_MECHANISM_PARAM_INVALID);
	GIVES(ecdh.public_data_len = (CK_ULONG)-1, CKR_MECHANISM_PARAM_INVALID);
	GIVES(ecdh.shared_data_len = 5, CKR_MECHANISM_PARAM_INVALID);
	GIVES((ecdh.shared_data = zero, ecdh.shared_data_len = 5), CKR_MECHANISM_PARAM_INVALID);
	GIVES(ecdh.public_data = zero, CKR_PUBLIC_KEY_INVALID);
	GIVES(how.ulParameterLen--, CKR_MECHANISM_PARAM_INVALID);
	how.ulParameterLen++;
	GIVES(how.pParameter = NULL, CKR_MECHANISM_PARAM_INVALID);
	how.pParameter = &ecdh;
#undef GIVES
	ecdh = good;
	CHECK_RV(keys_derive(&x, &how, bob, CKK_GENERIC_SECRET, 33, &key), CKR_KEY_SIZE_RANGE);
	CHECK_RV(keys_derive(&x, &how, bob, CKK_AES, 17, &key), CKR_ATTRIBUTE_VALUE_INVALID);
	ecdh.kdf = CKD_SHA256_KDF;
	CHECK_RV(keys_derive(&x, &how, bob, CKK_GENERIC_SECRET, 0, &key), CKR_TEMPLATE_INCOMPLETE);
	CHECK_RV(keys_derive(&x, &how, bob, CKK_RSA, 16, &key), CKR_ATTRIBUTE_VALUE_INVALID);
	keys_pair(&x, CKM_EC_KEY_PAIR_GEN, KC_BYTES_OF(harness_p256), &public, &private);
	ecdh = (CK_ECDH1_DERIVE_PARAMS){CKD_NULL, 0, NULL, 65, off_curve};
	CHECK_RV(keys_derive(&x, &how, private, CKK_AES, 32, &key), CKR_PUBLIC_KEY_INVALID);
	CHECK_RV(keys_derive(&x, &how, public, CKK_AES, 32, &key), CKR_KEY_TYPE_INCONSISTENT);
	CHECK(key == 77);
	harness_end(&x);
}

/* --- HKDF ---------------------------------------------------------------------------------------
 */

/* RFC 5869, A.1. */
static void hkdf(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	KC_CLEANUP_BUF struct kc_buf salt = KC_BUF_INIT, info = KC_BUF_INIT;
	CK_HKDF_PARAMS params = {.bExtract = CK_TRUE,
		.bExpand = CK_TRUE,
		.prfHashMechanism = CKM_SHA256,
		.ulSaltType = CKF_HKDF_SALT_DATA};
	CK_MECHANISM how = {CKM_HKDF_DERIVE, &params, sizeof params};
	CK_OBJECT_HANDLE base, key = 0, salt_key, prk = 0;

	hex_push(&salt, "000102030405060708090a0b0c");
	hex_push(&info, "f0f1f2f3f4f5f6f7f8f9");
	params.pSalt = salt.data;
	params.ulSaltLen = salt.len;
	params.pInfo = info.data;
	params.ulInfoLen = info.len;
	base = keys_secret_hex(&x, CKK_HKDF, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
	salt_key = keys_secret_hex(&x, CKK_HKDF, "000102030405060708090a0b0c");
#define OKM                                                                \
	"3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf" \
	"34007208d5b887185865"
	CHECK_RV(keys_derive(&x, &how, base, CKK_GENERIC_SECRET, 42, &key), CKR_OK);
	CHECK(keys_value_is(&x, key, OKM));
	params.ulSaltType = CKF_HKDF_SALT_KEY;
	params.hSaltKey = salt_key;
	params.pSalt = NULL;
	CHECK_RV(keys_derive(&x, &how, base, CKK_GENERIC_SECRET, 42, &key), CKR_OK);
	CHECK(keys_value_is(&x, key, OKM));
	params.bExpand = CK_FALSE;
	CHECK_RV(keys_derive(&x, &how, base, CKK_HKDF, 0, &prk), CKR_OK);
	CHECK(keys_value_is(
		&x, prk, "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"));
	params.bExpand = CK_TRUE;
	params.bExtract = CK_FALSE;
	CHECK_RV(keys_derive(&x, &how, prk, CKK_GENERIC_SECRET, 42, &key), CKR_OK);
	CHECK(keys_value_is(&x, key, OKM));
	CHECK_RV(keys_derive(&x, &how, prk, CKK_AES, 32, &key), CKR_OK);
	CHECK(keys_number(&x, key, CKA_KEY_TYPE) == CKK_AES);
	CHECK_RV(keys_derive(&x, &how, prk, CKK_GENERIC_SECRET, 0, &key), CKR_TEMPLATE_INCOMPLETE);
	CHECK_RV(keys_derive(&x, &how, prk, CKK_GENERIC_SECRET, 255 * 32 + 1, &key),
		CKR_KEY_SIZE_RANGE);
	params.bExpand = CK_FALSE;
	CHECK_RV(keys_derive(&x, &how, prk, CKK_AES, 32, &key), CKR_MECHANISM_PARAM_INVALID);
	params.bExtract = CK_TRUE;
	CHECK_RV(keys_derive(&x, &how, base, CKK_GENERIC_SECRET, 33, &key), CKR_KEY_SIZE_RANGE);
	params.ulSaltType = 3;
	CHECK_RV(keys_derive(&x, &how, base, CKK_AES, 32, &key), CKR_MECHANISM_PARAM_INVALID);
	params.ulSaltType = CKF_HKDF_SALT_KEY;
	params.hSaltKey = 0;
	CHECK_RV(keys_derive(&x, &how, base, CKK_AES, 32, &key), CKR_KEY_HANDLE_INVALID);
	params.ulSaltType = CKF_HKDF_SALT_DATA;
	CHECK_RV(keys_derive(&x, &how, base, CKK_AES, 32, &key), CKR_MECHANISM_PARAM_INVALID);
	params.ulSaltType = CKF_HKDF_SALT_NULL;
	params.prfHashMechanism = CKM_SHA256_HMAC;
	CHECK_RV(keys_derive(&x, &how, base, CKK_AES, 32, &key), CKR_MECHANISM_PARAM_INVALID);
	harness_end(&x);
}

/* The same as a data object, on the token and in the session. */
static void hkdf_data(void)
{
	static CK_OBJECT_CLASS data_class = CKO_DATA;
	static CK_ULONG len_42 = 42;
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	KC_CLEANUP_BUF struct kc_buf salt = KC_BUF_INIT, info = KC_BUF_INIT;
	CK_HKDF_PARAMS params = {.bExtract = CK_TRUE,
		.bExpand = CK_TRUE,
		.prfHashMechanism = CKM_SHA256,
		.ulSaltType = CKF_HKDF_SALT_DATA};
	CK_MECHANISM how = {CKM_HKDF_DATA, &params, sizeof params};
	CK_OBJECT_HANDLE key = 77;
	CK_OBJECT_HANDLE base =
		keys_secret_hex(&x, CKK_HKDF, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");

	hex_push(&salt, "000102030405060708090a0b0c");
	hex_push(&info, "f0f1f2f3f4f5f6f7f8f9");
	params.pSalt = salt.data;
	params.ulSaltLen = salt.len;
	params.pInfo = info.data;
	params.ulInfoLen = info.len;
	for (CK_BBOOL on_token = CK_FALSE; on_token <= CK_TRUE; on_token++) {
		CK_ATTRIBUTE template[] = {ATTR(CKA_VALUE_LEN, len_42), ATTR(CKA_TOKEN, on_token),
			ATTR(CKA_CLASS, data_class), ATTR_TEXT(CKA_LABEL, "derived")};

		CHECK_RV(x.f->C_DeriveKey(x.session, &how, base, template, 4, &key), CKR_OK);
		CHECK(keys_number(&x, key, CKA_CLASS) == CKO_DATA);
		CHECK(keys_flag(&x, key, CKA_TOKEN) == on_token);
		CHECK(keys_value_is(&x, key, OKM));
		CHECK_RV(x.f->C_DestroyObject(x.session, key), CKR_OK);
	}
	CK_ATTRIBUTE wrong[] = {ATTR(CKA_VALUE_LEN, len_42), ATTR(CKA_CLASS, secret_class)};
	CK_ATTRIBUTE odd[] = {ATTR(CKA_VALUE_LEN, len_42), ATTR(CKA_SENSITIVE, harness_false)};
	CK_ATTRIBUTE given[] = {ATTR(CKA_VALUE_LEN, len_42), {CKA_VALUE, salt.data, salt.len}};
	CHECK_RV(
		x.f->C_DeriveKey(x.session, &how, base, wrong, 2, &key), CKR_TEMPLATE_INCONSISTENT);
	CHECK_RV(x.f->C_DeriveKey(x.session, &how, base, odd, 2, &key), CKR_ATTRIBUTE_TYPE_INVALID);
	CHECK_RV(x.f->C_DeriveKey(x.session, &how, base, given, 2, &key), CKR_ATTRIBUTE_READ_ONLY);
	CHECK_RV(x.f->C_DeriveKey(x.session, &how, base, wrong + 1, 0, &key),
		CKR_TEMPLATE_INCOMPLETE);
	harness_end(&x);
}

/* --- SP 800-108 ---------------------------------------------------------------------------------
 */

static CK_SP800_108_COUNTER_FORMAT counter_32 = {CK_FALSE, 32}, counter_8 = {CK_FALSE, 8};
static CK_BYTE label[] = {'l', 'a', 'b', 'e', 'l', 0, 'c', 'o', 'n', 't', 'e', 'x', 't'};
#define COUNTER_32                                                              \
	{                                                                       \
		CK_SP800_108_ITERATION_VARIABLE, &counter_32, sizeof counter_32 \
	}
#define LABEL                                                \
	{                                                    \
		CK_SP800_108_BYTE_ARRAY, label, sizeof label \
	}

/* NIST, KDF in counter mode: HMAC of SHA-256, 32 bits of counter before the fixed input. */
static void counter_vector(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	KC_CLEANUP_BUF struct kc_buf fixed = KC_BUF_INIT;
	CK_OBJECT_HANDLE
	key = 0, base = keys_secret_hex(&x, CKK_GENERIC_SECRET,
			 "dd1d91b7d90b2bd3138533ce92b272fbf8a369316aefe242e659cc0ae238afe0");

	hex_push(&fixed, "01322b96b30acd197979444e468e1c5c6859bf1b1cf951b7e725303e237e46b8"
			 "64a145fab25e517b08f8683d0315bb2911d80a0e8aba17f3b413faac");
	CK_PRF_DATA_PARAM pieces[] = {COUNTER_32, {CK_SP800_108_BYTE_ARRAY, fixed.data, fixed.len}};
	CK_SP800_108_KDF_PARAMS params = {CKM_SHA256_HMAC, 2, pieces, 0, NULL};
	CK_MECHANISM how = {CKM_SP800_108_COUNTER_KDF, &params, sizeof params};
	CHECK_RV(keys_derive(&x, &how, base, CKK_AES, 16, &key), CKR_OK);
	CHECK(keys_value_is(&x, key, "10621342bfb0fd40046c0e29f2cfdbf0"));
	harness_end(&x);
}

/* Two keys of one call, the second from the second output on; and the length of both fed in. */
static void several_keys(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_SP800_108_DKM_LENGTH_FORMAT length = {CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, CK_FALSE, 32};
	CK_PRF_DATA_PARAM pieces[] = {
		COUNTER_32, LABEL, {CK_SP800_108_DKM_LENGTH, &length, sizeof length}};
	CK_OBJECT_HANDLE base = keys_secret_hex(&x, CKK_GENERIC_SECRET, BASE_HEX), key, more = 0;
	CK_ATTRIBUTE template[] = {ATTR(CKA_CLASS, secret_class), ATTR(CKA_KEY_TYPE, generic),
		ATTR(CKA_VALUE_LEN, len_40), ATTR(CKA_SENSITIVE, harness_false),
		ATTR(CKA_EXTRACTABLE, harness_true)};
	CK_DERIVED_KEY derived = {template, 5, &more};
	CK_SP800_108_KDF_PARAMS params = {CKM_SHA256_HMAC, 3, pieces, 1, &derived};
	CK_MECHANISM how = {CKM_SP800_108_COUNTER_KDF, &params, sizeof params};

	CHECK_RV(keys_derive(&x, &how, base, CKK_AES, 16, &key), CKR_OK);
	CHECK(keys_value_is(&x, key, "9d8d6a235aeea0855b9cfe9264373bf2"));
	CHECK(keys_value_is(&x, more,
		"26cbee4ed16961c9d03432542ae103c630fcc700a14370e5af2b682139340eee"
		"c283e55a62663f38"));
	length.dkmLengthMethod = CK_SP800_108_DKM_LENGTH_SUM_OF_SEGMENTS;
	CHECK_RV(keys_derive(&x, &how, base, CKK_AES, 16, &key), CKR_OK);
	CHECK(keys_value_is(&x, key, "71a9167cf4ed4ffe52f1ae73fd4b94c7"));
	CHECK(keys_value_is(&x, more,
		"3b136f63737c58b480d6395b3c08c9d7d5ff55f501a0cc30bd7bf1ade25e929e"
		"4756688c19345e8b"));
	harness_end(&x);
}

/* When one of several cannot be made, none is left. */
static void all_or_none(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_PRF_DATA_PARAM pieces[] = {COUNTER_32, LABEL};
	CK_OBJECT_HANDLE base = keys_secret_hex(&x, CKK_GENERIC_SECRET, BASE_HEX), key = 77;
	CK_OBJECT_HANDLE more[2] = {78, 79}, found[8];
	CK_BYTE odd_check_value[3] = {1, 2, 3};
	CK_ATTRIBUTE good[] = {ATTR(CKA_VALUE_LEN, len_40), ATTR_TEXT(CKA_LABEL, "several"),
		ATTR(CKA_TOKEN, harness_true)};
	CK_ATTRIBUTE bad[] = {ATTR(CKA_VALUE_LEN, len_40), ATTR_TEXT(CKA_LABEL, "several"),
		ATTR_BYTES(CKA_CHECK_VALUE, odd_check_value)};
	CK_DERIVED_KEY derived[] = {{good, 3, &more[0]}, {bad, 3, &more[1]}};
	CK_SP800_108_KDF_PARAMS params = {CKM_SHA256_HMAC, 2, pieces, 2, derived};
	CK_MECHANISM how = {CKM_SP800_108_COUNTER_KDF, &params, sizeof params};

	CHECK_RV(x.f->C_DeriveKey(x.session, &how, base, good, 2, &key),
		CKR_ATTRIBUTE_VALUE_INVALID);
	CHECK(key == 77 && more[0] == 78 && more[1] == 79);
	CHECK(harness_find(&x, &good[1], 1, found, 8) == 0);
	derived[1].ulAttributeCount = 2;
	CHECK_RV(x.f->C_DeriveKey(x.session, &how, base, good, 2, &key), CKR_OK);
	CHECK(harness_find(&x, &good[1], 1, found, 8) == 3);
	CHECK_RV(x.f->C_DestroyObject(x.session, more[0]), CKR_OK);
	harness_end(&x);
}

static void other_modes(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_BYTE iv[] = "0123456789abcdef";
	CK_PRF_DATA_PARAM counted[] = {{CK_SP800_108_ITERATION_VARIABLE, NULL, 0},
		{CK_SP800_108_COUNTER, &counter_8, sizeof counter_8}, LABEL};
	CK_PRF_DATA_PARAM plain[] = {{CK_SP800_108_ITERATION_VARIABLE, NULL, 0}, LABEL};
	CK_PRF_DATA_PARAM by_cmac[] = {
		{CK_SP800_108_ITERATION_VARIABLE, &counter_8, sizeof counter_8}, LABEL};
	CK_SP800_108_FEEDBACK_KDF_PARAMS feedback = {CKM_SHA256_HMAC, 3, counted, 16, iv, 0, NULL};
	CK_SP800_108_KDF_PARAMS pipeline = {CKM_SHA256_HMAC, 2, plain, 0, NULL};
	CK_SP800_108_KDF_PARAMS cmac = {CKM_AES_CMAC, 2, by_cmac, 0, NULL};
	CK_MECHANISM by_feedback = {CKM_SP800_108_FEEDBACK_KDF, &feedback, sizeof feedback};
	CK_MECHANISM by_pipeline = {CKM_SP800_108_DOUBLE_PIPELINE_KDF, &pipeline, sizeof pipeline};
	CK_MECHANISM with_cmac = {CKM_SP800_108_COUNTER_KDF, &cmac, sizeof cmac};
	CK_OBJECT_HANDLE base = keys_secret_hex(&x, CKK_GENERIC_SECRET, BASE_HEX), key = 0;

	CHECK_RV(keys_derive(&x, &by_feedback, base, CKK_GENERIC_SECRET, 48, &key), CKR_OK);
	CHECK(keys_value_is(&x, key,
		"7ddbd1d07fb2172c0b8dc415b00bd347ae079319e9cab619a37b168b0ed4fbfe"
		"42c927553df4eb020a84a3869bcf6acc"));
	feedback = (CK_SP800_108_FEEDBACK_KDF_PARAMS){CKM_SHA256_HMAC, 2, plain, 0, NULL, 0, NULL};
	CHECK_RV(keys_derive(&x, &by_feedback, base, CKK_GENERIC_SECRET, 48, &key), CKR_OK);
	CHECK(keys_value_is(&x, key,
		"8f59e7b5a0844bdf632c592f5c0507cab2da64b1cf89506bf2118baed8279ba7"
		"7f73671b4e6c312d6c6e7e41af209da1"));
	CHECK_RV(keys_derive(&x, &by_pipeline, base, CKK_GENERIC_SECRET, 48, &key), CKR_OK);
	CHECK(keys_value_is(&x, key,
		"7f73671b4e6c312d6c6e7e41af209da1bfc2e510bdd4a9f7e9f51e5b8f617ae0"
		"11401b5e6fc08647bdca578e92081251"));
	CHECK_RV(keys_derive(&x, &with_cmac, base, CKK_AES, 32, &key), CKR_KEY_TYPE_INCONSISTENT);
	base = keys_secret_hex(&x, CKK_AES, "000102030405060708090a0b0c0d0e0f");
	CHECK_RV(keys_derive(&x, &with_cmac, base, CKK_AES, 32, &key), CKR_OK);
	CHECK(keys_value_is(
		&x, key, "e7873b15b3f7c7c5d71a1199efb3437183796821753e94f3ee8a7917940924f5"));
	harness_end(&x);
}

static void sp800_108_errors(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_SP800_108_COUNTER_FORMAT odd = {CK_FALSE, 12};
	CK_SP800_108_DKM_LENGTH_FORMAT length = {CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, CK_FALSE, 8};
	CK_PRF_DATA_PARAM good[] = {COUNTER_32, LABEL, LABEL}, pieces[3];
	CK_SP800_108_KDF_PARAMS params = {CKM_SHA256_HMAC, 2, pieces, 0, NULL};
	CK_MECHANISM how = {CKM_SP800_108_COUNTER_KDF, &params, sizeof params};
	CK_DERIVED_KEY no_place = {NULL, 0, NULL};
	CK_OBJECT_HANDLE base = keys_secret_hex(&x, CKK_GENERIC_SECRET, BASE_HEX), key = 77;

#define REFUSED(change)                                                                  \
	do {                                                                             \
		params = (CK_SP800_108_KDF_PARAMS){CKM_SHA256_HMAC, 3, pieces, 0, NULL}; \
		memcpy(pieces, good, sizeof pieces);                                     \
		change;                                                                  \
		CHECK_RV(keys_derive(&x, &how, base, CKK_AES, 32, &key),                 \
			CKR_MECHANISM_PARAM_INVALID);                                    \
	} while (0)
	REFUSED(params.prfType = CKM_SHA256);
	REFUSED(params.pDataParams = NULL);
	REFUSED(params.ulNumberOfDataParams = (CK_ULONG)-1);
	REFUSED(params.ulNumberOfDataParams = 0);
	REFUSED(params.ulAdditionalDerivedKeys = 1);
	REFUSED((params.ulAdditionalDerivedKeys = (CK_ULONG)-1,
		params.pAdditionalDerivedKeys = &no_place));
	REFUSED((params.ulAdditionalDerivedKeys = 1, params.pAdditionalDerivedKeys = &no_place));
	REFUSED(pieces[0] = pieces[1]);
	REFUSED(pieces[1] = pieces[0]);
	REFUSED(pieces[0].pValue = NULL);
	REFUSED(pieces[0].ulValueLen = 1);
	REFUSED(pieces[0].pValue = &odd);
	REFUSED(pieces[1].pValue = NULL);
	REFUSED(pieces[1].ulValueLen = (CK_ULONG)-1);
	REFUSED(pieces[1].type = 17);
	REFUSED((pieces[1].type = CK_SP800_108_COUNTER, pieces[1].pValue = &counter_32,
		pieces[1].ulValueLen = sizeof counter_32));
	/* 256 bits are one more than eight bits can tell. */
	REFUSED(pieces[1] = ((CK_PRF_DATA_PARAM){CK_SP800_108_DKM_LENGTH, &length, sizeof length}));
#undef REFUSED
	CHECK(key == 77);
	harness_end(&x);
}

/* --- the simple ones ----------------------------------------------------------------------------
 */

static CK_BYTE data[32] = "0123456789abcdefFEDCBA9876543210";

static void simple(void)
{
	static CK_KEY_DERIVATION_STRING_DATA string = {data, sizeof data};
	static CK_EXTRACT_PARAMS bit_21 = 21, bit_200 = 200;
	static CK_AES_CBC_ENCRYPT_DATA_PARAMS cbc = {"0123456789abcdef", data, sizeof data};
	static const struct {
		const char *what;
		CK_MECHANISM how;
		CK_KEY_TYPE type;
		CK_ULONG len;
		const char *wanted;
	} rows[] = {
		{"SHA-1", {CKM_SHA1_KEY_DERIVATION, NULL, 0}, CKK_GENERIC_SECRET, 20,
			"ae5bd8efea5322c4d9986d06680a781392f9a642"},
		{"SHA-256", {CKM_SHA256_KEY_DERIVATION, NULL, 0}, CKK_AES, 16,
			"630dcd2966c4336691125448bbb25b4f"},
		{"SHA3-256", {CKM_SHA3_256_KEY_DERIVATION, NULL, 0}, CKK_CHACHA20, 0,
			"050a48733bd5c2756ba95c5828cc83ee16fabcd3c086885b7744f84a0f9e0d94"},
		{"base and data", {CKM_CONCATENATE_BASE_AND_DATA, &string, sizeof string},
			CKK_GENERIC_SECRET, 36, BASE_HEX "30313233"},
		{"data and base", {CKM_CONCATENATE_DATA_AND_BASE, &string, sizeof string},
			CKK_GENERIC_SECRET, 34,
			"3031323334353637383961626364656646454443424139383736353433323130"
			"0001"},
		{"xor", {CKM_XOR_BASE_AND_DATA, &string, sizeof string}, CKK_AES, 32,
			"303030303030303030306b696f696b695654565056542f2f2f2f2f2f2f2f2f2f"},
		{"extract", {CKM_EXTRACT_KEY_FROM_KEY, &bit_21, sizeof bit_21}, CKK_AES, 16,
			"406080a0c0e10121416181a1c1e20222"},
		{"extract around the end", {CKM_EXTRACT_KEY_FROM_KEY, &bit_200, sizeof bit_200},
			CKK_AES, 16, "191a1b1c1d1e1f000102030405060708"},
		{"ECB", {CKM_AES_ECB_ENCRYPT_DATA, &string, sizeof string}, CKK_AES, 32,
			"d8c95758e3353e530fa52bd10e73b986cd57aee6eb60f77f654c81513ca70ac2"},
		{"CBC", {CKM_AES_CBC_ENCRYPT_DATA, &cbc, sizeof cbc}, CKK_AES, 16,
			"f29000b62a499fd0a9f39a6add2e7780"},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_OBJECT_HANDLE base = keys_secret_hex(&x, CKK_AES, BASE_HEX);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_MECHANISM how = rows[i].how;
		CK_OBJECT_HANDLE key = 0;

		CHECK_MSG(keys_derive(&x, &how, base, rows[i].type, rows[i].len, &key) == CKR_OK,
			rows[i].what);
		CHECK_MSG(keys_value_is(&x, key, rows[i].wanted), rows[i].what);
		CHECK_MSG(keys_number(&x, key, CKA_KEY_TYPE) == rows[i].type, rows[i].what);
	}
	harness_end(&x);
}

/* Without type and length both are those of what comes out; a type alone has to have a length. */
static void what_the_template_leaves(void)
{
	static CK_KEY_DERIVATION_STRING_DATA string = {data, 16};
	static CK_EXTRACT_PARAMS bit = 8;
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_MECHANISM sha = {CKM_SHA256_KEY_DERIVATION, NULL, 0};
	CK_MECHANISM ecb = {CKM_AES_ECB_ENCRYPT_DATA, &string, sizeof string};
	CK_MECHANISM extract = {CKM_EXTRACT_KEY_FROM_KEY, &bit, sizeof bit};
	CK_OBJECT_HANDLE base = keys_secret_hex(&x, CKK_AES, BASE_HEX), key = 0, other;
	CK_ATTRIBUTE length[] = {ATTR(CKA_VALUE_LEN, len_16)};
	CK_MECHANISM join = {CKM_CONCATENATE_BASE_AND_KEY, &other, sizeof other};

	CHECK_RV(x.f->C_DeriveKey(x.session, &sha, base, NULL, 0, &key), CKR_OK);
	CHECK(keys_number(&x, key, CKA_CLASS) == CKO_SECRET_KEY);
	CHECK(keys_number(&x, key, CKA_KEY_TYPE) == CKK_GENERIC_SECRET);
	CHECK(keys_number(&x, key, CKA_VALUE_LEN) == 32);
	CHECK_RV(x.f->C_DeriveKey(x.session, &sha, base, length, 1, &key), CKR_OK);
	CHECK(keys_number(&x, key, CKA_VALUE_LEN) == 16);
	CHECK_RV(keys_derive(&x, &sha, base, CKK_GENERIC_SECRET, 0, &key), CKR_TEMPLATE_INCOMPLETE);
	CHECK_RV(keys_derive(&x, &sha, base, CKK_GENERIC_SECRET, 33, &key), CKR_KEY_SIZE_RANGE);
	CHECK_RV(keys_derive(&x, &ecb, base, CKK_GENERIC_SECRET, 17, &key), CKR_DATA_LEN_RANGE);
	CHECK_RV(x.f->C_DeriveKey(x.session, &extract, base, NULL, 0, &key),
		CKR_TEMPLATE_INCOMPLETE);
	other = keys_secret_hex(&x, CKK_GENERIC_SECRET, "a0a1a2a3");
	CHECK_RV(keys_derive(&x, &join, base, CKK_GENERIC_SECRET, 36, &key), CKR_OK);
	CHECK(keys_value_is(&x, key, BASE_HEX "a0a1a2a3"));
	CHECK_RV(x.f->C_DeriveKey(x.session, &join, base, NULL, 0, &key), CKR_OK);
	CHECK(keys_number(&x, key, CKA_VALUE_LEN) == 36);
	CHECK_RV(keys_derive(&x, &join, base, CKK_GENERIC_SECRET, 37, &key), CKR_KEY_SIZE_RANGE);
	other += 2000;
	CHECK_RV(keys_derive(&x, &join, base, CKK_AES, 32, &key), CKR_KEY_HANDLE_INVALID);
	harness_end(&x);
}

static void simple_errors(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_KEY_DERIVATION_STRING_DATA string = {NULL, 16};
	CK_MECHANISM ecb = {CKM_AES_ECB_ENCRYPT_DATA, &string, sizeof string},
		     xor =
			     {
				     CKM_XOR_BASE_AND_DATA, &string, sizeof string},
		     sha = {CKM_SHA256_KEY_DERIVATION, NULL, 0};
	CK_EXTRACT_PARAMS bit = 256;
	CK_MECHANISM extract = {CKM_EXTRACT_KEY_FROM_KEY, &bit, sizeof bit};
	CK_OBJECT_HANDLE base = keys_secret_hex(&x, CKK_AES, BASE_HEX), key = 77;
	CK_OBJECT_HANDLE other = keys_secret_hex(&x, CKK_GENERIC_SECRET, BASE_HEX);

	CHECK_RV(keys_derive(&x, &ecb, base, CKK_AES, 16, &key), CKR_MECHANISM_PARAM_INVALID);
	string.string_data = data;
	CHECK_RV(keys_derive(&x, &ecb, other, CKK_AES, 16, &key), CKR_KEY_TYPE_INCONSISTENT);
	string.string_data_len = 17;
	CHECK_RV(keys_derive(&x, &ecb, base, CKK_AES, 16, &key), CKR_MECHANISM_PARAM_INVALID);
	string.string_data_len = 0;
	CHECK_RV(keys_derive(&x, &xor, base, CKK_AES, 16, &key), CKR_MECHANISM_PARAM_INVALID);
	CHECK_RV(keys_derive(&x, &extract, base, CKK_AES, 16, &key), CKR_MECHANISM_PARAM_INVALID);
	CHECK_RV(keys_derive(&x, &sha, base + 2000, CKK_AES, 16, &key), CKR_KEY_HANDLE_INVALID);
	CHECK_RV(x.f->C_DeriveKey(x.session, &sha, base, NULL, 1, &key), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_DeriveKey(x.session, &sha, base, NULL, 0, NULL), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_DeriveKey(x.session, NULL, base, NULL, 0, &key), CKR_ARGUMENTS_BAD);
	sha.mechanism = CKM_SHA256;
	CHECK_RV(keys_derive(&x, &sha, base, CKK_AES, 16, &key), CKR_MECHANISM_INVALID);
	CHECK(key == 77);
	harness_end(&x);
}

/* --- what the base says -------------------------------------------------------------------------
 */

static CK_OBJECT_HANDLE make_base(const struct fixture *x, CK_ATTRIBUTE *more, CK_ULONG count)
{
	CK_MECHANISM generator = {CKM_GENERIC_SECRET_KEY_GEN, NULL, 0};
	CK_ATTRIBUTE template[8] = {ATTR(CKA_VALUE_LEN, len_32)};
	CK_OBJECT_HANDLE key = 0;

	memcpy(template + 1, more, count * sizeof *more);
	CHECK_RV_FATAL(
		x->f->C_GenerateKey(x->session, &generator, template, count + 1, &key), CKR_OK);
	return key;
}

/* A key that shows its base is no more open than that; others are as the template says, but that
 * they were never open is only said of what was made of such. */
static void histories(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_KEY_DERIVATION_STRING_DATA string = {data, 16};
	CK_MECHANISM join = {CKM_CONCATENATE_BASE_AND_DATA, &string, sizeof string},
		     sha = {CKM_SHA256_KEY_DERIVATION, NULL, 0};
	CK_ATTRIBUTE closed[] = {ATTR(CKA_SENSITIVE, harness_true),
		ATTR(CKA_EXTRACTABLE, harness_false), ATTR(CKA_DERIVE, harness_true)};
	CK_OBJECT_HANDLE base = make_base(&x, closed, 3), key = 0;
	CK_OBJECT_HANDLE open = keys_secret_hex(&x, CKK_GENERIC_SECRET, BASE_HEX);

	CHECK_RV(x.f->C_DeriveKey(x.session, &join, base, NULL, 0, &key), CKR_OK);
	CHECK(keys_flag(&x, key, CKA_SENSITIVE) == CK_TRUE);
	CHECK(keys_flag(&x, key, CKA_EXTRACTABLE) == CK_FALSE);
	CHECK(keys_flag(&x, key, CKA_ALWAYS_SENSITIVE) == CK_TRUE);
	CHECK(keys_flag(&x, key, CKA_NEVER_EXTRACTABLE) == CK_TRUE);
	CHECK(keys_flag(&x, key, CKA_LOCAL) == CK_FALSE);
	CHECK_RV(keys_derive(&x, &join, base, CKK_GENERIC_SECRET, 48, &key),
		CKR_TEMPLATE_INCONSISTENT);
	CHECK_RV(keys_derive(&x, &sha, base, CKK_AES, 32, &key), CKR_OK);
	CHECK(keys_flag(&x, key, CKA_SENSITIVE) == CK_FALSE);
	CHECK(keys_flag(&x, key, CKA_ALWAYS_SENSITIVE) == CK_FALSE);
	CHECK(keys_flag(&x, key, CKA_NEVER_EXTRACTABLE) == CK_FALSE);
	CHECK_RV(x.f->C_DeriveKey(x.session, &sha, open, closed, 2, &key), CKR_OK);
	CHECK(keys_flag(&x, key, CKA_ALWAYS_SENSITIVE) == CK_FALSE);
	CHECK(keys_flag(&x, key, CKA_NEVER_EXTRACTABLE) == CK_FALSE);
	harness_end(&x);
}

static void what_bases_allow(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_MECHANISM sha256 = {CKM_SHA256_KEY_DERIVATION, NULL, 0},
		     sha512 = {CKM_SHA512_KEY_DERIVATION, NULL, 0};
	CK_MECHANISM_TYPE only[] = {CKM_SHA256_KEY_DERIVATION};
	CK_ATTRIBUTE must[] = {ATTR(CKA_KEY_TYPE, aes), ATTR(CKA_VALUE_LEN, len_32)};
	CK_ATTRIBUTE none[] = {ATTR(CKA_DERIVE, harness_false)};
	CK_ATTRIBUTE limited[] = {
		ATTR(CKA_DERIVE, harness_true), ATTR(CKA_ALLOWED_MECHANISMS, only)};
	CK_ATTRIBUTE told[] = {ATTR(CKA_DERIVE, harness_true), ATTR(CKA_DERIVE_TEMPLATE, must)};
	CK_OBJECT_HANDLE key = 0, base = make_base(&x, told, 2);

	CHECK_RV(keys_derive(&x, &sha256, make_base(&x, none, 1), CKK_AES, 16, &key),
		CKR_KEY_FUNCTION_NOT_PERMITTED);
	CHECK_RV(keys_derive(&x, &sha512, make_base(&x, limited, 2), CKK_AES, 16, &key),
		CKR_MECHANISM_INVALID);
	CHECK_RV(keys_derive(&x, &sha256, base, CKK_AES, 16, &key), CKR_TEMPLATE_INCONSISTENT);
	CHECK_RV(keys_derive(&x, &sha256, base, CKK_GENERIC_SECRET, 32, &key),
		CKR_TEMPLATE_INCONSISTENT);
	CHECK_RV(x.f->C_DeriveKey(x.session, &sha256, base, NULL, 0, &key), CKR_OK);
	CHECK(keys_number(&x, key, CKA_KEY_TYPE) == CKK_AES);
	CHECK(keys_number(&x, key, CKA_VALUE_LEN) == 32);
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(x25519_vector),
		CHECK_TEST(agreements),
		CHECK_TEST(agreement_errors),
		CHECK_TEST(hkdf),
		CHECK_TEST(hkdf_data),
		CHECK_TEST(counter_vector),
		CHECK_TEST(several_keys),
		CHECK_TEST(all_or_none),
		CHECK_TEST(other_modes),
		CHECK_TEST(sp800_108_errors),
		CHECK_TEST(simple),
		CHECK_TEST(what_the_template_leaves),
		CHECK_TEST(simple_errors),
		CHECK_TEST(histories),
		CHECK_TEST(what_bases_allow),
	};
	int status;

	harness_start();
	status = check_main("module derive", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
