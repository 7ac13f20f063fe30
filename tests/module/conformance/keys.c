/* SPDX-License-Identifier: ISC */
/* Keys for the checks. The pairs are made for these tests and have no other use. */
#include "tests/module/conformance/keys.h"

#include <openssl/core_names.h>
#include <openssl/x509.h>
#include <string.h>

/* PKCS#8 in base 64. */
static const char *const pairs[] = {
	/* clang-format off */
	[FIXED_RSA] =
		"MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDVJg7vQqSavXYiJ8vKL8+n"
		"bZzd+TGJSu/us4KdcLDahxnTm53u/dolVoX3t+y7WXk/dcGWpOfXWfnRiLmJZ0bP0h7FXPjF"
		"z6JqholgxWfr2SvIBpzDSHabA5XWuLx48jUPjw6beVga/iZwTY9KzAbdN2mOScylt2tgsFFk"
		"/xQyRtv+U5jxZQkcxjn1G0opuDGbJIfHe0nbPcu8LTxuVgrIaVc5GFS2hU4yhw6wHN3K2TFH"
		"WhwnJaGDXcOYjtTcJsjPJpRkbeA0CbXpzg7Dcj8iAlt86TEbRCGJ35yliZ4D7Ahh+hrAoJuN"
		"MbvWjhgEGa8l9EI3Jr/gGUQEOyocNPYdAgMBAAECggEAEGw1w16NozSM2RXa4FGtvLc32mx8"
		"Uhk5gllHa40Gu1ekeEbptMPPXogbm1oK/eZnbqnKiCpdiJywoGHZ9cnEzXdhkpBWxJr6Zx3F"
		"kPS0zJm3g1prEqrPJKNylJA4SVNUHkZF+FmxnabOXGHFdBxjPQEre2CZSX1n4xPCubbjnfnu"
		"k/oJXVQ7oUXicDi81dnFXVaPa/S/Efvq65SX/nS2F8LISn7Sskubc4ZCA1hjQDIKEN0/P7ZY"
		"AhsNSw01Nc96x+fJ6MLIHdJJNs4o1O5kN/aBsorkHvfwpzo4skpZ0/U4KDlz/BfKuazbdJuK"
		"ebu+qP3mnaQSNDhhvSFvzsr+mwKBgQD9prZkJTarMlGHIxCZoX00tJYPXCUk6dD+FcnrW7HA"
		"F1PZTVWpia8Jne2sYmGjkkVQ5WS4FuaktzA3r3uNxp4w18wgAEZMMvANaUmWyHifWuNo9kda"
		"pweHhawgvwealqcPHBS8iYLrgqLRg1oLPfexHCBEj5eVDKN8ywp9LpzojwKBgQDXH1VZiQBP"
		"SgVhUWLtPRcopcSnSfF7XyLj7o5UiwoQ0j8wPMUrIZENcIrOb/uibTz9+EmyMPeK7qZKBeWp"
		"VgmKIahJHi56s2KPbVwoIFQJXS0CCXq9vu/woCef3r+oAKV4wZf9/O0G1omv0jpBlmOtVyO7"
		"xS7MT1yiUIcX8KvUkwKBgGu5NrLXXx1b1GYZDT7B58PPgf9p+dhweLLAHC4ZlibngVPDVUMY"
		"Vz81VDAm5CKsx0Vw9tJ7315K8m5j14xBswM5UtawZyqLY4m+kmM4Joo+9l+oYGtujnMO4ShT"
		"GO6dVrvDCEd9+xz8MRvbtg0aNyx/rnCPrye8413neT/q4PafAoGAP5Ma/iLm3Ifbny8WNVZg"
		"ibqzq1zG6Nbs0L+ngIS2rNH1qqPLATwiSf6AhxHBI/d0lvnRjb+66Gwu6KFlhe3PU+sueK1a"
		"vxhUgF6pZZJoQ3wt2PREOd87ubka/Lwvl87ZGB7edElTIzoz5qoSXV+8hXXDMbLMacTqc22o"
		"/wI5RdECgYATlX8CYWOII2ES6g6ULKjIgImEvrQJTvT0LodqBYSmiIqnvGIbw7KerfLKOHXo"
		"5KDZ0unI3FwmnyyGf0hXxWtpo2v4zwgnvqnSUeUVPTUp4XzWZmp+jvZCnEDDJsIvhVVBG2fB"
		"8X18Yj/UEZI/YchozSLz22vZzS5muFPm5l6Fjw==",
	[FIXED_P256] =
		"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvKBCLxXPrLEKnMtCTNvy1lTL"
		"GzvC6t77fXH4QuGWcw+hRANCAASS9f1CR9DkrQpR60n6k8p5xu528jmC/puY9C9oY6QVZAdL"
		"k7ZIj07iGz5NaR9YIeXXzAhJY+Q2l37BmwIF7qZd",
	[FIXED_P384] =
		"MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDC/TiQErkhWl2cDJWDuvXu+/RuA"
		"sIJgJdZdxq5AcRVdLS4tNqv5c5969S1g8g8exmGhZANiAAQ44dru3N6Al+/TQtXew8rIOJXq"
		"COnmVHzQSDEPXXovrvnHwlCRbU2AApsuyA17g5m/87sBHJ7AhcCuGrKuB4Q0r/CnAUKcV86u"
		"8XX9JwA/TI01QOzEhaRHNM73/gxedf0=",
	[FIXED_P521] =
		"MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIAKcet4l+G2lCIbCtUY45XHSeD"
		"wFCw0RKOxZT9jl78frVkihsWSs0I5BW3b5Sg7QKvmjeMud8OhPCStVkr+18g53ChgYkDgYYA"
		"BAC9yV6Q9q2hEprvOoqfsAiD8G3izHUXXthrw4kCxs50glp6hC7kq0c79iASVpqdWvMIrMyt"
		"rpbaXvmCQwzjzT3zzwA6AIMjJ53AHYIyH/PegRwa3skb+NmyU6znINgG9St2bgO5fMq4IV/N"
		"3RXwEsS0RwBXNl01er+w3+RhXudScNj3gg==",
	[FIXED_ED25519] =
		"MC4CAQAwBQYDK2VwBCIEICouVDqUhmxSFhh0m9ukP8hoCY6X91Tvr7sYp3p3xaKC",
	[FIXED_ED448] =
		"MEcCAQAwBQYDK2VxBDsEOdmUCp/asYmo6vrfoFcrsD+vp73on6SmzVG84iGTC4leePXty02u"
		"JY2Jqi7lzf00RBrOiLoCPZrb3g==",
	[FIXED_X25519] =
		"MC4CAQAwBQYDK2VuBCIEIEiAnWsCvLSAyWu4B+lfveF1RZIq212KtJFuPgEGutFH",
	[FIXED_X448] =
		"MEYCAQAwBQYDK2VvBDoEONiJepicKTlSQrK9PYpchtvxqw7M/1rzSRMFvlxHhmjmGqaxLjfj"
		"KznauKmdZcN+aH8Vxl4WbpHE",
	/* clang-format on */
};

