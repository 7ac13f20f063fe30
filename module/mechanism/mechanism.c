/* SPDX-License-Identifier: ISC */
/* The table of mechanisms. */
#include "module/mechanism/mechanism.h"

#include "module/session/module.h"

/* What CK_MECHANISM_INFO says besides sizes. Nothing is done in hardware. */
/* A code whose key or iv serves one message only has no place among the messages. */
#define SIGN_ONCE (CKF_SIGN | CKF_VERIFY)
#define SIGN_CODE (SIGN_ONCE | CKF_MESSAGE_SIGN | CKF_MESSAGE_VERIFY | CKF_MULTI_MESSAGE)
#define SIGN_RSA SIGN_CODE
#define SIGN_EC (SIGN_CODE | FLAGS_EC)
#define SIGN_CURVE (SIGN_CODE | FLAGS_CURVE)
#define SIGN_RECOVER (CKF_SIGN_RECOVER | CKF_VERIFY_RECOVER)
#define FLAGS_WRAP (CKF_WRAP | CKF_UNWRAP)
#define FLAGS_ENCRYPT_WRAP (CKF_ENCRYPT | CKF_DECRYPT | FLAGS_WRAP)
#define FLAGS_MESSAGE \
	(FLAGS_ENCRYPT_WRAP | CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT | CKF_MULTI_MESSAGE)
#define FLAGS_ALL (FLAGS_ENCRYPT_WRAP | SIGN_RSA | SIGN_RECOVER)
/* By what the keys are. */
#define FLAGS_NONE 0
#define FLAGS_RSA 0
#define FLAGS_EC (CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS)
#define FLAGS_CURVE (CKF_EC_NAMEDCURVE | CKF_EC_CURVENAME)

/* Where there is no such scheme, 0 is never read. */
#define KC_SIGN_NONE 0
#define KC_CIPHER_NONE 0

#define RSA_LEAST_LEGACY 1024

/* The keys of the rows. */
#define KEYS_NONE \
	{         \
		0 \
	}
#define KEYS_RSA           \
	{                  \
		KC_KEY_RSA \
	}
#define KEYS_EC           \
	{                 \
		KC_KEY_EC \
	}
#define KEYS_EDWARDS                         \
	{                                    \
		KC_KEY_ED25519, KC_KEY_ED448 \
	}
#define KEYS_MONTGOMERY                    \
	{                                  \
		KC_KEY_X25519, KC_KEY_X448 \
	}
#define KEYS_AGREEMENT                                \
	{                                             \
		KC_KEY_EC, KC_KEY_X25519, KC_KEY_X448 \
	}
#define KEYS_AES              \
	{                     \
		KC_SECRET_AES \
	}
#define KEYS_DES3              \
	{                      \
		KC_SECRET_DES3 \
	}
#define KEYS_CHACHA20              \
	{                          \
		KC_SECRET_CHACHA20 \
	}
#define KEYS_POLY1305                           \
	{                                       \
		KC_SECRET_OF_CKK | CKK_POLY1305 \
	}
#define KEYS_HKDF              \
	{                      \
		KC_SECRET_HKDF \
	}
#define KEYS_GENERIC              \
	{                         \
		KC_SECRET_GENERIC \
	}
#define KEYS_SECRET           \
	{                     \
		KC_ANY_SECRET \
	}

