/* SPDX-License-Identifier: ISC */
/* ListBody of doc/keycircle.asn1. */
#include "backend/circle/record/list.h"

#include <string.h>

#include "backend/circle/record/label.h"

/* --- writing ------------------------------------------------------------------------------------
 */

void kc_exclusion_put(struct kc_der_writer *w, const struct kc_exclusion *e)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_bytes(w, KC_BYTES_OF(e->target.bytes));
	kc_der_put_uint(w, e->cut_seq);
	kc_der_put_bytes(w, KC_BYTES_OF(e->cut_id.bytes));
	kc_der_put_uint(w, e->time_ms);
	kc_der_put_uint(w, e->reason);
	kc_der_put_uint(w, e->password_seq);
	kc_der_put_bytes(w, KC_BYTES_OF(e->password_id.bytes));
	if (e->cosigned)
		kc_der_put_raw(w, e->cosignature.raw);
	kc_der_end(w);
}

static void put_seen(struct kc_der_writer *w, const struct kc_seen *seen)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_bytes(w, KC_BYTES_OF(seen->peer.bytes));
	kc_der_put_uint(w, seen->seq);
	kc_der_put_bytes(w, KC_BYTES_OF(seen->id.bytes));
	kc_der_end(w);
}

static void put_head(struct kc_der_writer *w, const struct kc_list_head *head)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_bytes(w, KC_BYTES_OF(head->view_tag));
	kc_der_put_bytes(w, KC_BYTES_OF(head->kid));
	kc_der_put_bytes(w, head->box);
	kc_der_end(w);
}

static void put_rows(struct kc_der_writer *w, const struct kc_list *list)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < list->include_count; i++)
		kc_der_put_bytes(w, KC_BYTES_OF(list->include[i].bytes));
	kc_der_end(w);
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < list->exclude_count; i++)
		kc_exclusion_put(w, &list->exclude[i]);
	kc_der_end(w);
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < list->seen_count; i++)
		put_seen(w, &list->seen[i]);
	kc_der_end(w);
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < list->head_count; i++)
		put_head(w, &list->heads[i]);
	kc_der_end(w);
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < list->companion_count; i++)
		kc_companion_put(w, &list->companions[i]);
	kc_der_end(w);
}

static kc_err put_body(const struct kc_list *list, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, KC_BYTES_OF(list->peer.bytes));
	kc_der_put_uint(&w, list->seq);
	kc_der_put_bytes(&w, kc_bytes(list->prev.bytes, list->has_prev ? 32 : 0));
	kc_der_put_uint(&w, list->time_ms);
	kc_der_put_str(&w, list->name);
	kc_der_put_uint(&w, list->number);
	kc_der_put_bytes(&w, kc_bytes(list->contents, list->number ? sizeof list->contents : 0));
	kc_der_put_uint(&w, list->base);
	kc_der_put_bool(&w, list->leaves);
	kc_der_put_uint(&w, list->policy);
	kc_der_put_bytes(&w, kc_bytes(list->made.bytes, list->has_made ? 32 : 0));
	kc_der_put_uint(&w, list->circle_generation);
	kc_der_put_bytes(&w, kc_bytes(list->circle_id.bytes, list->has_circle ? 32 : 0));
	put_rows(&w, list);
	kc_extensions_put(&w);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_list_build(const struct kc_list *list, const struct kc_account_id *account,
	const struct kc_identity *author, struct kc_buf *ret)
{
	struct kc_signer signer = kc_identity_signer(author);
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;

	KC_TRY(put_body(list, &body));
	return kc_record_build(KC_RECORD_LIST, account, kc_buf_bytes(&body), &signer, 1, ret);
}

/* --- reading ------------------------------------------------------------------------------------
 */

/* The rows of a list strictly ascend by the bytes that they begin with. */
static void demand_order(
	struct kc_der_reader *r, const uint8_t *before, const uint8_t *key, size_t len)
{
	if (before && memcmp(before, key, len) >= 0)
		kc_der_reader_fail(r);
}

static void pull_include(struct kc_der_reader *r, struct kc_list *list)
{
	struct kc_der_reader rows;
	const uint8_t *before = NULL;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && list->include_count < KC_CIRCLE_MAX_PEERS) {
		struct kc_peer_id *row = &list->include[list->include_count++];

		kc_der_get_array(&rows, row->bytes, sizeof row->bytes);
		demand_order(&rows, before, row->bytes, sizeof row->bytes);
		before = row->bytes;
	}
	kc_der_leave(r, &rows);
}

