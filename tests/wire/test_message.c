/* SPDX-License-Identifier: ISC */
/* Messages: exactly what the signatures say, or nothing. */
#include <string.h>

#include "tests/check.h"
#include "tests/wire/sample.h"

/* Every letter of every signature is known, and no signature is longer than a record. */
static void table_is_sound(void)
{
	size_t count;
	const struct kc_call_row *rows = kc_calls_all(&count);

	CHECK(count >= 28);
	for (size_t i = 0; i < count; i++) {
		CHECK_MSG(strlen(rows[i].request) <= KC_RECORD_MAX, rows[i].name);
		CHECK_MSG(strspn(rows[i].request, "utbsQAPCK") == strlen(rows[i].request),
			rows[i].name);
		CHECK_MSG(
			strspn(rows[i].reply, "ubsFSRDHEV") == strlen(rows[i].reply), rows[i].name);
		CHECK_MSG(strlen(rows[i].reply) <= 1, rows[i].name); /* a result has one of each */
		CHECK_MSG(rows[i].patience_s >= 10 && rows[i].patience_s <= 300, rows[i].name);
		CHECK_MSG(kc_calls_find((uint64_t)rows[i].call) == &rows[i], rows[i].name);
	}
	CHECK(!kc_calls_find(0));
	CHECK(!kc_calls_find((uint64_t)KC_CALL_HELLO + ((uint64_t)1 << 32)));
}

static kc_err parse(struct kc_bytes message, const struct kc_call_row **ret)
{
	KC_CLEANUP_RECORD struct kc_record record;

	kc_record_init(&record);
	return kc_message_parse_request(message, ret, &record);
}

static void requests_round_trip(void)
{
	size_t count;
	const struct kc_call_row *rows = kc_calls_all(&count);

	for (size_t i = 0; i < count; i++) {
		KC_CLEANUP_BUF struct kc_buf first = KC_BUF_INIT, second = KC_BUF_INIT;
		KC_CLEANUP_RECORD struct kc_record record;
		const struct kc_call_row *call = NULL;

		kc_record_init(&record);
		CHECK_OK(sample_request(&rows[i], &first));
		CHECK_OK(kc_message_parse_request(kc_buf_bytes(&first), &call, &record));
		CHECK_MSG(call == &rows[i], rows[i].name);
		CHECK_OK(kc_message_build_request(call, record.fields, record.count, &second));
		CHECK_MSG(
			kc_bytes_equal(kc_buf_bytes(&first), kc_buf_bytes(&second)), rows[i].name);
	}
}

/* No part of a request is one, and nor is a request with something behind it. */
static void torn_requests_are_refused(void)
{
	size_t count;
	const struct kc_call_row *rows = kc_calls_all(&count), *call = NULL;

	for (size_t i = 0; i < count; i++) {
		KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;

		CHECK_OK(sample_request(&rows[i], &message));
		for (size_t len = 0; len < message.len; len++)
			CHECK_MSG(parse(kc_bytes(message.data, len), &call) == KC_E_DECODE,
				rows[i].name);
		kc_buf_push_byte(&message, 0);
		CHECK_MSG(parse(kc_buf_bytes(&message), &call) == KC_E_DECODE, rows[i].name);
	}
	CHECK(call == NULL);
}

/* Arguments of one call under the number of another. */
static void other_signatures_are_refused(void)
{
	size_t count;
	unsigned tried = 0;
	const struct kc_call_row *rows = kc_calls_all(&count), *call = NULL;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
			struct kc_call_row mixed = rows[i];

			if (strcmp(rows[i].request, rows[j].request) == 0)
				continue;
			mixed.call = rows[j].call;
			CHECK_OK(sample_request(&mixed, &message));
			CHECK_MSG(
				parse(kc_buf_bytes(&message), &call) == KC_E_DECODE, rows[j].name);
			tried++;
		}
	}
	CHECK(tried > 500);
}

