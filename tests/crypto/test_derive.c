/* SPDX-License-Identifier: ISC */
/* Derivation: published vectors of every scheme, what is cut out of them, and what is refused. */
#include <string.h>

#include "crypto/crypto.h"
#include "crypto/derive.h"
#include "tests/check.h"
#include "tests/crypto/hex.h"

#define TEXT(text)                                        \
	{                                                 \
		(const uint8_t *)(text), sizeof(text) - 1 \
	}

/* With as much output as there is, more than any number of rounds is fed. */
static const uint8_t large[64 << 10];

/* The base of most rows. */
static void load(enum kc_secret_type type, const char *hex, struct kc_sk **ret)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	hex_push(&value, hex);
	CHECK_OK_FATAL(kc_sk_load(type, kc_buf_bytes(&value), ret));
}

static void check(const struct kc_sk *base, const struct kc_sk *other,
	const struct kc_derive_params *params, const char *wanted, const char *what)
{
	const struct kc_derive_base bases = {.sk = base, .other = other};
	KC_CLEANUP_SECRET struct kc_secret out = KC_SECRET_INIT;

	CHECK_OK(kc_derive_compute(&bases, params, &out));
	CHECK_MSG(hex_is(kc_secret_bytes(&out), wanted), what);
}

static void check_refused(const struct kc_sk *base, const struct kc_derive_params *params,
	kc_err wanted, const char *what)
{
	const struct kc_derive_base bases = {.sk = base};
	KC_CLEANUP_SECRET struct kc_secret out = KC_SECRET_INIT;

	CHECK_MSG(kc_derive_compute(&bases, params, &out) == wanted, what);
	CHECK_MSG(out.len == 0, what);
}

/* --- HKDF ---------------------------------------------------------------------------------------
 * RFC 5869 A.1 and A.3.
 */

#define HKDF_KEY "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"
#define HKDF_PRK "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"
#define HKDF_OUT                                                             \
	"3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34" \
	"007208d5b887185865"

