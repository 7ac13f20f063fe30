/* SPDX-License-Identifier: ISC */
/* The object, and what is said to it. */
#include "keychainapi/Security/trust/trust.h"

#include "crypto/hash.h"
#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/trust/policy.h"

static void release(CFTypeRef object)
{
	if (object)
		CFRelease(object);
}

static void finalize(CFTypeRef object)
{
	struct __SecTrust *trust = (struct __SecTrust *)(uintptr_t)object;

	release(trust->certificates);
	release(trust->policies);
	release(trust->anchors);
	release(trust->ocsp);
	release(trust->date);
	release(trust->chain);
	release(trust->chains);
	kc_chain_done(&trust->faults);
	pthread_mutex_destroy(&trust->lock);
}

static const CFRuntimeClass class_of_trusts = {.className = "SecTrust", .finalize = finalize};

CFTypeID SecTrustGetTypeID(void)
{
	return _CFRuntimeRegisterClass(&class_of_trusts);
}

bool kc_trust_is(CFTypeRef object)
{
	return object && CFGetTypeID(object) == SecTrustGetTypeID();
}

/* --- arguments ------------------------------------------------------------------------------- */

/* One object of a class, or an array of such, as an array. */
static kc_err list_of(CFTypeRef given, bool (*is)(CFTypeRef object), CFArrayRef *ret)
{
	CFArrayRef made;

	if (is(given)) {
		made = CFArrayCreate(NULL, &given, 1, &kCFTypeArrayCallBacks);
	} else if (kc_object_kind(given) == KC_OBJECT_ARRAY) {
		CFIndex count = CFArrayGetCount(given);
		KC_CLEANUP_FREE const void **values = calloc((size_t)count + 1, sizeof *values);

		if (!values)
			return KC_ERR(NO_MEMORY);
		CFArrayGetValues(given, CFRangeMake(0, count), values);
		for (CFIndex i = 0; i < count; i++)
			if (!is(values[i]))
				return KC_ERR(PARAM);
		made = CFArrayCreate(NULL, values, count, &kCFTypeArrayCallBacks);
	} else {
		return KC_ERR(PARAM);
	}
	if (!made)
		return KC_ERR(NO_MEMORY);
	*ret = made;
	return KC_OK;
}

static kc_err policies_of(CFTypeRef given, CFArrayRef *ret)
{
	KC_CLEANUP_OBJECT SecPolicyRef basic = NULL;

	if (given)
		return list_of(given, kc_policy_is, ret);
	basic = SecPolicyCreateBasicX509();
	return basic ? list_of(basic, kc_policy_is, ret) : KC_ERR(NO_MEMORY);
}

static bool is_data(CFTypeRef object)
{
	return kc_object_kind(object) == KC_OBJECT_DATA;
}

static kc_err response_of(CFTypeRef given, CFDataRef *ret)
{
	KC_CLEANUP_OBJECT CFArrayRef list = NULL;

	*ret = NULL;
	if (!given)
		return KC_OK;
	KC_TRY(list_of(given, is_data, &list));
	if (CFArrayGetCount(list) > 0)
		*ret = CFRetain(CFArrayGetValueAtIndex(list, 0));
	return KC_OK;
}

/* --- making one ------------------------------------------------------------------------------ */

static kc_err new_trust(CFTypeRef certificates, CFTypeRef policies, SecTrustRef *ret)
{
	KC_CLEANUP_OBJECT CFArrayRef list = NULL, asked = NULL;
	KC_CLEANUP_OBJECT SecTrustRef trust = NULL;

	KC_TRY(list_of(certificates, kc_certificate_object_is, &list));
	if (CFArrayGetCount(list) == 0)
		return KC_ERR(PARAM);
	KC_TRY(policies_of(policies, &asked));
	trust = _CFRuntimeCreateInstance(SecTrustGetTypeID(), sizeof *trust);
	if (!trust)
		return KC_ERR(NO_MEMORY);
	pthread_mutex_init(&trust->lock, NULL);
	trust->certificates = CFRetain(list);
	trust->policies = CFRetain(asked);
	trust->fetch_allowed = true;
	trust->faults = (struct kc_chain)KC_CHAIN_INIT;
	trust->chains = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	if (!trust->chains)
		return KC_ERR(NO_MEMORY);
	*ret = (SecTrustRef)(uintptr_t)CFRetain(trust);
	return KC_OK;
}

OSStatus SecTrustCreateWithCertificates(
	CFTypeRef certificates, CFTypeRef policies, SecTrustRef *trust)
{
	return trust ? kc_err_osstatus(new_trust(certificates, policies, trust)) : errSecParam;
}

/* --- the setters ----------------------------------------------------------------------------- */

/* Takes value, and what was there goes. */
static OSStatus put(SecTrustRef trust, CFTypeRef *field, CFTypeRef value)
{
	CFTypeRef before;

	pthread_mutex_lock(&trust->lock);
	before = *field;
	*field = value;
	trust->is_judged = false;
	pthread_mutex_unlock(&trust->lock);
	release(before);
	return errSecSuccess;
}

