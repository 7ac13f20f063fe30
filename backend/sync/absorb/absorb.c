/* SPDX-License-Identifier: ISC */
/* Sorting the records of operations, and those of the circle among them. */
#include "backend/sync/absorb/absorb.h"

#include <string.h>

#include "backend/circle/record/segment.h"

/* clang-format off */
static const struct form {
	const char *key; /* whole, or a beginning when it ends in '/' */
	enum kc_absorb_kind kind;
	bool sealed;
} forms[] = {
	{"g",     KC_ABSORB_GENESIS,     true},
	{"k/",    KC_ABSORB_ACCOUNT_KEY, false},
	{"v/",    KC_ABSORB_VOUCHER,     true},
	{"perm",  KC_ABSORB_PERMANENT,   true},
	{"perm/", KC_ABSORB_PERMANENT,   true},
	{"p",     KC_ABSORB_LIST,        true},
	{"out/",  KC_ABSORB_OUT,         true},
	{"e/",    KC_ABSORB_EPOCH,       true},
	{"s/",    KC_ABSORB_SHARES,      true},
	{"c",     KC_ABSORB_CIRCLE,      true},
	{"i/",    KC_ABSORB_ITEM,        false},
	{"l/",    KC_ABSORB_SEGMENT,     false},
	{"r",     KC_ABSORB_QUESTION,    false},
	{"r/",    KC_ABSORB_ANSWER,      false},
};
/* clang-format on */

void kc_absorb_done(struct kc_absorb *absorb)
{
	for (size_t i = 0; i < absorb->count; i++)
		kc_buf_done(&absorb->records[i].plain);
	free(absorb->records);
	absorb->records = NULL;
	absorb->count = 0;
}

static const struct kc_member *author_of(
	const struct kc_absorb *absorb, const struct kc_absorb_record *record)
{
	return absorb->circle->members[record->member];
}

/* --- opening ------------------------------------------------------------------------------------
 */

static const struct form *find_form(struct kc_bytes key, struct kc_bytes *ret_rest)
{
	for (size_t i = 0; i < KC_COUNT_OF(forms); i++) {
		size_t len = strlen(forms[i].key);

		if (kc_op_key_has(key, forms[i].key, ret_rest) &&
			(ret_rest->len == 0) != (forms[i].key[len - 1] == '/'))
			return &forms[i];
	}
	return NULL;
}

static kc_err add_record(struct kc_absorb *absorb, const struct kc_absorb_record *record)
{
	if (absorb->count == absorb->allocated) {
		size_t wanted = absorb->allocated ? 2 * absorb->allocated : 64;
		struct kc_absorb_record *grown =
			reallocarray(absorb->records, wanted, sizeof *grown);

		if (!grown)
			return KC_ERR(NO_MEMORY);
		absorb->records = grown;
		absorb->allocated = wanted;
	}
	absorb->records[absorb->count++] = *record;
	return KC_OK;
}

/* Whether something is said to another device. */
static bool is_for_another(
	const struct kc_absorb *absorb, const struct form *form, struct kc_bytes rest)
{
	struct kc_writer_id own = kc_circle_writer(&absorb->circle->identity.id), receiver;

	return (form->kind == KC_ABSORB_SHARES || form->kind == KC_ABSORB_OUT ||
		       form->kind == KC_ABSORB_ANSWER) &&
	       kc_op_get_hex(rest, receiver.bytes, sizeof receiver.bytes) &&
	       memcmp(&own, &receiver, sizeof own) != 0;
}

/* Opens a sealed record; one whose key is not here waits for it, or for the unlock. */
static kc_err open_sealed(struct kc_absorb *absorb, struct kc_absorb_record *record)
{
	struct kc_writer_id writer = kc_circle_writer(&author_of(absorb, record)->id);
	struct kc_place_in_store place = {&absorb->circle->account, &writer, record->key};
	kc_err err = kc_circle_open(absorb->circle, &place, record->sealed, &record->plain);

	if (err == KC_E_NO_MEMORY)
		return err;
	if (err == KC_E_WAITING || err == KC_E_LOCKED) {
		record->state = err;
		return KC_OK;
	}
	if (err == KC_OK)
		kc_circle_note_opened(absorb->circle, record->sealed);
	record->state = err == KC_OK ? KC_ERR(WAITING) : KC_ERR(REFUSED);
	record->sealed = kc_bytes(NULL, 0);
	record->value = kc_buf_bytes(&record->plain);
	return KC_OK;
}

