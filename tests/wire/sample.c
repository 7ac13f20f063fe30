/* SPDX-License-Identifier: ISC */
/* Sample messages. */
#include "tests/wire/sample.h"

#include <string.h>

static kc_err sample_attrs(struct kc_attrs *attrs)
{
	kc_attrs_set_str(attrs, KC_NAME('a', 'c', 'c', 't'), "ana");
	kc_attrs_set_number(attrs, KC_NAME('p', 'o', 'r', 't'), 443);
	kc_attrs_set_date(attrs, KC_NAME('c', 'd', 'a', 't'), 700000000.5);
	return kc_attrs_check(attrs);
}

static kc_err sample_query(struct kc_query *query)
{
	query->class = KC_CLASS_INTERNET;
	query->limit = 10;
	query->after = (struct kc_page_end){7, KC_CLASS_INTERNET, true, 8};
	query->sync = KC_SYNC_ANY;
	query->want = KC_WANT_ATTRS | KC_WANT_SECRET;
	kc_query_add_ref(query, (const uint8_t *)"sixteen bytes, 1");
	kc_query_add_ref(query, (const uint8_t *)"sixteen bytes, 2");
	kc_query_add_group(query, kc_bytes_str("one"));
	kc_query_add_group(query, kc_bytes_str(""));
	return sample_attrs(&query->attrs);
}

static struct kc_field sample_field(char letter, const struct kc_query *query,
	const struct kc_attrs *attrs, const struct kc_sign_params *params)
{
	static const struct kc_cipher_params cipher = {.scheme = KC_CIPHER_RSA_OAEP,
		.hash = KC_HASH_SHA384,
		.mgf_hash = KC_HASH_SHA1,
		.label = {(const uint8_t *)"label", 5},
		.iv = {(const uint8_t *)"iv", 2},
		.tag_len = 16,
		.counter_bits = 128,
		.counter = UINT64_MAX,
		.aes_bits = 256};

	static const struct kc_derive_params derive = {.scheme = KC_DERIVE_SP800_108_FEEDBACK,
		.hash = KC_HASH_SHA3_512,
		.peer = {(const uint8_t *)"peer", 4},
		.salt = {(const uint8_t *)"salt", 4},
		.data = {(const uint8_t *)"data", 4},
		.password = {(const uint8_t *)"word", 4},
		.other = KC_TRANSIENT_BIT | 5,
		.expand = true,
		.number = 100000,
		.cipher = {.scheme = KC_CIPHER_CBC, .iv = {(const uint8_t *)"iv", 2}},
		.segments = {{.kind = KC_SEGMENT_COUNTER, .bits = 32, .little_endian = true},
			{.kind = KC_SEGMENT_BYTES, .bytes = {(const uint8_t *)"label", 5}}},
		.segment_count = 2,
		.offset = 16,
		.length = 32,
		.total = 64};

	switch (letter) { /* a character of a signature, not an enum of ours */
	case 'u':
		return KC_FIELD_U(300);
	case 't':
		return KC_FIELD_T(true);
	case 'b':
		return KC_FIELD_B(kc_bytes_str("\x01 bytes"));
	case 's':
		return KC_FIELD_S(kc_bytes_str("t\xc3\xa9xt"));
	case 'Q':
		return KC_FIELD_Q(query);
	case 'A':
		return KC_FIELD_A(attrs);
	case 'C':
		return KC_FIELD_C(&cipher);
	case 'K':
		return KC_FIELD_K(&derive);
	default:
		return KC_FIELD_P(params);
	}
}

kc_err sample_request(const struct kc_call_row *call, struct kc_buf *out)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_sign_params params = {.scheme = KC_SIGN_RSA_PSS,
		.hash = KC_HASH_SHA256,
		.mgf_hash = KC_HASH_SHA256,
		.salt_len = 32,
		.mac_len = 4,
		.has_context = true,
		.context = {(const uint8_t *)"context", 7}};
	struct kc_field fields[KC_RECORD_MAX];
	size_t count = strlen(call->request);

	KC_TRY(sample_query(&query));
	KC_TRY(sample_attrs(&attrs));
	for (size_t i = 0; i < count; i++)
		fields[i] = sample_field(call->request[i], &query, &attrs, &params);
	return kc_message_build_request(call, fields, count, out);
}

static kc_err sample_result(struct kc_record *result)
{
	KC_CLEANUP_FOUND struct kc_found found = {.class = KC_CLASS_GENERIC,
		.id = 5,
		.version = 9,
		.synced = true,
		.certificate = 11,
		.has_secret = true};

	result->number = 3;
	kc_buf_push_str(&result->buf, "493-207-118");
	KC_TRY(sample_attrs(&found.attrs));
	KC_TRY(kc_secret_set(&found.secret, kc_bytes_str("secret")));
	KC_TRY(kc_found_list_take(&result->found, &found));
	result->status =
		(struct kc_status){.lock = KC_LOCK_UNLOCKED, .device = "laptop", .items = 4};
	result->status.store = strdup("/store");
	result->report =
		(struct kc_sync_report){.sent = 1, .received = 2, .for_unlock = 3, .left_out = 4};
	result->report.alarm = strdup("fork");
	result->devices.rows = calloc(1, sizeof *result->devices.rows);
	if (!result->status.store || !result->report.alarm || !result->devices.rows)
		return KC_ERR(NO_MEMORY);
	result->devices.rows[0] = (struct kc_device){.name = "desk", .is_this = true};
	result->devices.count = 1;
	result->store_view.parts = calloc(1, sizeof *result->store_view.parts);
	if (!result->store_view.parts)
		return KC_ERR(NO_MEMORY);
	result->store_view.parts[0] = (struct kc_store_part){.name = "desk", .settled = 4};
	result->store_view.count = 1;
	result->exposure.keys = 3;
	kc_buf_push_str(&result->exposure.refs, "sixteen bytes, 1");
	KC_TRY(kc_buf_check(&result->exposure.refs));
	return kc_history_list_add(&result->history,
		&(struct kc_history_entry){
			.kind = KC_HISTORY_ADDED, .time_ms = 1, .device = "desk", .by = "laptop"});
}

kc_err sample_reply(const struct kc_call_row *call, struct kc_buf *out)
{
	KC_CLEANUP_RECORD struct kc_record result;

	kc_record_init(&result);
	KC_TRY(sample_result(&result));
	return kc_message_build_reply(call, KC_OK, &result, out);
}
