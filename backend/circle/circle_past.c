/* SPDX-License-Identifier: ISC */
/*
 * What is remembered of a peer's lists, oldest first: number, identity, its own time and when it
 * was heard here. The last ones, and of the days before these the last one of each. There one may
 * cut (doc/protocol.md 11, 12).
 */
#include "backend/circle/circle_impl.h"

#include <string.h>

#include "base/clock.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)
#define MOST_PAST 64
#define LATEST 16

static struct kc_past_list *rows_of(const struct kc_member *member, size_t *ret_count)
{
	*ret_count = member->past.len / sizeof(struct kc_past_list);
	return (struct kc_past_list *)(void *)member->past.data;
}

/* Makes room for one more. The days are this device's: what a list says of its time must not drive
 * others out. */
static void thin(struct kc_member *member)
{
	size_t count, goes = 0;
	struct kc_past_list *rows = rows_of(member, &count);

	if (count < MOST_PAST)
		return;
	for (size_t i = 0; i + LATEST < count; i++)
		if (rows[i].heard_ms / DAY_MS == rows[i + 1].heard_ms / DAY_MS) {
			goes = i;
			break;
		}
	memmove(&rows[goes], &rows[goes + 1], (count - goes - 1) * sizeof *rows);
	kc_buf_truncate(&member->past, (count - 1) * sizeof *rows);
}

static kc_err add_row(
	struct kc_member *member, const struct kc_list *list, const struct kc_record_id *id)
{
	struct kc_past_list row = {.seq = list->seq,
		.id = *id,
		.time_ms = list->time_ms,
		.heard_ms = kc_clock_now_ms()};

	thin(member);
	kc_buf_push(&member->past, &row, sizeof row);
	return kc_buf_check(&member->past);
}

kc_err kc_circle_note_list(struct kc_member *member)
{
	return add_row(member, member->list, &member->list_id);
}

/* Before which of those that are remembered one of that number comes. */
static size_t place_of(const struct kc_past_list *rows, size_t count, uint64_t seq)
{
	size_t at = count;

	while (at > 0 && rows[at - 1].seq >= seq)
		at--;
	return at;
}

/* Only among those that are never thinned out: what is not there has not come. */
bool kc_circle_was_passed_over(const struct kc_member *member, uint64_t seq)
{
	size_t count;
	const struct kc_past_list *rows = rows_of(member, &count);
	size_t at = place_of(rows, count, seq);

	return at < count && count - at < LATEST && rows[at].seq != seq;
}

kc_err kc_circle_note_passed_list(
	struct kc_member *member, const struct kc_list *list, const struct kc_record_id *id)
{
	struct kc_past_list row, *rows;
	size_t count, at;

	KC_TRY(add_row(member, list, id));
	rows = rows_of(member, &count);
	row = rows[count - 1];
	at = place_of(rows, count - 1, list->seq);
	memmove(&rows[at + 1], &rows[at], (count - 1 - at) * sizeof *rows);
	rows[at] = row;
	return KC_OK;
}

/* --- where to cut -------------------------------------------------------------------------------
 */

static bool was_before(const struct kc_past_list *row, const struct kc_moment *before)
{
	return before->ms == 0 || (before->is_authors ? row->time_ms : row->heard_ms) < before->ms;
}

/* The last list from before a moment: one that was heard before it was made before it, and so were
 * those that it follows, whenever they came. Before all that are remembered, the one that the first
 * of them follows. */
void kc_circle_find_cut(
	const struct kc_member *member, const struct kc_moment *before, struct kc_exclusion *ret)
{
	size_t count;
	const struct kc_past_list *rows = rows_of(member, &count);

	for (size_t i = 0; i < count; i++)
		if (was_before(&rows[i], before)) {
			ret->cut_seq = rows[i].seq;
			ret->cut_id = rows[i].id;
		}
	if (ret->cut_seq == 0 && count > 0)
		ret->cut_seq = rows[0].seq - 1;
}

/* --- as it is kept, and told to a newcomer ------------------------------------------------------
 */

void kc_circle_put_past(struct kc_der_writer *w, const struct kc_member *member)
{
	size_t count;
	const struct kc_past_list *rows = rows_of(member, &count);

	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < count; i++) {
		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_uint(w, rows[i].seq);
		kc_der_put_bytes(w, KC_BYTES_OF(rows[i].id.bytes));
		kc_der_put_uint(w, rows[i].time_ms);
		kc_der_put_uint(w, rows[i].heard_ms);
		kc_der_end(w);
	}
	kc_der_end(w);
}

kc_err kc_circle_pull_past(struct kc_der_reader *r, struct kc_member *member)
{
	struct kc_der_reader rows, one;
	uint64_t before = 0;

	kc_buf_reset(&member->past);
	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && member->past.len < MOST_PAST * sizeof(struct kc_past_list)) {
		struct kc_past_list row;

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		row.seq = kc_der_get_uint(&one);
		kc_der_get_array(&one, row.id.bytes, sizeof row.id.bytes);
		row.time_ms = kc_der_get_uint_max(&one, KC_MAX_TIME - 1);
		row.heard_ms = kc_der_get_uint_max(&one, KC_MAX_TIME - 1);
		if (row.seq <= before)
			kc_der_reader_fail(&one);
		before = row.seq;
		kc_der_leave(&rows, &one);
		kc_buf_push(&member->past, &row, sizeof row);
	}
	kc_der_leave(r, &rows);
	KC_TRY(kc_der_reader_check(r));
	return kc_buf_check(&member->past);
}
