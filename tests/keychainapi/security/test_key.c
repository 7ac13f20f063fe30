/* SPDX-License-Identifier: ISC */
/* Keys: making them, what they say of themselves, and their life in the keychain, in both profiles.
 */
#include <Security/SecItemPriv.h>
#include <Security/SecKeyPriv.h>
#include <Security/Security.h>
#include <pthread.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/wire/device.h"

/* A dictionary of keys and values that end with NULL; the objects are released by forget(). */
static CFMutableArrayRef pool;

static CFTypeRef later(CFTypeRef object)
{
	if (object) {
		CFArrayAppendValue(pool, object);
		CFRelease(object);
	}
	return object;
}

static void forget(void)
{
	CFArrayRemoveAllValues(pool);
}

static CFMutableDictionaryRef dict(const void *first, ...)
{
	CFMutableDictionaryRef made = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	const void *key = first;
	va_list list;

	later(made);
	va_start(list, first);
	while (key) {
		CFDictionarySetValue(made, key, va_arg(list, const void *));
		key = va_arg(list, const void *);
	}
	va_end(list);
	return made;
}

static CFNumberRef number(int value)
{
	return later(CFNumberCreate(NULL, kCFNumberIntType, &value));
}

static CFDataRef data(const char *text)
{
	return later(CFDataCreate(NULL, (const UInt8 *)text, (CFIndex)strlen(text)));
}

static CFDataRef part(CFDataRef whole, CFIndex start, CFIndex len)
{
	return later(CFDataCreate(NULL, CFDataGetBytePtr(whole) + start, len));
}

/* The code of an error, which is released; 0 for none. */
static CFIndex code(CFErrorRef *error)
{
	CFIndex number_of = *error ? CFErrorGetCode(*error) : 0;

	if (*error)
		CFRelease(*error);
	*error = NULL;
	return number_of;
}

static SecKeyRef key_of(CFStringRef type, int bits)
{
	SecKeyRef key = SecKeyCreateRandomKey(
		dict(kSecAttrKeyType, type, kSecAttrKeySizeInBits, number(bits), NULL), NULL);

	CHECK_FATAL(key != NULL);
	return (SecKeyRef)(uintptr_t)later(key);
}

static SecKeyRef public_of(SecKeyRef key)
{
	return (SecKeyRef)(uintptr_t)later(SecKeyCopyPublicKey(key));
}

static CFDataRef external(SecKeyRef key)
{
	CFDataRef made = SecKeyCopyExternalRepresentation(key, NULL);

	CHECK_FATAL(made != NULL);
	return later(made);
}

static SecKeyRef from_data(CFDataRef bytes, CFStringRef type, CFTypeRef half, CFIndex wanted)
{
	CFErrorRef error = NULL;
	SecKeyRef key = SecKeyCreateWithData(
		bytes, dict(kSecAttrKeyType, type, kSecAttrKeyClass, half, NULL), &error);
	CFIndex got = code(&error);

	CHECK(got == wanted);
	CHECK((key != NULL) == (wanted == 0));
	return (SecKeyRef)(uintptr_t)later(key);
}

/* --- 7.1 and 7.3: making, sizes, bytes ------------------------------------------------------- */

/* clang-format off */
static const struct made_row {
	const CFStringRef *type;
	int bits;
	OSStatus status;
	CFIndex private_len, public_len; /* 0: it varies */
	size_t block, signature, encrypted;
} made_rows[] = {
	{&kSecAttrKeyTypeRSA,               512,  0,           0,   0,   64,  64,  64},
	{&kSecAttrKeyTypeRSA,               1024, 0,           0,   140, 128, 128, 128},
	{&kSecAttrKeyTypeRSA,               2048, 0,           0,   270, 256, 256, 256},
	{&kSecAttrKeyTypeRSA,               504,  errSecParam, 0,   0,   0,   0,   0},
	{&kSecAttrKeyTypeRSA,               8200, errSecParam, 0,   0,   0,   0,   0},
	{&kSecAttrKeyTypeEC,                192,  0,           73,  49,  24,  56,  0},
	{&kSecAttrKeyTypeEC,                224,  0,           85,  57,  28,  64,  0},
	{&kSecAttrKeyTypeECSECPrimeRandom,  256,  0,           97,  65,  32,  72,  0},
	{&kSecAttrKeyTypeECSECPrimeRandom,  384,  0,           145, 97,  48,  104, 0},
	{&kSecAttrKeyTypeECSECPrimeRandom,  521,  0,           199, 133, 66,  141, 0},
	{&kSecAttrKeyTypeECSECPrimeRandom,  255,  errSecParam, 0,   0,   0,   0,   0},
	{&kSecAttrKeyTypeEd25519,           256,  0,           32,  32,  32,  64,  0},
	{&kSecAttrKeyTypeX25519,            256,  0,           32,  32,  32,  0,   0},
	{&kSecAttrKeyTypeEd448,             456,  0,           57,  57,  57,  114, 0},
	{&kSecAttrKeyTypeX448,              448,  0,           56,  56,  56,  0,   0},
	{&kSecAttrKeyTypeMLDSA,             65,   errSecParam, 0,   0,   0,   0,   0},
	{&kSecAttrKeyTypeAES,               256,  errSecParam, 0,   0,   0,   0,   0},
};
/* clang-format on */

