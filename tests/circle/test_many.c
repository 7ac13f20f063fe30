/* SPDX-License-Identifier: ISC */
/*
 * Circles as large as they may become: many sponsors at a time, members that are asleep meanwhile,
 * and what it costs to hear of all of them. KC_LONG=1 makes the exchanges as many as the peers.
 */
#include <stdio.h>
#include <string.h>

#include "backend/circle/circle.h"
#include "backend/circle/session/welcome.h"
#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/house.h"
#include "tests/circle/telling.h"

#define GENP KC_CLASS_GENERIC
#define PASSWORD "one account for all"

/* --- circles ------------------------------------------------------------------------------------
 */

/* Lets in a device of which nothing more is heard than its first list. */
static void admit_one_of_many(struct kc_circle *sponsor)
{
	KC_CLEANUP_IDENTITY struct kc_identity identity = KC_IDENTITY_INIT;
	KC_CLEANUP_BUF struct kc_buf welcome = KC_BUF_INIT, record = KC_BUF_INIT;
	static struct kc_list list;
	bool current;

	telling_vouch(sponsor, "one of many", &identity, &welcome);
	telling_say(sponsor);
	memset(&list, 0, sizeof list);
	list = (struct kc_list){.peer = identity.id, .seq = 1, .name = "one of many"};
	CHECK_OK_FATAL(kc_list_add_include(&list, &identity.id));
	CHECK_OK_FATAL(kc_list_add_include(&list, &sponsor->identity.id));
	CHECK_OK_FATAL(kc_list_build(&list, &sponsor->account, &identity, &record));
	CHECK_OK_FATAL(kc_circle_take_list(sponsor, NULL, kc_buf_bytes(&record), &current));
}

/* What a takes from b: vouchers, permanent records, the last lists of all that b knows. */
static void hear_all(struct kc_circle *a, const struct kc_circle *b)
{
	for (size_t i = 0; i < b->voucher_count; i++) {
		const struct kc_voucher *v = &b->vouchers[i].voucher;
		const struct kc_member *newcomer = kc_circle_find(b, &v->beneficiary);

		if (kc_circle_find(a, &v->beneficiary))
			continue;
		CHECK_OK_FATAL(kc_circle_take_voucher(
			a, &v->sponsor, kc_buf_bytes(&b->vouchers[i].record)));
		CHECK_OK_FATAL(
			kc_circle_take_permanent(a, kc_buf_bytes(&newcomer->permanent_record)));
	}
	for (size_t i = 0; i < b->member_count; i++) {
		const struct kc_member *m = b->members[i];
		bool current;

		if (m->list_record.len && !kc_peer_id_equal(&m->id, &a->identity.id))
			CHECK_OK_FATAL(kc_circle_take_list(
				a, &m->id, kc_buf_bytes(&m->list_record), &current));
	}
}

static size_t trusted(const struct kc_circle *circle)
{
	struct kc_trust trust;
	size_t count = 0;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	for (size_t i = 0; i < circle->member_count; i++)
		count += kc_peer_set_has(trust.trusted, i);
	return count;
}

/* Two devices let in others in turns, not having heard of each other's; then all hear of all. */
static void sixty_four_peers(void)
{
	enum { FIRST, SECOND, LAST, ALL };
	struct kc_circle *circles[ALL];
	KC_CLEANUP_IDENTITY struct kc_identity identity = KC_IDENTITY_INIT;
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT, welcome = KC_BUF_INIT;
	const uint8_t transcript[32] = {8};
	struct kc_application application;

	CHECK_OK_FATAL(kc_circle_begin("the first", kc_bytes_str(PASSWORD), 0xfe, &circles[FIRST]));
	CHECK_OK_FATAL(kc_circle_sign_list(circles[FIRST], 1));
	telling_admit(circles[FIRST], "second", &circles[SECOND]);
	for (size_t count = 2; count < KC_CIRCLE_MAX_PEERS - 1; count++)
		admit_one_of_many(circles[count % 2]);
	telling_admit(circles[SECOND], "last", &circles[LAST]);
	for (size_t i = 0; i < ALL; i++)
		for (size_t k = 0; k < ALL; k++)
			if (i != k)
				hear_all(circles[i], circles[k]);
	for (size_t i = 0; i < ALL; i++)
		CHECK(trusted(circles[i]) == KC_CIRCLE_MAX_PEERS);
	/* There is no room for another. */
	CHECK_OK_FATAL(kc_identity_make(&identity));
	CHECK_OK_FATAL(
		kc_application_build(&identity, &circles[FIRST]->account, "too many", &bytes));
	CHECK_OK_FATAL(
		kc_application_parse(kc_buf_bytes(&bytes), &circles[FIRST]->account, &application));
	CHECK_ERR(
		kc_circle_admit(circles[LAST], &application, transcript, &welcome), KC_E_TOO_LARGE);
	for (size_t i = 0; i < ALL; i++)
		kc_circle_free(circles[i]);
}

/* --- devices ------------------------------------------------------------------------------------
 */

/* Devices that come by way of different sponsors, while some are asleep. */
static void many_devices(void)
{
	CLEANUP_HOUSE struct house house;
	size_t wanted = getenv("KC_LONG") ? HOUSE_MAX : 12;

	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 1);
	while (house.count < wanted) {
		size_t sponsor = house.count % 3;
		char item[64];

		snprintf(item, sizeof item, "svce=by%zu acct=ada sync=#1", house.count);
		CHECK_OK(words_add(&house.homes[sponsor], GENP, item, "secret"));
		house_add(&house, sponsor);
	}
	house_settle(&house);
	CHECK(house_agrees(&house));
	for (size_t i = 0; i < house.count; i++) {
		KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

		CHECK(words_count(&house.homes[i], GENP, "acct=ada") == wanted - 3);
		circle = house_recall(&house, i);
		CHECK(trusted(circle) == wanted);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(sixty_four_peers),
		CHECK_TEST(many_devices),
	};
	return check_main("many", tests, KC_COUNT_OF(tests));
}