struct kind {
	CK_KEY_TYPE type;
	const char *oid;
};
static const struct kind kinds[] = {
	[FIXED_RSA] = {CKK_RSA, NULL},
	[FIXED_P256] = {CKK_EC, "06082a8648ce3d030107"},
	[FIXED_P384] = {CKK_EC, "06052b81040022"},
	[FIXED_P521] = {CKK_EC, "06052b81040023"},
	[FIXED_ED25519] = {CKK_EC_EDWARDS, "06032b6570"},
	[FIXED_ED448] = {CKK_EC_EDWARDS, "06032b6571"},
	[FIXED_X25519] = {CKK_EC_MONTGOMERY, "06032b656e"},
	[FIXED_X448] = {CKK_EC_MONTGOMERY, "06032b656f"},
};

EVP_PKEY *fixed_openssl(enum fixed which)
{
	static EVP_PKEY *made[8];
	unsigned char der[2048];
	const unsigned char *at = der;
	const char *text = pairs[which];
	EVP_ENCODE_CTX *decoder;
	int len, rest;

	if (!made[which]) {
		decoder = EVP_ENCODE_CTX_new();
		EVP_DecodeInit(decoder);
		MUST(EVP_DecodeUpdate(decoder, der, &len, (const unsigned char *)text,
			     (int)strlen(text)) >= 0);
		MUST(EVP_DecodeFinal(decoder, der + len, &rest) >= 0);
		EVP_ENCODE_CTX_free(decoder);
		made[which] = d2i_AutoPrivateKey(NULL, &at, len + rest);
		MUST(made[which] != NULL);
	}
	return made[which];
}

static enum fixed kind_of(EVP_PKEY *key)
{
	char group[40] = "";

