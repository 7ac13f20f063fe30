/* SPDX-License-Identifier: ISC */
/*
 * Facts about the item calls, a row each: a call, what it answers, what it gives back.
 *
 * Rows are run in order, on items that the rows before have left; FRESH begins with none. The first
 * column is the section of the behaviour specification (secitem.md, or "default" for the tolerances
 * of the default profile) that says so.
 */
#ifndef KC_TESTS_FACTS_H
#define KC_TESTS_FACTS_H

#include <Security/Security.h>

/* An object of a table. */
struct object {
	enum object_kind {
		OBJECT_NONE, /* no object: a NULL pointer */
		OBJECT_TEXT,
		OBJECT_CLASS, /* the class that the table is being checked for */
		OBJECT_DATA,
		OBJECT_NUMBER,
		OBJECT_SHORT, /* a number made as SInt16 */
		OBJECT_FRACTION,
		OBJECT_TRUTH,
		OBJECT_DATE,
		OBJECT_NULL, /* kCFNull */
		OBJECT_UUID,
		OBJECT_ARRAY,	   /* of the one text */
		OBJECT_CONTROL,	   /* an access control; a number of flags, or -1: no constraints */
		OBJECT_CONTAINING, /* an array of an access control */
		OBJECT_LAST,	   /* the last persistent reference that a call gave back */
		OBJECT_CHANGED,	   /* the same with another last byte */
		OBJECT_OLD_REF,	   /* class and row number */
	} kind;
	const char *text;
	double number;
	size_t len;
};

/* clang-format off */
#define T(words) {OBJECT_TEXT, words, 0, 0}
#define D(bytes) {OBJECT_DATA, bytes, 0, sizeof(bytes) - 1}
#define N(value) {OBJECT_NUMBER, NULL, value, 0}
#define SHORT(value) {OBJECT_SHORT, NULL, value, 0}
#define FRACTION(value) {OBJECT_FRACTION, NULL, value, 0}
#define YES {OBJECT_TRUTH, NULL, 1, 0}
#define NO {OBJECT_TRUTH, NULL, 0, 0}
#define DATE(value) {OBJECT_DATE, NULL, value, 0}
#define NOTHING {OBJECT_NULL, NULL, 0, 0}
#define UUID(words) {OBJECT_UUID, words, 0, 0}
#define ARRAY(words) {OBJECT_ARRAY, words, 0, 0}
#define CONTROL(protection, flags) {OBJECT_CONTROL, protection, flags, 0}
#define CONTAINING {OBJECT_CONTAINING, "ak", -1, 0}
#define MISSING {OBJECT_NONE, NULL, 0, 0}
#define LAST {OBJECT_LAST, NULL, 0, 0}
#define CHANGED {OBJECT_CHANGED, NULL, 0, 0}
#define OLD_REF(class) {OBJECT_OLD_REF, class, 0, 0}
/* clang-format on */

/* A member of a dictionary; the end has no key. A key that begins with '#' is no text: #number,
 * #fraction, #data, #truth, #null (kCFNull), #array, #half (of a surrogate pair), #none (no key).
 */
struct member {
	const char *key;
	struct object value;
};
#define DICT(...) ((const struct member[]){__VA_ARGS__, {NULL, {0}}})
#define EMPTY ((const struct member[]){{NULL, {0}}})

struct fact {
	const char *section, *what;
	enum call {
		CALL_FRESH,
		CALL_ADD,
		CALL_FIND,
		CALL_UPDATE,
		CALL_DELETE,
		CALL_LOCK,
		CALL_UNLOCK,
		CALL_RESTART,	 /* of the service, which is locked then */
		CALL_DELETE_ALL, /* SecItemDeleteAll */
		CALL_DAMAGE	 /* the database, by the words of result, while no service runs */
	} call;
	OSStatus status;
	/* What comes back, as describe.h writes it: the whole when it begins otherwise, single
	 * members ("acct=text:ana,-desc", "-" for absent) when it begins with '?'. NULL: not looked
	 * at. */
	const char *result;
	const struct member *dictionary, *changes;
};

/* clang-format off */
#define FRESH(section, what) {section, what, CALL_FRESH, 0, NULL, NULL, NULL}
#define LOCK(section, what) {section, what, CALL_LOCK, 0, NULL, NULL, NULL}
#define UNLOCK(section, what) {section, what, CALL_UNLOCK, 0, NULL, NULL, NULL}
#define DELETE_ALL(section, what, status) {section, what, CALL_DELETE_ALL, status, NULL, NULL, NULL}
#define RESTART(section, what) {section, what, CALL_RESTART, 0, NULL, NULL, NULL}
#define DAMAGE(section, what, sql) {section, what, CALL_DAMAGE, 0, sql, NULL, NULL}
#define ADD(section, what, status, result, ...) {section, what, CALL_ADD, status, result, DICT(__VA_ARGS__), NULL}
#define FIND(section, what, status, result, ...) {section, what, CALL_FIND, status, result, DICT(__VA_ARGS__), NULL}
#define DELETE(section, what, status, ...) {section, what, CALL_DELETE, status, NULL, DICT(__VA_ARGS__), NULL}
#define UPDATE(section, what, status, query, changes) {section, what, CALL_UPDATE, status, NULL, query, changes}
/* clang-format on */

/* clang-format off */
#define EACH {"class", {OBJECT_CLASS, NULL, 0, 0}}
#define GENP {"class", T("genp")}
#define INET {"class", T("inet")}
#define ALL {"m_Limit", T("m_LimitAll")}
#define ANY {"sync", T("syna")}
#define RETURN_DATA {"r_Data", YES}
#define RETURN_ATTRS {"r_Attributes", YES}
#define RETURN_REF {"r_Ref", YES}
#define RETURN_PREF {"r_PersistentRef", YES}
/* clang-format on */

struct fact_table {
	const char *name;
	const struct fact *rows;
	size_t count;
};
extern const struct fact_table attribute_facts, grammar_facts, call_facts, sync_facts, tomb_facts,
	lock_facts, restart_facts, damage_facts, before_facts, after_facts, default_facts,
	no_group_facts, long_group_facts, all_group_facts, some_group_facts, user_group_facts;

/* Checks every row of the table against the service of this device (tests/wire/device.h). */
void facts_check(const struct fact_table *table);
/* The same for each class that stores items; rows say EACH. */
void facts_check_each(const struct fact_table *table);

/* Stops the service; the next call starts another one. */
void facts_stop(void);

/* How a row damages the database: set by the test that has such rows. */
extern void (*facts_damage)(const char *sql);

/* Checks each attribute of each class (facts_ruler.c); deletes every item. Wants the access groups
 * "user" and "other". */
void facts_check_ruler(bool strict);

/* Checks what comes back of passwords (facts_shapes.c). Wants no items. */
void facts_check_shapes(bool strict);

/* Checks what each call says to each key (facts_keys.c); leaves no item behind. */
void facts_check_keys(bool strict);

#endif
