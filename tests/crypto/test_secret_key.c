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
	/* Computed with an implementation of SP 800-38D from the standard's text. The last one's counter
	 * begins at 2^32 - 2. */
#define IV_128 IV IV IV IV IV IV IV IV
	{"GCM, IV of 129", KC_SECRET_AES, {.scheme = KC_CIPHER_GCM, .tag_len = 16},
		GCM_KEY, IV_128 "00", GCM_AD, GCM_PLAIN,
		"1e163a87dcebf9ff91ab235b628b5ee8f07339fdbdae800109fe239b353bc913"
		"b224754d0d9b6e9fd05b8ab64b64db8c19c2f6b7db853ffc28ee7f6839f9f1a0"
		"4c3bfda8c31d3c9ab1668c2a"},
	{"GCM, IV of 256", KC_SECRET_AES, {.scheme = KC_CIPHER_GCM, .tag_len = 16},
		GCM_KEY, IV_128 IV_128, GCM_AD, GCM_PLAIN,
		"be4fcf511345fcec4b648d27e9f34357aaaae893c16a517224fd8e4345346abf"
		"3327b55fad4b08249fd7ad2612e49a292ea62d356f501db09f1ca40756bb98ee"
		"54f44c27f5ae7c58e1290ab6"},
	{"GCM, IV of 256, empty", KC_SECRET_AES, {.scheme = KC_CIPHER_GCM, .tag_len = 16},
		GCM_KEY, IV_128 IV_128, "", "", "94085b8f0c90dfaa778094e0cd5aa06f"},
	{"GCM, counter anew", KC_SECRET_AES, {.scheme = KC_CIPHER_GCM, .tag_len = 16},
		GCM_KEY, IV_128 "00e4837aa5af1551b28a62fd2d2fd1f0", GCM_AD, GCM_PLAIN,
		"d7cdbc4ea725939bdeaa2078f8dc808c022fead6c1c8cebcdc513f2e278ea1a8"
		"ccd92ffb4e8d08e013e26b5062aee824eee665278e9690337120837637d9dc82"
		"b3c78d515ab49e69793e593f"},
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
	{"KW with another IV", KC_SECRET_AES, {.scheme = KC_CIPHER_KW}, KEK_256, "0123456789abcdef", "",
		"00112233445566778899aabbccddeeff", "3482659cb359f69c5807f1b31dfa5c813546c44ba175e547"},
	{"KWP with another IV", KC_SECRET_AES, {.scheme = KC_CIPHER_KWP}, KWP_KEK, "01234567", "",
		"c37b7e6492584340bed12207808941155068f738",
		"fe30651c5fa257acd2d9b367c8764ea867d13942bb941f7d289c92e1661ba11f"},
	/* The padding of RFC 5652; computed with another implementation. */
	{"CBC_PAD", KC_SECRET_AES, {.scheme = KC_CIPHER_CBC_PAD}, KEY_128, IV, "", BYTES_18,
		"7649abac8119b246cee98e9b12e9197d813a1616da05e0fec242a20f1c5b77aa"},
	{"CBC_PAD empty", KC_SECRET_AES, {.scheme = KC_CIPHER_CBC_PAD}, KEY_128, IV, "", "",
		"c84af0b613435d5d9182801a9bd9320b"},
	/* RFC 3962 B, whose two last blocks stand the other way round (CS3) */
#define CHICKEN "636869636b656e207465726979616b69"
#define ZEROES "00000000000000000000000000000000"
	{"CTS 17", KC_SECRET_AES, {.scheme = KC_CIPHER_CTS}, CHICKEN, ZEROES, "",
		"4920776f756c64206c696b652074686520", "97c6353568f2bf8cb4d8a580362da7ff7f"},
	{"CTS 31", KC_SECRET_AES, {.scheme = KC_CIPHER_CTS}, CHICKEN, ZEROES, "",
		"4920776f756c64206c696b65207468652047656e6572616c20476175277320",
		"97687268d6ecccc0c07b25e25ecfe5fc00783e0efdb2c1d445d4c8eff7ed22"},
	{"CTS 32", KC_SECRET_AES, {.scheme = KC_CIPHER_CTS}, CHICKEN, ZEROES, "",
		"4920776f756c64206c696b65207468652047656e6572616c2047617527732043",
		"97687268d6ecccc0c07b25e25ecfe58439312523a78662d5be7fcbcc98ebf5a8"},
	/* NIST SP 800-67's example; CBC and padding computed with another implementation */
