/* SPDX-License-Identifier: ISC */
/*
 * What a caller's mechanism says about making keys out of a key or of a password: the records of
 * C_DeriveKey (PKCS#11 3.1, 6.3.16, 6.42, 6.43, 6.65) and of PBKDF2 (6.33), read once and checked.
 */
#ifndef KC_MODULE_MECHANISM_DERIVATION_H
#define KC_MODULE_MECHANISM_DERIVATION_H

#include "module/mechanism/mechanism.h"
#include "module/object/object.h"

struct kc_derivation {
	struct kc_derive_params params; /* views into the caller's records, and into what follows */
	struct kc_buf made;		/* bytes that stand in no record of the caller */
	bool has_other;
	CK_OBJECT_HANDLE other; /* a second key; its id is the caller's to set in params */
	/* What the scheme gives without being asked for a length; 0: that must be said. */
	size_t natural_len;
	size_t most_len; /* what it gives at most; 0: the service knows */
	bool gives_end;	 /* a shorter key is the end of that, not the beginning */
	/* SP 800-108: */
	size_t segment_len; /* every key begins with a new output of the PRF, of this size */
	const CK_DERIVED_KEY *more; /* further keys */
	size_t more_count;
	struct kc_derivation_length {
		size_t index; /* in segments; SIZE_MAX: the length is not fed in */
		size_t octets;
		bool little_endian, counts_segments;
		uint8_t value[8];
	} length;
};

#define KC_DERIVATION_INIT         \
	{                          \
		.has_other = false \
	}
#define KC_CLEANUP_DERIVATION KC_CLEANUP(kc_derivation_done)
void kc_derivation_done(struct kc_derivation *derivation);

/* Further keys of SP 800-108 that one call makes. */
#define KC_DERIVATION_MORE 64

/* Reads the parameter of a row for deriving, for a base key that fits the row.
 * CKR_MECHANISM_PARAM_INVALID; CKR_KEY_TYPE_INCONSISTENT when the parameter wants another type of
 * key. */
CK_RV kc_derivation_read(const struct kc_mechanism *row, const CK_MECHANISM *asked,
	const struct kc_object *base, struct kc_derivation *ret);
/* The same of PBKDF2, which has no base. */
CK_RV kc_derivation_read_password(const CK_MECHANISM *asked, struct kc_derivation *ret);
/* Tells a derivation by SP 800-108 how long all of its keys are together, bytes; another does not
 * want to know. CKR_MECHANISM_PARAM_INVALID: more than its parameter has room for. */
CK_RV kc_derivation_set_length(
	struct kc_derivation *derivation, uint64_t keys_len, uint64_t segments_len);

/* For the readers: a pointer and a length of a record; NULL goes with 0 only. */
CK_RV kc_derivation_view(const void *data, CK_ULONG len, struct kc_bytes *ret);
CK_RV kc_derivation_read_sp800_108(const struct kc_mechanism *row, const CK_MECHANISM *asked,
	const struct kc_object *base, struct kc_derivation *ret);

#endif
