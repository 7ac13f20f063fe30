/* SPDX-License-Identifier: ISC */
/* The usual forms in which a text may show where it should not. */
#ifndef KC_TESTS_STORE_FORMS_H
#define KC_TESTS_STORE_FORMS_H

#include "base/buf.h"

enum form {
	FORM_RAW,
	FORM_UTF16_LITTLE,
	FORM_UTF16_BIG,
	FORM_HEX,
	FORM_HEX_UPPER,
	FORM_BASE64, /* three, by where it begins in a group of three bytes */
	FORM_BASE64_1,
	FORM_BASE64_2,
	FORM_COUNT
};

/* Appends a text in one of them. */
void forms_push(const char *text, enum form form, struct kc_buf *ret);
/* In how many forms a text is in these bytes. It must be so long that no form of it is shorter than
 * 8 bytes. */
size_t forms_find(struct kc_bytes in, const char *text);

#endif
