/* SPDX-License-Identifier: ISC */
/* The search is a walk through the table; values are structures of C, read once. */
#include <Security/SecPolicySearch.h>
#include <string.h>

#include "keychainapi/Security/object.h"
#include "keychainapi/Security/trust/policy.h"

#define NAME_MOST 1024

struct __SecPolicySearch {
	CFRuntimeBase base;
	CFDataRef oid; /* NULL: any */
	size_t next;
};

static void finalize(CFTypeRef object)
{
	const struct __SecPolicySearch *search = object;

	if (search->oid)
		CFRelease(search->oid);
}

static const CFRuntimeClass class_of_searches = {
	.className = "SecPolicySearch", .finalize = finalize};

CFTypeID SecPolicySearchGetTypeID(void)
{
	return _CFRuntimeRegisterClass(&class_of_searches);
}

static bool is_search(CFTypeRef object)
{
	return object && CFGetTypeID(object) == SecPolicySearchGetTypeID();
}

static CFDataRef new_data(const CSSM_DATA *data)
{
	return CFDataCreate(NULL, data->Data, (CFIndex)data->Length);
}

OSStatus SecPolicySearchCreate(CSSM_CERT_TYPE certType, const CSSM_OID *policyOID,
	const CSSM_DATA *value, SecPolicySearchRef *searchRef)
{
	KC_CLEANUP_OBJECT SecPolicySearchRef search = NULL;

	(void)certType, (void)value;
	if (!searchRef || (policyOID && (!policyOID->Data || policyOID->Length > NAME_MOST)))
		return errSecParam;
	search = _CFRuntimeCreateInstance(SecPolicySearchGetTypeID(), sizeof *search);
	if (!search)
		return errSecAllocate;
	if (policyOID) {
		search->oid = new_data(policyOID);
		if (!search->oid)
			return errSecAllocate;
	}
	*searchRef = (SecPolicySearchRef)(uintptr_t)CFRetain(search);
	return errSecSuccess;
}

static bool matches(const struct __SecPolicySearch *search, const struct kc_policy_kind *kind)
{
	return !search->oid ||
	       kc_bytes_equal(kc_object_bytes(search->oid), kc_policy_kind_oid(kind));
}

OSStatus SecPolicySearchCopyNext(SecPolicySearchRef searchRef, SecPolicyRef *policyRef)
{
	const struct kc_policy_kind *kind;

	if (!is_search(searchRef) || !policyRef)
		return errSecParam;
	while ((kind = kc_policy_kind_at(searchRef->next)) != NULL) {
		searchRef->next++;
		if (!matches(searchRef, kind))
			continue;
		*policyRef = kc_policy_new(kind);
		return *policyRef ? errSecSuccess : errSecAllocate;
	}
	return errSecPolicyNotFound;
}

/* --- values ---------------------------------------------------------------------------------- */

static CSSM_DATA data_of(struct kc_bytes bytes)
{
	return (CSSM_DATA){bytes.len, (uint8_t *)(uintptr_t)bytes.data};
}

OSStatus SecPolicyGetOID(SecPolicyRef policyRef, CSSM_OID *oid)
{
	if (!kc_policy_is(policyRef) || !oid)
		return errSecParam;
	*oid = data_of(kc_policy_kind_oid(policyRef->kind));
	return errSecSuccess;
}

OSStatus SecPolicyGetValue(SecPolicyRef policyRef, CSSM_DATA *value)
{
	if (!kc_policy_is(policyRef) || !value)
		return errSecParam;
	*value = data_of(kc_object_bytes(policyRef->value));
	return errSecSuccess;
}

/* A name of that length, where some count the NUL in. */
static OSStatus set_name(SecPolicyRef policy, const char *name, uint32_t len)
{
	CFStringRef text;

	if (!name || len == 0) {
		kc_policy_set_name(policy, NULL);
		return errSecSuccess;
	}
	if (len > NAME_MOST)
		return errSecParam;
	if (name[len - 1] == 0)
		len--;
	text = CFStringCreateWithBytes(
		NULL, (const UInt8 *)name, (CFIndex)len, kCFStringEncodingUTF8, false);
	if (!text)
		return errSecParam;
	kc_policy_set_name(policy, text);
	return errSecSuccess;
}

static OSStatus set_tls(SecPolicyRef policy, const CSSM_DATA *value)
{
	CSSM_APPLE_TP_SSL_OPTIONS options;

	if (value->Length != sizeof options)
		return errSecParam;
	memcpy(&options, value->Data, sizeof options);
	if (options.Version > CSSM_APPLE_TP_SSL_OPTS_VERSION)
		return errSecParam;
	policy->is_client = (options.Flags & CSSM_APPLE_TP_SSL_CLIENT) != 0;
	return set_name(policy, options.ServerName, options.ServerNameLen);
}

static OSStatus set_mail(SecPolicyRef policy, const CSSM_DATA *value)
{
	CSSM_APPLE_TP_SMIME_OPTIONS options;

	if (value->Length != sizeof options)
		return errSecParam;
	memcpy(&options, value->Data, sizeof options);
	if (options.Version != CSSM_APPLE_TP_SMIME_OPTS_VERSION)
		return errSecParam;
	return set_name(policy, options.SenderEmail, options.SenderEmailLen);
}

/* The structures for both methods begin alike, with a version and flags of which the first bit is
 * the same. */
static OSStatus set_revocation(SecPolicyRef policy, const CSSM_DATA *value)
{
	struct {
		uint32_t version, flags;
	} head;

	if (value->Length < sizeof head)
		return errSecParam;
	memcpy(&head, value->Data, sizeof head);
	if (head.version != CSSM_APPLE_TP_OCSP_OPTS_VERSION)
		return errSecParam;
	policy->revocation = kSecRevocationUseAnyAvailableMethod;
	if (head.flags & CSSM_TP_ACTION_OCSP_REQUIRE_PER_CERT)
		policy->revocation |= kSecRevocationRequirePositiveResponse;
	return errSecSuccess;
}

static OSStatus set_value(SecPolicyRef policy, const CSSM_DATA *value)
{
	switch (kc_policy_value_of(policy)) {
	case KC_POLICY_TLS:
		return set_tls(policy, value);
	case KC_POLICY_MAIL:
		return set_mail(policy, value);
	case KC_POLICY_REVOCATION:
		return set_revocation(policy, value);
	case KC_POLICY_NO_VALUE:
		break;
	}
	return errSecParam;
}

OSStatus SecPolicySetValue(SecPolicyRef policyRef, const CSSM_DATA *value)
{
	CFDataRef kept;
	OSStatus status;

	if (!kc_policy_is(policyRef) || !value || !value->Data)
		return errSecParam;
	status = set_value(policyRef, value);
	if (status != errSecSuccess)
		return status;
	kept = new_data(value);
	if (!kept)
		return errSecAllocate;
	if (policyRef->value)
		CFRelease(policyRef->value);
	policyRef->value = kept;
	return errSecSuccess;
}