static const struct kc_mechanism rows[] = {
#define KC_DIGEST(name, digest, period)     \
	{.type = CKM_##name,                \
		.info = {0, 0, CKF_DIGEST}, \
		.hash = KC_HASH_##digest,   \
		.age = KC_AGE_##period},
#define KC_GENERATE_PAIR(name, least, most, types, flags)                     \
	{.type = CKM_##name,                                                  \
		.info = {least, most, CKF_GENERATE_KEY_PAIR | FLAGS_##flags}, \
		.keys = KEYS_##types},
#define KC_GENERATE(name, least, most, types, period) \
	{.type = CKM_##name,                          \
		.info = {least, most, CKF_GENERATE},  \
		.keys = KEYS_##types,                 \
		.age = KC_AGE_##period},
#define KC_GENERATE_HMAC(name)                    \
	{.type = CKM_##name##_KEY_GEN,            \
		.info = {1, 65536, CKF_GENERATE}, \
		.keys = {KC_SECRET_OF_CKK | CKK_##name##_HMAC}},
#define KC_RSA_CIPHER(name, uses, signature, scheme, parameter)   \
	{.type = CKM_##name,                                      \
		.info = {2048, 8192, FLAGS_##uses},               \
		.keys = KEYS_RSA,                                 \
		.sign = (enum kc_sign_scheme)KC_SIGN_##signature, \
		.cipher = KC_CIPHER_##scheme,                     \
		.param = KC_PARAM_##parameter},
#define KC_SIGN(name, least, most, types, flags, scheme, digest, parameter, period) \
	{.type = CKM_##name,                                                        \
		.info = {least, most, SIGN_##flags},                                \
		.keys = KEYS_##types,                                               \
		.sign = KC_SIGN_##scheme,                                           \
		.hash = KC_HASH_##digest,                                           \
		.param = KC_PARAM_##parameter,                                      \
		.age = KC_AGE_##period},
#define KC_HMAC_ROW(name, key, digest, parameter, period)              \
	{.type = CKM_##name,                                           \
		.info = {1, 65536, SIGN_CODE},                         \
		.keys = {KC_SECRET_GENERIC, KC_SECRET_OF_CKK | (key)}, \
		.sign = KC_SIGN_HMAC,                                  \
		.hash = KC_HASH_##digest,                              \
		.param = KC_PARAM_##parameter,                         \
		.age = KC_AGE_##period},
#define KC_HMAC(name, digest, period)                                     \
	KC_HMAC_ROW(name##_HMAC, CKK_##name##_HMAC, digest, NONE, period) \
	KC_HMAC_ROW(name##_HMAC_GENERAL, CKK_##name##_HMAC, digest, MAC_LEN, period)
#define KC_CIPHER(name, least, most, types, uses, scheme, parameter, period) \
	{.type = CKM_##name,                                                 \
		.info = {least, most, FLAGS_##uses},                         \
		.keys = KEYS_##types,                                        \
		.cipher = KC_CIPHER_##scheme,                                \
		.param = KC_PARAM_##parameter,                               \
		.age = KC_AGE_##period},
#define KC_DERIVE(name, least, most, types, flags, scheme, digest, parameter, period) \
	{.type = CKM_##name,                                                          \
		.info = {least, most, CKF_DERIVE | FLAGS_##flags},                    \
		.keys = KEYS_##types,                                                 \
		.derive = KC_DERIVE_##scheme,                                         \
		.hash = KC_HASH_##digest,                                             \
		.param = KC_PARAM_##parameter,                                        \
		.age = KC_AGE_##period},
#define KC_DERIVE_BY_CIPHER(name, least, most, types, scheme, parameter, period) \
	{.type = CKM_##name,                                                     \
		.info = {least, most, CKF_DERIVE},                               \
		.keys = KEYS_##types,                                            \
		.cipher = KC_CIPHER_##scheme,                                    \
		.derive = KC_DERIVE_ENCRYPT,                                     \
		.param = KC_PARAM_##parameter,                                   \
		.age = KC_AGE_##period},
#define KC_GENERATE_PBKDF2(name)              \
	{.type = CKM_##name,                  \
		.info = {0, 0, CKF_GENERATE}, \
		.keys = KEYS_SECRET,          \
		.derive = KC_DERIVE_PBKDF2,   \
		.param = KC_PARAM_PBKDF2},
#include "module/mechanism/mechanisms.def"
};

const struct kc_mechanism *kc_mechanism_rows(size_t *ret_count)
{
	*ret_count = KC_COUNT_OF(rows);
	return rows;
}

bool kc_mechanism_info(const struct kc_mechanism *row, bool allows_legacy, CK_MECHANISM_INFO *ret)
{
	if (row->age == KC_AGE_LEGACY && !allows_legacy)
		return false;
	*ret = row->info;
	if (row->age == KC_AGE_SHA1 && !allows_legacy)
		ret->flags &= ~(CK_FLAGS)(CKF_SIGN | CKF_MESSAGE_SIGN);
	if (row->keys[0] == KC_KEY_RSA && allows_legacy)
		ret->ulMinKeySize = RSA_LEAST_LEGACY;
	return true;
}

static const struct kc_mechanism *find(CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

CK_RV kc_mechanism_find(struct kc_module *module, CK_MECHANISM_TYPE type,
	const struct kc_mechanism **ret, CK_MECHANISM_INFO *ret_info)
{
	const struct kc_mechanism *row = find(type);
	struct kc_token_status status;

	if (!row)
		return CKR_MECHANISM_INVALID;
	kc_token_status(module, &status);
	if (!kc_mechanism_info(row, status.allows_legacy, ret_info))
		return CKR_MECHANISM_INVALID;
	*ret = row;
	return CKR_OK;
}

CK_RV kc_mechanism_ask(struct kc_module *module, const CK_MECHANISM *asked, CK_FLAGS use,
	const struct kc_mechanism **ret)
{
	const struct kc_mechanism *row;
	CK_MECHANISM_INFO info;

	if (!asked)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_mechanism_find(module, asked->mechanism, &row, &info));
	if (!(info.flags & use))
		return CKR_MECHANISM_INVALID;
	if (row->param == KC_PARAM_NONE && asked->ulParameterLen != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	*ret = row;
	return CKR_OK;
}

bool kc_mechanism_takes(const struct kc_mechanism *row, uint32_t key_type)
{
	if (row->keys[0] == KC_ANY_SECRET)
		return kc_secret_type_is(key_type);
	for (size_t i = 0; i < KC_MECHANISM_KEYS && row->keys[i] != 0; i++)
		if (row->keys[i] == key_type)
			return true;
	return false;
}

enum kc_hash kc_mechanism_hash(CK_MECHANISM_TYPE type)
{
	const struct kc_mechanism *row = find(type);

	return row && row->info.flags & CKF_DIGEST && row->age == KC_AGE_MODERN ? row->hash
										: KC_HASH_NONE;
}
