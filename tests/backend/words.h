/* SPDX-License-Identifier: ISC */
/* Short words for items and queries, so that tests read as what they do. */
#ifndef KC_TESTS_BACKEND_WORDS_H
#define KC_TESTS_BACKEND_WORDS_H

#include "tests/backend/home.h"

/* Attributes from text: "svce=mail acct=ada port=#80 sync=#1". A value after '#' is a number, after
 * '!' a truth value, after '@' a date, after '%' bytes in hex; anything else is text up to the next
 * blank. */
void words_attrs(struct kc_attrs *attrs, const char *text);

/* Adds an item of the class with these attributes; secret may be NULL. */
KC_MUST kc_err words_add(struct home *home, kc_name class, const char *attrs, const char *secret);
KC_MUST kc_err words_add_as(struct home *home, const struct kc_caller *caller, kc_name class,
	const char *attrs, const char *secret, struct kc_found *ret);
/* Finds with everything wanted; sync Any unless the attributes say otherwise. */
KC_MUST kc_err words_find(
	struct home *home, kc_name class, const char *attrs, struct kc_found_list *ret);
KC_MUST kc_err words_find_as(struct home *home, const struct kc_caller *caller, kc_name class,
	const char *attrs, struct kc_found_list *ret);
/* How many are found; 0 for NOT_FOUND. Another failure fails the test. */
size_t words_count(struct home *home, kc_name class, const char *attrs);
KC_MUST kc_err words_update(struct home *home, kc_name class, const char *query,
	const char *changes, const char *secret);
KC_MUST kc_err words_delete(struct home *home, kc_name class, const char *query);
/* A query from text, for tests that set more of it. */
void words_query(kc_name class, const char *attrs, struct kc_query *ret);
KC_MUST kc_err words_delete_use(
	struct home *home, kc_name class, const char *query, enum kc_tomb_use use);

/* Where the page ended that found is. */
struct kc_page_end words_page_end(const struct kc_found_list *found);
/* Whether the one item that is found has this secret. */
bool words_has_secret(struct home *home, kc_name class, const char *query, const char *secret);
/* The text of an attribute, "" when absent; valid while attrs is. */
const char *words_text(const struct kc_attrs *attrs, const char *name);

#endif
