/* SPDX-License-Identifier: ISC */
/* The encodings that text is read from and written to. */
#ifndef KC_CF_ENCODING_H
#define KC_CF_ENCODING_H

#include <CoreFoundation/CFString.h>
#include <stdbool.h>

/* A byte order mark. */
struct _kc_cf_mark {
	const char *bytes;
	size_t size; /* 0 for none */
};

struct _kc_cf_encoding {
	CFStringEncoding id;
	unsigned long ns;		/* Foundation's number for it */
	const char *iana;		/* lower case */
	CFIndex unit_size;		/* bytes that a UTF-16 code unit takes at most */
	bool has_ascii;			/* ASCII text has the same bytes in it */
	bool writes_mark;		/* external text begins with the mark */
	const struct _kc_cf_mark *mark; /* that external text may begin with */

	/* The code point at the start of count bytes; returns its bytes, 0 when there is none. */
	size_t (*decode)(const UInt8 *bytes, size_t count, uint32_t *ret_point);

	/* Returns how many bytes, 0 when the encoding lacks the code point (or lone surrogate). */
	size_t (*encode)(uint32_t point, UInt8 ret_bytes[4]);
};

/* NULL for an encoding that is not here; for an index behind the last one. */
const struct _kc_cf_encoding *_kc_cf_encoding_find(CFStringEncoding id);
const struct _kc_cf_encoding *_kc_cf_encoding_at(size_t index);

/*
 * The encoding to go on with after a byte order mark: itself, or what the mark of UTF-16 or UTF-32
 * says. ret_skip is the mark's size.
 */
const struct _kc_cf_encoding *_kc_cf_encoding_read_mark(
	const struct _kc_cf_encoding *encoding, const UInt8 *bytes, size_t count, size_t *ret_skip);

#endif
