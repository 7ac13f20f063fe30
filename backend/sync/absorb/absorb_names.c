/* SPDX-License-Identifier: ISC */
/*
 * Finding items by what logs name: whoever writes a log may name as much as it writes, so neither
 * is looked through for each of the other.
 */
#include "backend/sync/absorb/absorb_impl.h"

#include <string.h>

/* A writer seals a version anew only when keys are new. */
#define MOST_COPIES 64

void kc_absorb_names_done(struct kc_absorb_names *names)
{
	free(names->rows);
	*names = (struct kc_absorb_names){.rows = NULL};
}

static int by_name(const void *a, const void *b)
{
	const struct kc_absorb_name *x = a, *y = b;
	int order = (x->member > y->member) - (x->member < y->member);

	order = order ? order : memcmp(x->name, y->name, sizeof x->name);
	return order ? order : memcmp(x->digest, y->digest, sizeof x->digest);
}

static void sort(struct kc_absorb_names *names)
{
	if (names->count)
		qsort(names->rows, names->count, sizeof *names->rows, by_name);
}

static struct kc_absorb_name name_of(const struct kc_absorb_reader *r, size_t member,
	const uint8_t name[static KC_RECORD_NAME_LEN], const uint8_t *digest)
{
	struct kc_absorb_name row = {.member = 0};

	/* Whose an item of a feed is stands within it. */
	if (!r->absorb->gathered->by_feed)
		row.member = member;
	memcpy(row.name, name, sizeof row.name);
	if (digest)
		memcpy(row.digest, digest, sizeof row.digest);
	return row;
}

static void add(const struct kc_absorb_reader *r, size_t number, const uint8_t *digest,
	struct kc_absorb_names *names)
{
	const struct kc_absorb_record *record = &r->absorb->records[number];
	struct kc_absorb_name *row = &names->rows[names->count++];

	*row = name_of(r, record->member, record->name, digest);
	row->record = number;
}

/* The first that is not before what is wanted. */
static size_t find(const struct kc_absorb_names *names, const struct kc_absorb_name *wanted)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_name(&names->rows[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* --- versions -----------------------------------------------------------------------------------
 */

/* One that did not pass is opened once more, for its digest. */
static kc_err add_refused(struct kc_absorb_reader *r, size_t number)
{
	uint8_t digest[KC_VERSION_DIGEST_LEN];
	kc_err err = kc_absorb_digest(r, &r->absorb->records[number], digest);

	if (err == KC_OK)
		add(r, number, digest, &r->versions);
	return kc_absorb_is_verdict(err) ? KC_OK : err;
}

kc_err kc_absorb_name_versions(struct kc_absorb_reader *r)
{
	const struct kc_absorb *absorb = r->absorb;

	r->versions.rows = calloc(absorb->count + 1, sizeof *r->versions.rows);
	if (!r->versions.rows)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < r->item_count; i++)
		add(r, r->items[i].record, r->items[i].version.digest, &r->versions);
	for (size_t i = 0; i < absorb->count; i++)
		if (absorb->records[i].kind == KC_ABSORB_ITEM &&
			absorb->records[i].state == KC_E_REFUSED)
			KC_TRY(add_refused(r, i));
	sort(&r->versions);
	return KC_OK;
}

bool kc_absorb_was_refused(
	const struct kc_absorb_reader *r, size_t member, const struct kc_log_entry *entry)
{
	const struct kc_absorb_name wanted = name_of(r, member, entry->name, entry->digest);
	const struct kc_absorb_names *names = &r->versions;
	size_t first = find(names, &wanted);

	for (size_t i = first; i < names->count && i - first < MOST_COPIES; i++) {
		if (by_name(&names->rows[i], &wanted) != 0)
			return false;
		if (r->absorb->records[names->rows[i].record].state == KC_E_REFUSED)
			return true;
	}
	return false;
}

/* --- what waits for the unlock ------------------------------------------------------------------
 */

kc_err kc_absorb_name_shut(struct kc_absorb_reader *r)
{
	const struct kc_absorb *absorb = r->absorb;
	struct kc_item_header header;

	r->shut.rows = calloc(absorb->count + 1, sizeof *r->shut.rows);
	if (!r->shut.rows)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < absorb->count; i++) {
		const struct kc_absorb_record *record = &absorb->records[i];

		if (record->kind != KC_ABSORB_ITEM || record->state != KC_E_LOCKED)
			continue;
		add(r, i, NULL, &r->shut);
		if (kc_item_record_peek(record->value, &header) == KC_OK)
			r->shut_views[r->shut.rows[r->shut.count - 1].member] |=
				1u << kc_absorb_view(r, header.view_tag);
	}
	sort(&r->shut);
	return KC_OK;
}

bool kc_absorb_awaits_unlock(const struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_log_entry *entry)
{
	static const uint8_t any[KC_RECORD_NAME_LEN];
	const struct kc_absorb_name wanted = name_of(r, member, entry ? entry->name : any, NULL);
	size_t found;

	if (!entry)
		return r->shut_views[wanted.member] >> view & 1;
	found = find(&r->shut, &wanted);
	return found < r->shut.count && by_name(&r->shut.rows[found], &wanted) == 0;
}
