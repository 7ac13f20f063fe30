/* SPDX-License-Identifier: ISC */
/* Counting, making files of altered bytes, and judging what became of them. */
#include "tests/circle/altering.h"

#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"
#include "tests/check.h"

bool altering_everything;

/* --- counting -----------------------------------------------------------------------------------
 */

const char *const altering_kinds[KIND_COUNT] = {
	"files", "g", "k/", "perm/", "perm", "p", "v/", "e/", "s/", "i/", "others"};

size_t altering_kind(struct kc_bytes key)
{
	struct kc_bytes rest;

	for (size_t i = KIND_FILE + 1; i < KIND_OTHER; i++)
		if (kc_op_key_has(key, altering_kinds[i], &rest) &&
			(altering_kinds[i][strlen(altering_kinds[i]) - 1] == '/' || rest.len == 0))
			return i;
	return KIND_OTHER;
}

size_t altering_total(const struct tally *tally, enum verdict verdict)
{
	size_t sum = 0;

	for (size_t i = 0; i < KIND_COUNT; i++)
		sum += tally->counts[i][verdict];
	return sum;
}

void altering_print(const struct tally *tally)
{
	for (size_t k = 0; k < KIND_COUNT; k++) {
		const char *before = "\n      ";

		for (size_t v = 0; v < VERDICT_COUNT; v++) {
			if (!tally->counts[k][v])
				continue;
			printf("%s%zu %s", before, tally->counts[k][v], verdict_names[v]);
			before = ", ";
		}
		if (*before == ',')
			printf(" of %s", altering_kinds[k]);
	}
	printf("\n    ");
}

/* --- altering -----------------------------------------------------------------------------------
 */

void altering_as_file(const struct target *t, struct kc_bytes altered, struct kc_buf *ret)
{
	(void)t;
	kc_buf_reset(ret);
	kc_buf_push(ret, altered.data, altered.len);
}

void altering_as_body(const struct target *t, struct kc_bytes altered, struct kc_buf *ret)
{
	size_t header = altered.data[1] & 0x80 ? 2 + (size_t)(altered.data[1] & 0x7f) : 2;
	uint8_t digest[KC_HASH_MAX_LEN];
	struct kc_bytes body;

	altering_as_file(t, altered, ret);
	CHECK_FATAL(altered.len > header + 2 + KC_OP_DIGEST_LEN);
	body = kc_bytes(altered.data + header, altered.len - header - 2 - KC_OP_DIGEST_LEN);
	CHECK_OK_FATAL(kc_hash_compute(KC_HASH_SHA256, body, digest));
	memcpy(ret->data + ret->len - KC_OP_DIGEST_LEN, digest, KC_OP_DIGEST_LEN);
}

void altering_as_write(const struct target *t, struct kc_bytes altered, struct kc_buf *ret)
{
	offering_forge(t->offering, altered, ret);
}

void altering_as_value(const struct target *t, struct kc_bytes altered, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf write = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &write);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_utf8(&w, t->key);
	kc_der_put_bytes(&w, altered);
	kc_der_end(&w);
	CHECK_OK_FATAL(kc_der_writer_check(&w));
	offering_forge(t->offering, kc_buf_bytes(&write), ret);
}

static struct kc_place_in_store place_of(const struct target *t, struct kc_writer_id *writer)
{
	const struct kc_circle *circle = t->offering->circle;

	*writer = kc_circle_writer(&circle->members[t->offering->member]->id);
	return (struct kc_place_in_store){&circle->account, writer, t->key};
}

void altering_as_record(const struct target *t, struct kc_bytes altered, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT;
	struct kc_writer_id writer;
	struct kc_place_in_store place = place_of(t, &writer);

	CHECK_OK_FATAL(kc_circle_seal(t->offering->circle, &place, altered, &sealed));
	altering_as_value(t, kc_buf_bytes(&sealed), ret);
}

bool altering_is_for_another(const struct target *t)
{
	struct kc_writer_id own = kc_circle_writer(&t->offering->circle->identity.id), receiver;

	return t->kind == KIND_SHARES &&
	       kc_op_get_hex(kc_bytes(t->key.data + 2, t->key.len - 2), receiver.bytes,
		       sizeof receiver.bytes) &&
	       memcmp(&own, &receiver, sizeof own) != 0;
}

