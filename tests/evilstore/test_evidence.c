/* SPDX-License-Identifier: ISC */
/* Evidence (doc/protocol.md 18): what is kept, in which room, and the file that is handed on. */
#include <string.h>

#include "backend/circle/record/evidence.h"
#include "tests/check.h"

/* A case whose bytes tell it from others. */
static struct kc_evidence make(enum kc_evidence_kind kind, uint64_t *number)
{
	return (struct kc_evidence){.kind = kind,
		.time_ms = 1000 + *number,
		.known = *number,
		.here = kc_bytes((const uint8_t *)number, sizeof *number)};
}

static void add(struct kc_evidence_list *list, enum kc_evidence_kind kind, uint64_t number)
{
	struct kc_evidence evidence = make(kind, &number);
	bool added;

	CHECK_OK(kc_evidence_add(list, &evidence, &added));
	CHECK(added);
}

static size_t count(const struct kc_evidence_list *list, enum kc_evidence_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct kc_evidence evidence;

		CHECK_OK(kc_evidence_get(list, i, &evidence));
		count += evidence.kind == kind;
	}
	return count;
}

static void the_same_is_kept_once(void)
{
	KC_CLEANUP_EVIDENCE_LIST struct kc_evidence_list list = {.count = 0};
	uint64_t number = 7;
	struct kc_evidence evidence = make(KC_EVIDENCE_OLD_LIST, &number);
	bool added;

	add(&list, KC_EVIDENCE_OLD_LIST, 7);
	evidence.time_ms += 5000;
	CHECK_OK(kc_evidence_add(&list, &evidence, &added));
	CHECK(!added && list.count == 1);
	evidence.shown = 1;
	CHECK_OK(kc_evidence_add(&list, &evidence, &added));
	CHECK(added && list.count == 2);
}

/* However many there are of one kind, the one of another stays. */
static void no_kind_drives_out_another(void)
{
	KC_CLEANUP_EVIDENCE_LIST struct kc_evidence_list list = {.count = 0};
	struct kc_evidence last;

	add(&list, KC_EVIDENCE_TWO_LISTS, 1);
	for (uint64_t i = 0; i < 3 * KC_EVIDENCE_MOST; i++)
		add(&list, KC_EVIDENCE_OLD_LIST, i);
	CHECK(list.count == KC_EVIDENCE_MOST);
	CHECK(count(&list, KC_EVIDENCE_TWO_LISTS) == 1);
	CHECK_OK(kc_evidence_get(&list, list.count - 1, &last));
	CHECK(last.known == 3 * KC_EVIDENCE_MOST - 1);
}

static void bytes_are_bounded(void)
{
	KC_CLEANUP_EVIDENCE_LIST struct kc_evidence_list list = {.count = 0};
	KC_CLEANUP_BUF struct kc_buf large = KC_BUF_INIT, saved = KC_BUF_INIT;
	struct kc_evidence evidence = {.kind = KC_EVIDENCE_FORGED_ITEM};
	bool added;

	kc_buf_extend(&large, KC_EVIDENCE_MOST_LEN);
	CHECK_OK_FATAL(kc_buf_check(&large));
	memset(large.data, 1, large.len);
	add(&list, KC_EVIDENCE_TWO_LISTS, 1);
	evidence.came = kc_bytes(large.data, large.len);
	CHECK_OK(kc_evidence_add(&list, &evidence, &added)); /* for all room too large */
	CHECK(!added && list.count == 1);
	evidence.came = kc_bytes(large.data, large.len / 4);
	for (uint64_t i = 0; i < 10; i++) {
		evidence.known = i;
		CHECK_OK(kc_evidence_add(&list, &evidence, &added));
		CHECK(added);
	}
	CHECK_OK(kc_evidence_put(&list, &saved));
	CHECK(saved.len <= KC_EVIDENCE_MOST_LEN + 1024);
	CHECK(count(&list, KC_EVIDENCE_TWO_LISTS) == 1);
}

