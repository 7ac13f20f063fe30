/* SPDX-License-Identifier: ISC */
/* Agreement on a secret: published vectors for each curve, both directions, and what is refused. */
#include <string.h>

#include "crypto/pk.h"
#include "tests/check.h"
#include "tests/crypto/hex.h"

/* The first test of each curve of NIST's KAS_ECC_CDH_PrimitiveTest (private keys as
 * point and scalar), and RFC 7748 6.1 and 6.2. */
static const struct {
	const char *what;
	enum kc_key_type type;
	const char *own, *own_scalar, *peer, *shared;
} vectors[] = {
	{"P-192", KC_KEY_EC,
		"04b15053401f57285637ec324c1cd2139e3a67de3739234b37"
		"f269c158637482aad644cd692dd1d3ef2c8a7c49e389f7f6",
		"f17d3fea367b74d340851ca4270dcb24c271f445bed9d527",
		"0442ea6dd9969dd2a61fea1aac7f8e98edcc896c6e55857cc0"
		"dfbe5d7c61fac88b11811bde328e8a0d12bf01a9d204b523",
		"803d8ab2e5b6e6fca715737c3a82f7ce3c783124f6d51cd0"},
	{"P-224", KC_KEY_EC,
		"048de2e26adf72c582d6568ef638c4fd59b18da171bdf501f1d929e048"
		"4a68a1c2b0fb22930d120555c1ece50ea98dea8407f71be36efac0de",
		"8346a60fc6f293ca5a0d2af68ba71d1dd389e5e40837942df3e43cbd",
		"04af33cd0629bc7e996320a3f40368f74de8704fa37b8fab69abaae280"
		"882092ccbba7930f419a8a4f9bb16978bbc3838729992559a6f2e2d7",
		"7d96f9a3bd3c05cf5cc37feb8b9d5209d5c2597464dec3e9983743e8"},
	{"P-256", KC_KEY_EC,
		"04ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230"
		"28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141",
		"7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
		"04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
		"db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
		"46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b"},
	{"P-384", KC_KEY_EC,
		"049803807f2f6d2fd966cdd0290bd410c0190352fbec7ff6247de1302df86f25d3"
		"4fe4a97bef60cff548355c015dbb3e5f"
		"ba26ca69ec2f5b5d9dad20cc9da711383a9dbe34ea3fa5a2af75b46502629ad5"
		"4dd8b7d73a8abb06a3a3be47d650cc99",
		"3cc3122a68f0d95027ad38c067916ba0eb8c38894d22e1b15618b6818a661774"
		"ad463b205da88cf699ab4d43c9cf98a1",
		"04a7c76b970c3b5fe8b05d2838ae04ab47697b9eaf52e764592efda27fe7513272"
		"734466b400091adbf2d68c58e0c50066"
		"ac68f19f2e1cb879aed43a9969b91a0839c4c38a49749b661efedf243451915e"
		"d0905a32b060992b468c64766fc8437a",
		"5f9d29dc5e31a163060356213669c8ce132e22f57c9a04f40ba7fcead493b457"
		"e5621e766c40a2e3d4d6a04b25e533f1"},
	{"P-521", KC_KEY_EC,
		"0400602f9d0cf9e526b29e22381c203c48a886c2b0673033366314f1ffbcba240ba4"
		"2f4ef38a76174635f91e6b4ed34275eb01c8467d05ca80315bf1a7bbd945f550a5"
		"01b7c85f26f5d4b2d7355cf6b02117659943762b6d1db5ab4f1dbc44ce7b2946eb"
		"6c7de342962893fd387d1b73d7a8672d1f236961170b7eb3579953ee5cdc88cd2d",
		"017eecc07ab4b329068fba65e56a1f8890aa935e57134ae0ffcce802735151f4ea"
		"c6564f6ee9974c5e6887a1fefee5743ae2241bfeb95d5ce31ddcb6f9edb4d6fc47",
		"0400685a48e86c79f0f0875f7bc18d25eb5fc8c0b07e5da4f4370f3a949034085433"
		"4b1e1b87fa395464c60626124a4e70d0f785601d37c09870ebf176666877a2046d"
		"01ba52c56fc8776d9e8f5db4f0cc27636d0b741bbe05400697942e80b739884a83"
		"bde99e0f6716939e632bc8986fa18dccd443a348b6c3e522497955a4f3c302f676",
		"005fc70477c3e63bc3954bd0df3ea0d1f41ee21746ed95fc5e1fdf90930d5e1366"
		"72d72cc770742d1711c3c3a4c334a0ad9759436a4d3c5bf6e74b9578fac148c831"},
	{"X25519", KC_KEY_X25519, "",
		"5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
		"8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
		"4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
	{"X448", KC_KEY_X448, "",
		"9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28d"
		"d9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b",
		"3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b430"
		"27d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609",
		"07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282b"
		"b60c0b56fd2464c335543936521c24403085d59a449a5037514a879d"},
};

static void load_own(size_t i, struct kc_pk **ret)
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;

	hex_push(&stored, vectors[i].own);
	hex_push(&stored, vectors[i].own_scalar);
	CHECK_OK_FATAL(kc_pk_load(vectors[i].type, true, kc_buf_bytes(&stored), ret));
}

