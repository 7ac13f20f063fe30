/* SPDX-License-Identifier: ISC */
/*
 * What each call says to each key that is no plain attribute, with a value that the key takes.
 *
 * One row a key; for each profile the answers of Add, CopyMatching, Update's query, Delete and
 * Update's changes, each asked of one item that the rest of the dictionary finds.
 */
#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/dictionary.h"
#include "tests/keychainapi/security/facts.h"

/* clang-format off */
#define O errSecSuccess
#define P errSecParam
#define A errSecNoSuchAttr
#define U errSecUnimplemented
#define E errSecMissingEntitlement

static const struct row {
	const char *section;
	struct member member;
	OSStatus strict[5], lenient[5];
} rows[] = {
	/*                                                            add find upd del chg     add find upd del chg */
	{"3.2", {"class",                     T("genp")},            {O, O, O, O, A},         {O, O, O, O, O}},
	{"3.3", {"m_Limit",                   T("m_LimitAll")},      {P, O, P, P, A},         {O, O, O, O, O}},
	{"3.3", {"m_Limit",                   N(1)},                 {P, O, P, P, A},         {O, O, O, O, O}},
	{"3.3", {"m_HostOrSubdomainOfHost",   T("example.org")},     {P, U, P, P, A},         {O, U, U, U, O}},
	{"3.3", {"m_Issuers",                 ARRAY("x")},           {P, U, P, P, A},         {O, U, U, U, O}},
	{"3.3", {"m_Policy",                  T("x")},               {P, P, P, P, A},         {O, P, P, P, O}},
	{"3.3", {"m_ValidOnDate",             DATE(1)},              {P, O, P, P, A},         {O, O, O, O, O}},
	{"3.3", {"m_TrustedOnly",             YES},                  {P, O, P, P, A},         {O, O, O, O, O}},
	{"3.3", {"m_EmailAddressIfPresent",   T("a@b")},             {P, O, P, P, A},         {O, O, O, O, O}},
	{"3.3", {"m_SubjectContains",         T("x")},               {P, O, P, P, A},         {O, O, O, O, O}},
	{"3.3", {"m_CaseInsensitive",         YES},                  {P, O, P, P, A},         {O, O, O, O, O}},
	{"3.3", {"m_SearchList",              ARRAY("x")},           {P, O, P, P, A},         {O, P, P, P, O}},
	{"3.3", {"m_ItemList",                ARRAY("x")},           {P, O, P, P, A},         {O, P, P, P, O}},
	{"3.1", {"m_Whatever",                T("x")},               {P, O, P, P, A},         {O, O, O, O, O}},
	{"4",   {"r_Data",                    YES},                  {O, O, P, O, A},         {O, O, O, O, O}},
	{"4",   {"r_Attributes",              YES},                  {O, O, P, O, A},         {O, O, O, O, O}},
	{"4",   {"r_Ref",                     YES},                  {O, O, P, O, A},         {O, O, O, O, O}},
	{"4",   {"r_PersistentRef",           YES},                  {O, O, P, O, A},         {O, O, O, O, O}},
	{"4",   {"r_Data",                    NO},                   {O, O, O, O, A},         {O, O, O, O, O}},
	{"3.1", {"r_Whatever",                YES},                  {P, P, P, P, A},         {O, O, O, O, O}},
	{"3.4", {"v_Data",                    D("x")},               {O, O, O, O, O},         {O, O, O, O, O}},
	{"3.4", {"v_Ref",                     T("x")},               {P, P, P, P, P},         {P, P, P, P, P}},
	{"3.1", {"v_Whatever",                D("x")},               {P, P, P, P, A},         {O, O, O, O, O}},
	{"3.5", {"u_AuthUI",                  T("u_AuthUIA")},       {O, O, O, O, A},         {O, O, O, O, O}},
	{"3.5", {"u_AuthUI",                  T("u_AuthUIF")},       {O, O, O, O, A},         {O, O, O, O, O}},
	{"3.5", {"u_AuthUI",                  T("u_AuthUIS")},       {P, O, P, P, A},         {O, O, O, O, O}},
	{"3.5", {"u_NoAuthUI",                YES},                  {O, O, O, O, A},         {O, O, O, O, O}},
	{"3.5", {"u_OpPrompt",                T("?")},               {O, O, O, O, A},         {O, O, O, O, O}},
	{"3.5", {"u_CallerName",              T("me")},              {O, O, O, O, A},         {O, O, O, O, O}},
	{"3.5", {"u_AuthCtx",                 CONTROL("ak", -1)},    {O, O, O, O, A},         {O, O, O, O, O}},
	{"3.5", {"u_CredRef",                 D("x")},               {O, O, O, O, A},         {O, O, O, O, O}},
	{"3.5", {"u_TokenRawItems",           YES},                  {O, O, O, O, A},         {O, O, O, O, O}},
	{"3.5", {"u_CertWithIssuers",         YES},                  {O, O, O, O, A},         {O, O, O, O, O}},
	{"3.5", {"u_Tomb",                    NO},                   {O, O, O, O, P},         {O, O, O, O, O}},
	{"3.5", {"u_ItemList",                ARRAY("x")},           {P, P, P, P, A},         {P, P, P, P, O}},
	{"3.5", {"u_SystemKeychain",          YES},                  {E, E, E, E, A},         {O, O, O, O, O}},
	{"3.5", {"u_SystemKeychain",          NO},                   {O, O, O, O, A},         {O, O, O, O, O}},
	{"3.5", {"u_SystemKeychainAlways",    YES},                  {E, E, E, E, A},         {O, O, O, O, O}},
	{"3.5", {"u_SyncBubbleKeychain",      YES},                  {E, E, E, E, A},         {O, O, O, O, O}},
	{"3.5", {"u_UserIndependentKeychain", YES},                  {E, E, E, E, A},         {O, O, O, O, O}},
	{"3.1", {"u_Whatever",                YES},                  {P, P, P, P, A},         {O, O, O, O, O}},
	{"3.1", {"nleg",                      NO},                   {O, O, O, O, O},         {O, O, O, O, O}},
	{"3.1", {"dspk",                      YES},                  {O, O, O, O, O},         {O, O, O, O, O}},
	{"3.1", {"clip",                      N(0)},                 {P, P, P, P, P},         {O, O, O, O, O}},
	{"2.1", {"data",                      D("x")},               {P, P, P, P, P},         {O, O, O, O, O}},
	{"2.1", {"v_pk",                      D("x")},               {P, P, P, P, P},         {O, O, O, O, O}},
	{"2.1", {"rowid",                     N(1)},                 {P, P, P, P, P},         {O, O, O, O, O}},
	{"3.1", {"persistref",                D("0123456789abcdef")},{P, P, P, P, O},         {O, O, O, O, O}},
	{"2.2", {"musr",                      D("")},                {P, O, O, O, O},         {O, O, O, O, O}},
	{"2.2", {"ggrp",                      T("")},                {O, O, O, O, P},         {O, O, O, O, O}},
	{"2.2", {"ggrp",                      T("family")},          {E, E, E, E, P},         {O, O, O, O, O}},
	{"3.6", {"agrp",                      T("com.apple.token")}, {E, errSecItemNotFound, E, E, E}, {O, O, O, O, O}},
	{"2.1", {"accc",                      CONTROL("ak", -1)},    {O, O, O, O, O},         {O, O, O, O, O}},
	{"3.5", {"accc",                      CONTROL("ak", 0)},     {U, O, O, O, U},         {U, O, O, O, U}},
	{"2.1", {"accc",                      T("ak")},              {P, P, P, P, P},         {P, P, P, P, P}},
	{"3.1", {"f_Callback",                T("x")},               {O, O, O, O, A},         {O, O, O, O, O}},
	{"3.1", {"certdata",                  D("x")},               {P, P, P, P, A},         {O, O, O, O, O}},
	{"3.1", {"private",                   T("x")},               {P, P, P, P, A},         {O, O, O, O, O}},
	{"3.1", {"m",                         T("x")},               {P, P, P, P, A},         {O, O, O, O, O}},
	{"3.1", {"",                          T("x")},               {P, P, P, P, A},         {O, O, O, O, O}},
	{"3.1", {"zzzz",                      T("x")},               {A, A, A, A, A},         {O, O, O, O, O}},
	{"3.1", {"#number",                   T("x")},               {A, A, A, A, P},         {O, O, O, O, O}},
	{"3.1", {"#fraction",                 T("x")},               {P, P, P, P, P},         {O, O, O, O, O}},
	{"3.1", {"#data",                     T("x")},               {P, P, P, P, P},         {O, O, O, O, O}},
	{"3.1", {"#truth",                    T("x")},               {P, P, P, P, P},         {O, O, O, O, O}},
	{"3.1", {"#null",                     T("x")},               {P, P, P, P, P},         {O, O, O, O, O}},
	{"3.1", {"#array",                    T("x")},               {P, P, P, P, P},         {O, O, O, O, O}},
	{"3.1", {"#half",                     T("x")},               {P, P, P, P, P},         {O, O, O, O, O}},
	{"3.1", {"#none",                     T("x")},               {P, P, P, P, P},         {O, O, O, O, O}},
	{"3.1", {"icmt",                      MISSING},              {P, P, P, P, P},         {P, P, P, P, P}},
	{"3.1", {"m_Whatever",                MISSING},              {P, P, P, P, A},         {P, P, P, P, P}},
	{"3.1", {"m_Whatever",                FRACTION(1.5)},        {P, P, P, P, A},         {O, O, O, O, O}},
	{"3.1", {"m_Whatever",                CONTAINING},           {P, P, P, P, A},         {O, O, O, O, O}},
	{"3.2", {"class",                     T("apls")},            {errSecNoSuchClass, errSecNoSuchClass, errSecNoSuchClass, errSecNoSuchClass, A},
	                                                             {errSecNoSuchClass, errSecNoSuchClass, errSecNoSuchClass, errSecNoSuchClass, O}},
};
/* clang-format on */

