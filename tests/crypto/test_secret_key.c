/* SPDX-License-Identifier: ISC */
/* Ciphers of secret keys: published vectors, parts against the whole, and everything refused. */
#include <pthread.h>
#include <string.h>

#include "base/random.h"
#include "crypto/crypto.h"
#include "crypto/secret_key.h"
#include "tests/check.h"
#include "tests/crypto/hex.h"

struct vector {
	const char *what;
	enum kc_secret_type type;
	struct kc_cipher_params params;
	const char *key, *iv, *label, *plain, *cipher;
};

/* clang-format off */
/* NIST SP 800-38A, F.1 to F.5 */
#define KEY_128 "2b7e151628aed2a6abf7158809cf4f3c"
#define KEY_192 "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"
#define KEY_256 "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
#define IV "000102030405060708090a0b0c0d0e0f"
#define COUNTER "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
#define BLOCK_1 "6bc1bee22e409f96e93d7e117393172a"
#define BLOCKS_4 BLOCK_1 "ae2d8a571e03ac9c9eb76fac45af8e51" \
	"30c81c46a35ce411e5fbc1191a0a52ef" "f69f2445df4f9b17ad2b417be66c3710"
#define BYTES_18 BLOCK_1 "ae2d"
/* RFC 8439 2.4.2 and 2.8.2 */
#define SUNSCREEN "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a20" \
	"4966204920636f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f722074686520" \
	"6675747572652c2073756e73637265656e20776f756c642062652069742e"

