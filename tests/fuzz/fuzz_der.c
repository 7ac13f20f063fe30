/* SPDX-License-Identifier: ISC */
/* Any bytes through the DER reader: what it accepts, the writer must give back byte for byte. */
#include <stdlib.h>

#include "base/der.h"
#include "tests/fuzz/fuzz.h"

#define TAG_DOUBLE KC_DER_CONTEXT_PRIMITIVE(0)

static void copy_values(struct kc_der_reader *r, struct kc_der_writer *w);

static void copy_constructed(struct kc_der_reader *r, struct kc_der_writer *w, uint8_t tag)
{
	struct kc_der_reader inner;

	kc_der_enter(r, tag, &inner);
	if (kc_der_reader_check(r) != KC_OK)
		return; /* nothing was entered */
	kc_der_begin(w, tag);
	copy_values(&inner, w);
	kc_der_end(w);
	kc_der_leave(r, &inner);
}

static void copy_integer(struct kc_der_reader *r, struct kc_der_writer *w)
{
	struct kc_der_reader again = *r;
	int64_t number = kc_der_get_int(&again);

	if (kc_der_reader_check(&again) == KC_OK) {
		*r = again;
		kc_der_put_int(w, number);
	} else {
		kc_der_put_uint(w, kc_der_get_uint(r));
	}
}

static void copy_values(struct kc_der_reader *r, struct kc_der_writer *w)
{
	while (kc_der_more(r)) {
		int tag = kc_der_peek(r);
		if (tag == KC_DER_INTEGER)
			copy_integer(r, w);
		else if (tag == KC_DER_BOOLEAN)
			kc_der_put_bool(w, kc_der_get_bool(r));
		else if (tag == KC_DER_UTF8)
			kc_der_put_utf8(w, kc_der_get_utf8(r));
		else if (tag == TAG_DOUBLE)
			kc_der_put_double(w, TAG_DOUBLE, kc_der_get_double(r, TAG_DOUBLE));
		else if (tag == KC_DER_NULL) {
			kc_der_get_null(r);
			kc_der_put_null(w);
		} else if (tag & 0x20)
			copy_constructed(r, w, (uint8_t)tag);
		else
			kc_der_put(w, (uint8_t)tag, kc_der_get(r, (uint8_t)tag));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	struct kc_der_reader r;
	struct kc_der_writer w;

	kc_der_reader_init(&r, kc_bytes(data, len));
	kc_der_writer_init(&w, &out);
	copy_values(&r, &w);
	if (kc_der_reader_finish(&r) != KC_OK)
		return 0;
	if (kc_der_writer_check(&w) != KC_OK ||
		!kc_bytes_equal(kc_buf_bytes(&out), kc_bytes(data, len)))
		abort();
	return 0;
}
