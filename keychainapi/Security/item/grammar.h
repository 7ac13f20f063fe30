/* SPDX-License-Identifier: ISC */
/*
 * The grammar of SecItem dictionaries: what each key means, and what each call makes of it.
 *
 * A key that is not a row of the table is judged by its shape: four characters are an attribute,
 * which the service knows or does not; otherwise the first letter tells.
 */
#ifndef KC_SECURITY_GRAMMAR_H
#define KC_SECURITY_GRAMMAR_H

#include <CoreFoundation/CoreFoundation.h>

#include "base/err.h"

/* The dictionaries there are; the second one of an update is a kind of its own. */
enum kc_grammar_use {
	KC_GRAMMAR_ADD,
	KC_GRAMMAR_FIND,
	KC_GRAMMAR_UPDATE,
	KC_GRAMMAR_DELETE,
	KC_GRAMMAR_CHANGES,
};

enum kc_grammar_meaning {
	KC_GRAMMAR_ATTRIBUTE,
	KC_GRAMMAR_NOTHING, /* a value that is checked and then has no influence */
	KC_GRAMMAR_CLASS,
	KC_GRAMMAR_LIMIT,
	KC_GRAMMAR_HOST, /* kSecMatchHostOrSubdomainOfHost */
	KC_GRAMMAR_ISSUERS,
	KC_GRAMMAR_POLICY,
	KC_GRAMMAR_DATE,
	KC_GRAMMAR_TRUSTED,
	KC_GRAMMAR_EMAIL,
	KC_GRAMMAR_SUBJECT_CONTAINS,
	KC_GRAMMAR_SUBJECT_STARTS,
	KC_GRAMMAR_SUBJECT_ENDS,
	KC_GRAMMAR_SUBJECT_WHOLE,
	KC_GRAMMAR_ANY_CASE,
	KC_GRAMMAR_ANY_DIACRITIC,
	KC_GRAMMAR_ANY_WIDTH,
	KC_GRAMMAR_ITEMS, /* kSecMatchItemList, kSecUseItemList */
	KC_GRAMMAR_RETURN_DATA,
	KC_GRAMMAR_RETURN_ATTRS,
	KC_GRAMMAR_RETURN_REF,
	KC_GRAMMAR_RETURN_PERSISTENT_REF,
	KC_GRAMMAR_SECRET,
	KC_GRAMMAR_PERSISTENT_REF,
	KC_GRAMMAR_REFERENCE,	/* kSecValueRef */
	KC_GRAMMAR_KEYCHAIN,	/* where to add */
	KC_GRAMMAR_SEARCH_LIST, /* of keychains */
	KC_GRAMMAR_AUTH_UI,
	KC_GRAMMAR_CONTEXT,
	KC_GRAMMAR_CREDENTIAL,
	KC_GRAMMAR_TOMB_USE,
	KC_GRAMMAR_SYNC,
	KC_GRAMMAR_TOMB,
	KC_GRAMMAR_ACCESS_CONTROL,
	KC_GRAMMAR_ACCESS_GROUP,
	KC_GRAMMAR_SHARING_GROUP,
	KC_GRAMMAR_USER,
};

struct kc_grammar_row {
	const char *key;
	unsigned kinds; /* objects that the strict profile takes as value: enum kc_object_kind */
	const char *strict;  /* a letter for each use: see grammar.c */
	const char *lenient; /* the same for the default profile */
	enum kc_grammar_meaning meaning;
};

/* The row for a key, never NULL. */
const struct kc_grammar_row *kc_grammar_find(CFTypeRef key);

/* Whether a call of this use takes the value to heart. Errors are the call's: PARAM, NO_SUCH_ATTR,
 * UNSUPPORTED, NOT_ALLOWED. */
KC_MUST kc_err kc_grammar_judge(const struct kc_grammar_row *row, bool strict,
	enum kc_grammar_use use, CFTypeRef value, bool *ret_taken);

#endif
