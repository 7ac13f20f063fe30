/* SPDX-License-Identifier: ISC */
/*
 * The circle in cells: one for each part, and one that names them all, with their hashes
 * (CircleIndex of doc/keycircle.asn1). What has its hash already is not written again; a part that
 * is missing, or another than the one that is named, spoils the whole.
 */
#include "backend/sync/memory.h"

#include <stdio.h>
#include <string.h>

#include "backend/store/cell.h"
#include "backend/sync/caught.h"
#include "backend/sync/heard.h"
#include "crypto/hash.h"

#define CELL_INDEX "sync/circle"
#define DIGEST_LEN 32

struct entry {
	char name[KC_CIRCLE_PART_NAME_MAX];
	bool while_unlocked;
	uint8_t digest[DIGEST_LEN];
};

struct index {
	struct entry *rows; /* owned */
	size_t count, allocated;
};

static void index_done(struct index *index)
{
	free(index->rows);
}
#define CLEANUP_INDEX KC_CLEANUP(index_done)

static kc_err add_entry(struct index *index, const struct entry *entry)
{
	if (index->count == index->allocated) {
		size_t wanted = index->allocated ? 2 * index->allocated : 32;
		struct entry *grown = reallocarray(index->rows, wanted, sizeof *grown);

		if (!grown)
			return KC_ERR(NO_MEMORY);
		index->rows = grown;
		index->allocated = wanted;
	}
	index->rows[index->count++] = *entry;
	return KC_OK;
}

static const struct entry *find_entry(const struct index *index, const char *name)
{
	for (size_t i = 0; i < index->count; i++)
		if (strcmp(index->rows[i].name, name) == 0)
			return &index->rows[i];
	return NULL;
}

static enum kc_protection class_of(const struct entry *entry)
{
	return entry->while_unlocked ? KC_PROTECTION_AKU : KC_PROTECTION_CKU;
}

/* "sync/circle/members/3" */
struct cell_name {
	char text[sizeof CELL_INDEX "/" + KC_CIRCLE_PART_NAME_MAX];
};
static struct cell_name name_of(const struct entry *entry)
{
	struct cell_name name;

	snprintf(name.text, sizeof name.text, CELL_INDEX "/%s", entry->name);
	return name;
}

/* --- the index ----------------------------------------------------------------------------------
 */

static kc_err parse_index(struct kc_bytes saved, struct index *ret)
{
	struct kc_der_reader r, rows, one;

	kc_der_reader_init(&r, saved);
	kc_der_enter(&r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows)) {
		struct entry entry = {.while_unlocked = false};
		struct kc_bytes name;

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		name = kc_der_get_utf8(&one);
		entry.while_unlocked = kc_der_get_bool(&one);
		kc_der_get_array(&one, entry.digest, sizeof entry.digest);
		kc_der_leave(&rows, &one);
		if (name.len >= sizeof entry.name)
			return KC_ERR(CORRUPT);
		memcpy(entry.name, name.data, name.len);
		KC_TRY(add_entry(ret, &entry));
	}
	kc_der_leave(&r, &rows);
	return kc_der_reader_finish(&r) == KC_OK ? KC_OK : KC_ERR(CORRUPT);
}

static kc_err build_index(const struct index *index, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < index->count; i++) {
		kc_der_begin(&w, KC_DER_SEQUENCE);
		kc_der_put_str(&w, index->rows[i].name);
		kc_der_put_bool(&w, index->rows[i].while_unlocked);
		kc_der_put_bytes(&w, KC_BYTES_OF(index->rows[i].digest));
		kc_der_end(&w);
	}
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

/* Errors: NOT_FOUND; LOCKED, CORRUPT. */
static kc_err get_index(struct kc_txn *txn, struct kc_buf *ret_saved, struct index *ret)
{
	KC_TRY(kc_cell_get(txn, CELL_INDEX, ret_saved));
	return parse_index(kc_buf_bytes(ret_saved), ret);
}

/* --- reading ------------------------------------------------------------------------------------
 */

static kc_err get_part(struct kc_txn *txn, const struct entry *entry, struct kc_circle_parts *parts)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	struct cell_name name = name_of(entry);
	uint8_t digest[KC_HASH_MAX_LEN];
	kc_err err = kc_cell_get(txn, name.text, &value);

	if (err == KC_E_NOT_FOUND)
		return KC_ERR(CORRUPT);
	KC_TRY(err);
	KC_TRY(kc_hash_compute(KC_HASH_SHA256, kc_buf_bytes(&value), digest));
	if (memcmp(digest, entry->digest, sizeof entry->digest) != 0)
		return KC_ERR(CORRUPT);
	return kc_circle_parts_add(parts, kc_bytes_str(entry->name), entry->while_unlocked, &value);
}

