/* SPDX-License-Identifier: ISC */
/* Every hash in everything that is made of one. */
#include <string.h>

#include "crypto/crypto.h"
#include "crypto/derive.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "tests/check.h"
#include "tests/crypto/hex.h"

/*
 * The digests of FIPS 180-4, FIPS 202 and RFC 1321; RFC 4231's test case 1 and 6 with a key of 200
 * bytes, RFC 5869 A.1 and the rest were computed with another implementation of each hash. Where
 * the RFCs have the hash, the rows are theirs.
 */
/* clang-format off */
static const struct {
	enum kc_hash hash;
	const char *digest;     /* of "abc" */
	const char *short_code; /* HMAC, key of 20 bytes */
	const char *long_code;  /* HMAC, a key longer than any block */
	const char *x963;       /* 40 bytes */
	const char *hkdf;       /* 42 bytes */
	const char *pbkdf2;     /* 3 iterations, 25 bytes */
	const char *counter;    /* SP 800-108 with the key of short_code, 40 bytes */
} rows[] = {
	{KC_HASH_SHA1,
		"a9993e364706816aba3e25717850c26c9cd0d89d",
		"b617318655057264e28bc0b6fb378c8ef146be00",
		"f91271dc2fd036f54d74d134ff739fefb59aac86",
		"6beac0d8c10aa0362470a7a9b9ebfa01d578e82eed54367f38f62e8114fd82ad"
		"4605d82bf54ec8b7",
		"d6000ffb5b50bd3970b260017798fb9c8df9ce2e2c16b6cd709cca07dc3cf9cf"
		"26d6c6d750d0aaf5ac94",
		"12bff094c08980616953161b483d7890d5c26e2b22e694bac5",
		"bec28051de4e243972593135ca9f1e46cfb672693ceaf2e77f5ffd0d9f678f30"
		"c0de255b3bb77dbe",
	},
	{KC_HASH_SHA224,
		"23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
		"896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
		"0277b8037023d846ee7872438a7ebf7c5e29da67713594f5004a2280",
		"aca3810d153faf67402260df5f2d2883d2b796848582739cdbdf1d3594beba52"
		"c483946ec6e02eb2",
		"2f21cd7cbc818ca5c561b933728e2e08e154a87e1432399a820dee13aa222d0c"
		"ee6152fa539ab70f8e80",
		"a301419ce524e64cad6cebc0eb688890db6a18bf2da7fda232",
		"da5715ab700c78a9244f7d4680001cd38621d549cf9f36fe158e1188690dce4f"
		"9e369b5334ad433d",
	},
	{KC_HASH_SHA256,
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
		"f84c159648a99f6ace4dc6e293ebc50e9ec6936ebd7022091d9ae0f5cd6693ba",
		"c498af77161cc59f2962b9a713e2b215152d139766ce34a776df11866a69bf2e"
		"52a13d9c7c6fc878",
		"3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
		"34007208d5b887185865",
		"325651a5ca818d11f4331cb0c300d6f8b68790c75a09ebad49",
		"64d34e59ecb8feadd86656ccf7a9e048ca0fa85596b3ad1167984bde52ebe354"
		"7322d4d2dfd04b7a",
	},
	{KC_HASH_SHA384,
		"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
		"8086072ba1e7cc2358baeca134c825a7",
		"afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
		"faea9ea9076ede7f4af152e8b2fa9cb6",
		"ec629fe0dc1fab504fc1c89572d6573cf15c3a4b5b69d53f0c13849561a6c13e"
		"153af48d2538ce056a3fe10d69da16c3",
		"5aaf37fafffe1857a9e90d62e11a71d6d12e2ab1eac864d14f8c9af4259bb679"
		"6bb847a78cf8d969",
		"9b5097a86038b805309076a44b3a9f38063e25b516dcbf369f394cfab43685f7"
		"48b6457763e4f0204fc5",
		"5b55a9d4eb756e54a3308e935e36e1b6c5fdf977d061fdd671",
		"73bad1dc421973c841e0d04f36138a385df5df13171f0339b8a3df42c3888528"
		"702c486d2fcbf4e2",
	},
	{KC_HASH_SHA512,
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		"87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
		"daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
		"9dc6330f4c966b62b735d565343cb77413deccdf42a92d9ef5e4e2ae33f6c924"
		"bbc8e34c47111bc069482d4dbcfee148419a6547f2d01500e8160b39cc2e4ae8",
		"72ca20c0d208d9aa6c76758d9ac54808481067a8f8c770e8443579b442db98d8"
		"be3b2019739d1645",
		"832390086cda71fb47625bb5ceb168e4c8e26a1a16ed34d9fc7fe92c14815793"
		"38da362cb8d9f925d7cb",
		"e3ad582d92516a866ef6a2725080fbee6f7cd51734047789cc",
		"2bedc130e6b93aa6e0ce50a0b5c91e68656026e16b5dab0750196a123325ffb7"
		"d4a59389bf6a91a0",
	},
	{KC_HASH_SHA512_224,
		"4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa",
		"b244ba01307c0e7a8ccaad13b1067a4cf6b961fe0c6a20bda3d92039",
		"01c34e40d6739bb74f3bc75e6626cafcf7772c4ab97221ce5c63ec30",
		"bf203aae8b5f216990c2802248fb535d63f981922fdd03bcd1daa5a1db944865"
		"36b946fea672ddb3",
		"f8d956e152b0fba831bac400f1a5af54982b91db3d96ae21a75655eff1725f92"
		"8e491c63f3aedb408296",
		"1da3b53439b7ebf0e999a185d7de1f297c873b3216cb598e7d",
		"d0a713f767db966a822f908c6b8bfa6c31d069398e8583682628129f1bb73446"
		"20dd78c0a8e8e786",
	},
	{KC_HASH_SHA512_256,
		"53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
		"9f9126c3d9c3c330d760425ca8a217e31feae31bfe70196ff81642b868402eab",
		"0957199dfbc37da09ec17f76b13b6e6480d5c971e6926f06260dfad0100fda3a",
		"b07f7428c67c80c0331da46722f0c56cab0c20bddfbab80069af06999fb25476"
		"04b54b8f687e0077",
		"789a93e567a1861de449342b2d674c0df737fd8adce2a8e1843237c1938ac413"
		"044b496ce267a198ebe3",
		"aed82c4446a6e4cd9087161b0f69620423eb487437ce682b2d",
		"766daffafe22b0e0d2557af610b5fdea4690620c249152d37afac23bcb0d04c6"
		"7483d3bf663e0841",
	},
	{KC_HASH_SHA3_224,
		"e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf",
		"3b16546bbc7be2706a031dcafd56373d9884367641d8c59af3c860f7",
		"5e73d57bd011f0f92fef3c3b92ea4bcb4821c6d83c37db34f29e0760",
		"09b28fbf8c4f511d32c99380d677e2a23eb9083e17d5a118a9fbb6a627102a21"
		"69feb50d542f7db6",
		"5058867fc7bdb118ce6a703add6edbf8e2ce21f5766cfc2e662e1a36ff6922fa"
		"96fc149517cf1e451fe6",
		"270ec00117e458d08b0718bb0bacc665ee12506220ed499b2b",
		"4f5324c6630ccecc10f1f99a8f928ada0d50ac3f832f81a23370fd09ab86e419"
		"2c5a7a2a6729f346",
	},
	{KC_HASH_SHA3_256,
		"3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
		"ba85192310dffa96e2a3a40e69774351140bb7185e1202cdcc917589f95e16bb",
		"49ad92b02124fdac9627ae45e008a696182ab6bfb8470457777c744aeb9df06f",
		"f14345716e40dcefd04601cc5d590a30fcfb8e4f34ad6331590eb75cae66d1f8"
		"d3e1cda894d1d7cc",
		"0c5160501d65021deaf2c14f5abce04c5bd2635abceeba61c2edb6e8ed726749"
		"00557728f2c9f2c4c179",
		"088eeaddcab7f3aec71df26aded42312f772244f6039ed0a46",
		"3111c4a237aba2dd60896754ec37cb140d2fc06a14ccef9dbe2e03d681faff4c"
		"6dbee77ece3837a3",
	},
	{KC_HASH_SHA3_384,
		"ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2"
		"98d88cea927ac7f539f1edf228376d25",
		"68d2dcf7fd4ddd0a2240c8a437305f61fb7334cfb5d0226e1bc27dc10a2e723a"
		"20d370b47743130e26ac7e3d532886bd",
		"3e7b62d091d75f484892bc2ed26d7b0ed37c9529f0227197cc8522971eb6f721"
		"5dd4e0cc6ea306987e0cbfe914f3a916",
		"cb324c1a8563d46a730c2c80c52a0238173c2902d363c532ae918d99fa7bf15e"
		"2b826dd95bfb2606",
		"138d8521e5a346a9cb770f762b9c04d9ca317409fb6a3ef9cb905228385589ae"
		"883bbe8b07b009f0e08b",
		"2837fbbd8b082663b9ce9708e94afd8f1283d83113b4895fc8",
		"1556bc2767dd4eae109a81166d5530a74a7d86205c23f726fd7a5c55f74ef11e"
		"89329f2e6ba61306",
	},
	{KC_HASH_SHA3_512,
		"b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
		"10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
		"eb3fbd4b2eaab8f5c504bd3a41465aacec15770a7cabac531e482f860b5ec7ba"
		"47ccb2c6f2afce8f88d22b6dc61380f23a668fd3888bb80537c0a0b86407689e",
		"fafc7b7fe3332ce153966b27f6586fa5b49ec5d8dff3d7fd26a011451ca4c9de"
		"437913879159d9c5181a9a6f377ef18b48399756decea695b04fe90a9d3b93d1",
		"094746281d157c0c237f5f5fa3f71fe3cf38170b3ff43c02443c0e6daf8e0301"
		"b7884fdb9cfb9a56",
		"40e9f17e9bf2ef99425c2b23ccdf20a018ea5513f9ae68e1ea8c626deb57dfa4"
		"d56c27ccf2a2a24488a5",
		"004d91e65028484825d4d2ae66b9f4c02cf395d894d236d0fd",
		"50bc3db90c454a8029cbf2c60286680abcc3b292e010390588795653cbec2a22"
		"74c6723db8063b4e",
	},
	{KC_HASH_MD5,
		"900150983cd24fb0d6963f7d28e17f72",
		"5ccec34ea9656392457fa1ac27f08fbc",
		"8df98dca2397c5c8399d42a5bcc6e477",
		"0c03790e3e65aa8e7c28509aee7b8a20f2d93cda2928845bf669da6888c27d0a"
		"ad5202a701e7ea38",
		"b222c9db38d17b2fea8b3bb511c0d6d86049ef481ba7065ca5c6422618ed9cc9"
		"144900e2c72b6a863a31",
		"5ca8ed2c0eb6464c662095dd16bbb357e4a7954abb8c79f3ec",
		"bcb0488983ad3eeaca43d34d2908f4b7915fbbe023491dc7929ecda906b86130"
		"5110d61acff6ac56",
	},
};
/* clang-format on */

