/* SPDX-License-Identifier: ISC */
/* The parts of judging a chain that are files of their own. */
#ifndef KC_CRYPTO_X509_CHAIN_IMPL_H
#define KC_CRYPTO_X509_CHAIN_IMPL_H

#include "crypto/x509_chain.h"
#include "crypto/x509_impl.h"

/* The distribution's anchors, which many share and nobody may add to; the caller is one more owner.
 * Errors: NO_MEMORY. */
KC_MUST kc_err kc_x509_system_anchors(X509_STORE **ret);
/* Adds them to a store of the caller's own. */
KC_MUST kc_err kc_x509_add_system_anchors(X509_STORE *store);

/* What the question's OCSP response says of the first certificate of a chain that is otherwise
 * trusted: 0, or KC_CHAIN_REVOKED or KC_CHAIN_NOT_CHECKED; and whether it says anything. */
unsigned kc_x509_revocation_faults(const struct kc_chain_question *question,
	const STACK_OF(X509) * chain, bool *ret_has_answer);

#endif