#define DES3_KEY "0123456789abcdef23456789abcdef01456789abcdef0123"
#define FOX "54686520717566636b2062726f776e20666f78206a756d70"
	{"3DES ECB", KC_SECRET_DES3, {.scheme = KC_CIPHER_ECB}, DES3_KEY, "", "", FOX,
		"a826fd8ce53b855fcce21c8112256fe668d5c05dd9b6b900"},
	{"3DES CBC", KC_SECRET_DES3, {.scheme = KC_CIPHER_CBC}, DES3_KEY, "f69f2445df4f9b17", "", FOX,
		"a5c282bad0de3774becd2e04386b589fb5057d8552fc4336"},
	{"3DES CBC_PAD", KC_SECRET_DES3, {.scheme = KC_CIPHER_CBC_PAD}, DES3_KEY, "f69f2445df4f9b17", "",
		FOX, "a5c282bad0de3774becd2e04386b589fb5057d8552fc4336af45148b1b044b00"},
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
	/* The counter goes over 32 bits; computed with another implementation. */
	{"ChaCha20 carry", KC_SECRET_CHACHA20, {.scheme = KC_CIPHER_CHACHA20, .counter = 0xffffffff},
		KEK_256, "0000004a00000000", "", ZEROES ZEROES ZEROES ZEROES ZEROES ZEROES ZEROES ZEROES,
		"6d29da5bd16a472910e8c0bdb47edfc8499c3222cc168d3721747fc2b21266d9f15c8339f10f354d"
		"16cc9b8e118eb182bf858ce5718fa4e76389ea4eb50a9475ebc17a3b93d30a5802739e841950e3bf"
		"ddb3f6f44eda6d6082d558fc6cb863a0d58325d200a316e2c0620d2321c9ee4ff1b236c7de304fa1"
		"35a1f1fe195136e1"},
	{"ChaCha20-Poly1305 64", KC_SECRET_CHACHA20,
		{.scheme = KC_CIPHER_CHACHA20_POLY1305, .tag_len = 16},
		"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
		"4041424344454647", "50515253", "616263", "897acc8e893560750d3f0f4c460c50d6b109f7"},
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
			CHECK_OK(
				kc_sk_decrypt_buf(v.sk, &v.params, kc_buf_bytes(&v.cipher), &back));
			CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&back), kc_buf_bytes(&v.plain)),
				vectors[i].what);
		}
		unload(&v);
	}
}

/* A message does not have what the one before it with the same key had. */
static void messages_stand_alone(void)
{
	static const uint8_t bytes[16] = "one IV, another";
	static const struct {
		const char *what;
		struct kc_cipher_params before, after;
	} rows[] = {
		{"KW", {.scheme = KC_CIPHER_KW, .iv = {bytes, 8}}, {.scheme = KC_CIPHER_KW}},
		{"KWP", {.scheme = KC_CIPHER_KWP, .iv = {bytes, 4}}, {.scheme = KC_CIPHER_KWP}},
		{"GCM",
			{.scheme = KC_CIPHER_GCM,
				.iv = {bytes, 16},
				.label = {bytes, 16},
				.tag_len = 16},
			{.scheme = KC_CIPHER_GCM, .iv = {bytes, 12}, .tag_len = 12}},
		{"CCM",
			{.scheme = KC_CIPHER_CCM,
				.iv = {bytes, 13},
				.label = {bytes, 16},
				.tag_len = 16},
			{.scheme = KC_CIPHER_CCM, .iv = {bytes, 7}, .tag_len = 4}},
		{"CFB8", {.scheme = KC_CIPHER_CFB8, .iv = {bytes, 16}},
			{.scheme = KC_CIPHER_CFB8, .iv = {(const uint8_t *)IV, 16}}},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf before = KC_BUF_INIT, after = KC_BUF_INIT;
		KC_CLEANUP_BUF struct kc_buf alone = KC_BUF_INIT;
		KC_CLEANUP_SK struct kc_sk *sk = NULL, *fresh = NULL;

		CHECK_OK_FATAL(kc_sk_generate(KC_SECRET_AES, 32, &sk));
		CHECK_OK_FATAL(kc_sk_load(KC_SECRET_AES, kc_sk_value(sk), &fresh));
		CHECK_OK(kc_sk_encrypt(sk, &rows[i].before, KC_BYTES_OF(bytes), &before));
		CHECK_OK(kc_sk_encrypt(sk, &rows[i].after, KC_BYTES_OF(bytes), &after));
		CHECK_OK(kc_sk_encrypt(fresh, &rows[i].after, KC_BYTES_OF(bytes), &alone));
		CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&after), kc_buf_bytes(&alone)), rows[i].what);
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