kc_err kc_memory_get_circle(struct kc_txn *txn, struct kc_circle **ret)
{
	KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts parts = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	CLEANUP_INDEX struct index index = {0};
	bool locked = !kc_keybag_is_unlocked(txn->bag);
	kc_err err = get_index(txn, &saved, &index);

	if (err == KC_E_NOT_FOUND)
		return KC_ERR(NO_STORE);
	KC_TRY(err);
	for (size_t i = 0; i < index.count; i++)
		if (!index.rows[i].while_unlocked || !locked)
			KC_TRY(get_part(txn, &index.rows[i], &parts));
	KC_TRY(kc_circle_load(&parts, &circle));
	if (kc_circle_is_locked(circle) != locked)
		return KC_ERR(CORRUPT);
	*ret = circle;
	circle = NULL;
	return KC_OK;
}

kc_err kc_memory_get_open_circle(struct kc_txn *txn, struct kc_circle **ret)
{
	return kc_keybag_is_unlocked(txn->bag) ? kc_memory_get_circle(txn, ret) : KC_ERR(LOCKED);
}

/* --- writing ------------------------------------------------------------------------------------
 */

static kc_err put_part(struct kc_txn *txn, const struct index *before,
	const struct kc_circle_part *part, struct index *after)
{
	struct entry entry = {.while_unlocked = part->while_unlocked};
	const struct entry *old;
	uint8_t digest[KC_HASH_MAX_LEN];
	struct cell_name name;

	memcpy(entry.name, part->name, sizeof entry.name);
	KC_TRY(kc_hash_compute(KC_HASH_SHA256, kc_buf_bytes(&part->value), digest));
	memcpy(entry.digest, digest, sizeof entry.digest);
	KC_TRY(add_entry(after, &entry));
	old = find_entry(before, entry.name);
	if (old && old->while_unlocked == entry.while_unlocked &&
		memcmp(old->digest, entry.digest, sizeof entry.digest) == 0)
		return KC_OK;
	name = name_of(&entry);
	return kc_cell_put(txn, class_of(&entry), name.text, kc_buf_bytes(&part->value));
}

/* What is locked away stays as it is; what the circle has no more goes. */
static kc_err keep_or_remove(
	struct kc_txn *txn, const struct index *before, bool locked, struct index *after)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct entry *old = &before->rows[i];
		struct cell_name name = name_of(old);

		if (find_entry(after, old->name))
			continue;
		if (locked && old->while_unlocked)
			KC_TRY(add_entry(after, old));
		else
			KC_TRY(kc_cell_remove(txn, name.text));
	}
	return KC_OK;
}

kc_err kc_memory_put_circle(struct kc_txn *txn, struct kc_circle *circle)
{
	KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts parts = {0};
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT, now = KC_BUF_INIT;
	CLEANUP_INDEX struct index before = {0}, after = {0};
	kc_err err = get_index(txn, &saved, &before);

	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	KC_TRY(kc_circle_save(circle, &parts));
	for (size_t i = 0; i < parts.count; i++)
		KC_TRY(put_part(txn, &before, &parts.rows[i], &after));
	KC_TRY(keep_or_remove(txn, &before, kc_circle_is_locked(circle), &after));
	KC_TRY(build_index(&after, &now));
	if (kc_bytes_equal(kc_buf_bytes(&saved), kc_buf_bytes(&now)))
		return KC_OK;
	return kc_cell_put(txn, KC_PROTECTION_CKU, CELL_INDEX, kc_buf_bytes(&now));
}

kc_err kc_memory_drop_circle(struct kc_txn *txn)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	CLEANUP_INDEX struct index index = {0};
	kc_err err = get_index(txn, &saved, &index);

	/* Of an index that does not open the cells stay, and count for nothing. */
	if (err != KC_E_NOT_FOUND && err != KC_E_CORRUPT)
		KC_TRY(err);
	for (size_t i = 0; i < index.count; i++) {
		struct cell_name name = name_of(&index.rows[i]);

		KC_TRY(kc_cell_remove(txn, name.text));
	}
	KC_TRY(kc_cell_remove(txn, KC_HEARD_CELL));
	KC_TRY(kc_cell_remove(txn, KC_CAUGHT_CELL));
	return kc_cell_remove(txn, CELL_INDEX);
}
