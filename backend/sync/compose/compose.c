/* SPDX-License-Identifier: ISC */
/* Journal entry to track to record. Order in the operation: keys, items, the list last. */
#include "backend/sync/compose/compose_impl.h"

#include <string.h>

#include "backend/store/change.h"
#include "backend/sync/root.h"

void kc_composed_done(struct kc_composed *composed)
{
	kc_buf_done(&composed->operation);
}

static kc_err rotate_yearly(struct kc_composer *c)
{
	bool due;

	if (kc_circle_is_locked(c->circle))
		return KC_OK;
	KC_TRY(kc_circle_is_rotation_due(c->circle, &due));
	return due ? kc_circle_rotate(c->circle, KC_EPOCH_YEARLY) : KC_OK;
}

/* A view whose keys somebody has who should not gets new ones before anything is written in it; and
 * so does one that closes more of somebody who is out than is here, so that whoever holds the rest
 * makes it its own. */
static kc_err ensure_epochs(struct kc_composer *c)
{
	bool began = false;
	kc_err err;

	for (unsigned view = KC_VIEW_NEVER + 1; view <= KC_VIEW_META; view++) {
		const struct kc_held_epoch *held;

		if (view >= KC_VIEW_COUNT && view != KC_VIEW_META)
			continue;
		err = kc_circle_usable_epoch(c->circle, &c->trust, view, &held);

		if (err == KC_E_NOT_FOUND ||
			(err == KC_OK && kc_circle_lacks_closed(c->circle, &c->trust, view))) {
			err = kc_circle_begin_epoch(c->circle, &c->trust, view, KC_EPOCH_REMOVAL);
			began = began || err == KC_OK;
		}
		if (err != KC_OK && err != KC_E_WAITING && err != KC_E_LOCKED)
			return err;
	}
	err = kc_circle_tell_again(c->circle, &c->trust);
	if (err != KC_OK && err != KC_E_WAITING && err != KC_E_LOCKED)
		return err;
	if (began)
		return kc_circle_queue_shares(c->circle, &c->trust);
	err = kc_circle_queue_missing_shares(c->circle, &c->trust);
	return err == KC_E_LOCKED ? KC_OK : err;
}

/* --- one change ---------------------------------------------------------------------------------
 */

static kc_err make_header(const struct kc_composer *c, const struct kc_track *track,
	const struct kc_held_epoch *held, struct kc_item_header *ret)
{
	const struct kc_account_keys *keys = kc_circle_keys(c->circle);

	KC_TRY(kc_account_tag(keys, &c->circle->account, ret->account_tag));
	KC_TRY(kc_account_view_tag(keys, &c->circle->account, track->view, ret->view_tag));
	memcpy(ret->name, track->name, sizeof ret->name);
	memcpy(ret->kid, held->epoch->name.kid, sizeof ret->kid);
	ret->class = kc_item_class_of(track->protection);
	return KC_OK;
}

static kc_err make_body(const struct kc_composer *c, const struct kc_track *track, uint64_t counter,
	struct kc_item_body *ret)
{
	KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;

	ret->version.t = track->t;
	ret->version.writer = c->circle->identity.id;
	if (!track->pending) /* said again, whoever wrote it */
		memcpy(ret->version.writer.bytes, track->writer, sizeof track->writer);
	ret->counter = counter;
	ret->created = track->created;
	ret->replaced = track->replaced;
	ret->deleted = track->deleted;
	ret->policy = KC_POLICY_VERSION;
	ret->padded_len = track->padded_len;
	memcpy(ret->key_digest, track->key_digest, sizeof ret->key_digest);
	if (track->deleted)
		return KC_OK;
	KC_TRY(kc_row_get(c->txn, track->item, true, &stored));
	kc_item_move(&ret->item, &stored.item);
	return KC_OK;
}

kc_err kc_composer_seal(const struct kc_composer *c, const struct kc_track *track,
	const struct kc_held_epoch *held, uint64_t counter, struct kc_item_body *ret_body,
	struct kc_buf *ret)
{
	enum kc_view_key_use use;
	KC_CLEANUP_SECRET struct kc_secret class_key = KC_SECRET_INIT;
	struct kc_item_header header;

	KC_TRY(make_body(c, track, counter, ret_body));
	KC_TRY(make_header(c, track, held, &header));
	use = header.class == KC_ITEM_CLASS_A ? KC_VIEW_KEY_CLASS_A : KC_VIEW_KEY_CLASS_C;
	KC_TRY(kc_circle_epoch_key(c->circle, held, use, &class_key));
	return kc_item_record_seal(&header, kc_view_key_siv(&class_key), ret_body, ret);
}

