/* SPDX-License-Identifier: ISC */
/* The folders of the keychain as messages speak of them, and what may be wrong with them. */
#ifndef KC_CLI_FOLDERS_H
#define KC_CLI_FOLDERS_H

#include "cli/run.h"

/* Tells where the keychain is, as {folder} and {state}. Errors: PARAM. */
KC_MUST kc_err kc_folders_tell(struct kc_run *run);
/* Before a failure is told: the one folder or file that it is about, as far as can be seen from
 * here. An error travels without it. */
void kc_folders_explain(struct kc_run *run, kc_err err);

#endif
