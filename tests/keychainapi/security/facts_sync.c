/* SPDX-License-Identifier: ISC */
/* Section 5, strict profile: the sync mark in queries, keys and changes. */
#include "base/mem.h"
#include "tests/keychainapi/security/facts.h"

/* clang-format off */
#define A {"acct", T("a")}

static const struct fact rows[] = {
	FRESH ("5.1", "no items"),
	ADD   ("5.1", "no mark is local", 0, NULL, GENP, A, {"v_Data", D("local")}),
	ADD   ("5.1", "marked", 0, NULL, GENP, A, {"v_Data", D("synced")}, {"sync", YES}),
	ADD   ("5.1", "a marked duplicate", errSecDuplicateItem, NULL, GENP, A, {"sync", YES}),
	ADD   ("5.1", "either is local", errSecDuplicateItem, NULL, GENP, A, ANY),
	FIND  ("5.1", "no word: local ones", 0, "[data:local]", GENP, ALL, RETURN_DATA),
	FIND  ("5.1", "false", 0, "[data:local]", GENP, {"sync", NO}, ALL, RETURN_DATA),
	FIND  ("5.1", "0", 0, "[data:local]", GENP, {"sync", N(0)}, ALL, RETURN_DATA),
	FIND  ("5.1", "text 0", 0, "[data:local]", GENP, {"sync", T("0")}, ALL, RETURN_DATA),
	FIND  ("5.1", "true", 0, "[data:synced]", GENP, {"sync", YES}, ALL, RETURN_DATA),
	FIND  ("5.1", "1", 0, "[data:synced]", GENP, {"sync", N(1)}, ALL, RETURN_DATA),
	FIND  ("5.1", "text 1", 0, "[data:synced]", GENP, {"sync", T("1")}, ALL, RETURN_DATA),
	FIND  ("5.1", "either", 0, "[data:local data:synced]", GENP, ANY, ALL, RETURN_DATA),
	FIND  ("5.1", "data", errSecParam, NULL, GENP, {"sync", D("1")}),
	FIND  ("5.1", "date", errSecParam, NULL, GENP, {"sync", DATE(1)}),
	ADD   ("5.1", "data", errSecParam, NULL, GENP, {"acct", T("b")}, {"sync", D("1")}),
	FIND  ("2.2", "the mark comes back as a number", 0, "?sync=number:1", GENP, {"sync", YES}, RETURN_ATTRS),
	FIND  ("5.1", "a reference finds whatever the mark", 0, "ref:genp", GENP, {"sync", YES}, RETURN_PREF),
	FIND  ("5.1", "so", 0, "data:synced", {"v_PersistentRef", LAST}, RETURN_DATA),
	ADD   ("5.1", "marked by a number", 0, NULL, GENP, {"acct", T("n")}, {"sync", N(1)}),
	FIND  ("5.1", "is marked", 0, "?acct=text:n", GENP, {"acct", T("n")}, {"sync", YES}, RETURN_ATTRS),
	ADD   ("5.2", "this device only, and marked", 0, NULL, GENP, {"acct", T("bound")}, {"sync", YES}, {"pdmn", T("aku")}),
	ADD   ("5.2", "internet passwords may be marked", 0, NULL, INET, A, {"sync", YES}),

	FRESH ("5.5", "no items"),
	ADD   ("5.5", "a local item", 0, "ref:genp", GENP, A, {"v_Data", D("x")}, RETURN_PREF),
	UPDATE("5.5", "local to synced", 0, DICT(GENP, A), DICT({"sync", YES})),
	FIND  ("5.5", "it is no longer local", errSecItemNotFound, NULL, GENP, A),
	FIND  ("5.5", "it is synced", 0, "data:x", GENP, A, {"sync", YES}, RETURN_DATA),
	FIND  ("5.5", "its reference stays", 0, "data:x", {"v_PersistentRef", LAST}, RETURN_DATA),
	UPDATE("5.5", "a query without a word finds local ones", errSecItemNotFound, DICT(GENP, A), DICT({"sync", NO})),
	UPDATE("5.5", "either in the changes is ignored", 0, DICT(GENP, A, {"sync", YES}), DICT(ANY, {"icmt", T("i")})),
	FIND  ("5.5", "still synced", 0, "?icmt=text:i", GENP, A, {"sync", YES}, RETURN_ATTRS),
	UPDATE("5.5", "synced to local", 0, DICT(GENP, A, ANY), DICT({"sync", NO})),
	FIND  ("5.5", "it is local", 0, "data:x", GENP, A, RETURN_DATA),
	FIND  ("5.5", "its reference stays", 0, "data:x", {"v_PersistentRef", LAST}, RETURN_DATA),
	ADD   ("5.5", "a synced one besides", 0, NULL, GENP, A, {"sync", YES}),
	UPDATE("5.5", "onto it", errSecDuplicateItem, DICT(GENP, A), DICT({"sync", YES})),
	DELETE("4.4", "a word less deletes the local one", 0, GENP, A),
	FIND  ("4.4", "the synced one is there", 0, NULL, GENP, A, {"sync", YES}),
	DELETE("4.4", "either", 0, GENP, A, ANY),
	FIND  ("4.4", "none is there", errSecItemNotFound, NULL, GENP, A, ANY),
	ADD   ("4.1", "added over a tombstone", 0, NULL, GENP, A, {"sync", YES}, {"v_Data", D("again")}),
	FIND  ("4.1", "is there", 0, "data:again", GENP, A, {"sync", YES}, RETURN_DATA),
};
/* clang-format on */

const struct fact_table sync_facts = {"5: synchronizable", rows, KC_COUNT_OF(rows)};
