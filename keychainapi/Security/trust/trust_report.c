/* SPDX-License-Identifier: ISC */
/* What there is to say about a verdict: the chain, the reasons, and exceptions from them. */
#include "keychainapi/Security/trust/trust.h"

#include "base/buf.h"
#include "base/der.h"
#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/object.h"

/* --- the chain ------------------------------------------------------------------------------- */

/* The chain of the verdict, retained; NULL when there is none. */
static CFArrayRef copy_chain(SecTrustRef trust)
{
	CFArrayRef chain = NULL;

	if (!kc_trust_is(trust))
		return NULL;
	pthread_mutex_lock(&trust->lock);
	if (kc_trust_judge_inlock(trust) == KC_OK)
		chain = CFRetain(trust->chain);
	pthread_mutex_unlock(&trust->lock);
	return chain;
}

CFArrayRef SecTrustCopyCertificateChain(SecTrustRef trust)
{
	return copy_chain(trust);
}

CFIndex SecTrustGetCertificateCount(SecTrustRef trust)
{
	KC_CLEANUP_OBJECT CFArrayRef chain = copy_chain(trust);

	return chain ? CFArrayGetCount(chain) : 0;
}

SecCertificateRef SecTrustGetCertificateAtIndex(SecTrustRef trust, CFIndex ix)
{
	KC_CLEANUP_OBJECT CFArrayRef chain = copy_chain(trust);

	if (!chain || ix < 0 || ix >= CFArrayGetCount(chain))
		return NULL;
	return (SecCertificateRef)(uintptr_t)CFArrayGetValueAtIndex(chain, ix);
}

/* --- results --------------------------------------------------------------------------------- */

static CFMutableDictionaryRef new_dictionary(void)
{
	return CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
}

/* Takes value; without memory the member is left out. */
static void put(CFMutableDictionaryRef dictionary, CFStringRef name, CFTypeRef value)
{
	if (!value)
		return;
	CFDictionarySetValue(dictionary, name, value);
	CFRelease(value);
}

/* Only an answer that was good leaves a trusted certificate so. */
static bool was_revocation_checked(SecTrustRef trust)
{
	return trust->faults.is_trusted && trust->faults.has_answer;
}

static CFDictionaryRef result_inlock(SecTrustRef trust)
{
	CFMutableDictionaryRef result = new_dictionary();
	int32_t verdict = (int32_t)trust->result;

	if (!result)
		return NULL;
	put(result, kSecTrustEvaluationDate, CFDateCreate(NULL, trust->judged_at));
	put(result, kSecTrustResultValue, CFNumberCreate(NULL, kCFNumberSInt32Type, &verdict));
	if (was_revocation_checked(trust))
		CFDictionarySetValue(result, kSecTrustRevocationChecked, kCFBooleanTrue);
	return result;
}

CFDictionaryRef SecTrustCopyResult(SecTrustRef trust)
{
	CFDictionaryRef result = NULL;

	if (!kc_trust_is(trust))
		return NULL;
	pthread_mutex_lock(&trust->lock);
	if (kc_trust_judge_inlock(trust) == KC_OK)
		result = result_inlock(trust);
	pthread_mutex_unlock(&trust->lock);
	return result;
}

static CFDictionaryRef new_properties(CFTypeRef certificate, unsigned faults)
{
	CFMutableDictionaryRef properties = new_dictionary();
	const struct kc_trust_fault *fault = kc_trust_fault_of(faults);

	if (!properties)
		return NULL;
	put(properties, kSecPropertyTypeTitle,
		SecCertificateCopySubjectSummary((SecCertificateRef)(uintptr_t)certificate));
	if (fault)
		put(properties, kSecPropertyTypeError,
			CFStringCreateWithFormat(
				NULL, NULL, CFSTR("The certificate %s."), fault->text));
	return properties;
}

static CFArrayRef properties_inlock(SecTrustRef trust)
{
	CFMutableArrayRef list = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);

	for (CFIndex i = 0; list && i < CFArrayGetCount(trust->chain); i++) {
		KC_CLEANUP_OBJECT CFDictionaryRef row = new_properties(
			CFArrayGetValueAtIndex(trust->chain, i), trust->faults.rows[i].faults);

		if (row)
			CFArrayAppendValue(list, row);
	}
	return list;
}

CFArrayRef SecTrustCopyProperties(SecTrustRef trust)
{
	CFArrayRef properties = NULL;

	if (!kc_trust_is(trust))
		return NULL;
	pthread_mutex_lock(&trust->lock);
	if (kc_trust_judge_inlock(trust) == KC_OK)
		properties = properties_inlock(trust);
	pthread_mutex_unlock(&trust->lock);
	return properties;
}

/* --- exceptions -------------------------------------------------------------------------------
 * SEQUENCE { certificate OCTET STRING (its SHA-256 digest), faults INTEGER } */

static kc_err write_exceptions(SecTrustRef trust, unsigned faults, struct kc_buf *ret)
{
	uint8_t digest[KC_TRUST_DIGEST_LEN];
	struct kc_der_writer w;

	KC_TRY(kc_trust_digest(trust, digest));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, KC_BYTES_OF(digest));
	kc_der_put_uint(&w, faults);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

static kc_err read_exceptions(SecTrustRef trust, struct kc_bytes bytes, unsigned *ret)
{
	uint8_t digest[KC_TRUST_DIGEST_LEN], wanted[KC_TRUST_DIGEST_LEN];
	struct kc_der_reader r, fields;
	uint64_t faults;

	kc_der_reader_init(&r, bytes);
	kc_der_enter(&r, KC_DER_SEQUENCE, &fields);
	kc_der_get_array(&fields, digest, sizeof digest);
	faults = kc_der_get_uint_max(&fields, UINT32_MAX);
	kc_der_leave(&r, &fields);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(kc_trust_digest(trust, wanted));
	if (!kc_bytes_equal(KC_BYTES_OF(digest), KC_BYTES_OF(wanted)))
		return KC_ERR(PARAM);
	*ret = (unsigned)faults;
	return KC_OK;
}

CFDataRef SecTrustCopyExceptions(SecTrustRef trust)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	unsigned faults = 0;
	kc_err err;

	if (!kc_trust_is(trust))
		return NULL;
	pthread_mutex_lock(&trust->lock);
	err = kc_trust_judge_inlock(trust);
	if (err == KC_OK)
		faults = trust->faults.faults;
	pthread_mutex_unlock(&trust->lock);
	if (err != KC_OK || write_exceptions(trust, faults, &bytes) != KC_OK)
		return NULL;
	return CFDataCreate(NULL, bytes.data, (CFIndex)bytes.len);
}

bool SecTrustSetExceptions(SecTrustRef trust, CFDataRef exceptions)
{
	unsigned faults = 0;
	bool taken;

	if (!kc_trust_is(trust))
		return false;
	taken = exceptions && kc_object_kind(exceptions) == KC_OBJECT_DATA &&
		read_exceptions(trust, kc_object_bytes(exceptions), &faults) == KC_OK;
	pthread_mutex_lock(&trust->lock);
	trust->excepted = faults; /* none, when these were not taken */
	trust->is_judged = false;
	pthread_mutex_unlock(&trust->lock);
	return taken;
}