/* Whether a file still has a value for this device under the key that is meant. */
static bool is_addressed(const struct target *t, struct kc_bytes file)
{
	struct kc_writer_id writer =
		kc_circle_writer(&t->offering->circle->members[t->offering->member]->id);
	struct kc_op_write write;
	struct kc_op op;

	if (t->key.len == 0)
		return true;
	return !altering_is_for_another(t) &&
	       kc_op_parse(file, &writer, t->offering->after.number + 1, &op) == KC_OK &&
	       kc_op_next(&op, &write) && kc_bytes_equal(write.key, t->key) && write.value.len;
}

/* Whether an altered thing may end so. A list that says that it is an earlier one is passed over
 * unread: nothing in it counts. Neither does what stands under another key by now, as an answer
 * that nobody asked for. */
static bool is_right(const struct target *t, struct kc_bytes file, enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_WAITING:
	case VERDICT_REFUSED:
	case VERDICT_ALARM:
		return true;
	case VERDICT_PASSED:
		return !is_addressed(t, file);
	case VERDICT_KNOWN:
		return !is_addressed(t, file) ||
		       (t->kind == KIND_LIST && t->build == altering_as_record);
	case VERDICT_TAKEN:
	case VERDICT_FAILURE:
	case VERDICT_COUNT:
		break;
	}
	return false;
}

bool altering_is_alone(const struct target *t)
{
	return t->build != altering_as_file && t->build != altering_as_body;
}

void altering_try(const struct target *t, struct kc_bytes altered, size_t at)
{
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;
	enum verdict verdict;

	t->build(t, altered, &file);
	t->offering->signed_for = altering_is_alone(t);
	verdict = offering_try(t->offering, kc_buf_bytes(&file));
	t->tally->counts[t->kind][verdict]++;
	if (!is_right(t, kc_buf_bytes(&file), verdict) && t->tally->bad++ == 0) {
		t->tally->bad_kind = t->kind;
		t->tally->bad_at = at;
		t->tally->bad_verdict = verdict;
	}
	if (verdict == VERDICT_TAKEN)
		offering_restore(t->offering);
}

const uint8_t altering_patterns[2] = {0x01, 0x80};

/* Each step of the bytes, under one of the altering_patterns or, in a long run, under both. */
void altering_flip(const struct target *t, struct kc_bytes bytes, size_t step)
{
	KC_CLEANUP_BUF struct kc_buf altered = KC_BUF_INIT;

	kc_buf_push(&altered, bytes.data, bytes.len);
	for (size_t at = 0; at < altered.len; at += step)
		for (size_t i = 0; i < KC_COUNT_OF(altering_patterns); i++) {
			if (!altering_everything && i != at % KC_COUNT_OF(altering_patterns))
				continue;
			altered.data[at] ^= altering_patterns[i];
			altering_try(t, kc_buf_bytes(&altered), at);
			altered.data[at] ^= altering_patterns[i];
		}
	CHECK(offering_is_untouched(t->offering));
}

/* Nothing at all cannot be sealed. */
void altering_cut(const struct target *t, struct kc_bytes bytes, size_t step)
{
	for (size_t len = t->build == altering_as_record; len < bytes.len; len += step) {
		altering_try(t, kc_bytes(bytes.data, len), len);
		if (altering_everything || len % 8 == 0)
			altering_try(t, kc_bytes(bytes.data + bytes.len - len, len), len);
	}
	CHECK(offering_is_untouched(t->offering));
}

void altering_open_record(
	const struct target *t, const struct kc_op_write *write, struct kc_buf *ret)
{
	const struct kc_circle *circle = t->offering->circle;
	struct kc_writer_id writer;
	struct kc_place_in_store place = place_of(t, &writer);

	kc_buf_reset(ret);
	if (kc_circle_open(circle, &place, write->value, ret) != KC_OK)
		kc_buf_reset(ret);
}
