/* SPDX-License-Identifier: ISC */
/* What devices have, as text, and what an exchange makes of it. */
#include "tests/evilstore/scene.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/file.h"

#define GENP KC_CLASS_GENERIC

static void circle_of(struct scene *scene, size_t device, struct kc_circle **ret)
{
	*ret = house_recall(&scene->house, device);
}

const struct kc_peer_id *scene_id(struct scene *scene, size_t device, struct kc_peer_id *ret)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

	circle_of(scene, device, &circle);
	*ret = circle->identity.id;
	return ret;
}

struct kc_writer_id scene_writer(struct scene *scene, size_t device)
{
	struct kc_peer_id id;

	return kc_circle_writer(scene_id(scene, device, &id));
}

/* --- what a device has --------------------------------------------------------------------------
 */

static void describe_members(const struct kc_circle *circle, struct kc_buf *ret)
{
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];

		kc_buf_printf(ret, "member %02x%02x in %d out %d left %d", m->id.bytes[0],
			m->id.bytes[1], kc_peer_set_has(trust.trusted, i),
			kc_peer_set_has(trust.excluded, i), kc_circle_is_over(m));
		if (i != circle->self)
			kc_buf_printf(ret, " list %" PRIu64 " %02x%02x", m->list ? m->list->seq : 0,
				m->list_id.bytes[0], m->list_id.bytes[1]);
		kc_buf_push_str(ret, "\n");
	}
}

static void describe_keys(const struct kc_circle *circle, struct kc_buf *ret)
{
	const struct kc_held_epoch *held;
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	kc_buf_printf(ret, "circle %" PRIu64 " %02x%02x\n",
		circle->compat.compat ? circle->compat.compat->generation : 0,
		circle->compat.id.bytes[0], circle->compat.id.bytes[1]);
	kc_buf_printf(ret, "account key %" PRIu64 ", %zu pending, %zu user keys\n",
		circle->account_key.seq, circle->pending_key_count, circle->user_key_count);
	for (unsigned view = 1; view < KC_CIRCLE_MAX_VIEWS; view++)
		if (kc_circle_usable_epoch(circle, &trust, view, &held) == KC_OK)
			kc_buf_printf(ret, "view %u: %" PRIu64 " %02x%02x\n", view,
				held->epoch->name.epoch, held->epoch->name.kid[0],
				held->epoch->name.kid[1]);
}

static void describe_items(struct home *home, struct kc_buf *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	char lines[64][128];
	size_t count;

	CHECK_OK_FATAL(words_find(home, GENP, "acct=scene", &found));
	for (count = 0; count < found.count && count < KC_COUNT_OF(lines); count++)
		snprintf(lines[count], sizeof lines[0], "item %s = %.*s\n",
			words_text(&found.rows[count].attrs, "svce"),
			(int)found.rows[count].secret.len,
			(const char *)found.rows[count].secret.data);
	qsort(lines, count, sizeof lines[0], (int (*)(const void *, const void *))strcmp);
	for (size_t i = 0; i < count; i++)
		kc_buf_push_str(ret, lines[i]);
}

static void describe(struct scene *scene, size_t device, struct kc_buf *ret)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

	circle_of(scene, device, &circle);
	describe_members(circle, ret);
	describe_keys(circle, ret);
	describe_items(&scene->house.homes[device], ret);
	CHECK_OK_FATAL(kc_buf_check(ret));
}

/* Without the numbers of lists. */
static void leave_out_lists(struct kc_buf *text)
{
	KC_CLEANUP_BUF struct kc_buf copy = KC_BUF_INIT;

	for (size_t at = 0; at < text->len;) {
		const char *line = (const char *)text->data + at;
		const char *end = memchr(line, '\n', text->len - at);
		const char *list = memmem(line, (size_t)(end - line), " list ", 6);

		kc_buf_push(&copy, line, (size_t)((list ? list : end) - line));
		kc_buf_push_str(&copy, "\n");
		at += (size_t)(end - line) + 1;
	}
	kc_buf_reset(text);
	kc_buf_push(text, copy.data, copy.len);
}

static bool is_as_before(struct scene *scene, size_t device, bool lists, bool wanted)
{
	KC_CLEANUP_BUF struct kc_buf now = KC_BUF_INIT, before = KC_BUF_INIT;
	bool same;

	describe(scene, device, &now);
	kc_buf_push(&before, scene->before[device].data, scene->before[device].len);
	if (!lists) {
		leave_out_lists(&now);
		leave_out_lists(&before);
	}
	same = kc_bytes_equal(kc_buf_bytes(&now), kc_buf_bytes(&before));
	if (same != wanted)
		printf("device %zu had\n%.*sand has\n%.*s", device, (int)before.len,
			(const char *)before.data, (int)now.len, (const char *)now.data);
	return same;
}

bool scene_is_untouched(struct scene *scene, size_t device)
{
	return is_as_before(scene, device, true, true);
}

bool scene_is_unmoved(struct scene *scene, size_t device)
{
	return is_as_before(scene, device, false, true);
}

bool scene_has_heard(struct scene *scene, size_t device)
{
	return !is_as_before(scene, device, true, false) && scene_is_unmoved(scene, device);
}

static void name_item(size_t device, char ret[static 40])
{
	snprintf(ret, 40, "svce=of%zu acct=scene", device);
}

bool scene_has_items(struct scene *scene, size_t device)
{
	for (size_t i = 0; i < scene->house.count; i++) {
		char words[40];

		name_item(i, words);
		if (!words_has_secret(&scene->house.homes[device], GENP, words, "a secret"))
			return false;
	}
	return true;
}

/* --- the scene ----------------------------------------------------------------------------------
 */