static void check_made(const struct made_row *row, SecKeyRef private)
{
	SecKeyRef public = public_of(private), again;
	CFDataRef bytes = external(private), open = external(public);

	CHECK(!row->private_len || CFDataGetLength(bytes) == row->private_len);
	CHECK(!row->public_len || CFDataGetLength(open) == row->public_len);
	CHECK(SecKeyGetBlockSize(private) == row->block &&
		SecKeyGetBlockSize(public) == row->block);
	CHECK(SecKeyGetSize(public, kSecKeySignatureSize) == row->signature);
	CHECK(SecKeyGetSize(public, kSecKeyEncryptedDataSize) == row->encrypted);
	CHECK(SecKeyGetSize(private, kSecKeyKeySizeInBits) == (size_t)row->bits);
	CHECK(SecKeyGetSize(private, 0) == (size_t)row->bits);

	again = from_data(bytes, *row->type, kSecAttrKeyClassPrivate, 0);
	CHECK_FATAL(again != NULL);
	CHECK(CFEqual(again, private) && CFHash(again) == CFHash(private));
	CHECK(CFEqual(external(again), bytes));
	again = from_data(open, *row->type, kSecAttrKeyClassPublic, 0);
	CHECK_FATAL(again != NULL);
	CHECK(CFEqual(again, public) && CFHash(again) == CFHash(public));
	CHECK(!CFEqual(public, private));
	CHECK(CFEqual(public_of(public), public));
	CHECK(CFEqual(external(public_of(again)), open));

	from_data(part(bytes, 0, CFDataGetLength(bytes) - 1), *row->type, kSecAttrKeyClassPrivate,
		errSecParam);
	from_data(part(open, 0, CFDataGetLength(open) - 1), *row->type, kSecAttrKeyClassPublic,
		errSecParam);
	if (CFDataGetLength(bytes) != CFDataGetLength(open)) { /* others are any 32 bytes */
		from_data(open, *row->type, kSecAttrKeyClassPrivate, errSecParam);
		from_data(bytes, *row->type, kSecAttrKeyClassPublic, errSecParam);
	}
}

static void keys_are_made(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(made_rows); i++) {
		const struct made_row *row = &made_rows[i];
		CFErrorRef error = NULL;
		SecKeyRef key = SecKeyCreateRandomKey(
			dict(kSecAttrKeyType, *row->type, kSecAttrKeySizeInBits, number(row->bits),
				NULL),
			&error);

		CHECK(code(&error) == row->status);
		CHECK_FATAL((key != NULL) == (row->status == 0));
		if (key)
			check_made(row, (SecKeyRef)(uintptr_t)later(key));
		forget();
	}
}

/* 7.1: what the parameters must say. */
static void parameters_are_checked(void)
{
	CFStringRef ec = kSecAttrKeyTypeEC;
	const struct {
		CFDictionaryRef params;
		OSStatus status;
	} rows[] = {
		{NULL, errSecParam},
		{dict(NULL), errSecParam},
		{dict(kSecAttrKeyType, ec, NULL), errSecParam},
		{dict(kSecAttrKeySizeInBits, number(256), NULL), errSecParam},
		{dict(kSecAttrKeyType, ec, kSecAttrKeySizeInBits, CFSTR("256"), NULL), 0},
		{dict(kSecAttrKeyType, ec, kSecAttrKeySizeInBits, CFSTR("2x"), NULL), errSecParam},
		{dict(kSecAttrKeyType, ec, kSecAttrKeySizeInBits, kCFBooleanTrue, NULL),
			errSecParam},
		{dict(kSecAttrKeyType, number(73), kSecAttrKeySizeInBits, number(256), NULL), 0},
		{dict(kSecAttrKeyType, ec, kSecAttrKeySizeInBits, number(256), kSecPrivateKeyAttrs,
			 CFSTR("x"), NULL),
			errSecParam},
		{dict(kSecAttrKeyType, ec, kSecAttrKeySizeInBits, number(256), kSecAttrTokenID,
			 kSecAttrTokenIDSecureEnclave, NULL),
			errSecUnimplemented},
		{dict(kSecAttrKeyType, ec, kSecAttrKeySizeInBits, number(256), kSecAttrIsPermanent,
			 data("x"), NULL),
			errSecParam},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		SecKeyRef private = NULL, public = NULL;
		CFErrorRef error = NULL;
		SecKeyRef key = SecKeyCreateRandomKey(rows[i].params, &error);

		later(key);
		CHECK(code(&error) == rows[i].status);
		CHECK((key != NULL) == (rows[i].status == 0));
		CHECK(SecKeyGeneratePair(rows[i].params, &public, &private) == rows[i].status);
		CHECK((private != NULL) == (rows[i].status == 0));
		CHECK((public != NULL) == (rows[i].status == 0));
		if (private && public)
			CHECK(CFEqual(public_of(private), public));
		later(private);
		later(public);
	}
	CHECK(SecKeyGeneratePair(rows[4].params, NULL, NULL) == 0);
	forget();
}

/* Dictionaries may compare their keys by pointer. */
static void plain_dictionaries_do(void)
{
	const void *keys[] = {CFSTR("type"), CFSTR("bsiz")};
	const void *values[] = {CFSTR("73"), CFSTR("256")};
	CFDictionaryRef params = later(CFDictionaryCreate(NULL, keys, values, 2, NULL, NULL));
	SecKeyRef key = SecKeyCreateRandomKey(params, NULL);

	CHECK(key != NULL);
	later(key);
	forget();
}

