/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 4 and 5.7: objects and their attributes. */
#include <openssl/x509.h>
#include <string.h>

#include "tests/module/conformance/keys.h"

static void data(struct template *template, const char *label)
{
	with_number(template, CKA_CLASS, CKO_DATA);
	with_truth(template, CKA_TOKEN, false);
	with_truth(template, CKA_PRIVATE, false);
	with_text(template, CKA_LABEL, label);
	with_text(template, CKA_APPLICATION, "conformance");
	with_text(template, CKA_VALUE, "value");
}

static CK_OBJECT_HANDLE make_data(const char *label)
{
	struct template template = {0};

	data(&template, label);
	return create(&template);
}

/* Creation */

static void data_defaults(void)
{
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	with_number(&template, CKA_CLASS, CKO_DATA);
	made = create(&template);
	EXPECT(number_of(made, CKA_CLASS) == CKO_DATA);
	EXPECT(!truth_of(made, CKA_TOKEN));
	EXPECT(truth_of(made, CKA_MODIFIABLE));
	EXPECT(value_is(made, CKA_LABEL, "", 0));
	EXPECT(value_is(made, CKA_APPLICATION, "", 0));
	EXPECT(value_is(made, CKA_OBJECT_ID, "", 0));
	EXPECT(value_is(made, CKA_VALUE, "", 0));
}

static void data_defaults_240(void)
{
	CK_OBJECT_HANDLE made = make_data("object.defaults");

	EXPECT(truth_of(made, CKA_COPYABLE));
	EXPECT(truth_of(made, CKA_DESTROYABLE));
}

static void data_round(const void *on_token)
{
	struct template template = {0}, sought = {0};
	CK_OBJECT_HANDLE made, again;
	CK_BYTE value[3000];

	fill(value, sizeof value, 1);
	with_number(&template, CKA_CLASS, CKO_DATA);
	with_truth(&template, CKA_TOKEN, on_token != NULL);
	with_truth(&template, CKA_PRIVATE, true);
	with_text(&template, CKA_LABEL, "object.round \xc3\xbc");
	with_text(&template, CKA_APPLICATION, "an application");
	with_bytes(&template, CKA_OBJECT_ID, "\x06\x03\x2a\x03\x04", 5);
	with_bytes(&template, CKA_VALUE, value, sizeof value);
	made = create(&template);
	EXPECT(value_is(made, CKA_VALUE, value, sizeof value));
	EXPECT(value_is(made, CKA_LABEL, "object.round \xc3\xbc", 15));
	EXPECT(value_is(made, CKA_APPLICATION, "an application", 14));
	EXPECT(value_is(made, CKA_OBJECT_ID, "\x06\x03\x2a\x03\x04", 5));
	EXPECT(truth_of(made, CKA_PRIVATE));
	EXPECT(truth_of(made, CKA_TOKEN) == (on_token != NULL));
	with_bytes(&sought, CKA_VALUE, value, sizeof value);
	with_text(&sought, CKA_LABEL, "object.round \xc3\xbc");
	EXPECT(found(session, &sought, &again) == 1);
	EXPECT(again == made);
	EXPECT_RV(p11->C_DestroyObject(session, made), CKR_OK);
	EXPECT(found(session, &sought, NULL) == 0);
}

static void create_nulls(void)
{
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	data(&template, "object.nulls");
	EXPECT_RV(p11->C_CreateObject(session, NULL, 1, &made), CKR_ARGUMENTS_BAD);
	EXPECT_RV(
		p11->C_CreateObject(session, template.at, template.count, NULL), CKR_ARGUMENTS_BAD);
}

static void create_without_class(void)
{
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	EXPECT_RV(try_create(&template, &made), CKR_TEMPLATE_INCOMPLETE);
	with_text(&template, CKA_LABEL, "no class");
	EXPECT_RV(try_create(&template, &made), CKR_TEMPLATE_INCOMPLETE);
}

static void create_bad_class(void)
{
	struct template template = {0}, short_class = {0};
	CK_OBJECT_HANDLE made;

	with_number(&template, CKA_CLASS, 0x1234567);
	EXPECT_RV(try_create(&template, &made), CKR_ATTRIBUTE_VALUE_INVALID,
		CKR_TEMPLATE_INCONSISTENT);
	with_bytes(&short_class, CKA_CLASS, "\0\0\0\0", 4);
	EXPECT_RV(try_create(&short_class, &made), CKR_ATTRIBUTE_VALUE_INVALID);
}

static void create_unknown_attribute(void)
{
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	data(&template, "object.unknown");
	with_text(&template, 0x7654321, "x");
	EXPECT_RV(try_create(&template, &made), CKR_ATTRIBUTE_TYPE_INVALID);
}

/* An attribute that objects of this class do not have. */
static void create_foreign_attribute(void)
{
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	data(&template, "object.foreign");
	with_text(&template, CKA_MODULUS, "x");
	EXPECT_RV(try_create(&template, &made), CKR_ATTRIBUTE_TYPE_INVALID,
		CKR_TEMPLATE_INCONSISTENT);
}

static void create_bad_boolean(void)
{
	struct template one = {0}, two = {0};
	CK_OBJECT_HANDLE made;

	with_number(&one, CKA_CLASS, CKO_DATA);
	with_bytes(&one, CKA_TOKEN, "\0\0", 2);
	EXPECT_RV(try_create(&one, &made), CKR_ATTRIBUTE_VALUE_INVALID);
	with_number(&two, CKA_CLASS, CKO_DATA);
	with_bytes(&two, CKA_TOKEN, NULL, 1);
	EXPECT_RV(try_create(&two, &made), CKR_ATTRIBUTE_VALUE_INVALID, CKR_ARGUMENTS_BAD);
}

static void create_twice_said(void)
{
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	data(&template, "one");
	with_text(&template, CKA_LABEL, "two");
	EXPECT_RV(try_create(&template, &made), CKR_TEMPLATE_INCONSISTENT);
}