static void round_trip(void)
{
	KC_CLEANUP_EVIDENCE_LIST struct kc_evidence_list list = {.count = 0}, back = {.count = 0};
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT, again = KC_BUF_INIT;

	for (enum kc_evidence_kind kind = KC_EVIDENCE_TWO_LISTS; kind < KC_EVIDENCE_KINDS; kind++) {
		add(&list, kind, kind);
		CHECK(kc_evidence_name(kind) != NULL);
	}
	CHECK_OK(kc_evidence_put(&list, &saved));
	CHECK_OK(kc_evidence_pull(kc_buf_bytes(&saved), &back));
	CHECK_OK(kc_evidence_put(&back, &again));
	CHECK(kc_bytes_equal(kc_buf_bytes(&saved), kc_buf_bytes(&again)));
	for (size_t len = 0; len < saved.len; len++)
		CHECK(kc_evidence_pull(kc_bytes(saved.data, len), &back) != KC_OK);
	/* What parses with a bit flipped is the same again when it is built. */
	for (size_t at = 0; at < 8 * saved.len; at++) {
		KC_CLEANUP_EVIDENCE_LIST struct kc_evidence_list other = {.count = 0};

		saved.data[at / 8] ^= (uint8_t)(1 << at % 8);
		if (kc_evidence_pull(kc_buf_bytes(&saved), &other) == KC_OK) {
			kc_buf_reset(&again);
			CHECK_OK(kc_evidence_put(&other, &again));
			CHECK(kc_bytes_equal(kc_buf_bytes(&saved), kc_buf_bytes(&again)));
		}
		saved.data[at / 8] ^= (uint8_t)(1 << at % 8);
	}
}

/* --- the file -----------------------------------------------------------------------------------
 */

/* A device with two lists of number 2, and one of number 3 behind the first, of an account. */
struct author {
	struct kc_identity identity;
	struct kc_account_id account;
	struct kc_buf permanent, first, second, third;
};

static void author_done(struct author *author)
{
	kc_identity_done(&author->identity);
	kc_buf_done(&author->permanent);
	kc_buf_done(&author->first);
	kc_buf_done(&author->second);
	kc_buf_done(&author->third);
}
#define CLEANUP_AUTHOR KC_CLEANUP(author_done)

/* before: the list that it follows; an empty one: of that nobody asks. */
static void say(struct author *author, uint64_t seq, uint64_t time_ms, const struct kc_buf *before,
	struct kc_buf *ret)
{
	KC_CLEANUP_FREE struct kc_list *list = calloc(1, sizeof *list);
	KC_CLEANUP_FREE struct kc_list *parsed = malloc(sizeof *parsed);

	CHECK_FATAL(list != NULL && parsed != NULL);
	if (before->len)
		CHECK_OK_FATAL(
			kc_list_parse(kc_buf_bytes(before), &author->account, parsed, &list->prev));
	list->peer = author->identity.id;
	list->seq = seq;
	list->has_prev = true;
	list->time_ms = time_ms;
	list->number = seq + 10;
	memcpy(list->name, "desk", 5);
	CHECK_OK_FATAL(kc_list_add_include(list, &author->identity.id));
	CHECK_OK_FATAL(kc_list_build(list, &author->account, &author->identity, ret));
}

static void author_init(struct author *author)
{
	static const struct kc_buf none = KC_BUF_INIT;

	*author = (struct author){.identity = KC_IDENTITY_INIT, .account = {{7}}};
	CHECK_OK_FATAL(kc_identity_make(&author->identity));
	CHECK_OK_FATAL(kc_identity_permanent_record(
		&author->identity, &author->account, &author->permanent));
	say(author, 2, 100, &none, &author->first);
	say(author, 2, 101, &none, &author->second);
	say(author, 3, 102, &author->first, &author->third);
}

/* What a file with one case shows. */
static kc_err shows(const struct author *author, enum kc_evidence_kind kind,
	const struct kc_buf *here, const struct kc_buf *came, uint64_t shown)
{
	KC_CLEANUP_EVIDENCE_LIST struct kc_evidence_list list = {.count = 0};
	KC_CLEANUP_EVIDENCE_FILE struct kc_evidence_file file = {.device_count = 0};
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_bytes permanent = kc_buf_bytes(&author->permanent);
	struct kc_evidence evidence = {.kind = kind,
		.about = author->identity.id,
		.by = author->identity.id,
		.shown = shown,
		.here = kc_buf_bytes(here),
		.came = kc_buf_bytes(came)};
	bool added;

	CHECK_OK_FATAL(kc_evidence_add(&list, &evidence, &added));
	CHECK_OK_FATAL(kc_evidence_file_build(&author->account, &permanent, 1, &list, &bytes));
	CHECK_OK_FATAL(kc_evidence_file_parse(kc_buf_bytes(&bytes), &file));
	CHECK_FATAL(file.list.count == 1);
	CHECK_OK_FATAL(kc_evidence_get(&file.list, 0, &evidence));
	return kc_evidence_check(&file, &evidence);
}

