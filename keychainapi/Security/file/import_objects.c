/* SPDX-License-Identifier: ISC */
/* Certificates, keys, and identities, which are a key and its certificate. */
#include "keychainapi/Security/file/import_objects.h"

#include <Security/SecItem.h>
#include <string.h>

#include "crypto/certificate.h"
#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/certificate/identity.h"
#include "keychainapi/Security/item/item.h"
#include "keychainapi/Security/key/key.h"
#include "keychainapi/Security/object.h"

kc_err kc_import_object_new(const struct kc_import_object *object, CFTypeRef *ret)
{
	SecCertificateRef certificate = NULL;

	if (object->key) {
		*ret = kc_key_from_pk(kc_pk_ref(object->key));
		return *ret ? KC_OK : KC_ERR(NO_MEMORY);
	}
	KC_TRY(kc_certificate_object_new(kc_buf_bytes(&object->certificate), &certificate));
	*ret = certificate;
	return KC_OK;
}

/* The SHA-1 digest of the public key, by which the two are found to be of one. */
struct label {
	bool is_there;
	uint8_t bytes[20];
};

static void label_of(const struct kc_import_object *object, struct label *ret)
{
	KC_CLEANUP_CERTIFICATE struct kc_certificate *certificate = NULL;

	if (object->key)
		ret->is_there = kc_pk_is_private(object->key) &&
				kc_pk_label(object->key, ret->bytes) == KC_OK;
	else
		ret->is_there = kc_certificate_load(kc_buf_bytes(&object->certificate),
					&certificate) == KC_OK &&
				kc_certificate_key_label(certificate, ret->bytes) == KC_OK;
}

static bool belong_together(
	const struct kc_import *import, const struct label *labels, size_t key, size_t certificate)
{
	return import->rows[key].key && !import->rows[certificate].key && labels[key].is_there &&
	       labels[certificate].is_there &&
	       memcmp(labels[key].bytes, labels[certificate].bytes, sizeof labels->bytes) == 0;
}

static void pair(const struct kc_import *import, const struct label *labels, size_t *partners)
{
	for (size_t i = 0; i < import->count; i++)
		partners[i] = KC_IMPORT_ALONE;
	for (size_t key = 0; key < import->count; key++)
		for (size_t at = 0; at < import->count; at++)
			if (partners[at] == KC_IMPORT_ALONE &&
				belong_together(import, labels, key, at)) {
				partners[key] = at;
				partners[at] = key;
				break;
			}
}

kc_err kc_import_pair(const struct kc_import *import, size_t **ret)
{
	KC_CLEANUP_FREE struct label *labels = calloc(import->count, sizeof *labels);
	size_t *partners = calloc(import->count, sizeof *partners);

	if (!labels || !partners) {
		free(partners);
		return KC_ERR(NO_MEMORY);
	}
	for (size_t i = 0; i < import->count; i++)
		label_of(&import->rows[i], &labels[i]);
	pair(import, labels, partners);
	*ret = partners;
	return KC_OK;
}

kc_err kc_import_identity_new(const struct kc_import_object *key,
	const struct kc_import_object *certificate, SecIdentityRef *ret)
{
	KC_CLEANUP_OBJECT CFTypeRef key_object = NULL, certificate_object = NULL;

	KC_TRY(kc_import_object_new(key, &key_object));
	KC_TRY(kc_import_object_new(certificate, &certificate_object));
	return kc_identity_new((SecCertificateRef)(uintptr_t)certificate_object,
		(SecKeyRef)(uintptr_t)key_object, ret);
}

kc_err kc_import_stored_twin(SecKeychainRef keychain, CFTypeRef *object)
{
	KC_CLEANUP_OBJECT CFArrayRef keychains =
		keychain ? CFArrayCreate(NULL, (const void **)(uintptr_t)&keychain, 1,
				   &kCFTypeArrayCallBacks)
			 : NULL;
	const void *keys[] = {
		kSecValueRef, kSecReturnRef, kSecAttrSynchronizable, kSecMatchSearchList};
	const void *values[] = {*object, kCFBooleanTrue, kSecAttrSynchronizableAny, keychains};
	KC_CLEANUP_OBJECT CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values,
		keychains ? KC_COUNT_OF(keys) : KC_COUNT_OF(keys) - 1,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFTypeRef found = NULL;
	kc_err err;

	if (!query)
		return KC_ERR(NO_MEMORY);
	err = kc_item_find(query, &found);
	if (err == KC_E_NOT_FOUND || (err == KC_OK && !found))
		return KC_OK;
	if (err != KC_OK)
		return err;
	CFRelease(*object);
	*object = found;
	return KC_OK;
}
