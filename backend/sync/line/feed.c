/* SPDX-License-Identifier: ISC */
/* Reading a feed: what waits, then what changed in each zone. */
#include "backend/sync/line/feed_impl.h"

#include <string.h>

#include "backend/sync/line/cell_name.h"

static void drop_strangers(struct kc_feed *feed)
{
	for (size_t i = 0; i < feed->stranger_count; i++)
		kc_buf_done(&feed->strangers[i].op.bytes);
	free(feed->strangers);
	feed->strangers = NULL;
	feed->stranger_count = 0;
}

void kc_feed_end_round(struct kc_feed *feed)
{
	drop_strangers(feed);
	kc_feed_names_done(&feed->later);
	kc_feed_names_done(&feed->known);
	kc_feed_names_done(&feed->gone);
	kc_feed_names_done(&feed->bare);
	kc_feed_names_done(&feed->lost);
	feed->was_read = feed->more = feed->altered = feed->all_listed = feed->afresh = false;
	feed->begun = false;
	feed->ahead = 0;
	feed->len = 0;
}

void kc_feed_done(struct kc_feed *feed)
{
	kc_feed_end_round(feed);
	kc_feed_names_done(&feed->waiting);
	kc_feed_names_done(&feed->strange);
}

/* --- reading ------------------------------------------------------------------------------------
 */

/* Asks for what waits once more. */
static kc_err read_waiting(struct kc_feed_reader *r, struct kc_cloud *cloud)
{
	struct kc_feed_names *waiting = &r->feed->waiting;

	KC_TRY(kc_feed_names_sort(waiting));
	for (size_t i = 0; i < waiting->count; i++) {
		waiting->rows[i].met = false;
		waiting->rows[i].op = 0;
	}
	r->again = true;
	for (size_t at = 0; at < waiting->count;) {
		const char *names[KC_RECORDS_MAX_BATCH];
		size_t count = 0;

		r->zone = waiting->rows[at].zone;
		while (at < waiting->count && count < KC_RECORDS_MAX_BATCH &&
			waiting->rows[at].zone == r->zone)
			names[count++] = waiting->rows[at++].name;
		KC_TRY(kc_records_get(cloud, r->zone, names, count, kc_feed_visit, r));
	}
	r->again = false;
	return KC_OK;
}

void kc_feed_start_whole(struct kc_feed *feed, enum kc_zone zone)
{
	feed->next[zone] = (struct kc_feed_token){0};
	feed->altered = true;
	if (zone == KC_ZONE_VALUES && feed->sessions)
		kc_session_logs_begin(feed->sessions, &feed->next[zone]);
	if (zone != KC_ZONE_RECORDS)
		return;
	feed->whole = true;
	feed->skims = !feed->suspicious;
	feed->own_seen = feed->own_listed = false;
	feed->reading++;
	feed->left_out = 0;
	for (size_t i = 0; i < feed->peer_count; i++)
		feed->peers[i].listed = false;
}

void kc_feed_reread(struct kc_feed *feed)
{
	feed->suspicious = true;
	kc_feed_start_whole(feed, KC_ZONE_RECORDS);
	feed->tokens[KC_ZONE_RECORDS] = (struct kc_feed_token){0};
}

static kc_err read_page(struct kc_feed_reader *r, struct kc_cloud *cloud, bool *ret_more)
{
	struct kc_feed *feed = r->feed;
	const char *bare = feed->skims && r->zone == KC_ZONE_RECORDS ? KC_FEED_ITEM_PREFIX : NULL;
	kc_err err;

	kc_feed_names_done(&feed->bare);
	feed->begun = feed->begun || feed->next[r->zone].len == 0;
	err = kc_records_skim(cloud, r->zone, bare, &feed->next[r->zone], KC_FEED_PAGE,
		kc_feed_visit, r, ret_more);

	if (err != KC_E_TOKEN_EXPIRED)
		return err;
	/* Nor is the beginning; or a store that is another each time it is asked. */
	if (feed->next[r->zone].len == 0 || r->expired[r->zone])
		return KC_ERR(STORE_GONE);
	r->expired[r->zone] = true;
	kc_feed_start_whole(feed, r->zone);
	*ret_more = true;
	return KC_OK;
}

