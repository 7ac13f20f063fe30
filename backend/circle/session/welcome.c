/* SPDX-License-Identifier: ISC */
/* Application and Welcome of doc/keycircle.asn1. */
#include "backend/circle/session/welcome.h"

#include <string.h>

#include "backend/circle/circle_impl.h"
#include "backend/circle/session/pairing.h"
#include "base/clock.h"

static bool is_name(struct kc_bytes name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] < 0x20 || name.data[i] == 0x7f)
			return false;
	return name.len > 0 && name.len <= KC_DEVICE_NAME_MAX;
}

/* --- the application ----------------------------------------------------------------------------
 */

kc_err kc_application_build(const struct kc_identity *identity, const struct kc_account_id *account,
	const char *name, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf permanent = KC_BUF_INIT;
	struct kc_der_writer w;

	KC_TRY(kc_identity_permanent_record(identity, account, &permanent));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, kc_buf_bytes(&permanent));
	kc_der_put_str(&w, name);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_application_parse(
	struct kc_bytes bytes, const struct kc_account_id *account, struct kc_application *ret)
{
	struct kc_application application = {0};
	struct kc_der_reader r, seq;
	struct kc_bytes name;

	kc_der_reader_init(&r, bytes);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	application.permanent_record = kc_der_get_bytes(&seq);
	name = kc_der_get_utf8(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	if (!is_name(name))
		return KC_ERR(DECODE);
	memcpy(application.name, name.data, name.len);
	KC_TRY(kc_permanent_open(
		application.permanent_record, account, &application.permanent, &application.id));
	if (application.permanent.kind != KC_PEER_DEVICE)
		return KC_ERR(DECODE);
	*ret = application;
	return KC_OK;
}

/* --- admitting ----------------------------------------------------------------------------------
 */

static kc_err vouch(struct kc_circle *circle, const struct kc_application *application,
	const uint8_t transcript[static 32])
{
	const struct kc_member *self = kc_circle_self(circle);
	struct kc_voucher voucher = {
		.sponsor = circle->identity.id,
		.sponsor_seq = (self->list ? self->list->seq : 0) + 1,
		.beneficiary = application->id,
		.reason = KC_VOUCHER_PAIRING,
		.time_ms = kc_clock_now_ms(),
	};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	memcpy(voucher.transcript, transcript, sizeof voucher.transcript);
	voucher.not_after_ms = voucher.time_ms + KC_PAIRING_LIFE_MS;
	KC_TRY(kc_voucher_build(&voucher, &circle->account, &circle->identity, &record));
	KC_TRY(kc_circle_add_voucher(circle, kc_buf_bytes(&record), &voucher));
	return kc_circle_queue_for(circle, "v/", &application->id, kc_buf_bytes(&record));
}

/* Those that ever counted: co-signatures are by them. */
static void put_user_keys(struct kc_der_writer *w, const struct kc_circle *circle)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < circle->user_key_count; i++) {
		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_uint(w, circle->user_keys[i].first);
		kc_der_put_uint(w, circle->user_keys[i].last);
		kc_der_put_bytes(w, KC_BYTES_OF(circle->user_keys[i].public_key));
		kc_der_end(w);
	}
	kc_der_end(w);
}

/* Those that may come into force when it is heard who is out. */
static void put_passwords(struct kc_der_writer *w, const struct kc_circle *circle)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < circle->password_count; i++) {
		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_bytes(w, kc_buf_bytes(&circle->passwords[i].record));
		kc_der_put_uint(w, circle->passwords[i].heard_ms);
		kc_der_end(w);
	}
	kc_der_end(w);
}

/* Whether nothing is left to be read of one who is out, since all that it wrote was made somebody's
 * own: so it is where its cut is before a list that was heard. Its log may begin beyond that. */
static bool is_made_own(const struct kc_circle *circle, const struct kc_trust *trust, size_t number)
{
	const struct kc_member *m = circle->members[number];

	if (!kc_peer_set_has(trust->excluded, number) || !m->list ||
		kc_circle_is_within_cut(circle, trust, number, m->list->seq, &m->list_id))
		return false;
	for (unsigned view = 1; view < KC_CIRCLE_MAX_VIEWS; view++) {
		const struct kc_held_epoch *held;

		if (kc_vector_get(&circle->views[view].vector, &m->id) == 0)
			continue;
		if (kc_circle_usable_epoch(circle, trust, view, &held) != KC_OK ||
			memcmp(circle->views[view].kid, held->epoch->name.kid, KC_KID_LEN) != 0 ||
			kc_circle_closing(circle, trust, view, &m->id) > 0)
			return false;
	}
	return true;
}

