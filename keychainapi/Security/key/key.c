/* SPDX-License-Identifier: ISC */
/* The object: made of a key in memory or of an item, compared by its public half. */
#include "keychainapi/Security/key/key.h"

#include <string.h>

#include "keychainapi/Security/keychain/sec_keychain.h"
#include "keychainapi/Security/object.h"

#define KCLS KC_NAME('k', 'c', 'l', 's')
#define SPKI KC_NAME('s', 'p', 'k', 'i')

static void finalize(CFTypeRef object)
{
	struct __SecKey *key = (struct __SecKey *)(uintptr_t)object;

	kc_pk_free(key->pk);
	kc_buf_done(&key->public_form);
	kc_attrs_done(&key->attrs);
	if (key->keychain)
		CFRelease(key->keychain);
}

/* The same half of the same pair, wherever it is kept. */
static Boolean equal(CFTypeRef a, CFTypeRef b)
{
	const struct __SecKey *x = a, *y = b;

	return x->is_private == y->is_private && kc_pk_type(x->pk) == kc_pk_type(y->pk) &&
	       kc_bytes_equal(kc_buf_bytes(&x->public_form), kc_buf_bytes(&y->public_form));
}

static CFHashCode hash(CFTypeRef object)
{
	const struct __SecKey *key = object;
	CFHashCode code;

	memcpy(&code, key->label, sizeof code);
	return code ^ key->is_private;
}

static const CFRuntimeClass class_of_keys = {
	.className = "SecKey",
	.finalize = finalize,
	.equal = equal,
	.hash = hash,
	.copyDebugDesc = kc_key_describe,
};

CFTypeID SecKeyGetTypeID(void)
{
	return _CFRuntimeRegisterClass(&class_of_keys);
}

bool kc_key_is(CFTypeRef object)
{
	return object && CFGetTypeID(object) == SecKeyGetTypeID();
}

static kc_err fill(SecKeyRef key)
{
	KC_TRY(kc_pk_store_public(key->pk, &key->public_form));
	return kc_pk_label(key->pk, key->label);
}

SecKeyRef kc_key_from_pk(struct kc_pk *taken)
{
	KC_CLEANUP_OBJECT SecKeyRef key = NULL;

	if (!taken)
		return NULL;
	key = _CFRuntimeCreateInstance(SecKeyGetTypeID(), sizeof(struct __SecKey));
	if (!key) {
		kc_pk_free(taken);
		return NULL;
	}
	key->pk = taken;
	key->is_private = kc_pk_is_private(taken);
	if (fill(key) != KC_OK)
		return NULL;
	return (SecKeyRef)(uintptr_t)CFRetain(key);
}

/* An identity has the certificate's reference, and the key's besides. */
static void set_ref(SecKeyRef key, const struct kc_found *found)
{
	struct kc_bytes own = kc_attrs_get_bytes(&found->attrs, KC_IDENTITY_KEY_REF);

	memcpy(key->ref, own.len == sizeof key->ref ? own.data : found->ref, sizeof key->ref);
}

SecKeyRef kc_key_from_found(const struct kc_found *found)
{
	KC_CLEANUP_OBJECT SecKeyRef key = NULL;
	int64_t key_class = kc_attrs_get_number(&found->attrs, KCLS, KC_KEY_SYMMETRIC);
	struct kc_pk *public = NULL;

	if (key_class != KC_KEY_PUBLIC && key_class != KC_KEY_PRIVATE)
		return NULL;
	if (kc_pk_load_spki(kc_attrs_get_bytes(&found->attrs, SPKI), &public) != KC_OK)
		return NULL;
	key = kc_key_from_pk(public);
	if (!key || kc_attrs_dup(&found->attrs, &key->attrs) != KC_OK)
		return NULL;
	key->is_private = key_class == KC_KEY_PRIVATE;
	key->is_stored = true;
	key->id = found->id;
	set_ref(key, found);
	key->keychain = kc_sec_keychain_of(found);
	if (!key->keychain)
		return NULL;
	return (SecKeyRef)(uintptr_t)CFRetain(key);
}

kc_err kc_key_public_half(SecKeyRef key, SecKeyRef *ret)
{
	struct kc_pk *public = NULL;
	SecKeyRef half;

	if (!kc_pk_is_private(key->pk))
	public = kc_pk_ref(key->pk);
	else KC_TRY(
		kc_pk_load(kc_pk_type(key->pk), false, kc_buf_bytes(&key->public_form), &public));
	half = kc_key_from_pk(public);
	if (!half)
		return KC_ERR(NO_MEMORY);
	*ret = half;
	return KC_OK;
}

size_t kc_key_block_len(SecKeyRef key)
{
	return (kc_pk_bits(key->pk) + 7) / 8;
}
