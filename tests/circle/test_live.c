/* SPDX-License-Identifier: ISC */
/* The live channel: two devices of one circle find each other, and nobody else gets anywhere. */
#include <stdio.h>
#include <string.h>

#include "backend/circle/record/label.h"
#include "backend/circle/session/live.h"
#include "backend/circle/session/live_payload.h"
#include "tests/check.h"
#include "tests/circle/trio.h"

#define NOW UINT64_C(1800000000000)

/* --- one session --------------------------------------------------------------------------------
 */

/* Both ends of a session, and every message of it so far. */
struct pair {
	int devices[2];
	struct kc_live *ends[2]; /* the initiator's first */
	struct kc_buf hello, reply, finish;
};

static void pair_done(struct pair *pair)
{
	kc_live_free(pair->ends[0]);
	kc_live_free(pair->ends[1]);
	kc_buf_done(&pair->hello);
	kc_buf_done(&pair->reply);
	kc_buf_done(&pair->finish);
}
#define CLEANUP_PAIR KC_CLEANUP(pair_done)

static kc_err begin(struct pair *pair, int initiator, int responder)
{
	memset(pair, 0, sizeof *pair);
	pair->devices[0] = initiator;
	pair->devices[1] = responder;
	return kc_live_begin(trio_circles[initiator], &trio_trusts[initiator], trio_id(responder),
		&pair->ends[0], &pair->hello);
}

static kc_err answer(struct pair *pair, struct kc_bytes hello)
{
	int device = pair->devices[1];

	return kc_live_answer(trio_circles[device], &trio_trusts[device], trio_id(pair->devices[0]),
		hello, &pair->ends[1], &pair->reply);
}

static kc_err confirm(struct pair *pair, struct kc_bytes reply)
{
	int device = pair->devices[0];

	return kc_live_confirm(pair->ends[0], trio_circles[device], &trio_trusts[device], reply,
		NOW, &pair->finish);
}

static kc_err accept(struct pair *pair, struct kc_bytes finish)
{
	int device = pair->devices[1];

	return kc_live_accept(
		pair->ends[1], trio_circles[device], &trio_trusts[device], finish, NOW);
}

static void establish(struct pair *pair, int initiator, int responder)
{
	CHECK_OK_FATAL(begin(pair, initiator, responder));
	CHECK_OK_FATAL(answer(pair, kc_buf_bytes(&pair->hello)));
	CHECK_OK_FATAL(confirm(pair, kc_buf_bytes(&pair->reply)));
	CHECK_OK_FATAL(accept(pair, kc_buf_bytes(&pair->finish)));
	CHECK_FATAL(kc_live_is_open(pair->ends[0]) && kc_live_is_open(pair->ends[1]));
}

static kc_err seal_at(
	struct pair *pair, int end, const char *text, uint64_t time_ms, struct kc_buf *ret)
{
	int device = pair->devices[end];

	kc_buf_reset(ret);
	return kc_live_seal(pair->ends[end], trio_circles[device], &trio_trusts[device],
		kc_bytes_str(text), time_ms, ret);
}

static kc_err seal(struct pair *pair, int end, const char *text, struct kc_buf *ret)
{
	return seal_at(pair, end, text, NOW, ret);
}

static kc_err open_by(struct pair *pair, int end, struct kc_bytes message, struct kc_buf *ret)
{
	int device = pair->devices[end];

	kc_buf_reset(ret);
	return kc_live_open(
		pair->ends[end], trio_circles[device], &trio_trusts[device], message, ret);
}

/* Whether a message is refused by an end, says nothing, and ends the session there for good. */
static bool is_refused(struct pair *pair, int end, struct kc_bytes message)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf more = KC_BUF_INIT;

	return open_by(pair, end, message, &plain) == KC_E_REFUSED && plain.len == 0 &&
	       kc_live_is_over(pair->ends[end]) && !kc_live_is_open(pair->ends[end]) &&
	       seal(pair, end, "more", &more) == KC_E_REFUSED && more.len == 0;
}

