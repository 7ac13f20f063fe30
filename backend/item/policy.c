/* SPDX-License-Identifier: ISC */
/* The policy table. The first row that matches decides. */
#include "backend/item/policy.h"

#include <string.h>
#include <strings.h>

#define ANY_CLASS KC_IN_ALL
#define SECRETS (KC_IN_GENERIC | KC_IN_INTERNET)

/* clang-format off */
static const char *const view_names[KC_VIEW_COUNT] = {
	[KC_VIEW_NEVER]     = "never",
	[KC_VIEW_PASSWORDS] = "passwords",
	[KC_VIEW_WIFI]      = "wifi",
	[KC_VIEW_CARDS]     = "cards",
	[KC_VIEW_HOME]      = "home",
	[KC_VIEW_KEYS]      = "keys",
	[KC_VIEW_APPS]      = "apps",
	[KC_VIEW_OTHER]     = "other",
};

/* A pattern is the whole value, or its beginning when it ends in a star. Before this table a hint
 * that is the name of a view decides. */
static const struct rule {
	unsigned classes;
	kc_name attr;
	const char *pattern;
	enum kc_view view;
} rules[] = {
	{ANY_CLASS,          KC_ATTR_VWHT, "ContinuityUnlock", KC_VIEW_NEVER},
	{ANY_CLASS,          KC_ATTR_VWHT, "HomeKit",          KC_VIEW_NEVER},
	{ANY_CLASS,          KC_ATTR_VWHT, "AppleTV",          KC_VIEW_NEVER},
	{KC_IN_GENERIC,      KC_ATTR_SVCE, "AirPort",          KC_VIEW_WIFI},
	{ANY_CLASS,          KC_ATTR_AGRP, "wifi",             KC_VIEW_WIFI},
	{ANY_CLASS,          KC_ATTR_AGRP, "cards",            KC_VIEW_CARDS},
	{ANY_CLASS,          KC_ATTR_AGRP, "home*",            KC_VIEW_HOME},
	{KC_IN_CERTIFICATE,  0,         "*",                KC_VIEW_KEYS},
	{KC_IN_KEY,          0,         "*",                KC_VIEW_KEYS},
	{ANY_CLASS,          KC_ATTR_AGRP, "flatpak.*",        KC_VIEW_APPS},
	{ANY_CLASS,          KC_ATTR_AGRP, "snap.*",           KC_VIEW_APPS},
	{SECRETS,            KC_ATTR_AGRP, "user",             KC_VIEW_PASSWORDS},
	{ANY_CLASS,          0,         "*",                KC_VIEW_OTHER},
};
/* clang-format on */

static bool matches(struct kc_bytes value, const char *pattern)
{
	size_t len = strlen(pattern);

	if (len && pattern[len - 1] == '*')
		return value.len >= len - 1 &&
		       kc_bytes_equal(kc_bytes(value.data, len - 1), kc_bytes(pattern, len - 1));
	return kc_bytes_equal(value, kc_bytes_str(pattern));
}

/* The view whose name the hint is, whatever its case; VIEW_NEVER when there is none. */
static enum kc_view hinted(struct kc_bytes hint)
{
	for (unsigned i = KC_VIEW_NEVER + 1; i < KC_VIEW_COUNT; i++)
		if (strlen(view_names[i]) == hint.len &&
			strncasecmp(view_names[i], (const char *)hint.data, hint.len) == 0)
			return (enum kc_view)i;
	return KC_VIEW_NEVER;
}

enum kc_view kc_policy_view(const struct kc_item *item)
{
	uint8_t bit = kc_ruler_class_bit(item->class);
	enum kc_view view;

	if (!item->sync || kc_protection_is_bound(item->protection) ||
		kc_attrs_get_bytes(&item->attrs, KC_ATTR_TKID).len ||
		kc_attrs_get_bytes(&item->attrs, KC_ATTR_GGRP).len)
		return KC_VIEW_NEVER;
	view = hinted(kc_attrs_get_bytes(&item->attrs, KC_ATTR_VWHT));
	if (view != KC_VIEW_NEVER)
		return view;
	for (size_t i = 0; i < KC_COUNT_OF(rules); i++)
		if ((rules[i].classes & bit) &&
			matches(kc_attrs_get_bytes(&item->attrs, rules[i].attr), rules[i].pattern))
			return rules[i].view;
	return KC_VIEW_OTHER;
}

const char *kc_policy_view_name(enum kc_view view)
{
	return view_names[view];
}