/* Longer messages than the vectors have, over more than one of the library's own steps. */
static void long_parts_make_the_whole(void)
{
	static const size_t steps[] = {7, 16, 100, 1000, 4096};
	uint8_t message[5008]; /* a multiple of 8 and of 16 */

	kc_random_fill(message, sizeof message);
	for (size_t i = 0; i < KC_COUNT_OF(vectors); i++) {
		KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT;
		struct loaded v;

		load(&vectors[i], &v);
		CHECK_OK_FATAL(kc_sk_encrypt(v.sk, &v.params, KC_BYTES_OF(message), &whole));
		for (size_t j = 0; j < KC_COUNT_OF(steps); j++) {
			KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT, back = KC_BUF_INIT;

			CHECK_OK(in_parts(v.sk, KC_SK_ENCRYPT, &v.params, KC_BYTES_OF(message),
				steps[j], &out));
			CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&out), kc_buf_bytes(&whole)),
				vectors[i].what);
			CHECK_OK(in_parts(v.sk, KC_SK_DECRYPT, &v.params, kc_buf_bytes(&whole),
				steps[j], &back));
			CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&back), KC_BYTES_OF(message)),
				vectors[i].what);
		}
		unload(&v);
	}
}

/* --- what is not authentic ----------------------------------------------------------------------
 */

static bool is_authentic(enum kc_cipher_scheme scheme)
{
	return scheme >= KC_CIPHER_GCM && scheme != KC_CIPHER_CHACHA20;
}

/* Whole and in parts, nothing comes out and the buffer stays as it was. */
static void check_refused(const struct loaded *v, const struct kc_cipher_params *params,
	struct kc_bytes cipher, const char *what)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	kc_err err;

	kc_buf_push_str(&out, "before");
	err = kc_sk_decrypt_buf(v->sk, params, cipher, &out);
	CHECK_MSG(err == KC_E_DECRYPT || err == KC_E_DATA_LEN, what);
	CHECK_MSG(kc_sk_decrypt(v->sk, params, cipher, &secret) == err, what);
	CHECK_MSG(secret.len == 0, what);
	CHECK_MSG(in_parts(v->sk, KC_SK_DECRYPT, params, cipher, 16, &out) == err, what);
	CHECK_MSG(out.len == 6, what);
}

static void refuses_what_was_changed(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(vectors); i++) {
		struct kc_cipher_params other;
		struct loaded v;

		if (!is_authentic(vectors[i].params.scheme))
			continue;
		load(&vectors[i], &v);
		for (size_t bit = 0; bit < 8 * v.cipher.len; bit++) {
			v.cipher.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			check_refused(&v, &v.params, kc_buf_bytes(&v.cipher), vectors[i].what);
			v.cipher.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t len = 0; len < v.cipher.len; len++)
			check_refused(&v, &v.params, kc_bytes(v.cipher.data, len), vectors[i].what);
		other = v.params;
		if (v.iv.len) {
			v.iv.data[0] ^= 1;
			check_refused(&v, &other, kc_buf_bytes(&v.cipher), vectors[i].what);
			v.iv.data[0] ^= 1;
		}
		if (v.params.tag_len) {
			other.label = kc_bytes_str("another");
			check_refused(&v, &other, kc_buf_bytes(&v.cipher), vectors[i].what);
		}
		unload(&v);
	}
}

/* Every padding that is none. */
static void refuses_padding(void)
{
	static const struct kc_cipher_params cbc = {
		.scheme = KC_CIPHER_CBC, .iv = {(const uint8_t *)"0123456789abcdef", 16}};
	struct kc_cipher_params padded = cbc;
	KC_CLEANUP_SK struct kc_sk *sk = NULL;
	uint8_t block[16] = {0};

	padded.scheme = KC_CIPHER_CBC_PAD;
	CHECK_OK_FATAL(kc_sk_generate(KC_SECRET_AES, 32, &sk));
	for (unsigned last = 0; last < 256; last++) {
		KC_CLEANUP_BUF struct kc_buf cipher = KC_BUF_INIT, out = KC_BUF_INIT;

		block[15] = (uint8_t)last;
		CHECK_OK(kc_sk_encrypt(sk, &cbc, KC_BYTES_OF(block), &cipher));
		CHECK_ERR(kc_sk_decrypt_buf(sk, &padded, kc_buf_bytes(&cipher), &out),
			last == 1 ? KC_OK : KC_E_DECRYPT);
		CHECK(out.len == (last == 1 ? 15 : 0));
	}
}

/* --- parameters and lengths ---------------------------------------------------------------------
 */

