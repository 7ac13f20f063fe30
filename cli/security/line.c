/* SPDX-License-Identifier: ISC */
/* Words are gathered first and pointed at when their place is known. */
#include "cli/security/line.h"

#include <string.h>

static bool is_space(uint8_t byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

void kc_sec_line_done(struct kc_sec_line *line)
{
	kc_buf_done(&line->text);
	free(line->words);
	*line = (struct kc_sec_line){.count = 0};
}

/* Takes one word, which begins at *at; *at is behind it afterwards. */
static void take_word(struct kc_bytes line, size_t *at, struct kc_buf *out)
{
	uint8_t quote = 0;

	for (; *at < line.len; (*at)++) {
		uint8_t byte = line.data[*at];
		if (byte == '\\' && quote != '\'' && *at + 1 < line.len)
			kc_buf_push_byte(out, line.data[++*at]);
		else if (quote && byte == quote)
			quote = 0;
		else if (!quote && (byte == '"' || byte == '\''))
			quote = byte;
		else if (!quote && is_space(byte))
			return;
		else
			kc_buf_push_byte(out, byte);
	}
}

static kc_err point_at_words(struct kc_sec_line *line)
{
	char *word = (char *)line->text.data;

	line->words = calloc((size_t)line->count + 1, sizeof *line->words);
	if (!line->words)
		return KC_ERR(NO_MEMORY);
	for (int i = 0; i < line->count; i++) {
		line->words[i] = word;
		word += strlen(word) + 1;
	}
	return KC_OK;
}

/* A NUL in a word would make two of it. */
static bool has_nul(struct kc_bytes line)
{
	return line.len && memchr(line.data, 0, line.len);
}

kc_err kc_sec_line_split(struct kc_bytes line, struct kc_sec_line *ret)
{
	KC_CLEANUP_SEC_LINE struct kc_sec_line split = {.count = 0};
	size_t at = 0;

	if (has_nul(line))
		return KC_ERR(PARAM);
	for (;;) {
		while (at < line.len && is_space(line.data[at]))
			at++;
		if (at == line.len)
			break;
		take_word(line, &at, &split.text);
		kc_buf_push_byte(&split.text, 0);
		split.count++;
	}
	KC_TRY(kc_buf_check(&split.text));
	KC_TRY(point_at_words(&split));
	*ret = split;
	split = (struct kc_sec_line){.count = 0};
	return KC_OK;
}
