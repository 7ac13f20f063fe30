/* SPDX-License-Identifier: ISC */
/*
 * Sections 1.4, 6.6, 6.7 and 6.8, strict profile, for each class that stores items: what the lock
 * hides, what lives on when the service is started anew; and for one of them what a damaged row is.
 */
#include "base/mem.h"
#include "tests/keychainapi/security/facts.h"

/* clang-format off */
#define I errSecInteractionNotAllowed
#define NONE errSecItemNotFound
#define ITEM(hint) {"vwht", T(hint)}
#define CLASS_OF(protection) {"pdmn", T(protection)}
#define SECRET {"v_Data", D("secret")}

/* An item of the protection class, named after it. */
#define STORE(protection) \
	ADD("1.4", protection, 0, NULL, EACH, ITEM(protection), CLASS_OF(protection), SECRET)

/* Every call about it: the answer is the same, or success. */
#define TRY(state, protection, status) \
	FIND  ("6.7", state ", " protection ": is it there", status, NULL, EACH, ITEM(protection)), \
	FIND  ("6.7", state ", " protection ": attributes", status, NULL, EACH, ITEM(protection), RETURN_ATTRS), \
	FIND  ("6.7", state ", " protection ": data", status, NULL, EACH, ITEM(protection), RETURN_DATA), \
	FIND  ("6.7", state ", " protection ": reference", status, NULL, EACH, ITEM(protection), RETURN_PREF), \
	FIND  ("6.7", state ", " protection ": everything", status, NULL, EACH, ITEM(protection), RETURN_ATTRS, RETURN_DATA, RETURN_REF), \
	FIND  ("3.5", state ", " protection ": without UI", status, NULL, EACH, ITEM(protection), {"u_AuthUI", T("u_AuthUIF")}), \
	FIND  ("3.5", state ", " protection ": skipping", status, NULL, EACH, ITEM(protection), {"u_AuthUI", T("u_AuthUIS")}), \
	FIND  ("3.5", state ", " protection ": no UI", status, NULL, EACH, ITEM(protection), {"u_NoAuthUI", YES}), \
	ADD   ("6.7", state ", " protection ": add", status, NULL, EACH, ITEM("new " protection), CLASS_OF(protection), SECRET), \
	ADD   ("4.1", state ", " protection ": add a duplicate", status == 0 ? errSecDuplicateItem : status, NULL, \
	       EACH, ITEM(protection), CLASS_OF(protection), SECRET), \
	UPDATE("6.7", state ", " protection ": update", status, DICT(EACH, ITEM(protection)), DICT({"labl", T(state)})), \
	DELETE("6.7", state ", " protection ": delete", 0, EACH, ITEM(protection)), \
	FIND  ("6.7", state ", " protection ": none", NONE, NULL, EACH, ITEM(protection)), \
	FIND  ("6.7", state ", " protection ": the new one", status == 0 ? 0 : NONE, NULL, EACH, ITEM("new " protection))

