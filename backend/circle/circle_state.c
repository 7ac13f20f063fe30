/* SPDX-License-Identifier: ISC */
/*
 * The circle in parts, for the device's own sealed storage (CirclePart of doc/keycircle.asn1).
 *
 * Every field is named once, for both ways: a new one is a line in the function of its part, a new
 * part is a row of the table. A part holds a few rows of one kind, so that none grows without
 * bound, and one that nothing happened to comes out as it was.
 *
 * Nothing is verified again on the way back: it was before it came in, and the seal says that it is
 * ours.
 */
#include "backend/circle/circle_state.h"

#include <stdio.h>
#include <string.h>

/* --- how many rows there are --------------------------------------------------------------------
 */

static size_t count_one(const struct kc_circle *circle)
{
	(void)circle;
	return 1;
}

static size_t count_user_keys(const struct kc_circle *circle)
{
	return circle->user_key_count;
}

static size_t count_passwords(const struct kc_circle *circle)
{
	return circle->password_count;
}

static size_t count_pending_keys(const struct kc_circle *circle)
{
	return circle->pending_key_count;
}

static size_t count_members(const struct kc_circle *circle)
{
	return circle->member_count;
}

static size_t count_vouchers(const struct kc_circle *circle)
{
	return circle->voucher_count;
}

static size_t count_own_lists(const struct kc_circle *circle)
{
	return circle->own_lists.len / sizeof(struct kc_record_id);
}

static size_t count_own_keys(const struct kc_circle *circle)
{
	return circle->own_key_count;
}

static size_t count_epochs(const struct kc_circle *circle)
{
	return circle->epoch_count;
}

static size_t count_gifts(const struct kc_circle *circle)
{
	return circle->gift_count;
}

static size_t count_segments(const struct kc_circle *circle)
{
	return circle->segment_count;
}

static size_t count_views(const struct kc_circle *circle)
{
	(void)circle;
	return KC_CIRCLE_MAX_VIEWS;
}

/* --- parts --------------------------------------------------------------------------------------
 */

/* clang-format off */
static const struct kind {
	const char *name;
	size_t rows; /* of one part */
	bool while_unlocked;
	size_t (*count)(const struct kc_circle *circle);
	kc_err (*code)(struct kc_coder *c, struct kc_circle *circle, size_t number);
} kinds[] = {
	{"account",    1, false, count_one,       kc_circle_code_account},
	{"user-keys", 16, false, count_user_keys, kc_circle_code_user_key},
	{"passwords",  8, false, count_passwords, kc_circle_code_password},
	{"pending",    8, false, count_pending_keys, kc_circle_code_pending_key},
	{"compat",     1, false, count_one,       kc_circle_code_compat},
	{"course",     1, false, count_one,       kc_circle_code_course},
	{"members",    1, false, count_members,   kc_circle_code_member},
	{"vouchers",  32, false, count_vouchers,  kc_circle_code_voucher},
	{"own-lists", KC_CIRCLE_OWN_LISTS_STEP, false, count_own_lists, kc_circle_code_own_list},
	{"own-keys",   8, false, count_own_keys,  kc_circle_code_own_key},
	{"epochs",    16, false, count_epochs,    kc_circle_code_epoch},
	{"gifts",     64, false, count_gifts,     kc_circle_code_gift},
	{"views",      1, false, count_views,     kc_circle_code_view_state},
	{"segments",   1, false, count_segments,  kc_circle_code_segment},
	{"queue",      1, false, count_one,       kc_circle_code_queue},
	{"keys",       1, true,  count_one,       kc_circle_code_locked_away},
};
/* clang-format on */

static size_t parts_of(const struct kind *kind, const struct kc_circle *circle)
{
	return (kind->count(circle) + kind->rows - 1) / kind->rows;
}

