/* SPDX-License-Identifier: ISC */
/* Growth is by copy into fresh memory, never realloc(): realloc would leave secrets behind. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIRST_ALLOCATION 128

void kc_buf_done(struct kc_buf *buf)
{
	kc_mem_wipe(buf->data, buf->allocated);
	free(buf->data);
	*buf = (struct kc_buf){.max = buf->max};
}

void kc_buf_reset(struct kc_buf *buf)
{
	kc_mem_wipe(buf->data, buf->len);
	buf->len = 0;
	buf->err = KC_OK;
}

static kc_err reserve(struct kc_buf *buf, size_t more)
{
	size_t most = buf->max ? buf->max : KC_BUF_MAX;
	size_t wanted = buf->allocated ? buf->allocated : FIRST_ALLOCATION;
	uint8_t *grown;

	if (buf->err != KC_OK)
		return buf->err;
	if (more > most || buf->len > most - more)
		return buf->err = KC_ERR(TOO_LARGE);
	if (buf->allocated - buf->len > more) /* one byte stays free for kc_buf_text */
		return KC_OK;
	while (wanted - buf->len <= more)
		wanted *= 2;
	grown = malloc(wanted);
	if (!grown)
		return buf->err = KC_ERR(NO_MEMORY);
	if (buf->len)
		memcpy(grown, buf->data, buf->len);
	kc_mem_wipe(buf->data, buf->allocated);
	free(buf->data);
	buf->data = grown;
	buf->allocated = wanted;
	return KC_OK;
}

void kc_buf_push(struct kc_buf *buf, const void *data, size_t len)
{
	if (len == 0 || reserve(buf, len) != KC_OK)
		return;
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
}

void kc_buf_push_byte(struct kc_buf *buf, uint8_t byte)
{
	kc_buf_push(buf, &byte, 1);
}

void kc_buf_push_str(struct kc_buf *buf, const char *text)
{
	kc_buf_push(buf, text, strlen(text));
}

void kc_buf_printf(struct kc_buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0 || reserve(buf, (size_t)len) != KC_OK)
		return;
	va_start(args, format);
	vsnprintf((char *)buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

uint8_t *kc_buf_extend(struct kc_buf *buf, size_t len)
{
	uint8_t *room;

	if (reserve(buf, len) != KC_OK)
		return NULL;
	room = buf->data + buf->len;
	memset(room, 0, len);
	buf->len += len;
	return room;
}

void kc_buf_insert(struct kc_buf *buf, size_t at, const void *data, size_t len)
{
	kc_buf_replace(buf, at, 0, data, len);
}

void kc_buf_replace(struct kc_buf *buf, size_t at, size_t old_len, const void *data, size_t len)
{
	if (len > old_len && reserve(buf, len - old_len) != KC_OK)
		return;
	if (len != old_len)
		memmove(buf->data + at + len, buf->data + at + old_len, buf->len - at - old_len);
	if (len)
		memcpy(buf->data + at, data, len);
	if (len < old_len)
		kc_mem_wipe(buf->data + buf->len - (old_len - len), old_len - len);
	buf->len = buf->len - old_len + len;
}

void kc_buf_truncate(struct kc_buf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	kc_mem_wipe(buf->data + len, buf->len - len);
	buf->len = len;
}

kc_err kc_buf_check(const struct kc_buf *buf)
{
	return buf->err;
}

const char *kc_buf_text(struct kc_buf *buf)
{
	if (reserve(buf, 0) != KC_OK)
		return NULL;
	buf->data[buf->len] = 0;
	return (const char *)buf->data;
}

uint8_t *kc_buf_steal(struct kc_buf *buf, size_t *ret_len)
{
	uint8_t *data = buf->data;

	*ret_len = buf->len;
	*buf = (struct kc_buf){.max = buf->max};
	return data;
}
