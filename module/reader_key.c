/* SPDX-License-Identifier: ISC */
/* Readers of the attributes of keys. Public parts come from the item's SubjectPublicKeyInfo. */
#include "module/keyform.h"
#include "module/names.h"
#include "module/readers.h"

/* A reader looks at the object, its row, or neither. */
#define UNUSED(argument) ((void)(argument))

static CK_RV public_key_of(const struct kc_object *object, struct kc_public_key *ret)
{
	/* An item that another program stored need not hold a well-formed key, nor one of the type
	 * that it says it is. */
	return kc_keyform_parse_spki(kc_object_spki(object), ret) == KC_OK &&
			       ret->type == object->key_type
		       ? CKR_OK
		       : CKR_ATTRIBUTE_TYPE_INVALID;
}

KC_READER(key_type)
{
	UNUSED(row);
	switch (object->key_type) {
	case KC_KEY_RSA:
		return kc_cell_set_number(cell, CKK_RSA);
	case KC_KEY_EC:
		return kc_cell_set_number(cell, CKK_EC);
	case KC_KEY_ED25519:
	case KC_KEY_ED448:
		return kc_cell_set_number(cell, CKK_EC_EDWARDS);
	case KC_KEY_X25519:
	case KC_KEY_X448:
		return kc_cell_set_number(cell, CKK_EC_MONTGOMERY);
	}
	return CKR_ATTRIBUTE_TYPE_INVALID;
}

/* What PKCS#11 has no way to do with a curve. The item may say that it can be done: SecItem means
 * ECIES (kSecAttrCanEncrypt, kSecAttrCanWrap). */
KC_READER(rsa_flag)
{
	return object->key_type == KC_KEY_RSA ? kc_reader_flag(object, row, cell)
					      : kc_cell_set_flag(cell, false);
}

/* Which mechanism generated the key here. */
KC_READER(made_by)
{
	UNUSED(row);
	if (kc_attrs_get_number(&object->item.attrs, KC_ATTR_LOCL, 0) == 0)
		return kc_cell_set_number(cell, CK_UNAVAILABLE_INFORMATION);
	switch (object->key_type) {
	case KC_KEY_RSA:
		return kc_cell_set_number(cell, CKM_RSA_PKCS_KEY_PAIR_GEN);
	case KC_KEY_EC:
		return kc_cell_set_number(cell, CKM_EC_KEY_PAIR_GEN);
	case KC_KEY_ED25519:
	case KC_KEY_ED448:
		return kc_cell_set_number(cell, CKM_EC_EDWARDS_KEY_PAIR_GEN);
	case KC_KEY_X25519:
	case KC_KEY_X448:
		return kc_cell_set_number(cell, CKM_EC_MONTGOMERY_KEY_PAIR_GEN);
	}
	return kc_cell_set_number(cell, CK_UNAVAILABLE_INFORMATION);
}

KC_READER(spki)
{
	UNUSED(row);
	return kc_cell_set_bytes(cell, kc_object_spki(object));
}

KC_READER(modulus)
{
	struct kc_public_key key;

	UNUSED(row);
	KC_RV_TRY(public_key_of(object, &key));
	return kc_cell_set_bytes(cell, key.modulus);
}

KC_READER(modulus_bits)
{
	struct kc_public_key key;

	UNUSED(row);
	KC_RV_TRY(public_key_of(object, &key));
	return kc_cell_set_number(cell, kc_keyform_bits(&key));
}

KC_READER(exponent)
{
	struct kc_public_key key;

	UNUSED(row);
	KC_RV_TRY(public_key_of(object, &key));
	return kc_cell_set_bytes(cell, key.exponent);
}

KC_READER(ec_params)
{
	struct kc_public_key key;

	UNUSED(row);
	KC_RV_TRY(public_key_of(object, &key));
	return kc_cell_set_bytes(cell, key.curve->params);
}

KC_READER(ec_point)
{
	struct kc_public_key key;

	UNUSED(row);
	KC_RV_TRY(public_key_of(object, &key));
	KC_RV_OF(kc_keyform_build_point(key.point, &cell->made));
	return kc_cell_set_made(cell);
}

/* Whether the private parts may be shown: extractable, and not sensitive (PKCS#11 3.1, 4.9). */
static bool is_open(const struct kc_object *object)
{
	return kc_attrs_get_number(&object->item.attrs, KC_ATTR_EXTR, 0) != 0 &&
	       kc_attrs_get_number(&object->item.attrs, KC_ATTR_SENS, 1) == 0;
}

/* Where an attribute is in RSAPrivateKey. */
static unsigned rsa_part_of(CK_ATTRIBUTE_TYPE type)
{
	static const CK_ATTRIBUTE_TYPE parts[KC_RSA_PARTS] = {
		[KC_RSA_N] = CKA_MODULUS,
		[KC_RSA_E] = CKA_PUBLIC_EXPONENT,
		[KC_RSA_D] = CKA_PRIVATE_EXPONENT,
		[KC_RSA_P] = CKA_PRIME_1,
		[KC_RSA_Q] = CKA_PRIME_2,
		[KC_RSA_DP] = CKA_EXPONENT_1,
		[KC_RSA_DQ] = CKA_EXPONENT_2,
		[KC_RSA_QI] = CKA_COEFFICIENT,
	};
	unsigned i = 0;

	while (parts[i] != type)
		i++;
	return i;
}

KC_READER(private_part)
{
	struct kc_bytes stored = kc_secret_bytes(&object->item.secret);
	struct kc_bytes parts[KC_RSA_PARTS], scalar;
	const struct kc_curve *curve;

	if (!is_open(object))
		return CKR_ATTRIBUTE_SENSITIVE;
	if (!object->has_value)
		return KC_RV_NEEDS_SECRET;
	if (row->key == KC_FOR_RSA) {
		KC_RV_OF(kc_keyform_parse_rsa(stored, parts));
		return kc_cell_set_bytes(cell, parts[rsa_part_of(row->type)]);
	}
	curve = kc_keyform_curve(object->key_type, object->key_bits);
	if (!curve)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	KC_RV_OF(kc_keyform_parse_scalar(stored, curve, &scalar));
	return kc_cell_set_bytes(cell, scalar);
}

/* An item that says nothing goes by the digest of its public key, the same for both halves and
 * their certificate. */
KC_READER(id)
{
	struct kc_bytes id = kc_attrs_get_bytes(&object->item.attrs, row->ruler);

	if (id.len == 0 && object->kind == KC_OBJECT_CERTIFICATE)
		id = kc_attrs_get_bytes(&object->item.attrs, KC_ATTR_PKHH);
	else if (id.len == 0)
		id = kc_attrs_get_bytes(&object->item.attrs, KC_ATTR_KLBL);
	return kc_cell_set_bytes(cell, id);
}
