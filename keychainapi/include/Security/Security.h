/* SPDX-License-Identifier: ISC */
/*
 * Everything of the Security framework that Keycircle offers, with CoreFoundation and the standard
 * headers that programs expect of it.
 */
#ifndef SECURITY_SECURITY_H
#define SECURITY_SECURITY_H

#include <CoreFoundation/CoreFoundation.h>

#include <Security/SecBase.h>

#include <Security/SecAccessControl.h>
#include <Security/SecCertificate.h>
#include <Security/SecCertificateOIDs.h>
#include <Security/SecIdentity.h>
#include <Security/SecIdentitySearch.h>
#include <Security/SecImportExport.h>
#include <Security/SecItem.h>
#include <Security/SecKey.h>
#include <Security/SecPolicy.h>
#include <Security/SecPolicySearch.h>
#include <Security/SecRandom.h>
#include <Security/SecSharedCredential.h>
#include <Security/SecTrust.h>
#include <Security/SecTrustSettings.h>

#include <Security/AuthSession.h>
#include <Security/SecACL.h>
#include <Security/SecAccess.h>
#include <Security/SecKeychain.h>
#include <Security/SecKeychainItem.h>
#include <Security/SecKeychainSearch.h>
#include <Security/SecTrustedApplication.h>
#include <Security/cssmapple.h>
#include <Security/cssmtype.h>
#include <Security/oidsalg.h>

#endif