static void build_insists_on_the_signature(void)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	const struct kc_call_row *unlock = kc_calls_find(KC_CALL_UNLOCK);
	struct kc_field good = KC_FIELD_B(kc_bytes_str("p")), bad = KC_FIELD_U(1);

	CHECK_ERR(kc_message_build_request(unlock, &bad, 1, &out), KC_E_BUG);
	CHECK_ERR(kc_message_build_request(unlock, &good, 0, &out), KC_E_BUG);
	kc_buf_reset(&out);
	CHECK_OK(kc_message_build_request(unlock, &good, 1, &out));
}

static void header(struct kc_buf *out, uint64_t version, uint64_t number)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, out);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, version);
	kc_der_put_uint(&w, number);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_end(&w);
	kc_der_end(&w);
	CHECK_OK(kc_der_writer_check(&w));
}

static void versions_and_unknown_calls(void)
{
	static const struct {
		uint64_t version, number;
		kc_err wanted;
	} rows[] = {
		{KC_WIRE_VERSION, KC_CALL_STATUS, KC_OK},
		{KC_WIRE_VERSION + 1, KC_CALL_STATUS, KC_E_VERSION},
		{0, KC_CALL_STATUS, KC_E_VERSION},
		{KC_WIRE_VERSION + 1, 9999, KC_E_VERSION},
		{KC_WIRE_VERSION, 0, KC_E_UNSUPPORTED},
		{KC_WIRE_VERSION, 9999, KC_E_UNSUPPORTED},
		{KC_WIRE_VERSION, UINT64_MAX, KC_E_UNSUPPORTED},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
		const struct kc_call_row *call;

		header(&message, rows[i].version, rows[i].number);
		CHECK_ERR(parse(kc_buf_bytes(&message), &call), rows[i].wanted);
	}
}

/* References come whole, and not too many of them. */
static void references_are_counted(void)
{
	static const struct {
		size_t len;
		kc_err wanted;
	} rows[] = {
		{0, KC_OK},
		{KC_PERSISTENT_REF_LEN, KC_OK},
		{KC_PERSISTENT_REF_LEN + 1, KC_E_DECODE},
		{(size_t)KC_QUERY_MAX_REFS * KC_PERSISTENT_REF_LEN, KC_OK},
		{(size_t)(KC_QUERY_MAX_REFS + 1) * KC_PERSISTENT_REF_LEN, KC_E_DECODE},
	};
	const struct kc_call_row *find = kc_calls_find(KC_CALL_ITEM_FIND), *call;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		const struct kc_field field = KC_FIELD_Q(&query);

		kc_buf_extend(&query.refs, rows[i].len);
		CHECK_OK(kc_message_build_request(find, &field, 1, &out));
		CHECK_ERR(parse(kc_buf_bytes(&out), &call), rows[i].wanted);
	}
}

/* The name of each group is ended, and there are not too many of them. */
static void groups_are_ended(void)
{
	static const struct {
		struct kc_bytes names;
		size_t more; /* NULs behind: groups without a name */
		kc_err wanted;
	} rows[] = {
		{{(const uint8_t *)"one", 3}, 0, KC_E_DECODE},
		{{(const uint8_t *)"one", 4}, 0, KC_OK},
		{{(const uint8_t *)"one\0two", 7}, 0, KC_E_DECODE},
		{{(const uint8_t *)"one\0two", 8}, 0, KC_OK},
		{{NULL, 0}, KC_QUERY_MAX_GROUPS, KC_OK},
		{{NULL, 0}, KC_QUERY_MAX_GROUPS + 1, KC_E_DECODE},
	};
	const struct kc_call_row *find = kc_calls_find(KC_CALL_ITEM_FIND), *call;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		const struct kc_field field = KC_FIELD_Q(&query);

		kc_buf_push(&query.groups, rows[i].names.data, rows[i].names.len);
		for (size_t j = 0; j < rows[i].more; j++)
			kc_buf_push_byte(&query.groups, 0);
		CHECK_OK(kc_message_build_request(find, &field, 1, &out));
		CHECK_ERR(parse(kc_buf_bytes(&out), &call), rows[i].wanted);
	}
}

