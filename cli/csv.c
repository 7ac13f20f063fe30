/* SPDX-License-Identifier: ISC */
/* The grammar of RFC 4180 section 2, one function a rule: file, record, escaped and non-escaped
 * field. */
#include "cli/csv.h"

#include <string.h>

#include "base/der.h"

static const char bad_quote[] = "a quote inside a cell without quotes";
static const char after_quote[] = "text after a closing quote";
static const char open_quote[] = "a quote that is never closed";
static const char many_cells[] = "too many cells";
static const char bad_text[] = "not UTF-8";

void kc_csv_init(struct kc_csv *csv, struct kc_bytes text)
{
	static const uint8_t mark[] = {0xef, 0xbb, 0xbf};

	if (text.len >= sizeof mark && memcmp(text.data, mark, sizeof mark) == 0)
		text = kc_bytes(text.data + sizeof mark, text.len - sizeof mark);
	*csv = (struct kc_csv){.rest = text, .line = 1};
}

void kc_csv_record_done(struct kc_csv_record *record)
{
	kc_buf_done(&record->text);
	*record = (struct kc_csv_record){0};
}

struct kc_bytes kc_csv_cell(const struct kc_csv_record *record, size_t index)
{
	size_t len = index < record->count ? record->start[index + 1] - record->start[index] : 0;

	return len ? kc_bytes(record->text.data + record->start[index], len) : kc_bytes(NULL, 0);
}

static int peek(const struct kc_csv *csv)
{
	return csv->rest.len ? csv->rest.data[0] : -1;
}

static void step(struct kc_csv *csv)
{
	csv->line += csv->rest.data[0] == '\n';
	csv->rest = kc_bytes(csv->rest.data + 1, csv->rest.len - 1);
}

/* Passes over the end of a line; true also at the end of the text. */
static bool take_end(struct kc_csv *csv)
{
	if (csv->rest.len >= 2 && csv->rest.data[0] == '\r' && csv->rest.data[1] == '\n')
		step(csv);
	else if (peek(csv) != '\n')
		return csv->rest.len == 0;
	step(csv);
	return true;
}

static bool at_end(const struct kc_csv *csv)
{
	struct kc_csv copy = *csv;
	return take_end(&copy);
}

static void skip_line(struct kc_csv *csv)
{
	while (!take_end(csv))
		step(csv);
}

static const char *read_escaped(struct kc_csv *csv, struct kc_buf *cell)
{
	step(csv);
	for (;; step(csv)) {
		int byte = peek(csv);
		if (byte < 0)
			return open_quote;
		if (byte == '"') {
			step(csv);
			if (peek(csv) != '"')
				return peek(csv) == ',' || at_end(csv) ? NULL : after_quote;
		}
		kc_buf_push_byte(cell, (uint8_t)byte);
	}
}

static const char *read_plain(struct kc_csv *csv, struct kc_buf *cell)
{
	while (peek(csv) != ',' && !at_end(csv)) {
		if (peek(csv) == '"')
			return bad_quote;
		kc_buf_push_byte(cell, (uint8_t)peek(csv));
		step(csv);
	}
	return NULL;
}

/* An unclosed quote swallows all that follows; then only its own line is given up. */
static void go_on_after(struct kc_csv *csv, struct kc_csv before, const char *problem)
{
	if (problem == open_quote)
		*csv = before;
	skip_line(csv);
}

static const char *read_record(struct kc_csv *csv, struct kc_csv_record *record)
{
	const char *problem;

	for (;;) {
		if (record->count == KC_CSV_MAX_CELLS)
			return many_cells;
		problem = peek(csv) == '"' ? read_escaped(csv, &record->text)
					   : read_plain(csv, &record->text);
		if (problem)
			return problem;
		record->start[++record->count] = record->text.len;
		if (peek(csv) != ',')
			return NULL;
		step(csv);
	}
}

bool kc_csv_next(struct kc_csv *csv, struct kc_csv_record *record)
{
	struct kc_csv before;

	while (csv->rest.len && at_end(csv))
		take_end(csv);
	kc_buf_reset(&record->text);
	record->count = 0;
	record->start[0] = 0;
	record->line = csv->line;
	if (csv->rest.len == 0)
		return false;
	before = *csv;
	record->problem = read_record(csv, record);
	if (record->problem) {
		record->count = 0;
		go_on_after(csv, before, record->problem);
	} else {
		take_end(csv);
		if (!kc_der_is_utf8(kc_buf_bytes(&record->text)))
			record->problem = bad_text;
	}
	return kc_buf_check(&record->text) == KC_OK;
}
