/* SPDX-License-Identifier: ISC */
/*
 * The circle in parts, for the device's own sealed storage (CirclePart of doc/keycircle.asn1).
 *
 * Every field is named once, for both ways: a new one is a line in the function of its part. A part
 * holds a few rows of one kind, so that none grows without bound, and one that nothing happened to
 * comes out as it was.
 *
 * Nothing is verified again on the way back: it was before it came in, and the seal says that it is
 * ours.
 */
#include "backend/circle/circle_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define VERSION 2
#define DEPTH 6

/* One way or the other. */
struct coder {
	bool loads;
	struct kc_der_writer w;
	struct kc_der_reader r[DEPTH]; /* of the sequences that are open, the innermost last */
	unsigned depth;
};

static struct kc_der_reader *reader(struct coder *c)
{
	return &c->r[c->depth];
}

/* Whether what was read so far can be worked with. What is written is checked at its end. */
static kc_err check(const struct coder *c)
{
	return c->loads ? kc_der_reader_check(&c->r[c->depth]) : KC_OK;
}

/* --- values -------------------------------------------------------------------------------------
 */

static void begin(struct coder *c)
{
	if (!c->loads) {
		kc_der_begin(&c->w, KC_DER_SEQUENCE);
		return;
	}
	kc_der_enter(&c->r[c->depth], KC_DER_SEQUENCE, &c->r[c->depth + 1]);
	c->depth++;
}

static void end(struct coder *c)
{
	if (!c->loads) {
		kc_der_end(&c->w);
		return;
	}
	c->depth--;
	kc_der_leave(&c->r[c->depth], &c->r[c->depth + 1]);
}

static void code_uint(struct coder *c, uint64_t *value)
{
	if (c->loads)
		*value = kc_der_get_uint(reader(c));
	else
		kc_der_put_uint(&c->w, *value);
}

static void code_bool(struct coder *c, bool *value)
{
	if (c->loads)
		*value = kc_der_get_bool(reader(c));
	else
		kc_der_put_bool(&c->w, *value);
}

static void code_array(struct coder *c, uint8_t *value, size_t len)
{
	if (c->loads)
		kc_der_get_array(reader(c), value, len);
	else
		kc_der_put_bytes(&c->w, kc_bytes(value, len));
}

/* Bytes that are only looked at: when loading, a view of the part. */
static void code_view(struct coder *c, struct kc_bytes *value)
{
	if (c->loads)
		*value = kc_der_get_bytes(reader(c));
	else
		kc_der_put_bytes(&c->w, *value);
}

static void code_buf(struct coder *c, struct kc_buf *value)
{
	struct kc_bytes bytes = kc_buf_bytes(value);

	code_view(c, &bytes);
	if (c->loads)
		kc_buf_push(value, bytes.data, bytes.len);
	if (kc_buf_check(value) != KC_OK && c->loads)
		kc_der_reader_fail_with(reader(c), KC_E_NO_MEMORY);
}

static void code_secret(struct coder *c, struct kc_secret *value)
{
	struct kc_bytes bytes = kc_secret_bytes(value);

	code_view(c, &bytes);
	if (c->loads && kc_secret_set(value, bytes) != KC_OK)
		kc_der_reader_fail_with(reader(c), KC_E_NO_MEMORY);
}

static void code_name(struct coder *c, char value[static KC_DEVICE_NAME_MAX + 1])
{
	struct kc_bytes name;

	if (!c->loads) {
		kc_der_put_str(&c->w, value);
		return;
	}
	name = kc_der_get_utf8(reader(c));
	if (name.len > KC_DEVICE_NAME_MAX) {
		kc_der_reader_fail(reader(c));
		return;
	}
	memcpy(value, name.data, name.len);
	value[name.len] = 0;
}

static void code_position(struct coder *c, struct kc_log_position *position)
{
	begin(c);
	code_uint(c, &position->number);
	code_array(c, position->digest, sizeof position->digest);
	end(c);
}