kc_err kc_composer_put(struct kc_composer *c, const struct kc_track *track, struct kc_bytes record)
{
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;

	kc_buf_push_str(&key, "i/");
	kc_op_put_hex(&key, KC_BYTES_OF(track->name));
	KC_TRY(kc_buf_check(&key));
	kc_op_builder_put(&c->builder, kc_buf_bytes(&key), record);
	c->items++;
	return KC_OK;
}

bool kc_composer_is_full(const struct kc_composer *c)
{
	return c->items >= KC_COMPOSE_MAX_ITEMS ||
	       kc_op_builder_len(&c->builder) > KC_COMPOSE_MAX_LEN;
}

/* The dot is taken: the record is in the operation, and its name in the log. */
static kc_err count_dot(
	struct kc_composer *c, struct kc_track *track, const struct kc_item_body *body)
{
	struct kc_view_state *view = &c->circle->views[track->view];
	struct kc_log_entry entry = {.counter = body->counter, .t = body->version.t};

	memcpy(entry.name, track->name, sizeof entry.name);
	memcpy(entry.digest, body->version.digest, sizeof entry.digest);
	KC_TRY(kc_head_log_add(&view->log, &entry));
	view->counter = body->counter;
	track->pending = false;
	track->counter = body->counter;
	track->padded_len = body->padded_len;
	memcpy(track->writer, body->version.writer.bytes, sizeof track->writer);
	memcpy(track->digest, body->version.digest, sizeof track->digest);
	return kc_track_put(c->txn, track);
}

static kc_err put_change(
	struct kc_composer *c, struct kc_track *track, const struct kc_held_epoch *held)
{
	uint64_t counter = c->circle->views[track->view].counter + 1;
	KC_CLEANUP_ITEM_BODY struct kc_item_body body = {0};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	KC_TRY(kc_composer_seal(c, track, held, counter, &body, &record));
	KC_TRY(kc_composer_put(c, track, kc_buf_bytes(&record)));
	return count_dot(c, track, &body);
}

/* A row that does not open is set aside; others still have the item. */
static kc_err set_aside(struct kc_composer *c, const struct kc_track *track, kc_err err)
{
	if (err == KC_E_CORRUPT)
		return kc_change_quarantine(c->txn, track->item);
	return err == KC_E_NOT_FOUND || err == KC_E_TOO_LARGE ? KC_OK : err;
}

/* --- all of them --------------------------------------------------------------------------------
 */

/* What changes too often waits for its turn. */
static bool is_held_back(const struct kc_composer *c, const struct kc_track *track)
{
	return c->terms->pace && track->said.t &&
	       !kc_pace_take(c->terms->pace, track->name, c->terms->now_ms);
}

/* One journal entry. *ret_stays: it waits for the keys of its view, for the unlock, for another
 * version that is there and waits itself, or because it changes too often. */
static kc_err take_entry(struct kc_composer *c, uint64_t track_id, bool *ret_stays)
{
	const struct kc_held_epoch *held;
	struct kc_track track;
	kc_err err = kc_track_get(c->txn, track_id, &track);

	*ret_stays = false;
	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT || (err == KC_OK && !track.pending))
		return KC_OK;
	KC_TRY(err);
	*ret_stays = c->terms->feed && kc_feed_is_waiting(c->terms->feed, track.name);
	if (*ret_stays)
		return KC_OK;
	err = kc_circle_usable_epoch(c->circle, &c->trust, track.view, &held);
	if (err == KC_E_WAITING || err == KC_E_NOT_FOUND) {
		*ret_stays = true;
		return KC_OK;
	}
	KC_TRY(err);
	if (is_held_back(c, &track)) {
		*ret_stays = true;
		return KC_OK;
	}
	err = put_change(c, &track, held);
	if (err == KC_E_LOCKED) {
		*ret_stays = true;
		return KC_OK;
	}
	return err == KC_OK ? KC_OK : set_aside(c, &track, err);
}

static kc_err take_journal(struct kc_composer *c, bool *ret_more)
{
	uint64_t sequence = 0, track;
	bool stays;

	for (;;) {
		kc_err err = kc_track_journal_next(c->txn, sequence, &sequence, &track);

		*ret_more = err == KC_OK;
		if (err == KC_E_NOT_FOUND)
			return KC_OK;
		KC_TRY(err);
		if (kc_composer_is_full(c))
			return KC_OK;
		KC_TRY(take_entry(c, track, &stays));
		if (!stays)
			KC_TRY(kc_track_journal_done(c->txn, sequence));
	}
}