/* How far a newcomer must get in a log. That of one who is out may be lost, or damaged, for good:
 * when this device has made all of it its own, it is no way to anything. */
static const struct kc_log_position *target_of(
	const struct kc_circle *circle, const struct kc_trust *trust, size_t number)
{
	static const struct kc_log_position nowhere;
	const struct kc_member *m = circle->members[number];
	bool is_said = (m->retold == m->position.number && !circle->span.mends) ||
		       is_made_own(circle, trust, number);

	return is_said && !kc_peer_set_has(trust->trusted, number) ? &nowhere : &m->position;
}

static void put_peers(
	struct kc_der_writer *w, const struct kc_circle *circle, const struct kc_trust *trust)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];
		const struct kc_log_position *target = target_of(circle, trust, i);

		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_bytes(w, kc_buf_bytes(&m->permanent_record));
		kc_der_put_bytes(w, kc_buf_bytes(&m->list_record));
		kc_circle_put_past(w, m);
		kc_der_put_uint(w, target->number);
		kc_der_put_bytes(w, KC_BYTES_OF(target->digest));
		kc_der_end(w);
	}
	kc_der_end(w);
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < circle->voucher_count; i++)
		kc_der_put_bytes(w, kc_buf_bytes(&circle->vouchers[i].record));
	kc_der_end(w);
}

/* What this device holds of each view, its own writes included. */
static kc_err put_vectors(struct kc_der_writer *w, const struct kc_circle *circle)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (unsigned view = 1; view < KC_CIRCLE_MAX_VIEWS; view++) {
		struct kc_vector vector = circle->views[view].vector;

		KC_TRY(kc_vector_raise(&vector, &circle->identity.id, circle->views[view].counter));
		kc_vector_put(w, &vector);
	}
	kc_der_end(w);
	return KC_OK;
}

static kc_err put_welcome(
	const struct kc_circle *circle, struct kc_bytes shares, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf keys = KC_BUF_INIT;
	struct kc_der_writer w;
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	KC_TRY(kc_account_keys_put(&circle->keys, &keys));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, kc_buf_bytes(&circle->genesis));
	kc_der_put_bytes(&w, kc_buf_bytes(&keys));
	kc_der_put_bytes(&w, kc_buf_bytes(&circle->account_key_record));
	put_user_keys(&w, circle);
	put_passwords(&w, circle);
	put_peers(&w, circle, &trust);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < circle->epoch_count; i++)
		kc_der_put_bytes(&w, kc_buf_bytes(&circle->epochs[i].record));
	kc_der_end(&w);
	kc_der_put_bytes(&w, shares);
	kc_der_put_bytes(&w, kc_buf_bytes(&circle->compat.record));
	KC_TRY(put_vectors(&w, circle));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_circle_admit(struct kc_circle *circle, const struct kc_application *application,
	const uint8_t transcript[static 32], struct kc_buf *ret_welcome)
{
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;
	struct kc_trust trust;

	if (kc_circle_find(circle, &application->id))
		return KC_ERR(DUPLICATE);
	if (circle->member_count == KC_CIRCLE_MAX_PEERS)
		return KC_ERR(TOO_LARGE);
	KC_TRY(vouch(circle, application, transcript));
	KC_TRY(kc_circle_add_member(
		circle, application->permanent_record, &application->permanent, &application->id));
	KC_TRY(kc_circle_name_apart(circle, &application->id, application->name,
		circle->members[circle->member_count - 1]->name));
	KC_TRY(kc_circle_queue_for(
		circle, "perm/", &application->id, application->permanent_record));
	KC_TRY(kc_circle_judge(circle, &trust));
	KC_TRY(kc_circle_build_shares(
		circle, &trust, &application->permanent, &application->id, &shares));
	KC_TRY(kc_circle_queue_for(circle, "s/", &application->id, kc_buf_bytes(&shares)));
	KC_TRY(kc_circle_renew_compat(circle, &trust));
	return put_welcome(circle, kc_buf_bytes(&shares), ret_welcome);
}

/* --- entering -----------------------------------------------------------------------------------
 */

/* A list and those before it, with when the sponsor heard each: this device was not there. */
static kc_err enter_lists(struct kc_circle *circle, struct kc_member *member, struct kc_bytes list,
	struct kc_der_reader *past)
{
	const struct kc_past_list *last;

