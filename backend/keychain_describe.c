/* SPDX-License-Identifier: ISC */
/*
 * What an item's own bytes say: everything that a certificate says of itself, and the type, the
 * size, the hash and the public half of a key.
 *
 * Whoever adds an item need not know of these, and they are what Keycircle's front ends search by
 * and what joins identities. What the caller did give stays; bytes that are no certificate or no
 * key say nothing, since items may hold anything. They are looked at again when they change.
 */
#include "crypto/pk.h"
#include "crypto/x509.h"
#include "backend/item/ruler.h"
#include "backend/keychain_impl.h"
#include "base/mechanism.h"

static kc_err describe_certificate(struct kc_item *item)
{
	KC_CLEANUP_ATTRS struct kc_attrs own = KC_ATTRS_INIT;

	if (kc_x509_describe(kc_secret_bytes(&item->secret), &own) != KC_OK)
		return KC_OK;
	for (size_t i = 0; i < own.count; i++)
		KC_TRY(kc_item_set_own(item, own.rows[i].name, &own.rows[i].value));
	return KC_OK;
}

/* The key that the bytes are. Those of RSA and EC keys tell what they are by themselves; 32 bytes
 * could be a key of any kind. */
static kc_err load_key(const struct kc_item *item, struct kc_pk **ret)
{
	static const enum kc_key_type plain[] = {KC_KEY_RSA, KC_KEY_EC};
	int64_t key_class = kc_attrs_get_number(&item->attrs, KC_ATTR_KCLS, KC_KEY_SYMMETRIC);
	int64_t type = kc_attrs_get_number(&item->attrs, KC_ATTR_TYPE, -1);
	struct kc_bytes stored = kc_secret_bytes(&item->secret);
	bool is_private = key_class == KC_KEY_PRIVATE;

	if (!is_private && key_class != KC_KEY_PUBLIC)
		return KC_ERR(KEY_TYPE);
	if (type != 0)
		return kc_pk_load((enum kc_key_type)type, is_private, stored, ret);
	for (size_t i = 0; i < KC_COUNT_OF(plain); i++)
		if (kc_pk_load(plain[i], is_private, stored, ret) == KC_OK)
			return KC_OK;
	return KC_ERR(KEY_TYPE);
}

static kc_err describe_key(struct kc_item *item)
{
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *key = NULL;
	uint8_t label[20];

	/* Front ends that give the public half have read the key before. */
	if (kc_attrs_get(&item->attrs, KC_ATTR_SPKI) || load_key(item, &key) != KC_OK)
		return KC_OK;
	KC_TRY(kc_pk_spki(key, &spki));
	KC_TRY(kc_pk_label(key, label));
	const struct {
		kc_name name;
		struct kc_value value;
	} own[] = {
		{KC_ATTR_TYPE, kc_value_number(kc_pk_type(key))},
		{KC_ATTR_BSIZ, kc_value_number(kc_pk_bits(key))},
		{KC_ATTR_ESIZ, kc_value_number(kc_pk_bits(key))},
		{KC_ATTR_KLBL, kc_value_bytes(KC_BYTES_OF(label))},
		{KC_ATTR_CKID, kc_value_bytes(KC_BYTES_OF(label))},
		{KC_ATTR_SPKI, kc_value_bytes(kc_buf_bytes(&spki))},
	};
	for (size_t i = 0; i < KC_COUNT_OF(own); i++)
		KC_TRY(kc_item_set_own(item, own[i].name, &own[i].value));
	return KC_OK;
}

kc_err kc_keychain_describe(struct kc_item *item)
{
	if (item->has_secret && item->class == KC_CLASS_CERTIFICATE)
		KC_TRY(describe_certificate(item));
	else if (item->has_secret && item->class == KC_CLASS_KEY)
		KC_TRY(describe_key(item));
	return KC_OK;
}