static void what_the_keys_show(void)
{
	CLEANUP_AUTHOR struct author a;
	static const struct kc_buf none = KC_BUF_INIT;

	author_init(&a);
	CHECK_OK(shows(&a, KC_EVIDENCE_TWO_LISTS, &a.first, &a.second, 2));
	CHECK_ERR(shows(&a, KC_EVIDENCE_TWO_LISTS, &a.first, &a.first, 2), KC_E_VERIFY);
	CHECK_ERR(shows(&a, KC_EVIDENCE_TWO_LISTS, &a.first, &a.third, 2), KC_E_VERIFY);
	CHECK_OK(
		shows(&a, KC_EVIDENCE_TWO_LISTS, &a.second, &a.third, 2)); /* which follows first */
	CHECK_ERR(shows(&a, KC_EVIDENCE_TWO_LISTS, &a.third, &a.second, 2), KC_E_VERIFY);
	CHECK_OK(shows(&a, KC_EVIDENCE_OLD_LIST, &a.third, &a.first, 2));
	CHECK_ERR(shows(&a, KC_EVIDENCE_OLD_LIST, &a.first, &a.third, 3), KC_E_VERIFY);
	CHECK_ERR(shows(&a, KC_EVIDENCE_OWN_LIST, &a.first, &a.third, 3), KC_E_UNSUPPORTED);
	CHECK_OK(shows(&a, KC_EVIDENCE_SHORT_LOG, &a.third, &none, 12));
	CHECK_ERR(shows(&a, KC_EVIDENCE_SHORT_LOG, &a.third, &none, 13), KC_E_UNSUPPORTED);
	CHECK_ERR(shows(&a, KC_EVIDENCE_OTHER_LIST, &a.third, &a.first, 2), KC_E_VERIFY);
	CHECK_ERR(shows(&a, KC_EVIDENCE_FORGED_KEY, &none, &a.first, 2), KC_E_VERIFY);
	CHECK_ERR(shows(&a, KC_EVIDENCE_UNSIGNED_CIRCLE, &none, &a.first, 2), KC_E_VERIFY);
	CHECK_ERR(shows(&a, KC_EVIDENCE_FORGED_ITEM, &none, &a.first, 2), KC_E_UNSUPPORTED);
}

/* Nobody can put words into a device's mouth: a signature that is none, another's lists, another's
 * account. */
static void what_they_do_not_show(void)
{
	CLEANUP_AUTHOR struct author a, b;

	author_init(&a);
	author_init(&b);
	CHECK_ERR(shows(&a, KC_EVIDENCE_TWO_LISTS, &b.first, &b.second, 2), KC_E_VERIFY);
	CHECK_ERR(shows(&a, KC_EVIDENCE_TWO_LISTS, &a.first, &b.second, 2), KC_E_VERIFY);
	a.second.data[a.second.len - 1] ^= 1;
	CHECK_ERR(shows(&a, KC_EVIDENCE_TWO_LISTS, &a.first, &a.second, 2), KC_E_VERIFY);
	kc_buf_reset(&b.permanent);
	b.account.bytes[0] ^= 1;
	CHECK_OK_FATAL(kc_identity_permanent_record(&b.identity, &b.account, &b.permanent));
	CHECK_ERR(shows(&b, KC_EVIDENCE_TWO_LISTS, &b.first, &b.second, 2), KC_E_VERIFY);
}

/* A permanent record with other keys is refused with the file. */
static void another_key_is_not_taken(void)
{
	CLEANUP_AUTHOR struct author a;
	KC_CLEANUP_EVIDENCE_LIST struct kc_evidence_list list = {.count = 0};
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_bytes permanent;

	author_init(&a);
	permanent = kc_buf_bytes(&a.permanent);
	add(&list, KC_EVIDENCE_FORGED_ITEM, 1);
	CHECK_OK_FATAL(kc_evidence_file_build(&a.account, &permanent, 1, &list, &bytes));
	for (size_t at = 0; at < bytes.len; at++) {
		KC_CLEANUP_EVIDENCE_FILE struct kc_evidence_file file = {.device_count = 0};

		bytes.data[at] ^= 4;
		if (kc_evidence_file_parse(kc_buf_bytes(&bytes), &file) == KC_OK)
			CHECK(file.device_count == 1 &&
				kc_peer_id_equal(&file.devices[0].id, &a.identity.id));
		bytes.data[at] ^= 4;
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(the_same_is_kept_once),
		CHECK_TEST(no_kind_drives_out_another),
		CHECK_TEST(bytes_are_bounded),
		CHECK_TEST(round_trip),
		CHECK_TEST(what_the_keys_show),
		CHECK_TEST(what_they_do_not_show),
		CHECK_TEST(another_key_is_not_taken),
	};

	return check_main("evidence", tests, KC_COUNT_OF(tests));
}
