/* SPDX-License-Identifier: ISC */
/* Section 3.6, strict profile: the access groups of a program, for each kind of list. */
#include "base/mem.h"
#include "tests/keychainapi/security/facts.h"

/* clang-format off */
#define E errSecMissingEntitlement
#define A {"acct", T("a")}
#define GROUP(name) {"agrp", T(name)}
#define TOKENS GROUP("com.apple.token")

/* An empty list. Nothing else is looked at first. */
static const struct fact none[] = {
	ADD   ("3.6", "no group: add", E, "untouched", GENP, A),
	FIND  ("3.6", "no group: find", E, "untouched", GENP),
	UPDATE("3.6", "no group: update", E, DICT(GENP), DICT(A)),
	DELETE("3.6", "no group: delete", E, GENP),
	FIND  ("3.2", "no group, before there is no class", E, NULL, A),
	DELETE("3.2", "no group, before an unknown class", E, {"class", T("xxxx")}),
	FIND  ("3.6", "no group: the tokens' group", E, NULL, GENP, TOKENS),
	ADD   ("3.6", "no group: a group", E, NULL, GENP, GROUP("user")),
	DELETE_ALL("4.5", "no group: deleting everything", E),
};

/* A list that no query holds. */
static const struct fact long_list[] = {
	ADD   ("3.6", "too many groups: add", errSecDataTooLarge, "untouched", GENP, A),
	FIND  ("3.6", "too many groups: find", errSecDataTooLarge, "untouched", GENP),
	UPDATE("3.6", "too many groups: update", errSecDataTooLarge, DICT(GENP), DICT(A)),
	DELETE("3.6", "too many groups: delete", errSecDataTooLarge, GENP),
};

/* "*" */
static const struct fact all[] = {
	FIND  ("3.6", "all groups: by reference", 0, "?acct=text:foreign", {"v_PersistentRef", LAST}, RETURN_ATTRS),
	FRESH ("3.6", "no items"),
	ADD   ("3.6", "all groups: the first is the user's", 0, "?agrp=text:user", GENP, A, RETURN_ATTRS),
	ADD   ("3.6", "all groups: any", 0, "?agrp=text:whatever", GENP, A, GROUP("whatever"), RETURN_ATTRS),
	ADD   ("3.6", "all groups: one without a name", 0, "?agrp=text:", GENP, A, GROUP(""), RETURN_ATTRS),
	FIND  ("3.6", "all groups: found in all", 0, "[ref:genp ref:genp ref:genp]", GENP, ALL, RETURN_PREF),
	FIND  ("3.6", "all groups: found in one", 0, "[ref:genp]", GENP, ALL, RETURN_PREF, GROUP("whatever")),
	ADD   ("3.6", "all groups: the tokens' is read-only", E, NULL, GENP, A, TOKENS),
	DELETE("3.6", "all groups: deleted in all", 0, GENP),
	ADD   ("4.5", "all groups: one", 0, NULL, GENP, GROUP("whatever")),
	DELETE_ALL("4.5", "all groups: everything", 0),
	FIND  ("3.6", "all groups: none is left", errSecItemNotFound, NULL, GENP),
};