void kc_exclusion_pull(struct kc_der_reader *r, struct kc_exclusion *ret)
{
	struct kc_der_reader one;

	*ret = (struct kc_exclusion){0};
	kc_der_enter(r, KC_DER_SEQUENCE, &one);
	kc_der_get_array(&one, ret->target.bytes, sizeof ret->target.bytes);
	ret->cut_seq = kc_der_get_uint(&one);
	kc_der_get_array(&one, ret->cut_id.bytes, sizeof ret->cut_id.bytes);
	ret->time_ms = kc_der_get_uint_max(&one, KC_MAX_TIME - 1);
	ret->reason = (enum kc_exclusion_reason)kc_der_get_uint_max(&one, KC_EXCLUSION_COUNTER);
	if (ret->reason == 0)
		kc_der_reader_fail(&one);
	ret->password_seq = kc_der_get_uint(&one);
	kc_der_get_array(&one, ret->password_id.bytes, sizeof ret->password_id.bytes);
	ret->cosigned = kc_der_more(&one);
	if (ret->cosigned)
		kc_signature_pull(&one, &ret->cosignature);
	kc_der_leave(r, &one);
}

static void pull_exclude(struct kc_der_reader *r, struct kc_list *list)
{
	struct kc_der_reader rows;
	const uint8_t *before = NULL;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && list->exclude_count < KC_CIRCLE_MAX_PEERS) {
		struct kc_exclusion *row = &list->exclude[list->exclude_count++];

		kc_exclusion_pull(&rows, row);
		demand_order(&rows, before, row->target.bytes, sizeof row->target.bytes);
		before = row->target.bytes;
	}
	kc_der_leave(r, &rows);
}

static void pull_seen(struct kc_der_reader *r, struct kc_list *list)
{
	struct kc_der_reader rows, one;
	const uint8_t *before = NULL;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && list->seen_count < KC_CIRCLE_MAX_PEERS) {
		struct kc_seen *row = &list->seen[list->seen_count++];

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		kc_der_get_array(&one, row->peer.bytes, sizeof row->peer.bytes);
		row->seq = kc_der_get_uint(&one);
		kc_der_get_array(&one, row->id.bytes, sizeof row->id.bytes);
		kc_der_leave(&rows, &one);
		demand_order(&rows, before, row->peer.bytes, sizeof row->peer.bytes);
		before = row->peer.bytes;
	}
	kc_der_leave(r, &rows);
}

static void pull_heads(struct kc_der_reader *r, struct kc_list *list)
{
	struct kc_der_reader rows, one;
	const uint8_t *before = NULL;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && list->head_count < KC_CIRCLE_MAX_VIEWS) {
		struct kc_list_head *row = &list->heads[list->head_count++];

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		kc_der_get_array(&one, row->view_tag, sizeof row->view_tag);
		kc_der_get_array(&one, row->kid, sizeof row->kid);
		row->box = kc_der_get_bytes(&one);
		kc_der_leave(&rows, &one);
		demand_order(&rows, before, row->view_tag, sizeof row->view_tag);
		before = row->view_tag;
	}
	kc_der_leave(r, &rows);
}

static void pull_companions(struct kc_der_reader *r, struct kc_list *list)
{
	const struct kc_companion *before = NULL;
	struct kc_der_reader rows;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && list->companion_count < KC_LIST_MAX_COMPANIONS) {
		struct kc_companion *row = &list->companions[list->companion_count++];

		kc_companion_pull(&rows, list->seq, row);
		if (list->number || (before && kc_companion_compare(before->key, row->key) >= 0))
			kc_der_reader_fail(&rows);
		before = row;
	}
	kc_der_leave(r, &rows);
}

/* A device's name is shown on terminals: no control characters, and at least one character. */
static void pull_name(struct kc_der_reader *r, char ret[static KC_DEVICE_NAME_MAX + 1])
{
	struct kc_bytes name = kc_der_get_utf8(r);

	ret[0] = 0;
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] < 0x20 || name.data[i] == 0x7f)
			kc_der_reader_fail(r);
	if (name.len == 0 || name.len > KC_DEVICE_NAME_MAX) {
		kc_der_reader_fail(r);
		return;
	}
	memcpy(ret, name.data, name.len);
	ret[name.len] = 0;
}

