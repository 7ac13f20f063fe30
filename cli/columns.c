/* SPDX-License-Identifier: ISC */
/* Cells wait in one buffer until the widest of each column is known. */
#include "cli/columns.h"

#include <string.h>

#include "cli/visible.h"

#define WIDEST_CELL 40
#define NARROW 60
#define GAP 2
#define MOST_TEXT ((size_t)256 << 20)

void kc_columns_init(struct kc_columns *columns, const char *const *headers, size_t count,
	const struct kc_look *look)
{
	*columns = (struct kc_columns){.headers = headers,
		.count = count,
		.text = KC_BUF_INIT_MAX(MOST_TEXT),
		.widths = KC_BUF_INIT_MAX(MOST_TEXT),
		.look = look};
}

void kc_columns_done(struct kc_columns *columns)
{
	kc_buf_done(&columns->text);
	kc_buf_done(&columns->widths);
}

void kc_columns_add(struct kc_columns *columns, struct kc_bytes cell)
{
	size_t before = columns->text.len;
	uint32_t len;

	kc_visible_push_cut(&columns->text, cell, columns->look,
		columns->look->terminal ? WIDEST_CELL : SIZE_MAX);
	len = (uint32_t)(columns->text.len - before);
	kc_buf_push(&columns->widths, &len, sizeof len);
}

void kc_columns_add_str(struct kc_columns *columns, const char *cell)
{
	kc_columns_add(columns, kc_bytes_str(cell));
}

static size_t cell_count(const struct kc_columns *columns)
{
	return columns->widths.len / sizeof(uint32_t);
}

/* The cell at index, whose text starts at *at; moves *at behind it. */
static struct kc_bytes next_cell(const struct kc_columns *columns, size_t index, size_t *at)
{
	uint32_t len;
	struct kc_bytes cell;

	memcpy(&len, columns->widths.data + index * sizeof len, sizeof len);
	cell = kc_bytes(columns->text.data + *at, len);
	*at += len;
	return cell;
}

static void measure(const struct kc_columns *columns, size_t widest[static KC_COLUMNS_MAX])
{
	size_t at = 0;

	for (size_t i = 0; i < columns->count; i++)
		widest[i] = strlen(columns->headers[i]);
	for (size_t i = 0; i < cell_count(columns); i++) {
		size_t width = kc_visible_columns(next_cell(columns, i, &at));
		if (width > widest[i % columns->count])
			widest[i % columns->count] = width;
	}
}

static void push_padded(struct kc_out *out, struct kc_bytes cell, size_t width, bool isolate)
{
	if (isolate)
		kc_out_name(out, cell); /* it is visible already; this isolates it */
	else
		kc_out_push(out, cell);
	for (size_t i = kc_visible_columns(cell); i < width; i++)
		kc_out_push(out, kc_bytes_str(" "));
}

static void print_rows(const struct kc_columns *columns, struct kc_out *out)
{
	size_t widest[KC_COLUMNS_MAX], at = 0, last = columns->count - 1;

	measure(columns, widest);
	for (size_t i = 0; i < columns->count; i++)
		push_padded(out, kc_bytes_str(columns->headers[i]), i == last ? 0 : widest[i] + GAP,
			false);
	kc_out_push(out, kc_bytes_str("\n"));
	for (size_t i = 0; i < cell_count(columns); i++) {
		size_t column = i % columns->count;
		push_padded(out, next_cell(columns, i, &at),
			column == last ? 0 : widest[column] + GAP, true);
		if (column == last)
			kc_out_push(out, kc_bytes_str("\n"));
	}
}

static void print_blocks(const struct kc_columns *columns, struct kc_out *out)
{
	size_t at = 0;

	for (size_t i = 0; i < cell_count(columns); i++) {
		if (i && i % columns->count == 0)
			kc_out_push(out, kc_bytes_str("\n"));
		kc_out_print(out, "%s: ", columns->headers[i % columns->count]);
		kc_out_name(out, next_cell(columns, i, &at));
		kc_out_push(out, kc_bytes_str("\n"));
	}
}

kc_err kc_columns_print(const struct kc_columns *columns, struct kc_out *out)
{
	KC_TRY(kc_buf_check(&columns->text));
	KC_TRY(kc_buf_check(&columns->widths));
	if (columns->look->plain || columns->look->columns < NARROW)
		print_blocks(columns, out);
	else
		print_rows(columns, out);
	return KC_OK;
}
