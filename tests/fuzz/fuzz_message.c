/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a request, as the service parses it, and as a reply, as a client does: what is
 * accepted must build again to the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "wire/message.h"

static void try_request(struct kc_bytes message)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	KC_CLEANUP_RECORD struct kc_record record;
	const struct kc_call_row *call;

	kc_record_init(&record);
	if (kc_message_parse_request(message, &call, &record) != KC_OK)
		return;
	if (kc_message_build_request(call, record.fields, record.count, &out) != KC_OK ||
		!kc_bytes_equal(kc_buf_bytes(&out), message))
		abort();
}

static void try_reply(const struct kc_call_row *call, struct kc_bytes message)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	KC_CLEANUP_RECORD struct kc_record record;
	kc_err err;

	kc_record_init(&record);
	err = kc_message_parse_reply(message, call, &record);
	if (err != KC_OK)
		return;
	for (size_t i = 0; i < record.count; i++)
		if (strchr("bs", record.fields[i].letter))
			kc_buf_push(&record.buf, record.fields[i].bytes.data,
				record.fields[i].bytes.len);
	if (kc_message_build_reply(call, KC_OK, &record, &out) != KC_OK ||
		!kc_bytes_equal(kc_buf_bytes(&out), message))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	size_t count;
	const struct kc_call_row *rows = kc_calls_all(&count);

	try_request(kc_bytes(data, len));
	for (size_t i = 0; i < count; i++)
		try_reply(&rows[i], kc_bytes(data, len));
	return 0;
}