	if (list.len) {
		KC_TRY(kc_circle_adopt_list(circle, member, list));
		KC_TRY(kc_list_verify(list, &circle->account, member->list, &member->permanent));
		if (!kc_peer_id_equal(&member->list->peer, &member->id))
			return KC_ERR(VERIFY);
	}
	KC_TRY(kc_circle_pull_past(past, member));
	if ((member->list != NULL) != (member->past.len > 0))
		return KC_ERR(DECODE);
	if (!member->list)
		return KC_OK;
	last = (const struct kc_past_list *)(const void *)(member->past.data + member->past.len) -
	       1;
	return last->seq == member->list->seq && kc_record_id_equal(&last->id, &member->list_id)
		       ? KC_OK
		       : KC_ERR(DECODE);
}

static kc_err enter_peer(struct kc_der_reader *r, struct kc_circle *circle)
{
	struct kc_permanent permanent;
	struct kc_bytes record, list;
	struct kc_log_position target;
	struct kc_der_reader seq, past;
	struct kc_member *member;
	struct kc_peer_id id;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	record = kc_der_get_bytes(&seq);
	list = kc_der_get_bytes(&seq);
	kc_der_reader_init(&past, kc_der_get_raw(&seq));
	target.number = kc_der_get_uint(&seq);
	kc_der_get_array(&seq, target.digest, sizeof target.digest);
	kc_der_leave(r, &seq);
	KC_TRY(kc_der_reader_check(r));
	KC_TRY(kc_permanent_open(record, &circle->account, &permanent, &id));
	KC_TRY(kc_circle_add_member(circle, record, &permanent, &id));
	member = circle->members[circle->member_count - 1];
	member->target = target;
	return enter_lists(circle, member, list, &past);
}

static kc_err enter_peers(struct kc_der_reader *r, struct kc_circle *circle)
{
	struct kc_der_reader rows;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows))
		KC_TRY(enter_peer(&rows, circle));
	kc_der_leave(r, &rows);
	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows)) {
		struct kc_bytes record = kc_der_get_bytes(&rows);
		const struct kc_member *sponsor;
		struct kc_voucher voucher;

		KC_TRY(kc_voucher_parse(record, &voucher));
		sponsor = kc_circle_find(circle, &voucher.sponsor);
		if (!sponsor)
			return KC_ERR(VERIFY);
		KC_TRY(kc_voucher_verify(record, &circle->account, &voucher, &sponsor->permanent));
		KC_TRY(kc_circle_add_voucher(circle, record, &voucher));
	}
	kc_der_leave(r, &rows);
	return kc_der_reader_check(r);
}

/* The voucher for this device is of this very pairing. */
static kc_err check_own_voucher(const struct kc_circle *circle, const uint8_t transcript[static 32])
{
	const struct kc_voucher *voucher = kc_circle_find_voucher(circle, &circle->identity.id);

	if (!voucher || !kc_circle_find(circle, &circle->identity.id) ||
		memcmp(voucher->transcript, transcript, sizeof voucher->transcript) != 0)
		return KC_ERR(VERIFY);
	return KC_OK;
}

static kc_err enter_keys(struct kc_der_reader *r, struct kc_circle *circle)
{
	struct kc_der_reader rows;
	struct kc_bytes shares, compat;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows)) {
		struct kc_bytes record = kc_der_get_bytes(&rows);

		/* Of a device that is out since: its epochs are of no use for writing, but old
		 * items are still under them. */
		KC_TRY(kc_circle_add_epoch(circle, record));
		KC_TRY(kc_circle_check_epoch_author(circle, record));
	}
	kc_der_leave(r, &rows);
	shares = kc_der_get_bytes(r);
	compat = kc_der_get_bytes(r);
	KC_TRY(kc_der_reader_check(r));
	KC_TRY(kc_circle_enter_compat(circle, compat));
	KC_TRY(kc_circle_take_shares(circle, NULL, shares));
	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	for (unsigned view = 1; view < KC_CIRCLE_MAX_VIEWS; view++)
		kc_vector_pull(&rows, &circle->views[view].vector);
	kc_der_leave(r, &rows);
	return kc_der_reader_check(r);
}

static kc_err enter_user_keys(struct kc_der_reader *r, struct kc_circle *circle)
{
	struct kc_der_reader rows, one;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && circle->user_key_count < KC_CIRCLE_MAX_USER_KEYS) {
		struct kc_user_key *key = &circle->user_keys[circle->user_key_count++];

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		key->first = kc_der_get_uint(&one);
		key->last = kc_der_get_uint(&one);
		kc_der_get_array(&one, key->public_key, sizeof key->public_key);
		kc_der_leave(&rows, &one);
		KC_TRY(kc_signature_key_id(KC_BYTES_OF(key->public_key), key->id));
		if (key->first != circle->account_key.seq ||
			memcmp(key->public_key, circle->account_key.user_public,
				sizeof key->public_key) != 0)
			continue;
		key->time_ms = circle->account_key.time_ms;
		key->author = circle->account_key.author;
	}
	kc_der_leave(r, &rows);
	KC_TRY(kc_der_reader_check(r));
	return kc_circle_was_user_key(circle, circle->account_key.user_public) ? KC_OK
									       : KC_ERR(VERIFY);
}

