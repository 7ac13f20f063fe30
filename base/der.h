/* SPDX-License-Identifier: ISC */
/*
 * The one encoder of bytes that are stored, signed or sent: strict DER, ITU-T X.690 (2021).
 *
 * Reading accepts exactly what writing produces: definite minimal lengths, minimal integers,
 * booleans 00 or FF, well-formed UTF-8, nothing after the end. So parsing a message and building it
 * again gives the same bytes, and a signature over bytes is a signature over meaning. Both sides
 * are sticky: do everything, check once. Nothing here allocates on the reading side; views point
 * into the input.
 *
 * Writing:                                   Reading:
 *   struct kc_der_writer w;                    struct kc_der_reader r, seq;
 *   kc_der_writer_init(&w, &buf);              kc_der_reader_init(&r, bytes);
 *   kc_der_begin(&w, KC_DER_SEQUENCE);         kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
 *   kc_der_put_uint(&w, 1);                    version = kc_der_get_uint(&seq);
 *   kc_der_end(&w);                            kc_der_leave(&r, &seq);
 *   KC_TRY(kc_der_writer_check(&w));           KC_TRY(kc_der_reader_finish(&r));
 */
#ifndef KC_BASE_DER_H
#define KC_BASE_DER_H

#include "base/buf.h"

/* Identifier octets, X.690 8.1.2 (only low tag numbers are used). */
enum {
	KC_DER_BOOLEAN = 0x01,
	KC_DER_INTEGER = 0x02,
	KC_DER_BIT_STRING = 0x03,
	KC_DER_OCTET_STRING = 0x04,
	KC_DER_NULL = 0x05,
	KC_DER_OID = 0x06,
	KC_DER_UTF8 = 0x0c,
	KC_DER_SEQUENCE = 0x30,
	KC_DER_SET = 0x31,
};
#define KC_DER_CONTEXT(n) (0xa0 | (n))		 /* [n], constructed (explicit tagging) */
#define KC_DER_CONTEXT_PRIMITIVE(n) (0x80 | (n)) /* [n] IMPLICIT of a primitive type */

#define KC_DER_MAX_DEPTH 16
#define KC_DER_MAX_LEN ((size_t)16 << 20)

/* --- writing -----------------------------------------------------------------------------------
 */

struct kc_der_writer {
	struct kc_buf *out; /* borrowed; appended to, never cleared */
	kc_err err;
	unsigned depth;
	size_t start[KC_DER_MAX_DEPTH]; /* where each open value's contents begin */
	uint8_t room[KC_DER_MAX_DEPTH]; /* bytes left for its length before them */
};

void kc_der_writer_init(struct kc_der_writer *w, struct kc_buf *out);
/* TOO_LARGE or NO_MEMORY from the buffer; BUG when begin and end do not pair up. */
KC_MUST kc_err kc_der_writer_check(const struct kc_der_writer *w);

void kc_der_begin(struct kc_der_writer *w, uint8_t tag); /* opens a constructed value */
void kc_der_end(struct kc_der_writer *w);		 /* closes it */
/* The same as begin, for contents of about so many bytes: they need not move when it is closed. */
void kc_der_begin_about(struct kc_der_writer *w, uint8_t tag, size_t about);
void kc_der_put(struct kc_der_writer *w, uint8_t tag, struct kc_bytes contents);
void kc_der_put_raw(struct kc_der_writer *w, struct kc_bytes encoded); /* a value already encoded */
void kc_der_put_int(struct kc_der_writer *w, int64_t value);
void kc_der_put_uint(struct kc_der_writer *w, uint64_t value);
void kc_der_put_bool(struct kc_der_writer *w, bool value);
void kc_der_put_null(struct kc_der_writer *w);
void kc_der_put_bytes(struct kc_der_writer *w, struct kc_bytes value); /* OCTET STRING */
void kc_der_put_utf8(struct kc_der_writer *w, struct kc_bytes value);  /* UTF8String, checked */
void kc_der_put_str(struct kc_der_writer *w, const char *text);	       /* UTF8String */
/* A double as its eight IEEE 754 bytes, most significant first, under a primitive tag; -0.0 becomes
 * 0.0 and a NaN is PARAM, so that equal numbers have equal bytes. */
void kc_der_put_double(struct kc_der_writer *w, uint8_t tag, double value);

/* --- reading -----------------------------------------------------------------------------------
 */

struct kc_der_reader {
	const uint8_t *at, *end;
	kc_err err;
	unsigned depth;
};

void kc_der_reader_init(struct kc_der_reader *r, struct kc_bytes input);
/* DECODE when anything before failed; the reader may have bytes left. */
KC_MUST kc_err kc_der_reader_check(const struct kc_der_reader *r);
/* The same, and DECODE when bytes are left. */
KC_MUST kc_err kc_der_reader_finish(struct kc_der_reader *r);
/* Makes the reader fail from now on, for rules that are the caller's own. */
void kc_der_reader_fail(struct kc_der_reader *r);
/* The same with another error than DECODE: there was no memory for what was read. */
void kc_der_reader_fail_with(struct kc_der_reader *r, kc_err err);

bool kc_der_more(const struct kc_der_reader *r); /* bytes left, and nothing failed */
int kc_der_peek(const struct kc_der_reader *r);	 /* next identifier octet; -1 when none */

/* Opens a constructed value: *inner reads its contents. leave demands that it was read to its end
 * and carries an error of it to r. */
void kc_der_enter(struct kc_der_reader *r, uint8_t tag, struct kc_der_reader *inner);
void kc_der_leave(struct kc_der_reader *r, struct kc_der_reader *inner);

/* Each takes the next value; after a failure it answers zero, false or an empty view. */
struct kc_bytes kc_der_get(struct kc_der_reader *r, uint8_t tag); /* its contents */
struct kc_bytes kc_der_get_raw(struct kc_der_reader *r);	  /* any value, header included */
int64_t kc_der_get_int(struct kc_der_reader *r);
uint64_t kc_der_get_uint(struct kc_der_reader *r);
/* The same with a bound: greater than most is a failure. */
uint64_t kc_der_get_uint_max(struct kc_der_reader *r, uint64_t most);
bool kc_der_get_bool(struct kc_der_reader *r);
void kc_der_get_null(struct kc_der_reader *r);
struct kc_bytes kc_der_get_bytes(struct kc_der_reader *r);
/* An OCTET STRING of exactly len bytes, copied to ret (zeroed on failure). */
void kc_der_get_array(struct kc_der_reader *r, uint8_t *ret, size_t len);
struct kc_bytes kc_der_get_utf8(struct kc_der_reader *r);
/* A UTF8String without a NUL of fewer than size bytes, copied to ret with a NUL behind it (empty on
 * failure). */
void kc_der_get_text(struct kc_der_reader *r, char *ret, size_t size);
double kc_der_get_double(struct kc_der_reader *r, uint8_t tag);

/* How long the value is whose beginning is given, header included, by what its header says; not all
 * of it need be there. Errors: WAITING (not even the header is whole), DECODE (no value begins so).
 */
KC_MUST kc_err kc_der_measure(struct kc_bytes beginning, size_t *ret_len);

/* Whether bytes are well-formed UTF-8 (Unicode 15, table 3-7): no surrogates, no overlong forms. A
 * NUL is a character like others. */
bool kc_der_is_utf8(struct kc_bytes text);

#endif
