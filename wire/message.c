/* SPDX-License-Identifier: ISC */
/* Messages by signature: one row a letter, and loops over them. */
#include "wire/message.h"

#include <string.h>

void kc_record_init(struct kc_record *record)
{
	*record = (struct kc_record){.query = KC_QUERY_INIT};
}

void kc_record_done(struct kc_record *record)
{
	kc_buf_done(&record->buf);
	kc_query_done(&record->query);
	for (size_t i = 0; i < KC_COUNT_OF(record->attrs); i++)
		kc_attrs_done(&record->attrs[i]);
	kc_found_list_done(&record->found);
	kc_status_done(&record->status);
	kc_sync_report_done(&record->report);
	kc_device_list_done(&record->devices);
	kc_history_list_done(&record->history);
	kc_exposure_done(&record->exposure);
	kc_store_view_done(&record->store_view);
	kc_record_init(record);
}

/* --- the fields: put writes one, pull reads one into its record, own finds it in a result --- */

static void put_u(struct kc_der_writer *w, const struct kc_field *field)
{
	kc_der_put_uint(w, field->number);
}

static void pull_u(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	record->number = field->number = kc_der_get_uint(r);
}

static void own_u(const struct kc_record *record, struct kc_field *field)
{
	field->number = record->number;
}

static void put_t(struct kc_der_writer *w, const struct kc_field *field)
{
	kc_der_put_bool(w, field->truth);
}

static void pull_t(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	(void)record;
	field->truth = kc_der_get_bool(r);
}

static void put_b(struct kc_der_writer *w, const struct kc_field *field)
{
	kc_der_put_bytes(w, field->bytes);
}

static void pull_b(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	(void)record;
	field->bytes = kc_der_get_bytes(r);
}

static void own_bytes(const struct kc_record *record, struct kc_field *field)
{
	field->bytes = kc_buf_bytes(&record->buf);
}

static void put_s(struct kc_der_writer *w, const struct kc_field *field)
{
	kc_der_put_utf8(w, field->bytes);
}

static void pull_s(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	(void)record;
	field->bytes = kc_der_get_utf8(r);
	/* Handlers pass texts on as C strings. */
	if (field->bytes.len && memchr(field->bytes.data, 0, field->bytes.len))
		kc_der_reader_fail(r);
}

static void put_query(struct kc_der_writer *w, const struct kc_field *field)
{
	kc_query_put(w, field->query);
}

static void pull_query(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	kc_query_pull(r, &record->query);
	field->query = &record->query;
}

static void put_attrs(struct kc_der_writer *w, const struct kc_field *field)
{
	kc_attrs_put(w, field->attrs);
}

static void pull_attrs(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	struct kc_attrs *attrs = &record->attrs[0];

	for (const struct kc_field *earlier = record->fields; earlier < field; earlier++)
		if (earlier->letter == field->letter)
			attrs++;
	kc_attrs_pull(r, attrs);
	field->attrs = attrs;
}

static enum kc_hash get_hash(struct kc_der_reader *r)
{
	return (enum kc_hash)kc_der_get_uint_max(r, KC_HASH_LAST);
}

/* Lengths of which the cryptography says whether they will do. */
static unsigned get_short(struct kc_der_reader *r)
{
	return (unsigned)kc_der_get_uint_max(r, UINT16_MAX);
}

static void put_params(struct kc_der_writer *w, const struct kc_field *field)
{
	const struct kc_sign_params *params = field->params;

	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, params->scheme);
	kc_der_put_uint(w, params->hash);
	kc_der_put_bool(w, params->prehashed);
	kc_der_put_uint(w, params->mgf_hash);
	kc_der_put_uint(w, params->salt_len);
	kc_der_put_uint(w, params->mac_len);
	kc_der_put_bool(w, params->has_context);
	kc_der_put_bytes(w, params->context);
	kc_der_end(w);
}

static void pull_params(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	struct kc_sign_params *params = &record->params;
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	params->scheme = (enum kc_sign_scheme)kc_der_get_uint_max(&seq, KC_SIGN_LAST);
	params->hash = get_hash(&seq);
	params->prehashed = kc_der_get_bool(&seq);
	params->mgf_hash = get_hash(&seq);
	params->salt_len = get_short(&seq);
	params->mac_len = get_short(&seq);
	params->has_context = kc_der_get_bool(&seq);
	params->context = kc_der_get_bytes(&seq);
	kc_der_leave(r, &seq);
	field->params = params;
}

