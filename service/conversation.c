/* SPDX-License-Identifier: ISC */
/* Serving one client. */
#include "service/conversation.h"

#include "base/clock.h"
#include "service/dispatch.h"
#include "wire/channel.h"

#define TRANSFER_SECONDS 30 /* a long message gets so long to pass */

#define BUSY_US 2000		     /* a client that calls again within this time is busy */
#define ALL_BYTES ((size_t)64 << 20) /* of all programs' long messages at once */

struct conversation {
	struct kc_service *service;
	struct kc_peer peer;
	struct kc_application *application;
	struct kc_channel channel;
	struct kc_buf request, reply;
	bool busy; /* as the bulletin counts it */
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

/* A program's own budget comes first, so that one that holds back its messages waits for itself. */
static struct kc_budget all_bytes = KC_BUDGET_INIT(ALL_BYTES);

static kc_err charge(struct conversation *with, size_t cost)
{
	kc_err err;

	KC_TRY(kc_budget_take(&with->application->budget, cost));
	err = kc_budget_take(&all_bytes, cost);
	if (err != KC_OK)
		kc_budget_give(&with->application->budget, cost);
	return err;
}

static void discharge(struct conversation *with, size_t cost)
{
	kc_budget_give(&all_bytes, cost);
	kc_budget_give(&with->application->budget, cost);
}

static kc_err answer(struct conversation *with, size_t len)
{
	KC_TRY(kc_channel_read(
		&with->channel, len, kc_socket_deadline(TRANSFER_SECONDS), &with->request));
	/* The process that was judged at the beginning must be the one that asks now. */
	if (kc_access_has_ended(with->peer.pidfd))
		return KC_ERR(NOT_ALLOWED);
	return kc_dispatch(with->service, with->application, with->peer.pidfd,
		kc_buf_bytes(&with->request), &with->reply);
}

static kc_err send_reply(struct conversation *with)
{
	size_t cost = cost_of(with->reply.len);
	kc_err err;

	KC_TRY(charge(with, cost));
	err = kc_channel_send(
		&with->channel, kc_buf_bytes(&with->reply), kc_socket_deadline(TRANSFER_SECONDS));
	discharge(with, cost);
	return err;
}

static void set_busy(struct conversation *with, bool busy)
{
	if (busy && !with->busy)
		kc_bulletin_enter(&with->service->bulletin);
	else if (!busy && with->busy)
		kc_bulletin_leave(&with->service->bulletin);
	with->busy = busy;
}

static kc_err await_request(struct conversation *with, size_t *ret_len)
{
	kc_err err = KC_E_TIMED_OUT;

	if (with->busy)
		err = kc_channel_wait(&with->channel, kc_clock_monotonic_us() + BUSY_US, ret_len);
	if (err == KC_E_TIMED_OUT) {
		set_busy(with, false);
		err = kc_channel_wait(&with->channel, KC_DEADLINE_NEVER, ret_len);
	}
	return err;
}

static kc_err serve_one(struct conversation *with)
{
	size_t len;
	kc_err err;

	KC_TRY(await_request(with, &len));
	set_busy(with, true);
	KC_TRY(charge(with, cost_of(len)));
	err = answer(with, len);
	tidy(&with->request);
	discharge(with, cost_of(len));
	if (err == KC_OK)
		err = send_reply(with);
	tidy(&with->reply);
	return err;
}

/* From the greeting to the end. */
static kc_err serve(struct conversation *with, int socket)
{
	kc_err err;

	KC_TRY(kc_channel_offer(
		socket, with->peer.pidfd, &with->service->bulletin, &with->channel));
	do
		err = serve_one(with);
	while (err == KC_OK && !atomic_load(&with->service->stopping));
	set_busy(with, false);
	kc_channel_done(&with->channel);
	kc_buf_done(&with->request);
	kc_buf_done(&with->reply);
	return KC_OK;
}

static kc_err identify_and_serve(struct conversation *with, int socket)
{
	kc_err err;

	KC_TRY(kc_peer_identify(socket, &with->peer));
	err = kc_application_join(&with->peer, &with->application);
	if (err == KC_OK) {
		uint64_t number = with->application->number;
		err = serve(with, socket);
		if (kc_application_leave(with->application))
			kc_handle_gone(with->service, number);
	}
	kc_peer_done(&with->peer);
	return err;
}

void kc_conversation_run(struct kc_service *service, int socket)
{
	struct conversation with = {
		.service = service,
		.request = KC_BUF_INIT_MAX(KC_MESSAGE_MAX),
		.reply = KC_BUF_INIT_MAX(KC_MESSAGE_MAX),
	};
	kc_err err = identify_and_serve(&with, socket);

	/* There was no greeting. A service that ends has closed its half, and judges nobody by
	 * that: the client sees it go away, and starts another. */
	if (err != KC_OK && !atomic_load(&service->stopping))
		kc_greeting_refuse(socket, err);
}
