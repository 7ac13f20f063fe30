/* SPDX-License-Identifier: ISC */
/*
 * Sections 4.3, 4.4, 5.4 and 5.5, strict profile: what stays of an item that is deleted, or moves
 * to another primary key. For each class that stores items: they all have a view hint in their
 * keys.
 */
#include "base/mem.h"
#include "tests/keychainapi/security/facts.h"

/* clang-format off */
#define A {"vwht", T("a")}
#define B {"vwht", T("b")}
#define SYNC {"sync", YES}
#define TOMB {"tomb", YES}
#define LEAVE {"u_Tomb", YES}
#define NEVER {"u_Tomb", NO}
#define FULL EACH, {"labl", T("l")}, {"v_Data", D("secret")}
#define NONE errSecItemNotFound

static const struct fact rows[] = {
	/* local items */
	FRESH ("5.4", "no items"),
	ADD   ("5.4", "a local item", 0, NULL, FULL, A),
	FIND  ("5.4", "that lives is no tombstone", NONE, NULL, EACH, A, TOMB),
	FIND  ("5.4", "tomb false finds it", 0, "?tomb=number:0,labl=text:l", EACH, A, {"tomb", NO}, RETURN_ATTRS),
	DELETE("5.4", "deleted", 0, EACH, A),
	FIND  ("5.4", "leaves none", NONE, NULL, EACH, ANY, TOMB),
	ADD   ("5.4", "a local item", 0, "?-class", FULL, A, RETURN_ATTRS, RETURN_PREF),
	DELETE("5.4", "deleted, to leave one", 0, EACH, A, LEAVE),
	FIND  ("5.4", "is gone", NONE, NULL, EACH, A),
	FIND  ("5.4", "for tomb false, too", NONE, NULL, EACH, A, {"tomb", NO}),
	FIND  ("5.4", "its tombstone", 0, "?tomb=number:1,sync=number:0,vwht=text:a,agrp=text:user,cdat=date,mdat=date,-labl,-v_Data",
	       EACH, A, TOMB, RETURN_ATTRS, RETURN_DATA),
	FIND  ("5.4", "by a number", 0, NULL, EACH, A, {"tomb", N(1)}),
	FIND  ("5.4", "by decimal text", 0, NULL, EACH, A, {"tomb", T("1")}),
	FIND  ("5.4", "no data", 0, "null", EACH, A, TOMB, RETURN_DATA),
	FIND  ("5.4", "has the item's reference", 0, "?tomb=number:1", {"v_PersistentRef", LAST}, TOMB, RETURN_ATTRS),
	FIND  ("5.4", "a reference alone finds none", NONE, NULL, {"v_PersistentRef", LAST}),
	DELETE("5.4", "is deleted only by tomb", NONE, EACH, A),
	UPDATE("5.4", "and changed only by tomb", NONE, DICT(EACH, A), DICT({"labl", T("x")})),
	DELETE("5.4", "deleted, to leave one", 0, EACH, A, TOMB, LEAVE),
	FIND  ("5.4", "stays", 0, NULL, EACH, A, TOMB),
	ADD   ("4.1", "an item over it", 0, NULL, FULL, A),
	FIND  ("4.1", "has its reference", 0, "?labl=text:l,v_Data=data:secret", {"v_PersistentRef", LAST}, RETURN_ATTRS, RETURN_DATA),
	FIND  ("4.1", "which is no more", NONE, NULL, EACH, ANY, TOMB),
	ADD   ("4.1", "and not another", errSecDuplicateItem, NULL, FULL, A),
	DELETE("5.4", "deleted, to leave one", 0, EACH, A, LEAVE),
	DELETE("4.4", "deleted again", 0, EACH, A, TOMB),
	FIND  ("4.4", "for good", NONE, NULL, EACH, ANY, TOMB),
	ADD   ("4.1", "a tombstone", 0, NULL, FULL, A, TOMB),
	FIND  ("4.1", "is no item", NONE, NULL, EACH, A),
	FIND  ("4.1", "has no data", 0, "?tomb=number:1,-v_Data", EACH, A, TOMB, RETURN_ATTRS, RETURN_DATA),
	ADD   ("4.1", "an item over it", 0, NULL, FULL, A, LEAVE),
	FIND  ("5.4", "lives, whatever u_Tomb says", 0, "data:secret", EACH, A, RETURN_DATA),
	DELETE("5.4", "deleted, to leave none", 0, EACH, A, NEVER),
	FIND  ("5.4", "nothing", NONE, NULL, EACH, ANY, TOMB),

	/* synced items */
	ADD   ("5.4", "a synced item", 0, NULL, FULL, A, SYNC),
	DELETE("5.4", "deleted", 0, EACH, A, SYNC),
	FIND  ("5.4", "is gone", NONE, NULL, EACH, A, ANY),
	FIND  ("5.4", "leaves one", 0, "?tomb=number:1,sync=number:1,-labl", EACH, A, SYNC, TOMB, RETURN_ATTRS),
	FIND  ("5.1", "which is synced", NONE, NULL, EACH, A, TOMB),
	FIND  ("5.1", "either", 0, NULL, EACH, A, ANY, TOMB),
	DELETE("5.4", "deleted again", 0, EACH, A, SYNC, TOMB),
	FIND  ("5.4", "nothing", NONE, NULL, EACH, ANY, TOMB),
	ADD   ("5.4", "a synced item", 0, NULL, FULL, A, SYNC),
	DELETE("5.4", "deleted, to leave none", 0, EACH, A, SYNC, NEVER),
	FIND  ("5.4", "nothing", NONE, NULL, EACH, ANY, TOMB),

	/* moves between local and synced */
	ADD   ("5.5", "a local item", 0, NULL, FULL, A, RETURN_PREF),
	UPDATE("5.5", "to synced", 0, DICT(EACH, A), DICT(SYNC)),
	FIND  ("5.5", "leaves none", NONE, NULL, EACH, ANY, TOMB),
	UPDATE("5.5", "to local", 0, DICT(EACH, A, SYNC), DICT({"sync", NO})),
	FIND  ("5.5", "leaves a synced one", 0, "?tomb=number:1,sync=number:1,-labl", EACH, A, SYNC, TOMB, RETURN_ATTRS),
	FIND  ("5.5", "and the item its reference", 0, "?labl=text:l,sync=number:0,v_Data=data:secret",
	       {"v_PersistentRef", LAST}, RETURN_ATTRS, RETURN_DATA),
	UPDATE("5.5", "to synced, over the tombstone", 0, DICT(EACH, A), DICT(SYNC)),
	FIND  ("5.5", "which is no more", NONE, NULL, EACH, ANY, TOMB),
	FIND  ("5.5", "and the item its reference", 0, "?labl=text:l,sync=number:1", {"v_PersistentRef", LAST}, RETURN_ATTRS),
	UPDATE("5.5", "to local, to leave none", 0, DICT(EACH, A, SYNC, NEVER), DICT({"sync", NO})),
	FIND  ("5.5", "nothing", NONE, NULL, EACH, ANY, TOMB),
	ADD   ("5.5", "a synced item", 0, NULL, FULL, A, SYNC),
	UPDATE("5.5", "onto it", errSecDuplicateItem, DICT(EACH, A), DICT(SYNC)),
	UPDATE("5.5", "onto the local one", errSecDuplicateItem, DICT(EACH, A, SYNC), DICT({"sync", NO})),
	FIND  ("5.5", "changed nothing", 0, "[data:secret data:secret]", EACH, A, ANY, ALL, RETURN_DATA),
	DELETE("5.5", "deleted", 0, EACH, ANY, NEVER),

	/* moves to another primary key */
	ADD   ("4.3", "a local item", 0, NULL, FULL, A, RETURN_PREF),
	UPDATE("4.3", "another key", 0, DICT(EACH, A), DICT(B)),
	FIND  ("4.3", "leaves none", NONE, NULL, EACH, ANY, TOMB),
	UPDATE("4.3", "another key, to leave one", 0, DICT(EACH, B, LEAVE), DICT(A)),
	FIND  ("4.3", "leaves one with the old key", 0, "?tomb=number:1,vwht=text:b,-labl", EACH, TOMB, RETURN_ATTRS),
	UPDATE("4.3", "onto the tombstone", 0, DICT(EACH, A), DICT(B)),
	FIND  ("4.3", "which is no more", NONE, NULL, EACH, ANY, TOMB),
	FIND  ("4.3", "the reference stays", 0, "?vwht=text:b,labl=text:l,v_Data=data:secret",
	       {"v_PersistentRef", LAST}, RETURN_ATTRS, RETURN_DATA),
	DELETE("4.3", "deleted", 0, EACH, B),
	ADD   ("4.3", "a synced item", 0, NULL, FULL, A, SYNC, RETURN_PREF),
	UPDATE("4.3", "another key", 0, DICT(EACH, A, SYNC), DICT(B)),
	FIND  ("4.3", "leaves one with the old key", 0, "?tomb=number:1,sync=number:1,vwht=text:a,-labl", EACH, SYNC, TOMB, RETURN_ATTRS),
	FIND  ("4.3", "the reference stays", 0, "?vwht=text:b,labl=text:l", {"v_PersistentRef", LAST}, RETURN_ATTRS),
	UPDATE("4.3", "an attribute outside the key", 0, DICT(EACH, B, SYNC), DICT({"labl", T("m")})),
	FIND  ("4.3", "leaves none more", 0, "?vwht=text:a", EACH, SYNC, TOMB, RETURN_ATTRS),
	UPDATE("4.3", "back again", 0, DICT(EACH, B, SYNC), DICT(A)),
	FIND  ("4.3", "over the one, leaves the other", 0, "?vwht=text:b", EACH, SYNC, TOMB, RETURN_ATTRS),
	DELETE("4.3", "both", 0, EACH, SYNC, TOMB),
	UPDATE("4.3", "another key, to leave none", 0, DICT(EACH, A, SYNC, NEVER), DICT(B)),
	FIND  ("4.3", "nothing", NONE, NULL, EACH, ANY, TOMB),
	UPDATE("2.2", "tomb can be set", 0, DICT(EACH, B, SYNC), DICT(TOMB)),
	FIND  ("2.2", "the item is gone", NONE, NULL, EACH, ANY),
	FIND  ("2.2", "its tombstone is there", 0, "?tomb=number:1,vwht=text:b", EACH, SYNC, TOMB, RETURN_ATTRS),
	ADD   ("2.1", "tomb is a number", errSecParam, NULL, EACH, {"tomb", D("1")}),
	FIND  ("2.1", "tomb is a number", errSecParam, NULL, EACH, {"tomb", DATE(1)}),
};
/* clang-format on */

const struct fact_table tomb_facts = {"5.4: tombstones", rows, KC_COUNT_OF(rows)};
