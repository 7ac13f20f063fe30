/* SPDX-License-Identifier: ISC */
/* Reading a feed, weighing what it says, and how far it was read. */
#include "backend/sync/line/feed.h"

#include <string.h>

#include "backend/store/sighting.h"
#include "backend/store/track.h"
#include "backend/sync/line/cell_name.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)
#define ITEM_PREFIX "i-"

_Static_assert(KC_SIGHTING_LEN == sizeof(struct kc_etag), "a sighting is an etag");

static void drop_strangers(struct kc_feed *feed)
{
	for (size_t i = 0; i < feed->stranger_count; i++)
		kc_buf_done(&feed->strangers[i].op.bytes);
	free(feed->strangers);
	feed->strangers = NULL;
	feed->stranger_count = 0;
}

void kc_feed_end_round(struct kc_feed *feed)
{
	drop_strangers(feed);
	kc_feed_names_done(&feed->later);
	kc_feed_names_done(&feed->known);
	kc_feed_names_done(&feed->gone);
	feed->was_read = feed->more = feed->altered = feed->all_listed = feed->afresh = false;
	feed->begun = false;
	feed->len = 0;
}

void kc_feed_done(struct kc_feed *feed)
{
	kc_feed_end_round(feed);
	kc_feed_names_done(&feed->waiting);
}

/* --- rows ---------------------------------------------------------------------------------------
 */

/* What a visitor of rows works with. */
struct reader {
	struct kc_feed *feed;
	struct kc_circle *circle;
	struct kc_gathered *gathered;
	enum kc_zone zone;
	bool again;
	size_t asked; /* the first of those waiting that are asked for now */
};

/* The record as an operation with one write, and its name. */
static kc_err make_op(const struct reader *r, const struct kc_record_row *row,
	const struct kc_cell *cell, struct kc_gathered_op *ret)
{
	struct kc_gathered_op op = {.member = r->circle->self,
		.bytes = KC_BUF_INIT,
		.zone = r->zone,
		.etag = row->etag,
		.again = r->again};
	struct kc_der_writer w;
	size_t len;
	kc_err err;

	kc_der_writer_init(&w, &op.bytes);
	kc_der_begin_about(&w, KC_DER_SEQUENCE, row->value.len + sizeof cell->key);
	kc_der_put_str(&w, cell->key);
	kc_der_put_bytes(&w, row->value);
	kc_der_end(&w);
	err = kc_der_writer_check(&w);
	len = op.bytes.len;
	kc_buf_push(&op.bytes, row->name, strlen(row->name) + 1);
	if (err == KC_OK)
		err = kc_buf_check(&op.bytes);
	if (err != KC_OK) {
		kc_buf_done(&op.bytes);
		return err;
	}
	kc_der_reader_init(&op.op.writes, kc_bytes(op.bytes.data, len));
	op.op.write_count = 1;
	op.name = (const char *)op.bytes.data + len;
	*ret = op;
	return KC_OK;
}

static size_t cost_of(const struct kc_record_row *row)
{
	return row->value.len + KC_RECORDS_MAX_NAME + sizeof(struct kc_gathered_op) +
	       KC_GATHER_WRITE_LEN;
}

static kc_err add_stranger(
	struct kc_feed *feed, const struct kc_writer_id *writer, const struct kc_gathered_op *op)
{
	struct kc_feed_stranger *grown =
		reallocarray(feed->strangers, feed->stranger_count + 1, sizeof *grown);

	if (!grown)
		return KC_ERR(NO_MEMORY);
	feed->strangers = grown;
	grown[feed->stranger_count++] = (struct kc_feed_stranger){*writer, *op};
	return KC_OK;
}

static kc_err take_op(struct reader *r, const struct kc_cell *cell, const struct kc_record_row *row)
{
	struct kc_gathered_op op;
	kc_err err;

	KC_TRY(make_op(r, row, cell, &op));
	err = cell->is_item ? kc_gathered_add(r->gathered, &op)
			    : add_stranger(r->feed, &cell->writer, &op);
	if (err != KC_OK)
		kc_buf_done(&op.bytes);
	return err;
}

