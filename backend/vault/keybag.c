/* SPDX-License-Identifier: ISC */
/*
 * The life of a keybag.
 *
 *            create ------------------------------> unlocked <--+
 *                                                    |  ^       | unlock
 *   open --> never unlocked -- unlock ---------------|--+       |
 *                                                    +-- lock --> locked
 *
 * Invariants:
 *   1. dk and dku are open for the whole life of a bag.
 *   2. ak, aku and akpu are open exactly while password.mac is set: that is what unlocked means.
 *   3. ck and cku are open from the first unlock on.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "backend/vault/keybag_impl.h"
#include "backend/vault/label.h"
#include "base/random.h"

/* --- the password's keyed hash ------------------------------------------------------------------
 */

static void forget_password(struct kc_password_check *check)
{
	kc_mac_free(check->mac);
	check->mac = NULL;
	kc_mem_wipe(check->value, sizeof check->value);
}

static kc_err remember_password(struct kc_password_check *check, struct kc_bytes password)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;

	forget_password(check);
	KC_TRY(kc_secret_random(&key, KC_MAC_LEN));
	KC_TRY(kc_mac_new(kc_secret_bytes(&key), &check->mac));
	kc_mac_compute(check->mac, password, check->value);
	return KC_OK;
}

static kc_err compare_password(const struct kc_password_check *check, struct kc_bytes password)
{
	uint8_t value[KC_MAC_LEN];

	kc_mac_compute(check->mac, password, value);
	return kc_mem_equal_ct(value, check->value, sizeof value) ? KC_OK : KC_ERR(AUTH);
}

/* --- class keys ---------------------------------------------------------------------------------
 */

static kc_err derive(const struct kc_class_key *root, enum kc_label label, uint8_t *ret, size_t len)
{
	return kc_kdf_hkdf(KC_HASH_SHA256, KC_BYTES_OF(root->bytes), kc_bytes(NULL, 0),
		kc_label_bytes(label), ret, len);
}

/* The root is in its place already. */
static kc_err open_class(struct kc_class_keys *keys)
{
	KC_TRY(derive(&keys->root, KC_LABEL_METADATA, keys->metadata.bytes, KC_GCM_KEY_LEN));
	KC_TRY(derive(&keys->root, KC_LABEL_SECRET, keys->secret.bytes, KC_GCM_KEY_LEN));
	keys->is_open = true;
	return KC_OK;
}

static kc_err derive_mac(const struct kc_class_key *root, enum kc_label label, struct kc_mac **ret)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;

	KC_TRY(kc_secret_alloc(&key, KC_MAC_LEN));
	KC_TRY(derive(root, label, key.data, key.len));
	return kc_mac_new(kc_secret_bytes(&key), ret);
}

static kc_err open_macs(struct kc_keybag *bag)
{
	const struct kc_class_key *root = &kc_keybag_class(bag, KC_PROTECTION_DK)->root;

	KC_TRY(derive_mac(root, KC_LABEL_INDEX, &bag->index));
	return derive_mac(root, KC_LABEL_DIGEST, &bag->digest);
}

/* --- life ---------------------------------------------------------------------------------------
 */

static kc_err new_bag(const struct kc_secret *device_secret, struct kc_keybag **ret)
{
	KC_CLEANUP_KEYBAG struct kc_keybag *bag = calloc(1, sizeof *bag);

	if (!bag)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_secret_set(&bag->device_secret, kc_secret_bytes(device_secret)));
	KC_TRY(kc_secret_alloc(&bag->arena, KC_PROTECTION_COUNT * sizeof *bag->classes));
	bag->classes = (struct kc_class_keys *)(void *)bag->arena.data;
	*ret = bag;
	bag = NULL;
	return KC_OK;
}

void kc_keybag_free(struct kc_keybag *bag)
{
	if (!bag)
		return;
	forget_password(&bag->password);
	forget_password(&bag->pending_password);
	kc_mac_free(bag->index);
	kc_mac_free(bag->digest);
	kc_secret_done(&bag->arena);
	kc_secret_done(&bag->device_secret);
	free(bag);
}

static void close_all(struct kc_keybag *bag);

kc_err kc_keybag_create(const struct kc_secret *device_secret, struct kc_bytes password,
	struct kc_bytes officer_pin, struct kc_keybag **ret, struct kc_buf *ret_blob)
{
	KC_CLEANUP_SECRET struct kc_secret arena = KC_SECRET_INIT;
	KC_CLEANUP_KEYBAG struct kc_keybag *bag = NULL;
	struct kc_class_roots *roots = NULL;

