/* SPDX-License-Identifier: ISC */
/* Comparing what is said with what is known. */
#include "backend/sync/heard.h"

#include <string.h>

#include "backend/store/cell.h"

void kc_heard_done(struct kc_heard *heard)
{
	for (size_t i = 0; i < heard->fork_count; i++)
		kc_buf_done(&heard->forks[i].own_record);
	heard->list_count = heard->fork_count = 0;
}

/* --- the cell -----------------------------------------------------------------------------------
 */

static void put_list(struct kc_der_writer *w, const struct kc_heard_list *list)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_bytes(w, KC_BYTES_OF(list->by.bytes));
	kc_der_put_bytes(w, KC_BYTES_OF(list->peer.bytes));
	kc_der_put_uint(w, list->seq);
	kc_der_put_bytes(w, KC_BYTES_OF(list->id.bytes));
	kc_der_end(w);
}

static void pull_list(struct kc_der_reader *r, struct kc_heard_list *ret)
{
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, ret->by.bytes, sizeof ret->by.bytes);
	kc_der_get_array(&seq, ret->peer.bytes, sizeof ret->peer.bytes);
	ret->seq = kc_der_get_uint(&seq);
	kc_der_get_array(&seq, ret->id.bytes, sizeof ret->id.bytes);
	kc_der_leave(r, &seq);
}

kc_err kc_heard_save(struct kc_txn *txn, const struct kc_heard *heard)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &saved);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < heard->list_count; i++)
		put_list(&w, &heard->lists[i]);
	kc_der_end(&w);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < heard->fork_count; i++) {
		const struct kc_heard_fork *fork = &heard->forks[i];

		kc_der_begin(&w, KC_DER_SEQUENCE);
		put_list(&w, &fork->said);
		kc_der_put_bytes(&w, KC_BYTES_OF(fork->own_id.bytes));
		kc_der_put_bytes(&w, kc_buf_bytes(&fork->own_record));
		kc_der_put_uint(&w, fork->time_ms);
		kc_der_end(&w);
	}
	kc_der_end(&w);
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	return kc_cell_put(txn, KC_PROTECTION_CKU, KC_HEARD_CELL, kc_buf_bytes(&saved));
}

static void pull_fork(struct kc_der_reader *r, struct kc_heard_fork *ret)
{
	struct kc_der_reader seq;
	struct kc_bytes record;

	*ret = (struct kc_heard_fork){.own_record = KC_BUF_INIT};
	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	pull_list(&seq, &ret->said);
	kc_der_get_array(&seq, ret->own_id.bytes, sizeof ret->own_id.bytes);
	record = kc_der_get_bytes(&seq);
	kc_buf_push(&ret->own_record, record.data, record.len);
	if (kc_buf_check(&ret->own_record) != KC_OK)
		kc_der_reader_fail_with(&seq, KC_E_NO_MEMORY);
	ret->time_ms = kc_der_get_uint(&seq);
	kc_der_leave(r, &seq);
}

kc_err kc_heard_load(struct kc_txn *txn, struct kc_heard *ret)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	struct kc_der_reader r, seq, rows;
	kc_err err = kc_cell_get(txn, KC_HEARD_CELL, &saved);

	kc_heard_done(ret);
	ret->changed = false;
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	kc_der_reader_init(&r, kc_buf_bytes(&saved));
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kc_der_enter(&seq, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && ret->list_count < KC_HEARD_MAX_LISTS)
		pull_list(&rows, &ret->lists[ret->list_count++]);
	kc_der_leave(&seq, &rows);
	kc_der_enter(&seq, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && ret->fork_count < KC_HEARD_MAX_FORKS)
		pull_fork(&rows, &ret->forks[ret->fork_count++]);
	kc_der_leave(&seq, &rows);
	kc_der_leave(&r, &seq);
	err = kc_der_reader_finish(&r);
	return err == KC_E_DECODE ? KC_ERR(CORRUPT) : err;
}

/* --- contradictions -----------------------------------------------------------------------------
 */

/* What this device knows under a number: the list's identity, and what shows it. */
struct known {
	bool is_known;
	struct kc_record_id id;
	const struct kc_buf *record; /* NULL: its own memory */
};

static struct known known_of_self(const struct kc_circle *circle, uint64_t seq)
{
	const struct kc_member *self = kc_circle_self(circle);
	uint64_t newest = self->list ? self->list->seq : 0;
	size_t count = circle->own_lists.len / sizeof(struct kc_record_id);
	struct known known = {.is_known = seq <= newest && newest - seq < count};

	if (known.is_known)
		memcpy(&known.id,
			circle->own_lists.data +
				(count - 1 - (size_t)(newest - seq)) * sizeof known.id,
			sizeof known.id);
	return known;
}

/* Of others the last list, and the one before, which it names. */
static struct known known_of(
	const struct kc_circle *circle, const struct kc_member *member, uint64_t seq)
{
	const struct kc_list *list = member->list;
	struct known known = {.record = &member->list_record};

	if (member == kc_circle_self(circle))
		return known_of_self(circle, seq);
	if (!list)
		return known;
	known.is_known = seq == list->seq || (seq + 1 == list->seq && list->has_prev);
	known.id = seq == list->seq ? member->list_id : list->prev;
	return known;
}