#define AES KC_SECRET_AES
static const uint8_t many[257];
#define IV_OF(len)                                                           \
	{                                                                    \
		(const uint8_t *)"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", (len) \
	}

/* clang-format off */
static const struct {
	const char *what;
	enum kc_secret_type type;
	struct kc_cipher_params params;
	size_t len; /* of the message */
	kc_err encrypt, decrypt;
} refused[] = {
	{"ECB with an IV", AES, {.scheme = KC_CIPHER_ECB, .iv = IV_OF(16)}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"ECB, part of a block", AES, {.scheme = KC_CIPHER_ECB}, 17, KC_E_DATA_LEN, KC_E_DATA_LEN},
	{"CBC without IV", AES, {.scheme = KC_CIPHER_CBC}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"CBC, IV of 3DES", AES, {.scheme = KC_CIPHER_CBC, .iv = IV_OF(8)}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"CBC, part of a block", AES, {.scheme = KC_CIPHER_CBC, .iv = IV_OF(16)}, 15, KC_E_DATA_LEN, KC_E_DATA_LEN},
	{"3DES, IV of AES", KC_SECRET_DES3, {.scheme = KC_CIPHER_CBC, .iv = IV_OF(16)}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"CBC_PAD of nothing", AES, {.scheme = KC_CIPHER_CBC_PAD, .iv = IV_OF(16)}, 0, KC_OK, KC_E_DATA_LEN},
	{"CBC_PAD, part of a block", AES, {.scheme = KC_CIPHER_CBC_PAD, .iv = IV_OF(16)}, 31, KC_OK, KC_E_DATA_LEN},
	{"CTR, no bits", AES, {.scheme = KC_CIPHER_CTR, .iv = IV_OF(16)}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"CTR, 129 bits", AES, {.scheme = KC_CIPHER_CTR, .iv = IV_OF(16), .counter_bits = 129}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"CTR, short block", AES, {.scheme = KC_CIPHER_CTR, .iv = IV_OF(15), .counter_bits = 32}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"CTR, one bit more", AES, {.scheme = KC_CIPHER_CTR, .iv = IV_OF(16), .counter_bits = 1}, 33, KC_E_DATA_LEN, KC_E_DATA_LEN},
	{"CTR, one bit", AES, {.scheme = KC_CIPHER_CTR, .iv = IV_OF(16), .counter_bits = 1}, 32, KC_OK, KC_OK},
	{"CTS, too short", AES, {.scheme = KC_CIPHER_CTS, .iv = IV_OF(16)}, 15, KC_E_DATA_LEN, KC_E_DATA_LEN},
	{"CTS, a block", AES, {.scheme = KC_CIPHER_CTS, .iv = IV_OF(16)}, 16, KC_OK, KC_OK},
	{"GCM without IV", AES, {.scheme = KC_CIPHER_GCM, .tag_len = 16}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"GCM, IV of 257", AES, {.scheme = KC_CIPHER_GCM, .iv = {many, 257}, .tag_len = 16}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"GCM, IV of 256", AES, {.scheme = KC_CIPHER_GCM, .iv = {many, 256}, .tag_len = 4}, 16, KC_OK, KC_E_DECRYPT},
	{"GCM, IV of 256, shorter than the tag", AES, {.scheme = KC_CIPHER_GCM, .iv = {many, 256}, .tag_len = 4}, 3, KC_OK, KC_E_DATA_LEN},
	{"GCM, tag of 3", AES, {.scheme = KC_CIPHER_GCM, .iv = IV_OF(12), .tag_len = 3}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"GCM, tag of 11", AES, {.scheme = KC_CIPHER_GCM, .iv = IV_OF(12), .tag_len = 11}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"GCM, tag of 17", AES, {.scheme = KC_CIPHER_GCM, .iv = IV_OF(12), .tag_len = 17}, 32, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"GCM, shorter than the tag", AES, {.scheme = KC_CIPHER_GCM, .iv = IV_OF(12), .tag_len = 16}, 15, KC_OK, KC_E_DATA_LEN},
	{"CCM, nonce of 6", AES, {.scheme = KC_CIPHER_CCM, .iv = IV_OF(6), .tag_len = 8}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"CCM, nonce of 14", AES, {.scheme = KC_CIPHER_CCM, .iv = IV_OF(14), .tag_len = 8}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"CCM, tag of 5", AES, {.scheme = KC_CIPHER_CCM, .iv = IV_OF(13), .tag_len = 5}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"CCM, tag of 2", AES, {.scheme = KC_CIPHER_CCM, .iv = IV_OF(13), .tag_len = 2}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"CCM, 65535", AES, {.scheme = KC_CIPHER_CCM, .iv = IV_OF(13), .tag_len = 4}, 65535, KC_OK, KC_E_DECRYPT},
	{"CCM, 65540", AES, {.scheme = KC_CIPHER_CCM, .iv = IV_OF(13), .tag_len = 4}, 65540, KC_E_DATA_LEN, KC_E_DATA_LEN},
	{"CCM, 65536", AES, {.scheme = KC_CIPHER_CCM, .iv = IV_OF(12), .tag_len = 4}, 65536, KC_OK, KC_E_DECRYPT},
	{"KW, IV of KWP", AES, {.scheme = KC_CIPHER_KW, .iv = IV_OF(4)}, 24, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"KW of 8", AES, {.scheme = KC_CIPHER_KW}, 8, KC_E_DATA_LEN, KC_E_DATA_LEN},
	{"KW of 17", AES, {.scheme = KC_CIPHER_KW}, 17, KC_E_DATA_LEN, KC_E_DATA_LEN},
	{"KW of 16", AES, {.scheme = KC_CIPHER_KW}, 16, KC_OK, KC_E_DATA_LEN},
	{"KWP, IV of KW", AES, {.scheme = KC_CIPHER_KWP, .iv = IV_OF(8)}, 24, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"KWP of nothing", AES, {.scheme = KC_CIPHER_KWP}, 0, KC_E_DATA_LEN, KC_E_DATA_LEN},
	{"KWP of 8", AES, {.scheme = KC_CIPHER_KWP}, 8, KC_OK, KC_E_DATA_LEN},
	{"KWP of 17", AES, {.scheme = KC_CIPHER_KWP}, 17, KC_OK, KC_E_DATA_LEN},
	{"ChaCha20, nonce of 10", KC_SECRET_CHACHA20, {.scheme = KC_CIPHER_CHACHA20, .iv = IV_OF(10)}, 1, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"ChaCha20, a last block", KC_SECRET_CHACHA20, {.scheme = KC_CIPHER_CHACHA20, .iv = IV_OF(12), .counter = UINT32_MAX}, 64, KC_OK, KC_OK},
	{"ChaCha20, and one more", KC_SECRET_CHACHA20, {.scheme = KC_CIPHER_CHACHA20, .iv = IV_OF(12), .counter = UINT32_MAX}, 65, KC_E_DATA_LEN, KC_E_DATA_LEN},
	{"ChaCha20, counter of 33 bits", KC_SECRET_CHACHA20, {.scheme = KC_CIPHER_CHACHA20, .iv = IV_OF(12), .counter = (uint64_t)UINT32_MAX + 1}, 1, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"ChaCha20, a last block of 64 bits", KC_SECRET_CHACHA20, {.scheme = KC_CIPHER_CHACHA20, .iv = IV_OF(8), .counter = UINT64_MAX}, 64, KC_OK, KC_OK},
	{"ChaCha20, and one more of 64 bits", KC_SECRET_CHACHA20, {.scheme = KC_CIPHER_CHACHA20, .iv = IV_OF(8), .counter = UINT64_MAX}, 65, KC_E_DATA_LEN, KC_E_DATA_LEN},
	{"Poly1305, tag of 12", KC_SECRET_CHACHA20, {.scheme = KC_CIPHER_CHACHA20_POLY1305, .iv = IV_OF(12), .tag_len = 12}, 16, KC_E_MECHANISM_PARAM, KC_E_MECHANISM_PARAM},
	{"AES with ChaCha20", AES, {.scheme = KC_CIPHER_CHACHA20, .iv = IV_OF(12)}, 16, KC_E_MECHANISM, KC_E_MECHANISM},
	{"ChaCha20 with CBC", KC_SECRET_CHACHA20, {.scheme = KC_CIPHER_CBC, .iv = IV_OF(16)}, 16, KC_E_MECHANISM, KC_E_MECHANISM},
	{"3DES with GCM", KC_SECRET_DES3, {.scheme = KC_CIPHER_GCM, .iv = IV_OF(12), .tag_len = 16}, 16, KC_E_MECHANISM, KC_E_MECHANISM},
	{"generic with ECB", KC_SECRET_GENERIC, {.scheme = KC_CIPHER_ECB}, 16, KC_E_MECHANISM, KC_E_MECHANISM},
	{"AES with OAEP", AES, {.scheme = KC_CIPHER_RSA_OAEP}, 16, KC_E_MECHANISM, KC_E_MECHANISM},
	{"AES with RSA_AES_WRAP", AES, {.scheme = KC_CIPHER_RSA_AES_WRAP}, 16, KC_E_MECHANISM, KC_E_MECHANISM},
	{"no scheme", AES, {.scheme = (enum kc_cipher_scheme)99}, 16, KC_E_MECHANISM, KC_E_MECHANISM},
};
/* clang-format on */