static void hkdf(void)
{
	static const uint8_t salt[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
	static const uint8_t much[2049];
	static const uint8_t info[] = {0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9};
	struct kc_derive_params params = {.scheme = KC_DERIVE_HKDF,
		.hash = KC_HASH_SHA256,
		.salt = KC_BYTES_OF(salt),
		.data = KC_BYTES_OF(info),
		.extract = true,
		.expand = true,
		.length = 42};
	KC_CLEANUP_SK struct kc_sk *key = NULL, *prk = NULL, *salt_key = NULL;
	KC_CLEANUP_SECRET struct kc_secret out = KC_SECRET_INIT;

	load(KC_SECRET_HKDF, HKDF_KEY, &key);
	load(KC_SECRET_HKDF, HKDF_PRK, &prk);
	load(KC_SECRET_GENERIC, "000102030405060708090a0b0c", &salt_key);
	check(key, NULL, &params, HKDF_OUT, "both");
	params.salt = kc_bytes(NULL, 0);
	params.other = 1;
	check(key, salt_key, &params, HKDF_OUT, "salt of a key");
	check_refused(key, &params, KC_E_MECHANISM_PARAM, "salt of a key that is not there");
	params.other = 0;
	params.data = kc_bytes(NULL, 0);
	check(key, NULL, &params,
		"8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a"
		"96c8",
		"neither salt nor info");
	params.data = KC_BYTES_OF(info);
	params.extract = false;
	check(prk, NULL, &params, HKDF_OUT, "expand alone");
	params.length = 0;
	check(prk, NULL, &params,
		"3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
		"a digest's length");
	params.data = kc_bytes(much, 2048);
	CHECK_OK(kc_derive_compute(&(struct kc_derive_base){.sk = prk}, &params, &out));
	params.data = KC_BYTES_OF(much);
	check_refused(prk, &params, KC_E_MECHANISM_PARAM, "more info than the library keeps");
	params.data = KC_BYTES_OF(info);
	params.length = 255 * 32 + 1;
	check_refused(prk, &params, KC_E_KEY_SIZE, "longer than HKDF gives");
	params = (struct kc_derive_params){.scheme = KC_DERIVE_HKDF,
		.hash = KC_HASH_SHA256,
		.salt = KC_BYTES_OF(salt),
		.extract = true};
	check(key, NULL, &params, HKDF_PRK, "extract alone");
	params.length = 33;
	check_refused(key, &params, KC_E_KEY_SIZE, "longer than the digest");
	params.extract = false;
	check_refused(key, &params, KC_E_MECHANISM_PARAM, "neither");
	params = (struct kc_derive_params){.scheme = KC_DERIVE_HKDF, .extract = true};
	check_refused(key, &params, KC_E_MECHANISM_PARAM, "no hash");
}

/* --- SP 800-108 ---------------------------------------------------------------------------------
 * Computed with another implementation of HMAC and CMAC, in the order of the standard.
 */

#define SP800_108_KEY "dd1d91b7d90b2bd3138533ce92b272fb"

/* clang-format off */
static const struct {
	const char *what;
	enum kc_derive_scheme scheme;
	enum kc_hash hash;
	size_t segment_count;
	struct kc_derive_segment segments[4];
	const char *output;
} sp800_108_rows[] = {
	{"counter 8", KC_DERIVE_SP800_108_COUNTER, KC_HASH_SHA256, 3,
		{{KC_SEGMENT_COUNTER, 8, false, {NULL, 0}}, {KC_SEGMENT_BYTES, 0, false, TEXT("label")}, {KC_SEGMENT_BYTES, 0, false, TEXT("context")}},
		"5e65f341ea863a89a8a71f32d1fdd04d2f8412c37fed2ce98565da4373f363de"
		"699f631292883d36"},
	{"counter 16 after", KC_DERIVE_SP800_108_COUNTER, KC_HASH_SHA1, 2,
		{{KC_SEGMENT_BYTES, 0, false, TEXT("label")}, {KC_SEGMENT_COUNTER, 16, false, {NULL, 0}}},
		"16ba7d2fd9174f7459b6dcd685727f9ef1126c428dc42dfedc38a9893ba7530f"
		"d9edc36c99e2c3a1e5bc9147688361cb71a5"},
	{"counter 24 in between", KC_DERIVE_SP800_108_COUNTER, KC_HASH_SHA512, 4,
		{{KC_SEGMENT_BYTES, 0, false, TEXT("label")}, {KC_SEGMENT_COUNTER, 24, false, {NULL, 0}}, {KC_SEGMENT_BYTES, 0, false, TEXT("context")}, {KC_SEGMENT_LENGTH, 32, false, {NULL, 0}}},
		"e9f787b176bb91ffc5cd316eeb82052d9ceb7fa79c491a77dec9346f3108ca7a"
		"d393dad267c696790bb34917066fe9359b53415e4595ec2ce1244259af08eef9"
		"66b2a1d126c3c6c36235e514ad772bfd3abb2bf292e18dfc180170460a647a76"
		"39d399bd303eee70e026819f29bbaf71002e2c7c64553c8858d157464e739dbf"
		"7674ac0df13e05f2245c235a3b2b42d0601f2bfcba82"},
	{"counter 32 little", KC_DERIVE_SP800_108_COUNTER, KC_HASH_SHA256, 3,
		{{KC_SEGMENT_COUNTER, 32, true, {NULL, 0}}, {KC_SEGMENT_BYTES, 0, false, TEXT("label")}, {KC_SEGMENT_LENGTH, 16, true, {NULL, 0}}},
		"c3798c7091013a57567823fc2ef7e8515bb34d10cd0a87ccddceb276aebac1c6"
		"009486b7a27f37436ff055e078fb9d77af9be2639803bca6c5d5cd9c2afc23a8"
		"de096c0fd0f1"},
	{"counter CMAC", KC_DERIVE_SP800_108_COUNTER, KC_HASH_NONE, 3,
		{{KC_SEGMENT_COUNTER, 32, false, {NULL, 0}}, {KC_SEGMENT_BYTES, 0, false, TEXT("label")}, {KC_SEGMENT_LENGTH, 64, false, {NULL, 0}}},
		"a776a53aa4d13d081c149c45b339dadf53e30f475ad37eb587770ff9bff56c6b"
		"a7c2154a77f11de3"},
	{"feedback", KC_DERIVE_SP800_108_FEEDBACK, KC_HASH_SHA256, 3,
		{{.kind = KC_SEGMENT_ITERATION}, {KC_SEGMENT_COUNTER, 32, false, {NULL, 0}}, {KC_SEGMENT_BYTES, 0, false, TEXT("label")}},
		"da062b146fbb20c88108215922fe6f026701b6f26632e9d7348d591944f75da5"
		"03781b6c67d795b404b3026d47e20e608272ddc0d0b96da734e4533c1e80af88"
		"8934240d1ff1"},
	{"feedback, no counter", KC_DERIVE_SP800_108_FEEDBACK, KC_HASH_SHA384, 3,
		{{.kind = KC_SEGMENT_ITERATION}, {KC_SEGMENT_BYTES, 0, false, TEXT("label")}, {KC_SEGMENT_LENGTH, 32, false, {NULL, 0}}},
		"a6758f6156605e253fbdce0637f64d0cf6dbb2664961e31503079b711f30613a"
		"6f9efd6d1b1821e473a7e790fd87dc10a435161ae1cc187559e41f1d8176c756"
		"74c0bb9724060410a5b75ddef4e950f932b29563573b1cd5f6f8c360d819849a"
		"2e43de8d"},
	{"feedback, iteration last", KC_DERIVE_SP800_108_FEEDBACK, KC_HASH_SHA1, 3,
		{{KC_SEGMENT_COUNTER, 8, false, {NULL, 0}}, {KC_SEGMENT_BYTES, 0, false, TEXT("label")}, {.kind = KC_SEGMENT_ITERATION}},
		"edf15978a021d9ed968a44d155114ad3118857855f780c53db593c5237c0f077"
		"3dfe90a038ca1fcef54c316583724ba9317e"},
	{"feedback CMAC", KC_DERIVE_SP800_108_FEEDBACK, KC_HASH_NONE, 3,
		{{.kind = KC_SEGMENT_ITERATION}, {KC_SEGMENT_COUNTER, 16, false, {NULL, 0}}, {KC_SEGMENT_BYTES, 0, false, TEXT("label")}},
		"9298b18d62d1383e4d732429ad3d564e303d264d1fa9bbbfb964a3a938061dde"
		"e4c522cb16b752a6"},
	{"pipeline", KC_DERIVE_SP800_108_PIPELINE, KC_HASH_SHA256, 4,
		{{.kind = KC_SEGMENT_ITERATION}, {KC_SEGMENT_COUNTER, 32, false, {NULL, 0}}, {KC_SEGMENT_BYTES, 0, false, TEXT("label")}, {KC_SEGMENT_LENGTH, 32, false, {NULL, 0}}},
		"31a54108825d24bc1e25cff48cc3a082bb59f784e4642e5ca0149e0ac7000a22"
		"b93c6b797fbce2cfb01f54a386696b6009fe66d7743bf0a5f83e26344243e53d"
		"bcad0685dccd"},
	{"pipeline, no counter", KC_DERIVE_SP800_108_PIPELINE, KC_HASH_SHA512, 3,
		{{.kind = KC_SEGMENT_ITERATION}, {KC_SEGMENT_BYTES, 0, false, TEXT("label")}, {KC_SEGMENT_BYTES, 0, false, TEXT("context")}},
		"b54d5b0788e8769fe31f2c37248b7aeaf2419de5fc302bf52cd64896a84384dd"
		"ffe7c08c41377c06a99ea445cd03f10864e44e12b8fba45dadcb6ca1a882c5a4"
		"f5f7c9f422f59cd1da2553ece6f3e61a2157924b51a80eab27086bdd7f3a9e8e"
		"9c3064f0da424047dd6669caacbcb0db1681279a9b3c5595fb08a68ad31b9bc3"
		"e826ce4f6e81a294f7b542675512719e40fd0a1b92d1"},
	{"pipeline, iteration last", KC_DERIVE_SP800_108_PIPELINE, KC_HASH_SHA3_256, 3,
		{{KC_SEGMENT_BYTES, 0, false, TEXT("label")}, {KC_SEGMENT_COUNTER, 8, false, {NULL, 0}}, {.kind = KC_SEGMENT_ITERATION}},
		"8882f599da5075c861bfb733038c85c916ce6a6f008142aab4f89ca289a9f046"
		"b43ea4856ba2296221304b3bca6da6c01394b56f25a35e480a3a4daa3b54b5f3"
		"d29fa36a97e1"},
	{"pipeline CMAC", KC_DERIVE_SP800_108_PIPELINE, KC_HASH_NONE, 3,
		{{.kind = KC_SEGMENT_ITERATION}, {KC_SEGMENT_COUNTER, 24, false, {NULL, 0}}, {KC_SEGMENT_BYTES, 0, false, TEXT("label")}},
		"6ba2e967778833f52fa560fce68b6de9c0c4acb5270958e47256f72ef9202a6e"
		"f8b204ae081a67f0"},
};
/* clang-format on */

static void fill(size_t i, struct kc_derive_params *ret)
{
	static const uint8_t iv[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

	*ret = (struct kc_derive_params){
		.scheme = sp800_108_rows[i].scheme,
		.hash = sp800_108_rows[i].hash,
		.segment_count = sp800_108_rows[i].segment_count,
		.length = strlen(sp800_108_rows[i].output) / 2,
	};
	memcpy(ret->segments, sp800_108_rows[i].segments, sizeof sp800_108_rows[i].segments);
	if (ret->scheme == KC_DERIVE_SP800_108_FEEDBACK)
		ret->data = KC_BYTES_OF(iv);
}

/* All of it, and any part of it as another key. */
static void sp800_108(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(sp800_108_rows); i++) {
		enum kc_secret_type type =
			sp800_108_rows[i].hash == KC_HASH_NONE ? KC_SECRET_AES : KC_SECRET_GENERIC;
		const char *output = sp800_108_rows[i].output, *what = sp800_108_rows[i].what;
		KC_CLEANUP_SK struct kc_sk *key = NULL;
		struct kc_derive_params params;
		size_t all;

		load(type, SP800_108_KEY, &key);
		fill(i, &params);
		all = params.length;
		check(key, NULL, &params, output, what);
		params.total = all;
		for (params.offset = 0; params.offset < all; params.offset += 7) {
			char wanted[9] = {0};

			params.length = all - params.offset < 4 ? all - params.offset : 4;
			memcpy(wanted, output + 2 * params.offset, 2 * params.length);
			check(key, NULL, &params, wanted, what);
		}
	}
}

/* NIST's KDFCTR_gen: the first of CMAC_AES128 and of HMAC_SHA256, a counter of 8 bits before. */
static void sp800_108_published(void)
{
	static const struct {
		enum kc_secret_type type;
		enum kc_hash hash;
		const char *key, *fixed, *output;
	} rows[] = {
		{KC_SECRET_AES, KC_HASH_NONE, "dff1e50ac0b69dc40f1051d46c2b069c",
			"c16e6e02c5a3dcc8d78b9ac1306877761310455b4e41469951d9e6c2245a064b"
			"33fd8c3b01203a7824485bf0a64060c4648b707d2607935699316ea5",
			"8be8f0869b3c0ba97b71863d1b9f7813"},
		{KC_SECRET_GENERIC, KC_HASH_SHA256,
			"3edc6b5b8f7aadbd713732b482b8f979286e1ea3b8f8f99c30c884cfe3349b83",
			"98e9988bb4cc8b34d7922e1c68ad692ba2a1d9ae15149571675f17a77ad49e80"
			"c8d2a85e831a26445b1f0ff44d7084a17206b4896c8112daad18605a",
			"6c037652990674a07844732d0ad985f9"},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf fixed = KC_BUF_INIT;
		KC_CLEANUP_SK struct kc_sk *key = NULL;

		hex_push(&fixed, rows[i].fixed);
		load(rows[i].type, rows[i].key, &key);
		const struct kc_derive_params params = {
			.scheme = KC_DERIVE_SP800_108_COUNTER,
			.hash = rows[i].hash,
			.segments = {{.kind = KC_SEGMENT_COUNTER, .bits = 8},
				{.kind = KC_SEGMENT_BYTES, .bytes = kc_buf_bytes(&fixed)}},
			.segment_count = 2,
			.length = 16,
		};
		check(key, NULL, &params, rows[i].output, rows[i].output);
	}
}

static void sp800_108_refuses(void)
{
	static const struct {
		const char *what;
		enum kc_derive_scheme scheme;
		size_t count, length;
		struct kc_derive_segment segments[3];
		kc_err wanted;
	} rows[] = {
		{"no counter", KC_DERIVE_SP800_108_COUNTER, 1, 16,
			{{.kind = KC_SEGMENT_BYTES, .bytes = TEXT("a")}}, KC_E_MECHANISM_PARAM},
		{"no segments", KC_DERIVE_SP800_108_COUNTER, 0, 16, {{.kind = KC_SEGMENT_BYTES}},
			KC_E_MECHANISM_PARAM},
		{"two counters", KC_DERIVE_SP800_108_COUNTER, 2, 16,
			{{.kind = KC_SEGMENT_COUNTER, .bits = 8},
				{.kind = KC_SEGMENT_COUNTER, .bits = 8}},
			KC_E_MECHANISM_PARAM},
		{"an iteration", KC_DERIVE_SP800_108_COUNTER, 2, 16,
			{{.kind = KC_SEGMENT_COUNTER, .bits = 8}, {.kind = KC_SEGMENT_ITERATION}},
			KC_E_MECHANISM_PARAM},
		{"12 bits", KC_DERIVE_SP800_108_COUNTER, 1, 16,
			{{.kind = KC_SEGMENT_COUNTER, .bits = 12}}, KC_E_MECHANISM_PARAM},
		{"no bits", KC_DERIVE_SP800_108_COUNTER, 1, 16,
			{{.kind = KC_SEGMENT_COUNTER, .bits = 0}}, KC_E_MECHANISM_PARAM},
		{"40 bits", KC_DERIVE_SP800_108_COUNTER, 1, 16,
			{{.kind = KC_SEGMENT_COUNTER, .bits = 40}}, KC_E_MECHANISM_PARAM},
		{"72 bits of length", KC_DERIVE_SP800_108_COUNTER, 2, 16,
			{{.kind = KC_SEGMENT_COUNTER, .bits = 8},
				{.kind = KC_SEGMENT_LENGTH, .bits = 72}},
			KC_E_MECHANISM_PARAM},
		{"more rounds than the counter counts", KC_DERIVE_SP800_108_COUNTER, 1,
			255 * 32 + 1, {{.kind = KC_SEGMENT_COUNTER, .bits = 8}}, KC_E_KEY_SIZE},
		{"more bits than the length holds", KC_DERIVE_SP800_108_COUNTER, 2, 32,
			{{.kind = KC_SEGMENT_COUNTER, .bits = 8},
				{.kind = KC_SEGMENT_LENGTH, .bits = 8}},
			KC_E_KEY_SIZE},
		{"feedback without iteration", KC_DERIVE_SP800_108_FEEDBACK, 1, 16,
			{{.kind = KC_SEGMENT_COUNTER, .bits = 8}}, KC_E_MECHANISM_PARAM},
		{"pipeline without iteration", KC_DERIVE_SP800_108_PIPELINE, 1, 16,
			{{.kind = KC_SEGMENT_BYTES, .bytes = TEXT("a")}}, KC_E_MECHANISM_PARAM},
		{"no length", KC_DERIVE_SP800_108_COUNTER, 1, 0,
			{{.kind = KC_SEGMENT_COUNTER, .bits = 8}}, KC_E_KEY_SIZE},
		{"rounds over much", KC_DERIVE_SP800_108_COUNTER, 2, KC_DERIVE_MAX_LEN,
			{{.kind = KC_SEGMENT_COUNTER, .bits = 32},
				{.kind = KC_SEGMENT_BYTES, .bytes = {large, sizeof large}}},
			KC_E_MECHANISM_PARAM},
		{"more than is given at all", KC_DERIVE_SP800_108_COUNTER, 1, KC_DERIVE_MAX_LEN + 1,
			{{.kind = KC_SEGMENT_COUNTER, .bits = 32}}, KC_E_KEY_SIZE},
	};
	KC_CLEANUP_SK struct kc_sk *key = NULL;

	load(KC_SECRET_GENERIC, SP800_108_KEY, &key);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		struct kc_derive_params params = {
			.scheme = rows[i].scheme,
			.hash = KC_HASH_SHA256,
			.segment_count = rows[i].count,
			.length = rows[i].length,
		};

		memcpy(params.segments, rows[i].segments, sizeof rows[i].segments);
		check_refused(key, &params, rows[i].wanted, rows[i].what);
	}
}

