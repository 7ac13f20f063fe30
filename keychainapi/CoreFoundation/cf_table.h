/* SPDX-License-Identifier: ISC */
/* The hash table inside dictionaries and sets. */
#ifndef KC_CF_TABLE_H
#define KC_CF_TABLE_H

#include "keychainapi/CoreFoundation/cf_internal.h"

struct _kc_cf_table_entry {
	CFHashCode hash; /* odd; 0 marks a hole that a removed entry left */
	const void *key;
	const void *value;
};

/*
 * Invariants:
 * 1. entries[0..used) are in order of arrival; live of them are not holes.
 * 2. A table of a capacity up to KC_CF_TABLE_SMALL has no slots and is searched from end to end.
 * 3. Else there are 2^slot_bits slots, twice the capacity. A slot is 0, or 1 + the number of an
 *    entry, hole or not; each entry is reached from its hash's slot by steps of one over slots
 *    that are not 0.
 */
struct _kc_cf_table {
	CFDictionaryKeyCallBacks key_calls;
	CFDictionaryValueCallBacks value_calls;
	struct _kc_cf_table_entry *entries;
	uint32_t *slots;
	size_t used, live, capacity;
	unsigned slot_bits;
};

#define KC_CF_TABLE_SMALL 8

enum _kc_cf_table_mode {
	KC_CF_TABLE_ADD, /* keeps the value of a key that is there */
	KC_CF_TABLE_SET,
	KC_CF_TABLE_REPLACE, /* does nothing about a key that is not there */
};

/* An empty table; NULL callbacks are plain pointers. */
void _kc_cf_table_init(struct _kc_cf_table *table, const CFDictionaryKeyCallBacks *key_calls,
	const CFDictionaryValueCallBacks *value_calls);

/* Releases all keys and values; the table is empty then and may be used again. */
void _kc_cf_table_clear(struct _kc_cf_table *table);

/* The entry of a key, good until the table changes; NULL when absent. Constant time on average. */
struct _kc_cf_table_entry *_kc_cf_table_find(const struct _kc_cf_table *table, const void *key);

void _kc_cf_table_put(struct _kc_cf_table *table, const void *key, const void *value,
	enum _kc_cf_table_mode mode);
void _kc_cf_table_remove(struct _kc_cf_table *table, const void *key);

/* Puts a key that equals the entry's in its place. */
void _kc_cf_table_replace_key(
	struct _kc_cf_table *table, struct _kc_cf_table_entry *entry, const void *key);

/* Puts all of another table in. */
void _kc_cf_table_put_all(struct _kc_cf_table *table, const struct _kc_cf_table *other);

/* Goes through the entries: position begins at 0; NULL at the end. */
const struct _kc_cf_table_entry *_kc_cf_table_next(
	const struct _kc_cf_table *table, size_t *position);

/* How many entries have the value. */
size_t _kc_cf_table_count_value(const struct _kc_cf_table *table, const void *value);

/* Same callbacks for equality, equal keys with equal values. */
bool _kc_cf_table_equal(const struct _kc_cf_table *a, const struct _kc_cf_table *b);

/* The description of the dictionary (with values) or set (without) that holds the table. */
CFStringRef _kc_cf_table_copy_description(
	const struct _kc_cf_table *table, CFTypeRef holder, bool with_values);

#endif
