/* SPDX-License-Identifier: ISC */
/* The store between devices as its users speak of it: a folder or a URL, and what may be wrong with
 * it. */
#ifndef KC_CLI_STORE_H
#define KC_CLI_STORE_H

#include "cli/run.h"

/* What is said of a store that can't be read as one of this account. */
#define KC_STORE_COPIED "your store has what this device said, and doesn't know of"
#define KC_STORE_UNREADABLE "what is there is damaged, or not the store of your devices"

/* A store as it was written, made absolute: a path from here on becomes one from the root; a URL
 * stays. Told as {url}. Errors: PARAM. */
KC_MUST kc_err kc_store_url(struct kc_run *run, const char *written, struct kc_buf *ret);
/* After a change of an item that is marked to sync: note where changes go to the other devices,
 * stays and the reason where they do not. */
KC_MUST kc_err kc_store_tell_marked(struct kc_run *run, enum kc_note goes, enum kc_note stays);
/* After --sync has marked something: only the reason, where it does not go. */
KC_MUST kc_err kc_store_tell_stays(struct kc_run *run);
/* Before anything is asked or made, whether a place is good to begin a store, to stay with the one
 * that there is, to move it to, to join it; nothing is made by looking. A kind of store that cannot
 * be looked at is left to the service, but for joining. Errors: STORE_GONE, NOT_A_STORE, DUPLICATE
 * (there is a store where one is to begin), UNSUPPORTED; told. */
KC_MUST kc_err kc_store_check_free(struct kc_run *run, const char *url);
KC_MUST kc_err kc_store_check_own(struct kc_run *run, const char *url);
KC_MUST kc_err kc_store_check_move(struct kc_run *run, const char *url);
KC_MUST kc_err kc_store_check_place(struct kc_run *run, const char *url);
/* Whether a store is there, and this user can't write it. */
bool kc_store_is_shut(const char *url);
/* Before a failure is told: which store it is about, and what can be seen from here. */
void kc_store_explain(struct kc_run *run, kc_err err);
/* What a report's alarm means, if it has one, as {alarm}. */
void kc_store_tell_alarm(struct kc_run *run, const struct kc_sync_report *report);
/* A report of an exchange under the keys of the JSON contract. */
void kc_store_set_report(json_t *object, const struct kc_sync_report *report);

#endif