/* A segment's key is the hash of its bytes: nothing else is to be known before a head names it. */
static kc_err open_segment(struct kc_absorb_record *record, struct kc_bytes key)
{
	uint8_t named[KC_HASH32_LEN], hash[KC_HASH32_LEN];

	KC_TRY(kc_segment_hash(record->value, hash));
	if (kc_op_get_hex(key, named, sizeof named) && memcmp(named, hash, sizeof hash) == 0) {
		memcpy(record->name, hash, sizeof record->name);
		record->state = KC_OK;
	} else {
		record->state = KC_ERR(REFUSED);
	}
	return KC_OK;
}

static kc_err open_write(struct kc_absorb *absorb, size_t op, const struct kc_op_write *write)
{
	struct kc_absorb_record record = {.op = op,
		.member = absorb->gathered->ops[op].member,
		.value = write->value,
		.plain = KC_BUF_INIT,
		.state = KC_E_WAITING};
	struct kc_bytes rest;
	const struct form *form = find_form(write->key, &rest);

	if (!form || write->value.len == 0)
		return KC_OK; /* of a later version of the protocol; taken away */
	record.kind = form->kind;
	if (is_for_another(absorb, form, rest)) {
		if (form->kind != KC_ABSORB_OUT)
			return KC_OK; /* not ours to open */
		record.kind = KC_ABSORB_OUT_OF_OTHER;
	}
	if (form->kind == KC_ABSORB_ACCOUNT_KEY && !kc_account_key_is_number(write->value, rest))
		record.state = KC_ERR(REFUSED);
	if (form->kind == KC_ABSORB_ITEM && !kc_op_get_hex(rest, record.name, sizeof record.name))
		record.state = KC_ERR(REFUSED);
	if (form->kind == KC_ABSORB_QUESTION || form->kind == KC_ABSORB_ANSWER)
		record.state = KC_OK;
	if (form->kind == KC_ABSORB_SEGMENT)
		KC_TRY(open_segment(&record, rest));
	if (form->sealed) {
		record.key = write->key;
		record.sealed = write->value;
		record.value = kc_bytes(NULL, 0); /* until it is open */
		KC_TRY(open_sealed(absorb, &record));
	}
	return add_record(absorb, &record);
}

/* Records whose key was not here when they were read. */
static kc_err open_rest(struct kc_absorb *absorb)
{
	for (size_t i = 0; i < absorb->count; i++)
		if (absorb->records[i].sealed.len)
			KC_TRY(open_sealed(absorb, &absorb->records[i]));
	return KC_OK;
}

static bool leads_to_keys(const struct kc_op_write *write)
{
	struct kc_bytes rest;

	return kc_op_key_has(write->key, "e/", &rest) || kc_op_key_has(write->key, "s/", &rest);
}

/* Those writes that are signed by themselves, and lead to keys; or all others. */
static kc_err open_some(struct kc_absorb *absorb, size_t op, bool keys)
{
	struct kc_op writes = absorb->gathered->ops[op].op;
	struct kc_op_write write;

	while (kc_op_next(&writes, &write))
		if (leads_to_keys(&write) == keys)
			KC_TRY(open_write(absorb, op, &write));
	return KC_OK;
}

static int by_operation(const void *a, const void *b)
{
	const struct kc_absorb_record *x = a, *y = b;

	return (x->op > y->op) - (x->op < y->op);
}

/* The key of an operation's list may be among what is in it, and that of one before among what
 * comes after it. Nothing else of one that is not whole is looked at. */
static kc_err open_ops(struct kc_absorb *absorb)
{
	size_t had = absorb->count;

	for (size_t i = 0; i < absorb->gathered->count; i++) {
		struct kc_gathered_op *op = &absorb->gathered->ops[i];

		if (!op->has_keys && (op->whole == KC_OK || op->whole == KC_E_WAITING)) {
			KC_TRY(open_some(absorb, i, true));
			op->has_keys = true;
		}
		if (!op->opened && op->whole == KC_OK) {
			KC_TRY(open_some(absorb, i, false));
			op->opened = true;
		}
	}
	if (absorb->count > had)
		qsort(absorb->records, absorb->count, sizeof *absorb->records, by_operation);
	return KC_OK;
}

/* --- taking -------------------------------------------------------------------------------------
 */

