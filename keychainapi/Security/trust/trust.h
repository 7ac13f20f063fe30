/* SPDX-License-Identifier: ISC */
/*
 * SecTrust: what is to be judged, and the last verdict. Every setter forgets the verdict; whoever
 * wants something of it judges first.
 */
#ifndef KC_SECURITY_TRUST_H
#define KC_SECURITY_TRUST_H

#include <Security/SecTrust.h>
#include <pthread.h>

#include "crypto/x509_chain.h"
#include "keychainapi/CoreFoundation/cf_runtime.h"

#define KC_TRUST_DIGEST_LEN 32

struct __SecTrust {
	CFRuntimeBase base;
	pthread_mutex_t lock;
	CFArrayRef certificates, policies, anchors; /* anchors NULL: none of the caller's */
	CFDataRef ocsp;				    /* may be NULL */
	CFTypeRef date;				    /* CFDate; NULL: now */
	bool anchors_only, fetch_allowed;
	SecTrustOptionFlags options;
	unsigned excepted; /* faults of the chain that do not count */

	/* the verdict */
	bool is_judged;
	CFAbsoluteTime judged_at; /* the date that it is for */
	SecTrustResultType result;
	struct kc_chain faults; /* its certificates are in chain */
	CFArrayRef chain;
	CFMutableArrayRef chains; /* all that there were: their certificates were given out */
};

/* Judges unless that is done; called, and to be left, with the lock held. */
KC_MUST kc_err kc_trust_judge_inlock(SecTrustRef trust);

/* The row of what is most wrong. */
struct kc_trust_fault {
	unsigned fault;
	OSStatus status, older; /* and that of cssmapple.h */
	bool is_fatal;
	const char *text; /* after "The certificate “name” " */
};
const struct kc_trust_fault *kc_trust_fault_of(unsigned faults);
/* Faults that no exception is made for. */
unsigned kc_trust_fatal_faults(void);

bool kc_trust_is(CFTypeRef object);

/* For exceptions: the digest of the certificate that is judged. */
KC_MUST kc_err kc_trust_digest(SecTrustRef trust, uint8_t ret[static KC_TRUST_DIGEST_LEN]);

/*
 * Whether a certificate is good for a policy (NULL: the basic one) at a date. to_an_anchor: a chain
 * leads from it to one of the distribution's anchors; issuers may be among others, an array of
 * certificates or NULL. Otherwise only the certificate itself is looked at. Errors: DECODE.
 */
KC_MUST kc_err kc_trust_suits(struct kc_bytes certificate, CFArrayRef others, SecPolicyRef policy,
	CFAbsoluteTime at, bool to_an_anchor, bool *ret);

#endif
