/* SPDX-License-Identifier: ISC */
/* The family with a store of records, in memory and evil. */
#include <string.h>

#include "tests/circle/family.h"
#include "tests/evilstore/evil_house.h"

#define FROZEN_WORLD 1
#define SESSION_NAME_LEN 49 /* a writer and a number */

static void begin(struct house *house)
{
	evil_house_init(house, KC_LAYOUT_RECORDS, 1);
}

static void call(struct house *house, size_t number)
{
	evil_url((unsigned)number, house->url);
}

bool family_is_no_cell(const char *name)
{
	return strcmp(name, "marker") == 0 || (strlen(name) == SESSION_NAME_LEN && name[32] == '-');
}

/* Pairing goes on. */
static bool is_no_cell(void *context, const char *name, struct kc_buf *value)
{
	(void)context, (void)value;
	return family_is_no_cell(name);
}

/* The feed is silent, so that nothing of it counts as read. */
static void hide(struct house *house, const struct kc_circle *circle, bool hide)
{
	(void)house, (void)circle;
	evil_house_mute();
	if (!hide)
		return;
	evil_add(&(struct evil_rule){EVIL_SILENT, .devices = 1u << FAMILY_NEWCOMER});
	evil_add(&(struct evil_rule){
		EVIL_CHANGE, .devices = 1u << FAMILY_NEWCOMER, .change = is_no_cell});
}

static void keep(struct family *family)
{
	(void)family;
	evil_house_save(FROZEN_WORLD);
}

static void put_back(struct family *family)
{
	(void)family;
	evil_house_mute();
	evil_house_roll_back(FROZEN_WORLD);
}

/* That there are items is said by its sponsor, and that they are missing by the roots. */
const struct family_store family_in_records = {
	.begin = begin,
	.done = evil_house_done,
	.call = call,
	.hide = hide,
	.unseeing = KC_E_STORE_SUSPECT,
	.keep = keep,
	.put_back = put_back,
};