	if (EVP_PKEY_is_a(key, "RSA"))
		return FIXED_RSA;
	if (EVP_PKEY_is_a(key, "ED25519"))
		return FIXED_ED25519;
	if (EVP_PKEY_is_a(key, "ED448"))
		return FIXED_ED448;
	if (EVP_PKEY_is_a(key, "X25519"))
		return FIXED_X25519;
	if (EVP_PKEY_is_a(key, "X448"))
		return FIXED_X448;
	MUST(EVP_PKEY_get_group_name(key, group, sizeof group, NULL));
	if (strcmp(group, "prime256v1") == 0)
		return FIXED_P256;
	return strcmp(group, "secp384r1") == 0 ? FIXED_P384 : FIXED_P521;
}

/* The number behind a name in storage that lives as long as the check. */
static void with_big(
	struct template *template, CK_ATTRIBUTE_TYPE type, EVP_PKEY *key, const char *name)
{
	static unsigned char room[40][520];
	static unsigned next;
	unsigned char *at = room[next++ % 40];
	BIGNUM *number = NULL;
	int len = 0;

	MUST(EVP_PKEY_get_bn_param(key, name, &number));
	/* a private number of EC keeps its length */
	if (type == CKA_VALUE)
		len = BN_bn2binpad(number, at, (EVP_PKEY_get_bits(key) + 7) / 8);
	else
		len = BN_bn2bin(number, at);
	BN_clear_free(number);
	with_bytes(template, type, at, (size_t)len);
}

struct bytes fixed_params(enum fixed which)
{
	return unhex(kinds[which].oid);
}

struct bytes fixed_point(EVP_PKEY *key, bool bare)
{
	struct bytes out = {.len = 0};
	unsigned char point[200];
	size_t len = sizeof point;

	if (EVP_PKEY_is_a(key, "EC"))
		MUST(EVP_PKEY_get_octet_string_param(
			key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len));
	else
		MUST(EVP_PKEY_get_raw_public_key(key, point, &len));
	if (!bare) {
		out.at[out.len++] = 0x04;
		if (len > 127)
			out.at[out.len++] = 0x81;
		out.at[out.len++] = (CK_BYTE)len;
	}
	memcpy(out.at + out.len, point, len);
	out.len += len;
	return out;
}

static void with_curve(struct template *template, enum fixed which)
{
	static struct bytes params[8];

	params[which] = fixed_params(which);
	with_bytes(template, CKA_EC_PARAMS, params[which].at, params[which].len);
}