/* --- parameters: what is a number of a table, or a length, has its bounds ----------------------
 */

static kc_err send(enum kc_call number, const struct kc_field *fields, size_t count)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	const struct kc_call_row *call;

	KC_TRY(kc_message_build_request(kc_calls_find(number), fields, count, &out));
	return parse(kc_buf_bytes(&out), &call);
}

static kc_err send_params(struct kc_sign_params params)
{
	const struct kc_field fields[] = {
		KC_FIELD_U(1), KC_FIELD_P(&params), KC_FIELD_B(kc_bytes_str("input"))};
	return send(KC_CALL_KEY_SIGN, fields, KC_COUNT_OF(fields));
}

static kc_err send_cipher(struct kc_cipher_params cipher)
{
	const struct kc_field fields[] = {
		KC_FIELD_U(1), KC_FIELD_C(&cipher), KC_FIELD_B(kc_bytes_str("input"))};
	return send(KC_CALL_SECRET_ENCRYPT, fields, KC_COUNT_OF(fields));
}

static kc_err send_derive(struct kc_derive_params derive)
{
	struct kc_attrs none = KC_ATTRS_INIT;
	const struct kc_field fields[] = {
		KC_FIELD_U(1), KC_FIELD_K(&derive), KC_FIELD_A(&none), KC_FIELD_T(true)};
	return send(KC_CALL_KEY_DERIVE, fields, KC_COUNT_OF(fields));
}

#define PARAMS(...) send_params((struct kc_sign_params){__VA_ARGS__})
#define CIPHER(...) send_cipher((struct kc_cipher_params){__VA_ARGS__})
#define DERIVE(...) send_derive((struct kc_derive_params){__VA_ARGS__})
#define TOO(value) ((value) + 1) /* many of a kind */

static void parameters_are_bounded(void)
{
	CHECK_OK(PARAMS(.scheme = KC_SIGN_LAST, .hash = KC_HASH_LAST, .mgf_hash = KC_HASH_LAST,
		.salt_len = UINT16_MAX, .mac_len = UINT16_MAX));
	CHECK_ERR(PARAMS(.scheme = TOO(KC_SIGN_LAST)), KC_E_DECODE);
	CHECK_ERR(PARAMS(.hash = TOO(KC_HASH_LAST)), KC_E_DECODE);
	CHECK_ERR(PARAMS(.mgf_hash = TOO(KC_HASH_LAST)), KC_E_DECODE);
	CHECK_ERR(PARAMS(.salt_len = TOO(UINT16_MAX)), KC_E_DECODE);
	CHECK_ERR(PARAMS(.mac_len = TOO(UINT16_MAX)), KC_E_DECODE);

	CHECK_OK(CIPHER(.scheme = KC_CIPHER_LAST, .hash = KC_HASH_LAST, .mgf_hash = KC_HASH_LAST,
		.tag_len = UINT16_MAX, .counter_bits = UINT16_MAX, .counter = UINT64_MAX,
		.aes_bits = UINT16_MAX));
	CHECK_ERR(CIPHER(.scheme = TOO(KC_CIPHER_LAST)), KC_E_DECODE);
	CHECK_ERR(CIPHER(.hash = TOO(KC_HASH_LAST)), KC_E_DECODE);
	CHECK_ERR(CIPHER(.mgf_hash = TOO(KC_HASH_LAST)), KC_E_DECODE);
	CHECK_ERR(CIPHER(.tag_len = TOO(UINT16_MAX)), KC_E_DECODE);
	CHECK_ERR(CIPHER(.counter_bits = TOO(UINT16_MAX)), KC_E_DECODE);
	CHECK_ERR(CIPHER(.aes_bits = TOO(UINT16_MAX)), KC_E_DECODE);

	CHECK_OK(DERIVE(.scheme = KC_DERIVE_LAST, .hash = KC_HASH_LAST, .number = UINT64_MAX,
		.segments = {{.kind = KC_SEGMENT_LENGTH, .bits = UINT16_MAX}},
		.segment_count = KC_DERIVE_SEGMENTS, .offset = UINT32_MAX, .length = UINT32_MAX,
		.total = UINT32_MAX));
	CHECK_ERR(DERIVE(.scheme = TOO(KC_DERIVE_LAST)), KC_E_DECODE);
	CHECK_ERR(DERIVE(.hash = TOO(KC_HASH_LAST)), KC_E_DECODE);
	CHECK_ERR(DERIVE(.cipher = {.scheme = TOO(KC_CIPHER_LAST)}), KC_E_DECODE);
	CHECK_ERR(DERIVE(.segments = {{.kind = TOO(KC_SEGMENT_LENGTH)}}, .segment_count = 1),
		KC_E_DECODE);
	CHECK_ERR(DERIVE(.segment_count = TOO(KC_DERIVE_SEGMENTS)), KC_E_BUG);
	CHECK_ERR(DERIVE(.offset = TOO((size_t)UINT32_MAX)), KC_E_DECODE);
	CHECK_ERR(DERIVE(.length = TOO((size_t)UINT32_MAX)), KC_E_DECODE);
	CHECK_ERR(DERIVE(.total = TOO((size_t)UINT32_MAX)), KC_E_DECODE);
}