static const struct vector vectors[] = {
	{"ECB 128", KC_SECRET_AES, {.scheme = KC_CIPHER_ECB}, KEY_128, "", "", BLOCKS_4,
		"3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf"
		"43b1cd7f598ece23881b00e3ed0306887b0c785e27e8ad3f8223207104725dd4"},
	{"ECB 192", KC_SECRET_AES, {.scheme = KC_CIPHER_ECB}, KEY_192, "", "", BLOCKS_4,
		"bd334f1d6e45f25ff712a214571fa5cc974104846d0ad3ad7734ecb3ecee4eef"
		"ef7afd2270e2e60adce0ba2face6444e9a4b41ba738d6c72fb16691603c18e0e"},
	{"ECB 256", KC_SECRET_AES, {.scheme = KC_CIPHER_ECB}, KEY_256, "", "", BLOCKS_4,
		"f3eed1bdb5d2a03c064b5a7e3db181f8591ccb10d410ed26dc5ba74a31362870"
		"b6ed21b99ca6f4f9f153e7b1beafed1d23304b7a39f9f3ff067d8d8f9e24ecc7"},
	{"CBC 128", KC_SECRET_AES, {.scheme = KC_CIPHER_CBC}, KEY_128, IV, "", BLOCKS_4,
		"7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
		"73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7"},
	{"CBC 192", KC_SECRET_AES, {.scheme = KC_CIPHER_CBC}, KEY_192, IV, "", BLOCKS_4,
		"4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"
		"571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd"},
	{"CBC 256", KC_SECRET_AES, {.scheme = KC_CIPHER_CBC}, KEY_256, IV, "", BLOCKS_4,
		"f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
		"39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b"},
	{"CFB8 128", KC_SECRET_AES, {.scheme = KC_CIPHER_CFB8}, KEY_128, IV, "", BYTES_18,
		"3b79424c9c0dd436bace9e0ed4586a4f32b9"},
	{"CFB8 192", KC_SECRET_AES, {.scheme = KC_CIPHER_CFB8}, KEY_192, IV, "", BYTES_18,
		"cda2521ef0a905ca44cd057cbf0d47a0678a"},
	{"CFB8 256", KC_SECRET_AES, {.scheme = KC_CIPHER_CFB8}, KEY_256, IV, "", BYTES_18,
		"dc1f1a8520a64db55fcc8ac554844e889700"},
	{"CFB128 128", KC_SECRET_AES, {.scheme = KC_CIPHER_CFB128}, KEY_128, IV, "", BLOCKS_4,
		"3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b"
		"26751f67a3cbb140b1808cf187a4f4dfc04b05357c5d1c0eeac4c66f9ff7f2e6"},
	{"CFB128 192", KC_SECRET_AES, {.scheme = KC_CIPHER_CFB128}, KEY_192, IV, "", BLOCKS_4,
		"cdc80d6fddf18cab34c25909c99a417467ce7f7f81173621961a2b70171d3d7a"
		"2e1e8a1dd59b88b1c8e60fed1efac4c9c05f9f9ca9834fa042ae8fba584b09ff"},
	{"CFB128 256", KC_SECRET_AES, {.scheme = KC_CIPHER_CFB128}, KEY_256, IV, "", BLOCKS_4,
		"dc7e84bfda79164b7ecd8486985d386039ffed143b28b1c832113c6331e5407b"
		"df10132415e54b92a13ed0a8267ae2f975a385741ab9cef82031623d55b1e471"},
	{"OFB 128", KC_SECRET_AES, {.scheme = KC_CIPHER_OFB}, KEY_128, IV, "", BLOCKS_4,
		"3b3fd92eb72dad20333449f8e83cfb4a7789508d16918f03f53c52dac54ed825"
		"9740051e9c5fecf64344f7a82260edcc304c6528f659c77866a510d9c1d6ae5e"},
	{"OFB 192", KC_SECRET_AES, {.scheme = KC_CIPHER_OFB}, KEY_192, IV, "", BLOCKS_4,
		"cdc80d6fddf18cab34c25909c99a4174fcc28b8d4c63837c09e81700c1100401"
		"8d9a9aeac0f6596f559c6d4daf59a5f26d9f200857ca6c3e9cac524bd9acc92a"},
	{"OFB 256", KC_SECRET_AES, {.scheme = KC_CIPHER_OFB}, KEY_256, IV, "", BLOCKS_4,
		"dc7e84bfda79164b7ecd8486985d38604febdc6740d20b3ac88f6ad82a4fb08d"
		"71ab47a086e86eedf39d1c5bba97c4080126141d67f37be8538f5a8be740e484"},
	{"CTR 128", KC_SECRET_AES, {.scheme = KC_CIPHER_CTR, .counter_bits = 128}, KEY_128, COUNTER, "", BLOCKS_4,
		"874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
		"5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee"},
	{"CTR 192", KC_SECRET_AES, {.scheme = KC_CIPHER_CTR, .counter_bits = 64}, KEY_192, COUNTER, "", BLOCKS_4,
		"1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e94"
		"1e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050"},
	{"CTR 256", KC_SECRET_AES, {.scheme = KC_CIPHER_CTR, .counter_bits = 32}, KEY_256, COUNTER, "", BLOCKS_4,
		"601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
		"2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6"},
	/* McGrew and Viega, "The Galois/Counter Mode of Operation", cases 1, 2, 4, 5, 6, 16, 18 */
	{"GCM 1", KC_SECRET_AES, {.scheme = KC_CIPHER_GCM, .tag_len = 16},
		"00000000000000000000000000000000", "000000000000000000000000", "", "",
		"58e2fccefa7e3061367f1d57a4e7455a"},
	{"GCM 2", KC_SECRET_AES, {.scheme = KC_CIPHER_GCM, .tag_len = 16},
		"00000000000000000000000000000000", "000000000000000000000000", "",
		"00000000000000000000000000000000",
		"0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf"},
#define GCM_KEY "feffe9928665731c6d6a8f9467308308"
#define GCM_AD "feedfacedeadbeeffeedfacedeadbeefabaddad2"
#define GCM_PLAIN "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" \
	"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
	{"GCM 4", KC_SECRET_AES, {.scheme = KC_CIPHER_GCM, .tag_len = 16},
		GCM_KEY, "cafebabefacedbaddecaf888", GCM_AD, GCM_PLAIN,
		"42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
		"21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
		"5bc94fbc3221a5db94fae95ae7121a47"},
	{"GCM 5", KC_SECRET_AES, {.scheme = KC_CIPHER_GCM, .tag_len = 16},
		GCM_KEY, "cafebabefacedbad", GCM_AD, GCM_PLAIN,
		"61353b4c2806934a777ff51fa22a4755699b2a714fcdc6f83766e5f97b6c7423"
		"73806900e49f24b22b097544d4896b424989b5e1ebac0f07c23f4598"
		"3612d2e79e3b0785561be14aaca2fccb"},
	{"GCM 6", KC_SECRET_AES, {.scheme = KC_CIPHER_GCM, .tag_len = 16}, GCM_KEY,
		"9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728"
		"c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b", GCM_AD, GCM_PLAIN,
		"8ce24998625615b603a033aca13fb894be9112a5c3a211a8ba262a3cca7e2ca7"
		"01e4a9a4fba43c90ccdcb281d48c7c6fd62875d2aca417034c34aee5"
		"619cc5aefffe0bfa462af43c1699d050"},
	{"GCM 16", KC_SECRET_AES, {.scheme = KC_CIPHER_GCM, .tag_len = 16},
		GCM_KEY GCM_KEY, "cafebabefacedbaddecaf888", GCM_AD, GCM_PLAIN,
		"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
		"8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
		"76fc6ece0f4e1768cddf8853bb2d551b"},
	{"GCM 16 cut", KC_SECRET_AES, {.scheme = KC_CIPHER_GCM, .tag_len = 12},
		GCM_KEY GCM_KEY, "cafebabefacedbaddecaf888", GCM_AD, GCM_PLAIN,
		"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
		"8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
		"76fc6ece0f4e1768cddf8853"},
	/* NIST SP 800-38C, appendix C.1 to C.3 */
#define CCM_KEY "404142434445464748494a4b4c4d4e4f"
	{"CCM 1", KC_SECRET_AES, {.scheme = KC_CIPHER_CCM, .tag_len = 4},
		CCM_KEY, "10111213141516", "0001020304050607", "20212223", "7162015b4dac255d"},
	{"CCM 2", KC_SECRET_AES, {.scheme = KC_CIPHER_CCM, .tag_len = 6},
		CCM_KEY, "1011121314151617", IV, "202122232425262728292a2b2c2d2e2f",
		"d2a1f0e051ea5f62081a7792073d593d1fc64fbfaccd"},
	{"CCM 3", KC_SECRET_AES, {.scheme = KC_CIPHER_CCM, .tag_len = 8},
		CCM_KEY, "101112131415161718191a1b", "000102030405060708090a0b0c0d0e0f10111213",
		"202122232425262728292a2b2c2d2e2f3031323334353637",
		"e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951"},
	/* RFC 3394 4.1, 4.3, 4.6 */
#define KEK_256 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	{"KW 4.1", KC_SECRET_AES, {.scheme = KC_CIPHER_KW}, IV, "", "",
		"00112233445566778899aabbccddeeff", "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
	{"KW 4.3", KC_SECRET_AES, {.scheme = KC_CIPHER_KW}, KEK_256, "", "",
		"00112233445566778899aabbccddeeff", "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"},
	{"KW 4.6", KC_SECRET_AES, {.scheme = KC_CIPHER_KW}, KEK_256, "a6a6a6a6a6a6a6a6", "",
		"00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
		"28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"},
	/* RFC 5649 6 */
#define KWP_KEK "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8"
	{"KWP 20", KC_SECRET_AES, {.scheme = KC_CIPHER_KWP}, KWP_KEK, "", "",
		"c37b7e6492584340bed12207808941155068f738",
		"138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a"},
	{"KWP 7", KC_SECRET_AES, {.scheme = KC_CIPHER_KWP}, KWP_KEK, "a65959a6", "",
		"466f7250617369", "afbeb0f07dfbf5419200f2ccb50bb24f"},
	/* RFC 8439 */
	{"ChaCha20", KC_SECRET_CHACHA20, {.scheme = KC_CIPHER_CHACHA20, .counter = 1},
		KEK_256, "000000000000004a00000000", "", SUNSCREEN,
		"6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0bf91b65c5524733ab"
		"8f593dabcd62b3571639d624e65152ab8f530c359f0861d807ca0dbf500d6a6156a38e088a22b65e"
		"52bc514d16ccf806818ce91ab77937365af90bbf74a35be6b40b8eedf2785e42874d"},
	{"ChaCha20 64", KC_SECRET_CHACHA20, {.scheme = KC_CIPHER_CHACHA20, .counter = 1},
		KEK_256, "0000004a00000000", "", SUNSCREEN,
		"6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0bf91b65c5524733ab"
		"8f593dabcd62b3571639d624e65152ab8f530c359f0861d807ca0dbf500d6a6156a38e088a22b65e"
		"52bc514d16ccf806818ce91ab77937365af90bbf74a35be6b40b8eedf2785e42874d"},
	{"ChaCha20-Poly1305", KC_SECRET_CHACHA20, {.scheme = KC_CIPHER_CHACHA20_POLY1305, .tag_len = 16},
		"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
		"070000004041424344454647", "50515253c0c1c2c3c4c5c6c7", SUNSCREEN,
		"d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca96712"
		"82fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58"
		"fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116"
		"1ae10b594f09e26a7e902ecbd0600691"},
};
/* clang-format on */