static void hashes(void)
{
	const struct kc_bytes parts[] = {kc_bytes_str("a"), kc_bytes_str(""), kc_bytes_str("bc")};

	CHECK(KC_COUNT_OF(rows) == KC_HASH_LAST);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		size_t len = kc_hash_len(rows[i].hash);
		uint8_t digest[KC_HASH_MAX_LEN];

		CHECK_OK(kc_hash_compute(rows[i].hash, kc_bytes_str("abc"), digest));
		CHECK_MSG(hex_is(kc_bytes(digest, len), rows[i].digest), rows[i].digest);
		memset(digest, 0, sizeof digest);
		CHECK_OK(kc_hash_parts(rows[i].hash, parts, KC_COUNT_OF(parts), digest));
		CHECK_MSG(hex_is(kc_bytes(digest, len), rows[i].digest), rows[i].digest);
	}
}

static void check_code(
	enum kc_hash hash, uint8_t byte, size_t key_len, const char *message, const char *wanted)
{
	const struct kc_sign_params params = {.scheme = KC_SIGN_HMAC, .hash = hash};
	KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;
	KC_CLEANUP_SK struct kc_sk *sk = NULL;
	uint8_t key[200];

	memset(key, byte, sizeof key);
	CHECK_OK_FATAL(kc_sk_load(KC_SECRET_GENERIC, kc_bytes(key, key_len), &sk));
	for (int turn = 0; turn < 3; turn++) {
		kc_buf_truncate(&code, 0);
		CHECK_OK(kc_sk_mac(sk, &params, kc_bytes_str(message), &code));
		CHECK_MSG(hex_is(kc_buf_bytes(&code), wanted), wanted);
		CHECK_OK(kc_sk_mac_check(sk, &params, kc_bytes_str(message), kc_buf_bytes(&code)));
	}
}

