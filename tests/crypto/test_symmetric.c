/* SPDX-License-Identifier: ISC */
/* Hashes, MACs, key derivation and sealing: published vectors, and every way of tampering. */
#include <nettle/aes.h>
#include <nettle/cmac.h>
#include <nettle/ctr.h>
#include <nettle/gcm.h>
#include <string.h>

#include "crypto/aead.h"
#include "crypto/crypto.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/mac.h"
#include "base/random.h"
#include "tests/check.h"
#include "tests/crypto/hex.h"

#define HEX(name, text)                                        \
	KC_CLEANUP_BUF struct kc_buf name##_buf = KC_BUF_INIT; \
	hex_push(&name##_buf, text);                           \
	struct kc_bytes name = kc_buf_bytes(&name##_buf)

static void initialises_once(void)
{
	CHECK_OK(kc_crypto_init());
	CHECK_OK(kc_crypto_init());
}

static void no_hash(void)
{
	uint8_t digest[KC_HASH_MAX_LEN];

	CHECK(kc_hash_len(KC_HASH_NONE) == 0 && kc_hash_len((enum kc_hash)99) == 0);
	CHECK_ERR(kc_hash_compute(KC_HASH_NONE, kc_bytes_str("abc"), digest), KC_E_BUG);
}

/* RFC 4231, test cases 2 and 6. */
static void mac_vectors(void)
{
	HEX(long_key,
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaa");
	KC_CLEANUP_MAC struct kc_mac *mac = NULL, *second = NULL, *refused = NULL;
	const struct kc_bytes parts[] = {
		kc_bytes_str("what do ya want "), kc_bytes_str("for nothing?")};
	uint8_t value[KC_MAC_LEN];

	CHECK_OK_FATAL(kc_mac_new(kc_bytes_str("Jefe"), &mac));
	for (int again = 0; again < 3; again++) {
		kc_mac_parts(mac, parts, KC_COUNT_OF(parts), value);
		CHECK(hex_is(KC_BYTES_OF(value),
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
	}
	CHECK(long_key.len == 131);
	CHECK_OK_FATAL(kc_mac_new(long_key, &second));
	kc_mac_compute(second,
		kc_bytes_str("Test Using Larger Than Block-Size Key - Hash Key First"), value);
	CHECK(hex_is(KC_BYTES_OF(value),
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
	CHECK_ERR(kc_mac_new(kc_bytes(NULL, 0), &refused), KC_E_BUG);
}

/* RFC 5869 A.1; the same input with SHA-384 was computed with another implementation. */
static void hkdf_vectors(void)
{
	HEX(secret, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
	HEX(salt, "000102030405060708090a0b0c");
	HEX(info, "f0f1f2f3f4f5f6f7f8f9");
	const struct kc_bytes none = {NULL, 0};
	uint8_t out[42];

	CHECK_OK(kc_kdf_hkdf(KC_HASH_SHA256, secret, salt, info, out, sizeof out));
	CHECK(hex_is(KC_BYTES_OF(out), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56"
				       "ecc4c5bf34007208d5b887185865"));
	CHECK_OK(kc_kdf_hkdf(KC_HASH_SHA384, secret, salt, info, out, sizeof out));
	CHECK(hex_is(KC_BYTES_OF(out),
		"9b5097a86038b805309076a44b3a9f38063e25b516dcbf369f394cfab436"
		"85f748b6457763e4f0204fc5"));
	CHECK_OK(kc_kdf_hkdf(KC_HASH_SHA256, secret, none, info, out, sizeof out));
	CHECK_ERR(kc_kdf_hkdf(KC_HASH_SHA256, secret, salt, none, out, sizeof out), KC_E_BUG);
	CHECK_ERR(kc_kdf_hkdf(KC_HASH_SHA256, none, salt, info, out, sizeof out), KC_E_BUG);
	CHECK_ERR(kc_kdf_hkdf(KC_HASH_SHA1, secret, salt, info, out, sizeof out), KC_E_BUG);
}

/* NIST's "ANSI X9.63-2001" vectors. */
static void x963_vectors(void)
{
	static const struct {
		enum kc_hash hash;
		const char *secret, *info, *key;
	} rows[] = {
		{KC_HASH_SHA1, "1c7d7b5f0597b03d06a018466ed1a93e30ed4b04dc64ccdd", "",
			"bf71dffd8f4d99223936beb46fee8ccc"},
		{KC_HASH_SHA1, "fd17198b89ab39c4ab5d7cca363b82f9fd7e23c3984dc8a2",
			"856a53f3e36a26bbc5792879f307cce2",
			"6e5fad865cb4a51c95209b16df0cc490bc2c9064405c5bccd4ee4832a531fbe7"
			"f10cb79e2eab6ab1149fbd5a23cfdabc41242269c9df22f628c4424333855b64"
			"e95e2d4fb8469c669f17176c07d103376b10b384ec5763d8b8c610409f19aca8"
			"eb31f9d85cc61a8d6d4a03d03e5a506b78d6847e93d295ee548c65afedd2efec"},
		{KC_HASH_SHA256, "22518b10e70f2a3f243810ae3254139efbee04aa57c7af7d",
			"75eef81aa3041e33b80971203d2c0c52",
			"c498af77161cc59f2962b9a713e2b215152d139766ce34a776df11866a69bf2e"
			"52a13d9c7c6fc878c50c5ea0bc7b00e0da2447cfd874f6cf92f30d0097111485"
			"500c90c3af8b487872d04685d14c8d1dc8d7fa08beb0ce0ababc11f0bd496269"
			"142d43525a78e5bc79a17f59676a5706dc54d54d4d1f0bd7e386128ec26afc21"},
	};
	const struct kc_bytes none = {NULL, 0};
	uint8_t out[128];

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		HEX(secret, rows[i].secret);
		HEX(info, rows[i].info);
		size_t len = strlen(rows[i].key) / 2;

		CHECK_OK(kc_kdf_x963(rows[i].hash, secret, info, out, len));
		CHECK_MSG(hex_is(kc_bytes(out, len), rows[i].key), rows[i].key);
		CHECK_ERR(kc_kdf_x963(rows[i].hash, secret, info, out, 0), KC_E_PARAM);
		CHECK_ERR(kc_kdf_x963(rows[i].hash, none, info, out, len), KC_E_PARAM);
		CHECK_ERR(kc_kdf_x963(KC_HASH_NONE, secret, info, out, len), KC_E_PARAM);
	}
}

/* Hashed by hand: the counter, the secret, the information. */
static void one_step(void)
{
	HEX(secret, "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
	struct kc_bytes info = kc_bytes_str("info");
	uint8_t out[48];

	CHECK_OK(kc_kdf_one_step(KC_HASH_SHA256, secret, info, out, sizeof out));
	CHECK(hex_is(KC_BYTES_OF(out),
		"9b96204680e4375f4d79e4d69fc68f6d6546856b2a098a5ae2f9db74c9f4d1d4"
		"807c9a28cbdc958a75f2163a99ee1393"));
	CHECK_ERR(kc_kdf_one_step(KC_HASH_SHA256, secret, info, out, 0), KC_E_PARAM);
	CHECK_ERR(kc_kdf_one_step(KC_HASH_NONE, secret, info, out, 48), KC_E_PARAM);
}

/* RFC 7914 section 12. */
static void scrypt_vectors(void)
{
	static const struct {
		const char *password, *salt, *key;
		struct kc_kdf_cost cost;
	} rows[] = {
		{"", "",
			"77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
			"fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
			{16, 1, 1}},
		{"password", "NaCl",
			"fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
			"2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
			{1024, 8, 16}},
		{"pleaseletmein", "SodiumChloride",
			"7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
			"d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
			{16384, 8, 1}},
	};
	uint8_t key[64];

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CHECK_OK(kc_kdf_scrypt(kc_bytes_str(rows[i].password), kc_bytes_str(rows[i].salt),
			&rows[i].cost, key, sizeof key));
		CHECK_MSG(hex_is(KC_BYTES_OF(key), rows[i].key), rows[i].password);
	}
}

/* Each would take too much, or is no cost at all; none may be begun. */
static void scrypt_refuses_costs(void)
{
	static const struct kc_kdf_cost rows[] = {
		{0, 8, 1},
		{1, 8, 1},
		{3, 8, 1},
		{65537, 8, 1},
		{1024, 0, 1},
		{1024, 8, 0},
		{(uint64_t)1 << 21, 8, 1},
		{(uint64_t)1 << 20, 16, 1},
		{(uint64_t)1 << 20, 8, 3},
		{(uint64_t)1 << 63, UINT32_MAX, UINT32_MAX},
		{2, UINT32_MAX, UINT32_MAX},
	};
	uint8_t key[32];

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		CHECK_ERR(kc_kdf_scrypt(
				  kc_bytes_str("p"), kc_bytes_str("s"), &rows[i], key, sizeof key),
			KC_E_PARAM);
}

/* McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16. */
static void gcm_vector(void)
{
	HEX(key_bytes, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
	HEX(nonce, "cafebabefacedbaddecaf888");
	HEX(ad, "feedfacedeadbeeffeedfacedeadbeefabaddad2");
	HEX(plain, "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
		   "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT, opened = KC_BUF_INIT;
	struct kc_gcm_key key;

	memcpy(key.bytes, key_bytes.data, sizeof key.bytes);
	CHECK_OK_FATAL(kc_aead_gcm_seal_numbered(&key, nonce.data, ad, plain, &sealed));
	CHECK(hex_is(kc_buf_bytes(&sealed),
		"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
		"8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
		"76fc6ece0f4e1768cddf8853bb2d551b"));
	CHECK_OK(kc_aead_gcm_open_numbered(&key, nonce.data, ad, kc_buf_bytes(&sealed), &opened));
	CHECK(kc_bytes_equal(kc_buf_bytes(&opened), plain));
}

/* The same paper, test cases 1, 4 and 6. */
static void aes_vectors(void)
{
	static const char *const key_hex = "feffe9928665731c6d6a8f9467308308";
	static const char *const plain_hex =
		"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
		"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
	static const struct {
		const char *key, *iv, *ad, *plain, *sealed;
	} rows[] = {
		{"00000000000000000000000000000000", "000000000000000000000000", "", "",
			"58e2fccefa7e3061367f1d57a4e7455a"},
		{key_hex, "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
			plain_hex,
			"42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
			"21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
			"5bc94fbc3221a5db94fae95ae7121a47"},
		{key_hex,
			"9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728"
			"c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b",
			"feedfacedeadbeeffeedfacedeadbeefabaddad2", plain_hex,
			"8ce24998625615b603a033aca13fb894be9112a5c3a211a8ba262a3cca7e2ca7"
			"01e4a9a4fba43c90ccdcb281d48c7c6fd62875d2aca417034c34aee5"
			"619cc5aefffe0bfa462af43c1699d050"},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		HEX(key, rows[i].key);
		HEX(iv, rows[i].iv);
		HEX(ad, rows[i].ad);
		HEX(plain, rows[i].plain);
		KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT;
		KC_CLEANUP_SECRET struct kc_secret opened = KC_SECRET_INIT;

		CHECK_OK(kc_aead_aes_seal(key, iv, ad, plain, &sealed));
		CHECK_MSG(hex_is(kc_buf_bytes(&sealed), rows[i].sealed), rows[i].sealed);
		CHECK_OK(kc_aead_aes_open(key, iv, ad, kc_buf_bytes(&sealed), &opened));
		CHECK(kc_bytes_equal(kc_secret_bytes(&opened), plain));
	}
}

/* What another implementation seals with an IV of 16 zeros, as ECIES has it. */
static void seal_elsewhere(
	struct kc_bytes key, struct kc_bytes ad, struct kc_bytes plain, uint8_t *ret)
{
	static const uint8_t iv[16];

	if (key.len == 16) {
		struct gcm_aes128_ctx ctx;

		gcm_aes128_set_key(&ctx, key.data);
		gcm_aes128_set_iv(&ctx, sizeof iv, iv);
		gcm_aes128_update(&ctx, ad.len, ad.data);
		gcm_aes128_encrypt(&ctx, plain.len, ret, plain.data);
		gcm_aes128_digest(&ctx, KC_GCM_TAG_LEN, ret + plain.len);
	} else {
		struct gcm_aes256_ctx ctx;

		gcm_aes256_set_key(&ctx, key.data);
		gcm_aes256_set_iv(&ctx, sizeof iv, iv);
		gcm_aes256_update(&ctx, ad.len, ad.data);
		gcm_aes256_encrypt(&ctx, plain.len, ret, plain.data);
		gcm_aes256_digest(&ctx, KC_GCM_TAG_LEN, ret + plain.len);
	}
}

static void aes_as_others_do(void)
{
	static const uint8_t iv[16];
	uint8_t bytes[100], wanted[100 + KC_GCM_TAG_LEN];

	kc_random_fill(bytes, sizeof bytes);
	for (size_t key_len = 16; key_len <= 32; key_len += 16)
		for (size_t len = 0; len <= sizeof bytes; len += 20) {
			struct kc_bytes key = kc_bytes(bytes, key_len);
			struct kc_bytes plain = kc_bytes(bytes, len), ad = kc_bytes(bytes, len / 2);
			KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT;

			seal_elsewhere(key, ad, plain, wanted);
			CHECK_OK(kc_aead_aes_seal(key, KC_BYTES_OF(iv), ad, plain, &sealed));
			CHECK(kc_bytes_equal(
				kc_buf_bytes(&sealed), kc_bytes(wanted, len + KC_GCM_TAG_LEN)));
		}
}

/* Every bit counts, every length, and a buffer that cannot be sealed into is as it was. */
static void aes_refuses(void)
{
	static const uint8_t key[32] = {1}, iv[129] = {2};
	static const struct {
		size_t key_len, iv_len;
	} rows[] = {{0, 16}, {15, 16}, {17, 16}, {31, 16}, {16, 0}, {16, 129}};
	const struct kc_bytes ad = kc_bytes_str("ad"), plain = kc_bytes_str("a message");
	const struct kc_bytes good_key = kc_bytes(key, 24), good_iv = kc_bytes(iv, 16);
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret opened = KC_SECRET_INIT;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		struct kc_bytes k = kc_bytes(key, rows[i].key_len),
				v = kc_bytes(iv, rows[i].iv_len);

		CHECK_ERR(kc_aead_aes_seal(k, v, ad, plain, &sealed), KC_E_PARAM);
		CHECK_ERR(kc_aead_aes_open(k, v, ad, plain, &opened), KC_E_PARAM);
		CHECK(sealed.len == 0);
	}
	CHECK_OK_FATAL(kc_aead_aes_seal(good_key, good_iv, ad, plain, &sealed));
	for (size_t len = 0; len < sealed.len; len++)
		CHECK_ERR(kc_aead_aes_open(
				  good_key, good_iv, ad, kc_bytes(sealed.data, len), &opened),
			KC_E_DECRYPT);
	for (size_t at = 0; at < sealed.len; at++) {
		sealed.data[at] ^= 0x10;
		CHECK_ERR(kc_aead_aes_open(good_key, good_iv, ad, kc_buf_bytes(&sealed), &opened),
			KC_E_DECRYPT);
		sealed.data[at] ^= 0x10;
	}
	CHECK_ERR(kc_aead_aes_open(
			  good_key, good_iv, kc_bytes_str("da"), kc_buf_bytes(&sealed), &opened),
		KC_E_DECRYPT);
	CHECK_ERR(kc_aead_aes_open(good_key, kc_bytes(iv, 12), ad, kc_buf_bytes(&sealed), &opened),
		KC_E_DECRYPT);
	CHECK(opened.len == 0);
	CHECK_OK(kc_aead_aes_open(good_key, good_iv, ad, kc_buf_bytes(&sealed), &opened));
	CHECK(kc_bytes_equal(kc_secret_bytes(&opened), plain));
}

/* dbl of RFC 5297 2.3. */
static void double_block(uint8_t block[static 16])
{
	unsigned carry = block[0] >> 7;

	for (size_t i = 0; i < 16; i++) {
		unsigned next = i < 15 ? block[i + 1] >> 7 : 0;

		block[i] = (uint8_t)(block[i] << 1 | (int)next);
	}
	block[15] ^= carry ? 0x87 : 0;
}

static void cmac(const uint8_t *key, struct kc_bytes input, uint8_t ret[static 16])
{
	struct cmac_aes256_ctx ctx;

	cmac_aes256_set_key(&ctx, key);
	cmac_aes256_update(&ctx, input.len, input.data);
	cmac_aes256_digest(&ctx, 16, ret);
}

static void xor_block(uint8_t *to, const uint8_t block[static 16])
{
	for (size_t i = 0; i < 16; i++)
		to[i] ^= block[i];
}

/* RFC 5297 2.4 and 2.6 written out, for one header. */
static void siv_by_the_book(
	const struct kc_siv_key *key, struct kc_bytes ad, struct kc_bytes plain, uint8_t *ret)
{
	KC_CLEANUP_BUF struct kc_buf last = KC_BUF_INIT;
	uint8_t d[16], mac[16], counter[16];
	const uint8_t zero[16] = {0};
	struct aes256_ctx aes;

	cmac(key->bytes, KC_BYTES_OF(zero), d);
	double_block(d);
	cmac(key->bytes, ad, mac);
	xor_block(d, mac);
	kc_buf_push(&last, plain.data, plain.len);
	if (plain.len < 16) {
		double_block(d);
		kc_buf_push_byte(&last, 0x80);
		(void)kc_buf_extend(&last, 16 - last.len);
		xor_block(last.data, d);
	} else {
		xor_block(last.data + last.len - 16, d);
	}
	cmac(key->bytes, kc_buf_bytes(&last), ret);
	memcpy(counter, ret, sizeof counter);
	counter[8] &= 0x7f;
	counter[12] &= 0x7f;
	aes256_set_encrypt_key(&aes, key->bytes + 32);
	nettle_ctr_crypt(&aes, (nettle_cipher_func *)aes256_encrypt, 16, counter, plain.len,
		ret + 16, plain.data);
}

/* RFC 5297 prints vectors for the shorter key only, so its text is the second opinion. */
static void siv_is_as_the_book_says(void)
{
	HEX(ad, "101112131415161718191a1b1c1d1e1f2021222324252627");
	for (size_t len = 1; len < 100; len += 5) {
		KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT, opened = KC_BUF_INIT;
		uint8_t bytes[100], wanted[100 + KC_SIV_TAG_LEN];
		struct kc_bytes plain = kc_bytes(bytes, len);
		struct kc_siv_key key;

		kc_random_fill(&key, sizeof key);
		kc_random_fill(bytes, sizeof bytes);
		CHECK_OK(kc_aead_siv_seal(&key, ad, plain, &sealed));
		CHECK_OK(kc_aead_siv_open(&key, ad, kc_buf_bytes(&sealed), &opened));
		CHECK(kc_bytes_equal(kc_buf_bytes(&opened), plain));
		siv_by_the_book(&key, ad, plain, wanted);
		CHECK(kc_bytes_equal(
			kc_buf_bytes(&sealed), kc_bytes(wanted, len + KC_SIV_TAG_LEN)));
	}
}

static void sealing_refuses_what_it_must(void)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	const struct kc_bytes none = {NULL, 0};
	const struct kc_gcm_key gcm = {{1}};
	const struct kc_siv_key siv = {{1}};

	kc_buf_push_str(&out, "before");
	CHECK_ERR(kc_aead_gcm_seal(&gcm, none, kc_bytes_str("x"), &out), KC_E_BUG);
	CHECK_ERR(kc_aead_siv_seal(&siv, none, kc_bytes_str("x"), &out), KC_E_BUG);
	CHECK_ERR(kc_aead_siv_seal(&siv, kc_bytes_str("ad"), none, &out), KC_E_BUG);
	CHECK(kc_bytes_equal(kc_buf_bytes(&out), kc_bytes_str("before")));
}

/* One row per way of sealing, so that each is tampered with in the same ways. */
struct way {
	const char *name;
	bool takes_empty;
	kc_err (*seal)(const void *, struct kc_bytes, struct kc_bytes, struct kc_buf *);
	kc_err (*open)(const void *, struct kc_bytes, struct kc_bytes, struct kc_buf *);
	kc_err (*open_secret)(const void *, struct kc_bytes, struct kc_bytes, struct kc_secret *);
};

static kc_err gcm_seal(const void *k, struct kc_bytes ad, struct kc_bytes in, struct kc_buf *ret)
{
	return kc_aead_gcm_seal(k, ad, in, ret);
}
static kc_err gcm_open(const void *k, struct kc_bytes ad, struct kc_bytes in, struct kc_buf *ret)
{
	return kc_aead_gcm_open(k, ad, in, ret);
}
static kc_err gcm_secret(
	const void *k, struct kc_bytes ad, struct kc_bytes in, struct kc_secret *ret)
{
	return kc_aead_gcm_open_secret(k, ad, in, ret);
}
static kc_err siv_seal(const void *k, struct kc_bytes ad, struct kc_bytes in, struct kc_buf *ret)
{
	return kc_aead_siv_seal(k, ad, in, ret);
}
static kc_err siv_open(const void *k, struct kc_bytes ad, struct kc_bytes in, struct kc_buf *ret)
{
	return kc_aead_siv_open(k, ad, in, ret);
}
static kc_err siv_secret(
	const void *k, struct kc_bytes ad, struct kc_bytes in, struct kc_secret *ret)
{
	return kc_aead_siv_open_secret(k, ad, in, ret);
}

static const struct way ways[] = {
	{"gcm", true, gcm_seal, gcm_open, gcm_secret},
	{"siv", false, siv_seal, siv_open, siv_secret},
};

static void opens_only_corrupt(
	const struct way *way, const void *key, struct kc_bytes ad, struct kc_bytes sealed)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;

	kc_buf_push_str(&out, "before");
	CHECK_ERR(way->open(key, ad, sealed, &out), KC_E_CORRUPT);
	CHECK(kc_bytes_equal(kc_buf_bytes(&out), kc_bytes_str("before")));
	CHECK_ERR(way->open_secret(key, ad, sealed, &secret), KC_E_CORRUPT);
	CHECK(secret.len == 0);
}

static void tamper(const struct way *way, struct kc_bytes plain)
{
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT, out = KC_BUF_INIT, longer = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	struct kc_bytes ad = kc_bytes_str("row 7, column 2");
	uint8_t key[KC_SIV_KEY_LEN], other[KC_SIV_KEY_LEN];

	kc_random_fill(key, sizeof key);
	kc_random_fill(other, sizeof other);
	CHECK_OK_FATAL(way->seal(key, ad, plain, &sealed));
	CHECK_OK(way->open(key, ad, kc_buf_bytes(&sealed), &out));
	CHECK(kc_bytes_equal(kc_buf_bytes(&out), plain));
	CHECK_OK(way->open_secret(key, ad, kc_buf_bytes(&sealed), &secret));
	CHECK(kc_bytes_equal(kc_secret_bytes(&secret), plain));

	for (size_t i = 0; i < sealed.len; i++) {
		sealed.data[i] ^= 0x01;
		opens_only_corrupt(way, key, ad, kc_buf_bytes(&sealed));
		sealed.data[i] ^= 0x81;
		opens_only_corrupt(way, key, ad, kc_buf_bytes(&sealed));
		sealed.data[i] ^= 0x80;
	}
	for (size_t len = 0; len < sealed.len; len++)
		opens_only_corrupt(way, key, ad, kc_bytes(sealed.data, len));
	kc_buf_push(&longer, sealed.data, sealed.len);
	kc_buf_push_byte(&longer, 0);
	opens_only_corrupt(way, key, ad, kc_buf_bytes(&longer));
	opens_only_corrupt(way, key, kc_bytes_str("row 8, column 2"), kc_buf_bytes(&sealed));
	opens_only_corrupt(way, other, ad, kc_buf_bytes(&sealed));
}

static void sealed_messages_resist_tampering(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(ways); i++) {
		tamper(&ways[i], kc_bytes_str("correct horse battery staple"));
		tamper(&ways[i], kc_bytes_str("x"));
		if (ways[i].takes_empty)
			tamper(&ways[i], kc_bytes_str(""));
	}
}

static void gcm_never_repeats_a_nonce(void)
{
	KC_CLEANUP_BUF struct kc_buf a = KC_BUF_INIT, b = KC_BUF_INIT;
	const struct kc_gcm_key key = {{7}};

	CHECK_OK(kc_aead_gcm_seal(&key, kc_bytes_str("ad"), kc_bytes_str("same"), &a));
	CHECK_OK(kc_aead_gcm_seal(&key, kc_bytes_str("ad"), kc_bytes_str("same"), &b));
	CHECK(!kc_bytes_equal(
		kc_bytes(a.data, KC_GCM_NONCE_LEN), kc_bytes(b.data, KC_GCM_NONCE_LEN)));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(initialises_once), /* first: nothing has used the library yet */
		CHECK_TEST(no_hash),
		CHECK_TEST(mac_vectors),
		CHECK_TEST(hkdf_vectors),
		CHECK_TEST(x963_vectors),
		CHECK_TEST(one_step),
		CHECK_TEST(scrypt_vectors),
		CHECK_TEST(scrypt_refuses_costs),
		CHECK_TEST(gcm_vector),
		CHECK_TEST(aes_vectors),
		CHECK_TEST(aes_as_others_do),
		CHECK_TEST(aes_refuses),
		CHECK_TEST(siv_is_as_the_book_says),
		CHECK_TEST(sealing_refuses_what_it_must),
		CHECK_TEST(sealed_messages_resist_tampering),
		CHECK_TEST(gcm_never_repeats_a_nonce),
	};
	return check_main("symmetric", tests, KC_COUNT_OF(tests));
}
