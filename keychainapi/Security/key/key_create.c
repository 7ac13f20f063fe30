/* SPDX-License-Identifier: ISC */
/* Keys that programs make: from bytes, or by chance. */
#include <Security/SecItemPriv.h>

#include "keychainapi/Security/error.h"
#include "keychainapi/Security/item/item.h"
#include "keychainapi/Security/key/key_attributes.h"
#include "keychainapi/Security/key/key_data.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/item/request.h"
#include "wire/client.h"

/* What counts in a service's key pair has to be this strong; weaker ones are made here. */
#define RSA_GENERATE_LEAST 2048
#define MOST_DIGITS 9
#define EXTR KC_NAME('e', 'x', 't', 'r')
#define SENS KC_NAME('s', 'e', 'n', 's')

/* --- dictionaries ---------------------------------------------------------------------------- */

static kc_err parse_number(CFTypeRef object, unsigned *ret)
{
	struct kc_bytes text = kc_object_bytes(object);
	int32_t number = 0;
	unsigned value = 0;

	if (kc_object_kind(object) == KC_OBJECT_NUMBER) {
		if (!CFNumberGetValue(object, kCFNumberSInt32Type, &number) || number < 0)
			return KC_ERR(PARAM);
		*ret = (unsigned)number;
		return KC_OK;
	}
	if (kc_object_kind(object) != KC_OBJECT_STRING || text.len == 0 || text.len > MOST_DIGITS)
		return KC_ERR(PARAM);
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return KC_ERR(PARAM);
		value = 10 * value + (unsigned)(text.data[i] - '0');
	}
	*ret = value;
	return KC_OK;
}

/* --- from bytes ------------------------------------------------------------------------------ */

/* The other values are not looked at: programs put what is no object behind kSecAttrKeySizeInBits.
 */
static kc_err create_with_data(CFDataRef data, CFDictionaryRef attributes, SecKeyRef *ret)
{
	struct kc_pk *key = NULL;
	unsigned type, key_class;

	if (kc_object_kind(data) != KC_OBJECT_DATA ||
		kc_object_kind(attributes) != KC_OBJECT_DICTIONARY)
		return KC_ERR(PARAM);
	KC_TRY(parse_number(kc_object_member(attributes, kSecAttrKeyType), &type));
	KC_TRY(parse_number(kc_object_member(attributes, kSecAttrKeyClass), &key_class));
	if (key_class == KC_KEY_SYMMETRIC || kc_object_member(attributes, kSecAttrTokenID))
		return KC_ERR(UNSUPPORTED);
	if (key_class != KC_KEY_PUBLIC && key_class != KC_KEY_PRIVATE)
		return KC_ERR(PARAM);
	if (kc_key_data_load((enum kc_key_type)type, key_class == KC_KEY_PRIVATE,
		    kc_object_bytes(data), &key) != KC_OK)
		return KC_ERR(PARAM);
	*ret = kc_key_from_pk(key);
	return *ret ? KC_OK : KC_ERR(NO_MEMORY);
}

SecKeyRef SecKeyCreateWithData(CFDataRef keyData, CFDictionaryRef attributes, CFErrorRef *error)
{
	SecKeyRef key = NULL;

	kc_error_give(create_with_data(keyData, attributes, &key), error);
	return key;
}

SecKeyRef SecKeyCreateFromData(CFDictionaryRef parameters, CFDataRef keyData, CFErrorRef *error)
{
	return SecKeyCreateWithData(keyData, parameters, error);
}

/* --- by chance ------------------------------------------------------------------------------- */

/* What is asked for: the pair, and each half as the dictionary of an item. */
struct wish {
	enum kc_key_type type;
	unsigned bits;
	CFMutableDictionaryRef private, public;
	bool keep_private, keep_public;
};

struct pair {
	SecKeyRef private, public;
};

static void wish_done(struct wish *wish)
{
	if (wish->private)
		CFRelease(wish->private);
	if (wish->public)
		CFRelease(wish->public);
}

static void pair_done(struct pair *pair)
{
	if (pair->private)
		CFRelease(pair->private);
	if (pair->public)
		CFRelease(pair->public);
}

/* One half as an item: what is said of both, then what is said of it alone. */
static kc_err read_half(
	CFDictionaryRef both, CFStringRef name, CFMutableDictionaryRef *ret_half, bool *ret_keep)
{
	const CFStringRef of_pair[] = {
		kSecAttrKeyType, kSecAttrKeySizeInBits, kSecPrivateKeyAttrs, kSecPublicKeyAttrs};
	CFTypeRef own = CFDictionaryGetValue(both, name), permanent;

	KC_TRY(kc_object_copy_dictionary(both, ret_half));
	for (size_t i = 0; i < KC_COUNT_OF(of_pair); i++)
		CFDictionaryRemoveValue(*ret_half, of_pair[i]);
	if (own)
		KC_TRY(kc_object_merge_dictionary(own, *ret_half));
	if (CFDictionaryContainsKey(*ret_half, kSecAttrTokenID))
		return KC_ERR(UNSUPPORTED);
	CFDictionarySetValue(*ret_half, kSecClass, kSecClassKey);
	permanent = CFDictionaryGetValue(*ret_half, kSecAttrIsPermanent);
	return permanent ? kc_object_truth(permanent, ret_keep) : KC_OK;
}

