/* SPDX-License-Identifier: ISC */
/* The verdict: one question for each policy, of which all must be answered with yes. */
#include <Security/cssmapple.h>
#include <math.h>
#include <string.h>

#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/error.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/trust/policy.h"
#include "keychainapi/Security/trust/trust.h"

/* clang-format off */
/* The first that applies is the one that an error says. */
static const struct kc_trust_fault faults[] = {
	{KC_CHAIN_REVOKED,     errSecCertificateRevoked,            CSSMERR_TP_CERT_REVOKED,                     true,  "has been revoked"},
	{KC_CHAIN_SIGNATURE,   errSecVerifyFailed,                  CSSMERR_TP_VERIFY_ACTION_FAILED,             true,  "has a signature that does not match, or its issuer has"},
	{KC_CHAIN_HOST,        errSecHostNameMismatch,              CSSMERR_APPLETP_HOSTNAME_MISMATCH,           false, "is for another host"},
	{KC_CHAIN_ADDRESS,     errSecSMIMEEmailAddressesNotFound,   CSSMERR_APPLETP_SMIME_EMAIL_ADDRS_NOT_FOUND, false, "is for another e-mail address"},
	{KC_CHAIN_EXPIRED,     errSecCertificateExpired,            CSSMERR_TP_CERT_EXPIRED,                     false, "has expired, or its issuer has"},
	{KC_CHAIN_NOT_YET,     errSecCertificateNotValidYet,        CSSMERR_TP_CERT_NOT_VALID_YET,               false, "is not valid yet, or its issuer is not"},
	{KC_CHAIN_CA,          errSecNoBasicConstraintsCA,          CSSMERR_APPLETP_INVALID_CA,                  false, "was issued by one that may not issue it"},
	{KC_CHAIN_USE,         errSecInvalidExtendedKeyUsage,       CSSMERR_APPLETP_INVALID_EXTENDED_KEY_USAGE,  false, "is not meant for this use"},
	{KC_CHAIN_WEAK,        errSecNotTrusted,                    CSSMERR_TP_NOT_TRUSTED,                      false, "has a key or a signature that is too weak"},
	{KC_CHAIN_NO_ANCHOR,   errSecNotTrusted,                    CSSMERR_TP_NOT_TRUSTED,                      false, "leads to a root that is not trusted"},
	{KC_CHAIN_INCOMPLETE,  errSecCreateChainFailed,             CSSMERR_TP_NOT_TRUSTED,                      false, "leads to an issuer that is not known"},
	{KC_CHAIN_NOT_CHECKED, errSecIncompleteCertRevocationCheck, CSSMERR_APPLETP_INCOMPLETE_REVOCATION_CHECK, false, "could not be checked for revocation"},
	{KC_CHAIN_OTHER,       errSecNotTrusted,                    CSSMERR_TP_NOT_TRUSTED,                      false, "is not trusted"},
};
/* clang-format on */

const struct kc_trust_fault *kc_trust_fault_of(unsigned of)
{
	for (size_t i = 0; i < KC_COUNT_OF(faults); i++)
		if (of & faults[i].fault)
			return &faults[i];
	return of ? &faults[KC_COUNT_OF(faults) - 1] : NULL;
}

unsigned kc_trust_fatal_faults(void)
{
	unsigned fatal = 0;

	for (size_t i = 0; i < KC_COUNT_OF(faults); i++)
		if (faults[i].is_fatal)
			fatal |= faults[i].fault;
	return fatal;
}

/* --- questions ------------------------------------------------------------------------------- */

/* The certificates of an array, borrowed from it; NULL is an empty one. */
struct ders {
	struct kc_bytes *rows;
	size_t count;
};

static void ders_done(struct ders *ders)
{
	free(ders->rows);
}

static kc_err ders_of(CFArrayRef certificates, struct ders *ret)
{
	size_t count = certificates ? (size_t)CFArrayGetCount(certificates) : 0;

	ret->rows = calloc(count + 1, sizeof *ret->rows);
	if (!ret->rows)
		return KC_ERR(NO_MEMORY);
	for (; ret->count < count; ret->count++)
		ret->rows[ret->count] = kc_certificate_object_der(
			(SecCertificateRef)(uintptr_t)CFArrayGetValueAtIndex(
				certificates, (CFIndex)ret->count));
	return KC_OK;
}

/* Dates that are no numbers, or beyond what a calendar holds, are before everything: nothing is
 * valid then. */
static int64_t unix_seconds(CFAbsoluteTime time)
{
	double seconds = floor(time + kCFAbsoluteTimeIntervalSince1970);

	return seconds >= -62135596800.0 && seconds <= 253402300799.0 ? (int64_t)seconds
								      : -62135596800;
}

static SecPolicyRef policy_at(CFArrayRef policies, CFIndex at)
{
	return (SecPolicyRef)(uintptr_t)CFArrayGetValueAtIndex(policies, at);
}

