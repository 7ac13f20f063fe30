/* SPDX-License-Identifier: ISC */
/* The table of keys. */
#include "keychainapi/Security/item/grammar.h"

#include <string.h>

#include "keychainapi/Security/object.h"

#define PLAIN                                                                        \
	(KC_OBJECT_BOOLEAN | KC_OBJECT_NUMBER | KC_OBJECT_STRING | KC_OBJECT_DATA |  \
		KC_OBJECT_DATE | KC_OBJECT_NULL | KC_OBJECT_UUID | KC_OBJECT_ARRAY | \
		KC_OBJECT_SET | KC_OBJECT_DICTIONARY)
#define OBJECT (PLAIN | KC_OBJECT_OTHER)
#define BOOLEAN KC_OBJECT_BOOLEAN
#define TRUTH (KC_OBJECT_BOOLEAN | KC_OBJECT_NUMBER | KC_OBJECT_STRING)
#define STRING KC_OBJECT_STRING
#define DATA KC_OBJECT_DATA
#define DATE (KC_OBJECT_DATE | KC_OBJECT_NULL)
#define IS(meaning) KC_GRAMMAR_##meaning

/*
 * A letter for each of Add, Find, Update, Delete and the Changes of an update:
 *   .  taken
 *   -  ignored
 *   P  errSecParam
 *   N  errSecNoSuchAttr
 *   U  errSecUnimplemented
 *   T  errSecParam when it says true, else ignored
 *   E  errSecMissingEntitlement when it says true, else ignored
 */
/* clang-format off */
static const struct kc_grammar_row rows[] = {
	/*                           values   strict   default */
	/*                                    AFUDC    AFUDC   */
	{"class",                    PLAIN,   "....N", "....-", IS(CLASS)},

	/* what narrows a search */
	{"m_Limit",                  PLAIN,   "P.PPN", "-.---", IS(LIMIT)},
	{"m_HostOrSubdomainOfHost",  STRING,  "P.PPN", "-...-", IS(HOST)},
	{"m_Issuers",                PLAIN,   "P.PPN", "-...-", IS(ISSUERS)},
	{"m_Policy",                 OBJECT,  "P.PPN", "-...-", IS(POLICY)},
	{"m_ValidOnDate",            DATE,    "P.PPN", "-...-", IS(DATE)},
	{"m_TrustedOnly",            BOOLEAN, "P.PPN", "-...-", IS(TRUSTED)},
	{"m_EmailAddressIfPresent",  STRING,  "P.PPN", "-...-", IS(EMAIL)},
	{"m_SubjectContains",        PLAIN,   "P.PPN", "-...-", IS(SUBJECT_CONTAINS)},
	{"m_SubjectStartsWith",      PLAIN,   "P.PPN", "-...-", IS(SUBJECT_STARTS)},
	{"m_SubjectEndsWith",        PLAIN,   "P.PPN", "-...-", IS(SUBJECT_ENDS)},
	{"m_SubjectWholeString",     PLAIN,   "P.PPN", "-...-", IS(SUBJECT_WHOLE)},
	{"m_CaseInsensitive",        PLAIN,   "P.PPN", "-...-", IS(ANY_CASE)},
	{"m_DiacriticInsensitive",   PLAIN,   "P.PPN", "-...-", IS(ANY_DIACRITIC)},
	{"m_WidthInsensitive",       PLAIN,   "P.PPN", "-...-", IS(ANY_WIDTH)},
	{"m_ItemList",               PLAIN,   "P.PPN", "-...-", IS(ITEMS)},
	{"m_SearchList",             PLAIN,   "P-PPN", "-...-", IS(SEARCH_LIST)},

	/* what comes back */
	{"r_Data",                   BOOLEAN, "..T-N", "..---", IS(RETURN_DATA)},
	{"r_Attributes",             BOOLEAN, "..T-N", "..---", IS(RETURN_ATTRS)},
	{"r_Ref",                    BOOLEAN, "..T-N", "..---", IS(RETURN_REF)},
	{"r_PersistentRef",          BOOLEAN, "..T-N", "..---", IS(RETURN_PERSISTENT_REF)},

	/* values */
	{"v_Data",                   DATA,    ".....", ".---.", IS(SECRET)},
	{"v_PersistentRef",          DATA,    "....N", "-...-", IS(PERSISTENT_REF)},
	{"v_Ref",                    OBJECT,  ".....", ".....", IS(REFERENCE)},

	/* how the call works */
	{"u_AuthUI",                 PLAIN,   "....N", "-----", IS(AUTH_UI)},
	{"u_NoAuthUI",               PLAIN,   "....N", "-----", IS(NOTHING)},
	{"u_OpPrompt",               PLAIN,   "....N", "-----", IS(NOTHING)},
	{"u_CallerName",             PLAIN,   "....N", "-----", IS(NOTHING)},
	{"u_TokenRawItems",          PLAIN,   "....N", "-----", IS(NOTHING)},
	{"u_CertWithIssuers",        PLAIN,   "....N", "-----", IS(NOTHING)},
	{"u_AuthCtx",                OBJECT,  "....N", "-----", IS(CONTEXT)},
	{"u_CredRef",                DATA,    "....N", "-----", IS(CREDENTIAL)},
	{"u_Tomb",                   TRUTH,   "....P", "....-", IS(TOMB_USE)},
	{"u_ItemList",               PLAIN,   "PPPPN", "-...-", IS(ITEMS)},
	{"u_Keychain",               OBJECT,  "PPPPN", ".----", IS(KEYCHAIN)},
	{"u_SystemKeychain",         PLAIN,   "EEEEN", "-----", IS(NOTHING)},
	{"u_SystemKeychainAlways",   PLAIN,   "EEEEN", "-----", IS(NOTHING)},
	{"u_SyncBubbleKeychain",     PLAIN,   "EEEEN", "-----", IS(NOTHING)},
	{"u_UserIndependentKeychain",PLAIN,   "EEEEN", "-----", IS(NOTHING)},
	{"nleg",                     PLAIN,   "-----", "-----", IS(NOTHING)},

	/* attributes that mean more than a value to compare or to store */
	{"sync",                     PLAIN,   ".....", ".....", IS(SYNC)},
	{"tomb",                     PLAIN,   ".....", ".....", IS(TOMB)},
	{"accc",                     OBJECT,  ".....", ".....", IS(ACCESS_CONTROL)},
	{"ggrp",                     STRING,  "....P", "-----", IS(SHARING_GROUP)},
	{"dspk",                     PLAIN,   "-----", "-----", IS(NOTHING)},
	{"clip",                     PLAIN,   "PPPPP", "-----", IS(NOTHING)},
	{"data",                     PLAIN,   "PPPPP", "-----", IS(NOTHING)},
	{"v_pk",                     PLAIN,   "PPPPP", "-----", IS(NOTHING)},
	{"rowid",                    PLAIN,   "PPPPP", "-----", IS(NOTHING)},
	{"persistref",               PLAIN,   "PPPP-", "-----", IS(NOTHING)},
	{"musr",                     PLAIN,   "....-", "-----", IS(USER)},

	/* attributes that the file keychain does not look at */
	{"agrp",                     PLAIN,   ".....", "-----", IS(ACCESS_GROUP)},
	{"pdmn",                     PLAIN,   ".....", ".---.", IS(ATTRIBUTE)},
	{"mdat",                     PLAIN,   ".....", ".---.", IS(ATTRIBUTE)},
};

