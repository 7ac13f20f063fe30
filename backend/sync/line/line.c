/* SPDX-License-Identifier: ISC */
/* What both layouts have in common. */
#include "backend/sync/line/line.h"

#include <string.h>

bool kc_line_is_time(const struct kc_line *line, uint64_t times, uint64_t since_ms)
{
	uint64_t wait = KC_LINE_FIRST_WAIT_MS;

	if (times < KC_LINE_MAX_TRIES)
		return true;
	for (; times > KC_LINE_MAX_TRIES && wait < KC_LINE_LONGEST_WAIT_MS; times--)
		wait *= 2;
	if (wait > KC_LINE_LONGEST_WAIT_MS)
		wait = KC_LINE_LONGEST_WAIT_MS;
	/* A clock that was set back does not make it wait until it is where it was. */
	return line->now_ms < since_ms || line->now_ms - since_ms >= wait;
}

enum kc_layout kc_line_choose(const struct kc_cloud *cloud)
{
	return kc_cloud_abilities(cloud) & KC_CLOUD_RECORDS ? KC_LAYOUT_RECORDS : KC_LAYOUT_LOGS;
}

kc_err kc_line_check_marker(
	struct kc_cloud *cloud, const struct kc_account_id *account, enum kc_layout layout)
{
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;
	struct kc_account_id found;
	enum kc_layout found_layout;

	KC_TRY(kc_cloud_get_marker(cloud, &marker));
	if (kc_account_parse_marker(kc_buf_bytes(&marker), &found, &found_layout) != KC_OK ||
		memcmp(&found, account, sizeof found) != 0 || found_layout != layout)
		return KC_ERR(STORE_SUSPECT);
	return KC_OK;
}

kc_err kc_line_open(struct kc_line *line, const char *place, enum kc_layout layout)
{
	line->kind = layout == KC_LAYOUT_RECORDS ? &kc_line_records : &kc_line_logs;
	line->circle->layout = layout;
	KC_TRY(kc_cloud_open(place, &line->cloud));
	if (layout == KC_LAYOUT_RECORDS && !(kc_cloud_abilities(line->cloud) & KC_CLOUD_RECORDS))
		return KC_ERR(UNSUPPORTED);
	return KC_OK;
}

void kc_line_done(struct kc_line *line)
{
	kc_cloud_logs_done(&line->logs);
	kc_feed_done(&line->feed);
	if (line->cloud)
		kc_cloud_close(line->cloud);
	line->cloud = NULL;
}