struct loaded {
	struct kc_sk *sk;
	struct kc_buf key, iv, label, plain, cipher;
	struct kc_cipher_params params;
};

static void load(const struct vector *vector, struct loaded *ret)
{
	memset(ret, 0, sizeof *ret);
	hex_push(&ret->key, vector->key);
	hex_push(&ret->iv, vector->iv);
	hex_push(&ret->label, vector->label);
	hex_push(&ret->plain, vector->plain);
	hex_push(&ret->cipher, vector->cipher);
	ret->params = vector->params;
	ret->params.iv = kc_buf_bytes(&ret->iv);
	ret->params.label = kc_buf_bytes(&ret->label);
	CHECK_OK_FATAL(kc_sk_load(vector->type, kc_buf_bytes(&ret->key), &ret->sk));
}

static void unload(struct loaded *loaded)
{
	kc_sk_free(loaded->sk);
	kc_buf_done(&loaded->key);
	kc_buf_done(&loaded->iv);
	kc_buf_done(&loaded->label);
	kc_buf_done(&loaded->plain);
	kc_buf_done(&loaded->cipher);
}

/* Twice, since the second finds what the first has prepared; a shorter tag's message too. */
static void known_answers(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(vectors); i++) {
		struct loaded v;

		load(&vectors[i], &v);
		for (int turn = 0; turn < 2; turn++) {
			KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT, back = KC_BUF_INIT;
			KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;

			CHECK_OK(kc_sk_encrypt(v.sk, &v.params, kc_buf_bytes(&v.plain), &out));
			CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&out), kc_buf_bytes(&v.cipher)),
				vectors[i].what);
			CHECK_OK(kc_sk_decrypt(v.sk, &v.params, kc_buf_bytes(&v.cipher), &secret));
			CHECK_MSG(kc_bytes_equal(kc_secret_bytes(&secret), kc_buf_bytes(&v.plain)),
				vectors[i].what);
			CHECK_OK(kc_sk_decrypt_buf(
				v.sk, &v.params, kc_buf_bytes(&v.cipher), &back));
			CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&back), kc_buf_bytes(&v.plain)),
				vectors[i].what);
		}
		unload(&v);
	}
}

