/* SPDX-License-Identifier: ISC */
/*
 * Each allocation fails once while a message is read: it is said that there is no memory, and never
 * that what was read is damaged.
 *
 * malloc() and realloc() of this program fail on demand (ld's --wrap).
 */
#include <stdlib.h>

#include "base/query.h"
#include "tests/check.h"

#define ACCT KC_NAME('a', 'c', 'c', 't')

static unsigned allocations; /* since it was last set to 0 */
static unsigned failing;     /* the one that fails, from 1; 0 for none */

void *__real_malloc(size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
	return ++allocations == failing ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return ++allocations == failing ? NULL : __real_realloc(old, size);
}

static kc_err read_query(struct kc_bytes message)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	struct kc_der_reader r;

	kc_der_reader_init(&r, message);
	kc_query_pull(&r, &query);
	return kc_der_reader_finish(&r);
}

static kc_err read_found(struct kc_bytes message)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list list = KC_FOUND_LIST_INIT;
	struct kc_der_reader r;

	kc_der_reader_init(&r, message);
	kc_found_list_pull(&r, &list);
	return kc_der_reader_finish(&r);
}

static void fail_each(kc_err (*read)(struct kc_bytes), const struct kc_buf *message)
{
	unsigned count;

	failing = 0;
	allocations = 0;
	CHECK_OK(read(kc_buf_bytes(message)));
	count = allocations;
	CHECK(count > 1);
	for (unsigned i = 1; i <= count; i++) {
		kc_err err;
		allocations = 0;
		failing = i;
		err = read(kc_buf_bytes(message));
		failing = 0;
		CHECK_ERR(err, KC_E_NO_MEMORY);
	}
}

static void queries(void)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_attrs_set_str(&query.attrs, ACCT, "ana");
	kc_buf_push(&query.refs, "0123456789abcdef", KC_PERSISTENT_REF_LEN);
	kc_buf_push(&query.groups, "user", sizeof "user");
	kc_der_writer_init(&w, &out);
	kc_query_put(&w, &query);
	CHECK_OK_FATAL(kc_der_writer_check(&w));
	fail_each(read_query, &out);
}

static void found_items(void)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list list = KC_FOUND_LIST_INIT;
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	struct kc_der_writer w;

	for (uint64_t i = 0; i < 20; i++) {
		struct kc_found found = {.class = KC_CLASS_GENERIC, .id = i, .version = 1};
		found.has_secret = true;
		CHECK_OK(kc_secret_set(&found.secret, kc_bytes_str("secret")));
		kc_attrs_set_str(&found.attrs, ACCT, "ana");
		CHECK_OK(kc_found_list_take(&list, &found));
	}
	kc_der_writer_init(&w, &out);
	kc_found_list_put(&w, &list);
	CHECK_OK_FATAL(kc_der_writer_check(&w));
	fail_each(read_found, &out);
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(queries), CHECK_TEST(found_items)};

	return check_main("base/no_memory", tests, KC_COUNT_OF(tests));
}