static bool says(struct pair *pair, int end, struct kc_buf *message, const char *text)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;

	return open_by(pair, end, kc_buf_bytes(message), &plain) == KC_OK &&
	       kc_bytes_equal(kc_buf_bytes(&plain), kc_bytes_str(text));
}

static void two_devices_speak(void)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	KC_CLEANUP_FREE char *most = malloc(KC_LIVE_MAX_PLAIN + 2);
	CLEANUP_PAIR struct pair pair;

	establish(&pair, ANN, BOB);
	for (int i = 0; i < 3; i++) {
		CHECK_OK(seal(&pair, 0, "from ann", &message));
		CHECK(says(&pair, 1, &message, "from ann"));
		CHECK_OK(seal(&pair, 1, "from bob", &message));
		CHECK(says(&pair, 0, &message, "from bob"));
	}
	CHECK(kc_live_sent(pair.ends[0]) == 3 && kc_live_received(pair.ends[0]) == 3);
	/* The longest message; one byte more is the caller's mistake, and ends nothing. */
	memset(most, 'x', KC_LIVE_MAX_PLAIN + 1);
	most[KC_LIVE_MAX_PLAIN + 1] = 0;
	CHECK_ERR(seal(&pair, 0, most, &message), KC_E_TOO_LARGE);
	most[KC_LIVE_MAX_PLAIN] = 0;
	CHECK_OK(seal(&pair, 0, most, &message));
	CHECK(message.len <= KC_LIVE_MAX_MESSAGE);
	CHECK(says(&pair, 1, &message, most));
	/* Several on their way at once, one of them empty. */
	KC_CLEANUP_BUF struct kc_buf second = KC_BUF_INIT;
	CHECK_OK(seal(&pair, 1, "", &message));
	CHECK_OK(seal(&pair, 1, "2", &second));
	CHECK(says(&pair, 0, &message, "") && says(&pair, 0, &second, "2"));
}

/* No id of a device, and nothing of a message, can be read by who carries them. */
static void nothing_is_in_the_clear(void)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	CLEANUP_PAIR struct pair pair;
	const struct kc_buf *all[4];

	establish(&pair, ANN, BOB);
	CHECK_OK(seal(&pair, 0, "a secret to be seen by nobody", &message));
	all[0] = &pair.hello;
	all[1] = &pair.reply;
	all[2] = &pair.finish;
	all[3] = &message;
	for (size_t i = 0; i < KC_COUNT_OF(all); i++) {
		for (int device = ANN; device <= BOB; device++) {
			CHECK(!memmem(all[i]->data, all[i]->len, trio_id(device)->bytes, 16));
			CHECK(!memmem(
				all[i]->data, all[i]->len, trio_circles[ANN]->account.bytes, 16));
		}
		CHECK(!memmem(all[i]->data, all[i]->len, "to be seen", 10));
	}
}

/* --- meddling with a handshake ------------------------------------------------------------------
 */

/* A handshake of which one message is changed; whether both ends came to believe in it. */
struct meddling {
	int number; /* of the message */
	size_t at;
	uint8_t flip;
	size_t cut; /* bytes off its end */
};

static struct kc_bytes meddle(const struct meddling *m, int number, struct kc_buf *message)
{
	if (m->number == number) {
		if (m->at < message->len)
			message->data[m->at] ^= m->flip;
		message->len -= m->cut < message->len ? m->cut : message->len;
	}
	return kc_buf_bytes(message);
}

/* The end that gets a changed message must refuse it, and be over; the other may not open either,
 * but for the last message, whose sender is done before. */
static bool is_withstood(const struct meddling *m, size_t lens[3])
{
	CLEANUP_PAIR struct pair pair;
	kc_err err;

	CHECK_OK_FATAL(begin(&pair, ANN, BOB));
	lens[0] = pair.hello.len;
	err = answer(&pair, meddle(m, 0, &pair.hello));
	if (err != KC_OK)
		return m->number == 0 && err == KC_E_REFUSED && !pair.ends[1] &&
		       pair.reply.len == 0;
	lens[1] = pair.reply.len;
	err = confirm(&pair, meddle(m, 1, &pair.reply));
	if (err != KC_OK)
		return m->number <= 1 && err == KC_E_REFUSED && pair.finish.len == 0 &&
		       kc_live_is_over(pair.ends[0]) && !kc_live_is_open(pair.ends[1]);
	lens[2] = pair.finish.len;
	err = accept(&pair, meddle(m, 2, &pair.finish));
	return m->number == 2 && err == KC_E_REFUSED && kc_live_is_over(pair.ends[1]);
}