OSStatus SecTrustSetPolicies(SecTrustRef trust, CFTypeRef policies)
{
	CFArrayRef list = NULL;
	kc_err err;

	if (!kc_trust_is(trust) || !policies)
		return errSecParam;
	err = policies_of(policies, &list);
	return err == KC_OK ? put(trust, (CFTypeRef *)&trust->policies, list)
			    : kc_err_osstatus(err);
}

OSStatus SecTrustSetAnchorCertificates(SecTrustRef trust, CFArrayRef anchorCertificates)
{
	CFArrayRef list = NULL;
	kc_err err = KC_OK;

	if (!kc_trust_is(trust))
		return errSecParam;
	if (anchorCertificates)
		err = list_of(anchorCertificates, kc_certificate_object_is, &list);
	if (err != KC_OK)
		return kc_err_osstatus(err);
	SecTrustSetAnchorCertificatesOnly(trust, list != NULL);
	return put(trust, (CFTypeRef *)&trust->anchors, list);
}

OSStatus SecTrustSetAnchorCertificatesOnly(SecTrustRef trust, Boolean anchorCertificatesOnly)
{
	if (!kc_trust_is(trust))
		return errSecParam;
	pthread_mutex_lock(&trust->lock);
	trust->anchors_only = anchorCertificatesOnly;
	trust->is_judged = false;
	pthread_mutex_unlock(&trust->lock);
	return errSecSuccess;
}

OSStatus SecTrustSetVerifyDate(SecTrustRef trust, CFDateRef verifyDate)
{
	if (!kc_trust_is(trust) || (verifyDate && kc_object_kind(verifyDate) != KC_OBJECT_DATE))
		return errSecParam;
	return put(trust, &trust->date, verifyDate ? CFRetain(verifyDate) : NULL);
}

OSStatus SecTrustSetOCSPResponse(SecTrustRef trust, CFTypeRef responseData)
{
	CFDataRef response = NULL;
	kc_err err;

	if (!kc_trust_is(trust))
		return errSecParam;
	err = response_of(responseData, &response);
	return err == KC_OK ? put(trust, (CFTypeRef *)&trust->ocsp, response)
			    : kc_err_osstatus(err);
}

OSStatus SecTrustSetNetworkFetchAllowed(SecTrustRef trust, Boolean allowFetch)
{
	if (!kc_trust_is(trust))
		return errSecParam;
	pthread_mutex_lock(&trust->lock);
	trust->fetch_allowed = allowFetch;
	pthread_mutex_unlock(&trust->lock);
	return errSecSuccess;
}

OSStatus SecTrustSetOptions(SecTrustRef trust, SecTrustOptionFlags options)
{
	if (!kc_trust_is(trust))
		return errSecParam;
	pthread_mutex_lock(&trust->lock);
	trust->options = options;
	trust->is_judged = false;
	pthread_mutex_unlock(&trust->lock);
	return errSecSuccess;
}

/* --- what was said --------------------------------------------------------------------------- */

static OSStatus get(SecTrustRef trust, const CFArrayRef *field, CFArrayRef *ret)
{
	pthread_mutex_lock(&trust->lock);
	*ret = *field ? CFRetain(*field) : NULL;
	pthread_mutex_unlock(&trust->lock);
	return errSecSuccess;
}

OSStatus SecTrustCopyPolicies(SecTrustRef trust, CFArrayRef *policies)
{
	if (!kc_trust_is(trust) || !policies)
		return errSecParam;
	return get(trust, &trust->policies, policies);
}

OSStatus SecTrustCopyCustomAnchorCertificates(SecTrustRef trust, CFArrayRef *anchors)
{
	if (!kc_trust_is(trust) || !anchors)
		return errSecParam;
	return get(trust, &trust->anchors, anchors);
}

OSStatus SecTrustGetNetworkFetchAllowed(SecTrustRef trust, Boolean *allowFetch)
{
	if (!kc_trust_is(trust) || !allowFetch)
		return errSecParam;
	pthread_mutex_lock(&trust->lock);
	*allowFetch = trust->fetch_allowed;
	pthread_mutex_unlock(&trust->lock);
	return errSecSuccess;
}

CFAbsoluteTime SecTrustGetVerifyTime(SecTrustRef trust)
{
	CFAbsoluteTime time = CFAbsoluteTimeGetCurrent();

	if (!kc_trust_is(trust))
		return time;
	pthread_mutex_lock(&trust->lock);
	if (trust->date)
		time = CFDateGetAbsoluteTime(trust->date);
	pthread_mutex_unlock(&trust->lock);
	return time;
}

/* The list of certificates never changes. */
static SecCertificateRef judged_certificate(SecTrustRef trust)
{
	return (SecCertificateRef)(uintptr_t)CFArrayGetValueAtIndex(trust->certificates, 0);
}

kc_err kc_trust_digest(SecTrustRef trust, uint8_t ret[static KC_TRUST_DIGEST_LEN])
{
	return kc_hash_compute(
		KC_HASH_SHA256, kc_certificate_object_der(judged_certificate(trust)), ret);
}

SecKeyRef SecTrustCopyKey(SecTrustRef trust)
{
	return kc_trust_is(trust) ? SecCertificateCopyKey(judged_certificate(trust)) : NULL;
}

SecKeyRef SecTrustCopyPublicKey(SecTrustRef trust)
{
	return SecTrustCopyKey(trust);
}
