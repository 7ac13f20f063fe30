/* SPDX-License-Identifier: ISC */
/* One character at a time: decode, judge, copy or escape. */
#include "cli/visible.h"

#include <string.h>
#include <wchar.h>

#include "base/der.h"

#define ISOLATE "\xe2\x81\xa8"
#define END_ISOLATE "\xe2\x81\xa9"
#define ELLIPSIS "\xe2\x80\xa6"

/* Characters that steer instead of showing: first and last of each range. */
static const struct range {
	uint32_t first, last;
} steering[] = {
	{0x00, 0x1f},
	{0x7f, 0x9f},
	{0x061c, 0x061c}, /* Arabic letter mark */
	{0x200b, 0x200b}, /* zero width space */
	{0x200e, 0x200f}, /* left-to-right and right-to-left marks */
	{0x2028, 0x202e}, /* separators, embeddings, overrides */
	{0x2060, 0x206f}, /* invisible operators, isolates */
	{0xfeff, 0xfeff}, /* byte order mark */
	{0xe0000, 0xe0fff},
};

static bool steers(uint32_t character)
{
	for (size_t i = 0; i < KC_COUNT_OF(steering); i++)
		if (character >= steering[i].first && character <= steering[i].last)
			return true;
	return false;
}

/* Bytes of the character at the start of text; 0 when they are no UTF-8. */
static size_t character_len(struct kc_bytes text)
{
	for (size_t len = 1; len <= 4 && len <= text.len; len++)
		if (kc_der_is_utf8(kc_bytes(text.data, len)))
			return len;
	return 0;
}

static uint32_t decode(const uint8_t *bytes, size_t len)
{
	static const uint8_t lead[] = {0x7f, 0x1f, 0x0f, 0x07};
	uint32_t character = bytes[0] & lead[len - 1];

	for (size_t i = 1; i < len; i++)
		character = character * 64 + (bytes[i] & 0x3f);
	return character;
}

static void push_escape(struct kc_buf *out, uint32_t character)
{
	if (character == '\n')
		kc_buf_push_str(out, "\\n");
	else if (character == '\t')
		kc_buf_push_str(out, "\\t");
	else if (character < 0x80)
		kc_buf_printf(out, "\\x%02x", (unsigned)character);
	else
		kc_buf_printf(out, "\\u{%04x}", (unsigned)character);
}

static void push_visible(struct kc_buf *out, struct kc_bytes text)
{
	for (size_t at = 0, len; at < text.len; at += len) {
		len = character_len(kc_bytes(text.data + at, text.len - at));
		if (len == 0) {
			kc_buf_printf(out, "\\x%02x", text.data[at]);
			len = 1;
			continue;
		}
		uint32_t character = decode(text.data + at, len);
		if (steers(character))
			push_escape(out, character);
		else
			kc_buf_push(out, text.data + at, len);
	}
}

static bool is_ascii(struct kc_bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] >= 0x80)
			return false;
	return true;
}

void kc_visible_push(struct kc_buf *out, struct kc_bytes text, const struct kc_look *look)
{
	bool isolated = look->terminal && look->utf8 && !is_ascii(text);

	if (isolated)
		kc_buf_push_str(out, ISOLATE);
	push_visible(out, text);
	if (isolated)
		kc_buf_push_str(out, END_ISOLATE);
}

/* Columns of one visible character: what the C library says, 1 when it does not know. */
static size_t columns_of(uint32_t character)
{
	int columns = wcwidth((wchar_t)character);
	return columns < 0 ? 1 : (size_t)columns;
}

size_t kc_visible_columns(struct kc_bytes text)
{
	size_t columns = 0;

	for (size_t at = 0, len; at < text.len; at += len) {
		len = character_len(kc_bytes(text.data + at, text.len - at));
		columns += len ? columns_of(decode(text.data + at, len)) : 1;
		len += len == 0;
	}
	return columns;
}

/* Bytes at the start of text that fill at most so many columns. */
static size_t head_len(struct kc_bytes text, size_t columns)
{
	size_t at = 0;

	while (at < text.len) {
		size_t len = character_len(kc_bytes(text.data + at, text.len - at));
		size_t more = columns_of(decode(text.data + at, len));
		if (more > columns)
			break;
		columns -= more;
		at += len;
	}
	return at;
}

/* Where the last so many columns of text begin. */
static size_t tail_start(struct kc_bytes text, size_t columns)
{
	size_t at = 0, left = kc_visible_columns(text);

	while (left > columns) {
		size_t len = character_len(kc_bytes(text.data + at, text.len - at));
		left -= columns_of(decode(text.data + at, len));
		at += len;
	}
	return at;
}

void kc_visible_push_cut(
	struct kc_buf *out, struct kc_bytes text, const struct kc_look *look, size_t columns)
{
	KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT;
	struct kc_bytes shown;
	size_t start;

	push_visible(&whole, text);
	shown = kc_buf_bytes(&whole);
	if (columns < 3 || kc_visible_columns(shown) <= columns) {
		kc_buf_push(out, shown.data, shown.len);
		return;
	}
	start = tail_start(shown, columns / 2);
	kc_buf_push(out, shown.data, head_len(shown, columns - 1 - columns / 2));
	kc_buf_push_str(out, look->utf8 ? ELLIPSIS : "~");
	kc_buf_push(out, shown.data + start, shown.len - start);
}

static bool is_bare(struct kc_bytes text)
{
	static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789@%+=:,./_-";

	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == 0 || !strchr(harmless, text.data[i]))
			return false;
	return text.len > 0;
}

static bool shows_as_it_is(struct kc_bytes text)
{
	KC_CLEANUP_BUF struct kc_buf shown = KC_BUF_INIT;

	push_visible(&shown, text);
	return kc_bytes_equal(kc_buf_bytes(&shown), text);
}

void kc_visible_push_word(struct kc_buf *out, struct kc_bytes text)
{
	bool ansi = !shows_as_it_is(text); /* then $'…', whose escapes bash and zsh read back */

	if (is_bare(text)) {
		kc_buf_push(out, text.data, text.len);
		return;
	}
	kc_buf_push_str(out, ansi ? "$'" : "'");
	for (size_t i = 0; i < text.len; i++) {
		uint8_t byte = text.data[i];
		if (byte == '\'')
			kc_buf_push_str(out, ansi ? "\\'" : "'\\''");
		else if (ansi && (byte < ' ' || byte >= 0x7f || byte == '\\'))
			kc_buf_printf(out, "\\x%02x", byte);
		else
			kc_buf_push_byte(out, byte);
	}
	kc_buf_push_byte(out, '\'');
}