static void code_vector(struct coder *c, struct kc_vector *vector)
{
	if (c->loads)
		kc_vector_pull(reader(c), vector);
	else
		kc_vector_put(&c->w, vector);
}

static kc_err code_log(struct coder *c, struct kc_head_log *log)
{
	if (c->loads)
		return kc_head_log_pull(reader(c), log);
	kc_head_log_put(&c->w, log->rows, log->count);
	return KC_OK;
}

static kc_err code_segments(struct coder *c, struct kc_segment_list *segments)
{
	if (c->loads)
		return kc_segment_list_pull(reader(c), segments);
	kc_segment_list_put(&c->w, segments);
	return KC_OK;
}

/* --- the account --------------------------------------------------------------------------------
 */

static size_t count_one(const struct kc_circle *circle)
{
	(void)circle;
	return 1;
}

static kc_err check_account(struct kc_circle *circle, struct kc_bytes keys, struct kc_bytes self)
{
	KC_TRY(kc_account_keys_parse(keys, &circle->keys));
	KC_TRY(kc_identity_load(self, &circle->identity));
	KC_TRY(kc_account_check_genesis(
		kc_buf_bytes(&circle->genesis), &circle->account, &circle->begun));
	return kc_account_key_open(
		kc_buf_bytes(&circle->account_key_record), &circle->account, &circle->account_key);
}

static kc_err code_account(struct coder *c, struct kc_circle *circle, size_t number)
{
	KC_CLEANUP_BUF struct kc_buf keys = KC_BUF_INIT, self = KC_BUF_INIT;
	uint64_t version = VERSION;

	(void)number;
	if (!c->loads) {
		KC_TRY(kc_account_keys_put(&circle->keys, &keys));
		KC_TRY(kc_identity_save(&circle->identity, &self));
	}
	code_uint(c, &version);
	if (version != VERSION)
		return KC_ERR(CORRUPT);
	code_array(c, circle->account.bytes, sizeof circle->account.bytes);
	code_buf(c, &circle->genesis);
	code_buf(c, &circle->account_key_record);
	code_buf(c, &keys);
	code_buf(c, &self);
	code_name(c, circle->name);
	KC_TRY(check(c));
	return c->loads ? check_account(circle, kc_buf_bytes(&keys), kc_buf_bytes(&self)) : KC_OK;
}

/* What is one of a kind and changes now and then. */
static void code_span(struct coder *c, struct kc_log_span *span)
{
	begin(c);
	code_uint(c, &span->base);
	code_uint(c, &span->len);
	code_uint(c, &span->kept_len);
	code_uint(c, &span->begun);
	code_uint(c, &span->track);
	code_uint(c, &span->drop_ms);
	code_bool(c, &span->mends);
	end(c);
}

static kc_err code_course(struct coder *c, struct kc_circle *circle, size_t number)
{
	(void)number;
	code_span(c, &circle->span);
	code_bool(c, &circle->joining);
	code_uint(c, &circle->collected_ms);
	code_bool(c, &circle->leaving);
	code_bool(c, &circle->has_meta);
	code_array(c, circle->meta_kid, sizeof circle->meta_kid);
	code_buf(c, &circle->statements);
	return KC_OK;
}

static kc_err code_queue(struct coder *c, struct kc_circle *circle, size_t number)
{
	(void)number;
	code_buf(c, &circle->queue);
	return KC_OK;
}

/* --- passwords ----------------------------------------------------------------------------------
 */

static size_t count_user_keys(const struct kc_circle *circle)
{
	return circle->user_key_count;
}

static kc_err code_user_key(struct coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_user_key *key = &circle->user_keys[number];

	if (number >= KC_COUNT_OF(circle->user_keys))
		return KC_ERR(CORRUPT);
	code_uint(c, &key->first);
	code_uint(c, &key->last);
	code_array(c, key->public_key, sizeof key->public_key);
	code_array(c, key->author.bytes, sizeof key->author.bytes);
	code_uint(c, &key->time_ms);
	if (!c->loads)
		return KC_OK;
	circle->user_key_count = number + 1;
	return kc_signature_key_id(KC_BYTES_OF(key->public_key), key->id);
}

