/* SPDX-License-Identifier: ISC */
#include "base/key_use.h"

#define ENCR KC_NAME('e', 'n', 'c', 'r')
#define DECR KC_NAME('d', 'e', 'c', 'r')
#define DRVE KC_NAME('d', 'r', 'v', 'e')
#define SIGN KC_NAME('s', 'i', 'g', 'n')
#define VRFY KC_NAME('v', 'r', 'f', 'y')
#define SNRC KC_NAME('s', 'n', 'r', 'c')
#define VYRC KC_NAME('v', 'y', 'r', 'c')
#define WRAP KC_NAME('w', 'r', 'a', 'p')
#define UNWP KC_NAME('u', 'n', 'w', 'p')

const kc_name kc_key_uses[KC_KEY_USES] = {ENCR, DECR, DRVE, SIGN, VRFY, SNRC, VYRC, WRAP, UNWP};

/* The uses that Apple's SecKeyCopyAttributes shows; an RSA public key "decrypts" there. */
/* clang-format off */
static const struct row {
	kc_name use;
	struct by_type { bool rsa, ec, ed, x; } private, public;
} rows[] = {
	/*       private: RSA EC Ed X          public: RSA EC Ed X */
	{ENCR, {false, false, false, false}, {true,  true,  false, false}},
	{DECR, {true,  true,  false, false}, {true,  false, false, false}},
	{DRVE, {false, true,  false, true},  {false, false, false, false}},
	{SIGN, {true,  true,  true,  false}, {false, false, false, false}},
	{VRFY, {false, false, false, false}, {true,  true,  true,  false}},
	{WRAP, {false, false, false, false}, {true,  true,  false, false}},
	{UNWP, {true,  true,  false, false}, {false, false, false, false}},
};
/* clang-format on */

static bool of_type(const struct by_type *by, uint32_t type)
{
	switch ((enum kc_key_type)type) {
	case KC_KEY_RSA:
		return by->rsa;
	case KC_KEY_EC:
		return by->ec;
	case KC_KEY_ED25519:
	case KC_KEY_ED448:
		return by->ed;
	case KC_KEY_X25519:
	case KC_KEY_X448:
		return by->x;
	}
	return false;
}

/* Secret keys are for what their type is made for; a secret without a type is one for codes and
 * for deriving. */
/* clang-format off */
static const struct secret_row {
	kc_name use;
	struct by_secret_type { bool block, stream, hkdf, other; } of;
} secret_rows[] = {
	/*     block  stream hkdf   other */
	{ENCR, {true,  true,  false, false}},
	{DECR, {true,  true,  false, false}},
	{DRVE, {false, false, true,  true}},
	{SIGN, {true,  false, false, true}},
	{VRFY, {true,  false, false, true}},
	{WRAP, {true,  false, false, false}},
	{UNWP, {true,  false, false, false}},
};
/* clang-format on */

static bool of_secret_type(const struct by_secret_type *by, uint32_t type)
{
	if (type == KC_SECRET_AES || type == KC_SECRET_DES3)
		return by->block;
	if (type == KC_SECRET_CHACHA20)
		return by->stream;
	return type == KC_SECRET_HKDF ? by->hkdf : by->other;
}

static bool secret_default(kc_name use, uint32_t type)
{
	for (size_t i = 0; i < KC_COUNT_OF(secret_rows); i++)
		if (secret_rows[i].use == use)
			return of_secret_type(&secret_rows[i].of, type);
	return false;
}

bool kc_key_use_default(kc_name use, uint32_t type, enum kc_key_class class)
{
	if (class == KC_KEY_SYMMETRIC)
		return secret_default(use, type);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (rows[i].use == use)
			return of_type(
				class == KC_KEY_PRIVATE ? &rows[i].private : &rows[i].public, type);
	return false;
}