/* Policies of revocation ask something besides, whatever else is asked. */
static void ask_about_revocation(CFArrayRef policies, struct kc_chain_question *question)
{
	for (CFIndex i = 0; i < CFArrayGetCount(policies); i++)
		if (kc_policy_is_about_revocation(policy_at(policies, i)))
			kc_policy_ask(policy_at(policies, i), question);
}

/* The faults that any policy finds count together: one that is excepted hides none of another
 * policy. The chain is that of the first that says no. */
static void add_answer(struct kc_chain *answer, struct kc_chain *sum, bool is_first)
{
	unsigned both = is_first ? answer->faults : answer->faults | sum->faults;

	if (is_first || (sum->is_trusted && !answer->is_trusted)) {
		struct kc_chain last = *sum;
		*sum = *answer;
		*answer = last;
	}
	sum->faults = both;
}

static kc_err judge_all(
	CFArrayRef policies, const struct kc_chain_question *common, struct kc_chain *ret)
{
	bool asked = false;

	for (CFIndex i = 0; i < CFArrayGetCount(policies); i++) {
		KC_CLEANUP_CHAIN struct kc_chain answer = KC_CHAIN_INIT;
		struct kc_chain_question question = *common;

		if (kc_policy_is_about_revocation(policy_at(policies, i)))
			continue;
		kc_policy_ask(policy_at(policies, i), &question);
		KC_TRY(kc_chain_judge(&question, &answer));
		add_answer(&answer, ret, !asked);
		asked = true;
	}
	return asked ? KC_OK : kc_chain_judge(common, ret);
}

static bool has_option(SecTrustRef trust, SecTrustOptionFlags option)
{
	return (trust->options & option) != 0;
}

static kc_err ask(SecTrustRef trust, struct kc_chain *ret)
{
	KC_CLEANUP(ders_done) struct ders certificates = {0};
	KC_CLEANUP(ders_done) struct ders anchors = {0};
	struct kc_chain_question question = {
		.system_anchors = !trust->anchors_only,
		.at = unix_seconds(trust->judged_at),
		.may_be_expired = has_option(trust, kSecTrustOptionAllowExpired),
		.anchor_may_be_expired = has_option(trust, kSecTrustOptionAllowExpiredRoot),
		.roots_are_anchors = has_option(trust, kSecTrustOptionImplicitAnchors),
		.needs_answer = has_option(trust, kSecTrustOptionRequireRevPerCert),
		.ocsp = kc_object_bytes(trust->ocsp),
	};

	KC_TRY(ders_of(trust->certificates, &certificates));
	KC_TRY(ders_of(trust->anchors, &anchors));
	question.certificates = certificates.rows;
	question.certificate_count = certificates.count;
	question.anchors = anchors.rows;
	question.anchor_count = anchors.count;
	ask_about_revocation(trust->policies, &question);
	return judge_all(trust->policies, &question, ret);
}

/* --- the verdict ----------------------------------------------------------------------------- */

static kc_err append_certificate(CFMutableArrayRef chain, struct kc_bytes der)
{
	KC_CLEANUP_OBJECT SecCertificateRef certificate = NULL;

	KC_TRY(kc_certificate_object_new(der, &certificate));
	CFArrayAppendValue(chain, certificate);
	return KC_OK;
}

static kc_err make_chain(SecTrustRef trust, const struct kc_chain *found)
{
	KC_CLEANUP_OBJECT CFMutableArrayRef chain =
		CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);

	if (!chain)
		return KC_ERR(NO_MEMORY);
	CFArrayAppendValue(chain, CFArrayGetValueAtIndex(trust->certificates, 0));
	for (size_t i = 1; i < found->count; i++)
		KC_TRY(append_certificate(chain, kc_buf_bytes(&found->rows[i].certificate)));
	/* A chain that is the same as before is not made again. */
	if (!trust->chain || !CFEqual(trust->chain, chain)) {
		CFArrayAppendValue(trust->chains, chain);
		if (trust->chain)
			CFRelease(trust->chain);
		trust->chain = CFRetain(chain);
	}
	return KC_OK;
}

static SecTrustResultType result_of(SecTrustRef trust, const struct kc_chain *found)
{
	unsigned left = found->faults & ~(trust->excepted & ~kc_trust_fatal_faults());

	if (found->is_trusted)
		return kSecTrustResultUnspecified;
	if (found->faults && !left)
		return kSecTrustResultProceed;
	return left & kc_trust_fatal_faults() ? kSecTrustResultFatalTrustFailure
					      : kSecTrustResultRecoverableTrustFailure;
}