static size_t count_pending_keys(const struct kc_circle *circle)
{
	return circle->pending_key_count;
}

static kc_err code_pending_key(struct coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_pending_key *pending = &circle->pending_keys[number];

	if (number >= KC_COUNT_OF(circle->pending_keys))
		return KC_ERR(CORRUPT);
	code_buf(c, &pending->record);
	if (!c->loads)
		return KC_OK;
	circle->pending_key_count = number + 1;
	KC_TRY(check(c));
	KC_TRY(kc_account_key_author(kc_buf_bytes(&pending->record), &pending->author));
	return kc_account_key_open(
		kc_buf_bytes(&pending->record), &circle->account, &pending->parts);
}

/* --- the compatibility circle -------------------------------------------------------------------
 */

static kc_err code_held_compat(
	struct coder *c, const struct kc_circle *circle, struct kc_held_compat *held)
{
	struct kc_bytes record = kc_buf_bytes(&held->record);

	code_view(c, &record);
	KC_TRY(check(c));
	return c->loads && record.len ? kc_circle_keep_compat(circle, record, held) : KC_OK;
}

static kc_err code_compat(struct coder *c, struct kc_circle *circle, size_t number)
{
	(void)number;
	KC_TRY(code_held_compat(c, circle, &circle->compat));
	KC_TRY(code_held_compat(c, circle, &circle->compat_held));
	code_buf(c, &circle->compat_rival);
	code_uint(c, &circle->compat_pushed);
	return KC_OK;
}

/* --- members and vouchers -----------------------------------------------------------------------
 */

static size_t count_members(const struct kc_circle *circle)
{
	return circle->member_count;
}

static kc_err add_member(struct kc_circle *circle, struct kc_bytes record, struct kc_bytes list)
{
	struct kc_permanent permanent;
	struct kc_record parsed;
	struct kc_peer_id id;

	KC_TRY(kc_record_parse(record, KC_RECORD_PERMANENT, &parsed));
	KC_TRY(kc_permanent_parse_body(parsed.body, &permanent));
	KC_TRY(kc_permanent_id(parsed.body, &id));
	KC_TRY(kc_circle_add_member(circle, record, &permanent, &id));
	if (list.len == 0)
		return KC_OK;
	return kc_circle_adopt_list(circle, circle->members[circle->member_count - 1], list);
}

/* The lists of a member that are remembered: what adopting the last one noted is among them. */
static kc_err code_past(struct coder *c, struct kc_member *member)
{
	size_t count = member->past.len / sizeof(struct kc_past_list);
	struct kc_past_list row, *rows = (struct kc_past_list *)(void *)member->past.data;

	if (c->loads)
		kc_buf_reset(&member->past);
	begin(c);
	for (size_t i = 0; c->loads ? kc_der_more(reader(c)) : i < count; i++) {
		if (!c->loads)
			row = rows[i];
		begin(c);
		code_uint(c, &row.seq);
		code_array(c, row.id.bytes, sizeof row.id.bytes);
		code_uint(c, &row.time_ms);
		end(c);
		if (c->loads)
			kc_buf_push(&member->past, &row, sizeof row);
	}
	end(c);
	KC_TRY(check(c));
	return kc_buf_check(&member->past);
}

static kc_err code_retire(struct coder *c, struct kc_member *member)
{
	code_buf(c, &member->retire_record);
	KC_TRY(check(c));
	if (!c->loads || member->retire_record.len == 0)
		return KC_OK;
	return kc_retire_parse(kc_buf_bytes(&member->retire_record), &member->retire);
}