/* A log has all lists of its writer, a feed the last one: an older one there was put back. */
static kc_err take_list(
	struct kc_absorb *absorb, struct kc_absorb_record *record, const struct kc_peer_id *from)
{
	struct kc_gathered *gathered = absorb->gathered;
	const struct kc_member *member = absorb->circle->members[record->member];
	kc_err err = gathered->by_feed ? kc_absorb_has_companions(absorb, record) : KC_OK;

	if (err == KC_OK)
		err = kc_circle_take_list(absorb->circle, from, record->value, &record->current);
	if (!gathered->by_feed)
		return err;
	if (err == KC_OK && !record->current && !kc_circle_is_excused(member) &&
		!kc_circle_is_over(member)) {
		gathered->older |= (kc_peer_set)1 << record->member;
		KC_TRY(kc_circle_catch_older(
			absorb->circle, absorb->circle->members[record->member], record->value));
		return KC_ERR(REFUSED);
	}
	if (err == KC_OK || err == KC_E_WAITING || err == KC_E_NEWER)
		gathered->listed |= (kc_peer_set)1 << record->member;
	return err;
}

static kc_err take(struct kc_absorb *absorb, struct kc_absorb_record *record)
{
	struct kc_circle *circle = absorb->circle;
	const struct kc_peer_id from = author_of(absorb, record)->id;

	switch (record->kind) {
	case KC_ABSORB_GENESIS:
		return kc_circle_take_genesis(circle, record->value);
	case KC_ABSORB_ACCOUNT_KEY:
		return kc_circle_take_account_key(circle, record->value);
	case KC_ABSORB_PERMANENT:
		return kc_circle_take_permanent(circle, record->value);
	case KC_ABSORB_VOUCHER:
		return kc_circle_take_voucher(circle, &from, record->value);
	case KC_ABSORB_LIST:
		return take_list(absorb, record, &from);
	case KC_ABSORB_OUT:
	case KC_ABSORB_OUT_OF_OTHER:
		return kc_circle_take_out(circle, &from, record->value);
	case KC_ABSORB_EPOCH:
		return kc_circle_take_epoch(circle, &from, record->value);
	case KC_ABSORB_SHARES:
		return kc_circle_take_shares(circle, &from, record->value);
	case KC_ABSORB_CIRCLE:
		return kc_circle_take_compat(circle, &from,
			absorb->gathered->ops[record->op].op.position.number, record->value);
	case KC_ABSORB_ITEM:
	case KC_ABSORB_SEGMENT:
	case KC_ABSORB_QUESTION:
	case KC_ABSORB_ANSWER:
		break;
	}
	return KC_ERR(BUG);
}

/* Whether a list holds up those behind it. */
static bool holds_up(const struct kc_absorb_record *record)
{
	return record->kind == KC_ABSORB_LIST &&
	       (record->state == KC_E_WAITING || record->state == KC_E_LOCKED ||
		       record->state == KC_E_NEWER || record->state == KC_E_STORE_SUSPECT);
}

/* Lists of one device are taken in their order: one that waits holds up those behind it, and so
 * does an operation that was refused. What they build on may be in it: a voucher that comes after
 * its list comes too late. held: whose lists wait so far. */
static bool is_held_up(
	const struct kc_absorb *absorb, const struct kc_absorb_record *record, kc_peer_set held)
{
	return record->kind == KC_ABSORB_LIST && (absorb->gathered->ops[record->op].waits ||
							 absorb->gathered->ops[record->op].behind ||
							 kc_peer_set_has(held, record->member));
}

static bool is_out(const struct kc_absorb *absorb, const struct kc_absorb_record *record)
{
	return kc_peer_set_has(absorb->gathered->out, record->member);
}

static bool is_beyond(const struct kc_absorb *absorb, const struct kc_absorb_record *record)
{
	return absorb->gathered->ops[record->op].beyond;
}

bool kc_absorb_says_who(enum kc_absorb_kind kind)
{
	return kind == KC_ABSORB_LIST || kind == KC_ABSORB_VOUCHER || kind == KC_ABSORB_PERMANENT ||
	       kind == KC_ABSORB_OUT || kind == KC_ABSORB_ACCOUNT_KEY;
}

/* Whether it is a record's turn. */
static bool is_due(
	const struct kc_absorb *absorb, const struct kc_absorb_record *record, bool lists)
{
	bool says_who = kc_absorb_says_who(record->kind);

	return record->kind != KC_ABSORB_ITEM && record->kind != KC_ABSORB_OUT &&
	       record->kind != KC_ABSORB_OUT_OF_OTHER && record->kind != KC_ABSORB_CIRCLE &&
	       (record->kind == KC_ABSORB_LIST) == lists &&
	       (record->state == KC_E_WAITING || record->state == KC_E_STORE_SUSPECT) &&
	       record->value.len > 0 && (says_who || !is_beyond(absorb, record));
}