static kc_err enter_passwords(struct kc_der_reader *r, struct kc_circle *circle)
{
	struct kc_der_reader rows, one;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows)) {
		struct kc_bytes record;
		uint64_t heard_ms;

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		record = kc_der_get_bytes(&one);
		heard_ms = kc_der_get_uint_max(&one, KC_MAX_TIME - 1);
		kc_der_leave(&rows, &one);
		KC_TRY(kc_der_reader_check(&rows));
		KC_TRY(kc_circle_add_password(circle, record, heard_ms));
	}
	kc_der_leave(r, &rows);
	KC_TRY(kc_der_reader_check(r));
	return kc_circle_holds_password(circle, kc_buf_bytes(&circle->account_key_record))
		       ? KC_OK
		       : KC_ERR(VERIFY);
}

static kc_err enter_account(
	struct kc_der_reader *r, struct kc_bytes account_key, struct kc_circle *circle)
{
	struct kc_bytes genesis = kc_der_get_bytes(r);
	struct kc_bytes keys = kc_der_get_bytes(r);
	struct kc_bytes record = kc_der_get_bytes(r);

	KC_TRY(kc_der_reader_check(r));
	if (!kc_bytes_equal(record, account_key))
		return KC_ERR(VERIFY);
	KC_TRY(kc_account_check_genesis(genesis, &circle->account, &circle->begun));
	KC_TRY(kc_account_keys_parse(keys, &circle->keys));
	kc_buf_push(&circle->genesis, genesis.data, genesis.len);
	kc_buf_push(&circle->account_key_record, record.data, record.len);
	KC_TRY(kc_buf_check(&circle->genesis));
	KC_TRY(kc_buf_check(&circle->account_key_record));
	KC_TRY(kc_account_key_open(
		kc_buf_bytes(&circle->account_key_record), &circle->account, &circle->account_key));
	KC_TRY(enter_user_keys(r, circle));
	return enter_passwords(r, circle);
}

static kc_err enter_all(struct kc_bytes welcome, struct kc_bytes account_key,
	const uint8_t transcript[static 32], struct kc_circle *circle)
{
	struct kc_der_reader r, seq;

	kc_der_reader_init(&r, welcome);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	KC_TRY(enter_account(&seq, account_key, circle));
	KC_TRY(enter_peers(&seq, circle));
	KC_TRY(check_own_voucher(circle, transcript));
	KC_TRY(enter_keys(&seq, circle));
	kc_der_leave(&r, &seq);
	return kc_der_reader_finish(&r);
}

kc_err kc_circle_enter(struct kc_bytes welcome, const struct kc_account_id *account,
	struct kc_bytes account_key, const uint8_t transcript[static 32], const char *name,
	struct kc_identity *identity, struct kc_circle **ret)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf permanent = KC_BUF_INIT;
	kc_err err;

	if (!is_name(kc_bytes_str(name)))
		return KC_ERR(PARAM);
	KC_TRY(kc_circle_new(&circle));
	circle->account = *account;
	circle->joining = true;
	kc_identity_move(&circle->identity, identity);
	err = enter_all(welcome, account_key, transcript, circle);
	if (err != KC_OK)
		return err == KC_E_NO_MEMORY ? err : KC_ERR(REFUSED);
	KC_TRY(kc_circle_name_apart(circle, &circle->identity.id, name, circle->name));
	KC_TRY(kc_circle_settle_meta(circle));
	KC_TRY(kc_identity_permanent_record(&circle->identity, account, &permanent));
	KC_TRY(kc_circle_queue_sealed(circle, "perm", kc_buf_bytes(&permanent)));
	*ret = circle;
	circle = NULL;
	return KC_OK;
}

kc_err kc_circle_arrive(struct kc_circle *circle, kc_peer_set owed)
{
	struct kc_trust trust;

	if (!circle->joining || owed)
		return KC_OK;
	KC_TRY(kc_circle_judge(circle, &trust));
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];

		if (m->position.number < m->target.number &&
			!kc_peer_set_has(kc_trust_outsiders(&trust), i))
			return KC_OK;
	}
	circle->joining = false;
	return KC_OK;
}
