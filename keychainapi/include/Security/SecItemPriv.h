/* SPDX-License-Identifier: ISC */
/* Items of the keychain: the words outside Apple's public interface, and the last error. */
#ifndef SECURITY_SECITEMPRIV_H
#define SECURITY_SECITEMPRIV_H

#include <Security/SecItem.h>

CF_EXTERN_C_BEGIN

/* A class of the server that holds no items. */
CF_EXPORT const CFStringRef kSecClassAppleSharePassword;

/* More attributes of passwords and certificates. */
CF_EXPORT const CFStringRef kSecAttrScriptCode;
CF_EXPORT const CFStringRef kSecAttrAlias;
CF_EXPORT const CFStringRef kSecAttrHasCustomIcon;
CF_EXPORT const CFStringRef kSecDataInetExtraNotes;
CF_EXPORT const CFStringRef kSecDataInetExtraHistory;
CF_EXPORT const CFStringRef kSecDataInetExtraClientDefined0;
CF_EXPORT const CFStringRef kSecDataInetExtraClientDefined1;
CF_EXPORT const CFStringRef kSecDataInetExtraClientDefined2;
CF_EXPORT const CFStringRef kSecDataInetExtraClientDefined3;

/* More attributes of keys. */
CF_EXPORT const CFStringRef kSecAttrKeyCreator;
CF_EXPORT const CFStringRef kSecAttrIsPrivate;
CF_EXPORT const CFStringRef kSecAttrIsModifiable;
CF_EXPORT const CFStringRef kSecAttrStartDate;
CF_EXPORT const CFStringRef kSecAttrEndDate;
CF_EXPORT const CFStringRef kSecAttrWasAlwaysSensitive;
CF_EXPORT const CFStringRef kSecAttrWasNeverExtractable;
CF_EXPORT const CFStringRef kSecAttrCanSignRecover;
CF_EXPORT const CFStringRef kSecAttrCanVerifyRecover;

/* More attributes of every class. */
CF_EXPORT const CFStringRef kSecAttrSyncViewHint;
CF_EXPORT const CFStringRef kSecAttrTombstone;
CF_EXPORT const CFStringRef kSecAttrMultiUser;
CF_EXPORT const CFStringRef kSecAttrTokenOID;
CF_EXPORT const CFStringRef kSecAttrSecureEnclaveKeyBlob;
CF_EXPORT const CFStringRef kSecAttrUUID;
CF_EXPORT const CFStringRef kSecAttrSysBound;
CF_EXPORT const CFStringRef kSecAttrSHA1;
CF_EXPORT const CFStringRef kSecAttrDeriveSyncIDFromItemAttributes;
CF_EXPORT const CFStringRef kSecAttrPCSPlaintextServiceIdentifier;
CF_EXPORT const CFStringRef kSecAttrPCSPlaintextPublicKey;
CF_EXPORT const CFStringRef kSecAttrPCSPlaintextPublicIdentity;
CF_EXPORT const CFStringRef kSecAttrSharingGroup;
CF_EXPORT const CFStringRef kSecAttrGroupKitGroup;
CF_EXPORT const CFStringRef kSecAttrSharingGroupNone;
CF_EXPORT const CFStringRef kSecAttrAppClipItem;

/* Attributes that no class has. */
CF_EXPORT const CFStringRef kSecAttrVolume;
CF_EXPORT const CFStringRef kSecAttrAddress;
CF_EXPORT const CFStringRef kSecAttrAFPServerSignature;
CF_EXPORT const CFStringRef kSecAttrCRLType;
CF_EXPORT const CFStringRef kSecAttrCRLEncoding;

/* The same outside the public interface. */
CF_EXPORT const CFStringRef kSecAttrAccessibleAlwaysPrivate;
CF_EXPORT const CFStringRef kSecAttrAccessibleAlwaysThisDeviceOnlyPrivate;
CF_EXPORT const CFStringRef kSecAttrAccessibleUntilReboot;

/* More key types, and sizes with a name. */
CF_EXPORT const CFStringRef kSecAttrKeyTypeECSECPrimeRandomPKA;
CF_EXPORT const CFStringRef kSecAttrKeyTypeSecureEnclaveAttestation;
CF_EXPORT const CFStringRef kSecAttrKeyTypeSecureEnclaveAnonymousAttestation;
CF_EXPORT const CFStringRef kSecAttrKeyTypeEd25519;
CF_EXPORT const CFStringRef kSecAttrKeyTypeX25519;
CF_EXPORT const CFStringRef kSecAttrKeyTypeEd448;
CF_EXPORT const CFStringRef kSecAttrKeyTypeX448;
CF_EXPORT const CFStringRef kSecAttrKeyTypeKyber;
CF_EXPORT const CFStringRef kSecAttrKeySizeKyber768;
CF_EXPORT const CFStringRef kSecAttrKeySizeKyber1024;
CF_EXPORT const CFStringRef kSecAttrKeySizeMLKEM768;
CF_EXPORT const CFStringRef kSecAttrKeySizeMLKEM1024;
CF_EXPORT const CFStringRef kSecAttrKeySizeMLDSA65;
CF_EXPORT const CFStringRef kSecAttrKeySizeMLDSA87;

