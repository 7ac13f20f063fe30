/* SPDX-License-Identifier: ISC */
/* Policies of the older interfaces: looked for by their object identifiers, and given values. */
#ifndef SECURITY_SECPOLICYSEARCH_H
#define SECURITY_SECPOLICYSEARCH_H

#include <Security/SecBase.h>
#include <Security/SecPolicy.h>
#include <Security/cssmapple.h>
#include <Security/oidsalg.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(SecPolicySearchRef, struct __SecPolicySearch);

CF_EXPORT CFTypeID SecPolicySearchGetTypeID(void);

/* policyOID NULL looks for all that can be made. certType and value are not looked at. */
CF_EXPORT OSStatus SecPolicySearchCreate(CSSM_CERT_TYPE certType, const CSSM_OID *policyOID,
	const CSSM_DATA *value, SecPolicySearchRef *searchRef) SEC_DEPRECATED;

/* A new policy each time; errSecPolicyNotFound after the last one. */
CF_EXPORT OSStatus SecPolicySearchCopyNext(
	SecPolicySearchRef searchRef, SecPolicyRef *policyRef) SEC_DEPRECATED;

/* The identifier, which lives for ever. */
CF_EXPORT OSStatus SecPolicyGetOID(SecPolicyRef policyRef, CSSM_OID *oid) SEC_DEPRECATED;

/* The value that was set, which lives as long as the policy and no other is set; length 0 before.
 */
CF_EXPORT OSStatus SecPolicyGetValue(SecPolicyRef policyRef, CSSM_DATA *value) SEC_DEPRECATED;

/* Data is one of the structures of cssmapple.h. To be called before the policy is in use.
 * errSecParam for one of another version or length. */
CF_EXPORT OSStatus SecPolicySetValue(SecPolicyRef policyRef, const CSSM_DATA *value) SEC_DEPRECATED;

CF_EXTERN_C_END

#endif
