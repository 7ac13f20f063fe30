/* SPDX-License-Identifier: ISC */
/* The table of key types. */
#include "module/object/key_type.h"

#define PAIR (KC_OBJECT_PUBLIC | KC_OBJECT_PRIVATE)
#define SECRET KC_OBJECT_SECRET
#define LIKE(ckk) (KC_SECRET_OF_CKK | (ckk))

/* clang-format off */
static const struct row {
	CK_KEY_TYPE theirs;
	uint32_t ours;
	unsigned kinds;
} rows[] = {
	{CKK_RSA,             KC_KEY_RSA,         PAIR},
	{CKK_EC,              KC_KEY_EC,          PAIR},
	{CKK_EC_EDWARDS,      KC_KEY_ED25519,     PAIR},
	{CKK_EC_EDWARDS,      KC_KEY_ED448,       PAIR},
	{CKK_EC_MONTGOMERY,   KC_KEY_X25519,      PAIR},
	{CKK_EC_MONTGOMERY,   KC_KEY_X448,        PAIR},
	{CKK_AES,             KC_SECRET_AES,      SECRET},
	{CKK_DES3,            KC_SECRET_DES3,     SECRET},
	{CKK_GENERIC_SECRET,  KC_SECRET_GENERIC,  SECRET},
	{CKK_CHACHA20,        KC_SECRET_CHACHA20, SECRET},
	{CKK_HKDF,            KC_SECRET_HKDF,     SECRET},
	{CKK_POLY1305,        LIKE(CKK_POLY1305),        SECRET},
	{CKK_MD5_HMAC,        LIKE(CKK_MD5_HMAC),        SECRET},
	{CKK_SHA_1_HMAC,      LIKE(CKK_SHA_1_HMAC),      SECRET},
	{CKK_SHA224_HMAC,     LIKE(CKK_SHA224_HMAC),     SECRET},
	{CKK_SHA256_HMAC,     LIKE(CKK_SHA256_HMAC),     SECRET},
	{CKK_SHA384_HMAC,     LIKE(CKK_SHA384_HMAC),     SECRET},
	{CKK_SHA512_HMAC,     LIKE(CKK_SHA512_HMAC),     SECRET},
	{CKK_SHA512_224_HMAC, LIKE(CKK_SHA512_224_HMAC), SECRET},
	{CKK_SHA512_256_HMAC, LIKE(CKK_SHA512_256_HMAC), SECRET},
	{CKK_SHA3_224_HMAC,   LIKE(CKK_SHA3_224_HMAC),   SECRET},
	{CKK_SHA3_256_HMAC,   LIKE(CKK_SHA3_256_HMAC),   SECRET},
	{CKK_SHA3_384_HMAC,   LIKE(CKK_SHA3_384_HMAC),   SECRET},
	{CKK_SHA3_512_HMAC,   LIKE(CKK_SHA3_512_HMAC),   SECRET},
};
/* clang-format on */

CK_KEY_TYPE kc_key_type_ckk(uint32_t type, enum kc_object_kind kind)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (rows[i].ours == type && (rows[i].kinds & kind))
			return rows[i].theirs;
	return kind == KC_OBJECT_SECRET ? CKK_GENERIC_SECRET : CK_UNAVAILABLE_INFORMATION;
}

CK_RV kc_key_type_find(
	CK_KEY_TYPE ckk, enum kc_object_kind kind, const struct kc_curve *curve, uint32_t *ret)
{
	CK_RV rv = CKR_ATTRIBUTE_VALUE_INVALID;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		if (rows[i].theirs != ckk || !(rows[i].kinds & kind))
			continue;
		rv = CKR_TEMPLATE_INCONSISTENT;
		if (curve && curve->type != rows[i].ours)
			continue;
		*ret = rows[i].ours;
		return CKR_OK;
	}
	return rv;
}

/* Items of any type that is not in the table are generic secrets. */
bool kc_key_type_is_one(CK_KEY_TYPE ckk, uint32_t *ret)
{
	unsigned count = 0;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		if (rows[i].theirs != ckk)
			continue;
		*ret = rows[i].ours;
		count++;
	}
	return count == 1 && ckk != CKK_GENERIC_SECRET;
}

CK_RV kc_key_type_of_template(const struct kc_template *t, enum kc_object_kind kind, uint32_t *ret,
	const struct kc_curve **ret_curve)
{
	const struct kc_curve *curve = NULL;
	struct kc_bytes params;
	CK_KEY_TYPE ckk;

	if (!kc_template_find(t, CKA_KEY_TYPE))
		return CKR_TEMPLATE_INCOMPLETE;
	KC_RV_TRY(kc_template_get_number(t, CKA_KEY_TYPE, 0, &ckk));
	KC_RV_TRY(kc_key_type_find(ckk, kind, NULL, ret));
	if (*ret != KC_KEY_RSA && !kc_secret_type_is(*ret)) {
		KC_RV_TRY(kc_template_need_bytes(t, CKA_EC_PARAMS, &params));
		KC_RV_TRY(kc_keyform_find_curve(params, &curve));
		KC_RV_TRY(kc_key_type_find(ckk, kind, curve, ret));
	}
	*ret_curve = curve;
	return CKR_OK;
}
