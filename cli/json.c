/* SPDX-License-Identifier: ISC */
/* jansson keeps copies of secrets, so it gets an allocator that knows sizes and wipes. */
#include "cli/json.h"

#include <stdalign.h>
#include <stddef.h>
#include <unistd.h>

#include "base/der.h"
#include "cli/base64.h"
#include "cli/visible.h"
#include "cli/when.h"

struct block {
	size_t len;
	alignas(max_align_t) uint8_t data[];
};

static void *allocate(size_t len)
{
	struct block *block = malloc(sizeof *block + len);

	if (!block)
		return NULL;
	block->len = len;
	return block->data;
}

static void release(void *data)
{
	struct block *block;

	if (!data)
		return;
	block = (struct block *)((uint8_t *)data - offsetof(struct block, data));
	kc_mem_wipe(block->data, block->len);
	free(block);
}

void kc_json_init(void)
{
	json_set_alloc_funcs(allocate, release);
}

/* Sticky, for the whole run: a process that ran out of memory has no answer to give. */
static bool incomplete;

json_t *kc_json_object(void)
{
	return json_pack("{s:i}", "v", 1);
}

void kc_json_set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		incomplete = true;
}

void kc_json_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		incomplete = true;
}

json_t *kc_json_text(struct kc_bytes text)
{
	static const struct kc_look nowhere = {.utf8 = true};
	KC_CLEANUP_BUF struct kc_buf visible = KC_BUF_INIT;

	if (kc_der_is_utf8(text))
		return json_stringn(text.len ? (const char *)text.data : "", text.len);
	kc_visible_push(&visible, text, &nowhere);
	return json_stringn((const char *)visible.data, visible.len);
}

json_t *kc_json_date(double date)
{
	char text[KC_WHEN_LEN];

	kc_when_rfc3339(kc_when_from_absolute(date), text);
	return json_string(text);
}

json_t *kc_json_ms(uint64_t ms)
{
	char text[KC_WHEN_LEN];

	if (ms == 0)
		return json_null();
	kc_when_rfc3339((int64_t)(ms / 1000), text);
	return json_string(text);
}

void kc_json_set_secret(json_t *object, struct kc_bytes secret)
{
	KC_CLEANUP_BUF struct kc_buf encoded = KC_BUF_INIT;

	if (kc_der_is_utf8(secret)) {
		kc_json_set(object, "secret", kc_json_text(secret));
		kc_json_set(object, "encoding", json_string("utf-8"));
		return;
	}
	kc_base64_push(&encoded, secret);
	kc_json_set(object, "secret", json_stringn((const char *)encoded.data, encoded.len));
	kc_json_set(object, "encoding", json_string("base64"));
}

static int push_piece(const char *piece, size_t len, void *out)
{
	kc_out_push(out, kc_bytes(piece, len));
	return 0;
}

kc_err kc_json_push(struct kc_out *out, const json_t *object)
{
	size_t flags = JSON_COMPACT;

	if (incomplete)
		return KC_ERR(NO_MEMORY);
	if (out->look.terminal) /* so that no direction mark of an item reaches it */
		flags |= JSON_ENSURE_ASCII;
	if (json_dump_callback(object, push_piece, out, flags) != 0)
		return KC_ERR(NO_MEMORY);
	kc_out_push(out, kc_bytes_str("\n"));
	return KC_OK;
}

void kc_json_complain(const json_t *object)
{
	KC_CLEANUP_BUF struct kc_buf line = KC_BUF_INIT;
	ssize_t written;
	size_t flags = JSON_COMPACT | (isatty(STDERR_FILENO) ? JSON_ENSURE_ASCII : 0);
	size_t len = json_dumpb(object, NULL, 0, flags);
	uint8_t *room = kc_buf_extend(&line, len);

	if (!room || json_dumpb(object, (char *)room, len, flags) != len)
		return;
	kc_buf_push_byte(&line, '\n');
	written = write(STDERR_FILENO, line.data, line.len);
	(void)written;
}
