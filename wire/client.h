/* SPDX-License-Identifier: ISC */
/*
 * The client half: what a front end calls. One function a row of calls.def, doing what the function
 * of the same name does behind the door (backend/keychain.h has the contracts).
 *
 * A client belongs to the process: threads share it and run in parallel, each on a connection of
 * its own from a small pool. The service is started when nobody answers. A client survives a
 * restart of the service (the next call connects again) and a fork (the child connects afresh).
 * Lists and records that are handed in are given back when the answer takes their place.
 *
 * Besides the errors of the door any call can fail with SERVICE, BUSY, VERSION, EXPOSED
 * or NO_MEMORY.
 */
#ifndef KC_WIRE_CLIENT_H
#define KC_WIRE_CLIENT_H

#include "base/mechanism.h"
#include "base/query.h"
#include "base/history.h"
#include "base/store_view.h"
#include "base/status.h"

struct kc_client;

/* A client of the service for this process's place (base/place.h). Connects at the first call. */
KC_MUST kc_err kc_client_new(struct kc_client **ret);
/* A client of the service for the place of which home is the KEYCIRCLE_HOME. */
KC_MUST kc_err kc_client_new_at(const char *home, struct kc_client **ret);
void kc_client_free(struct kc_client *client);
/* The one that libraries of this process share; made at the first call, never freed. */
KC_MUST kc_err kc_client_shared(struct kc_client **ret);

KC_MUST kc_err kc_client_status(struct kc_client *client, struct kc_status *ret);
KC_MUST kc_err kc_client_setup(
	struct kc_client *client, struct kc_bytes password, const char *device);
/* With an officer (backend/keychain.h), and perhaps without a password. */
KC_MUST kc_err kc_client_setup_with_officer(struct kc_client *client, struct kc_bytes password,
	struct kc_bytes officer_pin, const char *device);
KC_MUST kc_err kc_client_unlock(struct kc_client *client, struct kc_bytes password);
KC_MUST kc_err kc_client_lock(struct kc_client *client);
KC_MUST kc_err kc_client_change_password(
	struct kc_client *client, struct kc_bytes old_password, struct kc_bytes new_password);
/* Whether a password opens the keychain, which stays as it is. Errors: AUTH. */
KC_MUST kc_err kc_client_check_password(struct kc_client *client, struct kc_bytes password);
KC_MUST kc_err kc_client_login(struct kc_client *client, struct kc_bytes password);
KC_MUST kc_err kc_client_logout(struct kc_client *client);
/* The officer's login is the program's, until it logs out or ends. RESET without one, or when the
 * PIN has changed since: AUTH. */
KC_MUST kc_err kc_client_officer_login(struct kc_client *client, struct kc_bytes pin);
KC_MUST kc_err kc_client_officer_logout(struct kc_client *client);
KC_MUST kc_err kc_client_officer_reset(struct kc_client *client, struct kc_bytes new_password);
KC_MUST kc_err kc_client_officer_change(
	struct kc_client *client, struct kc_bytes old_pin, struct kc_bytes new_pin);
KC_MUST kc_err kc_client_officer_set(
	struct kc_client *client, struct kc_bytes password, struct kc_bytes pin);
/* Errors: NOT_ALLOWED (kc.conf does not allow it), IN_USE (another program uses the token). */
KC_MUST kc_err kc_client_officer_erase(
	struct kc_client *client, struct kc_bytes pin, enum kc_sync_filter which);
/* Whether this program has sessions of the token of these items. Goes with the program. */
KC_MUST kc_err kc_client_token_use(
	struct kc_client *client, enum kc_sync_filter which, bool has_sessions);
KC_MUST kc_err kc_client_rename(struct kc_client *client, const char *device);
KC_MUST kc_err kc_client_stop(struct kc_client *client);

struct kc_client_item {
	kc_name class;
	const struct kc_attrs *attrs;
	bool has_secret;
	struct kc_bytes secret;
	bool one_of_both_syncs;
};
KC_MUST kc_err kc_client_item_add(struct kc_client *client, const struct kc_client_item *item,
	uint32_t want, struct kc_found *ret);
/* Reads every page of the answer. */
KC_MUST kc_err kc_client_item_find(
	struct kc_client *client, const struct kc_query *query, struct kc_found_list *ret);