static const struct fact locks[] = {
	FRESH ("6.7", "no items"),
	STORE("ak"), STORE("ck"), STORE("dk"), STORE("aku"), STORE("cku"), STORE("dku"), STORE("akpu"),
	LOCK  ("6.7", "lock"),
	FIND  ("4.2", "one hidden row fails the whole", I, "untouched", EACH, ALL, RETURN_DATA),
	FIND  ("4.2", "whatever is asked for", I, NULL, EACH, ALL),
	UPDATE("4.3", "and an update", I, DICT(EACH), DICT({"labl", T("l")})),
	FIND  ("4.2", "which changed nothing", NONE, NULL, EACH, {"labl", T("l")}),
	UPDATE("4.3", "to a class that is locked", I, DICT(EACH, ITEM("dk")), DICT(CLASS_OF("ak"))),
	UPDATE("4.3", "from a class that is locked", I, DICT(EACH, ITEM("ak")), DICT(CLASS_OF("dk"))),
	UPDATE("4.3", "to a class that is not", 0, DICT(EACH, ITEM("dk")), DICT(CLASS_OF("ck"))),
	UPDATE("4.3", "and back", 0, DICT(EACH, ITEM("dk")), DICT(CLASS_OF("dk"))),
	TRY("locked", "ak",   I),
	TRY("locked", "ck",   0),
	TRY("locked", "dk",   0),
	TRY("locked", "aku",  I),
	TRY("locked", "cku",  0),
	TRY("locked", "dku",  0),
	TRY("locked", "akpu", I),
	UNLOCK("6.7", "unlock"),

	FRESH ("6.7", "no items"),
	STORE("ak"), STORE("ck"), STORE("dk"), STORE("aku"), STORE("cku"), STORE("dku"), STORE("akpu"),
	RESTART("6.7", "start anew"),
	UPDATE("4.3", "to a class that was not yet opened", I, DICT(EACH, ITEM("dk")), DICT(CLASS_OF("ck"))),
	TRY("before the first unlock", "ak",   I),
	TRY("before the first unlock", "ck",   I),
	TRY("before the first unlock", "dk",   0),
	TRY("before the first unlock", "aku",  I),
	TRY("before the first unlock", "cku",  I),
	TRY("before the first unlock", "dku",  0),
	TRY("before the first unlock", "akpu", I),
	UNLOCK("6.7", "unlock"),

	FRESH ("6.7", "no items"),
	STORE("ak"), STORE("ck"), STORE("dk"), STORE("aku"), STORE("cku"), STORE("dku"), STORE("akpu"),
	TRY("unlocked", "ak",   0),
	TRY("unlocked", "ck",   0),
	TRY("unlocked", "dk",   0),
	TRY("unlocked", "aku",  0),
	TRY("unlocked", "cku",  0),
	TRY("unlocked", "dku",  0),
	TRY("unlocked", "akpu", 0),
};

static const struct fact restarts[] = {
	FRESH ("6.6", "no items"),
	ADD   ("6.6", "another item", 0, NULL, EACH, ITEM("other"), {"v_Data", D("other")}),
	ADD   ("6.6", "an item", 0, NULL, EACH, ITEM("a"), SECRET, RETURN_PREF),
	RESTART("6.6", "start anew"),
	UNLOCK("6.6", "unlock"),
	FIND  ("6.6", "its reference finds it", 0, "data:secret", {"v_PersistentRef", LAST}, RETURN_DATA),
	UPDATE("6.6", "changed by its reference", 0, DICT({"v_PersistentRef", LAST}),
	       DICT({"labl", T("l")}, ITEM("b"), {"v_Data", D("new")})),
	UPDATE("6.6", "another group", 0, DICT({"v_PersistentRef", LAST}), DICT({"agrp", T("other")})),
	UPDATE("6.6", "synced", 0, DICT({"v_PersistentRef", LAST}), DICT({"sync", YES})),
	RESTART("6.6", "start anew"),
	UNLOCK("6.6", "unlock"),
	FIND  ("6.6", "it still finds it", 0, "?vwht=text:b,agrp=text:other,sync=number:1,labl=text:l,v_Data=data:new",
	       {"v_PersistentRef", LAST}, RETURN_ATTRS, RETURN_DATA),
	DELETE("6.6", "deleted by it", 0, {"v_PersistentRef", LAST}, {"u_Tomb", NO}),
	RESTART("6.6", "start anew"),
	UNLOCK("6.6", "unlock"),
	FIND  ("6.6", "then it is stale", NONE, "untouched", {"v_PersistentRef", LAST}, RETURN_DATA),
	FIND  ("6.6", "the other is there", 0, "[data:other]", EACH, ALL, ANY, RETURN_DATA),
};

