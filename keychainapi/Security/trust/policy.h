/* SPDX-License-Identifier: ISC */
/* SecPolicy: one kind of use, and who is meant. */
#ifndef KC_SECURITY_POLICY_H
#define KC_SECURITY_POLICY_H

#include <Security/SecPolicy.h>

#include "crypto/x509_chain.h"
#include "keychainapi/CoreFoundation/cf_runtime.h"

/* A row of the table of policies. */
struct kc_policy_kind;
/* The row at an index; NULL behind the last one. */
const struct kc_policy_kind *kc_policy_kind_at(size_t at);

struct __SecPolicy {
	CFRuntimeBase base;
	const struct kc_policy_kind *kind;
	CFStringRef name; /* a host or an address; NULL: any */
	bool is_client;
	CFOptionFlags revocation;
	CFDataRef value; /* that SecPolicySetValue was given; NULL: none */
};

bool kc_policy_is(CFTypeRef object);

/* NULL without memory, and for NULL. */
SecPolicyRef kc_policy_new(const struct kc_policy_kind *kind);

/* The identifier as DER has it. */
struct kc_bytes kc_policy_kind_oid(const struct kc_policy_kind *kind);

/* Names the host or the address; a policy that has none ignores it. Takes name. */
void kc_policy_set_name(SecPolicyRef policy, CFStringRef name);
/* What kind of value the policy has. */
enum kc_policy_value { KC_POLICY_NO_VALUE, KC_POLICY_TLS, KC_POLICY_MAIL, KC_POLICY_REVOCATION };
enum kc_policy_value kc_policy_value_of(SecPolicyRef policy);

/* Whether it asks about revocation alone, besides what other policies ask. */
bool kc_policy_is_about_revocation(SecPolicyRef policy);

/* Adds what the policy asks for; names are borrowed from it. */
void kc_policy_ask(SecPolicyRef policy, struct kc_chain_question *question);

#endif