static void any_flipped_bit_ends_a_handshake(void)
{
	const struct meddling none = {.number = -1};
	size_t lens[3], ignored[3];

	CHECK(!is_withstood(&none, lens)); /* the control: nothing to withstand */
	for (int number = 0; number < 3; number++)
		for (size_t at = 0; at < lens[number]; at++) {
			struct meddling m = {
				.number = number, .at = at, .flip = (uint8_t)(1 << (at % 8))};

			/* Of X25519's last byte one bit means nothing (RFC 7748 5); it is in the
			 * transcript all the same. */
			CHECK(is_withstood(&m, ignored));
			m.flip = 0x80;
			CHECK(is_withstood(&m, ignored));
		}
}

static void any_cut_message_ends_a_handshake(void)
{
	const struct meddling none = {.number = -1};
	size_t lens[3], ignored[3];

	CHECK(!is_withstood(&none, lens));
	for (int number = 0; number < 3; number++)
		for (size_t cut = 1; cut <= lens[number]; cut++) {
			struct meddling m = {.number = number, .at = SIZE_MAX, .cut = cut};

			CHECK(is_withstood(&m, ignored));
		}
}

/* RFC 7748 6.1: points whose order divides the cofactor agree on zero. */
static const uint8_t low_order[][KC_LIVE_SHARE_LEN] = {
	{0},
	{1},
	{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
		0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f,
		0x49, 0xb8, 0x00},
	{0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef,
		0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0,
		0x9f, 0x11, 0x57},
	{0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0x7f},
	{0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0x7f},
	{0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0x7f},
};

/* Where the share stands in a hello and in a reply. */
static uint8_t *share_in(struct kc_buf *message)
{
	const uint8_t mark[] = {0x04, 0x20}; /* OCTET STRING of 32 bytes */
	uint8_t *found = memmem(message->data, message->len, mark, sizeof mark);

	CHECK_FATAL(found != NULL);
	return found + sizeof mark;
}

static void no_agreement_on_nothing(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(low_order); i++) {
		CLEANUP_PAIR struct pair pair;

		CHECK_OK_FATAL(begin(&pair, ANN, BOB));
		CHECK_OK_FATAL(answer(&pair, kc_buf_bytes(&pair.hello)));
		memcpy(share_in(&pair.reply), low_order[i], KC_LIVE_SHARE_LEN);
		CHECK_ERR(confirm(&pair, kc_buf_bytes(&pair.reply)), KC_E_REFUSED);
		CHECK(kc_live_is_over(pair.ends[0]));
		kc_live_free(pair.ends[1]);
		pair.ends[1] = NULL;
		kc_buf_reset(&pair.reply);
		memcpy(share_in(&pair.hello), low_order[i], KC_LIVE_SHARE_LEN);
		CHECK_ERR(answer(&pair, kc_buf_bytes(&pair.hello)), KC_E_REFUSED);
		CHECK(!pair.ends[1] && pair.reply.len == 0);
	}
}

/* --- who is who ---------------------------------------------------------------------------------
 */

/* A member in the middle: it has trusted keys of its own, and answers in another's place. */
static void a_third_member_cannot_pose_as_another(void)
{
	CLEANUP_PAIR struct pair pair;

	/* Ann asks for Bob, Cat answers. */
	CHECK_OK_FATAL(begin(&pair, ANN, BOB));
	pair.devices[1] = CAT;
	CHECK_OK_FATAL(answer(&pair, kc_buf_bytes(&pair.hello)));
	CHECK_ERR(confirm(&pair, kc_buf_bytes(&pair.reply)), KC_E_REFUSED);
	CHECK(kc_live_is_over(pair.ends[0]));
	pair_done(&pair);

	/* Cat asks; Bob is told that it is Ann. */
	CHECK_OK_FATAL(begin(&pair, CAT, BOB));
	pair.devices[0] = ANN;
	CHECK_OK_FATAL(answer(&pair, kc_buf_bytes(&pair.hello)));
	pair.devices[0] = CAT;
	CHECK_ERR(confirm(&pair, kc_buf_bytes(&pair.reply)), KC_E_REFUSED);
}

