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

static bool of_type(const struct by_type *by, enum kc_key_type type)
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

bool kc_key_use_default(kc_name use, enum kc_key_type type, enum kc_key_class half)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (rows[i].use == use)
			return of_type(
				half == KC_KEY_PRIVATE ? &rows[i].private : &rows[i].public, type);
	return false;
}
