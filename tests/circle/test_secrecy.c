/* SPDX-License-Identifier: ISC */
/*
 * Who gets which keys, when a store shows each device what it likes of what the others say, record
 * by record and in any order: whoever was put out, and whoever it lets in after that, never comes
 * by the key of an epoch that names it among those who were out.
 *
 * Devices are put out by the two eldest only, so that none comes back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/circle/circle.h"
#include "backend/circle/session/welcome.h"
#include "tests/check.h"
#include "tests/circle/chance.h"
#include "tests/circle/telling.h"

#define VIEWS (1u << 1)
enum { DEVICES_MAX = 12, ELDEST = 2, SAID_MAX = 4000, KEYS_MAX = 512 };

/* --- the world ----------------------------------------------------------------------------------
 */

static struct device {
	struct kc_circle *circle;
	bool is_out;	/* its keys are in wrong hands */
	bool is_friend; /* it was let in by one that was out */
	bool hides[DEVICES_MAX]
		  [3]; /* what the store keeps from it: lists, keys, the rest; by author */
} devices[DEVICES_MAX];
static size_t device_count;

/* Everything that was said. */
static struct said {
	size_t author;
	char key[KC_OP_MAX_KEY + 1];
	struct kc_buf record;
} said[SAID_MAX];
static size_t said_count;

static bool begins(const char *key, const char *with)
{
	return strncmp(key, with, strlen(with)) == 0;
}

static void keep_said(size_t author, struct kc_bytes key, struct kc_bytes record)
{
	struct said *to = &said[said_count++];

	CHECK_FATAL(said_count <= SAID_MAX);
	to->author = author;
	memset(to->key, 0, sizeof to->key);
	memcpy(to->key, key.data, key.len);
	kc_buf_push(&to->record, record.data, record.len);
}

/* What a device has to say, in the clear. */
static void publish(size_t number)
{
	struct kc_circle *circle = devices[number].circle;
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf made = KC_BUF_INIT;
	struct kc_log_position start = {0}, ignored;
	struct kc_op_write write;
	struct kc_op op;

	kc_op_builder_init(&builder, &writer, &start, false);
	CHECK_OK_FATAL(kc_circle_drain(circle, &builder));
	CHECK_OK_FATAL(kc_op_builder_end(&builder, &start, &made, &ignored));
	CHECK_OK_FATAL(kc_op_parse(kc_buf_bytes(&made), &writer, 1, &op));
	while (kc_op_next(&op, &write)) {
		struct kc_place_in_store place = {&circle->account, &writer, write.key};
		KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;

		if (kc_circle_open(circle, &place, write.value, &plain) == KC_OK)
			keep_said(number, write.key, kc_buf_bytes(&plain));
	}
}

static void begin(uint64_t seed)
{
	chance_seed(seed);
	chance_seed_all(seed);
	CHECK_OK_FATAL(kc_circle_begin(
		"first", kc_bytes_str("one account for all"), VIEWS, &devices[0].circle));
	device_count = 1;
	telling_say(devices[0].circle);
	publish(0);
}

static void end(void)
{
	for (size_t i = 0; i < device_count; i++)
		kc_circle_free(devices[i].circle);
	for (size_t i = 0; i < said_count; i++)
		kc_buf_done(&said[i].record);
	memset(devices, 0, sizeof devices);
	memset(said, 0, sizeof said);
	device_count = said_count = 0;
}

/* --- what devices do ----------------------------------------------------------------------------
 */

static bool is_in(size_t number, struct kc_trust *ret)
{
	const struct kc_circle *circle = devices[number].circle;

	CHECK_OK_FATAL(kc_circle_judge(circle, ret));
	return kc_peer_set_has(ret->trusted, circle->self);
}

/* As an exchange does it. One whose keys are in wrong hands makes no keys: that would be its loss.
 */
static void compose(size_t number)
{
	struct kc_circle *circle = devices[number].circle;
	const struct kc_held_epoch *held;
	struct kc_trust trust;
	bool began = false;

	if (!is_in(number, &trust) && !devices[number].is_out)
		return;
	for (unsigned view = 1; view < KC_CIRCLE_MAX_VIEWS && !devices[number].is_out; view++)
		if ((VIEWS & 1u << view || view == KC_VIEW_META) &&
			kc_circle_usable_epoch(circle, &trust, view, &held) == KC_E_NOT_FOUND)
			began = kc_circle_begin_epoch(circle, &trust, view, KC_EPOCH_REMOVAL) ==
					KC_OK ||
				began;
	if (!devices[number].is_out)
		CHECK_OK_FATAL(began ? kc_circle_queue_shares(circle, &trust)
				     : kc_circle_queue_missing_shares(circle, &trust));
	telling_say(circle);
	publish(number);
}