/* Looks at this device's own list: whether it is the last one. */
static kc_err look_at_own(struct reader *r, const struct kc_cell *cell, struct kc_bytes sealed)
{
	struct kc_circle *circle = r->circle;
	const struct kc_member *self = kc_circle_self(circle);
	struct kc_place_in_store place = {&circle->account, &cell->writer, kc_bytes_str(cell->key)};
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_record_id id;

	if (!list)
		return KC_ERR(NO_MEMORY);
	r->feed->own_seen = false;
	if (kc_circle_open(circle, &place, sealed, &record) != KC_OK ||
		kc_list_parse(kc_buf_bytes(&record), &circle->account, list, &id) != KC_OK)
		return KC_OK;
	r->feed->own_seen = self->list && kc_record_id_equal(&id, &self->list_id);
	if (r->feed->own_seen)
		return KC_OK;
	KC_TRY(kc_circle_look_for_twin(circle, kc_buf_bytes(&record)));
	if (!circle->copied)
		return KC_OK;
	/* This device has said something that it does not know of. */
	circle->alarm = KC_ALARM_FORK;
	return KC_ERR(STORE_SUSPECT);
}

static bool is_own(const struct reader *r, const struct kc_cell *cell)
{
	struct kc_writer_id own = kc_circle_writer(&r->circle->identity.id);

	return !cell->is_item && memcmp(&own, &cell->writer, sizeof own) == 0;
}

/* Of the names that are asked for again. */
static void meet(struct reader *r, const char *name)
{
	for (size_t i = r->asked; r->again && i < r->asked + KC_RECORDS_MAX_BATCH; i++)
		if (i < r->feed->waiting.count && strcmp(r->feed->waiting.rows[i].name, name) == 0)
			r->feed->waiting.rows[i].met = true;
}

static kc_err see_session(struct kc_feed *feed, const struct kc_record_row *row)
{
	kc_err err = feed->sessions ? kc_session_logs_see(feed->sessions, row) : KC_OK;

	return err == KC_E_REFUSED ? KC_ERR(STORE_SUSPECT) : err;
}

static kc_err visit(void *context, const struct kc_record_row *row)
{
	struct reader *r = context;
	struct kc_feed *feed = r->feed;
	struct kc_cell cell;

	meet(r, row->name);
	if (kc_cell_name_parse(row->name, &cell) != KC_OK) {
		/* Sessions have other names. */
		r->gathered->refused[r->circle->self] += r->zone == KC_ZONE_RECORDS;
		return r->zone == KC_ZONE_VALUES ? see_session(feed, row) : KC_OK;
	}
	if (is_own(r, &cell)) {
		if (strcmp(cell.key, "p") == 0)
			KC_TRY(look_at_own(r, &cell, row->value));
		return kc_feed_names_add(&feed->known, r->zone, row->name, &row->etag);
	}
	if (row->value.len == 0)
		return kc_feed_names_add(
			cell.is_item ? &feed->gone : &feed->known, r->zone, row->name, &row->etag);
	if (feed->len > feed->most) {
		feed->more = feed->altered = !r->again || feed->more;
		return kc_feed_names_add(&feed->later, r->zone, row->name, NULL);
	}
	feed->len += cost_of(row);
	return take_op(r, &cell, row);
}

/* --- what is known ------------------------------------------------------------------------------
 */

static bool is_seen(struct kc_txn *txn, const struct kc_gathered_op *op)
{
	struct kc_etag seen;

	return kc_sighting_get(txn, op->name, seen.bytes) == KC_OK &&
	       memcmp(&seen, &op->etag, sizeof seen) == 0;
}

/* Takes out items of which this very version was looked at before. */
static kc_err leave_out_seen(
	struct kc_feed *feed, struct kc_store *store, struct kc_gathered *gathered, size_t from)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	size_t kept = from;
	kc_err err = KC_OK;

	if (from == gathered->count || feed->suspicious)
		return KC_OK;
	KC_TRY(kc_txn_begin(store, KC_TXN_READ, &txn));
	for (size_t i = from; i < gathered->count; i++) {
		struct kc_gathered_op *op = &gathered->ops[i];

		if (err != KC_OK || !is_seen(&txn, op)) {
			gathered->ops[kept++] = *op;
			continue;
		}
		err = kc_feed_names_add(&feed->known, op->zone, op->name, &op->etag);
		feed->len -= op->bytes.len;
		kc_buf_done(&op->bytes);
	}
	gathered->count = kept;
	return err;
}