static void codes(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		check_code(rows[i].hash, 0x0b, 20, "Hi There", rows[i].short_code);
		check_code(rows[i].hash, 0xaa, 200,
			"Test Using Larger Than Block-Size Key - Hash Key First",
			rows[i].long_code);
	}
}

static void agreement_functions(void)
{
	KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT, info = KC_BUF_INIT;
	uint8_t out[40];

	hex_push(&secret, "22518b10e70f2a3f243810ae3254139efbee04aa57c7af7d");
	hex_push(&info, "75eef81aa3041e33b80971203d2c0c52");
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CHECK_OK(kc_kdf_x963(
			rows[i].hash, kc_buf_bytes(&secret), kc_buf_bytes(&info), out, sizeof out));
		CHECK_MSG(hex_is(KC_BYTES_OF(out), rows[i].x963), rows[i].x963);
	}
}

static void check_derived(
	uint8_t byte, size_t key_len, const struct kc_derive_params *params, const char *wanted)
{
	KC_CLEANUP_SECRET struct kc_secret out = KC_SECRET_INIT;
	KC_CLEANUP_SK struct kc_sk *sk = NULL;
	uint8_t key[22];

	memset(key, byte, sizeof key);
	if (key_len)
		CHECK_OK_FATAL(kc_sk_load(KC_SECRET_GENERIC, kc_bytes(key, key_len), &sk));
	CHECK_OK(kc_derive_compute(&(struct kc_derive_base){.sk = sk}, params, &out));
	CHECK_MSG(hex_is(kc_secret_bytes(&out), wanted), wanted);
}