static kc_err parse_body(struct kc_bytes body, struct kc_list *list)
{
	struct kc_der_reader r, seq;
	kc_err extensions;

	kc_der_reader_init(&r, body);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, list->peer.bytes, sizeof list->peer.bytes);
	list->seq = kc_der_get_uint(&seq);
	list->has_prev = kc_record_get_optional32(&seq, list->prev.bytes);
	list->time_ms = kc_der_get_uint_max(&seq, KC_MAX_TIME - 1);
	pull_name(&seq, list->name);
	list->number = kc_der_get_uint(&seq);
	if (kc_record_get_optional32(&seq, list->contents) != (list->number > 0))
		kc_der_reader_fail(&seq);
	list->base = kc_der_get_uint(&seq);
	if (list->base > list->number)
		kc_der_reader_fail(&seq);
	list->leaves = kc_der_get_bool(&seq);
	list->policy = kc_der_get_uint(&seq);
	list->has_made = kc_record_get_optional32(&seq, list->made.bytes);
	list->circle_generation = kc_der_get_uint(&seq);
	list->has_circle = kc_record_get_optional32(&seq, list->circle_id.bytes);
	if (list->has_circle != (list->circle_generation > 0))
		kc_der_reader_fail(&seq);
	pull_include(&seq, list);
	pull_exclude(&seq, list);
	pull_seen(&seq, list);
	pull_heads(&seq, list);
	pull_companions(&seq, list);
	extensions = kc_extensions_pull(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(extensions);
	/* The first list alone has none before it. */
	return list->seq == 0 || (list->seq == 1) == list->has_prev ? KC_ERR(DECODE) : KC_OK;
}

kc_err kc_list_parse(struct kc_bytes record, const struct kc_account_id *account,
	struct kc_list *ret, struct kc_record_id *ret_id)
{
	struct kc_record parsed;

	KC_TRY(kc_record_parse(record, KC_RECORD_LIST, &parsed));
	memset(ret, 0, sizeof *ret);
	KC_TRY(parse_body(parsed.body, ret));
	return kc_record_identity(&parsed, account, ret_id);
}

kc_err kc_list_verify(struct kc_bytes record, const struct kc_account_id *account,
	const struct kc_list *list, const struct kc_permanent *peer)
{
	return kc_permanent_verify(peer, &list->peer, record, KC_RECORD_LIST, account);
}

/* --- looking up, adding -------------------------------------------------------------------------
 */

bool kc_list_includes(const struct kc_list *list, const struct kc_peer_id *peer)
{
	return kc_peer_id_is_among(list->include, list->include_count, peer);
}

const struct kc_exclusion *kc_list_find_exclusion(
	const struct kc_list *list, const struct kc_peer_id *target)
{
	for (size_t i = 0; i < list->exclude_count; i++)
		if (kc_peer_id_equal(&list->exclude[i].target, target))
			return &list->exclude[i];
	return NULL;
}

const struct kc_seen *kc_list_find_seen(const struct kc_list *list, const struct kc_peer_id *peer)
{
	for (size_t i = 0; i < list->seen_count; i++)
		if (kc_peer_id_equal(&list->seen[i].peer, peer))
			return &list->seen[i];
	return NULL;
}

const struct kc_list_head *kc_list_find_head(
	const struct kc_list *list, const uint8_t view_tag[static KC_TAG_LEN])
{
	for (size_t i = 0; i < list->head_count; i++)
		if (memcmp(list->heads[i].view_tag, view_tag, KC_TAG_LEN) == 0)
			return &list->heads[i];
	return NULL;
}

kc_err kc_list_add_include(struct kc_list *list, const struct kc_peer_id *peer)
{
	size_t at = 0;

	while (at < list->include_count && kc_peer_id_compare(&list->include[at], peer) < 0)
		at++;
	if (at < list->include_count && kc_peer_id_equal(&list->include[at], peer))
		return KC_OK;
	if (list->include_count == KC_CIRCLE_MAX_PEERS)
		return KC_ERR(TOO_LARGE);
	memmove(&list->include[at + 1], &list->include[at],
		(list->include_count - at) * sizeof list->include[0]);
	list->include[at] = *peer;
	list->include_count++;
	return KC_OK;
}