void scene_note(struct scene *scene)
{
	for (size_t i = 0; i < scene->house.count; i++) {
		kc_buf_reset(&scene->before[i]);
		describe(scene, i, &scene->before[i]);
	}
}

void scene_init(struct scene *scene, size_t devices)
{
	memset(scene, 0, sizeof *scene);
	house_clock_set(NOW);
	house_init(&scene->house);
	for (size_t i = 1; i < devices; i++)
		house_add(&scene->house, ELDER);
	for (size_t i = 0; i < devices; i++) {
		char name[60], words[80];

		name_item(i, name);
		snprintf(words, sizeof words, "%s sync=#1", name);
		CHECK_OK_FATAL(words_add(&scene->house.homes[i], GENP, words, "a secret"));
	}
	house_settle(&scene->house);
	thief_init(&scene->thief, &scene->house, JUNIOR);
	scene_note(scene);
}

void scene_done(struct scene *scene)
{
	if (scene->saved[0])
		file_remove_tree(scene->saved);
	thief_done(&scene->thief);
	for (size_t i = 0; i < scene->house.count; i++)
		kc_buf_done(&scene->before[i]);
	house_done(&scene->house);
}

void scene_save_store(struct scene *scene)
{
	if (scene->saved[0])
		file_remove_tree(scene->saved);
	snprintf(scene->saved, sizeof scene->saved, "%.56s.saved", scene->house.store);
	house_copy_tree(scene->house.store, scene->saved);
}

void scene_restore_store(struct scene *scene)
{
	CHECK_FATAL(scene->saved[0] != 0);
	file_remove_tree(scene->house.store);
	house_copy_tree(scene->saved, scene->house.store);
}

/* --- exchanges ----------------------------------------------------------------------------------
 */

static void check_counts(const struct kc_sync_report *report, bool waits, bool refuses)
{
	char counts[90];

	snprintf(counts, sizeof counts,
		"%" PRIu64 " waiting, %" PRIu64 " refused, %" PRIu64 " received", report->waiting,
		report->refused, report->received);
	CHECK_MSG((report->waiting > 0) == waits && (report->refused > 0) == refuses &&
			  report->received == 0,
		counts);
}

void scene_refuses(struct scene *scene, size_t device)
{
	struct kc_sync_report report = {0};

	CHECK_OK(house_sync(&scene->house, device, &report));
	check_counts(&report, false, true);
	CHECK(scene_is_untouched(scene, device));
}

void scene_holds(struct scene *scene, size_t device)
{
	struct kc_sync_report report = {0};

	CHECK_OK(house_sync(&scene->house, device, &report));
	check_counts(&report, true, false);
	CHECK(scene_is_untouched(scene, device));
}

void scene_ignores(struct scene *scene, size_t device)
{
	struct kc_sync_report report = {0};

	CHECK_OK(house_sync(&scene->house, device, &report));
	check_counts(&report, false, false);
	CHECK(scene_is_untouched(scene, device));
}

void scene_alarms(struct scene *scene, size_t device, const char *name)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_ERR(kc_keychain_sync_now(scene->house.homes[device].keychain, &report),
		KC_E_STORE_SUSPECT);
	CHECK_MSG(report.alarm && strcmp(report.alarm, name) == 0, name);
	if (report.alarm && strcmp(report.alarm, name) != 0)
		printf("alarm: %s\n", report.alarm);
	CHECK(scene_is_untouched(scene, device));
}

void scene_goes_on(struct scene *scene, size_t device)
{
	static unsigned number;
	char words[60], query[40];

	snprintf(query, sizeof query, "svce=after%u", ++number);
	snprintf(words, sizeof words, "%s acct=after sync=#1", query);
	CHECK_OK_FATAL(words_add(&scene->house.homes[ELDER], GENP, words, "still here"));
	CHECK_OK(house_sync(&scene->house, ELDER, NULL));
	CHECK_OK(house_sync(&scene->house, device, NULL));
	CHECK(words_has_secret(&scene->house.homes[device], GENP, query, "still here"));
	CHECK(scene_has_items(scene, ELDER) && scene_has_items(scene, device));
}

void scene_take_back(struct scene *scene, size_t device)
{
	struct kc_writer_id writer = scene_writer(scene, device);
	char path[HOUSE_PATH_MAX], next[HOUSE_PATH_MAX];
	uint64_t number = 1;

	if (ON_RECORDS)
		return;
	house_path(&scene->house, &writer, number, path);
	for (;;) {
		house_path(&scene->house, &writer, ++number, next);
		if (access(next, F_OK) != 0)
			break;
		memcpy(path, next, sizeof path);
	}
	CHECK_FATAL(unlink(path) == 0);
}

void scene_refuses_in_log(struct scene *scene, size_t device, size_t whose)
{
	scene_refuses(scene, device);
	scene_take_back(scene, whose);
}

void scene_remove(struct scene *scene, size_t by, size_t target, bool with_password)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_peer_id id;

	scene_id(scene, target, &id);
	CHECK_OK_FATAL(kc_keychain_device_remove(scene->house.homes[by].keychain, id.bytes,
		with_password ? kc_bytes_str(HOUSE_PASSWORD) : kc_bytes(NULL, 0), true, 0,
		&report));
}

enum kc_device_standing scene_standing(
	struct scene *scene, size_t asked, const struct kc_peer_id *of)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list list = {0};

	CHECK_OK_FATAL(kc_keychain_devices(scene->house.homes[asked].keychain, &list));
	for (size_t i = 0; i < list.count; i++)
		if (memcmp(list.rows[i].id, of->bytes, sizeof list.rows[i].id) == 0)
			return list.rows[i].standing;
	CHECK_FATAL(false);
	return KC_DEVICE_REMOVED;
}
