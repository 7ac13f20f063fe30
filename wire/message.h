/* SPDX-License-Identifier: ISC */
/*
 * Requests and replies as bytes.
 *
 *   Request ::= SEQUENCE { version INTEGER, call INTEGER, arguments SEQUENCE }
 *   Reply   ::= SEQUENCE { error INTEGER, result SEQUENCE OPTIONAL }
 *
 * Arguments and result are exactly the fields that the call's signatures name (wire/calls.def), in
 * that order. A reply without error has a result; one with an error may have it (a sync report).
 */
#ifndef KC_WIRE_MESSAGE_H
#define KC_WIRE_MESSAGE_H

#include "base/history.h"
#include "base/mechanism.h"
#include "base/query.h"
#include "base/status.h"
#include "base/store_view.h"
#include "wire/calls.h"

#define KC_WIRE_VERSION 1
#define KC_MESSAGE_MAX ((size_t)4 << 20) /* bytes, either way */

/* One field; the letter of its signature says which member counts. What members point to is
 * borrowed. */
struct kc_field {
	char letter;
	union {
		uint64_t number;       /* u */
		bool truth;	       /* t */
		struct kc_bytes bytes; /* b s */
		const struct kc_query *query;
		const struct kc_attrs *attrs;
		const struct kc_found_list *found;
		const struct kc_status *status;
		const struct kc_sync_report *report;
		const struct kc_device_list *devices;
		const struct kc_history_list *history;
		const struct kc_exposure *exposure;
		const struct kc_store_view *store_view;
		const struct kc_sign_params *params;
		const struct kc_cipher_params *cipher;
		const struct kc_derive_params *derive;
	};
};

/* clang-format off */
#define KC_FIELD_U(v) ((struct kc_field){.letter = 'u', .number = (v)})
#define KC_FIELD_T(v) ((struct kc_field){.letter = 't', .truth = (v)})
#define KC_FIELD_B(v) ((struct kc_field){.letter = 'b', .bytes = (v)})
#define KC_FIELD_S(v) ((struct kc_field){.letter = 's', .bytes = (v)})
#define KC_FIELD_Q(v) ((struct kc_field){.letter = 'Q', .query = (v)})
#define KC_FIELD_A(v) ((struct kc_field){.letter = 'A', .attrs = (v)})
#define KC_FIELD_P(v) ((struct kc_field){.letter = 'P', .params = (v)})
#define KC_FIELD_C(v) ((struct kc_field){.letter = 'C', .cipher = (v)})
#define KC_FIELD_K(v) ((struct kc_field){.letter = 'K', .derive = (v)})
/* clang-format on */

#define KC_RECORD_MAX 6 /* fields, the most of any signature */
#define KC_RECORD_ATTRS 2

/*
 * The arguments or the result of one call, and what they are made of. A parsed record owns what its
 * fields point to, in the members below, whence it can be moved out; bytes and text point into the
 * message. For a result the caller fills the members that the signature names.
 */
struct kc_record {
	struct kc_field fields[KC_RECORD_MAX];
	size_t count;
	uint64_t number;
	struct kc_buf buf; /* of a result: its bytes or text */
	struct kc_query query;
	struct kc_attrs attrs[2]; /* the first and the second A */
	struct kc_found_list found;
	struct kc_status status;
	struct kc_sync_report report;
	struct kc_device_list devices;
	struct kc_history_list history;
	struct kc_exposure exposure;
	struct kc_store_view store_view;
	/* The bytes of these point into the message. */
	struct kc_sign_params params;
	struct kc_cipher_params cipher;
	struct kc_derive_params derive;
};

#define KC_CLEANUP_RECORD KC_CLEANUP(kc_record_done)
void kc_record_init(struct kc_record *record);
void kc_record_done(struct kc_record *record);

/* Appends a request to out. BUG when the fields are not what the call's signature says. */
KC_MUST kc_err kc_message_build_request(const struct kc_call_row *call,
	const struct kc_field *fields, size_t count, struct kc_buf *out);
/* Reads a whole request: nothing of it is valid unless all of it is. Errors: VERSION (another
 * version), UNSUPPORTED (no such call), DECODE. */
KC_MUST kc_err kc_message_parse_request(
	struct kc_bytes message, const struct kc_call_row **ret_call, struct kc_record *ret);

/* Appends a reply, with the members of result that the call's signature names; NULL leaves the
 * result out, which only an error may. */
KC_MUST kc_err kc_message_build_reply(const struct kc_call_row *call, kc_err err,
	const struct kc_record *result, struct kc_buf *out);
/* Answers the error that the reply carries, with ret filled when it has a result; DECODE when it is
 * no reply to this call. */
KC_MUST kc_err kc_message_parse_reply(
	struct kc_bytes message, const struct kc_call_row *call, struct kc_record *ret);

#endif