static kc_err code_member(struct coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_bytes permanent = {NULL, 0}, list = {NULL, 0};
	struct kc_member *m;

	if (!c->loads) {
		permanent = kc_buf_bytes(&circle->members[number]->permanent_record);
		list = kc_buf_bytes(&circle->members[number]->list_record);
	}
	code_view(c, &permanent);
	code_view(c, &list);
	KC_TRY(check(c));
	if (c->loads)
		KC_TRY(add_member(circle, permanent, list));
	m = circle->members[number];
	code_name(c, m->name);
	code_position(c, &m->position);
	code_position(c, &m->target);
	code_uint(c, &m->waiting_since_ms);
	code_uint(c, &m->compat_number);
	code_uint(c, &m->compat_generation);
	code_uint(c, &m->silent_days);
	code_uint(c, &m->silent_seq);
	code_uint(c, &m->excuse.seq);
	code_uint(c, &m->excuse.shown);
	code_uint(c, &m->excuse.known);
	KC_TRY(code_past(c, m));
	KC_TRY(code_retire(c, m));
	code_array(c, m->given, sizeof m->given);
	code_bool(c, &m->forged);
	for (size_t view = 0; view < KC_CIRCLE_MAX_VIEWS; view++)
		code_uint(c, &m->acked[view]);
	return KC_OK;
}

static size_t count_vouchers(const struct kc_circle *circle)
{
	return circle->voucher_count;
}

static kc_err code_voucher(struct coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_voucher voucher;
	struct kc_bytes record = {NULL, 0};

	if (!c->loads)
		record = kc_buf_bytes(&circle->vouchers[number].record);
	code_view(c, &record);
	KC_TRY(check(c));
	if (!c->loads)
		return KC_OK;
	KC_TRY(kc_voucher_parse(record, &voucher));
	return kc_circle_add_voucher(circle, record, &voucher);
}

static size_t count_own_lists(const struct kc_circle *circle)
{
	return circle->own_lists.len / sizeof(struct kc_record_id);
}

static kc_err code_own_list(struct coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_record_id id;

	if (!c->loads)
		memcpy(&id, circle->own_lists.data + number * sizeof id, sizeof id);
	code_array(c, id.bytes, sizeof id.bytes);
	if (!c->loads)
		return KC_OK;
	kc_buf_push(&circle->own_lists, id.bytes, sizeof id.bytes);
	return kc_buf_check(&circle->own_lists);
}

static size_t count_own_keys(const struct kc_circle *circle)
{
	return circle->own_key_count;
}

static kc_err code_own_key(struct coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_bytes record = {NULL, 0};

	if (!c->loads)
		record = kc_buf_bytes(&circle->own_keys[number]);
	code_view(c, &record);
	KC_TRY(check(c));
	return c->loads ? kc_circle_keep_own_key(circle, record) : KC_OK;
}

/* --- keys and views -----------------------------------------------------------------------------
 */

static size_t count_epochs(const struct kc_circle *circle)
{
	return circle->epoch_count;
}

static kc_err code_epoch(struct coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_bytes record = {NULL, 0};
	struct kc_held_epoch *held;

	if (!c->loads)
		record = kc_buf_bytes(&circle->epochs[number].record);
	code_view(c, &record);
	KC_TRY(check(c));
	if (c->loads)
		KC_TRY(kc_circle_add_epoch(circle, record));
	held = &circle->epochs[number];
	code_secret(c, &held->class_c);
	code_secret(c, &held->head);
	code_secret(c, &held->meta);
	return KC_OK;
}

static size_t count_segments(const struct kc_circle *circle)
{
	return circle->segment_count;
}

static kc_err code_segment(struct coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_segment_name name = {.last = 0};
	struct kc_bytes value = {NULL, 0};

	if (!c->loads) {
		name = circle->segments[number].name;
		value = kc_buf_bytes(&circle->segments[number].value);
	}
	code_array(c, name.hash, sizeof name.hash);
	code_uint(c, &name.last);
	code_view(c, &value);
	KC_TRY(check(c));
	return c->loads ? kc_circle_keep_segment(circle, &name, value) : KC_OK;
}