/* --- reading ------------------------------------------------------------------------------------
 */

/* Asks for what waits once more. */
static kc_err read_waiting(struct reader *r, struct kc_cloud *cloud)
{
	const struct kc_feed_names *waiting = &r->feed->waiting;

	r->again = true;
	for (size_t at = 0; at < waiting->count;) {
		const char *names[KC_RECORDS_MAX_BATCH];
		size_t count = 0;

		r->zone = waiting->rows[at].zone;
		r->asked = at;
		while (at < waiting->count && count < KC_RECORDS_MAX_BATCH &&
			waiting->rows[at].zone == r->zone)
			names[count++] = waiting->rows[at++].name;
		KC_TRY(kc_records_get(cloud, r->zone, names, count, visit, r));
	}
	r->again = false;
	return KC_OK;
}

/* The zone from its beginning: everybody's last list must be in it. */
static void start_whole(struct kc_feed *feed, enum kc_zone zone)
{
	feed->next[zone] = (struct kc_feed_token){0};
	feed->altered = true;
	if (zone == KC_ZONE_VALUES && feed->sessions)
		kc_session_logs_begin(feed->sessions, &feed->next[zone]);
	if (zone != KC_ZONE_RECORDS)
		return;
	feed->whole = true;
	feed->own_seen = false;
	feed->reading++;
	for (size_t i = 0; i < feed->peer_count; i++)
		feed->peers[i].listed = false;
}

void kc_feed_reread(struct kc_feed *feed)
{
	feed->suspicious = true;
	start_whole(feed, KC_ZONE_RECORDS);
	feed->tokens[KC_ZONE_RECORDS] = (struct kc_feed_token){0};
}

static kc_err read_page(struct reader *r, struct kc_cloud *cloud, bool *ret_more)
{
	struct kc_feed *feed = r->feed;
	kc_err err;

	feed->begun = feed->begun || feed->next[r->zone].len == 0;
	err = kc_records_changes(
		cloud, r->zone, &feed->next[r->zone], KC_FEED_PAGE, visit, r, ret_more);

	if (err != KC_E_TOKEN_EXPIRED)
		return err;
	if (feed->next[r->zone].len == 0)
		return KC_ERR(STORE_GONE); /* the beginning itself is not known */
	start_whole(feed, r->zone);
	*ret_more = true;
	return KC_OK;
}

static kc_err read_zone(struct reader *r, struct kc_cloud *cloud, struct kc_store *store)
{
	struct kc_feed *feed = r->feed;
	bool more = true;

	while (more && feed->len <= feed->most && feed->later.count <= KC_FEED_MAX_WAITING) {
		size_t before = r->gathered->count;

		KC_TRY(read_page(r, cloud, &more));
		KC_TRY(leave_out_seen(feed, store, r->gathered, before));
	}
	feed->more = feed->more || more;
	if (memcmp(&feed->next[r->zone], &feed->tokens[r->zone], sizeof feed->tokens[0]) != 0)
		feed->altered = true;
	return KC_OK;
}

static kc_err read_values(struct reader *r, struct kc_cloud *cloud, struct kc_store *store)
{
	struct kc_feed *feed = r->feed;
	kc_err err;

	r->zone = KC_ZONE_VALUES;
	if (feed->sessions)
		kc_session_logs_begin(feed->sessions, &feed->next[KC_ZONE_VALUES]);
	KC_TRY(read_zone(r, cloud, store));
	if (!feed->sessions)
		return KC_OK;
	err = kc_session_logs_end(feed->sessions, cloud, &feed->next[KC_ZONE_VALUES]);
	return err == KC_E_REFUSED ? KC_ERR(STORE_SUSPECT) : err;
}