static void checks_parameters_and_lengths(void)
{
	static uint8_t message[65540];

	for (size_t i = 0; i < KC_COUNT_OF(refused); i++) {
		size_t key_len = refused[i].type == KC_SECRET_DES3 ? 24 : 32;
		struct kc_bytes input = kc_bytes(message, refused[i].len);
		KC_CLEANUP_SK struct kc_sk *sk = NULL;

		CHECK_OK_FATAL(kc_sk_generate(refused[i].type, key_len, &sk));
		for (int way = KC_SK_ENCRYPT; way <= KC_SK_DECRYPT; way++) {
			kc_err wanted =
				way == KC_SK_ENCRYPT ? refused[i].encrypt : refused[i].decrypt;
			KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT, parts = KC_BUF_INIT;
			kc_err err =
				way == KC_SK_ENCRYPT
					? kc_sk_encrypt(sk, &refused[i].params, input, &out)
					: kc_sk_decrypt_buf(sk, &refused[i].params, input, &out);

			CHECK_MSG(err == wanted, refused[i].what);
			CHECK_MSG(in_parts(sk, (enum kc_sk_way)way, &refused[i].params, input, 1021,
					  &parts) == wanted,
				refused[i].what);
			CHECK_MSG(wanted == KC_OK || out.len == 0, refused[i].what);
		}
	}
}

