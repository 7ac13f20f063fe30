/* SPDX-License-Identifier: ISC */
/* SecPolicy: one kind of use, and who is meant. */
#ifndef KC_SECURITY_POLICY_H
#define KC_SECURITY_POLICY_H

#include <Security/SecPolicy.h>

#include "crypto/x509_chain.h"
#include "keychainapi/CoreFoundation/cf_runtime.h"

struct kc_policy_kind;

struct __SecPolicy {
	CFRuntimeBase base;
	const struct kc_policy_kind *kind;
	CFStringRef name; /* a host or an address; NULL: any */
	bool is_client;
	CFOptionFlags revocation;
};

bool kc_policy_is(CFTypeRef object);

/* Adds what the policy asks for; names are borrowed from it. */
void kc_policy_ask(SecPolicyRef policy, struct kc_chain_question *question);

#endif