/* Errors: those that are no verdict, and no alarm either. */
static kc_err attempt(struct kc_absorb *absorb, struct kc_absorb_record *record, bool *ret_progress)
{
	record->state = take(absorb, record);
	if (!kc_absorb_is_verdict(record->state) && record->state != KC_E_STORE_SUSPECT)
		return record->state;
	*ret_progress = *ret_progress || record->state == KC_OK;
	return KC_OK;
}

/* Takes all that wait, lists or all else. */
static kc_err take_all(struct kc_absorb *absorb, bool lists, bool *ret_progress)
{
	kc_peer_set held = 0;

	for (size_t i = 0; i < absorb->count; i++) {
		struct kc_absorb_record *record = &absorb->records[i];

		if (is_due(absorb, record, lists) && !is_held_up(absorb, record, held))
			KC_TRY(attempt(absorb, record, ret_progress));
		if (holds_up(record))
			held |= (kc_peer_set)1 << record->member;
	}
	return KC_OK;
}

/* Of a log of one who is out that alone counts which digests tie to the operation with the very
 * list that its cut names, or to what a sponsor had settled: what it signed is its word still, but
 * not when, and of any number it could sign another. */
static void see_what_leads(struct kc_absorb *absorb)
{
	struct kc_gathered *gathered = absorb->gathered;
	kc_peer_set leads = 0;

	for (size_t i = gathered->count; i-- > 0;) {
		struct kc_gathered_op *op = &gathered->ops[i];
		kc_peer_set bit = (kc_peer_set)1 << op->member;

		if (!(gathered->out & bit))
			continue;
		if (op->ends)
			leads |= bit;
		if (op->op.position.number <= absorb->circle->members[op->member]->target.number
				? !op->reaches
				: !(leads & bit))
			op->beyond = true;
		if (op->apart)
			leads &= ~bit;
	}
}

/* Whether an operation stands behind the last one of a peer that left. */
static bool is_after_it_left(const struct kc_absorb *absorb, const struct kc_gathered_op *op)
{
	const struct kc_member *member = absorb->circle->members[op->member];

	return !absorb->gathered->by_feed && kc_circle_is_over(member) &&
	       op->op.position.number > member->list->number;
}

/* What a peer that is out said and wrote counts up to its cut: the operations with lists up to that
 * one. */
static kc_err see_what_is_beyond(struct kc_absorb *absorb, const struct kc_trust *trust)
{
	const struct kc_circle *circle = absorb->circle;
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	struct kc_record_id id;

	if (!list)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < absorb->gathered->count; i++) {
		struct kc_gathered_op *op = &absorb->gathered->ops[i];

		op->beyond = kc_peer_set_has(absorb->gathered->out, op->member) ||
			     is_after_it_left(absorb, op);
		op->ends = false;
	}
	for (size_t i = 0; i < absorb->count; i++) {
		const struct kc_absorb_record *record = &absorb->records[i];
		struct kc_gathered_op *op = &absorb->gathered->ops[record->op];

		if (!is_out(absorb, record) || record->kind != KC_ABSORB_LIST ||
			record->value.len == 0 ||
			kc_list_parse(record->value, &circle->account, list, &id) != KC_OK)
			continue;
		op->beyond = !kc_circle_is_within_cut(circle, trust, op->member, list->seq, &id);
		op->ends = !op->beyond && list->seq == trust->cut[op->member];
	}
	if (!absorb->gathered->by_feed)
		see_what_leads(absorb);
	return KC_OK;
}

static kc_err see_who_is_out(struct kc_absorb *absorb)
{
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(absorb->circle, &trust));
	absorb->gathered->out = kc_trust_outsiders(&trust);
	return see_what_is_beyond(absorb, &trust);
}

/* Evidence counts once all else is taken, and not on the word of one who is out by then: it would
 * keep this device from hearing of the removal. */
