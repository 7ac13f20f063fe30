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