/* 4.1.1: what the application cannot say is CKR_ATTRIBUTE_READ_ONLY. */
static void create_read_only_attributes(void)
{
	static const CK_ATTRIBUTE_TYPE truths[] = {
		CKA_LOCAL, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE};
	CK_OBJECT_HANDLE made;

	for (int i = 0; i < 3; i++) {
		struct template template = {0};

		suite_note("attribute 0x%lx", truths[i]);
		secret_template(&template, CKK_AES, "sixteen bytes...", 16);
		with_truth(&template, truths[i], true);
		EXPECT_RV(try_create(&template, &made), CKR_ATTRIBUTE_READ_ONLY);
	}
	struct template template = {0};
	secret_template(&template, CKK_AES, "sixteen bytes...", 16);
	with_number(&template, CKA_KEY_GEN_MECHANISM, CKM_AES_KEY_GEN);
	suite_note("CKA_KEY_GEN_MECHANISM");
	EXPECT_RV(try_create(&template, &made), CKR_ATTRIBUTE_READ_ONLY);
}

/* Only the officer makes trusted objects. */
static void create_trusted(void)
{
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	secret_template(&template, CKK_AES, "sixteen bytes...", 16);
	with_truth(&template, CKA_TRUSTED, true);
	EXPECT_RV(try_create(&template, &made), CKR_ATTRIBUTE_READ_ONLY);
}

/* Each attribute left out of a complete template in turn. */
static void each_is_needed(
	void (*begin)(struct template *), const CK_ATTRIBUTE_TYPE *types, size_t count)
{
	CK_OBJECT_HANDLE made;

	for (size_t i = 0; i < count; i++) {
		struct template template = {0};

		begin(&template);
		without(&template, types[i]);
		suite_note("without 0x%lx", types[i]);
		EXPECT_RV(try_create(&template, &made), CKR_TEMPLATE_INCOMPLETE);
	}
}

static void begin_secret(struct template *template)
{
	secret_template(template, CKK_AES, "sixteen bytes...", 16);
}

static void begin_rsa_public(struct template *template)
{
	fixed_public_template(FIXED_RSA, template);
}

static void begin_rsa_private(struct template *template)
{
	fixed_private_template(FIXED_RSA, template);
}

static void begin_ec_public(struct template *template)
{
	fixed_public_template(FIXED_P256, template);
}

static void begin_ec_private(struct template *template)
{
	fixed_private_template(FIXED_P256, template);
}

static void needed_secret(void)
{
	static const CK_ATTRIBUTE_TYPE types[] = {CKA_CLASS, CKA_KEY_TYPE, CKA_VALUE};

	each_is_needed(begin_secret, types, 3);
}

static void needed_rsa_public(void)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_CLASS, CKA_KEY_TYPE, CKA_MODULUS, CKA_PUBLIC_EXPONENT};

	each_is_needed(begin_rsa_public, types, 4);
}

static void needed_rsa_private(void)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_CLASS, CKA_KEY_TYPE, CKA_MODULUS, CKA_PRIVATE_EXPONENT};

	each_is_needed(begin_rsa_private, types, 4);
}

static void needed_ec_public(void)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_CLASS, CKA_KEY_TYPE, CKA_EC_PARAMS, CKA_EC_POINT};

	each_is_needed(begin_ec_public, types, 4);
}

static void needed_ec_private(void)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_CLASS, CKA_KEY_TYPE, CKA_EC_PARAMS, CKA_VALUE};

	each_is_needed(begin_ec_private, types, 4);
}

/* A point that is on no curve is refused, or verifies nothing. */
static void bad_ec_point(void)
{
	CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0};
	struct template template = {0};
	CK_OBJECT_HANDLE made;
	CK_BYTE point[67] = {0x04, 65, 0x04, 1, 2, 3}, data[32] = {0}, signature[64] = {1};
	CK_RV rv;

	begin_ec_public(&template);
	without(&template, CKA_EC_POINT);
	with_bytes(&template, CKA_EC_POINT, point, sizeof point);
	rv = try_create(&template, &made);
	if (rv == CKR_OK && p11->C_VerifyInit(session, &ecdsa, made) == CKR_OK)
		EXPECT(p11->C_Verify(session, data, 32, signature, 64) != CKR_OK);
	if (rv != CKR_OK)
		EXPECT_RV(rv, CKR_ATTRIBUTE_VALUE_INVALID, CKR_PUBLIC_KEY_INVALID);
}

static void bad_ec_params(void)
{
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	begin_ec_public(&template);
	without(&template, CKA_EC_PARAMS);
	with_bytes(&template, CKA_EC_PARAMS, "\x06\x03\x2a\x03\x04", 5);
	EXPECT_RV(try_create(&template, &made), CKR_ATTRIBUTE_VALUE_INVALID,
		CKR_DOMAIN_PARAMS_INVALID, CKR_CURVE_NOT_SUPPORTED);
}

static void bad_aes_length(void)
{
	static const size_t lens[] = {0, 1, 15, 17, 31, 33, 64};
	CK_OBJECT_HANDLE made;
	CK_BYTE value[64] = {1};

	for (int i = 0; i < 7; i++) {
		struct template template = {0};

		suite_note("%zu bytes", lens[i]);
		secret_template(&template, CKK_AES, value, lens[i]);
		EXPECT_RV(try_create(&template, &made), CKR_ATTRIBUTE_VALUE_INVALID,
			CKR_KEY_SIZE_RANGE,
			lens[i] ? CKR_ATTRIBUTE_VALUE_INVALID : CKR_TEMPLATE_INCOMPLETE);
	}
}

/* 4.10: CKA_VALUE_LEN must not be said with CKA_VALUE. */
static void value_len_in_create(void)
{
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	begin_secret(&template);
	with_number(&template, CKA_VALUE_LEN, 16);
	EXPECT_RV(try_create(&template, &made), CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_READ_ONLY);
}

