/* SPDX-License-Identifier: ISC */
/* What a device has kept as evidence, as somebody sees it who has the exported file alone. */
#ifndef KC_TESTS_EVILSTORE_PROOF_H
#define KC_TESTS_EVILSTORE_PROOF_H

#include "backend/circle/record/evidence.h"

struct kc_keychain;
/* Whether a device keeps a case of a kind, for which the public keys of the file show this: OK,
 * UNSUPPORTED (nothing) or VERIFY (that it is false). */
bool proof_is_kept(struct kc_keychain *keychain, enum kc_evidence_kind kind, kc_err shown);
/* How many cases it keeps. */
size_t proof_count(struct kc_keychain *keychain);

#endif