static void write_cipher(struct kc_der_writer *w, const struct kc_cipher_params *cipher)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, cipher->scheme);
	kc_der_put_uint(w, cipher->hash);
	kc_der_put_uint(w, cipher->mgf_hash);
	kc_der_put_bytes(w, cipher->label);
	kc_der_put_bytes(w, cipher->iv);
	kc_der_put_uint(w, cipher->tag_len);
	kc_der_put_uint(w, cipher->counter_bits);
	kc_der_put_uint(w, cipher->counter);
	kc_der_put_uint(w, cipher->aes_bits);
	kc_der_end(w);
}

static void read_cipher(struct kc_der_reader *r, struct kc_cipher_params *cipher)
{
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	cipher->scheme = (enum kc_cipher_scheme)kc_der_get_uint_max(&seq, KC_CIPHER_LAST);
	cipher->hash = get_hash(&seq);
	cipher->mgf_hash = get_hash(&seq);
	cipher->label = kc_der_get_bytes(&seq);
	cipher->iv = kc_der_get_bytes(&seq);
	cipher->tag_len = get_short(&seq);
	cipher->counter_bits = get_short(&seq);
	cipher->counter = kc_der_get_uint(&seq);
	cipher->aes_bits = get_short(&seq);
	kc_der_leave(r, &seq);
}

static void put_cipher(struct kc_der_writer *w, const struct kc_field *field)
{
	write_cipher(w, field->cipher);
}

static void pull_cipher(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	read_cipher(r, &record->cipher);
	field->cipher = &record->cipher;
}

static void put_segments(struct kc_der_writer *w, const struct kc_derive_params *derive)
{
	if (derive->segment_count > KC_DERIVE_SEGMENTS) {
		w->err = KC_ERR(BUG);
		return;
	}
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < derive->segment_count; i++) {
		const struct kc_derive_segment *segment = &derive->segments[i];
		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_uint(w, segment->kind);
		kc_der_put_uint(w, segment->bits);
		kc_der_put_bool(w, segment->little_endian);
		kc_der_put_bytes(w, segment->bytes);
		kc_der_end(w);
	}
	kc_der_end(w);
}

static void pull_segment(struct kc_der_reader *r, struct kc_derive_segment *segment)
{
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	segment->kind = (enum kc_derive_segment_kind)kc_der_get_uint_max(&seq, KC_SEGMENT_LENGTH);
	segment->bits = get_short(&seq);
	segment->little_endian = kc_der_get_bool(&seq);
	segment->bytes = kc_der_get_bytes(&seq);
	kc_der_leave(r, &seq);
}

static void pull_segments(struct kc_der_reader *r, struct kc_derive_params *derive)
{
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	while (kc_der_more(&seq) && derive->segment_count < KC_DERIVE_SEGMENTS)
		pull_segment(&seq, &derive->segments[derive->segment_count++]);
	kc_der_leave(r, &seq);
}

static void put_derive(struct kc_der_writer *w, const struct kc_field *field)
{
	const struct kc_derive_params *derive = field->derive;

	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, derive->scheme);
	kc_der_put_uint(w, derive->hash);
	kc_der_put_bytes(w, derive->peer);
	kc_der_put_bytes(w, derive->salt);
	kc_der_put_bytes(w, derive->data);
	kc_der_put_bytes(w, derive->password);
	kc_der_put_uint(w, derive->other);
	kc_der_put_bool(w, derive->extract);
	kc_der_put_bool(w, derive->expand);
	kc_der_put_uint(w, derive->number);
	write_cipher(w, &derive->cipher);
	put_segments(w, derive);
	kc_der_put_uint(w, derive->offset);
	kc_der_put_uint(w, derive->length);
	kc_der_put_uint(w, derive->total);
	kc_der_end(w);
}