static kc_err weigh_evidence(struct kc_absorb *absorb)
{
	kc_peer_set came = 0;

	for (size_t i = 0; i < absorb->count; i++) {
		const struct kc_absorb_record *record = &absorb->records[i];

		if (record->state == KC_E_STORE_SUSPECT && !is_out(absorb, record))
			return record->state;
		if (record->state == KC_OK &&
			(record->kind == KC_ABSORB_LIST || record->kind == KC_ABSORB_OUT ||
				record->kind == KC_ABSORB_OUT_OF_OTHER))
			came |= (kc_peer_set)1 << record->member;
	}
	absorb->circle->alarm = KC_ALARM_NONE;
	return kc_circle_check_said(absorb->circle, came);
}

/* Of shares that wait for one epoch more, some keys may have been taken. */
static size_t count_keys(const struct kc_circle *circle)
{
	size_t count = 0;

	for (size_t i = 0; i < circle->epoch_count; i++)
		count += kc_held_epoch_has_key(&circle->epochs[i]) || circle->epochs[i].promised;
	return count;
}

/* Whether the list of a record's operation is shut to this device. Records stand by operation. */
static bool is_list_shut(const struct kc_absorb *absorb, size_t number)
{
	const struct kc_absorb_record *records = absorb->records;
	size_t op = records[number].op;

	while (number > 0 && records[number - 1].op == op)
		number--;
	for (; number < absorb->count && records[number].op == op; number++)
		if (records[number].kind == KC_ABSORB_LIST && records[number].sealed.len)
			return true;
	return false;
}

/* This device is told that it is out. That list may be ahead of others of its author, and of what
 * these say first: whom it let in, say. */
static kc_err take_out(struct kc_absorb *absorb, bool *ret_progress)
{
	for (size_t i = 0; i < absorb->count; i++) {
		struct kc_absorb_record *record = &absorb->records[i];

		if (record->kind == KC_ABSORB_OUT && record->value.len > 0 &&
			(record->state == KC_E_WAITING || record->state == KC_E_STORE_SUSPECT))
			KC_TRY(attempt(absorb, record, ret_progress));
	}
	return KC_OK;
}

/* Whom another let in falls with it, and may have no key for the list that says so elsewhere. It
 * may be ahead of others of its author: so it is the last that is looked at. */
static kc_err take_told(struct kc_absorb *absorb, bool *ret_progress)
{
	for (size_t i = 0; i < absorb->count; i++) {
		struct kc_absorb_record *record = &absorb->records[i];

		if (record->kind != KC_ABSORB_OUT_OF_OTHER || record->state != KC_E_WAITING ||
			record->value.len == 0)
			continue;
		if (!is_list_shut(absorb, i) && !absorb->gathered->by_feed) {
			record->state = KC_OK;
			continue;
		}
		KC_TRY(attempt(absorb, record, ret_progress));
	}
	return KC_OK;
}

/* Nothing hangs on a compatibility circle, and all that was said of who is in may decide on it. */
static kc_err take_circles(struct kc_absorb *absorb, bool *ret_progress)
{
	for (size_t i = 0; i < absorb->count; i++) {
		struct kc_absorb_record *record = &absorb->records[i];

		if (record->kind != KC_ABSORB_CIRCLE || record->value.len == 0 ||
			is_beyond(absorb, record) ||
			(record->state != KC_E_WAITING && record->state != KC_E_STORE_SUSPECT))
			continue;
		KC_TRY(attempt(absorb, record, ret_progress));
	}
	return kc_circle_settle_compat(absorb->circle, ret_progress);
}

/* A voucher comes before the list that follows from it, wherever the store put it. */
kc_err kc_absorb_circle(struct kc_absorb *absorb)
{
	bool progress = true;

	while (progress) {
		size_t keys = count_keys(absorb->circle);

		progress = false;
		absorb->circle->alarm = KC_ALARM_NONE;
		KC_TRY(kc_absorb_check_ops(absorb));
		KC_TRY(open_ops(absorb));
		KC_TRY(see_who_is_out(absorb));
		KC_TRY(open_rest(absorb));
		KC_TRY(take_all(absorb, false, &progress));
		KC_TRY(take_all(absorb, true, &progress));
		progress = progress || keys != count_keys(absorb->circle);
		if (!progress)
			KC_TRY(take_out(absorb, &progress));
		if (!progress)
			KC_TRY(kc_absorb_borrow_keys(absorb, &progress));
		if (!progress)
			KC_TRY(take_told(absorb, &progress));
		if (!progress)
			KC_TRY(take_circles(absorb, &progress));
	}
	KC_TRY(kc_circle_settle_password(absorb->circle));
	return weigh_evidence(absorb);
}