/* --- parts against the whole --------------------------------------------------------------------
 */

static kc_err in_parts(const struct kc_sk *sk, enum kc_sk_way way,
	const struct kc_cipher_params *params, struct kc_bytes input, size_t step,
	struct kc_buf *ret)
{
	struct kc_sk_operation *operation = NULL;
	kc_err err = kc_sk_cipher_begin(sk, way, params, &operation);

	for (size_t at = 0; err == KC_OK && at < input.len; at += step) {
		size_t len = input.len - at < step ? input.len - at : step;

		err = kc_sk_operation_part(operation, kc_bytes(input.data + at, len), ret);
	}
	if (err == KC_OK)
		err = kc_sk_operation_end(operation, ret);
	kc_sk_operation_free(operation);
	return err;
}

static void parts_make_the_whole(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(vectors); i++) {
		struct loaded v;

		load(&vectors[i], &v);
		for (size_t step = 1; step <= v.cipher.len + 1; step++) {
			KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT, back = KC_BUF_INIT;

			CHECK_OK(in_parts(v.sk, KC_SK_ENCRYPT, &v.params, kc_buf_bytes(&v.plain),
				step, &out));
			CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&out), kc_buf_bytes(&v.cipher)),
				vectors[i].what);
			CHECK_OK(in_parts(v.sk, KC_SK_DECRYPT, &v.params, kc_buf_bytes(&v.cipher),
				step, &back));
			CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&back), kc_buf_bytes(&v.plain)),
				vectors[i].what);
		}
		unload(&v);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(known_answers),
		CHECK_TEST(parts_make_the_whole),
	};

	if (kc_crypto_init() != KC_OK)
		return 1;
	return check_main("secret keys", tests, KC_COUNT_OF(tests));
}
