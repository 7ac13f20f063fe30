/* SPDX-License-Identifier: ISC */
/* The life of a circle, and finding things in it. */
#include "backend/circle/circle_impl.h"

#include <string.h>

#include "base/clock.h"

static const char *const alarm_names[] = {
	[KC_ALARM_ROLLBACK] = "rollback",
	[KC_ALARM_FORK] = "fork",
	[KC_ALARM_OMISSION] = "omission",
	[KC_ALARM_FORGERY] = "forgery",
};

const char *kc_alarm_name(enum kc_alarm alarm)
{
	return alarm_names[alarm];
}

kc_err kc_circle_new(struct kc_circle **ret)
{
	struct kc_circle *circle = calloc(1, sizeof *circle);

	if (!circle)
		return KC_ERR(NO_MEMORY);
	*ret = circle;
	return KC_OK;
}

static void free_member(struct kc_member *member)
{
	kc_buf_done(&member->permanent_record);
	kc_buf_done(&member->list_record);
	kc_buf_done(&member->past);
	kc_buf_done(&member->said_before);
	kc_held_compat_done(&member->compat_held);
	free(member->list);
	free(member);
}

void kc_circle_epoch_done(struct kc_held_epoch *held)
{
	kc_buf_done(&held->record);
	kc_secret_done(&held->key);
	kc_secret_done(&held->class_c);
	kc_secret_done(&held->head);
	kc_secret_done(&held->meta);
	free(held->epoch);
}

static void view_done(struct kc_view_state *view)
{
	kc_head_log_done(&view->log);
	kc_segment_list_done(&view->segments);
}

kc_err kc_circle_keep_segment(
	struct kc_circle *circle, const struct kc_segment_name *name, struct kc_bytes value)
{
	struct kc_own_segment *row,
		*grown = reallocarray(circle->segments, circle->segment_count + 1, sizeof *grown);

	if (!grown)
		return KC_ERR(NO_MEMORY);
	circle->segments = grown;
	row = &grown[circle->segment_count++];
	*row = (struct kc_own_segment){.name = *name};
	kc_buf_push(&row->value, value.data, value.len);
	return kc_buf_check(&row->value);
}

void kc_circle_forget_segment(struct kc_circle *circle, const struct kc_segment_name *name)
{
	for (size_t i = 0; i < circle->segment_count; i++) {
		struct kc_own_segment *row = &circle->segments[i];

		if (memcmp(row->name.hash, name->hash, sizeof name->hash) != 0)
			continue;
		kc_buf_done(&row->value);
		memmove(row, row + 1, (--circle->segment_count - i) * sizeof *row);
		return;
	}
}

void kc_circle_free(struct kc_circle *circle)
{
	if (!circle)
		return;
	for (size_t i = 0; i < circle->member_count; i++)
		free_member(circle->members[i]);
	for (size_t i = 0; i < circle->voucher_count; i++)
		kc_buf_done(&circle->vouchers[i].record);
	for (size_t i = 0; i < circle->epoch_count; i++)
		kc_circle_epoch_done(&circle->epochs[i]);
	for (size_t i = 0; i < KC_CIRCLE_MAX_VIEWS; i++)
		view_done(&circle->views[i]);
	for (size_t i = 0; i < circle->segment_count; i++)
		kc_buf_done(&circle->segments[i].value);
	free(circle->segments);
	free(circle->vouchers);
	free(circle->epochs);
	free(circle->gifts);
	kc_buf_done(&circle->genesis);
	kc_secret_done(&circle->keys);
	kc_buf_done(&circle->account_key_record);
	for (size_t i = 0; i < circle->password_count; i++)
		kc_buf_done(&circle->passwords[i].record);
	for (size_t i = 0; i < circle->pending_key_count; i++)
		kc_buf_done(&circle->pending_keys[i].record);
	kc_held_compat_done(&circle->compat);
	kc_held_compat_done(&circle->compat_held);
	kc_buf_done(&circle->compat_rival);
	kc_evidence_list_done(&circle->caught);
	kc_identity_done(&circle->identity);
	kc_buf_done(&circle->own_lists);
	kc_buf_done(&circle->contradictions);
	for (size_t i = 0; i < circle->lent_count; i++)
		kc_secret_done(&circle->lent[i].key);
	free(circle->lent);
	for (size_t i = 0; i < circle->own_key_count; i++)
		kc_buf_done(&circle->own_keys[i]);
	free(circle->own_keys);
	kc_buf_done(&circle->statements);
	kc_buf_done(&circle->queue);
	kc_circle_forget_cells(circle);
	free(circle);
}

