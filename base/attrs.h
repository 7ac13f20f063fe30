/* SPDX-License-Identifier: ISC */
/*
 * A set of attributes: four-character names, each with one value, sorted by name.
 *
 * The names are those of Security.framework ("acct", "svce", "labl" …); item/ruler.h says what each
 * of them is. A set owns copies of its values and wipes them. It is sticky: set everything, check
 * once.
 *
 * In DER: SEQUENCE OF SEQUENCE { name OCTET STRING (SIZE(4)), value AttributeValue }, names
 * strictly ascending, so that a set has one encoding.
 */
#ifndef KC_BASE_ATTRS_H
#define KC_BASE_ATTRS_H

#include "base/value.h"

/* A four-character name as a number, most significant character first, as Apple's FourCC. */
typedef uint32_t kc_name;
#define KC_NAME(a, b, c, d)                                                                       \
	((kc_name)(uint8_t)(a) << 24 | (kc_name)(uint8_t)(b) << 16 | (kc_name)(uint8_t)(c) << 8 | \
		(kc_name)(uint8_t)(d))
/* The same from a string; 0 when it has not exactly four bytes. */
kc_name kc_name_from(struct kc_bytes text);
/* Writes the four characters and a NUL. */
void kc_name_text(kc_name name, char ret[static 5]);

#define KC_ATTRS_MAX_COUNT 160
#define KC_ATTRS_MAX_VALUE                                                    \
	((size_t)1 << 20) /* bytes of one value; the ruler's limits are lower \
			   */

struct kc_attr {
	kc_name name;
	struct kc_value value; /* its bytes are owned by the set, followed by a NUL */
};

struct kc_attrs {
	struct kc_attr *rows; /* sorted by name, no name twice */
	size_t count, allocated;
	kc_err err; /* the sticky error */
};

#define KC_ATTRS_INIT \
	{             \
		0     \
	}
#define KC_CLEANUP_ATTRS KC_CLEANUP(kc_attrs_done)

void kc_attrs_done(struct kc_attrs *attrs);
KC_MUST kc_err kc_attrs_check(const struct kc_attrs *attrs); /* NO_MEMORY or TOO_LARGE */

/* Adds or replaces; the value is copied. */
void kc_attrs_set(struct kc_attrs *attrs, kc_name name, const struct kc_value *value);
void kc_attrs_set_bytes(struct kc_attrs *attrs, kc_name name, struct kc_bytes value);
void kc_attrs_set_str(struct kc_attrs *attrs, kc_name name, const char *text);
void kc_attrs_set_text(struct kc_attrs *attrs, kc_name name, struct kc_bytes text);
void kc_attrs_set_number(struct kc_attrs *attrs, kc_name name, int64_t number);
void kc_attrs_set_date(struct kc_attrs *attrs, kc_name name, double date);
void kc_attrs_remove(struct kc_attrs *attrs, kc_name name);
/* Sets every attribute of changes in attrs. */
void kc_attrs_merge(struct kc_attrs *attrs, const struct kc_attrs *changes);
KC_MUST kc_err kc_attrs_dup(const struct kc_attrs *attrs, struct kc_attrs *ret);
void kc_attrs_move(struct kc_attrs *to, struct kc_attrs *from);

/* Borrowed until the next change; NULL when absent. */
const struct kc_value *kc_attrs_get(const struct kc_attrs *attrs, kc_name name);
/* The bytes of a BYTES or STRING value; empty for anything else. */
struct kc_bytes kc_attrs_get_bytes(const struct kc_attrs *attrs, kc_name name);
/* The number of a NUMBER or BOOL value; otherwise for anything else. */
int64_t kc_attrs_get_number(const struct kc_attrs *attrs, kc_name name, int64_t otherwise);
double kc_attrs_get_date(const struct kc_attrs *attrs, kc_name name, double otherwise);
bool kc_attrs_equal(const struct kc_attrs *a, const struct kc_attrs *b);

void kc_attrs_put(struct kc_der_writer *w, const struct kc_attrs *attrs);
/* Takes the next value of the reader as a set, replacing *ret; a failure is the reader's, or
 * NO_MEMORY in the set. */
void kc_attrs_pull(struct kc_der_reader *r, struct kc_attrs *ret);

#endif