static kc_err read_zone(struct kc_feed_reader *r, struct kc_cloud *cloud, struct kc_store *store)
{
	struct kc_feed *feed = r->feed;
	size_t later = feed->later.count;
	bool more = true;

	/* A page for which there was no room is the last one. */
	while (more && feed->len <= feed->most && feed->later.count == later) {
		size_t before = r->gathered->count, bare, seen;

		KC_TRY(read_page(r, cloud, &more));
		bare = feed->bare.count;
		KC_TRY(kc_feed_fill_bare(r, cloud, store, &seen));
		feed->skims = feed->skims && (seen || !bare); /* else it is all new */
		KC_TRY(kc_feed_leave_out_seen(feed, store, r->gathered, before));
	}
	feed->more = feed->more || more;
	if (memcmp(&feed->next[r->zone], &feed->tokens[r->zone], sizeof feed->tokens[0]) != 0)
		feed->altered = true;
	return KC_OK;
}

static kc_err read_values(struct kc_feed_reader *r, struct kc_cloud *cloud, struct kc_store *store)
{
	struct kc_feed *feed = r->feed;
	kc_err err;

	r->zone = KC_ZONE_VALUES;
	if (feed->sessions)
		kc_session_logs_begin(feed->sessions, &feed->next[KC_ZONE_VALUES]);
	KC_TRY(read_zone(r, cloud, store));
	if (!feed->sessions)
		return KC_OK;
	err = kc_session_logs_end(feed->sessions, cloud, &feed->next[KC_ZONE_VALUES]);
	return err == KC_E_REFUSED ? KC_ERR(STORE_SUSPECT) : err;
}

static kc_err read_all(struct kc_feed_reader *r, struct kc_cloud *cloud, struct kc_store *store)
{
	struct kc_feed *feed = r->feed;

	memcpy(feed->next, feed->tokens, sizeof feed->next);
	feed->skims = feed->whole && feed->reading > 1 && !feed->suspicious;
	feed->most = KC_GATHER_MAX_LEN / 2;
	KC_TRY(read_waiting(r, cloud));
	feed->most = KC_GATHER_MAX_LEN;
	KC_TRY(read_values(r, cloud, store));
	r->zone = KC_ZONE_RECORDS;
	return read_zone(r, cloud, store);
}

/* --- lists ahead --------------------------------------------------------------------------------
 */

#define AHEAD_LEN (KC_GATHER_MAX_LEN / 4)

static bool is_here(const struct kc_feed *feed, const char *name)
{
	for (size_t i = 0; i < feed->stranger_count; i++)
		if (strcmp(feed->strangers[i].op.name, name) == 0)
			return true;
	return false;
}

/* A list stands where it was written last, behind the items that it vouches for. When there are
 * more of these than a round takes, they would wait for it, and it for them: so it is asked for by
 * name. */
static kc_err read_lists_ahead(
	struct kc_feed_reader *r, struct kc_cloud *cloud, kc_peer_set members)
{
	char rows[KC_CIRCLE_MAX_PEERS][KC_RECORDS_MAX_NAME + 1];
	const char *names[KC_CIRCLE_MAX_PEERS];
	size_t count = 0;

	members &= ~r->feed->ahead;
	for (size_t i = 0; i < r->circle->member_count; i++) {
		struct kc_writer_id writer = kc_circle_writer(&r->circle->members[i]->id);

		if (!kc_peer_set_has(members, i))
			continue;
		KC_TRY(kc_cell_name_put(kc_bytes_str("p"), &writer, rows[count]));
		names[count] = rows[count];
		count += !is_here(r->feed, rows[count]);
	}
	r->feed->ahead |= members;
	r->feed->most = KC_GATHER_MAX_LEN + AHEAD_LEN;
	r->zone = KC_ZONE_RECORDS;
	return count ? kc_records_get(cloud, r->zone, names, count, kc_feed_visit, r) : KC_OK;
}

/* --- what lists name ----------------------------------------------------------------------------
 */