static void secret_defaults(void)
{
	CK_OBJECT_HANDLE made = aes_key();

	EXPECT(number_of(made, CKA_CLASS) == CKO_SECRET_KEY);
	EXPECT(number_of(made, CKA_KEY_TYPE) == CKK_AES);
	EXPECT(number_of(made, CKA_VALUE_LEN) == 16);
	EXPECT(!truth_of(made, CKA_LOCAL));
	EXPECT(!truth_of(made, CKA_ALWAYS_SENSITIVE));
	EXPECT(!truth_of(made, CKA_NEVER_EXTRACTABLE));
	EXPECT(number_of(made, CKA_KEY_GEN_MECHANISM) == CK_UNAVAILABLE_INFORMATION);
	EXPECT(!truth_of(made, CKA_WRAP_WITH_TRUSTED));
	EXPECT(!truth_of(made, CKA_TRUSTED));
	EXPECT(value_is(made, CKA_ID, "", 0));
	EXPECT(value_is(made, CKA_LABEL, "", 0));
	EXPECT(value_is(made, CKA_START_DATE, "", 0));
	EXPECT(value_is(made, CKA_END_DATE, "", 0));
	EXPECT(value_is(made, CKA_VALUE, "sixteen bytes...", 16));
}

static void private_defaults(void)
{
	CK_OBJECT_HANDLE made = fixed_private(FIXED_P256);

	EXPECT(number_of(made, CKA_CLASS) == CKO_PRIVATE_KEY);
	EXPECT(number_of(made, CKA_KEY_TYPE) == CKK_EC);
	EXPECT(!truth_of(made, CKA_LOCAL));
	EXPECT(!truth_of(made, CKA_ALWAYS_SENSITIVE));
	EXPECT(!truth_of(made, CKA_NEVER_EXTRACTABLE));
	EXPECT(!truth_of(made, CKA_ALWAYS_AUTHENTICATE));
	EXPECT(!truth_of(made, CKA_WRAP_WITH_TRUSTED));
	EXPECT(number_of(made, CKA_KEY_GEN_MECHANISM) == CK_UNAVAILABLE_INFORMATION);
	EXPECT(value_is(made, CKA_SUBJECT, "", 0));
}

static void public_defaults(void)
{
	CK_OBJECT_HANDLE made = fixed_public(FIXED_RSA);

	EXPECT(number_of(made, CKA_CLASS) == CKO_PUBLIC_KEY);
	EXPECT(number_of(made, CKA_KEY_TYPE) == CKK_RSA);
	EXPECT(number_of(made, CKA_MODULUS_BITS) == 2048);
	EXPECT(!truth_of(made, CKA_LOCAL));
	EXPECT(!truth_of(made, CKA_TRUSTED));
	EXPECT(value_is(made, CKA_SUBJECT, "", 0));
	EXPECT(number_of(made, CKA_KEY_GEN_MECHANISM) == CK_UNAVAILABLE_INFORMATION);
}

static void dates(void)
{
	CK_DATE start = {"2024", "01", "31"}, end = {"2034", "12", "01"},
		bad = {"2024", "02", "31"};
	struct template template = {0}, wrong = {0};
	CK_OBJECT_HANDLE made;

	begin_secret(&template);
	with_bytes(&template, CKA_START_DATE, &start, sizeof start);
	with_bytes(&template, CKA_END_DATE, &end, sizeof end);
	made = create(&template);
	EXPECT(value_is(made, CKA_START_DATE, &start, sizeof start));
	EXPECT(value_is(made, CKA_END_DATE, &end, sizeof end));
	begin_secret(&wrong);
	with_bytes(&wrong, CKA_START_DATE, &bad, sizeof bad);
	EXPECT_RV(try_create(&wrong, &made), CKR_ATTRIBUTE_VALUE_INVALID);
}

/* 4.10.2: the first three bytes of a zero block under an AES key, of SHA-1 for a generic secret. */
static void check_values(void)
{
	CK_OBJECT_HANDLE made = aes_key();
	CK_BYTE digest[32], block[32], zero[16] = {0};
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	unsigned len;
	int block_len;

	EVP_EncryptInit_ex(
		cipher, EVP_aes_128_ecb(), NULL, (const unsigned char *)"sixteen bytes...", NULL);
	EVP_EncryptUpdate(cipher, block, &block_len, zero, 16);
	EVP_CIPHER_CTX_free(cipher);
	EXPECT(value_is(made, CKA_CHECK_VALUE, block, 3));
	made = secret_key(CKK_GENERIC_SECRET, "sixteen bytes...", 16);
	EVP_Digest("sixteen bytes...", 16, digest, &len, EVP_sha1(), NULL);
	EXPECT(value_is(made, CKA_CHECK_VALUE, digest, 3));
}

static void check_value_wrong(void)
{
	struct template template = {0}, none = {0};
	CK_OBJECT_HANDLE made;

	begin_secret(&template);
	with_bytes(&template, CKA_CHECK_VALUE, "\1\2\3", 3);
	EXPECT_RV(try_create(&template, &made), CKR_ATTRIBUTE_VALUE_INVALID);
	/* "no value": the application wants none */
	begin_secret(&none);
	with_bytes(&none, CKA_CHECK_VALUE, "", 0);
	EXPECT_RV(try_create(&none, &made), CKR_OK);
}

static void generic_secret(void)
{
	CK_OBJECT_HANDLE made = secret_key(CKK_GENERIC_SECRET, "any length at all", 17);

	EXPECT(number_of(made, CKA_VALUE_LEN) == 17);
	EXPECT(number_of(made, CKA_KEY_TYPE) == CKK_GENERIC_SECRET);
}

static void public_key_info(void)
{
	static const enum fixed all[] = {FIXED_RSA, FIXED_P256, FIXED_P384, FIXED_P521};
	unsigned char *der;
	CK_OBJECT_HANDLE made;
	int len;

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		der = NULL;
		suite_note("key %zu", i);
		len = i2d_PUBKEY(fixed_openssl(all[i]), &der);
		MUST(len > 0);
		made = fixed_public(all[i]);
		EXPECT(value_is(made, CKA_PUBLIC_KEY_INFO, der, (size_t)len));
		OPENSSL_free(der);
	}
}

/* Certificates */