KC_MUST kc_err kc_client_item_update(struct kc_client *client, const struct kc_query *query,
	const struct kc_client_item *changes, uint64_t *ret_count);
KC_MUST kc_err kc_client_item_delete(
	struct kc_client *client, const struct kc_query *query, uint64_t *ret_count);
/* Earlier values, every page of them, newest first; their numbers are the ids. */
KC_MUST kc_err kc_client_item_history(
	struct kc_client *client, const struct kc_query *query, struct kc_found_list *ret);
KC_MUST kc_err kc_client_item_restore(struct kc_client *client, uint64_t id, struct kc_found *ret);

KC_MUST kc_err kc_client_key_generate(struct kc_client *client, enum kc_key_type type,
	unsigned bits, const struct kc_attrs *private_attrs, const struct kc_attrs *public_attrs,
	bool store_public, struct kc_found_list *ret);
KC_MUST kc_err kc_client_import(struct kc_client *client, struct kc_bytes file,
	struct kc_bytes passphrase, const struct kc_attrs *attrs, struct kc_found_list *ret);
KC_MUST kc_err kc_client_key_sign(struct kc_client *client, uint64_t id,
	const struct kc_sign_params *params, struct kc_bytes input, struct kc_buf *ret_signature);
KC_MUST kc_err kc_client_key_verify(struct kc_client *client, struct kc_bytes spki,
	const struct kc_sign_params *params, struct kc_bytes input, struct kc_bytes signature);
KC_MUST kc_err kc_client_key_decrypt(struct kc_client *client, uint64_t id,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_secret *ret);
KC_MUST kc_err kc_client_key_agree(
	struct kc_client *client, uint64_t id, struct kc_bytes peer_public, struct kc_secret *ret);

/* Keys, by id: of a row, or transient (base/query.h), which last as long as the program is
 * connected and are its own. */
KC_MUST kc_err kc_client_key_generate_in(struct kc_client *client, const struct kc_key_spec *spec,
	const struct kc_attrs *private_attrs, const struct kc_attrs *public_attrs, unsigned keep,
	struct kc_found_list *ret);
KC_MUST kc_err kc_client_key_create(struct kc_client *client, struct kc_bytes value,
	const struct kc_attrs *attrs, bool transient, struct kc_found *ret);
KC_MUST kc_err kc_client_key_copy(struct kc_client *client, uint64_t id,
	const struct kc_attrs *changes, bool transient, struct kc_found *ret);
KC_MUST kc_err kc_client_key_derive(struct kc_client *client, uint64_t id,
	const struct kc_derive_params *params, const struct kc_attrs *attrs, bool transient,
	struct kc_found *ret);
KC_MUST kc_err kc_client_key_unwrap(struct kc_client *client, uint64_t id,
	const struct kc_cipher_params *params, struct kc_bytes wrapped,
	const struct kc_attrs *attrs, bool transient, struct kc_found *ret);
KC_MUST kc_err kc_client_key_wrap(struct kc_client *client, uint64_t wrapping_id,
	struct kc_bytes wrapping_spki, const struct kc_cipher_params *params, uint64_t id,
	struct kc_buf *ret);
KC_MUST kc_err kc_client_key_reveal(struct kc_client *client, uint64_t id, struct kc_secret *ret);
KC_MUST kc_err kc_client_key_amend(
	struct kc_client *client, uint64_t id, const struct kc_attrs *changes);
KC_MUST kc_err kc_client_key_forget(struct kc_client *client, uint64_t id);
KC_MUST kc_err kc_client_key_authorize(
	struct kc_client *client, uint64_t id, struct kc_bytes password);

/* With a secret key by id; decryption is kc_client_key_decrypt, and a code kc_client_key_sign. */
KC_MUST kc_err kc_client_secret_encrypt(struct kc_client *client, uint64_t id,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_buf *ret);
KC_MUST kc_err kc_client_mac_check(struct kc_client *client, uint64_t id,
	const struct kc_sign_params *params, struct kc_bytes input, struct kc_bytes code);