	KC_TRY(new_bag(device_secret, &bag));
	for (EACH_PROTECTION(p)) {
		struct kc_class_keys *keys = kc_keybag_class(bag, p);

		kc_random_fill(keys->root.bytes, sizeof keys->root.bytes);
		KC_TRY(open_class(keys));
	}
	KC_TRY(open_macs(bag));
	KC_TRY(kc_keybag_alloc_roots(&arena, &roots));
	kc_keybag_copy_roots(bag, roots);
	KC_TRY(kc_keybag_make_device_way(bag, roots, &bag->blob));
	KC_TRY(kc_keybag_make_way(bag, KC_HOLDER_USER, password, roots, &bag->blob));
	KC_TRY(kc_keybag_make_way(bag, KC_HOLDER_OFFICER, officer_pin, roots, &bag->blob));
	if (password.len) {
		KC_TRY(remember_password(&bag->password, password));
		bag->was_unlocked = true;
	} else {
		close_all(bag);
	}
	KC_TRY(kc_keybag_blob_build(&bag->blob, kc_secret_bytes(device_secret), ret_blob));
	*ret = bag;
	bag = NULL;
	return KC_OK;
}

/* The MAC has shown that the blob is ours and whole, so what does not unwrap now is no accident. */
static kc_err open_device_classes(struct kc_keybag *bag)
{
	KC_CLEANUP_SECRET struct kc_secret arena = KC_SECRET_INIT;
	struct kc_siv_key *key;

	KC_TRY(kc_secret_alloc(&arena, sizeof *key));
	key = (struct kc_siv_key *)(void *)arena.data;
	KC_TRY(kc_keybag_wrap_key(
		KC_WRAPPING_DEVICE, kc_bytes(NULL, 0), kc_secret_bytes(&bag->device_secret), key));
	for (EACH_PROTECTION(p)) {
		struct kc_class_keys *keys = kc_keybag_class(bag, p);

		if (kc_keybag_wrapping(p) != KC_WRAPPING_DEVICE)
			continue;
		if (kc_keybag_unwrap(&bag->blob, KC_HOLDER_DEVICE, p, key, &keys->root) != KC_OK)
			return KC_ERR(DAMAGED);
		KC_TRY(open_class(keys));
	}
	return open_macs(bag);
}

kc_err kc_keybag_open(
	const struct kc_secret *device_secret, struct kc_bytes blob, struct kc_keybag **ret)
{
	KC_CLEANUP_KEYBAG struct kc_keybag *bag = NULL;

	KC_TRY(new_bag(device_secret, &bag));
	KC_TRY(kc_keybag_blob_parse(blob, kc_secret_bytes(device_secret), &bag->blob));
	KC_TRY(open_device_classes(bag));
	*ret = bag;
	bag = NULL;
	return KC_OK;
}

/* --- the password -------------------------------------------------------------------------------
 */

static kc_err try_password(const struct kc_keybag *bag, struct kc_bytes password,
	struct kc_secret *arena, struct kc_wrap_keys **ret)
{
	KC_CLEANUP_SECRET struct kc_secret stretched = KC_SECRET_INIT;

	if (!kc_keybag_has(bag, KC_HOLDER_USER))
		return KC_ERR(NO_PASSWORD);
	KC_TRY(kc_keybag_stretch(&bag->blob.ways[KC_HOLDER_USER], password, &stretched));
	return kc_keybag_try_stretched(
		bag, KC_HOLDER_USER, kc_secret_bytes(&stretched), arena, ret);
}

bool kc_keybag_has(const struct kc_keybag *bag, enum kc_keybag_holder holder)
{
	return bag->blob.ways[holder].is_there;
}

kc_err kc_keybag_check(struct kc_keybag *bag, struct kc_bytes password)
{
	KC_CLEANUP_SECRET struct kc_secret arena = KC_SECRET_INIT;
	struct kc_wrap_keys *keys = NULL;

	if (kc_keybag_is_unlocked(bag))
		return compare_password(&bag->password, password);
	return try_password(bag, password, &arena, &keys);
}

static void close_class(struct kc_keybag *bag, enum kc_protection protection)
{
	kc_mem_wipe(kc_keybag_class(bag, protection), sizeof(struct kc_class_keys));
}

/* A new bag without a user's password has never been unlocked. */
static void close_all(struct kc_keybag *bag)
{
	for (EACH_PROTECTION(p))
		if (!kc_keybag_wraps(KC_HOLDER_DEVICE, p))
			close_class(bag, p);
}

static kc_err open_password_classes(struct kc_keybag *bag, const struct kc_wrap_keys *wrap)
{
	for (EACH_PROTECTION(p)) {
		struct kc_class_keys *keys = kc_keybag_class(bag, p);

		if (!kc_keybag_wraps(KC_HOLDER_USER, p))
			continue;
		if (kc_keybag_unwrap(&bag->blob, KC_HOLDER_USER, p,
			    &wrap->rows[kc_keybag_wrapping(p)], &keys->root) != KC_OK)
			return KC_ERR(DAMAGED);
		KC_TRY(open_class(keys));
	}
	return KC_OK;
}

kc_err kc_keybag_unlock(struct kc_keybag *bag, struct kc_bytes password)
{
	KC_CLEANUP_SECRET struct kc_secret arena = KC_SECRET_INIT;
	struct kc_wrap_keys *keys = NULL;
	kc_err err;

	if (kc_keybag_is_unlocked(bag))
		return compare_password(&bag->password, password);
	KC_TRY(try_password(bag, password, &arena, &keys));
	err = open_password_classes(bag, keys);
	if (err == KC_OK)
		err = remember_password(&bag->password, password);
	if (err != KC_OK) {
		kc_keybag_lock(bag);
		return err;
	}
	bag->was_unlocked = true;
	return KC_OK;
}

