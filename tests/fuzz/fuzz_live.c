/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as messages of the live channel: as what a message says of itself, as a hello that is
 * answered, as every later message to a device in each of its stages, and as what a message says.
 * Nothing but a hello may get anywhere, and what is taken is built again byte for byte.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/circle/session/live_payload.h"
#include "tests/circle/trio.h"
#include "tests/fuzz/fuzz.h"

#define NOW UINT64_C(1800000000000)

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* --- sessions to be spoken to -------------------------------------------------------------------
 */

enum { BEGUN, ANSWERED, OPEN, STAGES };
static struct kc_live *stages[STAGES];

static struct kc_live *begin(struct kc_buf *ret_hello)
{
	struct kc_live *live = NULL;

	must(kc_live_begin(trio_circles[ANN], &trio_trusts[ANN], trio_id(BOB), &live, ret_hello) ==
		KC_OK);
	return live;
}

static struct kc_live *answer(struct kc_bytes hello, struct kc_buf *ret_reply)
{
	struct kc_live *live = NULL;

	must(kc_live_answer(trio_circles[BOB], &trio_trusts[BOB], trio_id(ANN), hello, &live,
		     ret_reply) == KC_OK);
	return live;
}

/* A session is of use until the first message that is wrong. */
static struct kc_live *stage(int which)
{
	KC_CLEANUP_BUF struct kc_buf hello = KC_BUF_INIT, reply = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf finish = KC_BUF_INIT;
	struct kc_live *ann, *bob;

	ann = begin(&hello);
	if (which == BEGUN)
		return ann;
	bob = answer(kc_buf_bytes(&hello), &reply);
	if (which == OPEN)
		must(kc_live_confirm(ann, trio_circles[ANN], &trio_trusts[ANN],
			     kc_buf_bytes(&reply), NOW, &finish) == KC_OK &&
			kc_live_accept(bob, trio_circles[BOB], &trio_trusts[BOB],
				kc_buf_bytes(&finish), NOW) == KC_OK);
	kc_live_free(ann);
	return bob;
}

static kc_err say(struct kc_live *live, int which, struct kc_bytes message, struct kc_buf *ret)
{
	int device = which == BEGUN ? ANN : BOB;
	const struct kc_circle *circle = trio_circles[device];
	const struct kc_trust *trust = &trio_trusts[device];

	if (which == BEGUN)
		return kc_live_confirm(live, circle, trust, message, NOW, ret);
	if (which == ANSWERED)
		return kc_live_accept(live, circle, trust, message, NOW);
	return kc_live_open(live, circle, trust, message, ret);
}

/* A message with the session's own id in the place of its own, so that it gets as far as it can. */
static void address(const struct kc_live *live, struct kc_bytes input, struct kc_buf *ret)
{
	enum { AT_MOST = 16 };
	const uint8_t head[] = {0x02, 0x01, 0x01, 0x04, 0x10};
	const uint8_t *found = NULL;

	kc_buf_reset(ret);
	kc_buf_push(ret, input.data, input.len);
	if (ret->len)
		found = memmem(
			ret->data, ret->len < AT_MOST ? ret->len : AT_MOST, head, sizeof head);
	if (found && found + sizeof head + 16 <= ret->data + ret->len)
		memcpy(ret->data + (found - ret->data) + sizeof head, kc_live_session(live)->bytes,
			16);
}

/* --- what is tried ------------------------------------------------------------------------------
 */

/* The stage that a message would be shown to. */
static const enum kc_live_number wanted[STAGES] = {
	[BEGUN] = KC_LIVE_REPLY,
	[ANSWERED] = KC_LIVE_FINISH,
	[OPEN] = KC_LIVE_DATA,
};

static void try_stages(struct kc_bytes input)
{
	struct kc_live_session session;
	enum kc_live_number number;

	if (kc_live_peek(input, &session, &number) != KC_OK)
		return;
	for (int which = 0; which < STAGES; which++) {
		KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT, plain = KC_BUF_INIT;

		if (wanted[which] != number)
			continue;
		if (!stages[which] || kc_live_is_over(stages[which])) {
			kc_live_free(stages[which]);
			stages[which] = stage(which);
		}
		address(stages[which], input, &message);
		must(say(stages[which], which, kc_buf_bytes(&message), &plain) == KC_E_REFUSED);
		must(kc_live_is_over(stages[which]) && plain.len == 0);
	}
}

static void try_hello(struct kc_bytes input)
{
	KC_CLEANUP_BUF struct kc_buf reply = KC_BUF_INIT;
	KC_CLEANUP_LIVE struct kc_live *live = NULL;
	struct kc_live_session session;
	enum kc_live_number number;
	kc_err peek = kc_live_peek(input, &session, &number);
	kc_err err = kc_live_answer(
		trio_circles[BOB], &trio_trusts[BOB], trio_id(ANN), input, &live, &reply);

	must(err == KC_OK || err == KC_E_REFUSED);
	must((err == KC_OK) == (live != NULL) && (err == KC_OK) == (reply.len > 0));
	must(err != KC_OK || (peek == KC_OK && number == KC_LIVE_HELLO && !kc_live_is_open(live)));
}

static void try_payload(struct kc_bytes input)
{
	KC_CLEANUP_BUF struct kc_buf again = KC_BUF_INIT;
	struct kc_live_payload payload;

	if (kc_live_payload_parse(input, &payload) != KC_OK)
		return;
	must(kc_live_payload_build(&payload, &again) == KC_OK);
	/* Extensions are not kept: what has none comes back as it was. */
	must(again.len <= input.len);
	must(again.len < input.len || kc_bytes_equal(kc_buf_bytes(&again), input));
}

static void leave(void)
{
	for (int which = 0; which < STAGES; which++)
		kc_live_free(stages[which]);
	trio_free();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static bool is_ready;

	if (!is_ready) {
		trio_make();
		must(atexit(leave) == 0);
		is_ready = true;
	}
	try_payload(kc_bytes(data, len));
	try_hello(kc_bytes(data, len));
	try_stages(kc_bytes(data, len));
	return 0;
}
