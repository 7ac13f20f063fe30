/* SPDX-License-Identifier: ISC */
/* Pieces of ASN.1 as bytes with a length. */
#ifndef SECURITY_SECASN1TYPES_H
#define SECURITY_SECASN1TYPES_H

#include <CoreFoundation/CFBase.h>
#include <Security/cssmtype.h>

CF_EXTERN_C_BEGIN

typedef CSSM_DATA SecAsn1Item;
typedef SecAsn1Item SecAsn1Oid; /* the contents, without tag and length */

typedef struct SecAsn1AlgId {
	SecAsn1Oid algorithm;
	SecAsn1Item parameters;
} SecAsn1AlgId;

CF_EXTERN_C_END

#endif
