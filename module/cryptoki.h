/* SPDX-License-Identifier: ISC */
/*
 * The names of PKCS#11: p11-kit's header, and what OASIS PKCS#11 3.1 adds that it lacks, each
 * behind a guard so that a later header of p11-kit wins.
 */
#ifndef KC_MODULE_CRYPTOKI_H
#define KC_MODULE_CRYPTOKI_H

#include <p11-kit/pkcs11.h>

/* PKCS#11 3.1, 4.4.1 */
#ifndef CKA_UNIQUE_ID
#define CKA_UNIQUE_ID 0x4UL
#endif

/* PKCS#11 3.1, 6.7 */
#ifndef CKK_EC_MONTGOMERY
#define CKK_EC_MONTGOMERY 0x41UL
#endif
#ifndef CKM_EC_MONTGOMERY_KEY_PAIR_GEN
#define CKM_EC_MONTGOMERY_KEY_PAIR_GEN 0x1056UL
#endif

/* PKCS#11 3.1, 3.7: how a library offers more than one list of functions. */
#ifndef CKF_INTERFACE_FORK_SAFE
#define CKF_INTERFACE_FORK_SAFE 0x1UL

typedef struct CK_INTERFACE {
	CK_UTF8CHAR *pInterfaceName;
	CK_VOID_PTR pFunctionList;
	CK_FLAGS flags;
} CK_INTERFACE;
typedef CK_INTERFACE *CK_INTERFACE_PTR;
typedef CK_INTERFACE_PTR *CK_INTERFACE_PTR_PTR;

CK_RV C_GetInterfaceList(CK_INTERFACE_PTR pInterfacesList, CK_ULONG_PTR pulCount);
CK_RV C_GetInterface(CK_UTF8CHAR *pInterfaceName, CK_VERSION_PTR pVersion,
	CK_INTERFACE_PTR_PTR ppInterface, CK_FLAGS flags);
#endif

#endif