/* --- PBKDF2 -------------------------------------------------------------------------------------
 * RFC 6070, and RFC 7914 11.
 */

static void pbkdf2(void)
{
	static const struct {
		enum kc_hash hash;
		struct kc_bytes password, salt;
		uint64_t iterations;
		const char *key;
	} rows[] = {
		{KC_HASH_SHA1, TEXT("password"), TEXT("salt"), 1,
			"0c60c80f961f0e71f3a9b524af6012062fe037a6"},
		{KC_HASH_SHA1, TEXT("password"), TEXT("salt"), 4096,
			"4b007901b765489abead49d926f721d065a429c1"},
		{KC_HASH_SHA1, TEXT("passwordPASSWORDpassword"),
			TEXT("saltSALTsaltSALTsaltSALTsaltSALTsalt"), 4096,
			"3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"},
		{KC_HASH_SHA1, TEXT("pass\0word"), TEXT("sa\0lt"), 4096,
			"56fa6aa75548099dcc37d7f03425e0c3"},
		{KC_HASH_SHA256, TEXT("passwd"), TEXT("salt"), 1,
			"55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
			"49ca9cccf179b645991664b39d77ef31"},
	};
	KC_CLEANUP_SK struct kc_sk *key = NULL;
	struct kc_derive_params params = {.scheme = KC_DERIVE_PBKDF2, .hash = KC_HASH_SHA256};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		const struct kc_derive_params row = {
			.scheme = KC_DERIVE_PBKDF2,
			.hash = rows[i].hash,
			.password = rows[i].password,
			.salt = rows[i].salt,
			.number = rows[i].iterations,
			.length = strlen(rows[i].key) / 2,
		};

		check(NULL, NULL, &row, rows[i].key, rows[i].key);
	}
	check_refused(NULL, &params, KC_E_MECHANISM_PARAM, "no iterations");
	params.number = KC_DERIVE_ITERATIONS_MAX + 1;
	check_refused(NULL, &params, KC_E_MECHANISM_PARAM, "too many");
	params.number = KC_DERIVE_ITERATIONS_MAX;
	params.length = 33;
	check_refused(NULL, &params, KC_E_MECHANISM_PARAM, "too many for two digests");
	params = (struct kc_derive_params){.scheme = KC_DERIVE_PBKDF2, .number = 1};
	check_refused(NULL, &params, KC_E_MECHANISM_PARAM, "no hash");
	load(KC_SECRET_GENERIC, SP800_108_KEY, &key);
	params.hash = KC_HASH_SHA256;
	check_refused(key, &params, KC_E_KEY_TYPE, "a base key");
}

