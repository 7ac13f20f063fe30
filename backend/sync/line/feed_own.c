/* SPDX-License-Identifier: ISC */
/* Whether what this device has published with its lists is still there (doc/protocol.md 3.2, rule
 * 5): what others lack, they wait for. */
#include "backend/sync/line/feed_impl.h"

#include <string.h>

_Static_assert(KC_LIST_MAX_COMPANIONS <= KC_RECORDS_MAX_BATCH, "a list's are asked for at once");

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)

kc_err kc_feed_see_own(struct kc_feed_reader *r, const struct kc_cell *cell, struct kc_bytes value)
{
	const struct kc_list *list = kc_circle_self(r->circle)->list;
	uint8_t hash[KC_HASH32_LEN];

	for (size_t i = 0; list && i < list->companion_count; i++) {
		const struct kc_companion *companion = &list->companions[i];
		bool same;

		if (!kc_bytes_equal(companion->key, kc_bytes_str(cell->key)))
			continue;
		KC_TRY(kc_companion_hash(value, hash));
		same = memcmp(hash, companion->hash, sizeof hash) == 0;
		if (r->own)
			r->own[i] = same ? KC_FEED_OWN_HERE : KC_FEED_OWN_OTHER;
		else
			r->feed->own_lost = r->feed->own_lost || !same;
	}
	return KC_OK;
}

/* The names of all that the list names. */
static kc_err name_all(const struct kc_list *list, struct kc_feed_names *ret)
{
	struct kc_writer_id writer = kc_circle_writer(&list->peer);

	for (size_t i = 0; i < list->companion_count; i++) {
		char name[KC_RECORDS_MAX_NAME + 1];

		KC_TRY(kc_cell_name_put(list->companions[i].key, &writer, name));
		KC_TRY(kc_feed_names_add(ret, KC_ZONE_RECORDS, name, NULL));
	}
	return KC_OK;
}

/* Leaves those that are not there. */
static void leave_lost(struct kc_feed_names *names, const enum kc_feed_own *own)
{
	size_t kept = 0;

	for (size_t i = 0; i < names->count; i++) {
		names->rows[i].met = own[i] != KC_FEED_OWN_MISSING;
		if (own[i] != KC_FEED_OWN_HERE)
			names->rows[kept++] = names->rows[i];
	}
	names->count = kept;
}

kc_err kc_feed_look_for_companions(struct kc_feed *feed, struct kc_cloud *cloud,
	struct kc_circle *circle, struct kc_gathered *gathered, uint64_t now_ms)
{
	enum kc_feed_own own[KC_LIST_MAX_COMPANIONS] = {KC_FEED_OWN_MISSING};
	const char *names[KC_LIST_MAX_COMPANIONS];
	struct kc_feed_reader r = {.feed = feed,
		.circle = circle,
		.gathered = gathered,
		.zone = KC_ZONE_RECORDS,
		.own = own};

	KC_TRY(name_all(kc_circle_self(circle)->list, &feed->lost));
	for (size_t i = 0; i < feed->lost.count; i++)
		names[i] = feed->lost.rows[i].name;
	KC_TRY(kc_records_get(cloud, r.zone, names, feed->lost.count, kc_feed_visit, &r));
	leave_lost(&feed->lost, own);
	feed->own_lost = feed->lost.count > 0;
	feed->own_looked_ms = now_ms;
	if (!feed->own_lost && now_ms - feed->mended_ms >= DAY_MS)
		feed->mends = 0;
	feed->altered = true;
	return KC_OK;
}
