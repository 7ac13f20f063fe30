/* SPDX-License-Identifier: ISC */
/*
 * L("kc1/…", a, b …): the one form of whatever is hashed, signed, bound or derived from
 * (doc/protocol.md 2). A value that begins with its own label is never an input to another purpose.
 *
 *	KC_CLEANUP_LABEL struct kc_label label;
 *	kc_label_init(&label, "kc1/peer");
 *	kc_der_put_bytes(&label.w, body);
 *	KC_TRY(kc_label_hash(&label, id));
 */
#ifndef KC_CIRCLE_RECORD_LABEL_H
#define KC_CIRCLE_RECORD_LABEL_H

#include "base/der.h"

struct kc_label {
	struct kc_buf bytes;
	struct kc_der_writer w; /* open: put the rest here */
};

#define KC_HASH32_LEN 32 /* SHA-384, the first 32 bytes */

void kc_label_init(struct kc_label *label, const char *text);
void kc_label_done(struct kc_label *label);
#define KC_CLEANUP_LABEL KC_CLEANUP(kc_label_done)

/* Each of these ends the value; once. */
KC_MUST kc_err kc_label_end(struct kc_label *label, struct kc_bytes *ret); /* borrowed from it */
KC_MUST kc_err kc_label_hash(struct kc_label *label, uint8_t ret[static KC_HASH32_LEN]);
/* HKDF-SHA384 with the value as info; the output is the caller's to wipe. */
KC_MUST kc_err kc_label_derive(struct kc_label *label, struct kc_bytes secret, struct kc_bytes salt,
	uint8_t *ret, size_t len);

#endif
