/* SPDX-License-Identifier: ISC */
/*
 * What an item's own bytes say: the names and the number of a certificate, the public half of a
 * key.
 *
 * Keycircle's own front ends search by these attributes, and whoever adds an item need not know of
 * them. What the caller did give stays; bytes that are no certificate or no key say nothing, since
 * items may hold anything.
 */
#include "crypto/pk.h"
#include "crypto/x509.h"
#include "backend/keychain_impl.h"
#include "base/mechanism.h"

#define TYPE KC_NAME('t', 'y', 'p', 'e')
#define CKID KC_NAME('c', 'k', 'i', 'd')
#define SPKI KC_NAME('s', 'p', 'k', 'i')

static void set_if_absent(struct kc_attrs *attrs, kc_name name, struct kc_bytes value)
{
	if (!kc_attrs_get(attrs, name))
		kc_attrs_set_bytes(attrs, name, value);
}

/* The attributes that SecItem shows are the caller's affair; only hidden ones are filled in. */
static void describe_certificate(struct kc_item *item)
{
	KC_CLEANUP_ATTRS struct kc_attrs own = KC_ATTRS_INIT;

	if (kc_x509_describe(kc_secret_bytes(&item->secret), &own) != KC_OK)
		return;
	for (size_t i = 0; i < own.count; i++) {
		kc_name name = own.rows[i].name;

		if (kc_ruler_find(item->class, name)->output == KC_OUTPUT_HIDDEN)
			set_if_absent(&item->attrs, name, kc_attrs_get_bytes(&own, name));
	}
}

static void describe_key(struct kc_item *item)
{
	int64_t type = kc_attrs_get_number(&item->attrs, TYPE, 0);
	int64_t class = kc_attrs_get_number(&item->attrs, KC_ATTR_KCLS, KC_KEY_SYMMETRIC);
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *key = NULL;
	uint8_t label[20];

	if (kc_attrs_get(&item->attrs, SPKI) || (class != KC_KEY_PRIVATE && class != KC_KEY_PUBLIC))
		return;
	if (kc_pk_load((enum kc_key_type)type, class == KC_KEY_PRIVATE,
		    kc_secret_bytes(&item->secret), &key) != KC_OK ||
		kc_pk_spki(key, &spki) != KC_OK || kc_pk_label(key, label) != KC_OK)
		return;
	set_if_absent(&item->attrs, SPKI, kc_buf_bytes(&spki));
	set_if_absent(&item->attrs, CKID, KC_BYTES_OF(label));
}

kc_err kc_keychain_describe(struct kc_item *item)
{
	if (item->class == KC_CLASS_CERTIFICATE)
		describe_certificate(item);
	else if (item->class == KC_CLASS_KEY)
		describe_key(item);
	return kc_attrs_check(&item->attrs);
}