kc_err kc_trust_judge_inlock(SecTrustRef trust)
{
	KC_CLEANUP_CHAIN struct kc_chain found = KC_CHAIN_INIT;

	if (trust->is_judged)
		return KC_OK;
	trust->result = kSecTrustResultInvalid;
	trust->judged_at =
		trust->date ? CFDateGetAbsoluteTime(trust->date) : CFAbsoluteTimeGetCurrent();
	KC_TRY(ask(trust, &found));
	KC_TRY(make_chain(trust, &found));
	trust->result = result_of(trust, &found);
	kc_chain_done(&trust->faults);
	trust->faults = found;
	found = (struct kc_chain)KC_CHAIN_INIT;
	trust->is_judged = true;
	return KC_OK;
}

static kc_err judge(SecTrustRef trust, SecTrustResultType *ret, unsigned *ret_faults)
{
	kc_err err;

	pthread_mutex_lock(&trust->lock);
	err = kc_trust_judge_inlock(trust);
	if (err == KC_OK) {
		*ret = trust->result;
		*ret_faults = trust->faults.faults;
	}
	pthread_mutex_unlock(&trust->lock);
	return err;
}

OSStatus SecTrustEvaluate(SecTrustRef trust, SecTrustResultType *result)
{
	SecTrustResultType verdict = kSecTrustResultInvalid;
	unsigned of = 0;
	kc_err err;

	if (!kc_trust_is(trust))
		return errSecParam;
	err = judge(trust, &verdict, &of);
	if (err == KC_OK && result)
		*result = verdict;
	return kc_err_osstatus(err);
}

OSStatus SecTrustGetTrustResult(SecTrustRef trust, SecTrustResultType *result)
{
	if (!kc_trust_is(trust) || !result)
		return errSecParam;
	pthread_mutex_lock(&trust->lock);
	*result = trust->is_judged ? trust->result : kSecTrustResultInvalid;
	pthread_mutex_unlock(&trust->lock);
	return errSecSuccess;
}

OSStatus SecTrustGetCssmResultCode(SecTrustRef trust, OSStatus *resultCode)
{
	OSStatus status = errSecTrustNotAvailable;

	if (!kc_trust_is(trust) || !resultCode)
		return errSecParam;
	pthread_mutex_lock(&trust->lock);
	if (trust->is_judged) {
		const struct kc_trust_fault *fault = kc_trust_fault_of(trust->faults.faults);

		status = errSecSuccess;
		*resultCode = fault && trust->result != kSecTrustResultProceed ? fault->older : 0;
	}
	pthread_mutex_unlock(&trust->lock);
	return status;
}

static CFErrorRef new_error(SecTrustRef trust, unsigned of)
{
	const struct kc_trust_fault *fault = kc_trust_fault_of(of ? of : KC_CHAIN_OTHER);
	KC_CLEANUP_OBJECT CFStringRef name = SecCertificateCopySubjectSummary(
		(SecCertificateRef)(uintptr_t)CFArrayGetValueAtIndex(trust->certificates, 0));
	KC_CLEANUP_OBJECT CFStringRef text = CFStringCreateWithFormat(NULL, NULL,
		CFSTR("The certificate \"%@\" %s."), name ? name : CFSTR(""), fault->text);
	const void *key = kCFErrorLocalizedDescriptionKey, *value = text;

	return text ? CFErrorCreateWithUserInfoKeysAndValues(
			      NULL, kCFErrorDomainOSStatus, fault->status, &key, &value, 1)
		    : NULL;
}

bool SecTrustEvaluateWithError(SecTrustRef trust, CFErrorRef *error)
{
	SecTrustResultType result = kSecTrustResultInvalid;
	unsigned of = 0;

	if (!kc_trust_is(trust))
		return kc_error_give(KC_ERR(PARAM), error);
	if (!kc_error_give(judge(trust, &result, &of), error))
		return false;
	if (result == kSecTrustResultUnspecified || result == kSecTrustResultProceed)
		return true;
	if (error)
		*error = new_error(trust, of);
	return false;
}

/* --- for searches ---------------------------------------------------------------------------- */

kc_err kc_trust_suits(struct kc_bytes certificate, CFArrayRef others, SecPolicyRef policy,
	CFAbsoluteTime at, bool to_an_anchor, bool *ret)
{
	KC_CLEANUP_CHAIN struct kc_chain chain = KC_CHAIN_INIT;
	KC_CLEANUP(ders_done) struct ders list = {0};
	struct kc_chain_question question = {
		.anchors = &certificate,
		.anchor_count = to_an_anchor ? 0 : 1,
		.system_anchors = to_an_anchor,
		.at = unix_seconds(at),
	};

	KC_TRY(ders_of(others, &list));
	/* The array has room for one more. */
	memmove(list.rows + 1, list.rows, list.count * sizeof *list.rows);
	list.rows[0] = certificate;
	question.certificates = list.rows;
	question.certificate_count = list.count + 1;
	if (policy)
		kc_policy_ask(policy, &question);
	KC_TRY(kc_chain_judge(&question, &chain));
	*ret = chain.is_trusted;
	return KC_OK;
}