/* Cat passes on everything between Ann, who wants Cat, and Bob, who is told that it is Cat: neither
 * may take the other for Cat, though all shares are honest. */
static void identities_are_not_bound_to_others(void)
{
	CLEANUP_PAIR struct pair with_cat;
	CLEANUP_PAIR struct pair with_bob;

	CHECK_OK_FATAL(begin(&with_cat, ANN, CAT));
	memset(&with_bob, 0, sizeof with_bob);
	with_bob.devices[0] = CAT; /* so Bob is told */
	with_bob.devices[1] = BOB;
	CHECK_OK_FATAL(answer(&with_bob, kc_buf_bytes(&with_cat.hello)));
	CHECK_ERR(confirm(&with_cat, kc_buf_bytes(&with_bob.reply)), KC_E_REFUSED);
	CHECK(!kc_live_is_open(with_bob.ends[1]));
}

/* A device that is given a name and its circle, but not the key that belongs to the name. */
static void a_name_alone_is_not_enough(void)
{
	KC_CLEANUP_IDENTITY struct kc_identity forged = KC_IDENTITY_INIT;
	struct kc_pk *own = trio_circles[CAT]->identity.sign;
	struct kc_peer_id id = *trio_id(CAT);
	CLEANUP_PAIR struct pair pair;

	CHECK_OK_FATAL(kc_identity_make(&forged));
	trio_circles[CAT]->identity.sign = forged.sign;
	CHECK_OK_FATAL(begin(&pair, ANN, CAT));
	CHECK_OK_FATAL(answer(&pair, kc_buf_bytes(&pair.hello)));
	CHECK_ERR(confirm(&pair, kc_buf_bytes(&pair.reply)), KC_E_REFUSED);
	pair_done(&pair);
	/* As the initiator it gets as far as the last message. */
	CHECK_OK_FATAL(begin(&pair, CAT, ANN));
	CHECK_OK_FATAL(answer(&pair, kc_buf_bytes(&pair.hello)));
	CHECK_OK_FATAL(confirm(&pair, kc_buf_bytes(&pair.reply)));
	CHECK_ERR(accept(&pair, kc_buf_bytes(&pair.finish)), KC_E_REFUSED);
	CHECK(kc_live_is_over(pair.ends[1]));
	trio_circles[CAT]->identity.sign = own;
	CHECK(kc_peer_id_equal(&id, trio_id(CAT)));
}

/* Each message of a handshake shown to the end that sent it, and in the place of the others. */
static void own_messages_are_nobody_elses(void)
{
	KC_CLEANUP_BUF struct kc_buf spare = KC_BUF_INIT;
	CLEANUP_PAIR struct pair pair;
	KC_CLEANUP_LIVE struct kc_live *mirror = NULL;

	/* A hello that comes back, as if Bob had sent it; and the answer to it as Bob's. */
	CHECK_OK_FATAL(begin(&pair, ANN, BOB));
	CHECK_OK_FATAL(kc_live_answer(trio_circles[ANN], &trio_trusts[ANN], trio_id(BOB),
		kc_buf_bytes(&pair.hello), &mirror, &spare));
	CHECK_ERR(confirm(&pair, kc_buf_bytes(&spare)), KC_E_REFUSED);
	pair_done(&pair);

	/* A reply to whoever replied. */
	CHECK_OK_FATAL(begin(&pair, ANN, BOB));
	CHECK_OK_FATAL(answer(&pair, kc_buf_bytes(&pair.hello)));
	CHECK_ERR(accept(&pair, kc_buf_bytes(&pair.reply)), KC_E_REFUSED);
	CHECK(kc_live_is_over(pair.ends[1]));
	pair_done(&pair);

	/* A finish to whoever finished, and a hello in place of a finish. */
	CHECK_OK_FATAL(begin(&pair, ANN, BOB));
	CHECK_OK_FATAL(answer(&pair, kc_buf_bytes(&pair.hello)));
	CHECK_OK_FATAL(confirm(&pair, kc_buf_bytes(&pair.reply)));
	CHECK(is_refused(&pair, 0, kc_buf_bytes(&pair.finish)));
	CHECK_ERR(accept(&pair, kc_buf_bytes(&pair.hello)), KC_E_REFUSED);
}