static size_t count_views(const struct kc_circle *circle)
{
	(void)circle;
	return KC_CIRCLE_MAX_VIEWS;
}

static kc_err code_view_state(struct coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_view_state *state = &circle->views[number];

	if (number >= KC_CIRCLE_MAX_VIEWS)
		return KC_ERR(CORRUPT);
	code_uint(c, &state->counter);
	code_vector(c, &state->vector);
	code_array(c, state->headed_kid, sizeof state->headed_kid);
	code_uint(c, &state->headed_since);
	code_vector(c, &state->reached);
	code_array(c, state->kid, sizeof state->kid);
	code_uint(c, &state->again);
	code_uint(c, &state->again_to);
	KC_TRY(code_log(c, &state->log));
	return code_segments(c, &state->segments);
}

/* What a lock takes away: the keys of the views, and the one that opens shares of them. They are
 * found by their ids: epochs may have come and gone in between. */
static kc_err save_locked_away(struct coder *c, const struct kc_circle *circle)
{
	KC_CLEANUP_SECRET struct kc_secret agree = KC_SECRET_INIT;

	KC_TRY(kc_identity_save_agree(&circle->identity, &agree));
	kc_der_put_bytes(&c->w, kc_secret_bytes(&agree));
	begin(c);
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];

		if (!held->key.len)
			continue;
		begin(c);
		kc_der_put_bytes(&c->w, KC_BYTES_OF(held->epoch->name.kid));
		kc_der_put_bytes(&c->w, kc_secret_bytes(&held->key));
		end(c);
	}
	end(c);
	return KC_OK;
}

static kc_err load_locked_away(struct coder *c, struct kc_circle *circle)
{
	struct kc_bytes agree = kc_der_get_bytes(reader(c));

	KC_TRY(check(c));
	KC_TRY(kc_identity_load_agree(agree, &circle->identity));
	begin(c);
	while (kc_der_more(reader(c))) {
		uint8_t kid[KC_KID_LEN];
		struct kc_bytes key;

		begin(c);
		code_array(c, kid, sizeof kid);
		key = kc_der_get_bytes(reader(c));
		end(c);
		KC_TRY(check(c));
		KC_TRY(kc_circle_restore_key(circle, kid, key));
	}
	end(c);
	return check(c);
}

static kc_err code_locked_away(struct coder *c, struct kc_circle *circle, size_t number)
{
	(void)number;
	return c->loads ? load_locked_away(c, circle) : save_locked_away(c, circle);
}

/* --- parts --------------------------------------------------------------------------------------
 */

/* clang-format off */
static const struct kind {
	const char *name;
	size_t rows; /* of one part */
	bool while_unlocked;
	size_t (*count)(const struct kc_circle *circle);
	kc_err (*code)(struct coder *c, struct kc_circle *circle, size_t number);
} kinds[] = {
	{"account",    1, false, count_one,       code_account},
	{"user-keys", 16, false, count_user_keys, code_user_key},
	{"pending",    8, false, count_pending_keys, code_pending_key},
	{"compat",     1, false, count_one,       code_compat},
	{"course",     1, false, count_one,       code_course},
	{"members",    1, false, count_members,   code_member},
	{"vouchers",  32, false, count_vouchers,  code_voucher},
	{"own-lists", KC_CIRCLE_OWN_LISTS_STEP, false, count_own_lists, code_own_list},
	{"own-keys",   8, false, count_own_keys,  code_own_key},
	{"epochs",    16, false, count_epochs,    code_epoch},
	{"views",      1, false, count_views,     code_view_state},
	{"segments",   1, false, count_segments,  code_segment},
	{"queue",      1, false, count_one,       code_queue},
	{"keys",       1, true,  count_one,       code_locked_away},
};
/* clang-format on */

static size_t parts_of(const struct kind *kind, const struct kc_circle *circle)
{
	return (kind->count(circle) + kind->rows - 1) / kind->rows;
}

