/* SPDX-License-Identifier: ISC */
/* Entries in order of arrival, found through slots by open addressing. */
#include "keychainapi/CoreFoundation/cf_table.h"

static const void *retained(CFDictionaryRetainCallBack retain, const void *value)
{
	return retain ? retain(NULL, value) : value;
}

static void release(CFDictionaryReleaseCallBack release_call, const void *value)
{
	if (release_call)
		release_call(NULL, value);
}

static bool equal(CFDictionaryEqualCallBack equal_call, const void *a, const void *b)
{
	return a == b || (equal_call && equal_call(a, b));
}

static CFHashCode hash_of(const struct _kc_cf_table *table, const void *key)
{
	return (table->key_calls.hash ? table->key_calls.hash(key) : (CFHashCode)key) | 1;
}

void _kc_cf_table_init(struct _kc_cf_table *table, const CFDictionaryKeyCallBacks *key_calls,
	const CFDictionaryValueCallBacks *value_calls)
{
	memset(table, 0, sizeof *table);
	if (key_calls)
		table->key_calls = *key_calls;
	if (value_calls)
		table->value_calls = *value_calls;
}

/* --- finding --------------------------------------------------------------------------------- */

/* Hashes that count, or are addresses, differ in few bits: a multiplication spreads them. */
static size_t first_slot(const struct _kc_cf_table *table, CFHashCode hash)
{
	return (size_t)((uint64_t)hash * 0x9e3779b97f4a7c15 >> (64 - table->slot_bits));
}

static size_t next_slot(const struct _kc_cf_table *table, size_t slot)
{
	return (slot + 1) & (((size_t)1 << table->slot_bits) - 1);
}

static bool is_entry_of(const struct _kc_cf_table *table, const struct _kc_cf_table_entry *entry,
	CFHashCode hash, const void *key)
{
	return entry->hash == hash && equal(table->key_calls.equal, entry->key, key);
}

static struct _kc_cf_table_entry *find_hashed(
	const struct _kc_cf_table *table, const void *key, CFHashCode hash)
{
	if (!table->slots) {
		for (size_t i = 0; i < table->used; i++)
			if (is_entry_of(table, &table->entries[i], hash, key))
				return &table->entries[i];
		return NULL;
	}
	for (size_t slot = first_slot(table, hash); table->slots[slot];
		slot = next_slot(table, slot)) {
		struct _kc_cf_table_entry *entry = &table->entries[table->slots[slot] - 1];

		if (is_entry_of(table, entry, hash, key))
			return entry;
	}
	return NULL;
}

struct _kc_cf_table_entry *_kc_cf_table_find(const struct _kc_cf_table *table, const void *key)
{
	return table->live ? find_hashed(table, key, hash_of(table, key)) : NULL;
}

/* --- room ------------------------------------------------------------------------------------ */

static void link_entry(struct _kc_cf_table *table, size_t number)
{
	size_t slot;

	if (!table->slots)
		return;
	slot = first_slot(table, table->entries[number].hash);
	while (table->slots[slot])
		slot = next_slot(table, slot);
	table->slots[slot] = (uint32_t)(number + 1);
}

static void make_slots(struct _kc_cf_table *table)
{
	free(table->slots);
	table->slots = NULL;
	if (table->capacity <= KC_CF_TABLE_SMALL)
		return;
	table->slot_bits = (unsigned)__builtin_ctzll(2 * table->capacity);
	table->slots = _kc_cf_must_alloc((size_t)1 << table->slot_bits, sizeof *table->slots);
	for (size_t i = 0; i < table->used; i++)
		link_entry(table, i);
}

/*
 * Room for one more: throws the holes out, and doubles the capacity unless that left half of it
 * free. So a move of n entries comes after at least n / 2 additions.
 */
static void make_room(struct _kc_cf_table *table)
{
	struct _kc_cf_table_entry *entries;
	size_t capacity = table->capacity ? table->capacity : KC_CF_TABLE_SMALL;
	size_t live = 0;

	if (table->used < table->capacity)
		return;
	while (table->live > capacity / 2)
		capacity *= 2;
	KC_CF_REQUIRE(capacity <= UINT32_MAX, "there are too many entries");
	entries = _kc_cf_must_alloc(capacity, sizeof *entries);
	for (size_t i = 0; i < table->used; i++)
		if (table->entries[i].hash)
			entries[live++] = table->entries[i];
	free(table->entries);
	table->entries = entries;
	table->used = live;
	table->capacity = capacity;
	make_slots(table);
}

/* --- changing -------------------------------------------------------------------------------- */

static void add(struct _kc_cf_table *table, const void *key, CFHashCode hash, const void *value)
{
	struct _kc_cf_table_entry *entry;

	make_room(table);
	entry = &table->entries[table->used];
	entry->hash = hash;
	entry->key = retained(table->key_calls.retain, key);
	entry->value = retained(table->value_calls.retain, value);
	link_entry(table, table->used);
	table->used++;
	table->live++;
}