/* A derivation with so many segments, which no builder of ours would send. */
static void put_derivation(struct kc_der_writer *w, size_t segments)
{
	static const uint8_t cipher[] = {0x30, 25, 2, 1, 0, 2, 1, 0, 2, 1, 0, 4, 0, 4, 0, 2, 1, 0,
		2, 1, 0, 2, 1, 0, 2, 1, 0};

	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, 0);
	kc_der_put_uint(w, 0);
	for (int i = 0; i < 4; i++)
		kc_der_put_bytes(w, kc_bytes(NULL, 0));
	kc_der_put_uint(w, 0);
	kc_der_put_bool(w, false);
	kc_der_put_bool(w, false);
	kc_der_put_uint(w, 0);
	kc_der_put_raw(w, KC_BYTES_OF(cipher));
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < segments; i++) {
		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_uint(w, 0);
		kc_der_put_uint(w, 0);
		kc_der_put_bool(w, false);
		kc_der_put_bytes(w, kc_bytes(NULL, 0));
		kc_der_end(w);
	}
	kc_der_end(w);
	for (int i = 0; i < 3; i++)
		kc_der_put_uint(w, 0);
	kc_der_end(w);
}

static void segments_are_counted(void)
{
	for (size_t count = 0; count <= KC_DERIVE_SEGMENTS + 1; count++) {
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		struct kc_attrs none = KC_ATTRS_INIT;
		const struct kc_call_row *call;
		struct kc_der_writer w;

		kc_der_writer_init(&w, &out);
		kc_der_begin(&w, KC_DER_SEQUENCE);
		kc_der_put_uint(&w, KC_WIRE_VERSION);
		kc_der_put_uint(&w, KC_CALL_KEY_DERIVE);
		kc_der_begin(&w, KC_DER_SEQUENCE);
		kc_der_put_uint(&w, 1);
		put_derivation(&w, count);
		kc_attrs_put(&w, &none);
		kc_der_put_bool(&w, true);
		kc_der_end(&w);
		kc_der_end(&w);
		CHECK_OK(kc_der_writer_check(&w));
		CHECK_ERR(parse(kc_buf_bytes(&out), &call),
			count <= KC_DERIVE_SEGMENTS ? KC_OK : KC_E_DECODE);
	}
}

static void texts_have_no_nul(void)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	const struct kc_call_row *setup = kc_calls_find(KC_CALL_SETUP), *call;
	const struct kc_field fields[] = {KC_FIELD_B(kc_bytes_str("p")),
		KC_FIELD_S(kc_bytes("a\0b", 3)), KC_FIELD_B(kc_bytes_str(""))};

	CHECK_OK(kc_message_build_request(setup, fields, 3, &out));
	CHECK_ERR(parse(kc_buf_bytes(&out), &call), KC_E_DECODE);
}