/* A handshake goes forward only, and each of its messages counts once. */
static void handshakes_are_not_repeated(void)
{
	KC_CLEANUP_BUF struct kc_buf spare = KC_BUF_INIT;
	CLEANUP_PAIR struct pair pair;
	CLEANUP_PAIR struct pair later;

	establish(&pair, ANN, BOB);
	CHECK_ERR(kc_live_confirm(pair.ends[0], trio_circles[ANN], &trio_trusts[ANN],
			  kc_buf_bytes(&pair.reply), NOW, &spare),
		KC_E_BUG);
	CHECK_ERR(accept(&pair, kc_buf_bytes(&pair.finish)), KC_E_BUG);
	CHECK(spare.len == 0);
	/* Its messages in data's place. */
	CHECK(is_refused(&pair, 1, kc_buf_bytes(&pair.finish)));
	CHECK(is_refused(&pair, 0, kc_buf_bytes(&pair.reply)));

	/* The same hello once more: another session, which the old messages do not open. */
	memset(&later, 0, sizeof later);
	later.devices[0] = ANN;
	later.devices[1] = BOB;
	CHECK_OK_FATAL(answer(&later, kc_buf_bytes(&pair.hello)));
	CHECK_ERR(accept(&later, kc_buf_bytes(&pair.finish)), KC_E_REFUSED);
	pair_done(&later);
	/* A reply to an earlier hello. */
	CHECK_OK_FATAL(begin(&later, ANN, BOB));
	CHECK_ERR(confirm(&later, kc_buf_bytes(&pair.reply)), KC_E_REFUSED);
}

/* --- meddling with data -------------------------------------------------------------------------
 */

static void any_flipped_bit_ends_a_session(void)
{
	KC_CLEANUP_BUF struct kc_buf there = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf back = KC_BUF_INIT;
	size_t len = SIZE_MAX;

	for (size_t at = 0; at < len; at++) {
		CLEANUP_PAIR struct pair pair;

		establish(&pair, ANN, BOB);
		CHECK_OK_FATAL(seal(&pair, 0, "data", &there));
		CHECK_OK_FATAL(seal(&pair, 1, "data", &back));
		len = there.len;
		CHECK_FATAL(back.len == len);
		there.data[at] ^= (uint8_t)(1 << (at % 8));
		CHECK(is_refused(&pair, 1, kc_buf_bytes(&there)));
		/* And every cut. */
		CHECK(is_refused(&pair, 0, kc_bytes(back.data, at)));
	}
}

static void messages_come_once_and_in_their_order(void)
{
	KC_CLEANUP_BUF struct kc_buf first = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf second = KC_BUF_INIT;

	for (int end = 0; end < 2; end++) {
		CLEANUP_PAIR struct pair pair;

		establish(&pair, ANN, BOB); /* replay */
		CHECK_OK(seal(&pair, end, "1", &first));
		CHECK(says(&pair, !end, &first, "1"));
		CHECK(is_refused(&pair, !end, kc_buf_bytes(&first)));
		pair_done(&pair);

		establish(&pair, ANN, BOB); /* the wrong order, or one left out */
		CHECK_OK(seal(&pair, end, "1", &first));
		CHECK_OK(seal(&pair, end, "2", &second));
		CHECK(is_refused(&pair, !end, kc_buf_bytes(&second)));
		pair_done(&pair);

		establish(&pair, ANN, BOB); /* one's own */
		CHECK_OK(seal(&pair, end, "1", &first));
		CHECK(is_refused(&pair, end, kc_buf_bytes(&first)));
		pair_done(&pair);

		establish(&pair, ANN, BOB); /* one's own, when both have sent as many */
		CHECK_OK(seal(&pair, end, "1", &first));
		CHECK_OK(seal(&pair, !end, "1", &second));
		CHECK(says(&pair, !end, &first, "1") && says(&pair, end, &second, "1"));
		CHECK_OK(seal(&pair, end, "2", &first));
		CHECK(is_refused(&pair, end, kc_buf_bytes(&first)));
	}
}

