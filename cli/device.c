/* SPDX-License-Identifier: ISC */
/* Rows of the list of devices: how they read, and which of them is meant. */
#include "cli/device.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/json.h"

#define LEAST_DIGITS 4

static const char *const standings[] = {
	[KC_DEVICE_MEMBER] = "member",
	[KC_DEVICE_REMOVED] = "removed",
	[KC_DEVICE_STALE] = "stale",
	[KC_DEVICE_RETIRED] = "left",
	[KC_DEVICE_WAITING] = "waiting",
};

const char *kc_device_standing(const struct kc_device *device)
{
	return standings[device->standing];
}

bool kc_device_is_in(const struct kc_device *device)
{
	return device->standing != KC_DEVICE_REMOVED && device->standing != KC_DEVICE_RETIRED;
}

size_t kc_device_count_in(const struct kc_device_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += kc_device_is_in(&list->rows[i]);
	return count;
}

static void push_hex(struct kc_buf *out, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		kc_buf_printf(out, "%02x", data[i]);
}

void kc_device_push_number(struct kc_buf *out, const struct kc_device *device)
{
	push_hex(out, device->id, KC_DEVICE_SHOWN_LEN);
}

void kc_device_add_number(
	char name[static KC_DEVICE_NAME_MAX + 1], const uint8_t id[static KC_DEVICE_ID_LEN])
{
	KC_CLEANUP_BUF struct kc_buf number = KC_BUF_INIT;
	size_t len = strlen(name);

	kc_buf_push_str(&number, " (");
	push_hex(&number, id, KC_DEVICE_SHOWN_LEN);
	kc_buf_push_byte(&number, ')');
	if (kc_buf_text(&number) && len + number.len <= KC_DEVICE_NAME_MAX)
		memcpy(name + len, kc_buf_text(&number), number.len + 1);
}

static bool has_twin(const struct kc_device_list *list, const struct kc_device *device)
{
	for (size_t i = 0; i < list->count; i++)
		if (&list->rows[i] != device && kc_device_is_in(&list->rows[i]) &&
			strcmp(list->rows[i].name, device->name) == 0)
			return true;
	return false;
}

void kc_device_tell_apart(struct kc_device_list *list)
{
	KC_CLEANUP_FREE bool *twins = calloc(list->count ? list->count : 1, sizeof *twins);

	for (size_t i = 0; twins && i < list->count; i++)
		twins[i] = kc_device_is_in(&list->rows[i]) && has_twin(list, &list->rows[i]);
	for (size_t i = 0; twins && i < list->count; i++)
		if (twins[i])
			kc_device_add_number(list->rows[i].name, list->rows[i].id);
}

static json_t *name_json(const char *name)
{
	return name[0] ? kc_json_text(kc_bytes_str(name)) : json_null();
}

json_t *kc_device_id_json(const uint8_t id[static KC_DEVICE_ID_LEN])
{
	KC_CLEANUP_BUF struct kc_buf hex = KC_BUF_INIT;

	push_hex(&hex, id, KC_DEVICE_ID_LEN);
	return kc_json_text(kc_buf_bytes(&hex));
}

json_t *kc_device_json(const struct kc_device *device)
{
	json_t *object = json_object();

	kc_json_set(object, "id", kc_device_id_json(device->id));
	kc_json_set(object, "name", kc_json_text(kc_bytes_str(device->name)));
	kc_json_set(object, "this", json_boolean(device->is_this));
	kc_json_set(object, "added", kc_json_ms(device->added_ms));
	kc_json_set(object, "added_by", name_json(device->added_by));
	kc_json_set(object, "added_by_removed", json_boolean(device->by_removed));
	kc_json_set(object, "last_seen", kc_json_ms(device->last_seen_ms));
	kc_json_set(object, "entry", json_integer((json_int_t)device->entry));
	kc_json_set(object, "status", json_string(kc_device_standing(device)));
	kc_json_set(object, "removed", kc_json_ms(device->removed_ms));
	kc_json_set(object, "removed_by", name_json(device->removed_by));
	kc_json_set(object, "lost", json_boolean(device->lost));
	kc_json_set(object, "forged", json_boolean(device->forged));
	return object;
}

/* --- which is meant -----------------------------------------------------------------------------
 */

static bool has_name(const struct kc_device *device, const char *word)
{
	return strcmp(device->name, word) == 0;
}

static bool begins_number(const struct kc_device *device, const char *word)
{
	KC_CLEANUP_BUF struct kc_buf id = KC_BUF_INIT;
	size_t len = strlen(word);

	push_hex(&id, device->id, sizeof device->id);
	return kc_buf_text(&id) && len && len <= id.len &&
	       strncasecmp(kc_buf_text(&id), word, len) == 0;
}

static bool has_number(const struct kc_device *device, const char *word)
{
	return strlen(word) >= LEAST_DIGITS && begins_number(device, word);
}

/* Too few digits to name one. */
static bool begins_a_number(const struct kc_device_list *list, const char *word)
{
	for (size_t i = 0; i < list->count; i++)
		if (begins_number(&list->rows[i], word))
			return true;
	return false;
}

struct search {
	bool (*fits)(const struct kc_device *device, const char *word);
	bool only_in;
	const struct kc_device *found; /* the last */
	size_t count;
};

static void search(struct search *search, const struct kc_device_list *list, const char *word)
{
	search->count = 0;
	for (size_t i = 0; i < list->count; i++) {
		const struct kc_device *device = &list->rows[i];

		if (!search->fits(device, word) || (search->only_in && !kc_device_is_in(device)))
			continue;
		search->found = device;
		search->count++;
	}
}

static void tell_twins(struct kc_run *run, const struct search *search,
	const struct kc_device_list *list, const char *word)
{
	KC_CLEANUP_BUF struct kc_buf numbers = KC_BUF_INIT;

	for (size_t i = 0; i < list->count; i++) {
		const struct kc_device *device = &list->rows[i];

		if (!search->fits(device, word) || (search->only_in && !kc_device_is_in(device)))
			continue;
		if (numbers.len)
			kc_buf_push_str(&numbers, ", ");
		push_hex(&numbers, device->id, 2 * KC_DEVICE_SHOWN_LEN);
		kc_buf_printf(&numbers, " (%s)", kc_device_standing(device));
	}
	kc_facts_set_str(&run->facts, KC_FACT_TWIN_DEVICES, word);
	kc_facts_set(&run->facts, KC_FACT_NUMBERS, kc_buf_bytes(&numbers));
	kc_facts_print(&run->facts, KC_FACT_HOW_MANY, "%zu devices", search->count);
}

kc_err kc_device_find(struct kc_run *run, const struct kc_device_list *list, const char *word,
	const struct kc_device **ret)
{
	struct search searches[] = {{has_name, true, NULL, 0}, {has_name, false, NULL, 0},
		{has_number, false, NULL, 0}};

	for (size_t i = 0; i < KC_COUNT_OF(searches); i++) {
		search(&searches[i], list, word);
		if (searches[i].count > 1) {
			tell_twins(run, &searches[i], list, word);
			return KC_ERR(AMBIGUOUS);
		}
		if (searches[i].count == 1) {
			*ret = searches[i].found;
			kc_facts_set_str(&run->facts, KC_FACT_DEVICE, (*ret)->name);
			return KC_OK;
		}
	}
	kc_facts_set_str(&run->facts,
		begins_a_number(list, word) ? KC_FACT_SHORT_NUMBER : KC_FACT_NO_DEVICE, word);
	return KC_ERR(NOT_FOUND);
}
