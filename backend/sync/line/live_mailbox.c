/* SPDX-License-Identifier: ISC */
/* What a mailbox holds: links, what was said to this device, and what it is about to say. */
#include "backend/sync/line/live_mailbox_impl.h"

kc_err kc_live_mailbox_new(struct kc_live_mailbox **ret)
{
	struct kc_live_mailbox *mailbox = calloc(1, sizeof *mailbox);

	if (!mailbox)
		return KC_ERR(NO_MEMORY);
	*ret = mailbox;
	return KC_OK;
}

void kc_live_mailbox_drop_session(struct kc_live **session)
{
	kc_live_free(*session);
	*session = NULL;
}

void kc_live_mailbox_end_open(struct kc_live_mailbox *mailbox, struct kc_live_link *link)
{
	mailbox->counts.ended += link->open != NULL;
	kc_live_mailbox_drop_session(&link->open);
}

void kc_live_mailbox_end_all(struct kc_live_mailbox *mailbox, struct kc_live_link *link)
{
	kc_live_mailbox_end_open(mailbox, link);
	kc_live_mailbox_drop_session(&link->begun);
	kc_live_mailbox_drop_session(&link->answered);
	kc_buf_done(&link->hello);
}

void kc_live_mailbox_drop_said(struct kc_live_mailbox *mailbox, size_t number)
{
	kc_buf_done(&mailbox->said[number].plain);
	memmove(&mailbox->said[number], &mailbox->said[number + 1],
		(--mailbox->said_count - number) * sizeof mailbox->said[0]);
}

void kc_live_mailbox_clear_offer(struct kc_live_mailbox *mailbox)
{
	for (size_t i = 0; i < mailbox->offered_count; i++)
		kc_buf_done(&mailbox->offered[i]);
	mailbox->offered_count = mailbox->offered_len = 0;
}

void kc_live_mailbox_forget(struct kc_live_mailbox *mailbox)
{
	for (size_t i = 0; i < mailbox->link_count; i++)
		kc_live_mailbox_end_all(mailbox, mailbox->links[i]);
	while (mailbox->said_count)
		kc_live_mailbox_drop_said(mailbox, mailbox->said_count - 1);
	kc_live_mailbox_clear_offer(mailbox);
}

void kc_live_mailbox_free(struct kc_live_mailbox *mailbox)
{
	if (!mailbox)
		return;
	kc_live_mailbox_forget(mailbox);
	for (size_t i = 0; i < mailbox->link_count; i++)
		free(mailbox->links[i]);
	kc_session_logs_done(&mailbox->sessions);
	free(mailbox);
}

struct kc_session_logs *kc_live_mailbox_sessions(struct kc_live_mailbox *mailbox)
{
	return &mailbox->sessions;
}

struct kc_live_said *kc_live_mailbox_said(struct kc_live_mailbox *mailbox, size_t *ret_count)
{
	*ret_count = mailbox->said_count;
	return mailbox->said;
}

const struct kc_live_counts *kc_live_mailbox_counts(const struct kc_live_mailbox *mailbox)
{
	return &mailbox->counts;
}

void kc_live_mailbox_settle(struct kc_live_mailbox *mailbox, uint64_t now_ms)
{
	for (size_t i = mailbox->said_count; i-- > 0;) {
		const struct kc_live_said *said = &mailbox->said[i];

		if ((said->weighed && said->settled) ||
			kc_live_mailbox_has_passed(said->time_ms, KC_LIVE_HOLD_MS, now_ms))
			kc_live_mailbox_drop_said(mailbox, i);
	}
}

struct kc_live_link *kc_live_mailbox_find_link(
	struct kc_live_mailbox *mailbox, const struct kc_peer_id *peer)
{
	struct kc_live_link *link;

	for (size_t i = 0; i < mailbox->link_count; i++)
		if (kc_peer_id_equal(&mailbox->links[i]->peer, peer))
			return mailbox->links[i];
	if (mailbox->link_count == KC_CIRCLE_MAX_PEERS)
		return NULL;
	link = calloc(1, sizeof *link);
	if (!link)
		return NULL;
	link->peer = *peer;
	mailbox->links[mailbox->link_count++] = link;
	return link;
}