static void replies_round_trip(void)
{
	size_t count;
	const struct kc_call_row *rows = kc_calls_all(&count);

	for (size_t i = 0; i < count; i++) {
		KC_CLEANUP_BUF struct kc_buf first = KC_BUF_INIT, second = KC_BUF_INIT;
		KC_CLEANUP_RECORD struct kc_record result;

		kc_record_init(&result);
		CHECK_OK(sample_reply(&rows[i], &first));
		CHECK_OK(kc_message_parse_reply(kc_buf_bytes(&first), &rows[i], &result));
		for (size_t f = 0; f < result.count; f++)
			if (strchr("bs", result.fields[f].letter))
				kc_buf_push(&result.buf, result.fields[f].bytes.data,
					result.fields[f].bytes.len);
		CHECK_OK(kc_message_build_reply(&rows[i], KC_OK, &result, &second));
		CHECK_MSG(
			kc_bytes_equal(kc_buf_bytes(&first), kc_buf_bytes(&second)), rows[i].name);
	}
}

static kc_err parse_reply(struct kc_bytes message, enum kc_call call)
{
	KC_CLEANUP_RECORD struct kc_record result;

	kc_record_init(&result);
	return kc_message_parse_reply(message, kc_calls_find(call), &result);
}

static void replies_with_errors(void)
{
	KC_CLEANUP_BUF struct kc_buf bare = KC_BUF_INIT, reported = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf unknown = KC_BUF_INIT;
	KC_CLEANUP_RECORD struct kc_record result;
	const struct kc_call_row *sync = kc_calls_find(KC_CALL_SYNC_NOW);
	struct kc_der_writer w;

	kc_record_init(&result);
	CHECK_ERR(kc_message_build_reply(sync, KC_OK, NULL, &bare), KC_E_BUG);
	CHECK_OK(kc_message_build_reply(sync, KC_E_LOCKED, NULL, &bare));
	CHECK_ERR(parse_reply(kc_buf_bytes(&bare), KC_CALL_SYNC_NOW), KC_E_LOCKED);
	CHECK_ERR(parse_reply(kc_buf_bytes(&bare), KC_CALL_ITEM_FIND), KC_E_LOCKED);
	/* With a result it answers its own call only. */
	CHECK_OK(kc_message_build_reply(sync, KC_E_STORE_SUSPECT, &result, &reported));
	CHECK_ERR(parse_reply(kc_buf_bytes(&reported), KC_CALL_SYNC_NOW), KC_E_STORE_SUSPECT);
	CHECK_ERR(parse_reply(kc_buf_bytes(&reported), KC_CALL_ITEM_FIND), KC_E_DECODE);
	/* A success needs its result, and an error must be one. */
	kc_der_writer_init(&w, &unknown);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, KC_OK);
	kc_der_end(&w);
	CHECK_ERR(parse_reply(kc_buf_bytes(&unknown), KC_CALL_LOCK), KC_E_DECODE);
	kc_buf_reset(&unknown);
	kc_der_writer_init(&w, &unknown);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, KC_ERR_COUNT);
	kc_der_end(&w);
	CHECK_ERR(parse_reply(kc_buf_bytes(&unknown), KC_CALL_LOCK), KC_E_DECODE);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(table_is_sound),
		CHECK_TEST(requests_round_trip),
		CHECK_TEST(torn_requests_are_refused),
		CHECK_TEST(other_signatures_are_refused),
		CHECK_TEST(build_insists_on_the_signature),
		CHECK_TEST(versions_and_unknown_calls),
		CHECK_TEST(references_are_counted),
		CHECK_TEST(groups_are_ended),
		CHECK_TEST(parameters_are_bounded),
		CHECK_TEST(segments_are_counted),
		CHECK_TEST(texts_have_no_nul),
		CHECK_TEST(replies_round_trip),
		CHECK_TEST(replies_with_errors),
	};
	return check_main("wire/message", tests, KC_COUNT_OF(tests));
}