/* With a public key, given as kc_client_key_verify's. */
KC_MUST kc_err kc_client_public_encrypt(struct kc_client *client, struct kc_bytes spki,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_buf *ret);
KC_MUST kc_err kc_client_public_recover(struct kc_client *client, struct kc_bytes spki,
	const struct kc_sign_params *params, struct kc_bytes signature, struct kc_buf *ret);
/* In parts. An operation is the program's, as a transient key is; it ends with its first error,
 * with END and with DROP. */
KC_MUST kc_err kc_client_cipher_begin(struct kc_client *client, uint64_t id, bool decrypts,
	const struct kc_cipher_params *params, uint64_t *ret_operation);
KC_MUST kc_err kc_client_mac_begin(struct kc_client *client, uint64_t id, bool verifies,
	const struct kc_sign_params *params, uint64_t *ret_operation);
KC_MUST kc_err kc_client_operation_part(
	struct kc_client *client, uint64_t operation, struct kc_bytes part, struct kc_secret *ret);
KC_MUST kc_err kc_client_operation_end(struct kc_client *client, uint64_t operation,
	struct kc_bytes last, struct kc_bytes code, struct kc_secret *ret);
KC_MUST kc_err kc_client_operation_drop(struct kc_client *client, uint64_t operation);
KC_MUST kc_err kc_client_operation_fork(
	struct kc_client *client, uint64_t operation, uint64_t *ret_operation);

KC_MUST kc_err kc_client_sync_use(
	struct kc_client *client, const char *url, bool create, struct kc_bytes account_password);
KC_MUST kc_err kc_client_sync_now(struct kc_client *client, struct kc_sync_report *ret);
KC_MUST kc_err kc_client_sync_repair(struct kc_client *client, struct kc_sync_report *ret);
KC_MUST kc_err kc_client_sync_status(struct kc_client *client, struct kc_sync_report *ret);
KC_MUST kc_err kc_client_devices(struct kc_client *client, struct kc_device_list *ret);
/* poll and decide: CANCELED when another program has made a code since. */
KC_MUST kc_err kc_client_pair_start(
	struct kc_client *client, struct kc_bytes account_password, struct kc_buf *ret_code);
KC_MUST kc_err kc_client_pair_poll(struct kc_client *client, struct kc_device *ret_applicant);
KC_MUST kc_err kc_client_pair_decide(struct kc_client *client, bool let_in);
KC_MUST kc_err kc_client_pair_cancel(struct kc_client *client);
KC_MUST kc_err kc_client_join_start(struct kc_client *client, const char *url, const char *code,
	struct kc_bytes account_password);
KC_MUST kc_err kc_client_join_poll(struct kc_client *client, struct kc_sync_report *ret);
KC_MUST kc_err kc_client_join_cancel(struct kc_client *client);

KC_MUST kc_err kc_client_device_remove(struct kc_client *client,
	const uint8_t id[static KC_DEVICE_ID_LEN], struct kc_bytes account_password, bool lost,
	uint64_t before_ms, struct kc_sync_report *ret);
KC_MUST kc_err kc_client_device_counter(struct kc_client *client,
	const uint8_t id[static KC_DEVICE_ID_LEN], struct kc_bytes account_password,
	struct kc_sync_report *ret);
KC_MUST kc_err kc_client_leave(struct kc_client *client, bool untold);
KC_MUST kc_err kc_client_new_keys(struct kc_client *client, struct kc_sync_report *ret);
KC_MUST kc_err kc_client_history(struct kc_client *client, struct kc_history_list *ret);
/* whole: what was settled is read again, else what comes after it. */
KC_MUST kc_err kc_client_store_view(
	struct kc_client *client, bool whole, struct kc_store_view *ret);
KC_MUST kc_err kc_client_evidence(struct kc_client *client, struct kc_buf *ret);
KC_MUST kc_err kc_client_exposure(struct kc_client *client,
	const uint8_t id[static KC_DEVICE_ID_LEN], struct kc_exposure *ret);

/* The account password (backend/keychain.h): changed here, and as it was changed elsewhere. */
KC_MUST kc_err kc_client_account_password(struct kc_client *client, struct kc_bytes old_password,
	struct kc_bytes new_password, struct kc_sync_report *ret);
KC_MUST kc_err kc_client_account_accept(
	struct kc_client *client, struct kc_bytes password, struct kc_sync_report *ret);

#endif