/* --- agreement ----------------------------------------------------------------------------------
 * The keys of test_agree.c's P-256 and X25519.
 */

static void agreement(void)
{
	static const struct {
		enum kc_key_type type;
		const char *own, *peer;
		enum kc_hash hash;
		struct kc_bytes info;
		size_t offset, length;
		const char *wanted;
	} rows[] = {
#define P256_OWN                                                             \
	"04ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230" \
	"28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141"   \
	"7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534"
#define P256_PEER                                                            \
	"04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287" \
	"db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac"
		{KC_KEY_EC, P256_OWN, P256_PEER, KC_HASH_NONE, {NULL, 0}, 0, 0,
			"46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b"},
		{KC_KEY_EC, P256_OWN, P256_PEER, KC_HASH_NONE, {NULL, 0}, 16, 16,
			"ccc5852060561e68040dd7778997bd7b"},
		{KC_KEY_EC, P256_OWN, P256_PEER, KC_HASH_SHA256, TEXT("shared info"), 0, 40,
			"5a4845b5dc67013c33c19a3a145e35844408aa4258bfacabd6526bf036b371abdbafac0a70"
			"71896c"},
		{KC_KEY_X25519, "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
			"8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
			KC_HASH_SHA3_512, {NULL, 0}, 0, 20,
			"61d11abc6dae9be4a74e57625cf8295c0f9f2f7f"},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf own = KC_BUF_INIT, peer = KC_BUF_INIT;
		KC_CLEANUP_SECRET struct kc_secret out = KC_SECRET_INIT;
		KC_CLEANUP_PK struct kc_pk *pk = NULL;
		struct kc_derive_params params;
		struct kc_derive_base base;

		hex_push(&own, rows[i].own);
		hex_push(&peer, rows[i].peer);
		CHECK_OK_FATAL(kc_pk_load(rows[i].type, true, kc_buf_bytes(&own), &pk));
		params = (struct kc_derive_params){.scheme = KC_DERIVE_AGREE,
			.hash = rows[i].hash,
			.data = rows[i].info,
			.peer = kc_buf_bytes(&peer),
			.offset = rows[i].offset,
			.length = rows[i].length};
		base = (struct kc_derive_base){.pk = pk};
		CHECK_OK(kc_derive_compute(&base, &params, &out));
		CHECK_MSG(hex_is(kc_secret_bytes(&out), rows[i].wanted), rows[i].wanted);
		params.scheme = KC_DERIVE_AGREE_COFACTOR;
		CHECK_OK(kc_derive_compute(&base, &params, &out));
		CHECK_MSG(hex_is(kc_secret_bytes(&out), rows[i].wanted), rows[i].wanted);
		params.peer.len--;
		CHECK_ERR(kc_derive_compute(&base, &params, &out), KC_E_DECODE);
		params.peer.len++;
		params.hash = KC_HASH_SHA256;
		params.data = KC_BYTES_OF(large);
		params.offset = 0;
		params.length = KC_DERIVE_MAX_LEN;
		CHECK_ERR(kc_derive_compute(&base, &params, &out), KC_E_MECHANISM_PARAM);
		params.length = 32;
		CHECK_OK(kc_derive_compute(&base, &params, &out));
		params.hash = KC_HASH_NONE;
		params.length = 33;
		CHECK_ERR(kc_derive_compute(&base, &params, &out), KC_E_KEY_SIZE);
		params.scheme = KC_DERIVE_HASH;
		CHECK_ERR(kc_derive_compute(&base, &params, &out), KC_E_KEY_TYPE);
	}
}