/* Keys that are no rows, by their shape. */
static const struct kc_grammar_row
	four_characters = {"",       PLAIN,   ".....", ".....", IS(ATTRIBUTE)},
	letter_f        = {"f",      OBJECT,  "----N", "-----", IS(NOTHING)},
	letter_m        = {"m",      PLAIN,   "P.PPN", "-----", IS(NOTHING)},
	other_string    = {"",       OBJECT,  "PPPPN", "-----", IS(NOTHING)},
	number_key      = {"",       OBJECT,  "NNNNP", "-----", IS(NOTHING)},
	other_key       = {"",       OBJECT,  "PPPPP", "-----", IS(NOTHING)};
/* clang-format on */

static const struct kc_grammar_row *find_string(CFStringRef key)
{
	struct kc_bytes text = kc_object_bytes(key);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (kc_bytes_equal(text, kc_bytes_str(rows[i].key)))
			return &rows[i];
	if (CFStringGetLength(key) == 4)
		return &four_characters;
	if (text.len > 1 && text.data[0] == 'm')
		return &letter_m;
	if (text.len > 1 && text.data[0] == 'f')
		return &letter_f;
	return &other_string;
}

const struct kc_grammar_row *kc_grammar_find(CFTypeRef key)
{
	enum kc_object_kind kind = kc_object_kind(key);

	if (kind == KC_OBJECT_STRING)
		return find_string(key);
	return kind == KC_OBJECT_NUMBER ? &number_key : &other_key;
}

static bool says_true(CFTypeRef value)
{
	bool truth;

	return kc_object_truth(value, &truth) == KC_OK && truth;
}

static kc_err obey(char letter, CFTypeRef value)
{
	if (letter == 'P' || (letter == 'T' && says_true(value)))
		return KC_ERR(PARAM);
	if (letter == 'N')
		return KC_ERR(NO_SUCH_ATTR);
	if (letter == 'U')
		return KC_ERR(UNSUPPORTED);
	if (letter == 'E' && says_true(value))
		return KC_ERR(NOT_ALLOWED);
	return KC_OK;
}

/* What the strict profile takes must be of the right class, and such that it could cross to a
 * server in another process. */
static bool fits(const struct kc_grammar_row *row, CFTypeRef value)
{
	if (!(kc_object_kind(value) & row->kinds))
		return false;
	return row->kinds & KC_OBJECT_OTHER || kc_object_is_plain(value);
}

kc_err kc_grammar_judge(const struct kc_grammar_row *row, bool strict, enum kc_grammar_use use,
	CFTypeRef value, bool *ret_taken)
{
	char letter = strict ? row->strict[use] : row->lenient[use];

	KC_TRY(obey(letter, value));
	if (!value || (strict && !fits(row, value)))
		return KC_ERR(PARAM);
	*ret_taken = letter == '.';
	return KC_OK;
}