static const char *const calls[] = {"add", "find", "update", "delete", "changes"};

static OSStatus ask(unsigned call, const struct member *member)
{
	CFDictionaryRef query, changes;

	switch (call) {
	case 0:
		return SecItemAdd(dictionary_make(DICT(GENP, {"acct", T("new")}, *member)), NULL);
	case 1:
		return SecItemCopyMatching(
			dictionary_make(DICT(GENP, {"acct", T("a")}, *member)), NULL);
	case 2:
		query = dictionary_make(DICT(GENP, {"acct", T("a")}, *member));
		return SecItemUpdate(query, dictionary_make(DICT({"icmt", T("i")})));
	case 3:
		return SecItemDelete(dictionary_make(DICT(GENP, {"acct", T("a")}, *member)));
	}
	query = dictionary_make(DICT(GENP, {"acct", T("a")}));
	changes = dictionary_make(DICT(*member));
	return SecItemUpdate(query, changes);
}

static void check_one(const struct row *row, unsigned call, OSStatus wanted)
{
	CFDictionaryRef item = dictionary_make(DICT(GENP, {"acct", T("a")}));
	CFDictionaryRef added = dictionary_make(DICT(GENP, {"acct", T("new")}));
	OSStatus got;
	char words[200];

	CHECK(SecItemAdd(item, NULL) == errSecSuccess);
	got = ask(call, &row->member);
	snprintf(words, sizeof words, "%s %s, %s: %d, not %d", row->section, row->member.key,
		calls[call], (int)got, (int)wanted);
	CHECK_MSG(got == wanted, words);
	CHECK(SecItemDelete(added) == (call == 0 && got == 0 ? errSecSuccess : errSecItemNotFound));
	CHECK(SecItemDelete(item) == (call == 3 && got == 0 ? errSecItemNotFound : errSecSuccess));
	dictionary_release();
}

void facts_check_keys(bool strict)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		for (unsigned call = 0; call < KC_COUNT_OF(calls); call++)
			check_one(&rows[i], call,
				strict ? rows[i].strict[call] : rows[i].lenient[call]);
}
