/* SPDX-License-Identifier: ISC */
/*
 * Versions that came in and lost, for the history: no row here has had them, and their writer may
 * be lost tomorrow.
 *
 * A version says of which one it was made, by its t (doc/protocol.md 8). So one that a greater one
 * was made of is an older value and no loss; and one that is later than what the greater one was
 * made of was not known to its writer. A member that lies there hides what it could have
 * overwritten, and nothing that was here.
 *
 * Of one record no more is opened than the history keeps of one primary key, however many came.
 */
#include "backend/sync/absorb/absorb_impl.h"

#include <string.h>

#include "backend/store/change.h"
#include "backend/store/history.h"

/* What is known of one record after the merge. */
struct contest {
	struct kc_absorb_reader *r;
	const struct kc_absorb_item *items; /* that came of it, the greatest last */
	size_t count;
	uint64_t *replaced; /* that others were made of, sorted; as many */
	struct kc_track held;
};

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void sort_replaced(const struct contest *c)
{
	for (size_t i = 0; i < c->count; i++)
		c->replaced[i] = c->items[i].replaced;
	qsort(c->replaced, c->count, sizeof *c->replaced, by_number);
}

static bool gave_way(const struct contest *c, const struct kc_version *version)
{
	return kc_track_gives_way(&c->held, version->t);
}

/* Whether somebody saw it, and made another one of it. */
static bool is_followed(const struct contest *c, const struct kc_version *version)
{
	return version->t == c->held.replaced ||
	       bsearch(&version->t, c->replaced, c->count, sizeof *c->replaced, by_number) != NULL;
}

/* A newcomer has not lost what was old before it came. */
static bool is_before_us(const struct contest *c, const struct kc_version *version)
{
	return c->r->circle->joining && version->t < c->held.replaced;
}

static bool has_lost(const struct contest *c, const struct kc_absorb_item *item)
{
	const struct kc_version *version = &item->version;
	bool is_held = !c->held.pending &&
		       memcmp(c->held.digest, version->digest, sizeof c->held.digest) == 0;

	if (item->deleted || item->acknowledged || item->unvouched || is_held ||
		version->t > c->held.t || c->r->absorb->records[item->record].state != KC_OK)
		return false;
	return gave_way(c, version) || (!is_followed(c, version) && !is_before_us(c, version));
}

/* --- keeping ------------------------------------------------------------------------------------
 */

/* The item that has its place now. */
static kc_err find_place(
	const struct contest *c, const struct kc_item *item, struct kc_stored *ret, bool *ret_is)
{
	kc_err err = c->held.item && !c->held.deleted
			     ? kc_row_get(c->r->txn, c->held.item, true, ret)
			     : kc_change_find_rival(c->r->txn, item, item->sync, ret);

	*ret_is = err == KC_OK && !ret->item.tomb;
	return err == KC_E_NOT_FOUND || err == KC_E_CORRUPT || err == KC_E_LOCKED ? KC_OK : err;
}

/* It gave way, if it is seen to what. */
static kc_err end_of(const struct contest *c, const struct kc_version *version,
	const struct kc_stored *winner, bool is_won, struct kc_history_end *ret)
{
	struct kc_track track;
	kc_err err;

	*ret = (struct kc_history_end){.how = KC_EARLIER_REPLACED,
		.writer = {.is_known = true},
		.by = kc_history_writer(&c->held)};
	memcpy(ret->writer.id, version->writer.bytes, sizeof ret->writer.id);
	if (version->t > c->held.replaced)
		ret->how = KC_EARLIER_LOST;
	if (c->held.deleted)
		ret->how = KC_EARLIER_DELETED;
	if (!is_won || !gave_way(c, version))
		return KC_OK;
	ret->how = KC_EARLIER_GAVE_WAY;
	ret->by = KC_HISTORY_HERE;
	err = kc_track_find_item(c->r->txn, winner->id, &track);
	if (err == KC_OK)
		ret->by = kc_history_writer(&track);
	return err == KC_E_NOT_FOUND || err == KC_E_CORRUPT ? KC_OK : err;
}

static kc_err keep(const struct contest *c, struct kc_incoming *incoming)
{
	struct kc_item *item = &incoming->body.item;
	KC_CLEANUP_STORED struct kc_stored winner = KC_STORED_INIT;
	struct kc_history_end end;
	bool is_won;

	KC_TRY(kc_merge_check(incoming));
	KC_TRY(find_place(c, item, &winner, &is_won));
	if (is_won && kc_history_is_same(&winner.item, item))
		return KC_OK;
	KC_TRY(end_of(c, &incoming->body.version, &winner, is_won, &end));
	return kc_history_keep_item(c->r->txn, item, &end);
}

static kc_err open_and_keep(const struct contest *c, const struct kc_absorb_item *item)
{
	struct kc_incoming incoming = {0};
	kc_err err = kc_absorb_open(c->r, &c->r->absorb->records[item->record], &incoming);

	if (err == KC_OK)
		err = keep(c, &incoming);
	kc_item_body_done(&incoming.body);
	return kc_absorb_is_verdict(err) ? KC_OK : err;
}

/* The greatest that lost, oldest first, as what is too old goes first. */
static kc_err keep_greatest(const struct contest *c)
{
	size_t first = c->count, number = 0;

	while (first > 0 && number < KC_HISTORY_PER_KEY)
		number += has_lost(c, &c->items[--first]);
	for (size_t i = first; i < c->count; i++)
		if (has_lost(c, &c->items[i]))
			KC_TRY(open_and_keep(c, &c->items[i]));
	return KC_OK;
}

static kc_err look_at_record(struct contest *c)
{
	kc_err err;

	if (c->count == 1 && c->items[0].applied)
		return KC_OK;
	err = kc_track_find_name(c->r->txn, c->items[0].name, &c->held);
	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT || (err == KC_OK && c->held.lost))
		return KC_OK;
	KC_TRY(err);
	sort_replaced(c);
	return keep_greatest(c);
}

static kc_err look_at_all(struct kc_absorb_reader *r, uint64_t *replaced)
{
	for (size_t i = 0; i < r->item_count;) {
		struct contest contest = {.r = r, .items = &r->items[i], .replaced = replaced};

		do
			contest.count++;
		while (++i < r->item_count &&
			memcmp(r->items[i].name, contest.items[0].name, KC_RECORD_NAME_LEN) == 0);
		KC_TRY(look_at_record(&contest));
	}
	return KC_OK;
}

kc_err kc_absorb_keep_losers(struct kc_absorb_reader *r)
{
	KC_CLEANUP_FREE uint64_t *replaced = calloc(r->item_count + 1, sizeof *replaced);

	return replaced ? look_at_all(r, replaced) : KC_ERR(NO_MEMORY);
}
