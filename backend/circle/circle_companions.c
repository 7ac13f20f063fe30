/* SPDX-License-Identifier: ISC */
/*
 * Cells that this device publishes with its lists, where the store keeps records: a list names them
 * until everybody has one who still answers (doc/protocol.md 3.2, rule 4).
 */
#include "backend/circle/circle_impl.h"

#include <string.h>

#include "base/clock.h"

/* --- what is in the operation -------------------------------------------------------------------
 */

/* The last value of a cell counts. */
static struct kc_put_cell *find_or_make(struct kc_circle *circle, struct kc_bytes key)
{
	struct kc_put_cell *grown;

	for (size_t i = 0; i < circle->put_cell_count; i++)
		if (kc_bytes_equal(kc_bytes_str(circle->put_cells[i].key), key))
			return &circle->put_cells[i];
	grown = reallocarray(circle->put_cells, circle->put_cell_count + 1, sizeof *grown);
	if (!grown)
		return NULL;
	circle->put_cells = grown;
	grown += circle->put_cell_count++;
	*grown = (struct kc_put_cell){.gone = false};
	memcpy(grown->key, key.data, key.len);
	return grown;
}

kc_err kc_circle_note_cell(struct kc_circle *circle, struct kc_bytes key, struct kc_bytes value)
{
	struct kc_put_cell *cell;

	if (circle->layout != KC_LAYOUT_RECORDS || !kc_companion_is_named(key))
		return KC_OK;
	if (!kc_op_is_key(key))
		return KC_ERR(BUG);
	cell = find_or_make(circle, key);
	if (!cell)
		return KC_ERR(NO_MEMORY);
	cell->gone = value.len == 0;
	return kc_companion_hash(value, cell->hash);
}

void kc_circle_forget_cells(struct kc_circle *circle)
{
	free(circle->put_cells);
	circle->put_cells = NULL;
	circle->put_cell_count = 0;
}

/* --- what a list says of it ---------------------------------------------------------------------
 */

/* Up to which of this device's lists everybody has all who still answers. */
static uint64_t heard_up_to(const struct kc_circle *circle, const struct kc_trust *trust)
{
	uint64_t least = UINT64_MAX, now = kc_clock_now_ms();

	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];
		const struct kc_seen *seen;
		uint64_t seq;

		if (i == circle->self || !kc_peer_set_has(trust->trusted, i) ||
			kc_circle_is_stale(m, now))
			continue;
		seen = m->list ? kc_list_find_seen(m->list, &circle->identity.id) : NULL;
		seq = seen ? seen->seq : 0;
		if (seq < least)
			least = seq;
	}
	return least;
}

static void drop_row(struct kc_list *list, size_t at)
{
	memmove(&list->companions[at], &list->companions[at + 1],
		(--list->companion_count - at) * sizeof *list->companions);
}

static void drop_key(struct kc_list *list, struct kc_bytes key)
{
	for (size_t i = 0; i < list->companion_count; i++)
		if (kc_bytes_equal(list->companions[i].key, key)) {
			drop_row(list, i);
			return;
		}
}

static void drop_oldest(struct kc_list *list)
{
	size_t oldest = 0;

	for (size_t i = 1; i < list->companion_count; i++)
		if (list->companions[i].seq < list->companions[oldest].seq)
			oldest = i;
	drop_row(list, oldest);
}

static void add_row(struct kc_list *list, const struct kc_companion *row)
{
	size_t at;

	drop_key(list, row->key);
	if (list->companion_count == KC_LIST_MAX_COMPANIONS)
		drop_oldest(list);
	at = list->companion_count++;
	for (; at > 0 && kc_companion_compare(row->key, list->companions[at - 1].key) < 0; at--)
		list->companions[at] = list->companions[at - 1];
	list->companions[at] = *row;
}

void kc_circle_name_companions(
	const struct kc_circle *circle, const struct kc_trust *trust, struct kc_list *list)
{
	const struct kc_list *before = kc_circle_self(circle)->list;
	uint64_t heard = heard_up_to(circle, trust);

	for (size_t i = 0; before && i < before->companion_count; i++)
		if (before->companions[i].seq > heard)
			add_row(list, &before->companions[i]);
	for (size_t i = 0; i < circle->put_cell_count; i++) {
		const struct kc_put_cell *cell = &circle->put_cells[i];
		struct kc_companion row = {.key = kc_bytes_str(cell->key), .seq = list->seq};

		memcpy(row.hash, cell->hash, sizeof row.hash);
		if (cell->gone || list->seq <= heard)
			drop_key(list, row.key);
		else
			add_row(list, &row);
	}
}