static void other_forms_are_read(void)
{
	SecKeyRef rsa = key_of(kSecAttrKeyTypeRSA, 1024), ec = key_of(kSecAttrKeyTypeEC, 256);
	CFDataRef spki = later(SecKeyCopySubjectPublicKeyInfo(rsa));
	CFDataRef point = external(public_of(ec));
	UInt8 compressed[33];
	SecKeyRef key;

	key = from_data(spki, kSecAttrKeyTypeRSA, kSecAttrKeyClassPublic, 0);
	CHECK(key && CFEqual(key, public_of(rsa)));
	key = from_data(spki, kSecAttrKeyTypeRSA, number(0), 0);
	CHECK(key && CFEqual(key, public_of(rsa)));
	memcpy(compressed, CFDataGetBytePtr(point), sizeof compressed);
	compressed[0] = 2 + (CFDataGetBytePtr(point)[64] & 1);
	key = from_data(later(CFDataCreate(NULL, compressed, sizeof compressed)), kSecAttrKeyTypeEC,
		kSecAttrKeyClassPublic, 0);
	CHECK(key && CFEqual(key, public_of(ec)));
	key = SecKeyCreateFromSubjectPublicKeyInfoData(NULL, spki);
	CHECK(key && CFEqual(key, public_of(rsa)));
	later(key);
	CHECK(SecKeyCreateFromSubjectPublicKeyInfoData(NULL, point) == NULL);
	CHECK(SecKeyCreateFromSubjectPublicKeyInfoData(NULL, NULL) == NULL);

	from_data(
		external(rsa), kSecAttrKeyTypeRSA, kSecAttrKeyClassSymmetric, errSecUnimplemented);
	from_data(external(rsa), kSecAttrKeyTypeRSA, CFSTR("7"), errSecParam);
	from_data(external(rsa), kSecAttrKeyTypeEC, kSecAttrKeyClassPrivate, errSecParam);
	from_data(spki, kSecAttrKeyTypeEC, kSecAttrKeyClassPublic, errSecParam);
	from_data(data(""), kSecAttrKeyTypeEC, kSecAttrKeyClassPublic, errSecParam);
	from_data(NULL, kSecAttrKeyTypeEC, kSecAttrKeyClassPublic, errSecParam);
	CHECK(SecKeyCreateWithData(point, NULL, NULL) == NULL);
	forget();
}

/* As the AWS SDK does it: a dictionary without callbacks, and a size that is no object. */
static void what_is_not_needed_is_not_looked_at(void)
{
	CFMutableDictionaryRef words = CFDictionaryCreateMutable(NULL, 0, NULL, NULL);
	SecKeyRef ec = key_of(kSecAttrKeyTypeECSECPrimeRandom, 256), key;
	CFIndex size = 256;

	later(words);
	CFDictionaryAddValue(words, kSecAttrKeyType, kSecAttrKeyTypeECSECPrimeRandom);
	CFDictionaryAddValue(words, kSecAttrKeyClass, kSecAttrKeyClassPrivate);
	CFDictionaryAddValue(words, kSecAttrKeySizeInBits, &size);
	key = SecKeyCreateWithData(external(ec), words, NULL);
	CHECK(key && CFEqual(later(key), ec));
	forget();
}

static SecKeyRef legacy(SecKeyRef (*make)(CFAllocatorRef, const uint8_t *, CFIndex, SecKeyEncoding),
	CFDataRef bytes, SecKeyEncoding encoding)
{
	SecKeyRef key = make(NULL, CFDataGetBytePtr(bytes), CFDataGetLength(bytes), encoding);

	return (SecKeyRef)(uintptr_t)later(key);
}

static void older_functions_make_keys(void)
{
	SecKeyRef rsa = key_of(kSecAttrKeyTypeRSA, 1024), ec = key_of(kSecAttrKeyTypeEC, 384);
	CFDataRef pkcs1 = external(public_of(rsa)), bytes = NULL;
	uint8_t modulus[128], exponent[] = {1, 0, 1};
	SecRSAPublicKeyParams params = {modulus, sizeof modulus, exponent, sizeof exponent};
	SecKeyRef key;

	/* SEQUENCE, INTEGER 129 bytes with a leading zero, INTEGER 65537 */
	CHECK_FATAL(CFDataGetLength(pkcs1) == 140);
	memcpy(modulus, CFDataGetBytePtr(pkcs1) + 7, sizeof modulus);
	key = SecKeyCreateRSAPublicKey(
		NULL, (const uint8_t *)&params, sizeof params, kSecKeyEncodingRSAPublicParams);
	later(key);
	CHECK(key && CFEqual(key, public_of(rsa)));
	key = legacy(SecKeyCreateRSAPublicKey, pkcs1, kSecKeyEncodingPkcs1);
	CHECK(key && CFEqual(key, public_of(rsa)));
	key = legacy(SecKeyCreateRSAPrivateKey, external(rsa), kSecKeyEncodingPkcs1);
	CHECK(key && CFEqual(key, rsa));
	key = legacy(SecKeyCreateECPrivateKey, external(ec), kSecKeyEncodingBytes);
	CHECK(key && CFEqual(key, ec));
	CHECK(SecKeyCopyPublicBytes(ec, &bytes) == 0);
	CHECK_FATAL(bytes != NULL);
	later(bytes);
	CHECK(CFEqual(bytes, external(public_of(ec))));
	key = legacy(SecKeyCreateECPublicKey, bytes, kSecKeyEncodingBytes);
	CHECK(key && CFEqual(key, public_of(ec)));
	CHECK(legacy(SecKeyCreateECPublicKey, bytes, kSecKeyEncodingPkcs1) == NULL);
	CHECK(legacy(SecKeyCreateRSAPublicKey, bytes, kSecKeyEncodingBytes) == NULL);
	CHECK(SecKeyCreateECPublicKey(NULL, NULL, 0, kSecKeyEncodingBytes) == NULL);
	key = (SecKeyRef)(uintptr_t)later(
		SecKeyCreateFromData(dict(kSecAttrKeyType, kSecAttrKeyTypeEC, kSecAttrKeyClass,
					     kSecAttrKeyClassPublic, NULL),
			bytes, NULL));
	CHECK(key && CFEqual(key, public_of(ec)));
	forget();
}

