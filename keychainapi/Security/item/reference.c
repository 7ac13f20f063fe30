/* SPDX-License-Identifier: ISC */
/* The table of the classes of objects that stand for items. */
#include "keychainapi/Security/item/reference.h"

#include <string.h>

#include "crypto/x509.h"
#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/certificate/identity.h"
#include "keychainapi/Security/key/key_attributes.h"
#include "keychainapi/Security/key/key_data.h"
#include "keychainapi/Security/keychain/sec_keychain_item.h"

/* --- keys ------------------------------------------------------------------------------------ */

static CFTypeRef key_from_found(const struct kc_found *found)
{
	return kc_key_from_found(found);
}

static kc_err expand_key(CFTypeRef ref, struct kc_attrs *attrs, struct kc_secret *secret)
{
	SecKeyRef key = (SecKeyRef)(uintptr_t)ref;
	kc_err err;

	if (!secret) {
		kc_key_attributes_identify(key, attrs);
		return KC_OK;
	}
	kc_key_attributes_expand(key, attrs);
	err = kc_key_data_external(key, secret);
	/* It is in the keychain, and cannot be there once more. */
	return err == KC_E_NOT_EXTRACTABLE ? KC_ERR(DUPLICATE) : err;
}

static bool key_item(CFTypeRef ref, uint8_t *ret)
{
	const struct __SecKey *key = ref;

	if (key->is_stored)
		memcpy(ret, key->ref, sizeof key->ref);
	return key->is_stored;
}

/* --- passwords ------------------------------------------------------------------------------- */

static bool is_generic(CFTypeRef object)
{
	return kc_sec_keychain_item_is(object, KC_CLASS_GENERIC);
}

static bool is_internet(CFTypeRef object)
{
	return kc_sec_keychain_item_is(object, KC_CLASS_INTERNET);
}

static CFTypeRef password_from_found(const struct kc_found *found)
{
	return kc_sec_keychain_item_from_found(found);
}

/* It is in a keychain, and has nothing else to say. */
static kc_err expand_password(CFTypeRef ref, struct kc_attrs *attrs, struct kc_secret *secret)
{
	(void)ref;
	(void)attrs;
	return secret ? KC_ERR(DUPLICATE) : KC_OK;
}

static bool password_item(CFTypeRef ref, uint8_t *ret)
{
	const struct __SecKeychainItem *item = ref;

	memcpy(ret, item->ref, sizeof item->ref);
	return true;
}

/* --- certificates ---------------------------------------------------------------------------- */

static CFTypeRef certificate_from_found(const struct kc_found *found)
{
	SecCertificateRef certificate = NULL;

	if (kc_certificate_object_of_item(kc_secret_bytes(&found->secret), found, &certificate) !=
		KC_OK)
		return NULL;
	return certificate;
}

/* A name is given to new items alone. The rest of what is taken out again the service knows. */
static kc_err expand_certificate(CFTypeRef ref, struct kc_attrs *attrs, struct kc_secret *secret)
{
	static const kc_name hidden[] = {
		KC_NAME('c', 'k', 'i', 'd'),
		KC_NAME('d', 'i', 's', 's'),
		KC_NAME('d', 's', 'e', 'r'),
		KC_NAME('d', 's', 'u', 'b'),
	};
	struct kc_bytes der = kc_certificate_object_der((SecCertificateRef)(uintptr_t)ref);

	KC_TRY(kc_x509_describe(der, attrs));
	for (size_t i = 0; i < KC_COUNT_OF(hidden); i++)
		kc_attrs_remove(attrs, hidden[i]);
	if (secret)
		return kc_secret_set(secret, der);
	kc_attrs_remove(attrs, KC_NAME('l', 'a', 'b', 'l'));
	return KC_OK;
}

static bool certificate_item(CFTypeRef ref, uint8_t *ret)
{
	const struct __SecCertificate *certificate = ref;

	if (certificate->is_stored)
		memcpy(ret, certificate->ref, sizeof certificate->ref);
	return certificate->is_stored;
}

/* --- identities ------------------------------------------------------------------------------ */

