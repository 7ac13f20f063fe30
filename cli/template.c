/* SPDX-License-Identifier: ISC */
/* A template is walked once, character by character; the table is ours, so its braces do pair up.
 */
#include "cli/template.h"

#include <string.h>

#include "cli/visible.h"

#define BETWEEN_PIECES "        "

/* Signs that a locale without UTF-8 has to do without. */
static const struct {
	const char *sign, *otherwise;
} signs[] = {
	{"✓", "ok:"},
	{"! ", "note: "},
	{"“", "\""},
	{"”", "\""},
	{"…", "..."},
	{"—", "-"},
};

bool kc_template_next(struct kc_bytes *rest, char separator, struct kc_bytes *ret)
{
	const uint8_t *end;

	if (!rest->data)
		return false;
	end = rest->len ? memchr(rest->data, separator, rest->len) : NULL;
	*ret = kc_bytes(rest->data, end ? (size_t)(end - rest->data) : rest->len);
	*rest = end ? kc_bytes(end + 1, rest->len - ret->len - 1) : kc_bytes(NULL, 0);
	return true;
}

/* The fact named at the start of text, and how long its braces are. */
static enum kc_fact fact_at(struct kc_bytes text, size_t *ret_len)
{
	const uint8_t *end = memchr(text.data, '}', text.len);

	*ret_len = (size_t)(end - text.data) + 1;
	return kc_facts_named(kc_bytes(text.data + 1, *ret_len - 2));
}

/* The option at the start of text, without its brackets, and how long it is with them. */
static struct kc_bytes option_at(struct kc_bytes text, size_t *ret_len)
{
	const uint8_t *end = memchr(text.data, ']', text.len);

	*ret_len = (size_t)(end - text.data) + 1;
	return kc_bytes(text.data + 1, *ret_len - 2);
}

bool kc_template_is_known(struct kc_bytes piece, const struct kc_facts *facts)
{
	for (size_t at = 0, len; at < piece.len; at += len) {
		struct kc_bytes rest = kc_bytes(piece.data + at, piece.len - at);
		len = 1;
		if (rest.data[0] == '{' && !facts->known[fact_at(rest, &len)])
			return false;
		if (rest.data[0] == '[')
			option_at(rest, &len);
	}
	return true;
}

/* The sign at the start of text, if this look cannot show it; its length, or 0. */
static size_t push_replaced(struct kc_buf *out, struct kc_bytes text, const struct kc_look *look)
{
	if (look->utf8 && !look->plain)
		return 0;
	for (size_t i = 0; i < KC_COUNT_OF(signs); i++) {
		size_t len = strlen(signs[i].sign);
		bool is_quote_or_dash = i > 1;
		if (text.len < len || memcmp(text.data, signs[i].sign, len) != 0)
			continue;
		if (look->utf8 && is_quote_or_dash)
			return 0;
		kc_buf_push_str(out, signs[i].otherwise);
		return len;
	}
	return 0;
}

void kc_template_signs(struct kc_buf *out, struct kc_bytes text, const struct kc_look *look)
{
	for (size_t at = 0, len; at < text.len; at += len) {
		struct kc_bytes rest = kc_bytes(text.data + at, text.len - at);
		len = rest.data[0] < 0x80 ? 0 : push_replaced(out, rest, look);
		if (len)
			continue;
		len = 1;
		kc_buf_push_byte(out, rest.data[0]);
	}
}

void kc_template_mixed(struct kc_buf *out, struct kc_bytes text, const struct kc_look *look)
{
	KC_CLEANUP_BUF struct kc_buf shown = KC_BUF_INIT;

	kc_visible_push(&shown, text, look);
	kc_template_signs(out, kc_buf_bytes(&shown), look);
}

static void push_fact(struct kc_buf *out, enum kc_fact fact, const struct kc_facts *facts,
	bool in_command, const struct kc_look *look)
{
	struct kc_bytes text = kc_facts_get(facts, fact);

	if (kc_facts_kind(fact) == KC_FACT_OURS)
		kc_buf_push(out, text.data, text.len);
	else if (kc_facts_kind(fact) == KC_FACT_MIXED)
		kc_template_mixed(out, text, look);
	else if (in_command)
		kc_visible_push_word(out, text);
	else
		kc_visible_push(out, text, look);
}

static void fill(struct kc_buf *out, struct kc_bytes piece, const struct kc_facts *facts,
	const struct kc_look *look, bool in_command)
{
	for (size_t at = 0, len; at < piece.len; at += len) {
		struct kc_bytes rest = kc_bytes(piece.data + at, piece.len - at);
		if (rest.data[0] == '{') {
			push_fact(out, fact_at(rest, &len), facts, in_command, look);
			continue;
		}
		if (rest.data[0] == '[') {
			struct kc_bytes option = option_at(rest, &len);
			if (kc_template_is_known(option, facts))
				fill(out, option, facts, look, in_command);
			continue;
		}
		len = push_replaced(out, rest, look);
		if (len)
			continue;
		len = 1;
		if (rest.data[0] == '`')
			in_command = !in_command;
		else
			kc_buf_push_byte(out, rest.data[0]);
	}
}

void kc_template_fill(struct kc_buf *out, struct kc_bytes piece, const struct kc_facts *facts,
	const struct kc_look *look)
{
	fill(out, piece, facts, look, false);
}

void kc_template_lines(struct kc_buf *out, const char *indent, const char *lines,
	const struct kc_facts *facts, const struct kc_look *look)
{
	struct kc_bytes rest = kc_bytes_str(lines), line, piece;

	while (kc_template_next(&rest, '\n', &line)) {
		const char *before = indent;
		while (kc_template_next(&line, '|', &piece)) {
			if (!kc_template_is_known(piece, facts))
				continue;
			kc_buf_push_str(out, before);
			kc_template_fill(out, piece, facts, look);
			before = BETWEEN_PIECES;
		}
		if (before != indent)
			kc_buf_push_byte(out, '\n');
	}
}

static kc_err append_commands(struct kc_bytes piece, const struct kc_facts *facts, json_t *array)
{
	static const struct kc_look nowhere = {.utf8 = true};
	struct kc_bytes part;
	bool is_command = false;

	for (; kc_template_next(&piece, '`', &part); is_command = !is_command) {
		KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
		if (!is_command)
			continue;
		fill(&text, part, facts, &nowhere, true);
		KC_TRY(kc_buf_check(&text));
		if (json_array_append_new(array, json_stringn((const char *)text.data, text.len)) !=
			0)
			return KC_ERR(NO_MEMORY);
	}
	return KC_OK;
}

kc_err kc_template_commands(const char *lines, const struct kc_facts *facts, json_t *array)
{
	struct kc_bytes rest = kc_bytes_str(lines), line, piece;

	while (kc_template_next(&rest, '\n', &line))
		while (kc_template_next(&line, '|', &piece))
			if (kc_template_is_known(piece, facts))
				KC_TRY(append_commands(piece, facts, array));
	return KC_OK;
}
