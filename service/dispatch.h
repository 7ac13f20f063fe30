/* SPDX-License-Identifier: ISC */
/* From a request's bytes to its handler, and back to a reply's bytes. */
#ifndef KC_SERVICE_DISPATCH_H
#define KC_SERVICE_DISPATCH_H

#include "service/application.h"
#include "service/service.h"
#include "wire/message.h"

/* One call while it runs. */
struct kc_request {
	struct kc_service *service;
	struct kc_application *application;
	int process;		      /* which of its processes, as a pidfd; -1: not known */
	struct kc_caller caller;      /* for the door */
	struct kc_keychain *keychain; /* NULL for handlers that work without */
	struct kc_record arguments;
	struct kc_record result;
	bool is_own; /* nothing has changed but what is the program's own: nobody need look */
};

/* Fills the members of result that the call's signature names. */
typedef kc_err (*kc_handler)(struct kc_request *request);

/* Appends the reply, be it an error. Fails only when there can be none: NO_MEMORY. */
KC_MUST kc_err kc_dispatch(struct kc_service *service, struct kc_application *application,
	int process, struct kc_bytes message, struct kc_buf *reply);

/* A program tries one password at a time until the end of the scope: each wrong one makes the next
 * wait, and however many it tries, another program waits for one of them at the most. */
static inline void kc_dispatch_end_trying(pthread_mutex_t **trying)
{
	pthread_mutex_unlock(*trying);
}
#define KC_HOLD_TRYING(request)                                          \
	KC_CLEANUP(kc_dispatch_end_trying)                               \
	pthread_mutex_t *held_trying_ = &(request)->application->trying; \
	pthread_mutex_lock(held_trying_)

/* The handlers, by what they are about. */
kc_err kc_handle_hello(struct kc_request *request);
kc_err kc_handle_status(struct kc_request *request);
kc_err kc_handle_setup(struct kc_request *request);
kc_err kc_handle_unlock(struct kc_request *request);
kc_err kc_handle_lock(struct kc_request *request);
kc_err kc_handle_rename(struct kc_request *request);
kc_err kc_handle_change_password(struct kc_request *request);
kc_err kc_handle_check_password(struct kc_request *request);
kc_err kc_handle_login(struct kc_request *request);
kc_err kc_handle_logout(struct kc_request *request);
kc_err kc_handle_stop(struct kc_request *request);
kc_err kc_handle_officer_login(struct kc_request *request);
kc_err kc_handle_officer_logout(struct kc_request *request);
kc_err kc_handle_officer_reset(struct kc_request *request);
kc_err kc_handle_officer_change(struct kc_request *request);
kc_err kc_handle_officer_set(struct kc_request *request);
kc_err kc_handle_officer_erase(struct kc_request *request);
kc_err kc_handle_token_use(struct kc_request *request);

kc_err kc_handle_item_add(struct kc_request *request);
kc_err kc_handle_item_find(struct kc_request *request);
kc_err kc_handle_item_update(struct kc_request *request);
kc_err kc_handle_item_delete(struct kc_request *request);
kc_err kc_handle_item_history(struct kc_request *request);
kc_err kc_handle_item_restore(struct kc_request *request);
kc_err kc_handle_key_generate(struct kc_request *request);
kc_err kc_handle_import(struct kc_request *request);
kc_err kc_handle_key_sign(struct kc_request *request);
kc_err kc_handle_key_verify(struct kc_request *request);
kc_err kc_handle_key_decrypt(struct kc_request *request);
kc_err kc_handle_key_agree(struct kc_request *request);

kc_err kc_handle_key_generate_in(struct kc_request *request);
kc_err kc_handle_key_create(struct kc_request *request);
kc_err kc_handle_key_copy(struct kc_request *request);
kc_err kc_handle_key_derive(struct kc_request *request);
kc_err kc_handle_key_unwrap(struct kc_request *request);
kc_err kc_handle_key_wrap(struct kc_request *request);
kc_err kc_handle_key_reveal(struct kc_request *request);
kc_err kc_handle_key_amend(struct kc_request *request);
kc_err kc_handle_key_forget(struct kc_request *request);
kc_err kc_handle_key_authorize(struct kc_request *request);
kc_err kc_handle_secret_encrypt(struct kc_request *request);
kc_err kc_handle_public_encrypt(struct kc_request *request);
kc_err kc_handle_public_recover(struct kc_request *request);
kc_err kc_handle_mac_check(struct kc_request *request);
kc_err kc_handle_cipher_begin(struct kc_request *request);
kc_err kc_handle_mac_begin(struct kc_request *request);
kc_err kc_handle_operation_part(struct kc_request *request);
kc_err kc_handle_operation_end(struct kc_request *request);
kc_err kc_handle_operation_rest(struct kc_request *request);
kc_err kc_handle_operation_drop(struct kc_request *request);
kc_err kc_handle_operation_fork(struct kc_request *request);

kc_err kc_handle_sync_use(struct kc_request *request);
kc_err kc_handle_sync_now(struct kc_request *request);
kc_err kc_handle_sync_repair(struct kc_request *request);
kc_err kc_handle_sync_status(struct kc_request *request);
kc_err kc_handle_devices(struct kc_request *request);
kc_err kc_handle_pair_start(struct kc_request *request);
kc_err kc_handle_pair_poll(struct kc_request *request);
kc_err kc_handle_pair_decide(struct kc_request *request);
kc_err kc_handle_pair_cancel(struct kc_request *request);
kc_err kc_handle_join_start(struct kc_request *request);
kc_err kc_handle_join_poll(struct kc_request *request);
kc_err kc_handle_join_cancel(struct kc_request *request);
kc_err kc_handle_device_remove(struct kc_request *request);
kc_err kc_handle_device_counter(struct kc_request *request);
kc_err kc_handle_leave(struct kc_request *request);
kc_err kc_handle_new_keys(struct kc_request *request);
kc_err kc_handle_history(struct kc_request *request);
kc_err kc_handle_exposure(struct kc_request *request);
kc_err kc_handle_store_view(struct kc_request *request);
kc_err kc_handle_evidence(struct kc_request *request);
kc_err kc_handle_account_password(struct kc_request *request);
kc_err kc_handle_account_accept(struct kc_request *request);

/* A program has ended: what was its own goes, and whatever it was about to do with another device
 * is over. */
void kc_handle_gone(struct kc_service *service, uint64_t application);

#endif
