/* SPDX-License-Identifier: ISC */
/* Devices and a store that no disk holds. */
#include "tests/circle/memory_house.h"

#include "tests/check.h"
#include "tests/circle/memory_cloud.h"

void memory_house_init(struct house *house, bool with_records, int64_t now_ms, size_t devices)
{
	house_clock_set(now_ms);
	memory_cloud_register(with_records);
	memory_cloud_clear(0);
	memory_cloud_url(0, house->url);
	house_add_home(house);
	CHECK_OK_FATAL(kc_keychain_sync_use(
		house->homes[0].keychain, house->url, true, kc_bytes_str(HOUSE_PASSWORD)));
	while (house->count < devices)
		house_add(house, 0);
	house_settle(house);
}

void memory_house_done(struct house *house)
{
	memory_cloud_done();
	for (size_t i = 0; i < house->count; i++)
		home_done(&house->homes[i]);
	house_clock_real();
}

void memory_house_send_away(struct house *house, size_t device)
{
	char url[MEMORY_CLOUD_URL];

	memory_cloud_clear(1);
	memory_cloud_copy(0, 1);
	memory_cloud_url(1, url);
	CHECK_OK_FATAL(kc_keychain_sync_use(
		house->homes[device].keychain, url, false, kc_bytes_str(HOUSE_PASSWORD)));
}

static enum memory_portion everything(void *context)
{
	(void)context;
	return MEMORY_ALL;
}

void memory_house_carry(unsigned from, unsigned to)
{
	CHECK_FATAL(memory_cloud_carry(from, to, everything, NULL) > 0);
}