kc_err kc_list_add_exclusion(struct kc_list *list, const struct kc_exclusion *exclusion)
{
	size_t at = 0;

	while (at < list->exclude_count &&
		kc_peer_id_compare(&list->exclude[at].target, &exclusion->target) < 0)
		at++;
	if (at < list->exclude_count &&
		kc_peer_id_equal(&list->exclude[at].target, &exclusion->target)) {
		if (kc_exclusion_confirms(exclusion, &list->exclude[at]))
			list->exclude[at] = *exclusion;
		return KC_OK;
	}
	if (list->exclude_count == KC_CIRCLE_MAX_PEERS)
		return KC_ERR(TOO_LARGE);
	memmove(&list->exclude[at + 1], &list->exclude[at],
		(list->exclude_count - at) * sizeof list->exclude[0]);
	list->exclude[at] = *exclusion;
	list->exclude_count++;
	return KC_OK;
}

kc_err kc_list_add_head(struct kc_list *list, const struct kc_list_head *head)
{
	size_t at = 0;

	while (at < list->head_count &&
		memcmp(list->heads[at].view_tag, head->view_tag, KC_TAG_LEN) < 0)
		at++;
	if (list->head_count == KC_CIRCLE_MAX_VIEWS)
		return KC_ERR(TOO_LARGE);
	memmove(&list->heads[at + 1], &list->heads[at],
		(list->head_count - at) * sizeof list->heads[0]);
	list->heads[at] = *head;
	list->head_count++;
	return KC_OK;
}

/* --- exclusions ---------------------------------------------------------------------------------
 */

static bool says_the_same(const struct kc_exclusion *a, const struct kc_exclusion *b)
{
	return kc_peer_id_equal(&a->target, &b->target) && a->cut_seq == b->cut_seq &&
	       kc_record_id_equal(&a->cut_id, &b->cut_id) && a->time_ms == b->time_ms &&
	       a->reason == b->reason && a->password_seq == b->password_seq &&
	       kc_record_id_equal(&a->password_id, &b->password_id);
}

bool kc_exclusion_equal(const struct kc_exclusion *a, const struct kc_exclusion *b)
{
	return says_the_same(a, b) && a->cosigned == b->cosigned &&
	       (!a->cosigned || kc_bytes_equal(a->cosignature.raw, b->cosignature.raw));
}

bool kc_exclusion_confirms(const struct kc_exclusion *a, const struct kc_exclusion *b)
{
	return says_the_same(a, b) && a->cosigned && !b->cosigned;
}

static kc_err exclusion_input(struct kc_label *label, const struct kc_exclusion *exclusion,
	const struct kc_account_id *account, const struct kc_peer_id *author, struct kc_bytes *ret)
{
	kc_label_init(label, "kc1/exclusion");
	kc_der_put_bytes(&label->w, KC_BYTES_OF(account->bytes));
	kc_der_put_bytes(&label->w, KC_BYTES_OF(author->bytes));
	kc_der_put_bytes(&label->w, KC_BYTES_OF(exclusion->target.bytes));
	kc_der_put_uint(&label->w, exclusion->cut_seq);
	kc_der_put_bytes(&label->w, KC_BYTES_OF(exclusion->cut_id.bytes));
	kc_der_put_uint(&label->w, exclusion->time_ms);
	kc_der_put_uint(&label->w, exclusion->reason);
	kc_der_put_uint(&label->w, exclusion->password_seq);
	kc_der_put_bytes(&label->w, KC_BYTES_OF(exclusion->password_id.bytes));
	return kc_label_end(label, ret);
}

kc_err kc_exclusion_cosign(const struct kc_exclusion *exclusion,
	const struct kc_account_id *account, const struct kc_peer_id *author,
	const struct kc_signer *signer, struct kc_buf *ret)
{
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_bytes input;

	KC_TRY(exclusion_input(&label, exclusion, account, author, &input));
	return kc_signature_make(signer, input, ret);
}

kc_err kc_exclusion_check(const struct kc_exclusion *exclusion, const struct kc_account_id *account,
	const struct kc_peer_id *author, enum kc_signature_kind kind, struct kc_bytes public_key)
{
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_bytes input;

	if (!exclusion->cosigned)
		return KC_ERR(VERIFY);
	KC_TRY(exclusion_input(&label, exclusion, account, author, &input));
	return kc_signature_check(&exclusion->cosignature, kind, public_key, input);
}