static kc_err read_all(struct reader *r, struct kc_cloud *cloud, struct kc_store *store)
{
	struct kc_feed *feed = r->feed;

	memcpy(feed->next, feed->tokens, sizeof feed->next);
	feed->most = KC_GATHER_MAX_LEN / 2;
	KC_TRY(read_waiting(r, cloud));
	feed->most = KC_GATHER_MAX_LEN;
	KC_TRY(read_values(r, cloud, store));
	r->zone = KC_ZONE_RECORDS;
	return read_zone(r, cloud, store);
}

/* Hands over what is of members by now. */
static kc_err admit(struct kc_feed *feed, const struct kc_circle *circle, kc_peer_set members,
	struct kc_gathered *gathered)
{
	size_t kept = 0;
	kc_err err = KC_OK;

	for (size_t i = 0; i < feed->stranger_count; i++) {
		struct kc_feed_stranger *stranger = &feed->strangers[i];
		size_t member = circle->member_count;

		for (size_t k = 0; k < circle->member_count && member == circle->member_count;
			k++) {
			struct kc_writer_id writer = kc_circle_writer(&circle->members[k]->id);

			if (memcmp(&writer, &stranger->writer, sizeof writer) == 0)
				member = k;
		}
		stranger->op.member = member;
		if (err == KC_OK && member < circle->member_count &&
			kc_peer_set_has(members, member))
			err = kc_gathered_add(gathered, &stranger->op);
		else
			member = circle->member_count;
		if (err != KC_OK || member == circle->member_count)
			feed->strangers[kept++] = *stranger;
	}
	feed->stranger_count = kept;
	return err;
}

kc_err kc_feed_read(struct kc_feed *feed, struct kc_cloud *cloud, struct kc_store *store,
	struct kc_circle *circle, kc_peer_set members, struct kc_gathered *gathered)
{
	struct reader r = {.feed = feed, .circle = circle, .gathered = gathered};

	if (!feed->was_read) {
		kc_err err = read_all(&r, cloud, store);

		if (err == KC_E_STORE_SUSPECT && circle->alarm == KC_ALARM_NONE)
			circle->alarm = KC_ALARM_FORGERY; /* rows that no store has */
		KC_TRY(err);
		feed->was_read = true;
	}
	gathered->read |= members;
	gathered->whole = feed->suspicious && !feed->more;
	if (feed->more)
		gathered->more = ~(kc_peer_set)0;
	return admit(feed, circle, members, gathered);
}

/* --- weighing -----------------------------------------------------------------------------------
 */

static void suspect(struct kc_gathered *gathered, size_t member)
{
	gathered->suspects |= (kc_peer_set)1 << member;
	if (gathered->alarm == KC_ALARM_NONE)
		gathered->alarm = KC_ALARM_ROLLBACK;
}

/* An older list may be a slip; twice within a day it is none. */
static void weigh_older(
	struct kc_feed_peer *peer, size_t member, uint64_t now_ms, struct kc_gathered *gathered)
{
	if (peer->older_ms && peer->older_ms <= now_ms && now_ms - peer->older_ms < DAY_MS)
		suspect(gathered, member);
	else
		peer->older_ms = now_ms;
}

/* A list that was there once. A newcomer has heard of it only, and waits a while. */
static void weigh_missing(struct kc_feed *feed, const struct kc_circle *circle, size_t member,
	bool ends, struct kc_gathered *gathered)
{
	feed->all_listed = false;
	if (circle->joining)
		gathered->holes |= (kc_peer_set)1 << member;
	else if (ends && !kc_circle_is_excused(circle->members[member]))
		suspect(gathered, member);
}