/* Asks by name for what was published with a list that is here. */
static kc_err read_wanted(struct kc_feed_reader *r, struct kc_cloud *cloud)
{
	struct kc_gathered *gathered = r->gathered;

	r->feed->most = KC_GATHER_MAX_LEN + AHEAD_LEN;
	r->zone = KC_ZONE_RECORDS;
	while (gathered->asked < gathered->wanted.len) {
		const char *names[KC_RECORDS_MAX_BATCH];
		size_t count = 0;

		while (gathered->asked < gathered->wanted.len && count < KC_RECORDS_MAX_BATCH) {
			names[count] = (const char *)gathered->wanted.data + gathered->asked;
			gathered->asked += strlen(names[count++]) + 1;
		}
		KC_TRY(kc_records_get(cloud, r->zone, names, count, kc_feed_visit, r));
	}
	return KC_OK;
}

/* --- who was introduced -------------------------------------------------------------------------
 */

_Static_assert(KC_FEED_MAX_STRANGERS <= KC_RECORDS_MAX_BATCH, "they are asked for at once");

/* Asks for what is remembered of those who are members by now. */
static kc_err read_introduced(struct kc_feed_reader *r, struct kc_cloud *cloud, kc_peer_set members)
{
	const char *names[KC_ZONE_COUNT][KC_FEED_MAX_STRANGERS];
	size_t counts[KC_ZONE_COUNT] = {0};

	for (size_t i = 0; i < r->feed->strange.count; i++) {
		struct kc_feed_name *strange = &r->feed->strange.rows[i];

		if (strange->met || !kc_feed_is_of(strange->name, r->circle, members))
			continue;
		strange->met = r->feed->altered = true;
		if (!is_here(r->feed, strange->name) &&
			counts[strange->zone] < KC_FEED_MAX_STRANGERS)
			names[strange->zone][counts[strange->zone]++] = strange->name;
	}
	r->feed->most = KC_GATHER_MAX_LEN + AHEAD_LEN;
	r->again = true;
	for (size_t zone = 1; zone < KC_ZONE_COUNT; zone++) {
		r->zone = (enum kc_zone)zone;
		if (counts[zone])
			KC_TRY(kc_records_get(
				cloud, r->zone, names[zone], counts[zone], kc_feed_visit, r));
	}
	r->again = false;
	return KC_OK;
}

/* --- handing over -------------------------------------------------------------------------------
 */

/* Hands over what is of members by now. */
static kc_err admit(struct kc_feed *feed, const struct kc_circle *circle, kc_peer_set members,
	struct kc_gathered *gathered)
{
	size_t kept = 0;
	kc_err err = KC_OK;

	for (size_t i = 0; i < feed->stranger_count; i++) {
		struct kc_feed_stranger *stranger = &feed->strangers[i];
		size_t member = circle->member_count;

		for (size_t k = 0; k < circle->member_count && member == circle->member_count;
			k++) {
			struct kc_writer_id writer = kc_circle_writer(&circle->members[k]->id);

			if (memcmp(&writer, &stranger->writer, sizeof writer) == 0)
				member = k;
		}
		stranger->op.member = member;
		if (err == KC_OK && member < circle->member_count &&
			kc_peer_set_has(members, member))
			err = kc_gathered_add(gathered, &stranger->op);
		else
			member = circle->member_count;
		if (err != KC_OK || member == circle->member_count)
			feed->strangers[kept++] = *stranger;
	}
	feed->stranger_count = kept;
	return err;
}

kc_err kc_feed_read(struct kc_feed *feed, struct kc_cloud *cloud, struct kc_store *store,
	struct kc_circle *circle, kc_peer_set members, struct kc_gathered *gathered)
{
	struct kc_feed_reader r = {.feed = feed, .circle = circle, .gathered = gathered};
	kc_err err = feed->was_read ? KC_OK : read_all(&r, cloud, store);

	if (err == KC_OK && feed->more)
		err = read_lists_ahead(&r, cloud, members);
	if (err == KC_OK)
		err = read_introduced(&r, cloud, members);
	if (err == KC_OK)
		err = read_wanted(&r, cloud);
	if (err == KC_E_STORE_SUSPECT && circle->alarm == KC_ALARM_NONE)
		circle->alarm = KC_ALARM_FORGERY; /* rows that no store has */
	KC_TRY(err);
	feed->was_read = true;
	gathered->read |= members;
	gathered->whole = feed->suspicious && !feed->more;
	if (feed->more)
		gathered->more = ~(kc_peer_set)0;
	return admit(feed, circle, members, gathered);
}