static kc_err save_part(struct kc_circle *circle, const struct kind *kind, size_t number,
	struct kc_circle_parts *parts)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	struct kc_coder c = {.loads = false};
	size_t count = kind->count(circle), first = number * kind->rows;
	char name[KC_CIRCLE_PART_NAME_MAX];

	kc_der_writer_init(&c.w, &value);
	kc_coder_begin(&c);
	for (size_t i = first; i < count && i < first + kind->rows; i++) {
		kc_coder_begin(&c);
		KC_TRY(kind->code(&c, circle, i));
		kc_coder_end(&c);
	}
	kc_coder_end(&c);
	KC_TRY(kc_der_writer_check(&c.w));
	snprintf(name, sizeof name, "%s/%zu", kind->name, number);
	return kc_circle_parts_add(parts, kc_bytes_str(name), kind->while_unlocked, &value);
}

kc_err kc_circle_save(struct kc_circle *circle, struct kc_circle_parts *ret)
{
	KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts parts = {0};

	for (const struct kind *kind = kinds; kind < kinds + KC_COUNT_OF(kinds); kind++) {
		if (kind->while_unlocked && kc_circle_is_locked(circle))
			continue;
		for (size_t i = 0; i < parts_of(kind, circle); i++)
			KC_TRY(save_part(circle, kind, i, &parts));
	}
	kc_circle_parts_done(ret);
	*ret = parts;
	parts = (struct kc_circle_parts){0};
	return KC_OK;
}

static kc_err load_part(
	struct kc_circle *circle, const struct kind *kind, const struct kc_circle_part *part)
{
	struct kc_coder c = {.loads = true};
	char expected[KC_CIRCLE_PART_NAME_MAX];
	size_t number = (size_t)strtoul(part->name + strlen(kind->name) + 1, NULL, 10);

	snprintf(expected, sizeof expected, "%s/%zu", kind->name, number);
	if (strcmp(expected, part->name) != 0)
		return KC_ERR(CORRUPT);
	kc_der_reader_init(&c.r[0], kc_buf_bytes(&part->value));
	kc_coder_begin(&c);
	for (size_t i = 0; i < kind->rows && kc_der_more(kc_coder_reader(&c)); i++) {
		if (number * kind->rows + i > kind->count(circle))
			return KC_ERR(CORRUPT); /* one before it is missing */
		kc_coder_begin(&c);
		KC_TRY(kind->code(&c, circle, number * kind->rows + i));
		kc_coder_end(&c);
	}
	kc_coder_end(&c);
	return kc_der_reader_finish(&c.r[0]);
}

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++) {
		size_t len = strlen(kinds[i].name);

		if (strncmp(name, kinds[i].name, len) == 0 && name[len] == '/')
			return &kinds[i];
	}
	return NULL;
}

/* Whether these are all the parts of what came of them. */
static bool is_whole(const struct kc_circle *circle, const struct kc_circle_parts *parts)
{
	size_t expected = 0;

	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++)
		if (!kinds[i].while_unlocked || !kc_circle_is_locked(circle))
			expected += parts_of(&kinds[i], circle);
	return circle->member_count > 0 && parts->count == expected;
}

static kc_err load_all(struct kc_circle *circle, const struct kc_circle_parts *parts)
{
	for (size_t i = 0; i < parts->count; i++) {
		const struct kind *kind = find_kind(parts->rows[i].name);

		if (!kind)
			return KC_ERR(CORRUPT);
		KC_TRY(load_part(circle, kind, &parts->rows[i]));
	}
	return is_whole(circle, parts) ? kc_circle_complete_keys(circle) : KC_ERR(CORRUPT);
}

kc_err kc_circle_load(const struct kc_circle_parts *parts, struct kc_circle **ret)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	kc_err err;

	KC_TRY(kc_circle_new(&circle));
	err = load_all(circle, parts);
	if (err == KC_E_NO_MEMORY)
		return err;
	if (err != KC_OK)
		return KC_ERR(CORRUPT);
	*ret = circle;
	circle = NULL;
	return KC_OK;
}