kc_err kc_feed_weigh(struct kc_feed *feed, const struct kc_circle *circle, uint64_t now_ms,
	struct kc_gathered *gathered)
{
	bool ends = feed->whole && !feed->more;
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	feed->all_listed = true;
	for (size_t i = 0; i < circle->member_count; i++) {
		struct kc_writer_id writer = kc_circle_writer(&circle->members[i]->id);
		struct kc_feed_peer *peer;

		if (i == circle->self || !kc_peer_set_has(trust.heard, i))
			continue;
		peer = kc_feed_find_peer(feed, &writer);
		if (!peer)
			continue;
		peer->listed = peer->listed || kc_peer_set_has(gathered->listed, i);
		if (kc_peer_set_has(gathered->older, i) &&
			!kc_circle_is_excused(circle->members[i]))
			weigh_older(peer, i, now_ms, gathered);
		if (circle->members[i]->list && !peer->listed)
			weigh_missing(feed, circle, i, ends, gathered);
		if (peer->passed_over) { /* it is back: what it wrote is to be looked at */
			peer->passed_over = false;
			feed->altered = true;
			start_whole(feed, KC_ZONE_RECORDS);
			feed->afresh = feed->more = true;
			gathered->more = ~(kc_peer_set)0;
		}
	}
	gathered->moved = gathered->moved || feed->altered;
	return KC_OK;
}

/* --- settling -----------------------------------------------------------------------------------
 */

static kc_err see(const struct kc_feed *feed, struct kc_txn *txn, const char *name,
	const struct kc_etag *etag)
{
	return kc_sighting_put(txn, name, etag->bytes, feed->reading);
}

static void pass_over(struct kc_feed *feed, const struct kc_circle *circle, size_t member)
{
	struct kc_writer_id writer = kc_circle_writer(&circle->members[member]->id);
	struct kc_feed_peer *peer = kc_feed_find_peer(feed, &writer);

	if (peer)
		peer->passed_over = true;
}

/* What became of each record: it waits, or its version is seen. */
static kc_err settle_records(struct kc_feed *feed, struct kc_txn *txn,
	const struct kc_circle *circle, const struct kc_absorb *absorb,
	struct kc_feed_names *waiting)
{
	const struct kc_gathered *gathered = absorb->gathered;

	for (size_t i = 0; i < absorb->count; i++) {
		const struct kc_absorb_record *record = &absorb->records[i];

		if (!gathered->ops[record->op].waits ||
			!kc_peer_set_has(gathered->out, record->member))
			continue;
		gathered->ops[record->op].waits = false;
		pass_over(feed, circle, record->member);
	}
	for (size_t i = 0; i < gathered->count; i++) {
		const struct kc_gathered_op *op = &gathered->ops[i];

		if (op->waits)
			KC_TRY(kc_feed_names_add(waiting, op->zone, op->name, &op->etag));
		else if (strncmp(op->name, ITEM_PREFIX, strlen(ITEM_PREFIX)) == 0)
			KC_TRY(see(feed, txn, op->name, &op->etag));
	}
	for (size_t i = 0; i < feed->stranger_count; i++) {
		const struct kc_gathered_op *op = &feed->strangers[i].op;

		KC_TRY(kc_feed_names_add(waiting, op->zone, op->name, &op->etag));
	}
	for (size_t i = 0; i < feed->known.count; i++)
		KC_TRY(see(feed, txn, feed->known.rows[i].name, &feed->known.rows[i].etag));
	return KC_OK;
}

/* An item that somebody took out of the store, without a deletion that is signed for: who wrote it
 * puts it back, or anybody when that device is not here any more. */
static kc_err put_back(
	struct kc_txn *txn, const struct kc_circle *circle, kc_peer_set trusted, const char *name)
{
	uint8_t id[KC_RECORD_NAME_LEN];
	struct kc_track track;
	kc_err err;

	if (strncmp(name, ITEM_PREFIX, strlen(ITEM_PREFIX)) != 0 ||
		!kc_op_get_hex(kc_bytes_str(name + strlen(ITEM_PREFIX)), id, sizeof id))
		return KC_OK;
	err = kc_track_find_name(txn, id, &track);
	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT ||
		(err == KC_OK && (track.deleted || track.lost || track.pending)))
		return KC_OK;
	KC_TRY(err);
	for (size_t i = 0; i < circle->member_count; i++)
		if (i != circle->self && kc_peer_set_has(trusted, i) &&
			memcmp(circle->members[i]->id.bytes, track.writer, sizeof track.writer) ==
				0)
			return KC_OK;
	err = kc_track_write(txn, &track, track.t + 2);
	return err == KC_E_NOT_MODIFIABLE ? KC_OK : err;
}

