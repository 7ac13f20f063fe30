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

/* The uses that Apple's SecKeyCopyAttributes shows; an RSA public key "decrypts" there. A secret
 * key does all that keys of its type can; only HKDF's are there to derive from. */
/* clang-format off */
static const struct row {
	kc_name use;
	struct by_type { bool rsa, ec, ed, x; } private, public;
	struct by_secret { bool block, stream, hkdf, other; } secret;
} rows[] = {
	/*       private: RSA EC Ed X          public: RSA EC Ed X           secret: AES, DES3  ChaCha20  HKDF  others */
	{ENCR, {false, false, false, false}, {true,  true,  false, false}, {true,  true,  false, false}},
	{DECR, {true,  true,  false, false}, {true,  false, false, false}, {true,  true,  false, false}},
	{DRVE, {false, true,  false, true},  {false, false, false, false}, {false, false, true,  false}},
	{SIGN, {true,  true,  true,  false}, {false, false, false, false}, {true,  false, false, true}},
	{VRFY, {false, false, false, false}, {true,  true,  true,  false}, {true,  false, false, true}},
	{WRAP, {false, false, false, false}, {true,  true,  false, false}, {true,  false, false, false}},
	{UNWP, {true,  true,  false, false}, {false, false, false, false}, {true,  false, false, false}},
};
/* clang-format on */

static bool of_type(const struct by_type *by, uint32_t type)
{
	switch (type) {
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

static bool of_secret(const struct by_secret *by, uint32_t type)
{
	switch (type) {
	case KC_SECRET_AES:
	case KC_SECRET_DES3:
		return by->block;
	case KC_SECRET_CHACHA20:
		return by->stream;
	case KC_SECRET_HKDF:
		return by->hkdf;
	}
	return by->other;
}

bool kc_key_use_default(kc_name use, uint32_t type, enum kc_key_class class)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		if (rows[i].use != use)
			continue;
		if (class == KC_KEY_SYMMETRIC)
			return of_secret(&rows[i].secret, type);
		return of_type(class == KC_KEY_PRIVATE ? &rows[i].private : &rows[i].public, type);
	}
	return false;
}