void kc_keybag_lock(struct kc_keybag *bag)
{
	close_class(bag, KC_PROTECTION_AK);
	close_class(bag, KC_PROTECTION_AKU);
	close_class(bag, KC_PROTECTION_AKPU);
	forget_password(&bag->password);
	forget_password(&bag->pending_password);
}

bool kc_keybag_is_unlocked(const struct kc_keybag *bag)
{
	return bag->password.mac != NULL;
}

bool kc_keybag_was_unlocked(const struct kc_keybag *bag)
{
	return bag->was_unlocked;
}

/* --- the officer --------------------------------------------------------------------------------
 */

kc_err kc_keybag_check_officer(
	const struct kc_keybag *bag, struct kc_bytes pin, struct kc_secret *ret_key)
{
	KC_CLEANUP_SECRET struct kc_secret stretched = KC_SECRET_INIT, arena = KC_SECRET_INIT;
	struct kc_wrap_keys *keys = NULL;

	if (!kc_keybag_has(bag, KC_HOLDER_OFFICER))
		return KC_ERR(NO_OFFICER);
	KC_TRY(kc_keybag_stretch(&bag->blob.ways[KC_HOLDER_OFFICER], pin, &stretched));
	KC_TRY(kc_keybag_try_stretched(
		bag, KC_HOLDER_OFFICER, kc_secret_bytes(&stretched), &arena, &keys));
	kc_secret_move(ret_key, &stretched);
	return KC_OK;
}

/* The classes that are open anyway must come out of the officer's way as they are: whoever can
 * write both folders could have put keys of his own there, for the user to seal with. */
static kc_err unwrap_roots(const struct kc_keybag *bag, const struct kc_secret *officer_key,
	struct kc_class_roots *ret)
{
	KC_CLEANUP_SECRET struct kc_secret arena = KC_SECRET_INIT;
	struct kc_wrap_keys *keys = NULL;

	if (!kc_keybag_has(bag, KC_HOLDER_OFFICER))
		return KC_ERR(NO_OFFICER);
	KC_TRY(kc_keybag_try_stretched(
		bag, KC_HOLDER_OFFICER, kc_secret_bytes(officer_key), &arena, &keys));
	for (EACH_PROTECTION(p)) {
		const struct kc_class_keys *known = kc_keybag_class(bag, p);
		struct kc_class_key *root = &ret->rows[p - KC_PROTECTION_FIRST];

		if (!kc_keybag_wraps(KC_HOLDER_OFFICER, p))
			continue;
		if (kc_keybag_unwrap(&bag->blob, KC_HOLDER_OFFICER, p,
			    &keys->rows[kc_keybag_wrapping(p)], root) != KC_OK)
			return KC_ERR(DAMAGED);
		if (known->is_open &&
			!kc_mem_equal_ct(root->bytes, known->root.bytes, sizeof root->bytes))
			return KC_ERR(DAMAGED);
	}
	return KC_OK;
}

/* --- a new password -----------------------------------------------------------------------------
 */

static kc_err find_roots(const struct kc_keybag *bag, const struct kc_secret *officer_key,
	struct kc_class_roots *ret)
{
	if (officer_key)
		return unwrap_roots(bag, officer_key, ret);
	if (!kc_keybag_is_unlocked(bag))
		return KC_ERR(LOCKED);
	kc_keybag_copy_roots(bag, ret);
	return KC_OK;
}

kc_err kc_keybag_rewrap(struct kc_keybag *bag, const struct kc_secret *officer_key,
	enum kc_keybag_holder holder, struct kc_bytes new_password, struct kc_buf *ret_blob)
{
	KC_CLEANUP_SECRET struct kc_secret arena = KC_SECRET_INIT;
	struct kc_class_roots *roots = NULL;

	bag->has_pending = false;
	forget_password(&bag->pending_password);
	KC_TRY(kc_keybag_alloc_roots(&arena, &roots));
	KC_TRY(find_roots(bag, officer_key, roots));
	bag->pending = bag->blob;
	bag->pending_holder = holder;
	KC_TRY(kc_keybag_make_way(bag, holder, new_password, roots, &bag->pending));
	if (holder == KC_HOLDER_USER && kc_keybag_is_unlocked(bag))
		KC_TRY(remember_password(&bag->pending_password, new_password));
	KC_TRY(kc_keybag_blob_build(&bag->pending, kc_secret_bytes(&bag->device_secret), ret_blob));
	bag->has_pending = true;
	return KC_OK;
}

void kc_keybag_adopt(struct kc_keybag *bag)
{
	if (!bag->has_pending)
		return;
	bag->blob = bag->pending;
	bag->has_pending = false;
	if (bag->pending_holder != KC_HOLDER_USER)
		return;
	forget_password(&bag->password);
	bag->password = bag->pending_password; /* none, if it was locked since the rewrap */
	bag->pending_password = (struct kc_password_check){NULL, {0}};
}
