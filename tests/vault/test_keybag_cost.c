/* SPDX-License-Identifier: ISC */
/* The keybag at its real cost: the one that is installed. */
#include "backend/vault/keybag.h"
#include "backend/vault/keybag_cost.h"
#include "tests/check.h"

static void real_cost_is_the_floor(void)
{
	CHECK(kc_keybag_cost_n == 65536);
}

static void works_at_its_real_cost(void)
{
	KC_CLEANUP_SECRET struct kc_secret device_secret = KC_SECRET_INIT;
	KC_CLEANUP_KEYBAG struct kc_keybag *made = NULL, *opened = NULL;
	KC_CLEANUP_BUF struct kc_buf blob = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_secret_random(&device_secret, KC_DEVICE_SECRET_LEN));
	CHECK_OK_FATAL(kc_keybag_create(
		&device_secret, kc_bytes_str("pässword"), kc_bytes(NULL, 0), &made, &blob));
	CHECK_OK_FATAL(kc_keybag_open(&device_secret, kc_buf_bytes(&blob), &opened));
	CHECK_ERR(kc_keybag_unlock(opened, kc_bytes_str("password")), KC_E_AUTH);
	CHECK_OK(kc_keybag_unlock(opened, kc_bytes_str("pässword")));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(real_cost_is_the_floor),
		CHECK_TEST(works_at_its_real_cost),
	};
	return check_main("keybag cost", tests, KC_COUNT_OF(tests));
}
