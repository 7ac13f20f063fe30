/* SPDX-License-Identifier: ISC */
/* The table of policies, and the objects. */
#include "keychainapi/Security/policy.h"

#include "keychainapi/Security/object.h"

enum name_use { NAME_UNUSED, NAME_HOST, NAME_ADDRESS };

struct kc_policy_kind {
	const CFStringRef *oid;
	enum kc_chain_purpose server, client;
	enum name_use name;
	bool is_revocation;
};

/* Only those that can be judged: of the others there are no objects. */
/* clang-format off */
static const struct kc_policy_kind kinds[] = {
	{&kSecPolicyAppleX509Basic,    KC_CHAIN_ANY,        KC_CHAIN_ANY,        NAME_UNUSED,  false},
	{&kSecPolicyAppleSSL,          KC_CHAIN_TLS_SERVER, KC_CHAIN_TLS_CLIENT, NAME_HOST,    false},
	{&kSecPolicyAppleSMIME,        KC_CHAIN_EMAIL,      KC_CHAIN_EMAIL,      NAME_ADDRESS, false},
	{&kSecPolicyAppleEAP,          KC_CHAIN_TLS_SERVER, KC_CHAIN_TLS_CLIENT, NAME_HOST,    false},
	{&kSecPolicyAppleIPsec,        KC_CHAIN_ANY,        KC_CHAIN_ANY,        NAME_HOST,    false},
	{&kSecPolicyAppleCodeSigning,  KC_CHAIN_CODE,       KC_CHAIN_CODE,       NAME_UNUSED,  false},
	{&kSecPolicyAppleTimeStamping, KC_CHAIN_TIMESTAMP,  KC_CHAIN_TIMESTAMP,  NAME_UNUSED,  false},
	{&kSecPolicyAppleRevocation,   KC_CHAIN_ANY,        KC_CHAIN_ANY,        NAME_UNUSED,  true},
};
/* clang-format on */

/* --- the object ------------------------------------------------------------------------------ */

static void finalize(CFTypeRef object)
{
	const struct __SecPolicy *policy = object;

	if (policy->name)
		CFRelease(policy->name);
}

static bool same_name(CFStringRef a, CFStringRef b)
{
	return a && b ? CFEqual(a, b) : a == b;
}

static Boolean equal(CFTypeRef a, CFTypeRef b)
{
	const struct __SecPolicy *x = a, *y = b;

	return x->kind == y->kind && x->is_client == y->is_client &&
	       x->revocation == y->revocation && same_name(x->name, y->name);
}

static CFHashCode hash(CFTypeRef object)
{
	const struct __SecPolicy *policy = object;

	return CFHash(*policy->kind->oid) ^ (policy->name ? CFHash(policy->name) : 0) ^
	       policy->revocation ^ policy->is_client;
}

static CFStringRef describe(CFTypeRef object)
{
	const struct __SecPolicy *policy = object;

	return CFStringCreateWithFormat(NULL, NULL, CFSTR("<SecPolicy %p: %@%@%@>"), object,
		*policy->kind->oid, policy->name ? CFSTR(" ") : CFSTR(""),
		policy->name ? policy->name : CFSTR(""));
}

static const CFRuntimeClass class_of_policies = {
	.className = "SecPolicy",
	.finalize = finalize,
	.equal = equal,
	.hash = hash,
	.copyDebugDesc = describe,
};

CFTypeID SecPolicyGetTypeID(void)
{
	return _CFRuntimeRegisterClass(&class_of_policies);
}

bool kc_policy_is(CFTypeRef object)
{
	return object && CFGetTypeID(object) == SecPolicyGetTypeID();
}

static SecPolicyRef new_policy(const struct kc_policy_kind *kind)
{
	struct __SecPolicy *policy;

	if (!kind)
		return NULL;
	policy = _CFRuntimeCreateInstance(SecPolicyGetTypeID(), sizeof *policy);
	if (policy)
		policy->kind = kind;
	return policy;
}

static const struct kc_policy_kind *find_kind(CFTypeRef oid)
{
	if (kc_object_kind(oid) != KC_OBJECT_STRING)
		return NULL;
	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++)
		if (CFEqual(*kinds[i].oid, oid))
			return &kinds[i];
	return NULL;
}

void kc_policy_ask(SecPolicyRef policy, struct kc_chain_question *question)
{
	const struct kc_policy_kind *kind = policy->kind;
	enum kc_chain_purpose purpose = policy->is_client ? kind->client : kind->server;

	if (purpose != KC_CHAIN_ANY)
		question->purpose = purpose;
	if (policy->name && kind->name == NAME_HOST)
		question->host = kc_object_bytes(policy->name);
	if (policy->name && kind->name == NAME_ADDRESS)
		question->address = kc_object_bytes(policy->name);
	if (policy->revocation & kSecRevocationRequirePositiveResponse)
		question->needs_answer = true;
}