/* The counter bits alone count: what is left of them stays. */
static void counts_to_the_end(void)
{
	static const struct {
		const char *block;
		unsigned bits;
		size_t blocks; /* that there are */
	} rows[] = {
		{"ffffffffffffffffffffffffffffffff", 128, 1},
		{"fffffffffffffffffffffffffffffffd", 128, 3},
		{"00000000000000000000000000000001", 2, 3},
		{"000000000000000000000000000000ff", 8, 1},
		{"00000000000000000000000000ffff00", 17, 256},
		{"0000000000000000000000000000fefe", 9, 258},
		{"000000000000000000000000fffffff0", 32, 16},
		{"0000000000000000fffffffffffffffe", 64, 2},
		{"00000000000000fffffffffffffffffe", 65, 2},
	};
	uint8_t message[16 * 258 + 1] = {0};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf block = KC_BUF_INIT, out = KC_BUF_INIT;
		KC_CLEANUP_SK struct kc_sk *sk = NULL;
		size_t len = 16 * rows[i].blocks;

		hex_push(&block, rows[i].block);
		const struct kc_cipher_params ctr = {.scheme = KC_CIPHER_CTR,
			.counter_bits = rows[i].bits,
			.iv = kc_buf_bytes(&block)};

		CHECK_OK_FATAL(kc_sk_generate(KC_SECRET_AES, 16, &sk));
		CHECK_OK(kc_sk_encrypt(sk, &ctr, kc_bytes(message, len), &out));
		CHECK_OK(in_parts(sk, KC_SK_ENCRYPT, &ctr, kc_bytes(message, len), 5, &out));
		CHECK_ERR(kc_sk_encrypt(sk, &ctr, kc_bytes(message, len + 1), &out), KC_E_DATA_LEN);
		CHECK_ERR(in_parts(sk, KC_SK_ENCRYPT, &ctr, kc_bytes(message, len + 1), 5, &out),
			KC_E_DATA_LEN);
	}
}

/* --- keys ---------------------------------------------------------------------------------------
 */

