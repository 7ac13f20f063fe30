/* SPDX-License-Identifier: ISC */
/* Buckets that fill with time. */
#include "backend/sync/compose/pace.h"

#include <string.h>

static void refill(struct kc_pace_bucket *bucket, uint64_t now_ms)
{
	uint64_t passed = now_ms > bucket->at_ms ? now_ms - bucket->at_ms : 0;

	bucket->spent_ms -= passed < bucket->spent_ms ? passed : bucket->spent_ms;
	bucket->at_ms = now_ms;
}

static bool has_one(const struct kc_pace_bucket *bucket, uint64_t burst, uint64_t every_ms)
{
	return bucket->spent_ms + every_ms <= burst * every_ms;
}

/* The record's row. When there is none left, that of the one which has taken least. */
static struct kc_pace_item *find_or_make(struct kc_pace *pace, const uint8_t *name, uint64_t now_ms)
{
	struct kc_pace_item *least = NULL;

	for (size_t i = 0; i < pace->count; i++) {
		struct kc_pace_item *item = &pace->items[i];

		refill(&item->bucket, now_ms);
		if (memcmp(item->name, name, sizeof item->name) == 0)
			return item;
		if (!least || item->bucket.spent_ms < least->bucket.spent_ms)
			least = item;
	}
	if (pace->count < KC_PACE_ITEMS)
		least = &pace->items[pace->count++];
	*least = (struct kc_pace_item){.bucket = {.at_ms = now_ms}};
	memcpy(least->name, name, sizeof least->name);
	return least;
}

bool kc_pace_take(
	struct kc_pace *pace, const uint8_t name[static KC_RECORD_NAME_LEN], uint64_t now_ms)
{
	struct kc_pace_item *item = find_or_make(pace, name, now_ms);

	refill(&pace->all, now_ms);
	if (!has_one(&item->bucket, KC_PACE_ITEM_BURST, KC_PACE_ITEM_EVERY_MS) ||
		!has_one(&pace->all, KC_PACE_ALL_BURST, KC_PACE_ALL_EVERY_MS))
		return false;
	item->bucket.spent_ms += KC_PACE_ITEM_EVERY_MS;
	pace->all.spent_ms += KC_PACE_ALL_EVERY_MS;
	return true;
}