/* --- making them ----------------------------------------------------------------------------- */

/* A name that has no form in UTF-8 can be no certificate's. */
static bool set_name(SecPolicyRef policy, CFTypeRef name)
{
	if (policy->kind->name == NAME_UNUSED)
		return true;
	if (kc_object_kind(name) != KC_OBJECT_STRING)
		return false;
	policy->name = CFStringCreateCopy(NULL, name);
	return policy->name != NULL;
}

static bool set_client(SecPolicyRef policy, CFTypeRef value)
{
	return kc_object_truth(value, &policy->is_client) == KC_OK;
}

static bool set_revocation(SecPolicyRef policy, CFTypeRef value)
{
	int64_t flags;

	if (kc_object_kind(value) != KC_OBJECT_NUMBER ||
		!CFNumberGetValue(value, kCFNumberSInt64Type, &flags) || flags < 0)
		return false;
	if (policy->kind->is_revocation)
		policy->revocation = (CFOptionFlags)flags;
	return true;
}

static const struct {
	const CFStringRef *name;
	bool (*set)(SecPolicyRef policy, CFTypeRef value);
} properties_known[] = {
	{&kSecPolicyName, set_name},
	{&kSecPolicyClient, set_client},
	{&kSecPolicyRevocationFlags, set_revocation},
};

static bool set_properties(SecPolicyRef policy, CFDictionaryRef properties)
{
	for (size_t i = 0; i < KC_COUNT_OF(properties_known); i++) {
		CFTypeRef value = kc_object_member(properties, *properties_known[i].name);

		if (value && !properties_known[i].set(policy, value))
			return false;
	}
	return true;
}

SecPolicyRef SecPolicyCreateWithProperties(CFTypeRef policyIdentifier, CFDictionaryRef properties)
{
	KC_CLEANUP_OBJECT SecPolicyRef policy = new_policy(find_kind(policyIdentifier));

	if (!policy)
		return NULL;
	if (properties && (kc_object_kind(properties) != KC_OBJECT_DICTIONARY ||
				  !set_properties(policy, properties)))
		return NULL;
	return (SecPolicyRef)(uintptr_t)CFRetain(policy);
}

SecPolicyRef SecPolicyCreateWithOID(CFTypeRef policyOID)
{
	return new_policy(find_kind(policyOID));
}

SecPolicyRef SecPolicyCreateBasicX509(void)
{
	return new_policy(find_kind(kSecPolicyAppleX509Basic));
}

SecPolicyRef SecPolicyCreateSSL(Boolean server, CFStringRef hostname)
{
	KC_CLEANUP_OBJECT SecPolicyRef policy = new_policy(find_kind(kSecPolicyAppleSSL));

	if (!policy || (hostname && !set_name(policy, hostname)))
		return NULL;
	policy->is_client = !server;
	return (SecPolicyRef)(uintptr_t)CFRetain(policy);
}

SecPolicyRef SecPolicyCreateRevocation(CFOptionFlags revocationFlags)
{
	SecPolicyRef policy;

	if (!(revocationFlags & kSecRevocationUseAnyAvailableMethod))
		return NULL;
	policy = new_policy(find_kind(kSecPolicyAppleRevocation));
	if (policy)
		policy->revocation = revocationFlags;
	return policy;
}

CFDictionaryRef SecPolicyCopyProperties(SecPolicyRef policyRef)
{
	KC_CLEANUP_OBJECT CFNumberRef flags = NULL;
	CFMutableDictionaryRef properties;
	int64_t number;

	if (!kc_policy_is(policyRef))
		return NULL;
	properties = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	if (!properties)
		return NULL;
	CFDictionarySetValue(properties, kSecPolicyOid, *policyRef->kind->oid);
	if (policyRef->name)
		CFDictionarySetValue(properties, kSecPolicyName, policyRef->name);
	if (policyRef->is_client)
		CFDictionarySetValue(properties, kSecPolicyClient, kCFBooleanTrue);
	if (policyRef->kind->is_revocation) {
		number = (int64_t)policyRef->revocation;
		flags = CFNumberCreate(NULL, kCFNumberSInt64Type, &number);
		if (flags)
			CFDictionarySetValue(properties, kSecPolicyRevocationFlags, flags);
	}
	return properties;
}