static void choose_what_to_hide(struct device *device)
{
	for (size_t i = 0; i < DEVICES_MAX; i++)
		for (size_t k = 0; k < 3; k++)
			device->hides[i][k] = chance(k == 0 ? 3 : 8) == 0;
}

static void admit(size_t sponsor)
{
	struct device *newcomer = &devices[device_count];
	struct kc_trust trust;

	if (device_count == DEVICES_MAX || !is_in(sponsor, &trust))
		return;
	telling_admit(devices[sponsor].circle, "newcomer", &newcomer->circle);
	newcomer->is_out = newcomer->is_friend = devices[sponsor].is_out;
	device_count++;
	publish(sponsor);
	publish(device_count - 1);
	choose_what_to_hide(newcomer);
}

static void put_out(size_t remover)
{
	size_t target = ELDEST + chance(device_count - ELDEST);
	const struct kc_peer_id *id = telling_id(devices[target].circle);
	struct kc_circle *circle = devices[remover].circle;
	struct kc_trust trust;

	if (!is_in(remover, &trust) || !kc_circle_is_trusted(circle, &trust, id))
		return;
	CHECK_OK_FATAL(kc_circle_exclude(circle, id, KC_EXCLUSION_LOST, 0, NULL));
	devices[target].is_out = true;
	compose(remover);
}

static void leave(size_t number)
{
	struct kc_trust trust;

	if (!is_in(number, &trust) || devices[number].is_out)
		return;
	devices[number].circle->leaving = true;
	telling_say(devices[number].circle);
	publish(number);
	devices[number].is_out = true;
}

static void renew(size_t number)
{
	struct kc_trust trust;

	if (!is_in(number, &trust) || devices[number].is_out)
		return;
	CHECK_OK_FATAL(kc_circle_rotate(devices[number].circle, KC_EPOCH_ASKED));
	compose(number);
}

/* --- what the store does ------------------------------------------------------------------------
 */

static kc_err take(struct kc_circle *circle, const struct said *s)
{
	const struct kc_peer_id *from = telling_id(devices[s->author].circle);
	struct kc_bytes record = kc_buf_bytes(&s->record);
	bool current;

	if (begins(s->key, "v/"))
		return kc_circle_take_voucher(circle, from, record);
	if (begins(s->key, "perm"))
		return kc_circle_take_permanent(circle, record);
	if (begins(s->key, "e/"))
		return kc_circle_take_epoch(circle, from, record);
	if (begins(s->key, "s/"))
		return kc_circle_take_shares(circle, from, record);
	if (strcmp(s->key, "p") == 0)
		return kc_circle_take_list(circle, from, record, &current);
	return KC_OK;
}

static bool is_hidden(const struct device *from, const struct said *s)
{
	size_t kind = strcmp(s->key, "p") == 0			     ? 0
		      : begins(s->key, "e/") || begins(s->key, "s/") ? 1
								     : 2;

	return from->hides[s->author][kind];
}

/* Most of what is not kept from a device, in the order in which it was said. */
static void show(size_t number)
{
	for (size_t i = 0; i < said_count; i++)
		if (said[i].author != number && !is_hidden(&devices[number], &said[i]) && chance(4))
			(void)!take(devices[number].circle, &said[i]);
}

static void step(void)
{
	size_t number = chance(device_count);

	switch (chance(12)) {
	case 0:
		admit(number);
		break;
	case 1:
		if (device_count > ELDEST)
			put_out(chance(ELDEST));
		break;
	case 2:
		if (number >= ELDEST && chance(3) == 0)
			leave(number);
		break;
	case 3:
		renew(number);
		break;
	case 4:
		choose_what_to_hide(&devices[number]);
		break;
	default:
		show(number);
		compose(number);
	}
}

/* --- what is in wrong hands ---------------------------------------------------------------------
 */

static struct {
	struct kc_view_key_name names[KEYS_MAX];
	struct kc_secret keys[KEYS_MAX];
	size_t count;
} loot;

static const struct kc_secret *find_loot(const struct kc_view_key_name *name)
{
	for (size_t i = 0; i < loot.count; i++)
		if (kc_view_key_name_equal(&loot.names[i], name))
			return &loot.keys[i];
	return NULL;
}

static bool add_loot(const struct kc_view_key_name *name, const struct kc_secret *key)
{
	if (find_loot(name) || !key->len)
		return false;
	CHECK_FATAL(loot.count < KEYS_MAX);
	loot.names[loot.count] = *name;
	CHECK_OK_FATAL(kc_secret_set(&loot.keys[loot.count++], kc_secret_bytes(key)));
	return true;
}