/* --- 7.2: attributes ------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const CFStringRef *name;
	const char *values; /* RSA private, RSA public, EC private, EC public */
} attribute_rows[] = {
	{&kSecAttrIsPermanent,        "TTTT"},
	{&kSecAttrIsPrivate,          "TTTT"},
	{&kSecAttrIsModifiable,       "TTTT"},
	{&kSecAttrIsSensitive,        "FFFF"},
	{&kSecAttrWasAlwaysSensitive, "FFFF"},
	{&kSecAttrIsExtractable,      "TTTT"},
	{&kSecAttrWasNeverExtractable,"FFFF"},
	{&kSecAttrCanEncrypt,         "FTFT"},
	{&kSecAttrCanDecrypt,         "TTTF"},
	{&kSecAttrCanDerive,          "FFTF"},
	{&kSecAttrCanSign,            "TFTF"},
	{&kSecAttrCanVerify,          "FTFT"},
	{&kSecAttrCanSignRecover,     "FFFF"},
	{&kSecAttrCanVerifyRecover,   "FFFF"},
	{&kSecAttrCanWrap,            "FTFT"},
	{&kSecAttrCanUnwrap,          "TFTF"},
};
/* clang-format on */

static bool says(CFDictionaryRef attributes, CFStringRef name, CFTypeRef wanted)
{
	CFTypeRef value = CFDictionaryGetValue(attributes, name);

	return value && CFEqual(value, wanted);
}

static void check_attributes(SecKeyRef key, size_t column, CFStringRef type, int bits)
{
	CFDictionaryRef attributes = SecKeyCopyAttributes(key);
	CFStringRef half = column % 2 ? kSecAttrKeyClassPublic : kSecAttrKeyClassPrivate;

	CHECK_FATAL(attributes != NULL);
	later(attributes);
	for (size_t i = 0; i < KC_COUNT_OF(attribute_rows); i++)
		CHECK_MSG(says(attributes, *attribute_rows[i].name,
				  attribute_rows[i].values[column] == 'T' ? kCFBooleanTrue
									  : kCFBooleanFalse),
			CFStringGetCStringPtr(*attribute_rows[i].name, kCFStringEncodingUTF8));
	CHECK(says(attributes, kSecClass, kSecClassKey));
	CHECK(says(attributes, kSecAttrKeyClass, half));
	CHECK(says(attributes, kSecAttrKeyType, type));
	CHECK(says(attributes, kSecAttrKeySizeInBits, number(bits)));
	CHECK(says(attributes, kSecAttrEffectiveKeySize, number(bits)));
	CHECK(says(attributes, kSecValueData, external(key)));
	CHECK(says(attributes, kSecAttrApplicationLabel, later(SecKeyCopyPublicKeyHash(key))));
	CHECK(CFDictionaryGetCount(attributes) == (CFIndex)KC_COUNT_OF(attribute_rows) + 7);
}

static void keys_have_attributes(void)
{
	SecKeyRef rsa = key_of(kSecAttrKeyTypeRSA, 1024), ec = key_of(kSecAttrKeyTypeEC, 521);

	check_attributes(rsa, 0, kSecAttrKeyTypeRSA, 1024);
	check_attributes(public_of(rsa), 1, kSecAttrKeyTypeRSA, 1024);
	check_attributes(ec, 2, kSecAttrKeyTypeEC, 521);
	check_attributes(public_of(ec), 3, kSecAttrKeyTypeEC, 521);
	CHECK(CFEqual(later(SecKeyCopyPublicKeyHash(rsa)),
		later(SecKeyCopyPublicKeyHash(public_of(rsa)))));
	forget();
}

static bool describes(SecKeyRef key, CFStringRef prefix, CFStringRef piece)
{
	CFStringRef text = later(CFCopyDescription(key));

	return CFStringHasPrefix(text, prefix) &&
	       CFStringFind(text, piece, 0).location != kCFNotFound;
}

static void keys_describe_themselves(void)
{
	SecKeyRef rsa = key_of(kSecAttrKeyTypeRSA, 1024), ec = key_of(kSecAttrKeyTypeEC, 521);

	CHECK(describes(public_of(rsa),
		CFSTR("<SecKeyRef algorithm id: 1, key type: RSAPublicKey, version: 4, 1024 bits "
		      "(block size: 128), exponent: {hex: 10001, decimal: 65537}, modulus: "),
		CFSTR(", modulus: ")));
	CHECK(describes(public_of(ec),
		CFSTR("<SecKeyRef curve type: kSecECCurveSecp521r1, algorithm id: 3, key type: "
		      "ECPublicKey, version: 4, block size: 528 bits, y: "),
		CFSTR(", x: 0")));
	CHECK(describes(rsa, CFSTR("<SecKeyRef algorithm id: 1, key type: RSAPrivateKey, "),
		CFSTR("addr: 0x")));
	forget();
}

static void nothing_is_no_key(void)
{
	CFErrorRef error = NULL;
	CFDataRef bytes = NULL;

	CHECK(SecKeyCopyExternalRepresentation(NULL, &error) == NULL);
	CHECK(code(&error) == errSecParam);
	CHECK(SecKeyCopyAttributes(NULL) == NULL && SecKeyCopyPublicKey(NULL) == NULL);
	CHECK(SecKeyGetBlockSize(NULL) == 0 && SecKeyGetSize(NULL, 0) == 0);
	CHECK(SecKeyCopyPublicBytes(NULL, &bytes) == errSecParam);
	CHECK(SecKeyCopySubjectPublicKeyInfo(NULL) == NULL);
	CHECK(SecKeyCreateSignature(NULL, kSecKeyAlgorithmRSASignatureRaw, NULL, &error) == NULL);
	CHECK(code(&error) == errSecParam);
	CHECK(!SecKeyIsAlgorithmSupported(NULL, 0, kSecKeyAlgorithmRSASignatureRaw));
	CHECK(SecKeyCopyPublicKey((SecKeyRef)(uintptr_t)CFSTR("a text")) == NULL);
}

/* --- in the keychain ------------------------------------------------------------------------- */

static bool strict;

/* Each profile by the word that chooses it. */
static CFMutableDictionaryRef in_profile(CFMutableDictionaryRef words)
{
	if (strict)
		CFDictionarySetValue(words, kSecUseDataProtectionKeychain, kCFBooleanTrue);
	return words;
}