static kc_err settle_gone(struct kc_feed *feed, struct kc_txn *txn, const struct kc_circle *circle)
{
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	for (size_t i = 0; i < feed->gone.count; i++) {
		const struct kc_feed_name *gone = &feed->gone.rows[i];

		KC_TRY(see(feed, txn, gone->name, &gone->etag));
		KC_TRY(put_back(txn, circle, trust.trusted, gone->name));
	}
	if (!feed->whole || feed->more)
		return KC_OK;
	for (;;) {
		char name[KC_RECORDS_MAX_NAME + 1];
		kc_err err = kc_sighting_take_missing(txn, feed->reading, name, sizeof name);

		if (err == KC_E_NOT_FOUND)
			return KC_OK;
		KC_TRY(err);
		KC_TRY(put_back(txn, circle, trust.trusted, name));
	}
}

/* Those that were asked for again, and wait still. */
static kc_err keep_old_waiting(const struct kc_gathered *gathered, struct kc_feed_names *ret)
{
	for (size_t i = 0; i < gathered->count; i++) {
		const struct kc_gathered_op *op = &gathered->ops[i];

		if (op->waits && op->again)
			KC_TRY(kc_feed_names_add(ret, op->zone, op->name, NULL));
	}
	return KC_OK;
}

/* There was no room for some; they come first the next time. */
static kc_err start_waiting(const struct kc_feed *feed, struct kc_feed_names *ret)
{
	for (size_t i = 0; i < feed->later.count; i++)
		KC_TRY(kc_feed_names_add(
			ret, feed->later.rows[i].zone, feed->later.rows[i].name, NULL));
	return KC_OK;
}

/* What was asked for by name and is not there: nothing is written over. */
static kc_err forget_unmet(const struct kc_feed *feed, struct kc_txn *txn)
{
	static const struct kc_etag none;

	for (size_t i = 0; i < feed->waiting.count; i++)
		if (!feed->waiting.rows[i].met)
			KC_TRY(see(feed, txn, feed->waiting.rows[i].name, &none));
	return KC_OK;
}

kc_err kc_feed_settle(struct kc_feed *feed, struct kc_txn *txn, const struct kc_circle *circle,
	struct kc_absorb *absorb)
{
	struct kc_feed_names waiting = {0};
	kc_err err;

	if (!feed->was_read)
		return KC_OK;
	err = forget_unmet(feed, txn);
	if (err == KC_OK)
		err = start_waiting(feed, &waiting);
	if (err == KC_OK && feed->afresh)
		err = kc_sighting_clear(txn);
	if (err == KC_OK)
		err = settle_records(feed, txn, circle, absorb, &waiting);
	if (err == KC_OK)
		err = settle_gone(feed, txn, circle);
	absorb->moved = absorb->moved || feed->altered;
	if (waiting.count > KC_FEED_MAX_WAITING) {
		/* The token stays; what is above it comes again. */
		kc_feed_names_done(&waiting);
		if (err == KC_OK)
			err = keep_old_waiting(absorb->gathered, &waiting);
		absorb->moved = false;
	} else {
		memcpy(feed->tokens, feed->next, sizeof feed->tokens);
		feed->whole = feed->whole && feed->more;
	}
	kc_feed_names_done(&feed->waiting);
	feed->waiting = waiting;
	KC_TRY(err);
	return kc_feed_remember(txn, feed);
}

bool kc_feed_is_waiting(const struct kc_feed *feed, const uint8_t name[static KC_RECORD_NAME_LEN])
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;

	if (feed->waiting.count == 0)
		return false;
	kc_buf_push_str(&text, ITEM_PREFIX);
	kc_op_put_hex(&text, kc_bytes(name, KC_RECORD_NAME_LEN));
	for (size_t i = 0; i < feed->waiting.count && kc_buf_text(&text); i++)
		if (strcmp(feed->waiting.rows[i].name, kc_buf_text(&text)) == 0)
			return true;
	return false;
}
