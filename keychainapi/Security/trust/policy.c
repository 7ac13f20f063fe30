/* SPDX-License-Identifier: ISC */
/* The table of policies, and the objects. */
#include "keychainapi/Security/trust/policy.h"

#include <Security/oidsalg.h>

#include "keychainapi/Security/object.h"

enum name_use { NAME_UNUSED, NAME_HOST, NAME_ADDRESS };

struct kc_policy_kind {
	const CFStringRef *oid; /* NULL: of the older interfaces alone */
	const CSSM_OID *older;
	enum kc_chain_purpose server, client;
	enum name_use name;
	bool is_revocation;
	enum kc_policy_value value;
};

/* Only those that can be judged: of the others there are no objects. */
/* clang-format off */
#define BASIC     KC_CHAIN_ANY, KC_CHAIN_ANY
#define TLS       KC_CHAIN_TLS_SERVER, KC_CHAIN_TLS_CLIENT
#define BOTH(use) use, use
#define NO_VALUE  NAME_UNUSED, false, KC_POLICY_NO_VALUE
#define ASK       NAME_UNUSED, true, KC_POLICY_REVOCATION
static const struct kc_policy_kind kinds[] = {
	{&kSecPolicyAppleX509Basic,    &CSSMOID_APPLE_X509_BASIC,         BASIC,                    NO_VALUE},
	{&kSecPolicyAppleSSL,          &CSSMOID_APPLE_TP_SSL,             TLS,                      NAME_HOST, false, KC_POLICY_TLS},
	{&kSecPolicyAppleSMIME,        &CSSMOID_APPLE_TP_SMIME,           BOTH(KC_CHAIN_EMAIL),     NAME_ADDRESS, false, KC_POLICY_MAIL},
	{&kSecPolicyAppleEAP,          &CSSMOID_APPLE_TP_EAP,             TLS,                      NAME_HOST, false, KC_POLICY_TLS},
	{&kSecPolicyAppleIPsec,        &CSSMOID_APPLE_TP_IP_SEC,          BASIC,                    NAME_HOST, false, KC_POLICY_NO_VALUE},
	{&kSecPolicyAppleCodeSigning,  &CSSMOID_APPLE_TP_CODE_SIGNING,    BOTH(KC_CHAIN_CODE),      NO_VALUE},
	{&kSecPolicyAppleTimeStamping, &CSSMOID_APPLE_TP_TIMESTAMPING,    BOTH(KC_CHAIN_TIMESTAMP), NO_VALUE},
	{&kSecPolicyAppleRevocation,   &CSSMOID_APPLE_TP_REVOCATION,      BASIC,                    ASK},
	{NULL,                         &CSSMOID_APPLE_TP_REVOCATION_CRL,  BASIC,                    ASK},
	{NULL,                         &CSSMOID_APPLE_TP_REVOCATION_OCSP, BASIC,                    ASK},
};
#undef BASIC
#undef TLS
#undef BOTH
#undef NO_VALUE
#undef ASK

/* 1.2.840.113635.100.1.N */
#define OID(symbol, n)                                                                              \
	static uint8_t symbol##_bytes[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 0x64, 0x01, n};      \
	const CSSM_OID symbol = {sizeof symbol##_bytes, symbol##_bytes};
OID(CSSMOID_APPLE_X509_BASIC, 2)
OID(CSSMOID_APPLE_TP_SSL, 3)
OID(CSSMOID_APPLE_TP_REVOCATION_CRL, 6)
OID(CSSMOID_APPLE_TP_REVOCATION_OCSP, 7)
OID(CSSMOID_APPLE_TP_SMIME, 8)
OID(CSSMOID_APPLE_TP_EAP, 9)
OID(CSSMOID_APPLE_TP_IP_SEC, 11)
OID(CSSMOID_APPLE_TP_CODE_SIGNING, 16)
OID(CSSMOID_APPLE_TP_TIMESTAMPING, 20)
OID(CSSMOID_APPLE_TP_REVOCATION, 21)
#undef OID
/* clang-format on */

const struct kc_policy_kind *kc_policy_kind_at(size_t at)
{
	return at < KC_COUNT_OF(kinds) ? &kinds[at] : NULL;
}

struct kc_bytes kc_policy_kind_oid(const struct kc_policy_kind *kind)
{
	return kc_bytes(kind->older->Data, kind->older->Length);
}

enum kc_policy_value kc_policy_value_of(SecPolicyRef policy)
{
	return policy->kind->value;
}

/* What a policy of the older interfaces is in the newer ones. */
static CFStringRef oid_of(const struct kc_policy_kind *kind)
{
	return kind->oid ? *kind->oid : kSecPolicyAppleRevocation;
}

/* --- the object ------------------------------------------------------------------------------ */

static void finalize(CFTypeRef object)
{
	const struct __SecPolicy *policy = object;

	if (policy->name)
		CFRelease(policy->name);
	if (policy->value)
		CFRelease(policy->value);
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

	return CFHash(oid_of(policy->kind)) ^ (policy->name ? CFHash(policy->name) : 0) ^
	       policy->revocation ^ policy->is_client;
}

static CFStringRef describe(CFTypeRef object)
{
	const struct __SecPolicy *policy = object;

	return CFStringCreateWithFormat(NULL, NULL, CFSTR("<SecPolicy %p: %@%@%@>"), object,
		oid_of(policy->kind), policy->name ? CFSTR(" ") : CFSTR(""),
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

SecPolicyRef kc_policy_new(const struct kc_policy_kind *kind)
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
		if (kinds[i].oid && CFEqual(*kinds[i].oid, oid))
			return &kinds[i];
	return NULL;
}

bool kc_policy_is_about_revocation(SecPolicyRef policy)
{
	return policy->kind->is_revocation;
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

void kc_policy_set_name(SecPolicyRef policy, CFStringRef name)
{
	if (policy->name)
		CFRelease(policy->name);
	policy->name = name;
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
	KC_CLEANUP_OBJECT SecPolicyRef policy = kc_policy_new(find_kind(policyIdentifier));

	if (!policy)
		return NULL;
	if (properties && (kc_object_kind(properties) != KC_OBJECT_DICTIONARY ||
				  !set_properties(policy, properties)))
		return NULL;
	return (SecPolicyRef)(uintptr_t)CFRetain(policy);
}

SecPolicyRef SecPolicyCreateWithOID(CFTypeRef policyOID)
{
	return kc_policy_new(find_kind(policyOID));
}

SecPolicyRef SecPolicyCreateBasicX509(void)
{
	return kc_policy_new(find_kind(kSecPolicyAppleX509Basic));
}

SecPolicyRef SecPolicyCreateSSL(Boolean server, CFStringRef hostname)
{
	KC_CLEANUP_OBJECT SecPolicyRef policy = kc_policy_new(find_kind(kSecPolicyAppleSSL));

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
	policy = kc_policy_new(find_kind(kSecPolicyAppleRevocation));
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
	CFDictionarySetValue(properties, kSecPolicyOid, oid_of(policyRef->kind));
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