static void derivations(void)
{
	KC_CLEANUP_BUF struct kc_buf salt = KC_BUF_INIT, info = KC_BUF_INIT;

	hex_push(&salt, "000102030405060708090a0b0c");
	hex_push(&info, "f0f1f2f3f4f5f6f7f8f9");
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		const struct kc_derive_params hkdf = {
			.scheme = KC_DERIVE_HKDF,
			.hash = rows[i].hash,
			.salt = kc_buf_bytes(&salt),
			.data = kc_buf_bytes(&info),
			.extract = true,
			.expand = true,
			.length = 42,
		};
		const struct kc_derive_params pbkdf2 = {
			.scheme = KC_DERIVE_PBKDF2,
			.hash = rows[i].hash,
			.password = kc_bytes_str("passwordPASSWORDpassword"),
			.salt = kc_bytes_str("saltSALTsaltSALTsaltSALTsaltSALTsalt"),
			.number = 3,
			.length = 25,
		};
		const struct kc_derive_params counter = {
			.scheme = KC_DERIVE_SP800_108_COUNTER,
			.hash = rows[i].hash,
			.segments = {{.kind = KC_SEGMENT_COUNTER, .bits = 32},
				{.kind = KC_SEGMENT_BYTES, .bytes = kc_bytes("label\0context", 13)},
				{.kind = KC_SEGMENT_LENGTH, .bits = 32}},
			.segment_count = 3,
			.length = 40,
		};

		check_derived(0x0b, 22, &hkdf, rows[i].hkdf);
		check_derived(0, 0, &pbkdf2, rows[i].pbkdf2);
		check_derived(0x0b, 20, &counter, rows[i].counter);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(hashes),
		CHECK_TEST(codes),
		CHECK_TEST(agreement_functions),
		CHECK_TEST(derivations),
	};

	if (kc_crypto_init() != KC_OK)
		return 1;
	return check_main("hashes", tests, KC_COUNT_OF(tests));
}