/* --- the rest -----------------------------------------------------------------------------------
 * EXTRACT is the example of PKCS#11 3.1, 6.43.7.
 */

#define AES_KEY "2b7e151628aed2a6abf7158809cf4f3c"
#define BLOCK                                                                               \
	{                                                                                   \
		(const uint8_t *)"\x6b\xc1\xbe\xe2\x2e\x40\x9f\x96\xe9\x3d\x7e\x11\x73\x93" \
				 "\x17\x2a",                                                \
			16                                                                  \
	}

static void rearranging(void)
{
	static const struct {
		const char *what;
		uint32_t type;
		const char *base, *other;
		struct kc_derive_params params;
		const char *wanted;
	} rows[] = {
		{"hash", KC_SECRET_GENERIC, "616263", NULL,
			{.scheme = KC_DERIVE_HASH, .hash = KC_HASH_SHA1},
			"a9993e364706816aba3e25717850c26c9cd0d89d"},
		{"hash, cut", KC_SECRET_GENERIC, "616263", NULL,
			{.scheme = KC_DERIVE_HASH, .hash = KC_HASH_SHA1, .length = 4}, "a9993e36"},
		{"keys", KC_SECRET_GENERIC, "0123", "4567",
			{.scheme = KC_DERIVE_CONCATENATE_KEY, .other = 1}, "01234567"},
		{"data after", KC_SECRET_GENERIC, "3031", NULL,
			{.scheme = KC_DERIVE_CONCATENATE_AFTER, .data = TEXT("abc")}, "3031616263"},
		{"data before", KC_SECRET_GENERIC, "3031", NULL,
			{.scheme = KC_DERIVE_CONCATENATE_BEFORE, .data = TEXT("abc")},
			"6162633031"},
		{"nothing after", KC_SECRET_GENERIC, "3031", NULL,
			{.scheme = KC_DERIVE_CONCATENATE_AFTER}, "3031"},
		{"xor", KC_SECRET_GENERIC, "0000ff", NULL,
			{.scheme = KC_DERIVE_XOR, .data = TEXT("abcd")}, "61629c"},
		{"xor, shorter data", KC_SECRET_GENERIC, "0000ff", NULL,
			{.scheme = KC_DERIVE_XOR, .data = TEXT("ab")}, "6162"},
		{"extract", KC_SECRET_GENERIC, "329f84a9", NULL,
			{.scheme = KC_DERIVE_EXTRACT, .number = 21, .length = 2}, "9526"},
		{"extract bytes", KC_SECRET_GENERIC, "329f84a9", NULL,
			{.scheme = KC_DERIVE_EXTRACT, .number = 8, .length = 3}, "9f84a9"},
		{"extract all", KC_SECRET_GENERIC, "329f84a9", NULL,
			{.scheme = KC_DERIVE_EXTRACT, .number = 0}, "329f84a9"},
		{"ECB", KC_SECRET_AES, AES_KEY, NULL,
			{.scheme = KC_DERIVE_ENCRYPT,
				.data = BLOCK,
				.cipher = {.scheme = KC_CIPHER_ECB}},
			"3ad77bb40d7a3660a89ecaf32466ef97"},
		{"CBC", KC_SECRET_AES, AES_KEY, NULL,
			{.scheme = KC_DERIVE_ENCRYPT,
				.data = BLOCK,
				.cipher = {.scheme = KC_CIPHER_CBC,
					.iv = TEXT("\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17")}},
			"7649abac8119b246cee98e9b12e9197d"},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_SK struct kc_sk *base = NULL, *other = NULL;

		load((enum kc_secret_type)rows[i].type, rows[i].base, &base);
		if (rows[i].other)
			load(KC_SECRET_GENERIC, rows[i].other, &other);
		check(base, other, &rows[i].params, rows[i].wanted, rows[i].what);
	}
}

