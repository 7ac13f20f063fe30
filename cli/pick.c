/* SPDX-License-Identifier: ISC */
/* One item out of those that a name matches, or the reason why it is not one. */
#include "cli/pick.h"

#include "base/mechanism.h"
#include "cli/attr.h"
#include "cli/visible.h"

static int64_t key_class(const struct kc_found *item)
{
	return kc_attrs_get_number(&item->attrs, KC_ATTR_KEY_CLASS, -1);
}

static bool has_private_half(const struct kc_found_list *list, const struct kc_found *item)
{
	for (size_t i = 0; i < list->count; i++)
		if (kc_item_is_same_key(&list->rows[i], item) &&
			key_class(&list->rows[i]) == KC_KEY_PRIVATE)
			return true;
	return false;
}

void kc_pick_drop_halves(struct kc_found_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct kc_found item = list->rows[i];
		if (item.class == KC_CLASS_KEY && key_class(&item) == KC_KEY_PUBLIC &&
			has_private_half(list, &item))
			kc_found_done(&list->rows[i]);
		else
			list->rows[kept++] = item;
	}
	list->count = kept;
}

void kc_pick_tell_count(struct kc_run *run, struct kc_found_list *list)
{
	kc_pick_drop_halves(list);
	kc_facts_print(&run->facts, KC_FACT_HOW_MANY, "%zu item%s", list->count,
		list->count == 1 ? "" : "s");
}

static int compare(const void *a, const void *b)
{
	const struct kc_found *left = a, *right = b;
	int order = kc_bytes_compare(kc_item_name(left), kc_item_name(right));

	if (order == 0)
		order = kc_bytes_compare(kc_item_user(left), kc_item_user(right));
	if (order == 0)
		order = (left->id > right->id) - (left->id < right->id);
	return order;
}

void kc_pick_sort(struct kc_found_list *list)
{
	if (list->count > 1)
		qsort(list->rows, list->count, sizeof *list->rows, compare);
}

bool kc_pick_are_twins(const struct kc_found *a, const struct kc_found *b)
{
	return kc_item_is_same_place(a, b) && kc_item_is_synced(a) != kc_item_is_synced(b);
}

/* Halves of one key, of which one may have been marked alone. */
static bool are_one(const struct kc_found *a, const struct kc_found *b)
{
	return kc_item_is_same_key(a, b) &&
	       (key_class(a) != key_class(b) || kc_item_is_synced(a) == kc_item_is_synced(b));
}

/* They have neither users nor addresses that a command could name. */
static bool are_keys_of_a_name(const struct kc_found *a, const struct kc_found *b)
{
	return a->class == KC_CLASS_KEY && b->class == KC_CLASS_KEY &&
	       kc_bytes_equal(kc_item_name(a), kc_item_name(b));
}

void kc_pick_tell_twins(struct kc_run *run)
{
	kc_facts_set_str(&run->facts, KC_FACT_HOW_MANY, "2 items");
	kc_facts_set(&run->facts, KC_FACT_LOCAL_TWIN, kc_facts_get(&run->facts, KC_FACT_NAME));
}

static void tell_ambiguous(struct kc_run *run, const struct kc_found_list *list)
{
	static const struct kc_look nowhere = {.utf8 = true};
	KC_CLEANUP_BUF struct kc_buf users = KC_BUF_INIT, places = KC_BUF_INIT;
	bool users_differ = true, are_twins = true;

	for (size_t i = 0; i < list->count; i++) {
		KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
		are_twins = are_twins && are_keys_of_a_name(&list->rows[0], &list->rows[i]);
		struct kc_bytes user = kc_item_user(&list->rows[i]);
		for (size_t j = 0; j < i; j++)
			if (kc_bytes_equal(user, kc_item_user(&list->rows[j])))
				users_differ = false;
		if (i) {
			kc_buf_push_str(&users, ", ");
			kc_buf_push_str(&places, ", ");
		}
		kc_visible_push(&users, user, &nowhere);
		kc_item_push_place(&place, &list->rows[i]);
		kc_buf_printf(&places, "%s ", kc_item_word(&list->rows[i]));
		kc_visible_push(&places, kc_buf_bytes(&place), &nowhere);
	}
	kc_facts_print(&run->facts, KC_FACT_HOW_MANY, "%zu items", list->count);
	kc_facts_set(&run->facts, KC_FACT_PLACES, kc_buf_bytes(&places));
	if (users_differ)
		kc_facts_set(&run->facts, KC_FACT_USERS, kc_buf_bytes(&users));
	if (are_twins)
		kc_facts_set(&run->facts, KC_FACT_TWINS, kc_item_name(&list->rows[0]));
}

/* The row to put first: the private half of a key. */
static size_t first_of(const struct kc_found_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].class != KC_CLASS_KEY ||
			key_class(&list->rows[i]) != KC_KEY_PUBLIC)
			return i;
	return 0;
}

kc_err kc_pick_one(struct kc_run *run, const struct kc_find *find, struct kc_found_list *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list all = KC_FOUND_LIST_INIT;
	struct kc_found row;
	size_t first;

	KC_TRY(kc_find_all(run, find, &all));
	kc_pick_sort(&all);
	for (size_t i = 1; i < all.count; i++) {
		if (are_one(&all.rows[0], &all.rows[i]))
			continue;
		kc_pick_drop_halves(&all);
		tell_ambiguous(run, &all);
		if (all.count == 2 && kc_pick_are_twins(&all.rows[0], &all.rows[1]))
			kc_pick_tell_twins(run);
		return KC_ERR(AMBIGUOUS);
	}
	first = first_of(&all);
	row = all.rows[0];
	all.rows[0] = all.rows[first];
	all.rows[first] = row;
	kc_found_list_done(ret);
	*ret = all;
	all = (struct kc_found_list)KC_FOUND_LIST_INIT;
	return KC_OK;
}