static CFTypeRef find(CFMutableDictionaryRef query, OSStatus wanted)
{
	CFTypeRef result = NULL;

	CHECK(SecItemCopyMatching(in_profile(query), &result) == wanted);
	return later(result);
}

/* The attributes of the item, by the words that find it and those that choose the answer. */
static CFMutableDictionaryRef by_tag(const char *tag, CFStringRef wanted)
{
	return dict(kSecClass, kSecClassKey, kSecAttrApplicationTag, data(tag), wanted,
		kCFBooleanTrue, NULL);
}

static void check_works(SecKeyRef private, SecKeyRef public)
{
	SecKeyAlgorithm sign = kSecKeyAlgorithmECDSASignatureMessageX962SHA256;
	SecKeyAlgorithm seal = kSecKeyAlgorithmECIESEncryptionStandardX963SHA256AESGCM;
	SecKeyAlgorithm agree = kSecKeyAlgorithmECDHKeyExchangeStandard;
	SecKeyRef other = key_of(kSecAttrKeyTypeEC, 256);
	CFDataRef message = data("message"), signature, sealed, plain;
	CFTypeRef ours, theirs;

	signature = later(SecKeyCreateSignature(private, sign, message, NULL));
	CHECK(signature && SecKeyVerifySignature(public, sign, message, signature, NULL));
	sealed = later(SecKeyCreateEncryptedData(public, seal, message, NULL));
	CHECK_FATAL(sealed != NULL);
	plain = later(SecKeyCreateDecryptedData(private, seal, sealed, NULL));
	CHECK(plain && CFEqual(plain, message));
	ours = later(SecKeyCopyKeyExchangeResult(private, agree, public_of(other), NULL, NULL));
	theirs = later(SecKeyCopyKeyExchangeResult(other, agree, public, NULL, NULL));
	CHECK(ours && theirs && CFEqual(ours, theirs));
}

/* What kSecReturnRef adds to a dictionary is the class, the reference and nothing else. */
static void check_dictionary(const char *tag, SecKeyRef key)
{
	CFDictionaryRef plain = find(by_tag(tag, kSecReturnAttributes), 0);
	CFMutableDictionaryRef query = by_tag(tag, kSecReturnAttributes);
	CFDictionaryRef with_ref;

	CFDictionarySetValue(query, kSecReturnRef, kCFBooleanTrue);
	with_ref = find(query, 0);
	CHECK_FATAL(plain && with_ref);
	CHECK(says(with_ref, kSecClass, kSecClassKey));
	CHECK(says(with_ref, kSecValueRef, key));
	CHECK(CFDictionaryGetCount(with_ref) == CFDictionaryGetCount(plain) + 2);
	CHECK(!CFDictionaryContainsKey(with_ref, CFSTR("spki")));
}

/* 7.1: a permanent private key stays with the service; whether it comes out is the profile's. */
static void check_permanent(void)
{
	SecKeyRef private = NULL, public = NULL, found;
	CFErrorRef error = NULL;
	CFMutableDictionaryRef query;
	CFDataRef persistent = NULL;
	CFDataRef bytes;

	CHECK(SecKeyGeneratePair(
		      in_profile(dict(kSecAttrKeyType, kSecAttrKeyTypeEC, kSecAttrKeySizeInBits,
			      number(256), kSecAttrLabel, CFSTR("both"), kSecPrivateKeyAttrs,
			      dict(kSecAttrIsPermanent, kCFBooleanTrue, kSecAttrApplicationTag,
				      data("own"), NULL),
			      NULL)),
		      &public, &private) == 0);
	CHECK_FATAL(private && public);
	later(private);
	later(public);
	CHECK(CFEqual(public_of(private), public) && !CFEqual(private, public));
	check_works(private, public);
	CHECK(SecItemAdd(in_profile(dict(kSecValueRef, private, kSecAttrApplicationTag, data("own"),
				 kSecAttrLabel, CFSTR("again"), NULL)),
		      NULL) == errSecDuplicateItem);
	bytes = SecKeyCopyExternalRepresentation(private, &error);
	CHECK((bytes != NULL) == strict);
	CHECK(code(&error) == (strict ? 0 : errSecDataNotAvailable));
	later(bytes);
	CHECK(says(later(SecKeyCopyAttributes(private)), kSecAttrIsExtractable,
		strict ? kCFBooleanTrue : kCFBooleanFalse));
	CHECK(says(later(SecKeyCopyAttributes(private)), kSecAttrLabel, CFSTR("both")));
	CHECK(CFDictionaryContainsKey(later(SecKeyCopyAttributes(private)), kSecValueData) ==
		strict);

	found = (SecKeyRef)(uintptr_t)find(by_tag("own", kSecReturnRef), 0);
	CHECK_FATAL(found != NULL);
	CHECK(CFEqual(found, private) && CFHash(found) == CFHash(private));
	check_works(found, public);
	check_dictionary("own", private);
	CHECK((find(by_tag("own", kSecReturnData), 0) != NULL) == strict);

	/* The public half was not asked to be kept. */
	find(dict(kSecValueRef, public, NULL), errSecItemNotFound);
	find(dict(kSecValueRef, private, NULL), 0);
	CHECK(SecKeyGetMatchingPrivateKeyStatus(public, NULL) == 0);
	found = (SecKeyRef)(uintptr_t)later(SecKeyCopyMatchingPrivateKey(public, NULL));
	CHECK(found && CFEqual(found, private));

	CHECK(SecKeyCopyPersistentRef(private, &persistent) == 0);
	CHECK(SecKeyCopyPersistentRef(public, &persistent) == errSecItemNotFound);
	CHECK_FATAL(persistent != NULL);
	later(persistent);
	CHECK(CFEqual(persistent, find(by_tag("own", kSecReturnPersistentRef), 0)));
	found = NULL;
	CHECK(SecKeyFindWithPersistentRef(persistent, &found) == 0);
	CHECK(found && CFEqual(found, private));
	later(found);

	query = in_profile(dict(kSecValueRef, private, NULL));
	CHECK(SecItemUpdate(query, dict(kSecAttrLabel, CFSTR("new"), NULL)) == 0);
	CHECK(says(find(by_tag("own", kSecReturnAttributes), 0), kSecAttrLabel, CFSTR("new")));
	CHECK(SecItemDelete(query) == 0);
	CHECK(SecItemDelete(query) == errSecItemNotFound);
	CHECK(SecKeyCreateSignature(private, kSecKeyAlgorithmECDSASignatureMessageX962SHA256,
		      data("x"), &error) == NULL);
	CHECK(code(&error) == errSecItemNotFound);
	CHECK(SecKeyCopyMatchingPrivateKey(public, &error) == NULL);
	CHECK(code(&error) == errSecItemNotFound);
	forget();
}