static void pull_derive(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	struct kc_derive_params *derive = &record->derive;
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	derive->scheme = (enum kc_derive_scheme)kc_der_get_uint_max(&seq, KC_DERIVE_LAST);
	derive->hash = get_hash(&seq);
	derive->peer = kc_der_get_bytes(&seq);
	derive->salt = kc_der_get_bytes(&seq);
	derive->data = kc_der_get_bytes(&seq);
	derive->password = kc_der_get_bytes(&seq);
	derive->other = kc_der_get_uint(&seq);
	derive->extract = kc_der_get_bool(&seq);
	derive->expand = kc_der_get_bool(&seq);
	derive->number = kc_der_get_uint(&seq);
	read_cipher(&seq, &derive->cipher);
	pull_segments(&seq, derive);
	derive->offset = (size_t)kc_der_get_uint_max(&seq, UINT32_MAX);
	derive->length = (size_t)kc_der_get_uint_max(&seq, UINT32_MAX);
	derive->total = (size_t)kc_der_get_uint_max(&seq, UINT32_MAX);
	kc_der_leave(r, &seq);
	field->derive = derive;
}

static void put_found(struct kc_der_writer *w, const struct kc_field *field)
{
	kc_found_list_put(w, field->found);
}

static void pull_found(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	kc_found_list_pull(r, &record->found);
	field->found = &record->found;
}

static void own_found(const struct kc_record *record, struct kc_field *field)
{
	field->found = &record->found;
}

static void put_status(struct kc_der_writer *w, const struct kc_field *field)
{
	kc_status_put(w, field->status);
}

static void pull_status(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	kc_status_pull(r, &record->status);
	field->status = &record->status;
}

static void own_status(const struct kc_record *record, struct kc_field *field)
{
	field->status = &record->status;
}

static void put_report(struct kc_der_writer *w, const struct kc_field *field)
{
	kc_sync_report_put(w, field->report);
}

static void pull_report(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	kc_sync_report_pull(r, &record->report);
	field->report = &record->report;
}

static void own_report(const struct kc_record *record, struct kc_field *field)
{
	field->report = &record->report;
}

static void put_devices(struct kc_der_writer *w, const struct kc_field *field)
{
	kc_device_list_put(w, field->devices);
}

static void pull_devices(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	kc_device_list_pull(r, &record->devices);
	field->devices = &record->devices;
}

static void own_devices(const struct kc_record *record, struct kc_field *field)
{
	field->devices = &record->devices;
}

static void put_history(struct kc_der_writer *w, const struct kc_field *field)
{
	kc_history_list_put(w, field->history);
}

static void pull_history(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	kc_history_list_pull(r, &record->history);
	field->history = &record->history;
}

static void own_history(const struct kc_record *record, struct kc_field *field)
{
	field->history = &record->history;
}

static void put_exposure(struct kc_der_writer *w, const struct kc_field *field)
{
	kc_exposure_put(w, field->exposure);
}

static void pull_exposure(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	kc_exposure_pull(r, &record->exposure);
	field->exposure = &record->exposure;
}

static void own_exposure(const struct kc_record *record, struct kc_field *field)
{
	field->exposure = &record->exposure;
}

static void put_view(struct kc_der_writer *w, const struct kc_field *field)
{
	kc_store_view_put(w, field->store_view);
}

static void pull_view(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field)
{
	kc_store_view_pull(r, &record->store_view);
	field->store_view = &record->store_view;
}

static void own_view(const struct kc_record *record, struct kc_field *field)
{
	field->store_view = &record->store_view;
}

static const struct type {
	char letter;
	void (*put)(struct kc_der_writer *w, const struct kc_field *field);
	void (*pull)(struct kc_der_reader *r, struct kc_record *record, struct kc_field *field);
	void (*own)(const struct kc_record *record, struct kc_field *field); /* NULL: no result */
} types[] = {
	/* clang-format off */
	{'u', put_u,       pull_u,       own_u},
	{'t', put_t,       pull_t,       NULL},
	{'b', put_b,       pull_b,       own_bytes},
	{'s', put_s,       pull_s,       own_bytes},
	{'Q', put_query,   pull_query,   NULL},
	{'A', put_attrs,   pull_attrs,   NULL},
	{'P', put_params,  pull_params,  NULL},
	{'C', put_cipher,  pull_cipher,  NULL},
	{'K', put_derive,  pull_derive,  NULL},
	{'F', put_found,   pull_found,   own_found},
	{'S', put_status,  pull_status,  own_status},
	{'R', put_report,  pull_report,  own_report},
	{'D', put_devices, pull_devices, own_devices},
	{'H', put_history, pull_history, own_history},
	{'E', put_exposure, pull_exposure, own_exposure},
	{'V', put_view,    pull_view,    own_view},
	/* clang-format on */
};