kc_err kc_circle_make_room(struct kc_circle *circle)
{
	struct kc_trust trust;
	size_t kept = 0;

	if (circle->member_count < KC_CIRCLE_MAX_PEERS)
		return KC_OK;
	KC_TRY(kc_circle_judge(circle, &trust));
	for (size_t i = 0; i < circle->member_count; i++) {
		struct kc_member *member = circle->members[i];

		if (i != circle->self && !kc_peer_set_has(trust.introduced | trust.excluded, i)) {
			free_member(member);
			continue;
		}
		if (i == circle->self)
			circle->self = kept;
		circle->members[kept++] = member;
	}
	circle->member_count = kept;
	return KC_OK;
}

/* --- the first device ---------------------------------------------------------------------------
 */

/* Identity, genesis, account id, shared keys. */
static kc_err make_account(struct kc_circle *circle)
{
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;

	KC_TRY(kc_identity_make(&circle->identity));
	KC_TRY(kc_permanent_put_body(&circle->identity.permanent, &body));
	circle->begun.first = circle->identity.id;
	circle->begun.time_ms = kc_clock_now_ms();
	KC_TRY(kc_account_begin(
		kc_buf_bytes(&body), circle->begun.time_ms, &circle->genesis, &circle->account));
	KC_TRY(kc_account_keys_make(&circle->keys));
	return kc_circle_queue_sealed(circle, "g", kc_buf_bytes(&circle->genesis));
}

static kc_err make_account_key(struct kc_circle *circle, struct kc_bytes account_password,
	struct kc_password_keys *ret_keys)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	KC_TRY(kc_account_key_make(&circle->account, &circle->identity, &circle->keys,
		account_password, 1, NULL, &record, ret_keys));
	KC_TRY(kc_circle_adopt_account_key(circle, kc_buf_bytes(&record)));
	return kc_circle_publish_account_key(circle);
}

kc_err kc_circle_begin(const char *device_name, struct kc_bytes account_password, unsigned views,
	struct kc_circle **ret)
{
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf permanent = KC_BUF_INIT;
	struct kc_trust trust;

	if (account_password.len < KC_ACCOUNT_PASSWORD_MIN)
		return KC_ERR(WEAK_PASSWORD);
	if (strlen(device_name) > KC_DEVICE_NAME_MAX)
		return KC_ERR(PARAM);
	KC_TRY(kc_circle_new(&circle));
	memcpy(circle->name, device_name, strlen(device_name));
	KC_TRY(make_account(circle));
	KC_TRY(make_account_key(circle, account_password, &keys));
	KC_TRY(kc_identity_permanent_record(&circle->identity, &circle->account, &permanent));
	KC_TRY(kc_circle_queue_sealed(circle, "perm", kc_buf_bytes(&permanent)));
	KC_TRY(kc_circle_take_permanent(circle, kc_buf_bytes(&permanent)));
	KC_TRY(kc_circle_judge(circle, &trust));
	for (unsigned view = 1; view < KC_CIRCLE_MAX_VIEWS; view++)
		if (views >> view & 1 || view == KC_VIEW_META)
			KC_TRY(kc_circle_begin_epoch(circle, &trust, view, KC_EPOCH_FIRST));
	KC_TRY(kc_circle_settle_meta(circle));
	circle->user = keys.user;
	KC_TRY(kc_circle_renew_compat(circle, &trust));
	circle->user = NULL;
	*ret = circle;
	circle = NULL;
	return KC_OK;
}

