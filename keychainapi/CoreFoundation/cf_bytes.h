/* SPDX-License-Identifier: ISC */
/* The bytes inside data and strings: NUL behind them, wiped when they move, shrink or go. */
#ifndef KC_CF_BYTES_H
#define KC_CF_BYTES_H

#include "keychainapi/CoreFoundation/cf_internal.h"

/*
 * The size of an object of a class with so much room for inline bytes, and their NUL, behind its
 * struct; 0 when there is no such size.
 */
size_t _kc_cf_bytes_inline_size(size_t struct_size, CFIndex length);

/* Makes bytes the inline ones behind the struct of a new object; zeros until they are filled. */
void _kc_cf_bytes_init_inline(struct _kc_cf_bytes *bytes, void *behind_struct, CFIndex length);

/* Makes bytes the caller's, which go as the deallocator says; NULL is the thread's default one. */
void _kc_cf_bytes_init_in_place(
	struct _kc_cf_bytes *bytes, const UInt8 *start, CFIndex length, CFAllocatorRef deallocator);

/* Makes bytes empty and growing; the capacity is a hint. */
void _kc_cf_bytes_init_growing(struct _kc_cf_bytes *bytes, CFIndex capacity);

/* Wipes and frees as the storage says. */
void _kc_cf_bytes_done(struct _kc_cf_bytes *bytes);

/* The same bytes to write to, of inline or owned ones. */
static inline UInt8 *_kc_cf_bytes_writable(const struct _kc_cf_bytes *bytes)
{
	return _kc_cf_unconst(bytes->start);
}

/*
 * Puts length new bytes (0s for NULL) in the place of a range of growing bytes. The new ones may
 * come from the same object. Ends the program when there is no memory.
 */
void _kc_cf_bytes_replace(
	struct _kc_cf_bytes *bytes, CFRange range, const UInt8 *replacement, CFIndex length);

bool _kc_cf_bytes_equal(const struct _kc_cf_bytes *a, const struct _kc_cf_bytes *b);
CFHashCode _kc_cf_bytes_hash(const struct _kc_cf_bytes *bytes);

/*
 * Whether a copy of the immutable object may be the object itself: not when its bytes are borrowed
 * from a caller, who may take them back.
 */
bool _kc_cf_bytes_can_be_shared(CFTypeRef object, const struct _kc_cf_bytes *bytes);

#endif