/* Messages of another session of the same two, also under this one's name. */
static void sessions_do_not_mix(void)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	CLEANUP_PAIR struct pair one;
	CLEANUP_PAIR struct pair two;

	establish(&one, ANN, BOB);
	establish(&two, ANN, BOB);
	CHECK_OK(seal(&one, 0, "1", &message));
	CHECK(is_refused(&two, 1, kc_buf_bytes(&message)));
	pair_done(&two);
	establish(&two, ANN, BOB);
	memcpy(memmem(message.data, message.len, kc_live_session(one.ends[0])->bytes, 16),
		kc_live_session(two.ends[0])->bytes, 16);
	CHECK(is_refused(&two, 1, kc_buf_bytes(&message)));
}

/* --- keys that wear out -------------------------------------------------------------------------
 */

/* The octet that says which key a message is under. */
static uint8_t *generation_in(const struct kc_buf *message)
{
	struct kc_der_reader r, seq;
	size_t at;

	kc_der_reader_init(&r, kc_buf_bytes(message));
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kc_der_get_uint(&seq);
	kc_der_get_bytes(&seq);
	kc_der_get_uint(&seq);
	at = (size_t)(seq.at - message->data) + 2; /* behind INTEGER, 1 */
	CHECK_FATAL(kc_der_reader_check(&seq) == KC_OK && at < message->len);
	return message->data + at;
}

static void keys_are_renewed(void)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	CLEANUP_PAIR struct pair pair;

	establish(&pair, ANN, BOB);
	CHECK_OK(seal_at(&pair, 0, "young", NOW + KC_LIVE_KEY_MS - 1, &message));
	CHECK(*generation_in(&message) == 0 && says(&pair, 1, &message, "young"));
	CHECK_OK(seal_at(&pair, 0, "old", NOW + KC_LIVE_KEY_MS, &message));
	CHECK(*generation_in(&message) == 1 && says(&pair, 1, &message, "old"));
	CHECK_OK(seal_at(&pair, 0, "still", NOW + KC_LIVE_KEY_MS, &message));
	CHECK(*generation_in(&message) == 1 && says(&pair, 1, &message, "still"));
	/* A clock that goes back renews, too. The other direction has keys of its own. */
	CHECK_OK(seal_at(&pair, 0, "back", NOW, &message));
	CHECK(*generation_in(&message) == 2 && says(&pair, 1, &message, "back"));
	CHECK_OK(seal_at(&pair, 1, "other", NOW, &message));
	CHECK(*generation_in(&message) == 0 && says(&pair, 0, &message, "other"));
	/* A generation that is changed on the way. */
	CHECK_OK(seal_at(&pair, 0, "next", NOW, &message));
	*generation_in(&message) = 3;
	CHECK(is_refused(&pair, 1, kc_buf_bytes(&message)));
}

/* After so many messages the key is another, whatever the clock says. */
static void keys_are_renewed_by_count(void)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	CLEANUP_PAIR struct pair pair;
	bool same = true;

	establish(&pair, ANN, BOB);
	for (uint64_t i = 0; i < KC_LIVE_KEY_MESSAGES && same; i++)
		same = seal(&pair, 0, "", &message) == KC_OK && *generation_in(&message) == 0 &&
		       open_by(&pair, 1, kc_buf_bytes(&message), &plain) == KC_OK;
	CHECK(same);
	CHECK_OK(seal(&pair, 0, "one more", &message));
	CHECK(*generation_in(&message) == 1 && says(&pair, 1, &message, "one more"));
}