/* Both halves, of a type whose private one is made here. */
static void check_weak(void)
{
	SecKeyRef private = NULL, public = NULL;
	CFMutableDictionaryRef all;

	CHECK(SecKeyGeneratePair(
		      in_profile(dict(kSecAttrKeyType, kSecAttrKeyTypeRSA, kSecAttrKeySizeInBits,
			      number(1024), kSecAttrIsPermanent, kCFBooleanTrue, NULL)),
		      &public, &private) == 0);
	CHECK_FATAL(private && public);
	later(private);
	later(public);
	all = dict(kSecClass, kSecClassKey, kSecMatchLimit, kSecMatchLimitAll, kSecReturnRef,
		kCFBooleanTrue, NULL);
	CHECK(CFArrayGetCount(find(all, 0)) == 2);
	find(dict(kSecValueRef, public, NULL), 0);
	find(dict(kSecValueRef, private, NULL), 0);
	CHECK(SecItemDelete(in_profile(dict(kSecClass, kSecClassKey, NULL))) == 0);
	forget();
}

/* 3.4 and 5.1: a synced key is found by its reference; in the strict profile, when sync is said. */
static void check_synced(void)
{
	SecKeyRef key = SecKeyCreateRandomKey(
		in_profile(dict(kSecAttrKeyType, kSecAttrKeyTypeEC, kSecAttrKeySizeInBits,
			number(256), kSecAttrSynchronizable, kCFBooleanTrue, kSecPrivateKeyAttrs,
			dict(kSecAttrIsPermanent, kCFBooleanTrue, NULL), NULL)),
		NULL);
	SecKeyRef found;
	CFMutableDictionaryRef query;

	CHECK_FATAL(key != NULL);
	later(key);
	check_works(key, public_of(key));
	find(dict(kSecValueRef, key, NULL), strict ? errSecItemNotFound : 0);
	query = dict(kSecValueRef, key, kSecAttrSynchronizable, kSecAttrSynchronizableAny, NULL);
	find(query, 0);
	found = (SecKeyRef)(uintptr_t)later(SecKeyCopyMatchingPrivateKey(public_of(key), NULL));
	CHECK(found && CFEqual(found, key));
	CHECK(SecItemDelete(query) == 0);
	find(query, errSecItemNotFound);
	forget();
}

/* 3.4 and 4.1: keys of memory as values. */
static void check_added(void)
{
	SecKeyRef private = key_of(kSecAttrKeyTypeRSA, 2048), public = public_of(private), found;
	CFMutableDictionaryRef words = in_profile(
		dict(kSecValueRef, private, kSecAttrLabel, CFSTR("mine"), kSecAttrApplicationTag,
			data("added"), kSecReturnRef, kCFBooleanTrue, NULL));
	CFTypeRef added = NULL;
	CFDictionaryRef attributes;

	find(dict(kSecValueRef, private, NULL), errSecItemNotFound);
	CHECK(SecItemAdd(words, &added) == 0);
	CHECK_FATAL(added != NULL);
	later(added);
	CHECK(CFGetTypeID(added) == SecKeyGetTypeID() && CFEqual(added, private));
	CHECK(SecItemAdd(words, NULL) == errSecDuplicateItem);

	attributes = find(by_tag("added", kSecReturnAttributes), 0);
	CHECK(says(attributes, kSecAttrLabel, CFSTR("mine")));
	CHECK(says(attributes, kSecAttrKeyClass, number(1)));
	CHECK(says(attributes, kSecAttrKeyType, number(42)));
	CHECK(says(attributes, kSecAttrKeySizeInBits, number(2048)));
	CHECK(says(attributes, kSecAttrIsPrivate, number(1)));
	CHECK(says(attributes, kSecAttrCanSign, number(1)));
	CHECK(says(attributes, kSecAttrCanVerify, number(0)));
	CHECK(says(attributes, kSecAttrApplicationLabel, later(SecKeyCopyPublicKeyHash(public))));
	CHECK(CFEqual(find(by_tag("added", kSecReturnData), 0), external(private)));

	found = (SecKeyRef)(uintptr_t)find(
		dict(kSecValueRef, private, kSecReturnRef, kCFBooleanTrue, NULL), 0);
	CHECK(found && CFEqual(found, private));
	CHECK(CFEqual(external(found), external(private)));
	find(dict(kSecValueRef, public, NULL), errSecItemNotFound);
	find(dict(kSecClass, kSecClassCertificate, kSecValueRef, private, NULL), errSecNoSuchClass);
	find(dict(kSecValueRef, CFSTR("x"), NULL), errSecParam);
	CHECK(SecItemAdd(in_profile(dict(kSecValueRef, public, NULL)), NULL) == 0);
	find(dict(kSecValueRef, public, NULL), 0);
	CHECK(SecItemDelete(in_profile(dict(kSecValueRef, public, NULL))) == 0);
	find(dict(kSecValueRef, added, NULL), 0);
	CHECK(SecItemDelete(in_profile(dict(kSecValueRef, added, NULL))) == 0);
	forget();
}

