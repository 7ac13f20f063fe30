/* SPDX-License-Identifier: ISC */
/* Sealing with the class keys of a bag. */
#include "backend/vault/keybag_impl.h"

#include <string.h>

#define WRAPPED_ITEM_KEY_LEN (KC_GCM_OVERHEAD + KC_GCM_KEY_LEN)

static kc_err class_of(const struct kc_keybag *bag, enum kc_protection protection,
	const struct kc_class_keys **ret)
{
	*ret = kc_keybag_class(bag, protection);
	return (*ret)->is_open ? KC_OK : KC_ERR(LOCKED);
}

kc_err kc_keybag_can_open(const struct kc_keybag *bag, enum kc_protection protection)
{
	const struct kc_class_keys *keys;

	return class_of(bag, protection, &keys);
}

kc_err kc_keybag_seal_metadata(const struct kc_keybag *bag, enum kc_protection protection,
	struct kc_bytes ad, struct kc_bytes plain, struct kc_buf *ret)
{
	const struct kc_class_keys *keys;

	KC_TRY(class_of(bag, protection, &keys));
	return kc_aead_gcm_seal(&keys->metadata, ad, plain, ret);
}

kc_err kc_keybag_open_metadata(const struct kc_keybag *bag, enum kc_protection protection,
	struct kc_bytes ad, struct kc_bytes sealed, struct kc_buf *ret)
{
	const struct kc_class_keys *keys;

	KC_TRY(class_of(bag, protection, &keys));
	return kc_aead_gcm_open(&keys->metadata, ad, sealed, ret);
}

/* Both parts have a fixed place: the wrapped item key, then the sealed secret. */
kc_err kc_keybag_seal_secret(const struct kc_keybag *bag, enum kc_protection protection,
	struct kc_bytes ad, struct kc_bytes plain, struct kc_buf *ret)
{
	KC_CLEANUP_SECRET struct kc_secret arena = KC_SECRET_INIT;
	const struct kc_class_keys *keys;
	const struct kc_gcm_key *item_key;
	size_t before = ret->len;
	kc_err err;

	KC_TRY(class_of(bag, protection, &keys));
	KC_TRY(kc_secret_random(&arena, KC_GCM_KEY_LEN));
	item_key = (const struct kc_gcm_key *)(const void *)arena.data;
	err = kc_aead_gcm_seal(&keys->secret, ad, kc_secret_bytes(&arena), ret);
	if (err == KC_OK)
		err = kc_aead_gcm_seal(item_key, ad, plain, ret);
	if (err != KC_OK)
		kc_buf_truncate(ret, before);
	return err;
}

kc_err kc_keybag_open_secret(const struct kc_keybag *bag, enum kc_protection protection,
	struct kc_bytes ad, struct kc_bytes sealed, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret arena = KC_SECRET_INIT;
	const struct kc_class_keys *keys;
	const struct kc_gcm_key *item_key;

	KC_TRY(class_of(bag, protection, &keys));
	if (sealed.len < WRAPPED_ITEM_KEY_LEN)
		return KC_ERR(CORRUPT);
	KC_TRY(kc_aead_gcm_open_secret(
		&keys->secret, ad, kc_bytes(sealed.data, WRAPPED_ITEM_KEY_LEN), &arena));
	item_key = (const struct kc_gcm_key *)(const void *)arena.data;
	return kc_aead_gcm_open_secret(item_key, ad,
		kc_bytes(sealed.data + WRAPPED_ITEM_KEY_LEN, sealed.len - WRAPPED_ITEM_KEY_LEN),
		ret);
}

void kc_keybag_index_mac(
	const struct kc_keybag *bag, struct kc_bytes input, uint8_t ret[static KC_INDEX_MAC_LEN])
{
	uint8_t mac[KC_MAC_LEN];

	kc_mac_compute(bag->index, input, mac);
	memcpy(ret, mac, KC_INDEX_MAC_LEN);
}

void kc_keybag_row_mac(
	const struct kc_keybag *bag, struct kc_bytes input, uint8_t ret[static KC_DIGEST_LEN])
{
	kc_mac_compute(bag->digest, input, ret);
}