static kc_err read_wish(CFDictionaryRef parameters, struct wish *ret)
{
	KC_CLEANUP_OBJECT CFMutableDictionaryRef both = NULL;
	unsigned type;

	KC_TRY(kc_object_copy_dictionary(parameters, &both));
	KC_TRY(parse_number(CFDictionaryGetValue(both, kSecAttrKeyType), &type));
	KC_TRY(parse_number(CFDictionaryGetValue(both, kSecAttrKeySizeInBits), &ret->bits));
	ret->type = (enum kc_key_type)type;
	KC_TRY(read_half(both, kSecPrivateKeyAttrs, &ret->private, &ret->keep_private));
	return read_half(both, kSecPublicKeyAttrs, &ret->public, &ret->keep_public);
}

/* Apple's keys can be copied out, and are not sensitive; ours are so in the strict profile alone,
 * unless somebody says. */
static kc_err read_items(
	const struct wish *wish, struct kc_request *ret_private, struct kc_request *ret_public)
{
	struct kc_attrs *attrs = &ret_private->query.attrs;

	KC_TRY(kc_request_parse(KC_GRAMMAR_ADD, wish->private, ret_private));
	KC_TRY(kc_request_parse(KC_GRAMMAR_ADD, wish->public, ret_public));
	if (!kc_attrs_get(attrs, EXTR))
		kc_attrs_set_number(attrs, EXTR, ret_private->strict);
	if (!kc_attrs_get(attrs, SENS))
		kc_attrs_set_number(attrs, SENS, !ret_private->strict);
	return kc_attrs_check(attrs);
}

/* The service's own pair, whose private half never comes here. */
static kc_err generate_there(const struct wish *wish, struct pair *ret)
{
	KC_CLEANUP_REQUEST struct kc_request private = KC_REQUEST_INIT, public = KC_REQUEST_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct kc_client *client;

	KC_TRY(read_items(wish, &private, &public));
	KC_TRY(kc_client_shared(&client));
	KC_TRY(kc_client_key_generate(client, wish->type, wish->bits, &private.query.attrs,
		&public.query.attrs, wish->keep_public, &found));
	if (found.count == 0)
		return KC_ERR(BUG);
	ret->private = kc_key_from_found(&found.rows[0]);
	if (!ret->private)
		return KC_ERR(NO_MEMORY);
	if (wish->keep_public && found.count > 1)
		ret->public = kc_key_from_found(&found.rows[1]);
	else
		return kc_key_public_half(ret->private, &ret->public);
	return ret->public ? KC_OK : KC_ERR(NO_MEMORY);
}

/* Adds a half of memory to the keychain, and makes it the one of the keychain. */
static kc_err keep(CFMutableDictionaryRef words, SecKeyRef *half)
{
	CFTypeRef stored = NULL;

	CFDictionarySetValue(words, kSecValueRef, *half);
	CFDictionarySetValue(words, kSecReturnRef, kCFBooleanTrue);
	KC_TRY(kc_item_add(words, &stored));
	if (!stored)
		return KC_ERR(NO_MEMORY);
	CFRelease(*half);
	*half = (SecKeyRef)(uintptr_t)stored;
	return KC_OK;
}

static kc_err generate_here(const struct wish *wish, struct pair *ret)
{
	struct kc_pk *key = NULL;

	KC_TRY(kc_pk_generate(wish->type, wish->bits, &key));
	ret->private = kc_key_from_pk(key);
	if (!ret->private)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_key_public_half(ret->private, &ret->public));
	if (wish->keep_private)
		KC_TRY(keep(wish->private, &ret->private));
	return wish->keep_public ? keep(wish->public, &ret->public) : KC_OK;
}

static kc_err generate(CFDictionaryRef parameters, struct pair *ret)
{
	KC_CLEANUP(wish_done) struct wish wish = {0};
	bool is_weak;
	kc_err err;

	KC_TRY(read_wish(parameters, &wish));
	is_weak = wish.type == KC_KEY_RSA && wish.bits < RSA_GENERATE_LEAST;
	if (wish.keep_private && !is_weak)
		err = generate_there(&wish, ret);
	else
		err = generate_here(&wish, ret);
	return err == KC_E_KEY_TYPE || err == KC_E_KEY_SIZE ? KC_ERR(PARAM) : err;
}

SecKeyRef SecKeyCreateRandomKey(CFDictionaryRef parameters, CFErrorRef *error)
{
	KC_CLEANUP(pair_done) struct pair pair = {0};

	if (!kc_error_give(generate(parameters, &pair), error))
		return NULL;
	return (SecKeyRef)(uintptr_t)CFRetain(pair.private);
}

OSStatus SecKeyGeneratePair(CFDictionaryRef parameters, SecKeyRef *publicKey, SecKeyRef *privateKey)
{
	KC_CLEANUP(pair_done) struct pair pair = {0};
	kc_err err = generate(parameters, &pair);

	if (err != KC_OK)
		return kc_err_osstatus(err);
	if (publicKey)
		*publicKey = (SecKeyRef)(uintptr_t)CFRetain(pair.public);
	if (privateKey)
		*privateKey = (SecKeyRef)(uintptr_t)CFRetain(pair.private);
	return errSecSuccess;
}