static const struct type *type_of(char letter)
{
	for (size_t i = 0; i < KC_COUNT_OF(types); i++)
		if (types[i].letter == letter)
			return &types[i];
	return NULL;
}

/* --- sequences of fields ------------------------------------------------------------------- */

#define ABOUT 64 /* bytes of all that is no long message */

static void pull_fields(struct kc_der_reader *r, const char *signature, struct kc_record *record)
{
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	for (; *signature; signature++) {
		struct kc_field *field = &record->fields[record->count++];
		field->letter = *signature;
		type_of(*signature)->pull(&seq, record, field);
	}
	kc_der_leave(r, &seq);
}

kc_err kc_message_build_request(const struct kc_call_row *call, const struct kc_field *fields,
	size_t count, struct kc_buf *out)
{
	size_t about = ABOUT;
	struct kc_der_writer w;

	if (strlen(call->request) != count)
		return KC_ERR(BUG);
	for (size_t i = 0; i < count; i++)
		about += fields[i].letter == 'b' ? fields[i].bytes.len : 0;
	kc_der_writer_init(&w, out);
	kc_der_begin_about(&w, KC_DER_SEQUENCE, about);
	kc_der_put_uint(&w, KC_WIRE_VERSION);
	kc_der_put_uint(&w, call->call);
	kc_der_begin_about(&w, KC_DER_SEQUENCE, about);
	for (size_t i = 0; i < count; i++) {
		if (fields[i].letter != call->request[i])
			return KC_ERR(BUG);
		type_of(fields[i].letter)->put(&w, &fields[i]);
	}
	kc_der_end(&w);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_message_parse_request(
	struct kc_bytes message, const struct kc_call_row **ret_call, struct kc_record *ret)
{
	const struct kc_call_row *call;
	struct kc_der_reader r, seq;
	uint64_t version, number;

	kc_der_reader_init(&r, message);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	version = kc_der_get_uint(&seq);
	KC_TRY(kc_der_reader_check(&seq));
	if (version != KC_WIRE_VERSION)
		return KC_ERR(VERSION);
	number = kc_der_get_uint(&seq);
	KC_TRY(kc_der_reader_check(&seq));
	call = kc_calls_find(number);
	if (!call)
		return KC_ERR(UNSUPPORTED);
	pull_fields(&seq, call->request, ret);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	*ret_call = call;
	return KC_OK;
}

kc_err kc_message_build_reply(const struct kc_call_row *call, kc_err err,
	const struct kc_record *result, struct kc_buf *out)
{
	size_t about = ABOUT + (result ? result->buf.len : 0);
	struct kc_der_writer w;

	if (err == KC_OK && !result)
		return KC_ERR(BUG);
	kc_der_writer_init(&w, out);
	kc_der_begin_about(&w, KC_DER_SEQUENCE, about);
	kc_der_put_uint(&w, err);
	if (result) {
		kc_der_begin_about(&w, KC_DER_SEQUENCE, about);
		for (const char *letter = call->reply; *letter; letter++) {
			const struct type *type = type_of(*letter);
			struct kc_field field = {.letter = *letter};
			type->own(result, &field);
			type->put(&w, &field);
		}
		kc_der_end(&w);
	}
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_message_parse_reply(
	struct kc_bytes message, const struct kc_call_row *call, struct kc_record *ret)
{
	struct kc_der_reader r, seq;
	uint64_t number;

	kc_der_reader_init(&r, message);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	number = kc_der_get_uint_max(&seq, KC_ERR_COUNT - 1);
	if (number == KC_OK || kc_der_more(&seq))
		pull_fields(&seq, call->reply, ret);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	return kc_err_from_number(number);
}