static void cert(struct template *template)
{
	static struct bytes value, subject;

	/* an empty name; what the module stores is the application's DER */
	subject = unhex("3000");
	value = unhex("30030201 01");
	with_number(template, CKA_CLASS, CKO_CERTIFICATE);
	with_number(template, CKA_CERTIFICATE_TYPE, CKC_X_509);
	with_bytes(template, CKA_SUBJECT, subject.at, subject.len);
	with_bytes(template, CKA_VALUE, value.at, value.len);
}

static void certificate_needed(void)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_CLASS, CKA_CERTIFICATE_TYPE, CKA_SUBJECT, CKA_VALUE};

	each_is_needed(cert, types, 4);
}

/* Reading */

static void read_nulls(void)
{
	EXPECT_RV(p11->C_GetAttributeValue(session, make_data("x"), NULL, 1), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_GetObjectSize(session, make_data("x"), NULL), CKR_ARGUMENTS_BAD);
}

static void read_sizes(void)
{
	CK_OBJECT_HANDLE made = make_data("object.sizes");
	CK_BYTE label[20], value[3], application[20];
	CK_ATTRIBUTE query = {CKA_LABEL, NULL, 0};
	CK_ATTRIBUTE three[] = {{CKA_LABEL, label, sizeof label}, {CKA_VALUE, value, sizeof value},
		{CKA_APPLICATION, application, sizeof application}};

	EXPECT_RV(p11->C_GetAttributeValue(session, made, &query, 1), CKR_OK);
	EXPECT(query.ulValueLen == 12);
	/* the one that does not fit says so, the others are there */
	EXPECT_RV(p11->C_GetAttributeValue(session, made, three, 3), CKR_BUFFER_TOO_SMALL);
	EXPECT(three[0].ulValueLen == 12 && memcmp(label, "object.sizes", 12) == 0);
	EXPECT(three[1].ulValueLen == CK_UNAVAILABLE_INFORMATION);
	EXPECT(three[2].ulValueLen == 11 && memcmp(application, "conformance", 11) == 0);
}

static void read_unknown(void)
{
	CK_OBJECT_HANDLE made = make_data("object.unknown");
	CK_BYTE label[20], other[20];
	CK_ATTRIBUTE three[] = {{CKA_MODULUS, other, sizeof other},
		{0x7654321, other, sizeof other}, {CKA_LABEL, label, sizeof label}};

	EXPECT_RV(p11->C_GetAttributeValue(session, made, three, 3), CKR_ATTRIBUTE_TYPE_INVALID);
	EXPECT(three[0].ulValueLen == CK_UNAVAILABLE_INFORMATION);
	EXPECT(three[1].ulValueLen == CK_UNAVAILABLE_INFORMATION);
	EXPECT(three[2].ulValueLen == 14 && memcmp(label, "object.unknown", 14) == 0);
}

static void read_sensitive(void)
{
	struct template template = {0};
	CK_BYTE label[20], value[64];
	CK_ATTRIBUTE two[] = {{CKA_VALUE, value, sizeof value}, {CKA_LABEL, label, sizeof label}};
	CK_OBJECT_HANDLE made;

	begin_secret(&template);
	without(&template, CKA_SENSITIVE);
	with_truth(&template, CKA_SENSITIVE, true);
	with_text(&template, CKA_LABEL, "sensitive");
	made = create(&template);
	EXPECT_RV(p11->C_GetAttributeValue(session, made, two, 2), CKR_ATTRIBUTE_SENSITIVE);
	EXPECT(two[0].ulValueLen == CK_UNAVAILABLE_INFORMATION);
	EXPECT(two[1].ulValueLen == 9 && memcmp(label, "sensitive", 9) == 0);
	/* nor its length by a query */
	two[0] = (CK_ATTRIBUTE){CKA_VALUE, NULL, 0};
	EXPECT_RV(p11->C_GetAttributeValue(session, made, two, 1), CKR_ATTRIBUTE_SENSITIVE);
}