static CFTypeRef identity_from_found(const struct kc_found *found)
{
	return kc_identity_from_found(found);
}

/* What has bytes are the two parts (identity_item.h). */
static kc_err expand_identity(CFTypeRef ref, struct kc_attrs *attrs, struct kc_secret *secret)
{
	if (secret)
		return KC_ERR(PARAM);
	return kc_identity_identify((SecIdentityRef)(uintptr_t)ref, attrs);
}

static bool identity_item(CFTypeRef ref, uint8_t *ret)
{
	const struct __SecIdentity *identity = ref;

	return identity->key->is_stored && certificate_item(identity->certificate, ret);
}

/* --- the table ------------------------------------------------------------------------------- */

static const struct kind {
	kc_name class;
	uint32_t want;
	bool (*is)(CFTypeRef object);
	CFTypeRef (*from_found)(const struct kc_found *found);
	kc_err (*expand)(CFTypeRef ref, struct kc_attrs *attrs, struct kc_secret *secret);
	bool (*item)(CFTypeRef ref, uint8_t *ret);
} kinds[] = {
	{KC_CLASS_KEY, KC_WANT_ATTRS | KC_WANT_HIDDEN, kc_key_is, key_from_found, expand_key,
		key_item},
	{KC_CLASS_CERTIFICATE, KC_WANT_ATTRS | KC_WANT_SECRET, kc_certificate_object_is,
		certificate_from_found, expand_certificate, certificate_item},
	{KC_CLASS_IDENTITY, KC_WANT_ATTRS | KC_WANT_HIDDEN, kc_identity_is, identity_from_found,
		expand_identity, identity_item},
	{KC_CLASS_GENERIC, 0, is_generic, password_from_found, expand_password, password_item},
	{KC_CLASS_INTERNET, 0, is_internet, password_from_found, expand_password, password_item},
};

static const struct kind *find_class(kc_name class)
{
	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++)
		if (kinds[i].class == class)
			return &kinds[i];
	return NULL;
}

static const struct kind *find_object(CFTypeRef object)
{
	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++)
		if (kinds[i].is(object))
			return &kinds[i];
	return NULL;
}

CFTypeRef kc_reference_from_found(const struct kc_found *found)
{
	const struct kind *kind = find_class(found->class);

	return kind ? kind->from_found(found) : NULL;
}

uint32_t kc_reference_want(kc_name class)
{
	const struct kind *kind = find_class(class);

	return kind ? kind->want : 0;
}

kc_err kc_reference_expand(
	CFTypeRef ref, struct kc_attrs *attrs, struct kc_secret *secret, kc_name *class)
{
	const struct kind *kind = find_object(ref);

	if (!kind)
		return KC_ERR(PARAM);
	KC_TRY(kind->expand(ref, attrs, secret));
	*class = kind->class;
	return kc_attrs_check(attrs);
}

kc_name kc_reference_class(CFTypeRef ref)
{
	const struct kind *kind = find_object(ref);

	return kind ? kind->class : 0;
}

bool kc_reference_is_of_profile(kc_name class, bool strict)
{
	return !strict || (class != KC_CLASS_GENERIC && class != KC_CLASS_INTERNET);
}

static SecKeychainRef keychain_of(CFTypeRef ref)
{
	if (kc_sec_keychain_item_is(ref, 0))
		return ((const struct __SecKeychainItem *)ref)->keychain;
	if (kc_key_is(ref))
		return ((const struct __SecKey *)ref)->keychain;
	if (kc_certificate_object_is(ref))
		return ((const struct __SecCertificate *)ref)->keychain;
	if (kc_identity_is(ref))
		return ((const struct __SecIdentity *)ref)->key->keychain;
	return NULL;
}

SecKeychainRef kc_reference_keychain(CFTypeRef ref)
{
	SecKeychainRef keychain = keychain_of(ref);

	return keychain ? keychain : kc_sec_keychain_users();
}

bool kc_reference_item(CFTypeRef ref, uint8_t ret[static KC_PERSISTENT_REF_LEN])
{
	const struct kind *kind = find_object(ref);

	return kind && kind->item(ref, ret);
}
