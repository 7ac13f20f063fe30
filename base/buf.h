/* SPDX-License-Identifier: ISC */
/*
 * A growing buffer with a cap of its own and a sticky error: write everything, check once.
 *
 * Any buffer may come to hold a secret, so memory that it leaves behind when it grows or is freed
 * is wiped. After the first failure (no memory, or more than max bytes) every push does nothing and
 * kc_buf_check tells; the contents up to then stay as they were.
 */
#ifndef KC_BASE_BUF_H
#define KC_BASE_BUF_H

#include "base/mem.h"

struct kc_buf {
	uint8_t *data; /* owned; NULL until the first push */
	size_t len;
	size_t allocated;
	size_t max; /* most bytes it will hold; 0 means KC_BUF_MAX */
	kc_err err; /* the sticky error */
};

#define KC_BUF_MAX ((size_t)16 << 20)
#define KC_BUF_INIT \
	{           \
		0   \
	}
#define KC_BUF_INIT_MAX(most) \
	{                     \
		.max = (most) \
	}
#define KC_CLEANUP_BUF KC_CLEANUP(kc_buf_done)

void kc_buf_done(struct kc_buf *buf);  /* wipes, frees, and makes it empty and usable again */
void kc_buf_reset(struct kc_buf *buf); /* wipes the contents, keeps the memory, clears the error */

void kc_buf_push(struct kc_buf *buf, const void *data, size_t len);
void kc_buf_push_byte(struct kc_buf *buf, uint8_t byte);
void kc_buf_push_str(struct kc_buf *buf, const char *text); /* without the NUL */
void kc_buf_printf(struct kc_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Room for len more bytes at the end, counted into buf->len; NULL on failure (sticky). The memory
 * is zeroed, and valid until the next push. */
uint8_t *kc_buf_extend(struct kc_buf *buf, size_t len);
/* Makes a gap of len bytes at offset at by moving what follows. Sticky on failure. */
void kc_buf_insert(struct kc_buf *buf, size_t at, const void *data, size_t len);
/* Puts len bytes in the place of the old_len at offset at, moving what follows where they are not
 * as many. Sticky on failure. */
void kc_buf_replace(struct kc_buf *buf, size_t at, size_t old_len, const void *data, size_t len);
/* Cuts to len bytes (no-op when shorter); the rest is wiped. */
void kc_buf_truncate(struct kc_buf *buf, size_t len);

KC_MUST kc_err kc_buf_check(const struct kc_buf *buf);
static inline struct kc_bytes kc_buf_bytes(const struct kc_buf *buf)
{
	return kc_bytes(buf->data, buf->len);
}
/* The contents as a NUL-terminated string owned by the buffer; NULL after a failure. The NUL is not
 * counted in len. */
const char *kc_buf_text(struct kc_buf *buf);
/* Gives the memory to the caller, who wipes and frees it; the buffer is empty afterwards. */
uint8_t *kc_buf_steal(struct kc_buf *buf, size_t *ret_len);

#endif