/* A key that says it cannot sign does not; bytes that are no key have no reference. */
static void check_marks(void)
{
	SecKeyRef ec = key_of(kSecAttrKeyTypeEC, 256), found;
	SecKeyAlgorithm sign = kSecKeyAlgorithmECDSASignatureMessageX962SHA256;
	CFErrorRef error = NULL;

	CHECK(SecItemAdd(in_profile(dict(kSecValueRef, ec, kSecAttrCanSign, kCFBooleanFalse,
				 kSecAttrApplicationTag, data("marked"), NULL)),
		      NULL) == 0);
	found = (SecKeyRef)(uintptr_t)find(by_tag("marked", kSecReturnRef), 0);
	CHECK_FATAL(found != NULL);
	CHECK(!SecKeyIsAlgorithmSupported(found, kSecKeyOperationTypeSign, sign));
	CHECK(SecKeyIsAlgorithmSupported(ec, kSecKeyOperationTypeSign, sign));
	CHECK(SecKeyCreateSignature(found, sign, data("x"), &error) == NULL);
	CHECK(code(&error) == errSecParam);

	CHECK(SecItemAdd(in_profile(dict(kSecClass, kSecClassKey, kSecAttrApplicationTag,
				 data("bytes"), kSecValueData, data("no key"), NULL)),
		      NULL) == 0);
	CHECK(find(by_tag("bytes", kSecReturnRef), 0) == NULL);
	CHECK(SecItemDelete(in_profile(dict(kSecClass, kSecClassKey, NULL))) == 0);
	forget();
}

/* Every operation of the service, by each type of key that has it. */
static void check_remote_use(void)
{
	static const struct {
		const CFStringRef *type;
		int bits;
		const SecKeyAlgorithm *sign, *seal;
	} rows[] = {
		{&kSecAttrKeyTypeRSA, 2048, &kSecKeyAlgorithmRSASignatureMessagePSSSHA256,
			&kSecKeyAlgorithmRSAEncryptionOAEPSHA256AESGCM},
		{&kSecAttrKeyTypeRSA, 2048, &kSecKeyAlgorithmRSASignatureMessagePKCS1v15SHA512,
			&kSecKeyAlgorithmRSAEncryptionPKCS1},
		{&kSecAttrKeyTypeEC, 521, &kSecKeyAlgorithmECDSASignatureMessageRFC4754SHA384,
			&kSecKeyAlgorithmECIESEncryptionCofactorVariableIVX963SHA512AESGCM},
		{&kSecAttrKeyTypeEd25519, 256,
			&kSecKeyAlgorithmEdDSASignatureMessageCurve25519SHA512, NULL},
		{&kSecAttrKeyTypeEd448, 456, &kSecKeyAlgorithmEdDSASignatureMessageCurve448SHAKE256,
			NULL},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		SecKeyRef key = SecKeyCreateRandomKey(
			in_profile(dict(kSecAttrKeyType, *rows[i].type, kSecAttrKeySizeInBits,
				number(rows[i].bits), kSecPrivateKeyAttrs,
				dict(kSecAttrIsPermanent, kCFBooleanTrue, NULL), NULL)),
			NULL);
		CFDataRef message = data("some message"), made;

		CHECK_FATAL(key != NULL);
		later(key);
		made = later(SecKeyCreateSignature(key, *rows[i].sign, message, NULL));
		CHECK(made &&
			SecKeyVerifySignature(public_of(key), *rows[i].sign, message, made, NULL));
		if (rows[i].seal) {
			made = later(SecKeyCreateEncryptedData(
				public_of(key), *rows[i].seal, message, NULL));
			made = later(SecKeyCreateDecryptedData(key, *rows[i].seal, made, NULL));
			CHECK(made && CFEqual(made, message));
		}
		CHECK(SecItemDelete(in_profile(dict(kSecValueRef, key, NULL))) == 0);
		forget();
	}
}

/* A locked keychain keeps its private keys; what needs the public half alone goes on. */
static void check_locked(void)
{
	SecKeyAlgorithm sign = kSecKeyAlgorithmECDSASignatureMessageX962SHA256;
	CFMutableDictionaryRef words = in_profile(dict(kSecAttrKeyType, kSecAttrKeyTypeEC,
		kSecAttrKeySizeInBits, number(256), kSecAttrIsPermanent, kCFBooleanTrue, NULL));
	SecKeyRef key = SecKeyCreateRandomKey(words, NULL);
	CFErrorRef error = NULL;
	struct kc_client *client;
	CFDataRef signature;

	CHECK_FATAL(key != NULL);
	later(key);
	signature = later(SecKeyCreateSignature(key, sign, data("x"), NULL));
	CHECK_OK_FATAL(kc_client_shared(&client));
	CHECK_OK(kc_client_lock(client));
	CHECK(SecKeyCreateSignature(key, sign, data("x"), &error) == NULL);
	CHECK(code(&error) == errSecInteractionNotAllowed);
	CHECK(SecKeyCopyExternalRepresentation(key, &error) == NULL);
	CHECK(code(&error) == (strict ? errSecInteractionNotAllowed : errSecDataNotAvailable));
	CHECK(SecKeyCreateRandomKey(words, &error) == NULL);
	CHECK(code(&error) == errSecInteractionNotAllowed);
	CHECK(SecKeyVerifySignature(public_of(key), sign, data("x"), signature, NULL));
	CHECK_OK(kc_client_unlock(client, kc_bytes_str("fake")));
	CHECK(later(SecKeyCreateSignature(key, sign, data("x"), NULL)) != NULL);
	CHECK(SecItemDelete(in_profile(dict(kSecClass, kSecClassKey, NULL))) == 0);
	forget();
}