/* Whatever anybody has ever given to a device. */
static void open_shares(const struct kc_circle *of, const struct said *s)
{
	struct kc_secret keys[KC_SHARES_MAX_KEYS] = {{0}};
	struct kc_shares shares;

	CHECK_OK_FATAL(kc_shares_parse(kc_buf_bytes(&s->record), &shares));
	if (kc_shares_open(&shares, &of->account, &of->identity, keys) == KC_OK)
		for (size_t i = 0; i < shares.count; i++)
			add_loot(&shares.names[i], &keys[i]);
	for (size_t i = 0; i < KC_SHARES_MAX_KEYS; i++)
		kc_secret_done(&keys[i]);
}

static bool open_link(const struct kc_circle *of, const struct kc_epoch *epoch)
{
	const struct kc_secret *key = find_loot(&epoch->name);
	KC_CLEANUP_SECRET struct kc_secret before = KC_SECRET_INIT;
	struct kc_view_key_name name = {.view = epoch->name.view, .epoch = epoch->name.epoch - 1};

	if (!key || !epoch->has_prev)
		return false;
	memcpy(name.kid, epoch->prev_kid, sizeof name.kid);
	return kc_epoch_open_link(epoch, &of->account, key, &before) == KC_OK &&
	       add_loot(&name, &before);
}

static void each_epoch(const struct kc_circle *of,
	void (*visit)(const struct kc_circle *of, const struct kc_epoch *epoch, size_t author))
{
	for (size_t i = 0; i < said_count; i++) {
		KC_CLEANUP_FREE struct kc_epoch *epoch = malloc(sizeof *epoch);
		struct kc_record_id id;

		if (!begins(said[i].key, "e/"))
			continue;
		CHECK_OK_FATAL(
			kc_epoch_parse(kc_buf_bytes(&said[i].record), &of->account, epoch, &id));
		visit(of, epoch, said[i].author);
	}
}

static bool progress;

static void follow(const struct kc_circle *of, const struct kc_epoch *epoch, size_t author)
{
	(void)author;
	progress = open_link(of, epoch) || progress;
}

static size_t kept, leaked;

/* Whether one who was put out has a key that was made without it, by one who is in. */
static void judge_epoch(const struct kc_circle *of, const struct kc_epoch *epoch, size_t author)
{
	if (devices[author].is_out ||
		!kc_peer_id_is_among(epoch->out, epoch->out_count, telling_id(of)))
		return;
	kept++;
	leaked += find_loot(&epoch->name) != NULL;
}

static bool was_recipient;

static void look_for(const struct kc_circle *of, const struct kc_epoch *epoch, size_t author)
{
	was_recipient = was_recipient || (!devices[author].is_out &&
						 kc_peer_id_is_among(epoch->recipients,
							 epoch->recipient_count, telling_id(of)));
}

/* Whether a device was let in by another after that was out, and nobody who is in ever took it for
 * a member when it began an epoch: one that others have taken in stays. */
static bool is_friend(const struct device *device, const struct kc_circle *of)
{
	const struct kc_circle *circle = device->circle;
	const struct kc_voucher *voucher = kc_circle_find_voucher(circle, telling_id(circle));

	was_recipient = false;
	each_epoch(circle, look_for);
	return device->is_friend && !was_recipient &&
	       kc_peer_id_equal(&voucher->sponsor, telling_id(of));
}

/* The keys of one device and of its friends. */
static void plunder(size_t number)
{
	const struct kc_circle *of = devices[number].circle;

	for (size_t i = 0; i < device_count; i++) {
		const struct kc_circle *circle = devices[i].circle;
		bool is_own = i == number || is_friend(&devices[i], of);

		for (size_t k = 0; k < circle->epoch_count && is_own; k++)
			add_loot(&circle->epochs[k].epoch->name, &circle->epochs[k].key);
		for (size_t k = 0; k < said_count && is_own; k++)
			if (begins(said[k].key, "s/"))
				open_shares(circle, &said[k]);
	}
	do {
		progress = false;
		each_epoch(of, follow);
	} while (progress);
	each_epoch(of, judge_epoch);
	while (loot.count)
		kc_secret_done(&loot.keys[--loot.count]);
}

static void live(uint64_t seed)
{
	size_t before = leaked;

	begin(seed);
	admit(0);
	for (int i = 0; i < 80; i++)
		step();
	for (size_t i = 0; i < device_count; i++)
		if (devices[i].is_out)
			plunder(i);
	if (leaked != before)
		printf("seed %llu: %zu keys\n", (unsigned long long)seed, leaked - before);
	end();
}

static void no_key_goes_to_who_is_out(void)
{
	uint64_t most = getenv("KC_LONG") ? 3000 : 60;

	for (uint64_t seed = 1; seed <= most; seed++)
		live(seed);
	printf("%zu keys kept from %s ", kept, "those who are out");
	CHECK(kept > 10 * most);
	CHECK(leaked == 0);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(no_key_goes_to_who_is_out),
	};

	return check_main("secrecy", tests, KC_COUNT_OF(tests));
}