/* The same number and identity count once, whoever says so. */
static bool is_noted(const struct kc_heard *heard, const struct kc_heard_list *said)
{
	for (size_t i = 0; i < heard->fork_count; i++) {
		const struct kc_heard_list *other = &heard->forks[i].said;

		if (kc_peer_id_equal(&other->by, &said->by) &&
			kc_peer_id_equal(&other->peer, &said->peer) && other->seq == said->seq)
			return true;
	}
	return false;
}

static kc_err note_fork(struct kc_heard *heard, const struct kc_heard_list *said,
	const struct known *known, uint64_t now_ms)
{
	struct kc_heard_fork fork = {
		.said = *said, .own_id = known->id, .own_record = KC_BUF_INIT, .time_ms = now_ms};

	if (is_noted(heard, said))
		return KC_OK;
	if (known->record)
		kc_buf_push(&fork.own_record, known->record->data, known->record->len);
	KC_TRY(kc_buf_check(&fork.own_record));
	if (heard->fork_count == KC_HEARD_MAX_FORKS) {
		kc_buf_done(&heard->forks[0].own_record);
		memmove(&heard->forks[0], &heard->forks[1],
			--heard->fork_count * sizeof heard->forks[0]);
	}
	heard->forks[heard->fork_count++] = fork;
	heard->changed = true;
	return KC_OK;
}

/* A number that this device's own list has not reached was signed by its twin. */
static bool contradicts(const struct kc_circle *circle, const struct kc_member *member,
	const struct kc_heard_list *said, struct known *ret_known)
{
	const struct kc_list *own = kc_circle_self(circle)->list;

	*ret_known = known_of(circle, member, said->seq);
	if (member == kc_circle_self(circle) && said->seq > (own ? own->seq : 0))
		return true;
	return ret_known->is_known && !kc_record_id_equal(&ret_known->id, &said->id);
}

bool kc_heard_is_forked(
	const struct kc_heard *heard, const struct kc_circle *circle, const struct kc_trust *trust)
{
	for (size_t i = 0; i < heard->fork_count; i++) {
		const struct kc_heard_list *said = &heard->forks[i].said;

		if (kc_circle_is_trusted(circle, trust, &said->by) &&
			kc_circle_is_in(circle, trust, &said->peer))
			return true;
	}
	return false;
}

/* --- what is still to come ----------------------------------------------------------------------
 */

/* One row for each device and who said it, with the greatest number; a full table takes no more. */
static void note_list(struct kc_heard *heard, const struct kc_heard_list *said)
{
	for (size_t i = 0; i < heard->list_count; i++) {
		struct kc_heard_list *row = &heard->lists[i];

		if (!kc_peer_id_equal(&row->by, &said->by) ||
			!kc_peer_id_equal(&row->peer, &said->peer))
			continue;
		if (said->seq > row->seq) {
			*row = *said;
			heard->changed = true;
		}
		return;
	}
	if (heard->list_count == KC_HEARD_MAX_LISTS)
		return;
	heard->lists[heard->list_count++] = *said;
	heard->changed = true;
}

/* What one list is to this device. *ret_open: it has yet to come. */
static kc_err weigh(struct kc_heard *heard, const struct kc_circle *circle,
	const struct kc_trust *trust, const struct kc_heard_list *said, uint64_t now_ms,
	bool *ret_open)
{
	const struct kc_member *member = kc_circle_find(circle, &said->peer);
	struct known known;

	*ret_open = false;
	if (!member || !kc_circle_is_trusted(circle, trust, &said->by) ||
		!kc_circle_is_in(circle, trust, &said->peer))
		return KC_OK; /* of two who are out, or one, anything may be said */
	if (contradicts(circle, member, said, &known))
		return note_fork(heard, said, &known, now_ms);
	*ret_open = said->seq > (member->list ? member->list->seq : 0);
	return KC_OK;
}

kc_err kc_heard_take(struct kc_heard *heard, const struct kc_circle *circle,
	const struct kc_trust *trust, const struct kc_peer_id *by,
	const struct kc_live_payload *payload, uint64_t now_ms)
{
	for (size_t i = 0; i < payload->head_count; i++) {
		const struct kc_seen *head = &payload->heads[i];
		struct kc_heard_list said = {
			.by = *by, .peer = head->peer, .seq = head->seq, .id = head->id};
		bool open;

		KC_TRY(weigh(heard, circle, trust, &said, now_ms, &open));
		if (open)
			note_list(heard, &said);
	}
	return KC_OK;
}

kc_err kc_heard_apply(struct kc_heard *heard, struct kc_circle *circle,
	const struct kc_trust *trust, uint64_t now_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < circle->member_count; i++)
		circle->members[i]->heard_seq = 0;
	for (size_t i = 0; i < heard->list_count; i++) {
		const struct kc_heard_list said = heard->lists[i];
		struct kc_member *member = kc_circle_find(circle, &said.peer);
		bool open;

		KC_TRY(weigh(heard, circle, trust, &said, now_ms, &open));
		if (!open)
			continue;
		heard->lists[kept++] = said;
		if (member->heard_seq < said.seq)
			member->heard_seq = said.seq;
	}
	heard->changed = heard->changed || kept != heard->list_count;
	heard->list_count = kept;
	return KC_OK;
}