static const struct {
	CK_ATTRIBUTE_TYPE type;
	const char *name;
} rsa_parts[] = {
	{CKA_MODULUS, OSSL_PKEY_PARAM_RSA_N},
	{CKA_PUBLIC_EXPONENT, OSSL_PKEY_PARAM_RSA_E},
	{CKA_PRIVATE_EXPONENT, OSSL_PKEY_PARAM_RSA_D},
	{CKA_PRIME_1, OSSL_PKEY_PARAM_RSA_FACTOR1},
	{CKA_PRIME_2, OSSL_PKEY_PARAM_RSA_FACTOR2},
	{CKA_EXPONENT_1, OSSL_PKEY_PARAM_RSA_EXPONENT1},
	{CKA_EXPONENT_2, OSSL_PKEY_PARAM_RSA_EXPONENT2},
	{CKA_COEFFICIENT, OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};

static void begin(struct template *template, CK_OBJECT_CLASS class, CK_KEY_TYPE type)
{
	with_number(template, CKA_CLASS, class);
	with_number(template, CKA_KEY_TYPE, type);
	with_truth(template, CKA_TOKEN, false);
}

void fixed_private_template(enum fixed which, struct template *template)
{
	static unsigned char raw[64];
	size_t len = sizeof raw;
	EVP_PKEY *key = fixed_openssl(which);

	begin(template, CKO_PRIVATE_KEY, kinds[which].type);
	with_truth(template, CKA_PRIVATE, true);
	with_truth(template, CKA_SENSITIVE, false);
	with_truth(template, CKA_EXTRACTABLE, true);
	if (which < FIXED_X25519)
		with_truth(template, CKA_SIGN, true);
	if (which == FIXED_RSA) {
		with_truth(template, CKA_DECRYPT, true);
		with_truth(template, CKA_UNWRAP, true);
		for (size_t i = 0; i < 8; i++)
			with_big(template, rsa_parts[i].type, key, rsa_parts[i].name);
		return;
	}
	if (kinds[which].type != CKK_EC_EDWARDS)
		with_truth(template, CKA_DERIVE, true);
	with_curve(template, which);
	if (kinds[which].type == CKK_EC) {
		with_big(template, CKA_VALUE, key, OSSL_PKEY_PARAM_PRIV_KEY);
		return;
	}
	MUST(EVP_PKEY_get_raw_private_key(key, raw, &len));
	with_bytes(template, CKA_VALUE, raw, len);
}

static void public_template(EVP_PKEY *key, struct template *template)
{
	static struct bytes point;
	enum fixed which = kind_of(key);

	begin(template, CKO_PUBLIC_KEY, kinds[which].type);
	with_truth(template, CKA_PRIVATE, false);
	if (which < FIXED_X25519)
		with_truth(template, CKA_VERIFY, true);
	if (which == FIXED_RSA) {
		with_truth(template, CKA_ENCRYPT, true);
		with_truth(template, CKA_WRAP, true);
		for (size_t i = 0; i < 2; i++)
			with_big(template, rsa_parts[i].type, key, rsa_parts[i].name);
		return;
	}
	with_curve(template, which);
	point = fixed_point(key, false);
	with_bytes(template, CKA_EC_POINT, point.at, point.len);
}

void fixed_public_template(enum fixed which, struct template *template)
{
	public_template(fixed_openssl(which), template);
}

/*
 * The curve of an Edwards or Montgomery key may be said by OID or by name, and its point has stood
 * bare and in an OCTET STRING; a module may know one of them only.
 */
static CK_OBJECT_HANDLE create_either(struct template *template, EVP_PKEY *key)
{
	static const char *const names[] = {
		[FIXED_ED25519] = "130c656477617264733235353139",
		[FIXED_ED448] = "130a65647761726473343438",
		[FIXED_X25519] = "130a63757276653235353139",
		[FIXED_X448] = "13086375727665343438",
	};
	enum fixed which = kind_of(key);
	CK_OBJECT_HANDLE made;
	static struct bytes bare, name;

	if (which < FIXED_ED25519 || try_create(template, &made) != CKR_OK) {
		if (which < FIXED_ED25519)
			return create(template);
		name = unhex(names[which]);
		without(template, CKA_EC_PARAMS);
		with_bytes(template, CKA_EC_PARAMS, name.at, name.len);
		if (try_create(template, &made) == CKR_OK)
			return made;
		bare = fixed_point(key, true);
		for (CK_ULONG i = 0; i < template->count; i++)
			if (template->at[i].type == CKA_EC_POINT) {
				template->at[i].pValue = bare.at;
				template->at[i].ulValueLen = bare.len;
			}
		return create(template);
	}
	return made;
}

CK_OBJECT_HANDLE fixed_private(enum fixed which)
{
	struct template template = {0};

	fixed_private_template(which, &template);
	return create_either(&template, fixed_openssl(which));
}

CK_OBJECT_HANDLE public_of(EVP_PKEY *key)
{
	struct template template = {0};

	public_template(key, &template);
	return create_either(&template, key);
}

CK_OBJECT_HANDLE fixed_public(enum fixed which)
{
	return public_of(fixed_openssl(which));
}

static void with_secret_uses(struct template *template)
{
	static const CK_ATTRIBUTE_TYPE uses[] = {CKA_ENCRYPT, CKA_DECRYPT, CKA_SIGN, CKA_VERIFY,
		CKA_WRAP, CKA_UNWRAP, CKA_DERIVE, CKA_EXTRACTABLE};

	for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++)
		with_truth(template, uses[i], true);
	with_truth(template, CKA_SENSITIVE, false);
	with_truth(template, CKA_PRIVATE, true);
}

void secret_template(struct template *template, CK_KEY_TYPE type, const void *value, size_t len)
{
	begin(template, CKO_SECRET_KEY, type);
	with_secret_uses(template);
	with_bytes(template, CKA_VALUE, value, len);
}

CK_OBJECT_HANDLE secret_key(CK_KEY_TYPE type, const void *value, size_t len)
{
	struct template template = {0};

	secret_template(&template, type, value, len);
	return create(&template);
}

CK_OBJECT_HANDLE aes_key(void)
{
	return secret_key(CKK_AES, "sixteen bytes...", 16);
}

void readable_template(struct template *template, CK_KEY_TYPE type, CK_ULONG len)
{
	begin(template, CKO_SECRET_KEY, type);
	with_secret_uses(template);
	if (len)
		with_number(template, CKA_VALUE_LEN, len);
}
