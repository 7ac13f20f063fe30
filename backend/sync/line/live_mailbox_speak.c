/* SPDX-License-Identifier: ISC */
/* What this device says to the others, and when: a first word, or what has changed. */
#include "backend/sync/line/live_mailbox_impl.h"

static kc_err offer_item(struct kc_live_mailbox *mailbox, struct kc_bytes record)
{
	struct kc_buf *room = &mailbox->offered[mailbox->offered_count];

	if (mailbox->offered_count == KC_LIVE_MAX_ITEMS || record.len > KC_LIVE_MAX_ITEM ||
		mailbox->offered_len + record.len > KC_LIVE_MAX_ITEMS_LEN)
		return KC_ERR(TOO_LARGE);
	kc_buf_push(room, record.data, record.len);
	mailbox->offered_count++;
	mailbox->offered_len += record.len;
	return kc_buf_check(room);
}

void kc_live_mailbox_offer(struct kc_live_mailbox *mailbox, const struct kc_writer_id *writer,
	uint64_t number, struct kc_bytes operation)
{
	struct kc_op_write write;
	struct kc_bytes rest;
	struct kc_op op;

	if (kc_op_parse(operation, writer, number, &op) != KC_OK)
		return;
	while (kc_op_next(&op, &write))
		if (kc_op_key_has(write.key, "i/", &rest) &&
			offer_item(mailbox, write.value) != KC_OK) {
			/* A large change comes through the store alone. */
			kc_live_mailbox_clear_offer(mailbox);
			return;
		}
}

static void say_hello(
	struct kc_live_mailbox *mailbox, struct kc_live_link *link, const struct kc_live_turn *turn)
{
	KC_CLEANUP_BUF struct kc_buf hello = KC_BUF_INIT;

	if (link->begun || link->answered || !kc_live_mailbox_may_write(mailbox, link) ||
		(link->hello_ms && !kc_live_mailbox_has_passed(
					   link->hello_ms, KC_LIVE_HELLO_MS, turn->now_ms)))
		return;
	if (kc_live_begin(turn->circle, turn->trust, &link->peer, &link->begun, &hello) != KC_OK) {
		mailbox->counts.failed++;
		return;
	}
	link->hello_ms = link->handshake_ms = turn->now_ms;
	(void)kc_live_mailbox_post(mailbox, link, turn, &hello);
}

/* Whether it is time: for an item at once, else now and then, and before the other has to stop. */
static bool is_due(
	const struct kc_live_mailbox *mailbox, const struct kc_live_link *link, uint64_t now_ms)
{
	uint64_t unsaid = kc_live_received(link->open) - link->acknowledged;

	if (kc_live_sent(link->open) - link->opened_by_peer >= KC_LIVE_WINDOW)
		return false;
	return (link->owes && (mailbox->offered_count || !link->told_ms ||
				      kc_live_mailbox_has_passed(
					      link->told_ms, KC_LIVE_TELL_MS, now_ms))) ||
	       unsaid >= KC_LIVE_WINDOW / 2;
}

static kc_err seal_payload(struct kc_live_mailbox *mailbox, struct kc_live_link *link,
	const struct kc_live_turn *turn, struct kc_buf *ret)
{
	struct kc_live_payload payload = {.received = kc_live_received(link->open)};
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;

	kc_live_payload_put_heads(turn->circle, turn->trust, &payload);
	for (size_t i = 0; i < mailbox->offered_count; i++)
		payload.items[payload.item_count++] = kc_buf_bytes(&mailbox->offered[i]);
	KC_TRY(kc_live_payload_build(&payload, &plain));
	KC_TRY(kc_live_seal(
		link->open, turn->circle, turn->trust, kc_buf_bytes(&plain), turn->now_ms, ret));
	link->acknowledged = payload.received;
	return KC_OK;
}

static void tell(
	struct kc_live_mailbox *mailbox, struct kc_live_link *link, const struct kc_live_turn *turn)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	kc_err err;

	if (!is_due(mailbox, link, turn->now_ms))
		return;
	err = seal_payload(mailbox, link, turn, &message);
	if (err != KC_OK) {
		mailbox->counts.failed++;
		kc_live_mailbox_end_open(mailbox, link);
		return;
	}
	link->owes = false;
	link->told_ms = turn->now_ms;
	if (kc_live_mailbox_post(mailbox, link, turn, &message))
		mailbox->counts.sent++;
}

/* Those who were heard of last come first: there are no more logs than so many. */
static struct kc_live_link *next_link(
	struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn, kc_peer_set *done)
{
	const struct kc_circle *circle = turn->circle;
	size_t best = circle->member_count;

	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_list *list = circle->members[i]->list;

		if (i == circle->self || !list || kc_peer_set_has(*done, i) ||
			!kc_peer_set_has(turn->trust->trusted, i))
			continue;
		if (best == circle->member_count ||
			list->time_ms > circle->members[best]->list->time_ms)
			best = i;
	}
	if (best == circle->member_count)
		return NULL;
	*done |= (kc_peer_set)1 << best;
	return kc_live_mailbox_find_link(mailbox, &circle->members[best]->id);
}

void kc_live_mailbox_speak(
	struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn, bool news)
{
	kc_peer_set done = 0;
	struct kc_live_link *link;

	while ((link = next_link(mailbox, turn, &done))) {
		link->owes = link->owes || news || mailbox->offered_count;
		if (link->open)
			tell(mailbox, link, turn);
		else if (link->owes)
			say_hello(mailbox, link, turn);
	}
	kc_live_mailbox_clear_offer(mailbox);
}
