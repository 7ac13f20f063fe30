/* SPDX-License-Identifier: ISC */
/* Texts of a fixed length, padded with blanks and without a NUL, as PKCS#11's info structures have
 * them. */
#ifndef KC_MODULE_FORM_FIXED_H
#define KC_MODULE_FORM_FIXED_H

#include <string.h>

#define KC_MANUFACTURER "Keycircle"

/* Fills an array member from a shorter or equally long string. */
#define KC_FIXED(member, text) kc_fixed_fill((member), sizeof(member), (text))

static inline void kc_fixed_fill(unsigned char *member, size_t size, const char *text)
{
	size_t len = strlen(text);

	memset(member, ' ', size);
	memcpy(member, text, len < size ? len : size);
}

#endif