static void refuses(void)
{
	static const struct {
		const char *what;
		uint32_t type;
		struct kc_derive_params params;
		kc_err wanted;
	} rows[] = {
		{"no other key", KC_SECRET_GENERIC, {.scheme = KC_DERIVE_CONCATENATE_KEY},
			KC_E_MECHANISM_PARAM},
		{"no hash", KC_SECRET_GENERIC, {.scheme = KC_DERIVE_HASH}, KC_E_MECHANISM_PARAM},
		{"longer than the digest", KC_SECRET_GENERIC,
			{.scheme = KC_DERIVE_HASH, .hash = KC_HASH_SHA1, .length = 21},
			KC_E_KEY_SIZE},
		{"nothing to mix", KC_SECRET_GENERIC, {.scheme = KC_DERIVE_XOR},
			KC_E_MECHANISM_PARAM},
		{"a bit too far", KC_SECRET_GENERIC,
			{.scheme = KC_DERIVE_EXTRACT, .number = 128, .length = 1},
			KC_E_MECHANISM_PARAM},
		{"more bits than there are", KC_SECRET_GENERIC,
			{.scheme = KC_DERIVE_EXTRACT, .length = 17}, KC_E_KEY_SIZE},
		{"a key that does not encrypt", KC_SECRET_GENERIC,
			{.scheme = KC_DERIVE_ENCRYPT,
				.data = BLOCK,
				.cipher = {.scheme = KC_CIPHER_ECB}},
			KC_E_KEY_TYPE},
		{"part of a block", KC_SECRET_AES,
			{.scheme = KC_DERIVE_ENCRYPT,
				.data = TEXT("abc"),
				.cipher = {.scheme = KC_CIPHER_ECB}},
			KC_E_MECHANISM_PARAM},
		{"CMAC by bytes", KC_SECRET_GENERIC,
			{.scheme = KC_DERIVE_SP800_108_COUNTER,
				.segments = {{.kind = KC_SEGMENT_COUNTER, .bits = 8}},
				.segment_count = 1,
				.length = 16},
			KC_E_KEY_TYPE},
		{"agreement", KC_SECRET_GENERIC, {.scheme = KC_DERIVE_AGREE}, KC_E_KEY_TYPE},
		{"an offset alone", KC_SECRET_GENERIC,
			{.scheme = KC_DERIVE_HASH, .hash = KC_HASH_SHA1, .offset = 20},
			KC_E_KEY_SIZE},
		{"an offset beyond all", KC_SECRET_GENERIC,
			{.scheme = KC_DERIVE_HASH,
				.hash = KC_HASH_SHA1,
				.offset = SIZE_MAX,
				.length = 16},
			KC_E_KEY_SIZE},
		{"no scheme", KC_SECRET_GENERIC, {.scheme = (enum kc_derive_scheme)99},
			KC_E_MECHANISM},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_SK struct kc_sk *base = NULL;

		load((enum kc_secret_type)rows[i].type, AES_KEY, &base);
		check_refused(base, &rows[i].params, rows[i].wanted, rows[i].what);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(hkdf),
		CHECK_TEST(sp800_108),
		CHECK_TEST(sp800_108_published),
		CHECK_TEST(sp800_108_refuses),
		CHECK_TEST(pbkdf2),
		CHECK_TEST(agreement),
		CHECK_TEST(rearranging),
		CHECK_TEST(refuses),
	};

	if (kc_crypto_init() != KC_OK)
		return 1;
	return check_main("derivation", tests, KC_COUNT_OF(tests));
}