/* --- who is out ---------------------------------------------------------------------------------
 */

static void who_is_out_gets_nothing(void)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	struct kc_trust no_bob = trio_without(ANN, BOB), no_ann = trio_without(ANN, ANN);
	KC_CLEANUP_LIVE struct kc_live *live = NULL;
	CLEANUP_PAIR struct pair pair;

	/* Not begun, not answered. */
	CHECK_ERR(kc_live_begin(trio_circles[ANN], &no_bob, trio_id(BOB), &live, &plain),
		KC_E_NOT_MEMBER);
	CHECK_ERR(kc_live_begin(trio_circles[ANN], &no_ann, trio_id(BOB), &live, &plain),
		KC_E_NOT_MEMBER);
	CHECK_ERR(kc_live_begin(trio_circles[ANN], &trio_trusts[ANN], trio_id(ANN), &live, &plain),
		KC_E_NOT_MEMBER);
	CHECK_OK_FATAL(begin(&pair, BOB, ANN));
	CHECK_ERR(kc_live_answer(trio_circles[ANN], &no_bob, trio_id(BOB),
			  kc_buf_bytes(&pair.hello), &live, &plain),
		KC_E_NOT_MEMBER);
	CHECK(!live && plain.len == 0);
	/* Out between answer and finish. */
	CHECK_OK_FATAL(answer(&pair, kc_buf_bytes(&pair.hello)));
	CHECK_OK_FATAL(confirm(&pair, kc_buf_bytes(&pair.reply)));
	CHECK_ERR(kc_live_accept(pair.ends[1], trio_circles[ANN], &no_bob,
			  kc_buf_bytes(&pair.finish), NOW),
		KC_E_NOT_MEMBER);
	CHECK(kc_live_is_over(pair.ends[1]));
	pair_done(&pair);
	/* Out in the middle: nothing more is said to it, or heard from it. */
	establish(&pair, ANN, BOB);
	CHECK_ERR(kc_live_seal(
			  pair.ends[0], trio_circles[ANN], &no_bob, kc_bytes_str("x"), NOW, &plain),
		KC_E_NOT_MEMBER);
	CHECK(kc_live_is_over(pair.ends[0]) && plain.len == 0);
	pair_done(&pair);
	establish(&pair, ANN, BOB);
	CHECK_OK(seal(&pair, 1, "x", &message));
	CHECK_ERR(kc_live_open(
			  pair.ends[0], trio_circles[ANN], &no_bob, kc_buf_bytes(&message), &plain),
		KC_E_NOT_MEMBER);
	CHECK(kc_live_is_over(pair.ends[0]) && plain.len == 0);
	/* It does not come back when the other is in again. */
	CHECK(is_refused(&pair, 0, kc_buf_bytes(&message)));
}

/* --- what is said -------------------------------------------------------------------------------
 */

static void payloads_are_canonical(void)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf again = KC_BUF_INIT;
	struct kc_live_payload payload = {.received = 3}, read;

	kc_live_payload_put_heads(trio_circles[ANN], &trio_trusts[ANN], &payload);
	CHECK(payload.head_count == 3);
	payload.items[payload.item_count++] = kc_bytes_str("a record");
	payload.items[payload.item_count++] = kc_bytes_str("another");
	CHECK_OK_FATAL(kc_live_payload_build(&payload, &plain));
	CHECK_OK_FATAL(kc_live_payload_parse(kc_buf_bytes(&plain), &read));
	CHECK(read.received == 3 && read.head_count == 3 && read.item_count == 2);
	for (size_t i = 0; i < read.head_count; i++) {
		const struct kc_member *m = kc_circle_find(trio_circles[ANN], &read.heads[i].peer);

		CHECK_FATAL(m && m->list);
		CHECK(read.heads[i].seq == m->list->seq &&
			kc_record_id_equal(&read.heads[i].id, &m->list_id));
	}
	for (size_t at = 0; at < plain.len; at++) {
		CHECK(kc_live_payload_parse(kc_bytes(plain.data, at), &read) != KC_OK);
		plain.data[at] ^= 0x10;
		if (kc_live_payload_parse(kc_buf_bytes(&plain), &read) == KC_OK) {
			kc_buf_reset(&again);
			CHECK_OK(kc_live_payload_build(&read, &again));
			CHECK(kc_bytes_equal(kc_buf_bytes(&again), kc_buf_bytes(&plain)));
		}
		plain.data[at] ^= 0x10;
	}
	/* Out of order, twice, and number 0. */
	kc_buf_reset(&plain);
	struct kc_seen first = payload.heads[0];
	payload.heads[0] = payload.heads[1];
	CHECK_OK(kc_live_payload_build(&payload, &plain));
	CHECK_ERR(kc_live_payload_parse(kc_buf_bytes(&plain), &read), KC_E_DECODE);
	payload.heads[0] = first;
	payload.heads[0].seq = 0;
	kc_buf_reset(&plain);
	CHECK_OK(kc_live_payload_build(&payload, &plain));
	CHECK_ERR(kc_live_payload_parse(kc_buf_bytes(&plain), &read), KC_E_DECODE);
}