static void read_unextractable(void)
{
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	begin_secret(&template);
	without(&template, CKA_EXTRACTABLE);
	with_truth(&template, CKA_EXTRACTABLE, false);
	made = create(&template);
	EXPECT_RV(reading(made, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
}

static void read_private_rsa(void)
{
	static const CK_ATTRIBUTE_TYPE secrets[] = {CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2,
		CKA_EXPONENT_1, CKA_EXPONENT_2, CKA_COEFFICIENT};
	struct template open = {0}, closed = {0};
	CK_OBJECT_HANDLE made;

	begin_rsa_private(&open);
	made = create(&open);
	for (CK_ULONG i = 0; i < open.count; i++) {
		suite_note("attribute 0x%lx", open.at[i].type);
		EXPECT(value_is(made, open.at[i].type, open.at[i].pValue, open.at[i].ulValueLen));
	}
	begin_rsa_private(&closed);
	without(&closed, CKA_SENSITIVE);
	with_truth(&closed, CKA_SENSITIVE, true);
	made = create(&closed);
	for (size_t i = 0; i < 6; i++)
		EXPECT_RV(reading(made, secrets[i]), CKR_ATTRIBUTE_SENSITIVE);
	EXPECT_RV(reading(made, CKA_MODULUS), CKR_OK);
	EXPECT_RV(reading(made, CKA_PUBLIC_EXPONENT), CKR_OK);
}

static void read_private_ec(void)
{
	static const enum fixed all[] = {FIXED_P256, FIXED_P384, FIXED_P521};

	for (int which = 0; which < 3; which++) {
		struct template template = {0};
		CK_OBJECT_HANDLE made;

		fixed_private_template(all[which], &template);
		made = create(&template);
		for (CK_ULONG i = 0; i < template.count; i++) {
			suite_note("curve %d, attribute 0x%lx", which, template.at[i].type);
			EXPECT(value_is(made, template.at[i].type, template.at[i].pValue,
				template.at[i].ulValueLen));
		}
	}
}

static void read_no_object(void)
{
	CK_OBJECT_HANDLE made = make_data("object.gone"), other;
	CK_ATTRIBUTE query = {CKA_LABEL, NULL, 0};
	CK_ULONG size;

	MUST_RV(p11->C_DestroyObject(session, made), CKR_OK);
	EXPECT_RV(p11->C_GetAttributeValue(session, made, &query, 1), CKR_OBJECT_HANDLE_INVALID);
	EXPECT_RV(p11->C_SetAttributeValue(session, made, &query, 1), CKR_OBJECT_HANDLE_INVALID);
	EXPECT_RV(p11->C_GetObjectSize(session, made, &size), CKR_OBJECT_HANDLE_INVALID);
	EXPECT_RV(p11->C_CopyObject(session, made, NULL, 0, &other), CKR_OBJECT_HANDLE_INVALID);
	EXPECT_RV(p11->C_DestroyObject(session, made), CKR_OBJECT_HANDLE_INVALID);
	EXPECT_RV(p11->C_GetAttributeValue(session, CK_INVALID_HANDLE, &query, 1),
		CKR_OBJECT_HANDLE_INVALID);
}

static void size_of_object(void)
{
	CK_ULONG size = 0;

	EXPECT_RV(p11->C_GetObjectSize(session, make_data("object.size"), &size), CKR_OK);
	EXPECT(size > 0);
}

/* Changing */

static CK_RV set(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	CK_ATTRIBUTE change = {type, (void *)(uintptr_t)value, len};

	return p11->C_SetAttributeValue(session, object, &change, 1);
}

static CK_RV set_truth(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, bool value)
{
	CK_BBOOL truth = value ? CK_TRUE : CK_FALSE;

	return set(object, type, &truth, sizeof truth);
}

static void set_label(void)
{
	CK_OBJECT_HANDLE made = make_data("object.before");
	struct template before = {0}, after = {0};

	EXPECT_RV(set(made, CKA_LABEL, "object.after", 12), CKR_OK);
	EXPECT(value_is(made, CKA_LABEL, "object.after", 12));
	with_text(&before, CKA_LABEL, "object.before");
	with_text(&after, CKA_LABEL, "object.after");
	EXPECT(found(session, &before, NULL) == 0);
	EXPECT(found(session, &after, NULL) == 1);
	EXPECT_RV(set(made, CKA_LABEL, "", 0), CKR_OK);
	EXPECT(value_is(made, CKA_LABEL, "", 0));
}

static void set_nulls(void)
{
	EXPECT_RV(p11->C_SetAttributeValue(session, make_data("x"), NULL, 1), CKR_ARGUMENTS_BAD);
}

static void set_read_only(void)
{
	CK_OBJECT_HANDLE made = make_data("object.fixed"), key = aes_key();
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_KEY_TYPE type = CKK_AES;
	CK_BYTE value[16] = {2};

	EXPECT_RV(set(made, CKA_CLASS, &class, sizeof class), CKR_ATTRIBUTE_READ_ONLY);
	EXPECT_RV(set_truth(made, CKA_TOKEN, true), CKR_ATTRIBUTE_READ_ONLY);
	EXPECT_RV(set_truth(made, CKA_PRIVATE, true), CKR_ATTRIBUTE_READ_ONLY);
	EXPECT_RV(set(key, CKA_KEY_TYPE, &type, sizeof type), CKR_ATTRIBUTE_READ_ONLY);
	EXPECT_RV(set(key, CKA_VALUE, value, sizeof value), CKR_ATTRIBUTE_READ_ONLY);
	EXPECT_RV(set_truth(key, CKA_LOCAL, true), CKR_ATTRIBUTE_READ_ONLY);
	EXPECT_RV(set_truth(key, CKA_NEVER_EXTRACTABLE, true), CKR_ATTRIBUTE_READ_ONLY);
	EXPECT_RV(set_truth(key, CKA_ALWAYS_SENSITIVE, true), CKR_ATTRIBUTE_READ_ONLY);
	EXPECT_RV(set(made, 0x7654321, "x", 1), CKR_ATTRIBUTE_TYPE_INVALID);
}

/* Two changes of which one cannot be: nothing is changed. */
static void set_all_or_nothing(void)
{
	CK_OBJECT_HANDLE made = make_data("object.whole");
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE two[] = {{CKA_LABEL, TEXT("changed"), 7}, {CKA_CLASS, &class, sizeof class}};

	EXPECT_RV(p11->C_SetAttributeValue(session, made, two, 2), CKR_ATTRIBUTE_READ_ONLY,
		CKR_TEMPLATE_INCONSISTENT);
	EXPECT(value_is(made, CKA_LABEL, "object.whole", 12));
}

static void set_one_way(void)
{
	CK_OBJECT_HANDLE key = aes_key();

	EXPECT_RV(set_truth(key, CKA_SENSITIVE, true), CKR_OK);
	EXPECT(truth_of(key, CKA_SENSITIVE));
	EXPECT_RV(reading(key, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
	EXPECT_RV(set_truth(key, CKA_SENSITIVE, false), CKR_ATTRIBUTE_READ_ONLY);
	EXPECT_RV(set_truth(key, CKA_EXTRACTABLE, false), CKR_OK);
	EXPECT(!truth_of(key, CKA_EXTRACTABLE));
	EXPECT_RV(set_truth(key, CKA_EXTRACTABLE, true), CKR_ATTRIBUTE_READ_ONLY);
	/* what it once was is not forgotten */
	EXPECT(!truth_of(key, CKA_ALWAYS_SENSITIVE));
	EXPECT(!truth_of(key, CKA_NEVER_EXTRACTABLE));
}

static void set_wrap_with_trusted(void)
{
	CK_OBJECT_HANDLE key = aes_key();

	EXPECT_RV(set_truth(key, CKA_WRAP_WITH_TRUSTED, true), CKR_OK);
	EXPECT_RV(set_truth(key, CKA_WRAP_WITH_TRUSTED, false), CKR_ATTRIBUTE_READ_ONLY);
}

static void set_uses(void)
{
	CK_MECHANISM ecb = {CKM_AES_ECB, NULL, 0};
	CK_OBJECT_HANDLE key = aes_key();

	suite_needs(CKM_AES_ECB, CKF_ENCRYPT);
	EXPECT_RV(set_truth(key, CKA_ENCRYPT, false), CKR_OK);
	REFUSES(p11->C_EncryptInit(session, &ecb, key), CKR_KEY_FUNCTION_NOT_PERMITTED);
	EXPECT_RV(set_truth(key, CKA_ENCRYPT, true), CKR_OK);
	EXPECT_RV(p11->C_EncryptInit(session, &ecb, key), CKR_OK);
}

static void set_unmodifiable(void)
{
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	data(&template, "object.unmodifiable");
	with_truth(&template, CKA_MODIFIABLE, false);
	made = create(&template);
	EXPECT_RV(set(made, CKA_LABEL, "x", 1), CKR_ACTION_PROHIBITED);
	EXPECT(value_is(made, CKA_LABEL, "object.unmodifiable", 19));
	EXPECT_RV(p11->C_DestroyObject(session, made), CKR_OK);
}

static void undestroyable(void)
{
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	data(&template, "object.undestroyable");
	with_truth(&template, CKA_DESTROYABLE, false);
	made = create(&template);
	EXPECT_RV(p11->C_DestroyObject(session, made), CKR_ACTION_PROHIBITED);
	EXPECT(value_is(made, CKA_LABEL, "object.undestroyable", 20));
}

/* Copying */

static void copy_data(void)
{
	CK_OBJECT_HANDLE made = make_data("object.copied"), copy;
	struct template change = {0};

	with_text(&change, CKA_LABEL, "object.copy");
	MUST_RV(p11->C_CopyObject(session, made, change.at, change.count, &copy), CKR_OK);
	EXPECT(copy != made);
	EXPECT(value_is(copy, CKA_LABEL, "object.copy", 11));
	EXPECT(value_is(copy, CKA_VALUE, "value", 5));
	EXPECT(value_is(made, CKA_LABEL, "object.copied", 13));
	EXPECT_RV(p11->C_DestroyObject(session, made), CKR_OK);
	EXPECT(value_is(copy, CKA_VALUE, "value", 5));
}

static void copy_plain(void)
{
	CK_OBJECT_HANDLE copy;

	MUST_RV(p11->C_CopyObject(session, make_data("object.plain"), NULL, 0, &copy), CKR_OK);
	EXPECT(value_is(copy, CKA_LABEL, "object.plain", 12));
}

static void copy_nulls(void)
{
	CK_OBJECT_HANDLE made = make_data("x"), copy;

	EXPECT_RV(p11->C_CopyObject(session, made, NULL, 0, NULL), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_CopyObject(session, made, NULL, 1, &copy), CKR_ARGUMENTS_BAD);
}

static void copy_to_token(void)
{
	CK_OBJECT_HANDLE made = make_data("object.to_token"), copy, back;
	struct template change = {0}, session_again = {0};

	with_truth(&change, CKA_TOKEN, true);
	MUST_RV(p11->C_CopyObject(session, made, change.at, change.count, &copy), CKR_OK);
	EXPECT(truth_of(copy, CKA_TOKEN));
	with_truth(&session_again, CKA_TOKEN, false);
	EXPECT_RV(p11->C_CopyObject(session, copy, session_again.at, 1, &back), CKR_OK);
	EXPECT(!truth_of(back, CKA_TOKEN));
	EXPECT(value_is(back, CKA_VALUE, "value", 5));
	EXPECT_RV(p11->C_DestroyObject(session, copy), CKR_OK);
}

static void copy_key(void)
{
	struct template template = {0}, change = {0}, weaker = {0}, foreign = {0};
	CK_OBJECT_HANDLE key, copy;

	begin_secret(&template);
	without(&template, CKA_SENSITIVE);
	with_truth(&template, CKA_SENSITIVE, true);
	without(&template, CKA_EXTRACTABLE);
	with_truth(&template, CKA_EXTRACTABLE, false);
	key = create(&template);
	with_text(&change, CKA_LABEL, "copy");
	MUST_RV(p11->C_CopyObject(session, key, change.at, change.count, &copy), CKR_OK);
	EXPECT(truth_of(copy, CKA_SENSITIVE));
	EXPECT(!truth_of(copy, CKA_EXTRACTABLE));
	EXPECT_RV(reading(copy, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
	with_truth(&weaker, CKA_SENSITIVE, false);
	EXPECT_RV(p11->C_CopyObject(session, key, weaker.at, weaker.count, &copy),
		CKR_ATTRIBUTE_READ_ONLY, CKR_TEMPLATE_INCONSISTENT);
	without(&weaker, CKA_SENSITIVE);
	with_truth(&weaker, CKA_EXTRACTABLE, true);
	EXPECT_RV(p11->C_CopyObject(session, key, weaker.at, weaker.count, &copy),
		CKR_ATTRIBUTE_READ_ONLY, CKR_TEMPLATE_INCONSISTENT);
	with_number(&foreign, CKA_KEY_TYPE, CKK_GENERIC_SECRET);
	EXPECT_RV(p11->C_CopyObject(session, key, foreign.at, foreign.count, &copy),
		CKR_ATTRIBUTE_READ_ONLY, CKR_TEMPLATE_INCONSISTENT);
}

static void copy_private_to_public(void)
{
	struct template template = {0}, change = {0};
	CK_OBJECT_HANDLE made, copy;

	data(&template, "object.was_private");
	without(&template, CKA_PRIVATE);
	with_truth(&template, CKA_PRIVATE, true);
	made = create(&template);
	with_truth(&change, CKA_PRIVATE, false);
	EXPECT_RV(p11->C_CopyObject(session, made, change.at, change.count, &copy),
		CKR_TEMPLATE_INCONSISTENT);
}

static void uncopyable(void)
{
	struct template template = {0};
	CK_OBJECT_HANDLE made, copy;

	data(&template, "object.uncopyable");
	with_truth(&template, CKA_COPYABLE, false);
	made = create(&template);
	EXPECT_RV(p11->C_CopyObject(session, made, NULL, 0, &copy), CKR_ACTION_PROHIBITED);
	EXPECT_RV(set_truth(made, CKA_COPYABLE, true), CKR_ATTRIBUTE_READ_ONLY);
}

/* Finding */

static void find_twice(void)
{
	EXPECT_RV(p11->C_FindObjectsInit(session, NULL, 0), CKR_OK);
	EXPECT_RV(p11->C_FindObjectsInit(session, NULL, 0), CKR_OPERATION_ACTIVE);
	EXPECT_RV(p11->C_FindObjectsFinal(session), CKR_OK);
	EXPECT_RV(p11->C_FindObjectsFinal(session), CKR_OPERATION_NOT_INITIALIZED);
}

static void find_nulls(void)
{
	CK_OBJECT_HANDLE object;
	CK_ULONG count;

	EXPECT_RV(p11->C_FindObjectsInit(session, NULL, 1), CKR_ARGUMENTS_BAD);
	MUST_RV(p11->C_FindObjectsInit(session, NULL, 0), CKR_OK);
	EXPECT_RV(p11->C_FindObjects(session, NULL, 1, &count), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_FindObjects(session, &object, 1, NULL), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_FindObjectsFinal(session), CKR_OK);
}

static void find_in_pieces(void)
{
	struct template sought = {0};
	CK_OBJECT_HANDLE made[10], got[12];
	CK_ULONG count = 99;
	size_t all = 0;

	for (int i = 0; i < 10; i++)
		made[i] = make_data("object.pieces");
	make_data("object.other");
	with_text(&sought, CKA_LABEL, "object.pieces");
	MUST_RV(p11->C_FindObjectsInit(session, sought.at, sought.count), CKR_OK);
	while (count) {
		MUST_RV(p11->C_FindObjects(session, got + all, all < 8 ? 3 : 1, &count), CKR_OK);
		all += count;
		MUST(all <= 10);
	}
	EXPECT(all == 10);
	for (int i = 0; i < 10; i++) {
		int times = 0;

		for (size_t j = 0; j < all; j++)
			times += got[j] == made[i];
		EXPECT(times == 1);
	}
	EXPECT_RV(p11->C_FindObjectsFinal(session), CKR_OK);
}

static void find_by(void)
{
	struct template by_value = {0}, by_two = {0}, none = {0}, foreign = {0}, unknown = {0};

	make_data("object.find_by");
	with_text(&by_value, CKA_VALUE, "value");
	EXPECT(found(session, &by_value, NULL) >= 1);
	with_text(&by_two, CKA_LABEL, "object.find_by");
	with_number(&by_two, CKA_CLASS, CKO_DATA);
	EXPECT(found(session, &by_two, NULL) == 1);
	with_text(&none, CKA_LABEL, "object.find_b");
	EXPECT(found(session, &none, NULL) == 0);
	with_text(&foreign, CKA_LABEL, "object.find_by");
	with_truth(&foreign, CKA_SIGN, true);
	EXPECT(found(session, &foreign, NULL) == 0);
	/* an attribute or a class that nothing has finds nothing and is no error */
	with_text(&unknown, 0x87654321, "x");
	EXPECT(found(session, &unknown, NULL) == 0);
}

static void find_all(void)
{
	size_t before = found(session, NULL, NULL);

	make_data("object.all");
	EXPECT(found(session, NULL, NULL) == before + 1);
}

static void find_keys(void)
{
	struct template sought = {0}, by_modulus = {0}, class = {0};
	CK_OBJECT_HANDLE key = fixed_public(FIXED_RSA), got = 0;
	struct template template = {0};

	with_number(&sought, CKA_KEY_TYPE, CKK_RSA);
	with_number(&sought, CKA_CLASS, CKO_PUBLIC_KEY);
	with_truth(&sought, CKA_VERIFY, true);
	with_truth(&sought, CKA_TOKEN, false);
	EXPECT(found(session, &sought, &got) == 1);
	EXPECT(got == key);
	fixed_public_template(FIXED_RSA, &template);
	for (CK_ULONG i = 0; i < template.count; i++)
		if (template.at[i].type == CKA_MODULUS)
			with_bytes(&by_modulus, CKA_MODULUS, template.at[i].pValue,
				template.at[i].ulValueLen);
	with_truth(&by_modulus, CKA_TOKEN, false);
	EXPECT(found(session, &by_modulus, &got) == 1);
	with_number(&class, CKA_CLASS, CKO_VENDOR_DEFINED | 77);
	EXPECT(found(session, &class, NULL) == 0);
}

/* A secret is not found by guessing it. */
static void find_by_secret(void)
{
	struct template template = {0}, sought = {0};

	begin_secret(&template);
	without(&template, CKA_SENSITIVE);
	with_truth(&template, CKA_SENSITIVE, true);
	create(&template);
	with_text(&sought, CKA_VALUE, "sixteen bytes...");
	with_number(&sought, CKA_CLASS, CKO_SECRET_KEY);
	EXPECT(found(session, &sought, NULL) == 0);
}

static void find_while_destroying(void)
{
	struct template sought = {0};
	CK_OBJECT_HANDLE got[4];
	CK_ULONG count;
	size_t all = 0;

	for (int i = 0; i < 8; i++)
		make_data("object.vanish");
	with_text(&sought, CKA_LABEL, "object.vanish");
	MUST_RV(p11->C_FindObjectsInit(session, sought.at, sought.count), CKR_OK);
	do {
		MUST_RV(p11->C_FindObjects(session, got, 3, &count), CKR_OK);
		for (CK_ULONG i = 0; i < count; i++)
			EXPECT_RV(p11->C_DestroyObject(session, got[i]), CKR_OK);
		all += count;
	} while (count);
	EXPECT_RV(p11->C_FindObjectsFinal(session), CKR_OK);
	EXPECT(all == 8);
	EXPECT(found(session, &sought, NULL) == 0);
}

/* 3.x */

static void unique_id(void)
{
	CK_OBJECT_HANDLE one = make_data("object.unique"), two = make_data("object.unique"),
			 got = 0;
	CK_BYTE first[200], second[200];
	struct template template = {0}, sought = {0};
	size_t len;

	if (reading(one, CKA_UNIQUE_ID) == CKR_ATTRIBUTE_TYPE_INVALID)
		suite_absent("");
	len = value_of(one, CKA_UNIQUE_ID, first, sizeof first);
	MUST(len > 0);
	EXPECT(value_of(two, CKA_UNIQUE_ID, second, sizeof second) != len ||
		memcmp(first, second, len) != 0);
	with_bytes(&sought, CKA_UNIQUE_ID, first, len);
	EXPECT(found(session, &sought, &got) == 1);
	EXPECT(got == one);
	EXPECT_RV(set(one, CKA_UNIQUE_ID, "x", 1), CKR_ATTRIBUTE_READ_ONLY);
	data(&template, "object.unique");
	with_text(&template, CKA_UNIQUE_ID, "mine");
	EXPECT_RV(try_create(&template, &got), CKR_ATTRIBUTE_READ_ONLY);
}

static void profiles(void)
{
	struct template sought = {0};
	CK_OBJECT_HANDLE one = 0;

	with_number(&sought, CKA_CLASS, CKO_PROFILE);
	if (found(session, &sought, &one) == 0)
		suite_absent("");
	EXPECT(number_of(one, CKA_PROFILE_ID) >= CKP_BASELINE_PROVIDER);
	EXPECT_RV(p11->C_DestroyObject(session, one), CKR_ACTION_PROHIBITED);
}

static void allowed_mechanisms(void)
{
	CK_MECHANISM_TYPE allowed[] = {CKM_AES_CBC};
	CK_BYTE iv[16] = {0};
	CK_MECHANISM ecb = {CKM_AES_ECB, NULL, 0}, cbc = {CKM_AES_CBC, iv, sizeof iv};
	struct template template = {0};
	CK_OBJECT_HANDLE key;

	suite_needs(CKM_AES_ECB, CKF_ENCRYPT);
	begin_secret(&template);
	with_bytes(&template, CKA_ALLOWED_MECHANISMS, allowed, sizeof allowed);
	key = create(&template);
	EXPECT(value_is(key, CKA_ALLOWED_MECHANISMS, allowed, sizeof allowed));
	REFUSES(p11->C_EncryptInit(session, &ecb, key), CKR_MECHANISM_INVALID,
		CKR_KEY_FUNCTION_NOT_PERMITTED);
	EXPECT_RV(p11->C_EncryptInit(session, &cbc, key), CKR_OK);
}

static void data_on_token(void)
{
	data_round("");
}

static void data_in_session(void)
{
	data_round(NULL);
}

static const struct suite_check checks[] = {
	{"data_defaults", USER, data_defaults},
	{"data_defaults_240", USER, data_defaults_240},
	{"data_in_session", USER, data_in_session},
	{"data_on_token", USER, data_on_token},
	{"create_nulls", USER, create_nulls},
	{"create_without_class", USER, create_without_class},
	{"create_bad_class", USER, create_bad_class},
	{"create_unknown_attribute", USER, create_unknown_attribute},
	{"create_foreign_attribute", USER, create_foreign_attribute},
	{"create_bad_boolean", USER, create_bad_boolean},
	{"create_twice_said", USER, create_twice_said},
	{"create_read_only_attributes", USER, create_read_only_attributes},
	{"create_trusted", USER, create_trusted},
	{"needed_secret", USER, needed_secret},
	{"needed_rsa_public", USER, needed_rsa_public},
	{"needed_rsa_private", USER, needed_rsa_private},
	{"needed_ec_public", USER, needed_ec_public},
	{"needed_ec_private", USER, needed_ec_private},
	{"needed_certificate", USER, certificate_needed},
	{"bad_ec_point", USER, bad_ec_point},
	{"bad_ec_params", USER, bad_ec_params},
	{"bad_aes_length", USER, bad_aes_length},
	{"value_len_in_create", USER, value_len_in_create},
	{"secret_defaults", USER, secret_defaults},
	{"private_defaults", USER, private_defaults},
	{"public_defaults", USER, public_defaults},
	{"dates", USER, dates},
	{"check_values", USER, check_values},
	{"check_value_wrong", USER, check_value_wrong},
	{"generic_secret", USER, generic_secret},
	{"public_key_info", USER, public_key_info},
	{"read_nulls", USER, read_nulls},
	{"read_sizes", USER, read_sizes},
	{"read_unknown", USER, read_unknown},
	{"read_sensitive", USER, read_sensitive},
	{"read_unextractable", USER, read_unextractable},
	{"read_private_rsa", USER, read_private_rsa},
	{"read_private_ec", USER, read_private_ec},
	{"read_no_object", USER, read_no_object},
	{"size_of_object", USER, size_of_object},
	{"set_label", USER, set_label},
	{"set_nulls", USER, set_nulls},
	{"set_read_only", USER, set_read_only},
	{"set_all_or_nothing", USER, set_all_or_nothing},
	{"set_one_way", USER, set_one_way},
	{"set_wrap_with_trusted", USER, set_wrap_with_trusted},
	{"set_uses", USER, set_uses},
	{"set_unmodifiable", USER, set_unmodifiable},
	{"undestroyable", USER, undestroyable},
	{"copy_data", USER, copy_data},
	{"copy_plain", USER, copy_plain},
	{"copy_nulls", USER, copy_nulls},
	{"copy_to_token", USER, copy_to_token},
	{"copy_key", USER, copy_key},
	{"copy_private_to_public", USER, copy_private_to_public},
	{"uncopyable", USER, uncopyable},
	{"find_twice", USER, find_twice},
	{"find_nulls", USER, find_nulls},
	{"find_in_pieces", USER, find_in_pieces},
	{"find_by", USER, find_by},
	{"find_all", USER, find_all},
	{"find_keys", USER, find_keys},
	{"find_by_secret", USER, find_by_secret},
	{"find_while_destroying", USER, find_while_destroying},
	{"unique_id", USER, unique_id},
	{"profiles", USER, profiles},
	{"allowed_mechanisms", USER, allowed_mechanisms},
};

void suite_object(void)
{
	SUITE_ADD("object", checks);
}