/* Old keys and values are released last: what that runs may look at the table. */
void _kc_cf_table_put(
	struct _kc_cf_table *table, const void *key, const void *value, enum _kc_cf_table_mode mode)
{
	CFHashCode hash = hash_of(table, key);
	struct _kc_cf_table_entry *entry = find_hashed(table, key, hash);
	const void *old;

	if (!entry) {
		if (mode != KC_CF_TABLE_REPLACE)
			add(table, key, hash, value);
		return;
	}
	if (mode == KC_CF_TABLE_ADD)
		return;
	old = entry->value;
	entry->value = retained(table->value_calls.retain, value);
	release(table->value_calls.release, old);
}

void _kc_cf_table_replace_key(
	struct _kc_cf_table *table, struct _kc_cf_table_entry *entry, const void *key)
{
	const void *old = entry->key;

	entry->key = retained(table->key_calls.retain, key);
	release(table->key_calls.release, old);
}

void _kc_cf_table_remove(struct _kc_cf_table *table, const void *key)
{
	struct _kc_cf_table_entry *entry = _kc_cf_table_find(table, key);
	struct _kc_cf_table_entry old;

	if (!entry)
		return;
	old = *entry;
	*entry = (struct _kc_cf_table_entry){0};
	table->live--;
	release(table->key_calls.release, old.key);
	release(table->value_calls.release, old.value);
}

void _kc_cf_table_clear(struct _kc_cf_table *table)
{
	struct _kc_cf_table old = *table;
	const struct _kc_cf_table_entry *entry;
	size_t position = 0;

	_kc_cf_table_init(table, &old.key_calls, &old.value_calls);
	while ((entry = _kc_cf_table_next(&old, &position))) {
		release(old.key_calls.release, entry->key);
		release(old.value_calls.release, entry->value);
	}
	free(old.entries);
	free(old.slots);
}

/* --- all entries ----------------------------------------------------------------------------- */

const struct _kc_cf_table_entry *_kc_cf_table_next(
	const struct _kc_cf_table *table, size_t *position)
{
	while (*position < table->used) {
		const struct _kc_cf_table_entry *entry = &table->entries[(*position)++];

		if (entry->hash)
			return entry;
	}
	return NULL;
}

void _kc_cf_table_put_all(struct _kc_cf_table *table, const struct _kc_cf_table *other)
{
	const struct _kc_cf_table_entry *entry;
	size_t position = 0;

	while ((entry = _kc_cf_table_next(other, &position)))
		_kc_cf_table_put(table, entry->key, entry->value, KC_CF_TABLE_SET);
}

size_t _kc_cf_table_count_value(const struct _kc_cf_table *table, const void *value)
{
	const struct _kc_cf_table_entry *entry;
	size_t position = 0, count = 0;

	while ((entry = _kc_cf_table_next(table, &position)))
		count += equal(table->value_calls.equal, entry->value, value);
	return count;
}

bool _kc_cf_table_equal(const struct _kc_cf_table *a, const struct _kc_cf_table *b)
{
	const struct _kc_cf_table_entry *entry, *twin;
	size_t position = 0;

	if (a->live != b->live || a->key_calls.equal != b->key_calls.equal ||
		a->value_calls.equal != b->value_calls.equal)
		return false;
	while ((entry = _kc_cf_table_next(a, &position))) {
		twin = _kc_cf_table_find(b, entry->key);
		if (!twin || !equal(a->value_calls.equal, entry->value, twin->value))
			return false;
	}
	return true;
}

/* --- description ----------------------------------------------------------------------------- */

static void append_member(
	CFMutableStringRef text, CFDictionaryCopyDescriptionCallBack describe, const void *member)
{
	CFStringRef description = _kc_cf_copy_member_description(describe, member);

	CFStringAppendFormat(text, NULL, CFSTR("%@"), description);
	if (description)
		CFRelease(description);
}

CFStringRef _kc_cf_table_copy_description(
	const struct _kc_cf_table *table, CFTypeRef holder, bool with_values)
{
	CFMutableStringRef text = CFStringCreateMutable(NULL, 0);
	const struct _kc_cf_table_entry *entry;
	size_t position = 0;

	if (!text)
		return NULL;
	CFStringAppendFormat(text, NULL,
		CFSTR("<CFBasicHash %p [%p]>{type = %s %s, count = %zu,\nentries =>\n"), holder,
		(const void *)CFGetAllocator(holder),
		_kc_cf_is_mutable(holder) ? "mutable" : "immutable", with_values ? "dict" : "set",
		table->live);
	while ((entry = _kc_cf_table_next(table, &position))) {
		CFStringAppendFormat(text, NULL, CFSTR("\t%zu : "), position - 1);
		append_member(text, table->key_calls.copyDescription, entry->key);
		if (with_values) {
			CFStringAppendFormat(text, NULL, CFSTR(" = "));
			append_member(text, table->value_calls.copyDescription, entry->value);
		}
		CFStringAppendFormat(text, NULL, CFSTR("\n"));
	}
	CFStringAppendFormat(text, NULL, CFSTR("}\n"));
	return _kc_cf_freeze(text);
}