/* What only Keycircle's own programs are told is not in a dictionary, with any attribute set. */
static void check_hidden(void)
{
	static const char flags[][5] = {"alau", "copy", "dsty", "locl", "modi", "wwtr", "genm"};
	static const char bytes[][5] = {
		"almc", "ckid", "drtm", "kcid", "kcvl", "ksub", "uwtm", "wrtm"};
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND struct kc_found shown = {0};
	KC_CLEANUP_FOUND_LIST struct kc_found_list all = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	struct kc_client_item item = {.class = KC_CLASS_KEY, .attrs = &attrs};
	CFDictionaryRef dictionary;
	struct kc_client *client;
	size_t hidden = 0;

	kc_attrs_set_str(&attrs, KC_NAME('a', 't', 'a', 'g'), "hidden");
	kc_attrs_set_number(&attrs, KC_NAME('t', 'r', 's', 't'), 0); /* 1 is the officer's to say */
	for (size_t i = 0; i < KC_COUNT_OF(flags); i++)
		kc_attrs_set_number(&attrs, kc_name_from(kc_bytes_str(flags[i])), 1);
	for (size_t i = 0; i < KC_COUNT_OF(bytes); i++)
		kc_attrs_set_bytes(&attrs, kc_name_from(kc_bytes_str(bytes[i])), kc_bytes_str("x"));
	CHECK_OK_FATAL(kc_client_shared(&client));
	CHECK_OK_FATAL(kc_client_item_add(client, &item, KC_WANT_ATTRS, &shown));
	query.class = KC_CLASS_KEY;
	query.want = KC_WANT_ATTRS | KC_WANT_HIDDEN;
	CHECK_OK_FATAL(kc_client_item_find(client, &query, &all));
	dictionary = find(by_tag("hidden", kSecReturnAttributes), 0);
	CHECK_FATAL(all.count == 1 && dictionary != NULL);
	for (size_t i = 0; i < all.rows[0].attrs.count; i++) {
		char name[5];

		if (kc_attrs_get(&shown.attrs, all.rows[0].attrs.rows[i].name))
			continue;
		kc_name_text(all.rows[0].attrs.rows[i].name, name);
		CHECK_MSG(
			!CFDictionaryContainsKey(dictionary, later(CFStringCreateWithCString(NULL,
								     name, kCFStringEncodingUTF8))),
			name);
		hidden++;
	}
	CHECK(hidden > KC_COUNT_OF(bytes) + KC_COUNT_OF(flags) - 2);
	CHECK(SecItemDelete(in_profile(dict(kSecClass, kSecClassKey, NULL))) == 0);
	forget();
}

#define THREADS 8
#define ROUNDS 20

struct work {
	SecKeyRef private, public;
	int failures;
};

static void *sign_often(void *argument)
{
	SecKeyAlgorithm sign = kSecKeyAlgorithmECDSASignatureMessageX962SHA256;
	struct work *work = argument;
	CFDataRef message = CFDataCreate(NULL, (const UInt8 *)work, 8);

	for (int i = 0; i < ROUNDS; i++) {
		CFDataRef made = SecKeyCreateSignature(work->private, sign, message, NULL);
		SecKeyRef public = SecKeyCopyPublicKey(work->private);
		if (!made || !SecKeyVerifySignature(public, sign, message, made, NULL) ||
			!CFEqual(public, work->public))
			work->failures++;
		if (made)
			CFRelease(made);
		CFRelease(public);
	}
	CFRelease(message);
	return NULL;
}

static void check_threads(void)
{
	SecKeyRef key = SecKeyCreateRandomKey(
		in_profile(dict(kSecAttrKeyType, kSecAttrKeyTypeEC, kSecAttrKeySizeInBits,
			number(256), kSecAttrIsPermanent, kCFBooleanTrue, NULL)),
		NULL);
	struct work works[THREADS];
	pthread_t threads[THREADS];

	CHECK_FATAL(key != NULL);
	later(key);
	for (size_t i = 0; i < THREADS; i++) {
		SecKeyRef memory = key_of(kSecAttrKeyTypeEC, 384);
		works[i].private = i % 2 ? key : memory;
		works[i].public = public_of(works[i].private);
		works[i].failures = 0;
	}
	for (size_t i = 0; i < THREADS; i++)
		CHECK_FATAL(pthread_create(&threads[i], NULL, sign_often, &works[i]) == 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		CHECK(works[i].failures == 0);
	}
	CHECK(SecItemDelete(in_profile(dict(kSecClass, kSecClassKey, NULL))) == 0);
	forget();
}

static void check_all(bool is_strict)
{
	strict = is_strict;
	check_permanent();
	check_weak();
	check_synced();
	check_added();
	check_marks();
	check_remote_use();
	check_locked();
	check_hidden();
	check_threads();
}

static void stored_in_the_default_profile(void)
{
	check_all(false);
}

static void stored_in_the_strict_profile(void)
{
	check_all(true);
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(keys_are_made),
		CHECK_TEST(parameters_are_checked),
		CHECK_TEST(plain_dictionaries_do),
		CHECK_TEST(other_forms_are_read),
		CHECK_TEST(what_is_not_needed_is_not_looked_at),
		CHECK_TEST(older_functions_make_keys),
		CHECK_TEST(keys_have_attributes),
		CHECK_TEST(keys_describe_themselves),
		CHECK_TEST(nothing_is_no_key),
		CHECK_TEST(a_keychain),
		CHECK_TEST(stored_in_the_default_profile),
		CHECK_TEST(stored_in_the_strict_profile),
	};
	int status;

	pool = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	device_make("keycircled");
	status = check_main("keychainapi/key", tests, KC_COUNT_OF(tests));
	device_remove();
	CFRelease(pool);
	return status;
}