static kc_err save_part(struct kc_circle *circle, const struct kind *kind, size_t number,
	struct kc_circle_parts *parts)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	struct coder c = {.loads = false};
	size_t count = kind->count(circle), first = number * kind->rows;
	char name[KC_CIRCLE_PART_NAME_MAX];

	kc_der_writer_init(&c.w, &value);
	begin(&c);
	for (size_t i = first; i < count && i < first + kind->rows; i++) {
		begin(&c);
		KC_TRY(kind->code(&c, circle, i));
		end(&c);
	}
	end(&c);
	KC_TRY(kc_der_writer_check(&c.w));
	snprintf(name, sizeof name, "%s/%zu", kind->name, number);
	return kc_circle_parts_add(parts, kc_bytes_str(name), kind->while_unlocked, &value);
}

kc_err kc_circle_save(struct kc_circle *circle, struct kc_circle_parts *ret)
{
	KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts parts = {0};

	for (const struct kind *kind = kinds; kind < kinds + KC_COUNT_OF(kinds); kind++) {
		if (kind->while_unlocked && kc_circle_is_locked(circle))
			continue;
		for (size_t i = 0; i < parts_of(kind, circle); i++)
			KC_TRY(save_part(circle, kind, i, &parts));
	}
	kc_circle_parts_done(ret);
	*ret = parts;
	parts = (struct kc_circle_parts){0};
	return KC_OK;
}

static kc_err load_part(
	struct kc_circle *circle, const struct kind *kind, const struct kc_circle_part *part)
{
	struct coder c = {.loads = true};
	char expected[KC_CIRCLE_PART_NAME_MAX];
	size_t number = (size_t)strtoul(part->name + strlen(kind->name) + 1, NULL, 10);

	snprintf(expected, sizeof expected, "%s/%zu", kind->name, number);
	if (strcmp(expected, part->name) != 0)
		return KC_ERR(CORRUPT);
	kc_der_reader_init(&c.r[0], kc_buf_bytes(&part->value));
	begin(&c);
	for (size_t i = 0; i < kind->rows && kc_der_more(reader(&c)); i++) {
		if (number * kind->rows + i > kind->count(circle))
			return KC_ERR(CORRUPT); /* one before it is missing */
		begin(&c);
		KC_TRY(kind->code(&c, circle, number * kind->rows + i));
		end(&c);
	}
	end(&c);
	return kc_der_reader_finish(&c.r[0]);
}

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++) {
		size_t len = strlen(kinds[i].name);

		if (strncmp(name, kinds[i].name, len) == 0 && name[len] == '/')
			return &kinds[i];
	}
	return NULL;
}

/* Whether these are all the parts of what came of them. */
static bool is_whole(const struct kc_circle *circle, const struct kc_circle_parts *parts)
{
	size_t expected = 0;

	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++)
		if (!kinds[i].while_unlocked || !kc_circle_is_locked(circle))
			expected += parts_of(&kinds[i], circle);
	return circle->member_count > 0 && parts->count == expected;
}

static kc_err load_all(struct kc_circle *circle, const struct kc_circle_parts *parts)
{
	for (size_t i = 0; i < parts->count; i++) {
		const struct kind *kind = find_kind(parts->rows[i].name);

		if (!kind)
			return KC_ERR(CORRUPT);
		KC_TRY(load_part(circle, kind, &parts->rows[i]));
	}
	return is_whole(circle, parts) ? kc_circle_complete_keys(circle) : KC_ERR(CORRUPT);
}

kc_err kc_circle_load(const struct kc_circle_parts *parts, struct kc_circle **ret)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	kc_err err;

	KC_TRY(kc_circle_new(&circle));
	err = load_all(circle, parts);
	if (err == KC_E_NO_MEMORY)
		return err;
	if (err != KC_OK)
		return KC_ERR(CORRUPT);
	*ret = circle;
	circle = NULL;
	return KC_OK;
}
