/* SPDX-License-Identifier: ISC */
/*
 * The attribute ruler: everything that is to be known about an attribute, one row each.
 *
 * Validation, defaults, primary keys, search terms, sealing, results and sync are loops over it. To
 * add an attribute is to add a row (CONTRIBUTING.md).
 */
#ifndef KC_ITEM_RULER_H
#define KC_ITEM_RULER_H

#include "backend/item/kind.h"
#include "base/query.h"

/* The attributes that code speaks of by name. */
/* clang-format off */
#define KC_ATTR_AGRP KC_NAME('a', 'g', 'r', 'p')
#define KC_ATTR_ALAU KC_NAME('a', 'l', 'a', 'u')
#define KC_ATTR_ALMC KC_NAME('a', 'l', 'm', 'c')
#define KC_ATTR_ASEN KC_NAME('a', 's', 'e', 'n')
#define KC_ATTR_BSIZ KC_NAME('b', 's', 'i', 'z')
#define KC_ATTR_CDAT KC_NAME('c', 'd', 'a', 't')
#define KC_ATTR_CENC KC_NAME('c', 'e', 'n', 'c')
#define KC_ATTR_CKID KC_NAME('c', 'k', 'i', 'd')
#define KC_ATTR_CLIP KC_NAME('c', 'l', 'i', 'p')
#define KC_ATTR_COPY KC_NAME('c', 'o', 'p', 'y')
#define KC_ATTR_CTYP KC_NAME('c', 't', 'y', 'p')
#define KC_ATTR_DECR KC_NAME('d', 'e', 'c', 'r')
#define KC_ATTR_DRTM KC_NAME('d', 'r', 't', 'm')
#define KC_ATTR_DRVE KC_NAME('d', 'r', 'v', 'e')
#define KC_ATTR_ENCR KC_NAME('e', 'n', 'c', 'r')
#define KC_ATTR_ESIZ KC_NAME('e', 's', 'i', 'z')
#define KC_ATTR_EXTR KC_NAME('e', 'x', 't', 'r')
#define KC_ATTR_GGRP KC_NAME('g', 'g', 'r', 'p')
#define KC_ATTR_ISSR KC_NAME('i', 's', 's', 'r')
#define KC_ATTR_KCID KC_NAME('k', 'c', 'i', 'd')
#define KC_ATTR_KCLS KC_NAME('k', 'c', 'l', 's')
#define KC_ATTR_KCVL KC_NAME('k', 'c', 'v', 'l')
#define KC_ATTR_KLBL KC_NAME('k', 'l', 'b', 'l')
#define KC_ATTR_LABL KC_NAME('l', 'a', 'b', 'l')
#define KC_ATTR_LOCL KC_NAME('l', 'o', 'c', 'l')
#define KC_ATTR_MDAT KC_NAME('m', 'd', 'a', 't')
#define KC_ATTR_MODI KC_NAME('m', 'o', 'd', 'i')
#define KC_ATTR_MUSR KC_NAME('m', 'u', 's', 'r')
#define KC_ATTR_NEXT KC_NAME('n', 'e', 'x', 't')
#define KC_ATTR_PDMN KC_NAME('p', 'd', 'm', 'n')
#define KC_ATTR_PERM KC_NAME('p', 'e', 'r', 'm')
#define KC_ATTR_PKHH KC_NAME('p', 'k', 'h', 'h')
#define KC_ATTR_PRIV KC_NAME('p', 'r', 'i', 'v')
#define KC_ATTR_SELF KC_NAME('s', 'e', 'l', 'f')
#define KC_ATTR_SENS KC_NAME('s', 'e', 'n', 's')
#define KC_ATTR_SHA1 KC_NAME('s', 'h', 'a', '1')
#define KC_ATTR_SIGN KC_NAME('s', 'i', 'g', 'n')
#define KC_ATTR_SKID KC_NAME('s', 'k', 'i', 'd')
#define KC_ATTR_SLNR KC_NAME('s', 'l', 'n', 'r')
#define KC_ATTR_SPKI KC_NAME('s', 'p', 'k', 'i')
#define KC_ATTR_SRVR KC_NAME('s', 'r', 'v', 'r')
#define KC_ATTR_SUBJ KC_NAME('s', 'u', 'b', 'j')
#define KC_ATTR_SVCE KC_NAME('s', 'v', 'c', 'e')
#define KC_ATTR_SYNC KC_NAME('s', 'y', 'n', 'c')
#define KC_ATTR_TKID KC_NAME('t', 'k', 'i', 'd')
#define KC_ATTR_TOMB KC_NAME('t', 'o', 'm', 'b')
#define KC_ATTR_TRST KC_NAME('t', 'r', 's', 't')
#define KC_ATTR_TYPE KC_NAME('t', 'y', 'p', 'e')
#define KC_ATTR_UNWP KC_NAME('u', 'n', 'w', 'p')
#define KC_ATTR_UUID KC_NAME('U', 'U', 'I', 'D')
#define KC_ATTR_UWTM KC_NAME('u', 'w', 't', 'm')
#define KC_ATTR_VIEW KC_NAME('v', 'i', 'e', 'w')
#define KC_ATTR_VRFY KC_NAME('v', 'r', 'f', 'y')
#define KC_ATTR_VWHT KC_NAME('v', 'w', 'h', 't')
#define KC_ATTR_WRAP KC_NAME('w', 'r', 'a', 'p')
#define KC_ATTR_WRTM KC_NAME('w', 'r', 't', 'm')
#define KC_ATTR_WWTR KC_NAME('w', 'w', 't', 'r')
/* clang-format on */

