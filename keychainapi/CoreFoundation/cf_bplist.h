/* SPDX-License-Identifier: ISC */
/*
 * The binary form of property lists.
 *
 *   document = "bplist00" object ... offset ... trailer
 *   object   = marker [ length ] content          the marker's high half is the kind
 *   offset   = where the object of that number stands, from the start of the document
 *   trailer  = six bytes that count for nothing, the size of an offset, the size of a reference,
 * and as numbers of eight bytes how many objects there are, which is the outermost, and where the
 * offsets begin
 *
 * All numbers have their high byte first. A length of 15 or more is 15, and then an integer object.
 * The content of an array is a reference (the number of an object) for each member; that of a
 * dictionary is the references of the keys and then those of the values.
 */
#ifndef KC_CF_BPLIST_H
#define KC_CF_BPLIST_H

#include "keychainapi/CoreFoundation/cf_plist.h"

#define KC_CF_BPLIST_MAGIC "bplist00"
#define KC_CF_BPLIST_MAGIC_SIZE 8
#define KC_CF_BPLIST_TRAILER_SIZE 32

/* The high half of a marker. */
enum {
	KC_CF_BPLIST_SIMPLE = 0x0, /* with the low half of one of the next two */
	KC_CF_BPLIST_FALSE = 0x8,
	KC_CF_BPLIST_TRUE = 0x9,
	KC_CF_BPLIST_INTEGER = 0x1, /* low half: the size's power of two; signed when of eight */
	KC_CF_BPLIST_REAL = 0x2,    /* likewise: 2 is a float, 3 a double */
	KC_CF_BPLIST_DATE = 0x3,    /* 3: a double */
	KC_CF_BPLIST_DATA = 0x4,
	KC_CF_BPLIST_ASCII = 0x5,
	KC_CF_BPLIST_UTF16 = 0x6,
	KC_CF_BPLIST_ARRAY = 0xA,
	KC_CF_BPLIST_DICTIONARY = 0xD,
};

bool _kc_cf_bplist_is_one(const UInt8 *bytes, CFIndex length);

/* The list in a binary document; NULL, and a text that says why. */
CFTypeRef _kc_cf_bplist_read(CFDataRef data, CFOptionFlags option, CFStringRef *ret_problem);

/* The document of a valid list; NULL when there is no memory. */
CFDataRef _kc_cf_bplist_write(CFTypeRef list);

#endif
