/* SPDX-License-Identifier: ISC */
/*
 * The dictionaries of `kc item`: class=genp,svce=backup,acct=ana,sync=1
 *
 * Pairs are parted by commas; a backslash takes the next character as it is ("\," "\=" "\\"). A
 * value of hexadecimal digits behind 0x is data, a cdat, mdat, sdat or edat is a date in RFC 3339,
 * everything else is text, which the keychain makes a number where the attribute is one. Besides
 * attributes there are class, sync (1, 0, syna), tomb (1, 0) and, in a query, what SecItem has of
 * the same names: m_Limit (a number, m_LimitOne, m_LimitAll), v_PersistentRef and m_ItemList (a
 * reference in hexadecimal digits; the second may be repeated), m_HostOrSubdomainOfHost (a host),
 * u_Tomb (1, 0).
 */
#ifndef KC_CLI_DICTIONARY_H
#define KC_CLI_DICTIONARY_H

#include "base/query.h"
#include "cli/facts.h"

/* Errors: PARAM (told in facts), NO_SUCH_CLASS, NO_MEMORY. Sync is Any and the limit none where the
 * text does not say. */
KC_MUST kc_err kc_dictionary_parse_query(
	const char *text, struct kc_facts *facts, struct kc_query *ret);
/* The attributes of an add or an update, sync among them; *ret_class is 0 when none is given. */
KC_MUST kc_err kc_dictionary_parse_attrs(
	const char *text, struct kc_facts *facts, kc_name *ret_class, struct kc_attrs *ret);

#endif
