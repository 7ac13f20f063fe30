/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a file of comma-separated values, and as a browser's logins: a record that is
 * accepted, written with quotes around every cell, must be read back with the same cells.
 */
#include <stdlib.h>
#include <string.h>

#include "base/der.h"
#include "cli/logins.h"
#include "tests/fuzz/fuzz.h"

#define LOGINS_HEADER "url,username,password,httpRealm,name,note,OTPAuth\n"

static void push_quoted(struct kc_buf *out, struct kc_bytes cell)
{
	kc_buf_push_byte(out, '"');
	for (size_t i = 0; i < cell.len; i++) {
		if (cell.data[i] == '"')
			kc_buf_push_byte(out, '"');
		kc_buf_push_byte(out, cell.data[i]);
	}
	kc_buf_push_byte(out, '"');
}

static void check_again(const struct kc_csv_record *record)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
	KC_CLEANUP_CSV_RECORD struct kc_csv_record again = {0};
	struct kc_csv csv;

	for (size_t i = 0; i < record->count; i++) {
		kc_buf_push_str(&text, i ? "," : "");
		push_quoted(&text, kc_csv_cell(record, i));
	}
	kc_buf_push_str(&text, "\r\n");
	kc_csv_init(&csv, kc_buf_bytes(&text));
	if (!kc_csv_next(&csv, &again) || again.problem || again.count != record->count)
		abort();
	for (size_t i = 0; i < record->count; i++)
		if (!kc_bytes_equal(kc_csv_cell(record, i), kc_csv_cell(&again, i)))
			abort();
	if (kc_csv_next(&csv, &again))
		abort();
}

static void read_records(struct kc_bytes text)
{
	KC_CLEANUP_CSV_RECORD struct kc_csv_record record = {0};
	struct kc_csv csv;
	size_t last_line = 0;

	kc_csv_init(&csv, text);
	while (kc_csv_next(&csv, &record)) {
		if (record.line <= last_line)
			abort();
		last_line = record.line;
		if (!record.problem)
			check_again(&record);
	}
}

static void read_logins(struct kc_bytes text)
{
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;
	KC_CLEANUP_LOGINS struct kc_logins logins = {0};
	KC_CLEANUP_LOGIN struct kc_login login = {0};
	struct kc_facts facts = {0};
	bool more = true;

	kc_buf_push_str(&file, LOGINS_HEADER);
	kc_buf_push(&file, text.data, text.len);
	if (kc_logins_open(kc_buf_bytes(&file), "auto", &facts, &logins) != KC_OK)
		abort();
	while (more && kc_logins_next(&logins, &login, &more) == KC_OK)
		for (size_t i = 0; more && !login.problem && i < login.attrs.count; i++)
			if (login.attrs.rows[i].value.type == KC_VALUE_STRING &&
				!kc_der_is_utf8(login.attrs.rows[i].value.bytes))
				abort();
	kc_facts_done(&facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	read_records(kc_bytes(data, len));
	read_logins(kc_bytes(data, len));
	return 0;
}