/* More of how a call works. */
CF_EXPORT const CFStringRef kSecAttrNoLegacy;
CF_EXPORT const CFStringRef kSecUseTombstones;
CF_EXPORT const CFStringRef kSecUseCredentialReference;
CF_EXPORT const CFStringRef kSecUseCallerName;
CF_EXPORT const CFStringRef kSecUseTokenRawItems;
CF_EXPORT const CFStringRef kSecUseCertificatesWithMatchIssuers;
CF_EXPORT const CFStringRef kSecUseSystemKeychain;
CF_EXPORT const CFStringRef kSecUseSystemKeychainAlways;
CF_EXPORT const CFStringRef kSecUseSyncBubbleKeychain;

/* More of them. */
CF_EXPORT const CFStringRef kSOSInternalAccessGroup;
CF_EXPORT const CFStringRef kSecNetworkExtensionAccessGroupSuffix;
CF_EXPORT const CFStringRef kSecAttrTokenIDAppleKeyStore;
CF_EXPORT const CFStringRef kSecAttrTokenIDSecureElement;

/* Hints at the view an item syncs in. */
CF_EXPORT const CFStringRef kSecAttrViewHintContinuityUnlock;
CF_EXPORT const CFStringRef kSecAttrViewHintAppleTV;
CF_EXPORT const CFStringRef kSecAttrViewHintHomeKit;
CF_EXPORT const CFStringRef kSecAttrViewHintAccessoryPairing;
CF_EXPORT const CFStringRef kSecAttrViewHintPCSCloudKit;
CF_EXPORT const CFStringRef kSecAttrViewHintPCSEscrow;
CF_EXPORT const CFStringRef kSecAttrViewHintPCSFDE;
CF_EXPORT const CFStringRef kSecAttrViewHintPCSFeldspar;
CF_EXPORT const CFStringRef kSecAttrViewHintPCSMaildrop;
CF_EXPORT const CFStringRef kSecAttrViewHintPCSMasterKey;
CF_EXPORT const CFStringRef kSecAttrViewHintPCSNotes;
CF_EXPORT const CFStringRef kSecAttrViewHintPCSPhotos;
CF_EXPORT const CFStringRef kSecAttrViewHintPCSSharing;
CF_EXPORT const CFStringRef kSecAttrViewHintPCSiCloudBackup;
CF_EXPORT const CFStringRef kSecAttrViewHintPCSiCloudDrive;
CF_EXPORT const CFStringRef kSecAttrViewHintPCSiMessage;
CF_EXPORT const CFStringRef kSecAttrViewHintNanoRegistry;
CF_EXPORT const CFStringRef kSecAttrViewHintWatchMigration;
CF_EXPORT const CFStringRef kSecAttrViewHintEngram;
CF_EXPORT const CFStringRef kSecAttrViewHintManatee;
CF_EXPORT const CFStringRef kSecAttrViewHintAutoUnlock;
CF_EXPORT const CFStringRef kSecAttrViewHintHealth;
CF_EXPORT const CFStringRef kSecAttrViewHintApplePay;
CF_EXPORT const CFStringRef kSecAttrViewHintHome;
CF_EXPORT const CFStringRef kSecAttrViewHintLimitedPeersAllowed;
CF_EXPORT const CFStringRef kSecAttrViewHintMFi;
CF_EXPORT const CFStringRef kSecAttrViewHintMail;
CF_EXPORT const CFStringRef kSecAttrViewHintContacts;
CF_EXPORT const CFStringRef kSecAttrViewHintPhotos;
CF_EXPORT const CFStringRef kSecAttrViewHintGroups;
CF_EXPORT const CFStringRef kSecAttrViewHintFindMy;

/* Why the last item call of this thread failed, owned by the caller; NULL when it did not fail, or
 * failed with another code than status (0 stands for any). */
CF_EXPORT CFErrorRef SecCopyLastError(OSStatus status);

/* Deletes every item of every class in the groups of the process, tombstones too. There is no way
 * back. */
CF_EXPORT OSStatus SecItemDeleteAll(void);

/* errSecMissingEntitlement: there are no drivers of tokens here. */
CF_EXPORT OSStatus SecItemUpdateTokenItemsForAccessGroups(
	CFTypeRef tokenID, CFArrayRef accessGroups, CFArrayRef tokenItemsAttributes);

/* NULL and errSecMissingEntitlement: nobody here belongs to a sharing group. */
CF_EXPORT CFTypeRef SecItemShareWithGroup(
	CFDictionaryRef query, CFStringRef sharingGroup, CFErrorRef *error);

CF_EXTERN_C_END

#endif
