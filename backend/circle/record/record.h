/* SPDX-License-Identifier: ISC */
/*
 * The signed record: what every statement of the circle travels in (doc/protocol.md 2).
 *
 * Parsing borrows from the bytes it is given. A record that parses is canonical; who signed it is a
 * question of its own, since the answer depends on who is known.
 */
#ifndef KC_CIRCLE_RECORD_RECORD_H
#define KC_CIRCLE_RECORD_RECORD_H

#include "crypto/pk.h"
#include "base/der.h"

/* Identities, all of 32 bytes and none to be taken for another. */
struct kc_peer_id {
	uint8_t bytes[32];
};
struct kc_account_id {
	uint8_t bytes[32];
};
struct kc_record_id {
	uint8_t bytes[32];
};
int kc_peer_id_compare(const struct kc_peer_id *a, const struct kc_peer_id *b);
bool kc_peer_id_equal(const struct kc_peer_id *a, const struct kc_peer_id *b);
bool kc_peer_id_is_among(const struct kc_peer_id *ids, size_t count, const struct kc_peer_id *id);
bool kc_record_id_equal(const struct kc_record_id *a, const struct kc_record_id *b);

/* The numbers are sent. 10 is kept for the recovery packet. */
enum kc_record_type {
	KC_RECORD_ACCOUNT_KEY = 1,
	KC_RECORD_PERMANENT = 2,
	KC_RECORD_LIST = 3,
	KC_RECORD_VOUCHER = 4,
	KC_RECORD_EPOCH = 5,
	KC_RECORD_SHARES = 6,
	KC_RECORD_CIRCLE = 8,
};

enum kc_signature_kind {
	KC_SIGNATURE_P384 = 1, /* with SHA-384: devices */
	KC_SIGNATURE_P256 = 2, /* with SHA-256: legacy and user keys */
};

#define KC_RECORD_MAX_SIGNATURES 8
#define KC_RECORD_MAX_BODY ((size_t)1 << 20)

struct kc_signature {
	struct kc_bytes signer; /* 32 bytes: a peer id, or the id of a P-256 key */
	enum kc_signature_kind kind;
	struct kc_bytes value; /* r ‖ s */
	struct kc_bytes raw;   /* the whole, encoded */
};

struct kc_record {
	enum kc_record_type type;
	struct kc_bytes body;
	struct kc_signature signatures[KC_RECORD_MAX_SIGNATURES];
	size_t signature_count;
};

/* A key that signs, and how it is named. */
struct kc_signer {
	const struct kc_pk *key; /* borrowed; private */
	enum kc_signature_kind kind;
	uint8_t id[32];
};

/* Errors: DECODE, also for another type than wanted. */
KC_MUST kc_err kc_record_parse(
	struct kc_bytes bytes, enum kc_record_type wanted, struct kc_record *ret);
/* Appends the record, signed by each in turn; later ones sign the earlier signatures too. */
KC_MUST kc_err kc_record_build(enum kc_record_type type, const struct kc_account_id *account,
	struct kc_bytes body, const struct kc_signer *signers, size_t count, struct kc_buf *ret);
/* The same record with further signatures. */
KC_MUST kc_err kc_record_sign_again(const struct kc_record *record,
	const struct kc_account_id *account, const struct kc_signer *signers, size_t count,
	struct kc_buf *ret);
/* Whether signature number index is there and is that of a public key (stored form of pk.h) under
 * the name id. Errors: VERIFY. */
KC_MUST kc_err kc_record_verify(const struct kc_record *record, const struct kc_account_id *account,
	size_t index, enum kc_signature_kind kind, struct kc_bytes public_key,
	const uint8_t id[static 32]);
KC_MUST kc_err kc_record_identity(const struct kc_record *record,
	const struct kc_account_id *account, struct kc_record_id *ret);

/* The id of a P-256 key: the hash of its public half. */
KC_MUST kc_err kc_signature_key_id(struct kc_bytes public_key, uint8_t ret[static 32]);
/* One signature over a labelled value that is no record, and its check. */
KC_MUST kc_err kc_signature_make(
	const struct kc_signer *signer, struct kc_bytes input, struct kc_buf *ret);
KC_MUST kc_err kc_signature_check(const struct kc_signature *signature, enum kc_signature_kind kind,
	struct kc_bytes public_key, struct kc_bytes input);
void kc_signature_pull(struct kc_der_reader *r, struct kc_signature *ret);

/* The list of extensions that ends every body: none so far. An unknown one below 128 is NEWER: the
 * record waits. */
void kc_extensions_put(struct kc_der_writer *w);
/* Errors: NEWER, DECODE. */
KC_MUST kc_err kc_extensions_pull(struct kc_der_reader *r);

/* A bounded copy of 32 bytes that may be left out: empty or exactly 32. */
bool kc_record_get_optional32(struct kc_der_reader *r, uint8_t ret[static 32]);

#endif