static void keys_have_lengths(void)
{
	static const struct {
		uint32_t type;
		size_t len;
		kc_err wanted;
	} rows[] = {
		{KC_SECRET_AES, 16, KC_OK},
		{KC_SECRET_AES, 24, KC_OK},
		{KC_SECRET_AES, 32, KC_OK},
		{KC_SECRET_AES, 8, KC_E_KEY_SIZE},
		{KC_SECRET_AES, 33, KC_E_KEY_SIZE},
		{KC_SECRET_DES3, 24, KC_OK},
		{KC_SECRET_DES3, 16, KC_E_KEY_SIZE},
		{KC_SECRET_CHACHA20, 32, KC_OK},
		{KC_SECRET_CHACHA20, 16, KC_E_KEY_SIZE},
		{KC_SECRET_GENERIC, 1, KC_OK},
		{KC_SECRET_GENERIC, 65536, KC_OK},
		{KC_SECRET_GENERIC, 65537, KC_E_KEY_SIZE},
		{KC_SECRET_GENERIC, 0, KC_E_KEY_SIZE},
		{KC_SECRET_HKDF, 5, KC_OK},
		{KC_SECRET_OF_CKK | 0x2b, 20, KC_OK}, /* CKK_SHA256_HMAC */
		{KC_KEY_RSA, 32, KC_E_KEY_TYPE},
		{KC_KEY_ED25519, 32, KC_E_KEY_TYPE},
	};
	static uint8_t value[65537];

	kc_random_fill(value, sizeof value);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		enum kc_secret_type type = (enum kc_secret_type)rows[i].type;
		KC_CLEANUP_SK struct kc_sk *made = NULL, *again = NULL, *loaded = NULL;

		CHECK_ERR(kc_sk_generate(type, rows[i].len, &made), rows[i].wanted);
		CHECK_ERR(kc_sk_load(type, kc_bytes(value, rows[i].len), &loaded), rows[i].wanted);
		if (rows[i].wanted != KC_OK)
			continue;
		CHECK(kc_sk_type(made) == type && kc_sk_value(made).len == rows[i].len);
		CHECK(kc_bytes_equal(kc_sk_value(loaded), kc_bytes(value, rows[i].len)));
		CHECK_OK(kc_sk_generate(type, rows[i].len, &again));
		if (rows[i].len >= 5)
			CHECK(!kc_bytes_equal(kc_sk_value(made), kc_sk_value(again)));
	}
}

static void des_keys_have_parity(void)
{
	KC_CLEANUP_SK struct kc_sk *sk = NULL;

	CHECK_OK_FATAL(kc_sk_generate(KC_SECRET_DES3, 24, &sk));
	for (size_t i = 0; i < 24; i++)
		CHECK(__builtin_popcount(kc_sk_value(sk).data[i]) % 2 == 1);
}

/* FIPS 197 and FIPS 46-3 over zeroes; the SHA-1 of sixteen zeroes. */
static void check_values(void)
{
	static const struct {
		enum kc_secret_type type;
		const char *key, *value;
	} rows[] = {
		{KC_SECRET_AES, ZEROES, "66e94b"},
		{KC_SECRET_AES, ZEROES ZEROES, "dc95c0"},
		{KC_SECRET_DES3, "000000000000000000000000000000000000000000000000", "8ca64d"},
		{KC_SECRET_GENERIC, ZEROES, "e129f2"},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;
		KC_CLEANUP_SK struct kc_sk *sk = NULL;
		uint8_t value[3];

		hex_push(&key, rows[i].key);
		CHECK_OK_FATAL(kc_sk_load(rows[i].type, kc_buf_bytes(&key), &sk));
		CHECK_OK(kc_sk_check_value(sk, value));
		CHECK_MSG(hex_is(KC_BYTES_OF(value), rows[i].value), rows[i].value);
	}
}

/* --- operations ---------------------------------------------------------------------------------
 */

/* Both ends of a fork come out as the whole does, whichever ends first. */
static void forks(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(vectors); i++) {
		KC_CLEANUP_BUF struct kc_buf first = KC_BUF_INIT, second = KC_BUF_INIT;
		struct kc_sk_operation *a = NULL, *b = NULL;
		struct kc_bytes rest;
		struct loaded v;
		size_t half;

		load(&vectors[i], &v);
		half = v.plain.len / 2;
		rest = kc_buf_bytes(&v.plain);
		if (half)
			rest = kc_bytes(rest.data + half, rest.len - half);
		CHECK_OK_FATAL(kc_sk_cipher_begin(v.sk, KC_SK_ENCRYPT, &v.params, &a));
		CHECK_OK(kc_sk_operation_part(a, kc_bytes(v.plain.data, half), &first));
		kc_buf_push(&second, first.data, first.len);
		CHECK_OK_FATAL(kc_sk_operation_fork(a, &b));
		/* The key is still held by the operations. */
		kc_sk_free(v.sk);
		v.sk = NULL;
		CHECK_OK(kc_sk_operation_part(a, rest, &first));
		CHECK_OK(kc_sk_operation_end(a, &first));
		kc_sk_operation_free(a);
		CHECK_OK(kc_sk_operation_part(b, rest, &second));
		CHECK_OK(kc_sk_operation_end(b, &second));
		kc_sk_operation_free(b);
		CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&first), kc_buf_bytes(&v.cipher)),
			vectors[i].what);
		CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&second), kc_buf_bytes(&v.cipher)),
			vectors[i].what);
		unload(&v);
	}
}

