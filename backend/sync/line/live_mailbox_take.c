/* SPDX-License-Identifier: ISC */
/* What a message of the other side leads to: a step of a handshake, or something said. */
#include "backend/sync/line/live_mailbox_impl.h"

/* --- handshakes ---------------------------------------------------------------------------------
 */

void kc_live_mailbox_refuse(struct kc_live_mailbox *mailbox, struct kc_live_link *link)
{
	mailbox->counts.refused++;
	kc_live_mailbox_end_all(mailbox, link);
}

static void open_session(
	struct kc_live_mailbox *mailbox, struct kc_live_link *link, struct kc_live **session)
{
	kc_live_mailbox_end_open(mailbox, link);
	link->open = *session;
	*session = NULL;
	link->opened_by_peer = link->acknowledged = 0;
	link->told_ms = 0;
	link->owes = true;
	mailbox->counts.opened++;
}

/* What became of a step that did not go well: its session is over, whatever the reason. */
static void count_failure(struct kc_live_mailbox *mailbox, kc_err err)
{
	if (err == KC_E_NO_MEMORY)
		mailbox->counts.failed++;
	else
		mailbox->counts.refused++;
}

/* Of two hellos that cross, that of the smaller id counts. */
static bool has_precedence(const struct kc_live_link *link, const struct kc_live_turn *turn)
{
	return link->begun &&
	       !kc_live_mailbox_has_passed(link->handshake_ms, KC_LIVE_PATIENCE_MS, turn->now_ms) &&
	       kc_peer_id_compare(&turn->circle->identity.id, &link->peer) < 0;
}

void kc_live_mailbox_answer_hello(
	struct kc_live_mailbox *mailbox, struct kc_live_link *link, const struct kc_live_turn *turn)
{
	KC_CLEANUP_BUF struct kc_buf reply = KC_BUF_INIT;
	struct kc_live *session = NULL;
	kc_err err;

	if (!link->hello.len || mailbox->answers == 0)
		return;
	if (has_precedence(link, turn) || !kc_live_mailbox_may_write(mailbox, link)) {
		mailbox->counts.stale++;
		kc_buf_reset(&link->hello);
		return;
	}
	mailbox->answers--;
	err = kc_live_answer(turn->circle, turn->trust, &link->peer, kc_buf_bytes(&link->hello),
		&session, &reply);
	kc_buf_reset(&link->hello);
	if (err != KC_OK) {
		count_failure(mailbox, err);
		return;
	}
	kc_live_mailbox_drop_session(&link->begun);
	kc_live_mailbox_drop_session(&link->answered);
	link->answered = session;
	link->handshake_ms = turn->now_ms;
	(void)kc_live_mailbox_post(mailbox, link, turn, &reply);
}

static void take_reply(struct kc_live_mailbox *mailbox, struct kc_live_link *link,
	const struct kc_live_turn *turn, struct kc_bytes message)
{
	KC_CLEANUP_BUF struct kc_buf finish = KC_BUF_INIT;
	kc_err err = kc_live_confirm(
		link->begun, turn->circle, turn->trust, message, turn->now_ms, &finish);

	if (err != KC_OK) {
		count_failure(mailbox, err);
		kc_live_mailbox_drop_session(&link->begun);
	} else if (kc_live_mailbox_post(mailbox, link, turn, &finish)) {
		open_session(mailbox, link, &link->begun);
	}
}

static void take_finish(struct kc_live_mailbox *mailbox, struct kc_live_link *link,
	const struct kc_live_turn *turn, struct kc_bytes message)
{
	kc_err err =
		kc_live_accept(link->answered, turn->circle, turn->trust, message, turn->now_ms);

	if (err != KC_OK) {
		count_failure(mailbox, err);
		kc_live_mailbox_drop_session(&link->answered);
	} else {
		open_session(mailbox, link, &link->answered);
	}
}

/* --- data ---------------------------------------------------------------------------------------
 */

static void keep(struct kc_live_mailbox *mailbox, const struct kc_live_link *link,
	struct kc_buf *plain, uint64_t now_ms, bool has_items)
{
	if (mailbox->said_count == KC_LIVE_MAX_SAID)
		kc_live_mailbox_drop_said(mailbox, 0);
	mailbox->said[mailbox->said_count++] = (struct kc_live_said){
		.from = link->peer, .plain = *plain, .time_ms = now_ms, .settled = !has_items};
	*plain = (struct kc_buf)KC_BUF_INIT;
}

static void take_data(struct kc_live_mailbox *mailbox, struct kc_live_link *link,
	const struct kc_live_turn *turn, struct kc_bytes message)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	struct kc_live_payload payload;
	kc_err err = kc_live_open(link->open, turn->circle, turn->trust, message, &plain);

	if (err == KC_OK)
		err = kc_live_payload_parse(kc_buf_bytes(&plain), &payload);
	if (err == KC_E_NEWER)
		return; /* newer software; this one has nothing to do with it */
	/* What the other has opened it cannot take back. */
	if (err == KC_OK && (payload.received < link->opened_by_peer ||
				    payload.received > kc_live_sent(link->open)))
		err = KC_ERR(REFUSED);
	if (err != KC_OK) {
		count_failure(mailbox, err);
		kc_live_mailbox_end_open(mailbox, link);
		return;
	}
	link->opened_by_peer = payload.received;
	mailbox->counts.received++;
	keep(mailbox, link, &plain, turn->now_ms, payload.item_count > 0);
}

/* --- any message --------------------------------------------------------------------------------
 */

static bool is_session(const struct kc_live *live, const struct kc_live_session *session)
{
	return live && memcmp(kc_live_session(live), session, sizeof *session) == 0;
}

static void note_hello(struct kc_live_mailbox *mailbox, struct kc_live_link *link,
	struct kc_bytes message, const struct kc_live_session *session)
{
	if (is_session(link->begun, session) || is_session(link->answered, session) ||
		is_session(link->open, session)) {
		kc_live_mailbox_refuse(mailbox, link); /* one's own, or one that was here before */
		return;
	}
	mailbox->counts.stale += link->hello.len > 0;
	link->hello_session = *session;
	kc_buf_reset(&link->hello);
	kc_buf_push(&link->hello, message.data, message.len);
	if (kc_buf_check(&link->hello) != KC_OK)
		kc_buf_reset(&link->hello);
}

void kc_live_mailbox_take_message(struct kc_live_mailbox *mailbox, struct kc_live_link *link,
	const struct kc_live_turn *turn, struct kc_bytes message)
{
	struct kc_live_session session;
	enum kc_live_number number;

	if (kc_live_peek(message, &session, &number) != KC_OK) {
		kc_live_mailbox_refuse(mailbox, link);
		return;
	}
	if (number == KC_LIVE_HELLO) {
		note_hello(mailbox, link, message, &session);
		return;
	}
	if (link->hello.len && memcmp(&session, &link->hello_session, sizeof session) == 0)
		kc_buf_reset(&link->hello);
	if (number == KC_LIVE_REPLY && is_session(link->begun, &session))
		take_reply(mailbox, link, turn, message);
	else if (number == KC_LIVE_FINISH && is_session(link->answered, &session))
		take_finish(mailbox, link, turn, message);
	else if (number == KC_LIVE_DATA && is_session(link->open, &session))
		take_data(mailbox, link, turn, message);
	else
		mailbox->counts.stale++;
}
