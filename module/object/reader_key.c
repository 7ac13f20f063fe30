/* SPDX-License-Identifier: ISC */
/* Readers of the attributes of keys. Public parts come from the item's SubjectPublicKeyInfo. */
#include "base/key_use.h"
#include "module/object/key_type.h"
#include "module/form/names.h"
#include "module/object/readers.h"

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
	CK_KEY_TYPE type = kc_key_type_ckk(object->key_type, object->kind);

	UNUSED(row);
	return type == CK_UNAVAILABLE_INFORMATION ? CKR_ATTRIBUTE_TYPE_INVALID
						  : kc_cell_set_number(cell, type);
}

/* What an item that does not say may be used for. */
KC_READER(use)
{
	bool otherwise = kc_key_use_default(row->ruler, object->key_type, KC_KEY_SYMMETRIC);

	return kc_cell_set_flag(
		cell, kc_attrs_get_number(&object->item.attrs, row->ruler, otherwise) != 0);
}

/* What PKCS#11 has no way to do with a curve. The item may say that it can be done: SecItem means
 * ECIES (kSecAttrCanEncrypt, kSecAttrCanWrap). */
KC_READER(rsa_flag)
{
	return object->key_type == KC_KEY_RSA ? kc_reader_flag(object, row, cell)
					      : kc_cell_set_flag(cell, false);
}

/* Which mechanism generated the key here. SecItem's keys do not say, and there is one for each type
 * of pair. */
KC_READER(made_by)
{
	/* clang-format off */
	static const struct {
		CK_KEY_TYPE type;
		CK_MECHANISM_TYPE mechanism;
	} usual[] = {
		{CKK_RSA,           CKM_RSA_PKCS_KEY_PAIR_GEN},
		{CKK_EC,            CKM_EC_KEY_PAIR_GEN},
		{CKK_EC_EDWARDS,    CKM_EC_EDWARDS_KEY_PAIR_GEN},
		{CKK_EC_MONTGOMERY, CKM_EC_MONTGOMERY_KEY_PAIR_GEN},
	};
	/* clang-format on */
	CK_KEY_TYPE type = kc_key_type_ckk(object->key_type, object->kind);
	const struct kc_value *said = kc_attrs_get(&object->item.attrs, row->ruler);

	if (kc_attrs_get_number(&object->item.attrs, KC_ATTR_LOCL, 0) == 0)
		return kc_cell_set_number(cell, CK_UNAVAILABLE_INFORMATION);
	if (said && said->type == KC_VALUE_NUMBER)
		return kc_cell_set_number(cell, (CK_ULONG)said->number);
	for (size_t i = 0; i < KC_COUNT_OF(usual); i++)
		if (usual[i].type == type)
			return kc_cell_set_number(cell, usual[i].mechanism);
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
	unsigned i = 0;

	while (kc_keyform_rsa_types[i] != type)
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
	curve = kc_keyform_curve((enum kc_key_type)object->key_type, object->key_bits);
	if (!curve)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	KC_RV_OF(kc_keyform_parse_scalar(stored, curve, &scalar));
	return kc_cell_set_bytes(cell, scalar);
}

KC_READER(secret_value)
{
	UNUSED(row);
	if (!is_open(object))
		return CKR_ATTRIBUTE_SENSITIVE;
	if (!object->has_value)
		return KC_RV_NEEDS_SECRET;
	return kc_cell_set_bytes(cell, kc_secret_bytes(&object->item.secret));
}

KC_READER(value_len)
{
	UNUSED(row);
	return kc_cell_set_number(cell, object->key_bits / 8);
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
