/* SPDX-License-Identifier: ISC */
/* The ways to the class keys: what wraps them, under a password or for this device alone. */
#include "crypto/hash.h"
#include "backend/vault/keybag_cost.h"
#include "backend/vault/keybag_impl.h"
#include "backend/vault/label.h"
#include "base/random.h"

/* Hashed first, since scrypt takes a password for the same with zero bytes at its end. */
kc_err kc_keybag_stretch(
	const struct kc_keybag_way *way, struct kc_bytes password, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret hashed = KC_SECRET_INIT;
	const struct kc_bytes parts[] = {kc_label_bytes(KC_LABEL_PASSWORD), password};

	KC_TRY(kc_secret_alloc(&hashed, kc_hash_len(KC_HASH_SHA256)));
	KC_TRY(kc_hash_parts(KC_HASH_SHA256, parts, KC_COUNT_OF(parts), hashed.data));
	KC_TRY(kc_secret_alloc(ret, KC_CLASS_KEY_LEN));
	return kc_kdf_scrypt(
		kc_secret_bytes(&hashed), KC_BYTES_OF(way->salt), &way->cost, ret->data, ret->len);
}

static kc_err make_wrap_keys(const struct kc_keybag *bag, struct kc_bytes stretched,
	struct kc_secret *arena, struct kc_wrap_keys **ret)
{
	struct kc_bytes device_secret = kc_secret_bytes(&bag->device_secret);
	struct kc_wrap_keys *keys;

	KC_TRY(kc_secret_alloc(arena, sizeof *keys));
	keys = (struct kc_wrap_keys *)(void *)arena->data;
	for (enum kc_wrapping w = KC_WRAPPING_PASSWORD; w <= KC_WRAPPING_DEVICE; w++)
		KC_TRY(kc_keybag_wrap_key(w, stretched, device_secret, &keys->rows[w]));
	*ret = keys;
	return KC_OK;
}

kc_err kc_keybag_alloc_roots(struct kc_secret *arena, struct kc_class_roots **ret)
{
	KC_TRY(kc_secret_alloc(arena, sizeof **ret));
	*ret = (struct kc_class_roots *)(void *)arena->data;
	return KC_OK;
}

void kc_keybag_copy_roots(const struct kc_keybag *bag, struct kc_class_roots *ret)
{
	for (EACH_PROTECTION(p))
		ret->rows[p - KC_PROTECTION_FIRST] = kc_keybag_class(bag, p)->root;
}

/* Fills a holder's way with the class keys that it has, wrapped under keys. */
static kc_err wrap_way(struct kc_keybag_blob *blob, unsigned holder,
	const struct kc_wrap_keys *keys, const struct kc_class_roots *roots)
{
	for (EACH_PROTECTION(p))
		if (kc_keybag_wraps(holder, p))
			KC_TRY(kc_keybag_wrap(blob, holder, p, &keys->rows[kc_keybag_wrapping(p)],
				&roots->rows[p - KC_PROTECTION_FIRST]));
	blob->ways[holder].is_there = true;
	return KC_OK;
}

kc_err kc_keybag_make_way(const struct kc_keybag *bag, enum kc_keybag_holder holder,
	struct kc_bytes password, const struct kc_class_roots *roots, struct kc_keybag_blob *blob)
{
	KC_CLEANUP_SECRET struct kc_secret stretched = KC_SECRET_INIT, arena = KC_SECRET_INIT;
	struct kc_keybag_way *way = &blob->ways[holder];
	struct kc_wrap_keys *keys = NULL;

	*way = (struct kc_keybag_way){.cost = {.n = kc_keybag_cost_n, .r = 8, .p = 1}};
	if (password.len == 0)
		return KC_OK;
	kc_random_fill(way->salt, sizeof way->salt);
	KC_TRY(kc_keybag_stretch(way, password, &stretched));
	KC_TRY(make_wrap_keys(bag, kc_secret_bytes(&stretched), &arena, &keys));
	return wrap_way(blob, holder, keys, roots);
}

kc_err kc_keybag_make_device_way(const struct kc_keybag *bag, const struct kc_class_roots *roots,
	struct kc_keybag_blob *blob)
{
	KC_CLEANUP_SECRET struct kc_secret arena = KC_SECRET_INIT;
	struct kc_wrap_keys *keys;

	KC_TRY(kc_secret_alloc(&arena, sizeof *keys));
	keys = (struct kc_wrap_keys *)(void *)arena.data;
	KC_TRY(kc_keybag_wrap_key(KC_WRAPPING_DEVICE, kc_bytes(NULL, 0),
		kc_secret_bytes(&bag->device_secret), &keys->rows[KC_WRAPPING_DEVICE]));
	return wrap_way(blob, KC_HOLDER_DEVICE, keys, roots);
}

kc_err kc_keybag_try_stretched(const struct kc_keybag *bag, enum kc_keybag_holder holder,
	struct kc_bytes stretched, struct kc_secret *arena, struct kc_wrap_keys **ret)
{
	KC_CLEANUP_SECRET struct kc_secret root = KC_SECRET_INIT;
	kc_err err;

	KC_TRY(make_wrap_keys(bag, stretched, arena, ret));
	KC_TRY(kc_secret_alloc(&root, sizeof(struct kc_class_key)));
	err = kc_keybag_unwrap(&bag->blob, holder, KC_PROTECTION_AK,
		&(*ret)->rows[KC_WRAPPING_PASSWORD], (struct kc_class_key *)(void *)root.data);
	return err == KC_E_CORRUPT ? KC_ERR(AUTH) : err;
}