/* Groups with names, the first of which is not the user's. */
static const struct fact some[] = {
	FRESH ("3.6", "no items"),
	ADD   ("3.6", "the first is the default", 0, "?agrp=text:team.first", GENP, A, {"v_Data", D("1")}, RETURN_ATTRS),
	ADD   ("3.6", "the second", 0, "ref:genp", GENP, A, {"v_Data", D("2")}, GROUP("team.second"), RETURN_PREF),
	FIND  ("3.6", "found in both", 0, "[data:1 data:2]", GENP, ALL, RETURN_DATA),
	FIND  ("3.6", "found in one", 0, "[data:2]", GENP, ALL, RETURN_DATA, GROUP("team.second")),
	FIND  ("3.6", "by reference", 0, "data:2", {"v_PersistentRef", LAST}, RETURN_DATA),
	ADD   ("3.6", "a foreign group: add", E, "untouched", GENP, A, GROUP("user"), RETURN_ATTRS),
	FIND  ("3.6", "a foreign group: find", E, "untouched", GENP, GROUP("user")),
	UPDATE("3.6", "a foreign group: update", E, DICT(GENP, GROUP("user")), DICT({"icmt", T("i")})),
	UPDATE("3.6", "a foreign group: changes", E, DICT(GENP), DICT(GROUP("user"))),
	DELETE("3.6", "a foreign group: delete", E, GENP, GROUP("user")),
	ADD   ("3.6", "a group without a name", E, NULL, GENP, A, GROUP("")),
	FIND  ("3.6", "a group without a name: find", E, NULL, GENP, GROUP("")),
	FIND  ("3.6", "the tokens' group may be searched", errSecItemNotFound, NULL, GENP, TOKENS),
	UPDATE("3.6", "the tokens' group is read-only", E, DICT(GENP, TOKENS), DICT({"icmt", T("i")})),
	UPDATE("3.2", "before the class: update", E, DICT(GROUP("user")), DICT({"icmt", T("i")})),
	DELETE("3.2", "before the class: delete", E, GROUP("user")),
	DELETE("3.2", "before an unknown class", E, GROUP("user"), {"class", T("xxxx")}),
	ADD   ("3.2", "after the class: add", errSecNoSuchClass, NULL, GROUP("user"), {"class", T("xxxx")}),
	FIND  ("3.2", "after the class: find", errSecNoSuchClass, NULL, GROUP("user"), {"class", T("xxxx")}),
	FIND  ("3.2", "after there is no class: find", errSecParam, NULL, GROUP("user")),
	UPDATE("3.6", "moved to the other", errSecDuplicateItem, DICT(GENP, GROUP("team.first")), DICT(GROUP("team.second"))),
	UPDATE("3.6", "moved and renamed", 0, DICT(GENP, GROUP("team.first")), DICT(GROUP("team.second"), {"acct", T("b")})),
	FIND  ("3.6", "is there", 0, "[data:1 data:2]", GENP, GROUP("team.second"), ALL, RETURN_DATA),
	ADD   ("4.1", "one group has a protection class of its own", 0, "?pdmn=text:dku", GENP, GROUP("com.apple.apsd"), RETURN_ATTRS),
	ADD   ("4.1", "unless another is given", 0, "?pdmn=text:ck", GENP, {"acct", T("c")}, GROUP("com.apple.apsd"), {"pdmn", T("ck")}, RETURN_ATTRS),
	DELETE("4.1", "both deleted", 0, GENP, GROUP("com.apple.apsd")),
	ADD   ("3.6", "certificates as well", 0, "?agrp=text:team.first", {"class", T("cert")}, RETURN_ATTRS),
	ADD   ("3.6", "and keys", 0, "?agrp=text:team.first", {"class", T("keys")}, RETURN_ATTRS),
	ADD   ("3.6", "and internet passwords", 0, "?agrp=text:team.first", INET, RETURN_ATTRS),
};

/* Unset. There is an item elsewhere, and what the programs before have left. */
static const struct fact user[] = {
	FIND  ("3.6", "by reference", errSecItemNotFound, "untouched", {"v_PersistentRef", LAST}, RETURN_DATA),
	UPDATE("3.6", "nor is it changed", errSecItemNotFound, DICT({"v_PersistentRef", LAST}), DICT({"icmt", T("i")})),
	DELETE("3.6", "nor deleted", errSecItemNotFound, {"v_PersistentRef", LAST}),
	FIND  ("3.6", "items elsewhere are invisible", errSecItemNotFound, "untouched", GENP, {"acct", T("b")}, RETURN_DATA),
	UPDATE("3.6", "nor are they changed", errSecItemNotFound, DICT(GENP, {"acct", T("b")}), DICT({"icmt", T("i")})),
	DELETE("3.6", "nor deleted", errSecItemNotFound, GENP, {"acct", T("b")}),
	FIND  ("3.6", "asked for by name", E, NULL, GENP, GROUP("team.first")),
	ADD   ("3.6", "the same key here is no duplicate", 0, "?agrp=text:user", GENP, {"acct", T("b")}, RETURN_ATTRS),
	FIND  ("3.6", "the user's group by name", 0, NULL, GENP, GROUP("user")),
	FIND  ("3.6", "certificates are invisible, too", errSecItemNotFound, NULL, {"class", T("cert")}),
	FIND  ("3.6", "and keys", errSecItemNotFound, NULL, {"class", T("keys")}),
	ADD   ("4.5", "a certificate", 0, NULL, {"class", T("cert")}),
	ADD   ("4.5", "a synced key", 0, NULL, {"class", T("keys")}, {"sync", YES}),
	DELETE("4.5", "a tombstone", 0, GENP, {"acct", T("b")}, {"u_Tomb", YES}),
	DELETE_ALL("4.5", "everything", 0),
	FIND  ("4.5", "no item is left", errSecItemNotFound, NULL, GENP, ANY),
	FIND  ("4.5", "no tombstone", errSecItemNotFound, NULL, GENP, ANY, {"tomb", YES}),
	FIND  ("4.5", "no certificate", errSecItemNotFound, NULL, {"class", T("cert")}, ANY),
	FIND  ("4.5", "no key", errSecItemNotFound, NULL, {"class", T("keys")}, ANY),
	DELETE_ALL("4.5", "nothing is everything, too", 0),
};
/* clang-format on */

const struct fact_table no_group_facts = {"3.6: no group", none, KC_COUNT_OF(none)};
const struct fact_table long_group_facts = {"3.6: a long list", long_list, KC_COUNT_OF(long_list)};
const struct fact_table all_group_facts = {"3.6: all groups", all, KC_COUNT_OF(all)};
const struct fact_table some_group_facts = {"3.6: some groups", some, KC_COUNT_OF(some)};
const struct fact_table user_group_facts = {"3.6: the user's group", user, KC_COUNT_OF(user)};
