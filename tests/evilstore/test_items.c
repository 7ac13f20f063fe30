/* SPDX-License-Identifier: ISC */
/* What a store can do to items: cases 39 to 60 and 87 to 90 of doc/attacks.md. */
#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/evilstore/accomplice.h"
#include "tests/evilstore/evil_house.h"

#define GENP KC_CLASS_GENERIC

static const enum kc_layout layouts[] = {KC_LAYOUT_LOGS, KC_LAYOUT_RECORDS};
#define EACH_LAYOUT(layout)                                                                   \
	for (const enum kc_layout *layout = layouts; layout < layouts + KC_COUNT_OF(layouts); \
		layout++)

/* Two devices which have the items a and b. */
static void begin(struct house *house, enum kc_layout layout)
{
	evil_house_init(house, layout, 2);
	CHECK_OK_FATAL(words_add(&house->homes[0], GENP, "svce=a acct=ada sync=#1", "first a"));
	CHECK_OK_FATAL(words_add(&house->homes[0], GENP, "svce=b acct=ada sync=#1", "first b"));
	house_settle(house);
}

static void case_43_ciphertexts_swapped(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		char a[KC_RECORDS_MAX_NAME + 1], b[KC_RECORDS_MAX_NAME + 1];
		struct kc_sync_report report = {0};

		begin(&house, *layout);
		evil_house_item(&house, 0, "svce=a", a);
		evil_house_item(&house, 0, "svce=b", b);
		CHECK_OK(words_update(&house.homes[0], GENP, "svce=a", "labl=x", "second a"));
		CHECK_OK(words_update(&house.homes[0], GENP, "svce=b", "labl=x", "second b"));
		CHECK_OK(house_sync(&house, 0, NULL));
		evil_add(&(struct evil_rule){.verb = EVIL_SWAP, .names = a, .other = b});
		CHECK_OK(house_sync(&house, 1, &report));
		CHECK(report.refused == 2 && report.received == 0);
		CHECK(words_has_secret(&house.homes[1], GENP, "svce=a", "first a"));
		CHECK(words_has_secret(&house.homes[1], GENP, "svce=b", "first b"));
		house_clock_move(EVIL_HOUSE_GRACE);
		evil_house_is_alarmed(&house, 1, "omission");
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_43_ciphertexts_swapped),
	};

	home_use_memory();
	return check_main("items", tests, KC_COUNT_OF(tests));
}