static void published_vectors(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(vectors); i++) {
		KC_CLEANUP_BUF struct kc_buf peer = KC_BUF_INIT;
		KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;
		KC_CLEANUP_PK struct kc_pk *own = NULL;

		load_own(i, &own);
		hex_push(&peer, vectors[i].peer);
		CHECK_OK(kc_pk_agree(own, kc_buf_bytes(&peer), &shared));
		CHECK_MSG(hex_is(kc_secret_bytes(&shared), vectors[i].shared), vectors[i].what);
	}
}

static void both_sides_agree(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(vectors); i++) {
		KC_CLEANUP_BUF struct kc_buf mine = KC_BUF_INIT, theirs = KC_BUF_INIT;
		KC_CLEANUP_SECRET struct kc_secret a = KC_SECRET_INIT, b = KC_SECRET_INIT;
		KC_CLEANUP_PK struct kc_pk *own = NULL, *peer = NULL;

		load_own(i, &own);
		CHECK_OK_FATAL(kc_pk_generate(vectors[i].type, kc_pk_bits(own), &peer));
		CHECK_OK(kc_pk_store_public(own, &mine));
		CHECK_OK(kc_pk_store_public(peer, &theirs));
		CHECK_OK(kc_pk_agree(own, kc_buf_bytes(&theirs), &a));
		CHECK_OK(kc_pk_agree(peer, kc_buf_bytes(&mine), &b));
		CHECK_MSG(
			kc_bytes_equal(kc_secret_bytes(&a), kc_secret_bytes(&b)), vectors[i].what);
	}
}

/* With everybody else's keys, with broken ones, and with public halves. */
static void refuses_peers(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(vectors); i++) {
		KC_CLEANUP_BUF struct kc_buf mine = KC_BUF_INIT;
		KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;
		KC_CLEANUP_PK struct kc_pk *own = NULL, *public = NULL;

		load_own(i, &own);
		CHECK_OK(kc_pk_store_public(own, &mine));
		for (size_t j = 0; j < KC_COUNT_OF(vectors); j++) {
			KC_CLEANUP_BUF struct kc_buf peer = KC_BUF_INIT;

			hex_push(&peer, vectors[j].peer);
			if (j != i)
				CHECK_MSG(kc_pk_agree(own, kc_buf_bytes(&peer), &shared) ==
						  KC_E_DECODE,
					vectors[i].what);
		}
		for (size_t len = 0; len < mine.len; len++)
			CHECK_ERR(kc_pk_agree(own, kc_bytes(mine.data, len), &shared), KC_E_DECODE);
		if (vectors[i].type == KC_KEY_EC) {
			mine.data[mine.len - 1] ^= 1; /* off the curve */
			CHECK_ERR(kc_pk_agree(own, kc_buf_bytes(&mine), &shared), KC_E_DECODE);
			mine.data[mine.len - 1] ^= 1;
		} else {
			KC_CLEANUP_BUF struct kc_buf zero = KC_BUF_INIT;

			memset(kc_buf_extend(&zero, mine.len), 0, mine.len); /* of small order */
			CHECK_ERR(kc_pk_agree(own, kc_buf_bytes(&zero), &shared), KC_E_DECODE);
		}
		CHECK_OK_FATAL(kc_pk_load(vectors[i].type, false, kc_buf_bytes(&mine), &public));
		CHECK_ERR(kc_pk_agree(public, kc_buf_bytes(&mine), &shared), KC_E_KEY_TYPE);
		CHECK(shared.len == 0);
	}
}

static void some_keys_do_not_agree(void)
{
	static const struct {
		enum kc_key_type type;
		unsigned bits;
	} rows[] = {{KC_KEY_RSA, 512}, {KC_KEY_ED25519, 256}, {KC_KEY_ED448, 456}};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf mine = KC_BUF_INIT;
		KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;
		KC_CLEANUP_PK struct kc_pk *own = NULL;

		CHECK_OK_FATAL(kc_pk_generate(rows[i].type, rows[i].bits, &own));
		CHECK_OK(kc_pk_store_public(own, &mine));
		CHECK_ERR(kc_pk_agree(own, kc_buf_bytes(&mine), &shared), KC_E_MECHANISM);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(published_vectors),
		CHECK_TEST(both_sides_agree),
		CHECK_TEST(refuses_peers),
		CHECK_TEST(some_keys_do_not_agree),
	};
	return check_main("agree", tests, KC_COUNT_OF(tests));
}
