/* SPDX-License-Identifier: ISC */
/* The list of access groups. */
#include "keychainapi/Security/item/groups.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define USER_GROUP "user"
#define TOKEN_GROUP "com.apple.token"
#define ALL "*"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct {
	bool is_set;
	char *text; /* a copy: the environment may change */
} list;

/* Once: getenv() in one thread races with setenv() in another. */
static void look_at_environment(void)
{
	const char *value = getenv("KEYCIRCLE_ACCESS_GROUPS");

	list.is_set = value;
	/* Without memory the list is empty, which allows nothing. */
	list.text = value ? strdup(value) : NULL;
}

static const char *text(void)
{
	pthread_once(&once, look_at_environment);
	if (!list.is_set)
		return USER_GROUP;
	return list.text ? list.text : "";
}

/* The next name of the list, without blanks around it; empty ones are none. */
static bool next(const char **at, struct kc_bytes *ret)
{
	while (**at) {
		const char *start = *at + strspn(*at, ", \t"), *end = start + strcspn(start, ",");
		*at = end;
		while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
			end--;
		*ret = kc_bytes(start, (size_t)(end - start));
		if (ret->len > 0)
			return true;
	}
	return false;
}

static bool is_in_list(struct kc_bytes wanted)
{
	const char *at = text();
	struct kc_bytes name;

	while (next(&at, &name))
		if (kc_bytes_equal(name, wanted))
			return true;
	return false;
}

kc_err kc_groups_check(void)
{
	const char *at = text();
	struct kc_bytes name;

	if (strlen(at) + 1 + sizeof TOKEN_GROUP > KC_QUERY_MAX_GROUPS)
		return KC_ERR(TOO_LARGE);
	return next(&at, &name) ? KC_OK : KC_ERR(NOT_ALLOWED);
}

kc_err kc_groups_check_one(struct kc_bytes name)
{
	if (is_in_list(kc_bytes_str(ALL)) || is_in_list(name))
		return KC_OK;
	return kc_bytes_equal(name, kc_bytes_str(TOKEN_GROUP)) ? KC_OK : KC_ERR(NOT_ALLOWED);
}

struct kc_bytes kc_groups_first(void)
{
	const char *at = text();
	struct kc_bytes name = {0};

	if (!list.is_set || !next(&at, &name) || kc_bytes_equal(name, kc_bytes_str(ALL)))
		return kc_bytes(NULL, 0);
	return name;
}

void kc_groups_narrow(struct kc_query *query)
{
	const char *at = text();
	struct kc_bytes name;

	if (is_in_list(kc_bytes_str(ALL)))
		return;
	while (next(&at, &name))
		kc_query_add_group(query, name);
	kc_query_add_group(query, kc_bytes_str(TOKEN_GROUP));
}