/* Heads say what is here once all dots are counted. */
static kc_err tell_roots(struct kc_composer *c)
{
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++)
		KC_TRY(kc_root_tell(c->txn, c->circle, &c->trust, (enum kc_view)view,
			&c->circle->views[view].root));
	return KC_OK;
}

static const struct kc_log_position *after(const struct kc_composer *c)
{
	static const struct kc_log_position beginning;

	return c->terms->feed ? &beginning : &kc_circle_self(c->circle)->position;
}

/* Signs a list, and makes the operation of it and what was put in before. */
static kc_err end_operation(struct kc_composer *c, struct kc_composed *ret)
{
	struct kc_member *self = kc_circle_self(c->circle);
	struct kc_log_position next;

	KC_TRY(tell_roots(c));
	KC_TRY(kc_circle_sign_list(c->circle, KC_POLICY_VERSION, &c->builder));
	KC_TRY(kc_circle_drain(c->circle, &c->builder));
	KC_TRY(kc_op_builder_end(&c->builder, after(c), &ret->operation, &next));
	if (!c->terms->feed)
		self->position = next;
	ret->number = c->terms->feed ? self->list->seq : next.number;
	ret->items = c->items;
	return KC_OK;
}

static kc_err compose(struct kc_composer *c, bool insist, struct kc_composed *ret)
{
	bool news, again, repeating, ended;

	ret->repeats = c->circle->span.begun != 0;
	KC_TRY(rotate_yearly(c));
	KC_TRY(ensure_epochs(c));
	KC_TRY(kc_circle_renew_compat(c->circle, &c->trust));
	KC_TRY(kc_circle_has_news(c->circle, &news));
	news = news || c->circle->queue.len > 0;
	KC_TRY(kc_circle_drain(c->circle, &c->builder));
	KC_TRY(kc_compose_again(c, &again));
	KC_TRY(take_journal(c, &ret->more));
	KC_TRY(kc_compose_go_on_anew(c, &repeating));
	ret->more = ret->more || again || repeating;
	ended = ret->repeats && !c->circle->span.begun;
	if (!insist && !news && c->items == 0 && !ended)
		return KC_OK;
	return end_operation(c, ret);
}

kc_err kc_compose(struct kc_txn *txn, struct kc_circle *circle,
	const struct kc_compose_terms *terms, struct kc_composed *ret)
{
	const struct kc_member *self = kc_circle_self(circle);
	struct kc_writer_id writer = kc_circle_writer(&self->id);
	struct kc_composer c = {.txn = txn, .circle = circle, .terms = terms};
	kc_err err;

	*ret = (struct kc_composed){.operation = KC_BUF_INIT};
	KC_TRY(kc_circle_judge(circle, &c.trust));
	KC_TRY(kc_compose_begin_anew(&c));
	kc_op_builder_init(&c.builder, &writer, after(&c), circle->span.begun != 0);
	err = compose(&c, terms->insist, ret);
	kc_op_builder_done(&c.builder);
	KC_TRY(err);
	return kc_circle_settle_meta(circle);
}

static kc_err compose_compat(struct kc_composer *c, struct kc_composed *ret)
{
	struct kc_bytes record = kc_buf_bytes(&c->circle->compat.record);

	ret->repeats = c->circle->span.begun != 0;
	KC_TRY(kc_circle_queue_sealed(c->circle, "c", record));
	return end_operation(c, ret);
}

kc_err kc_compose_compat(struct kc_txn *txn, struct kc_circle *circle,
	const struct kc_compose_terms *terms, struct kc_composed *ret)
{
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	struct kc_composer c = {.txn = txn, .circle = circle, .terms = terms};
	struct kc_buf queue = circle->queue, statements = circle->statements;
	kc_err err;

	*ret = (struct kc_composed){.operation = KC_BUF_INIT};
	KC_TRY(kc_circle_judge(circle, &c.trust));
	circle->queue = circle->statements = (struct kc_buf)KC_BUF_INIT;
	kc_op_builder_init(&c.builder, &writer, after(&c), circle->span.begun != 0);
	err = compose_compat(&c, ret);
	kc_op_builder_done(&c.builder);
	kc_buf_done(&circle->queue);
	kc_buf_done(&circle->statements);
	circle->queue = queue;
	circle->statements = statements;
	return err;
}