/* --- finding ------------------------------------------------------------------------------------
 */

struct kc_member *kc_circle_self(const struct kc_circle *circle)
{
	return circle->members[circle->self];
}

struct kc_member *kc_circle_find(const struct kc_circle *circle, const struct kc_peer_id *id)
{
	for (size_t i = 0; i < circle->member_count; i++)
		if (kc_peer_id_equal(&circle->members[i]->id, id))
			return circle->members[i];
	return NULL;
}

const char *kc_circle_name_of(const struct kc_circle *circle, const struct kc_member *member)
{
	if (member->list)
		return member->list->name;
	return member == kc_circle_self(circle) ? circle->name : member->name;
}

size_t kc_circle_number(const struct kc_circle *circle, const struct kc_peer_id *id)
{
	size_t number = 0;

	while (number < circle->member_count && !kc_peer_id_equal(&circle->members[number]->id, id))
		number++;
	return number;
}

struct kc_writer_id kc_circle_writer(const struct kc_peer_id *id)
{
	struct kc_writer_id writer;

	memcpy(writer.bytes, id->bytes, sizeof writer.bytes);
	return writer;
}

const struct kc_account_keys *kc_circle_keys(const struct kc_circle *circle)
{
	return kc_account_keys_get(&circle->keys);
}

const struct kc_voucher *kc_circle_find_voucher(
	const struct kc_circle *circle, const struct kc_peer_id *beneficiary)
{
	for (size_t i = 0; i < circle->voucher_count; i++)
		if (kc_peer_id_equal(&circle->vouchers[i].voucher.beneficiary, beneficiary))
			return &circle->vouchers[i].voucher;
	return NULL;
}

/* --- writes that go out -------------------------------------------------------------------------
 */

kc_err kc_circle_queue_clear(struct kc_circle *circle, const char *key, struct kc_bytes record)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, &circle->queue);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_str(&w, key);
	kc_der_put_bytes(&w, record);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_circle_queue_sealed(struct kc_circle *circle, const char *key, struct kc_bytes record)
{
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	struct kc_place_in_store place = {&circle->account, &writer, kc_bytes_str(key)};
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT;

	KC_TRY(kc_circle_seal(circle, &place, record, &sealed));
	return kc_circle_queue_clear(circle, key, kc_buf_bytes(&sealed));
}

kc_err kc_circle_queue_for(struct kc_circle *circle, const char *prefix,
	const struct kc_peer_id *peer, struct kc_bytes record)
{
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;

	kc_buf_push_str(&key, prefix);
	kc_op_put_hex(&key, kc_bytes(peer->bytes, sizeof(struct kc_writer_id)));
	KC_TRY(kc_buf_check(&key));
	return record.len ? kc_circle_queue_sealed(circle, kc_buf_text(&key), record)
			  : kc_circle_queue_clear(circle, kc_buf_text(&key), record);
}

kc_err kc_circle_drain(struct kc_circle *circle, struct kc_op_builder *builder)
{
	struct kc_der_reader r, one;

	kc_der_reader_init(&r, kc_buf_bytes(&circle->queue));
	while (kc_der_more(&r)) {
		struct kc_bytes key, value;

		kc_der_enter(&r, KC_DER_SEQUENCE, &one);
		key = kc_der_get_utf8(&one);
		value = kc_der_get_bytes(&one);
		kc_der_leave(&r, &one);
		KC_TRY(kc_circle_note_cell(circle, key, value));
		kc_op_builder_put(builder, key, value);
	}
	KC_TRY(kc_der_reader_finish(&r));
	kc_buf_reset(&circle->queue);
	return KC_OK;
}