/* What is opened only at the end is held, up to a bound; the rest is not. */
static void holds_only_what_it_must(void)
{
	static const struct kc_cipher_params gcm = {
		.scheme = KC_CIPHER_GCM, .iv = IV_OF(12), .tag_len = 16};
	static uint8_t part[1 << 20];
	struct kc_sk_operation *opening = NULL, *sealing = NULL;
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	KC_CLEANUP_SK struct kc_sk *sk = NULL;

	CHECK_OK_FATAL(kc_sk_generate(KC_SECRET_AES, 32, &sk));
	CHECK_OK_FATAL(kc_sk_cipher_begin(sk, KC_SK_DECRYPT, &gcm, &opening));
	CHECK_OK_FATAL(kc_sk_cipher_begin(sk, KC_SK_ENCRYPT, &gcm, &sealing));
	for (size_t held = 0; held < KC_SK_OPERATION_MAX; held += sizeof part) {
		CHECK(kc_sk_operation_held(opening) == held);
		CHECK_OK_FATAL(kc_sk_operation_part(opening, KC_BYTES_OF(part), &out));
	}
	CHECK(out.len == 0);
	CHECK_ERR(kc_sk_operation_part(opening, kc_bytes(part, 1), &out), KC_E_DATA_LEN);
	CHECK_OK(kc_sk_operation_part(sealing, KC_BYTES_OF(part), &out));
	CHECK(out.len == sizeof part && kc_sk_operation_held(sealing) == 0);
	kc_sk_operation_free(opening);
	kc_sk_operation_free(sealing);
	kc_sk_operation_free(NULL);
}

/* --- threads ------------------------------------------------------------------------------------
 * Each has nonces of its own, and all have the key's idle contexts between them.
 */

#define THREADS 4
#define ROUNDS 400
static struct kc_sk *shared;

static void *use(void *argument)
{
	uint8_t iv[12] = {(uint8_t)(uintptr_t)argument}, message[40];
	const struct kc_cipher_params ways[] = {
		{.scheme = KC_CIPHER_GCM, .iv = KC_BYTES_OF(iv), .tag_len = 16},
		{.scheme = KC_CIPHER_CCM, .iv = KC_BYTES_OF(iv), .tag_len = 8},
		{.scheme = KC_CIPHER_KWP},
		{.scheme = KC_CIPHER_GCM, .iv = kc_bytes(iv, 9), .tag_len = 12},
	};
	uintptr_t failed = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		KC_CLEANUP_BUF struct kc_buf cipher = KC_BUF_INIT, back = KC_BUF_INIT;
		const struct kc_cipher_params *way = &ways[i % KC_COUNT_OF(ways)];

		iv[1] = (uint8_t)i;
		memset(message, (int)i, sizeof message);
		if (kc_sk_encrypt(shared, way, KC_BYTES_OF(message), &cipher) != KC_OK ||
			kc_sk_decrypt_buf(shared, way, kc_buf_bytes(&cipher), &back) != KC_OK ||
			!kc_bytes_equal(kc_buf_bytes(&back), KC_BYTES_OF(message)))
			failed++;
		kc_sk_free(kc_sk_ref(shared));
	}
	return (void *)failed;
}

static void threads_share_a_key(void)
{
	pthread_t threads[THREADS];

	CHECK_OK_FATAL(kc_sk_generate(KC_SECRET_AES, 32, &shared));
	for (uintptr_t i = 0; i < THREADS; i++)
		CHECK_FATAL(pthread_create(&threads[i], NULL, use, (void *)i) == 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *failed = NULL;

		CHECK_FATAL(pthread_join(threads[i], &failed) == 0);
		CHECK(failed == NULL);
	}
	kc_sk_free(shared);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(known_answers),
		CHECK_TEST(messages_stand_alone),
		CHECK_TEST(parts_make_the_whole),
		CHECK_TEST(long_parts_make_the_whole),
		CHECK_TEST(refuses_what_was_changed),
		CHECK_TEST(refuses_padding),
		CHECK_TEST(checks_parameters_and_lengths),
		CHECK_TEST(counts_to_the_end),
		CHECK_TEST(keys_have_lengths),
		CHECK_TEST(des_keys_have_parity),
		CHECK_TEST(check_values),
		CHECK_TEST(forks),
		CHECK_TEST(holds_only_what_it_must),
		CHECK_TEST(threads_share_a_key),
	};

	if (kc_crypto_init() != KC_OK)
		return 1;
	return check_main("secret keys", tests, KC_COUNT_OF(tests));
}