/* Two devices find one slot, another for each direction, pair, day and account. */
static void slots_are_found_by_both(void)
{
	const struct kc_account_keys *keys = kc_circle_keys(trio_circles[ANN]);
	struct kc_account_id other = {{1}};
	uint8_t slots[6][KC_TAG_LEN], again[KC_TAG_LEN];

	CHECK_OK(kc_account_live_slot(
		keys, &trio_circles[ANN]->account, trio_id(ANN), trio_id(BOB), 20000, slots[0]));
	CHECK_OK(kc_account_live_slot(
		keys, &trio_circles[ANN]->account, trio_id(BOB), trio_id(ANN), 20000, slots[1]));
	CHECK_OK(kc_account_live_slot(
		keys, &trio_circles[ANN]->account, trio_id(ANN), trio_id(CAT), 20000, slots[2]));
	CHECK_OK(kc_account_live_slot(
		keys, &trio_circles[ANN]->account, trio_id(ANN), trio_id(BOB), 20001, slots[3]));
	CHECK_OK(kc_account_live_slot(keys, &other, trio_id(ANN), trio_id(BOB), 20000, slots[4]));
	memcpy(slots[5], trio_id(ANN)->bytes, KC_TAG_LEN);
	for (size_t i = 0; i < KC_COUNT_OF(slots); i++)
		for (size_t k = 0; k < i; k++)
			CHECK(memcmp(slots[i], slots[k], KC_TAG_LEN) != 0);
	CHECK_OK(kc_account_live_slot(kc_circle_keys(trio_circles[BOB]),
		&trio_circles[BOB]->account, trio_id(ANN), trio_id(BOB), 20000, again));
	CHECK(memcmp(slots[0], again, KC_TAG_LEN) == 0);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(trio_make),
		CHECK_TEST(two_devices_speak),
		CHECK_TEST(nothing_is_in_the_clear),
		CHECK_TEST(any_flipped_bit_ends_a_handshake),
		CHECK_TEST(any_cut_message_ends_a_handshake),
		CHECK_TEST(no_agreement_on_nothing),
		CHECK_TEST(a_third_member_cannot_pose_as_another),
		CHECK_TEST(identities_are_not_bound_to_others),
		CHECK_TEST(a_name_alone_is_not_enough),
		CHECK_TEST(own_messages_are_nobody_elses),
		CHECK_TEST(handshakes_are_not_repeated),
		CHECK_TEST(any_flipped_bit_ends_a_session),
		CHECK_TEST(messages_come_once_and_in_their_order),
		CHECK_TEST(sessions_do_not_mix),
		CHECK_TEST(keys_are_renewed),
		CHECK_TEST(keys_are_renewed_by_count),
		CHECK_TEST(who_is_out_gets_nothing),
		CHECK_TEST(payloads_are_canonical),
		CHECK_TEST(slots_are_found_by_both),
	};
	int status = check_main("live", tests, KC_COUNT_OF(tests));

	trio_free();
	return status;
}
