/* SPDX-License-Identifier: ISC */
/* Pieces of 64 KiB keep memory flat while a long list is written. */
#include "cli/out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/template.h"
#include "cli/visible.h"

#define PIECE ((size_t)64 << 10)

void kc_out_init(struct kc_out *out)
{
	*out = (struct kc_out){.look = kc_look_of(STDOUT_FILENO)};
}

void kc_out_done(struct kc_out *out)
{
	kc_buf_done(&out->buf);
}

static kc_err write_all(struct kc_bytes data)
{
	while (data.len > 0) {
		ssize_t written = write(STDOUT_FILENO, data.data, data.len);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return KC_ERR(IO);
		data = kc_bytes(data.data + written, data.len - (size_t)written);
	}
	return KC_OK;
}

kc_err kc_out_flush(struct kc_out *out)
{
	if (out->err == KC_OK)
		out->err = kc_buf_check(&out->buf);
	if (out->err == KC_OK)
		out->err = write_all(kc_buf_bytes(&out->buf));
	kc_buf_reset(&out->buf);
	return out->err;
}

static void flush_when_long(struct kc_out *out)
{
	if (out->buf.len >= PIECE || kc_buf_check(&out->buf) != KC_OK)
		(void)(kc_out_flush(out) == KC_OK); /* out->err keeps it for the last flush */
}

void kc_out_push(struct kc_out *out, struct kc_bytes data)
{
	kc_buf_push(&out->buf, data.data, data.len);
	flush_when_long(out);
}

void kc_out_print(struct kc_out *out, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	kc_template_signs(&out->buf, kc_bytes_str(text), &out->look);
	flush_when_long(out);
}

void kc_out_words(struct kc_out *out, struct kc_bytes words)
{
	kc_template_mixed(&out->buf, words, &out->look);
	flush_when_long(out);
}

void kc_out_name(struct kc_out *out, struct kc_bytes name)
{
	kc_visible_push(&out->buf, name, &out->look);
	flush_when_long(out);
}
