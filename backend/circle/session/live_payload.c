/* SPDX-License-Identifier: ISC */
/* LivePayload of doc/keycircle.asn1. */
#include "backend/circle/session/live_payload.h"

#include <string.h>

/* --- building -----------------------------------------------------------------------------------
 */

kc_err kc_live_payload_build(const struct kc_live_payload *payload, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, payload->received);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < payload->head_count; i++) {
		const struct kc_seen *head = &payload->heads[i];

		kc_der_begin(&w, KC_DER_SEQUENCE);
		kc_der_put_bytes(&w, KC_BYTES_OF(head->peer.bytes));
		kc_der_put_uint(&w, head->seq);
		kc_der_put_bytes(&w, KC_BYTES_OF(head->id.bytes));
		kc_der_end(&w);
	}
	kc_der_end(&w);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < payload->item_count; i++)
		kc_der_put_bytes(&w, payload->items[i]);
	kc_der_end(&w);
	kc_extensions_put(&w);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

void kc_live_payload_put_heads(const struct kc_circle *circle, const struct kc_trust *trust,
	struct kc_live_payload *payload)
{
	payload->head_count = 0;
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];
		size_t at = payload->head_count;

		if (!m->list || !kc_circle_is_in(circle, trust, &m->id))
			continue;
		while (at > 0 && kc_peer_id_compare(&payload->heads[at - 1].peer, &m->id) > 0)
			at--;
		memmove(&payload->heads[at + 1], &payload->heads[at],
			(payload->head_count - at) * sizeof payload->heads[0]);
		payload->heads[at] =
			(struct kc_seen){.peer = m->id, .seq = m->list->seq, .id = m->list_id};
		payload->head_count++;
	}
}

/* --- reading ------------------------------------------------------------------------------------
 */

static void pull_heads(struct kc_der_reader *r, struct kc_live_payload *ret)
{
	struct kc_der_reader rows, one;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && ret->head_count < KC_CIRCLE_MAX_PEERS) {
		struct kc_seen *head = &ret->heads[ret->head_count];

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		kc_der_get_array(&one, head->peer.bytes, sizeof head->peer.bytes);
		head->seq = kc_der_get_uint(&one);
		kc_der_get_array(&one, head->id.bytes, sizeof head->id.bytes);
		kc_der_leave(&rows, &one);
		if (head->seq == 0 ||
			(ret->head_count && kc_peer_id_compare(&head[-1].peer, &head->peer) >= 0))
			kc_der_reader_fail(&rows);
		ret->head_count++;
	}
	kc_der_leave(r, &rows);
}

static void pull_items(struct kc_der_reader *r, struct kc_live_payload *ret)
{
	struct kc_der_reader rows;
	size_t len = 0;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && ret->item_count < KC_LIVE_MAX_ITEMS) {
		struct kc_bytes item = kc_der_get_bytes(&rows);

		len += item.len;
		if (item.len == 0 || item.len > KC_LIVE_MAX_ITEM || len > KC_LIVE_MAX_ITEMS_LEN)
			kc_der_reader_fail(&rows);
		ret->items[ret->item_count++] = item;
	}
	kc_der_leave(r, &rows);
}

kc_err kc_live_payload_parse(struct kc_bytes plain, struct kc_live_payload *ret)
{
	struct kc_live_payload payload = {0};
	struct kc_der_reader r, seq;
	kc_err extensions;

	kc_der_reader_init(&r, plain);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	payload.received = kc_der_get_uint(&seq);
	pull_heads(&seq, &payload);
	pull_items(&seq, &payload);
	extensions = kc_extensions_pull(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(extensions);
	*ret = payload;
	return KC_OK;
}
