/* SPDX-License-Identifier: ISC */
/* Serving one client. */
#include "service/conversation.h"

#include "service/budget.h"
#include "service/dispatch.h"
#include "wire/channel.h"

#define TRANSFER_SECONDS 30 /* a long message gets so long to pass */

struct conversation {
	struct kc_service *service;
	struct kc_application *application;
	int process; /* pidfd */
	struct kc_access access;
	struct kc_channel channel;
	struct kc_buf request, reply;
};

/* Short messages lie in the slot and count for nothing. */
static size_t cost_of(size_t len)
{
	return len > KC_SLOT_PAYLOAD ? len : 0;
}

/* Long messages give their memory back, short ones keep it for the next. */
static void tidy(struct kc_buf *buf)
{
	if (cost_of(buf->len))
		kc_buf_done(buf);
	else
		kc_buf_reset(buf);
}

static kc_err answer(struct conversation *with, size_t len)
{
	KC_TRY(kc_channel_read(
		&with->channel, len, kc_socket_deadline(TRANSFER_SECONDS), &with->request));
	/* The process that was judged at the beginning must be the one that asks now. */
	if (kc_access_has_ended(with->process))
		return KC_ERR(NOT_ALLOWED);
	return kc_dispatch(with->service, with->application, &with->access,
		kc_buf_bytes(&with->request), &with->reply);
}

static kc_err send_reply(struct conversation *with)
{
	size_t cost = cost_of(with->reply.len);
	kc_err err;

	KC_TRY(kc_budget_take(cost));
	err = kc_channel_send(
		&with->channel, kc_buf_bytes(&with->reply), kc_socket_deadline(TRANSFER_SECONDS));
	kc_budget_give(cost);
	return err;
}

static kc_err serve_one(struct conversation *with)
{
	size_t len;
	kc_err err;

	KC_TRY(kc_channel_wait(&with->channel, KC_DEADLINE_NEVER, &len));
	KC_TRY(kc_budget_take(cost_of(len)));
	kc_bulletin_enter(&with->service->bulletin);
	err = answer(with, len);
	kc_bulletin_leave(&with->service->bulletin);
	tidy(&with->request);
	kc_budget_give(cost_of(len));
	if (err == KC_OK)
		err = send_reply(with);
	tidy(&with->reply);
	return err;
}

static kc_err greet(struct conversation *with, int socket)
{
	KC_TRY(kc_access_decide(with->application->process, with->process, &with->access));
	return kc_channel_offer(socket, with->process, &with->service->bulletin, &with->channel);
}

void kc_conversation_run(struct kc_service *service, int socket)
{
	struct conversation with = {
		.service = service,
		.request = KC_BUF_INIT_MAX(KC_MESSAGE_MAX),
		.reply = KC_BUF_INIT_MAX(KC_MESSAGE_MAX),
	};
	kc_err err = kc_application_join(socket, &with.application, &with.process);

	if (err != KC_OK) {
		kc_greeting_refuse(socket, err);
		return;
	}
	err = greet(&with, socket);
	if (err != KC_OK) {
		kc_greeting_refuse(socket, err);
	} else {
		while (err == KC_OK && !atomic_load(&service->stopping))
			err = serve_one(&with);
		kc_channel_done(&with.channel);
	}
	kc_buf_done(&with.request);
	kc_buf_done(&with.reply);
	close(with.process);
	kc_application_leave(with.application);
}