/* Classes as a set. */
enum {
	KC_IN_GENERIC = 1,
	KC_IN_INTERNET = 2,
	KC_IN_CERTIFICATE = 4,
	KC_IN_KEY = 8,
	KC_IN_ALL = 15,
};
#define KC_CLASS_COUNT 4

/* What a caller may do with an attribute in an add or an update. */
enum kc_ruler_input {
	KC_INPUT_REFUSED, /* PARAM */
	KC_INPUT_TAKEN,
	KC_INPUT_DROPPED, /* accepted and ignored: the store sets it itself */
};

/* When an attribute comes back. */
enum kc_ruler_output {
	KC_OUTPUT_NEVER,
	KC_OUTPUT_ATTRS,  /* with KC_WANT_ATTRS */
	KC_OUTPUT_HIDDEN, /* with KC_WANT_HIDDEN */
	KC_OUTPUT_SECRET, /* with KC_WANT_SECRET; sealed with the secret */
};

/* How a search finds items by it. */
enum kc_ruler_search {
	KC_SEARCH_NO,	  /* not a filter: PARAM */
	KC_SEARCH_COLUMN, /* a column of the row itself */
	KC_SEARCH_INDEX,  /* a search term in the index */
	KC_SEARCH_MARK,	  /* a term that is compared, not indexed: too many different values */
};

/* What an item has when the caller gives nothing. */
enum kc_ruler_default {
	KC_DEFAULT_NONE,
	KC_DEFAULT_TEXT,  /* empty text */
	KC_DEFAULT_BYTES, /* no bytes */
	KC_DEFAULT_ZERO,  /* the number 0 */
	KC_DEFAULT_EPOCH, /* 2001-01-01 00:00 UTC */
};

struct kc_ruler_row {
	kc_name name;
	enum kc_kind kind;
	uint8_t classes; /* that have it */
	uint8_t key;	 /* where it is part of the primary key */
	uint8_t needed;	 /* where the default applies */
	enum kc_ruler_default otherwise;
	enum kc_ruler_input add, update;
	enum kc_ruler_search search;
	enum kc_ruler_output output;
	bool synced;	/* travels to other devices */
	unsigned since; /* schema version that brought it */
};

#define KC_RULER_MAX_VALUE ((size_t)64 << 10) /* bytes of one attribute */

/* All rows; constant. */
const struct kc_ruler_row *kc_ruler_rows(size_t *ret_count);
/* The row, if items of the class have such an attribute; class 0 stands for any class. NULL when
 * there is none. */
const struct kc_ruler_row *kc_ruler_find(kc_name class, kc_name name);

/* The class's bit of KC_IN_…; 0 for what is no class. KC_IN_ALL for class 0. */
uint8_t kc_ruler_class_bit(kc_name class);
/* The classes in a fixed order. */
kc_name kc_ruler_class(unsigned index);

enum kc_ruler_use { KC_USE_ADD, KC_USE_UPDATE, KC_USE_QUERY };

/* Checks and converts a caller's attributes. *ret gets the converted ones. Errors: NO_SUCH_CLASS,
 * NO_SUCH_ATTR, PARAM, TOO_LARGE. */
KC_MUST kc_err kc_ruler_convert(
	kc_name class, enum kc_ruler_use use, const struct kc_attrs *given, struct kc_attrs *ret);

#endif
