/* SPDX-License-Identifier: ISC */
/* Whether what this device wrote came back with the feed (doc/protocol.md 3.2, rule 5). */
#include "backend/sync/line/feed.h"

#include <string.h>

#include "backend/store/sighting.h"

static bool is_among(const struct kc_feed_names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->rows[i].name, name) == 0)
			return true;
	return false;
}

/* Also where another device's version is in its place by now. */
static bool is_met(const struct kc_feed *feed, const struct kc_gathered *gathered, const char *name)
{
	for (size_t i = 0; i < gathered->count; i++)
		if (strcmp(gathered->ops[i].name, name) == 0)
			return true;
	return is_among(&feed->known, name) || is_among(&feed->gone, name) ||
	       is_among(&feed->later, name);
}

bool kc_feed_lacks_own(const struct kc_feed *feed)
{
	return feed->whole && !feed->more && feed->own_seq && !feed->own_listed;
}

kc_err kc_feed_has_claimed(const struct kc_feed *feed, struct kc_store *store,
	const struct kc_gathered *gathered, bool *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	char name[KC_RECORDS_MAX_NAME + 1] = "";
	kc_err err;

	KC_TRY(kc_txn_begin(store, KC_TXN_READ, &txn));
	do
		err = kc_sighting_next_claimed(&txn, name, name, sizeof name);
	while (err == KC_OK && is_met(feed, gathered, name));
	if (err != KC_OK && err != KC_E_NOT_FOUND)
		return err;
	*ret = err == KC_E_NOT_FOUND;
	return KC_OK;
}