/* The last row that was added. */
#define OF_LAST " WHERE id = (SELECT max(id) FROM item)"
#define META "UPDATE item SET meta = substr(meta, 2)" OF_LAST
#define MORE "UPDATE item SET meta = CAST(meta || x'00' AS BLOB)" OF_LAST
#define DATA "UPDATE item SET secret = substr(secret, 2)" OF_LAST
#define TWO(damage) \
	FRESH ("6.8", "no items"), \
	ADD   ("6.8", "an item", 0, NULL, GENP, ITEM("a"), SECRET), \
	ADD   ("6.8", "another", 0, NULL, GENP, ITEM("b"), {"v_Data", D("other")}, RETURN_PREF), \
	DAMAGE("6.8", "which is damaged", damage)

static const struct fact damages[] = {
	TWO(META),
	FIND  ("6.8", "a damaged row is not found", NONE, "untouched", GENP, ITEM("b"), RETURN_ATTRS),
	FIND  ("6.8", "nor among all", 0, "[data:secret]", GENP, ALL, RETURN_DATA),
	TWO(META),
	FIND  ("6.8", "nor by its reference", NONE, NULL, {"v_PersistentRef", LAST}),
	TWO(MORE),
	FIND  ("6.8", "whatever the damage", NONE, NULL, GENP, ITEM("b")),
	TWO(META),
	FIND  ("6.8", "among all", 0, "[data:secret]", GENP, ALL, RETURN_DATA),
	TWO(META),
	FIND  ("6.8", "one of those left", 0, "?vwht=text:a", GENP, RETURN_ATTRS),
	TWO(META),
	ADD   ("4.1", "it is replaced by a new item", 0, NULL, GENP, ITEM("b"), {"v_Data", D("new")}),
	FIND  ("4.1", "which is there", 0, "[data:new data:secret]", GENP, ALL, RETURN_DATA),
	TWO(META),
	UPDATE("4.3", "an update does not find it", NONE, DICT(GENP, ITEM("b")), DICT({"labl", T("l")})),
	TWO(META),
	UPDATE("4.3", "and changes the others", 0, DICT(GENP), DICT({"labl", T("l")})),
	FIND  ("4.3", "which is done", 0, "[data:secret]", GENP, ALL, {"labl", T("l")}, RETURN_DATA),
	TWO(META),
	UPDATE("4.3", "it gives way to another", 0, DICT(GENP, ITEM("a")), DICT(ITEM("b"))),
	FIND  ("4.3", "which is there", 0, "[data:secret]", GENP, ALL, ITEM("b"), RETURN_DATA),
	TWO(META),
	DELETE("6.8", "a deletion does not find it", NONE, GENP, ITEM("b")),
	TWO(META),
	DELETE("6.8", "and deletes the others", 0, GENP),
	FIND  ("6.8", "which is done", NONE, NULL, GENP),
	TWO(DATA),
	FIND  ("6.8", "damaged data: not found", NONE, "untouched", GENP, ITEM("b"), RETURN_DATA),
	TWO(DATA),
	FIND  ("6.8", "damaged data: among all", 0, "[data:secret]", GENP, ALL, RETURN_DATA),
	TWO(DATA),
	UPDATE("6.8", "damaged data: an update", NONE, DICT(GENP, ITEM("b")), DICT({"labl", T("l")})),
};

/* Around something that happens to the file. */
static const struct fact before[] = {
	FRESH ("6.8", "no items"),
	ADD   ("6.8", "an item", 0, NULL, GENP, ITEM("a"), SECRET, RETURN_PREF),
};
static const struct fact after[] = {
	UNLOCK("6.8", "unlock"),
	FIND  ("6.8", "it is there", 0, "data:secret", {"v_PersistentRef", LAST}, RETURN_DATA),
};
/* clang-format on */

const struct fact_table lock_facts = {"6.7: the lock", locks, KC_COUNT_OF(locks)};
const struct fact_table restart_facts = {"6.6: references", restarts, KC_COUNT_OF(restarts)};
const struct fact_table before_facts = {"6.8: before", before, KC_COUNT_OF(before)};
const struct fact_table after_facts = {"6.8: after", after, KC_COUNT_OF(after)};
const struct fact_table damage_facts = {"6.8: damage", damages, KC_COUNT_OF(damages)};
