/* SPDX-License-Identifier: ISC */
/*
 * Items of the keychain: the words of their dictionaries, and the four calls.
 *
 * Two profiles, over the same items. The default one takes what programs written for the file
 * keychain of macOS get away with. The strict one is Apple's data-protection keychain to the
 * letter; a dictionary chooses it with kSecUseDataProtectionKeychain true, a process with
 * KEYCIRCLE_STRICT_SECITEM=1 in its environment. In both, SecItemUpdate and SecItemDelete act on
 * every match.
 */
#ifndef SECURITY_SECITEM_H
#define SECURITY_SECITEM_H

#include <Security/SecBase.h>

CF_EXTERN_C_BEGIN

/* The class, and the classes. */
CF_EXPORT const CFStringRef kSecClass;
CF_EXPORT const CFStringRef kSecClassGenericPassword;
CF_EXPORT const CFStringRef kSecClassInternetPassword;
CF_EXPORT const CFStringRef kSecClassCertificate;
CF_EXPORT const CFStringRef kSecClassKey;
CF_EXPORT const CFStringRef kSecClassIdentity;

/* Attributes of every class. */
CF_EXPORT const CFStringRef kSecAttrAccessible;
CF_EXPORT const CFStringRef kSecAttrAccessControl;
CF_EXPORT const CFStringRef kSecAttrAccessGroup;
CF_EXPORT const CFStringRef kSecAttrSynchronizable;
CF_EXPORT const CFStringRef kSecAttrSynchronizableAny;
CF_EXPORT const CFStringRef kSecAttrCreationDate;
CF_EXPORT const CFStringRef kSecAttrModificationDate;
CF_EXPORT const CFStringRef kSecAttrLabel;
CF_EXPORT const CFStringRef kSecAttrTokenID;
CF_EXPORT const CFStringRef kSecAttrPersistentReference;
CF_EXPORT const CFStringRef kSecAttrPersistantReference;

/* Attributes of passwords. */
CF_EXPORT const CFStringRef kSecAttrDescription;
CF_EXPORT const CFStringRef kSecAttrComment;
CF_EXPORT const CFStringRef kSecAttrCreator;
CF_EXPORT const CFStringRef kSecAttrType;
CF_EXPORT const CFStringRef kSecAttrIsInvisible;
CF_EXPORT const CFStringRef kSecAttrIsNegative;
CF_EXPORT const CFStringRef kSecAttrAccount;
CF_EXPORT const CFStringRef kSecAttrService;
CF_EXPORT const CFStringRef kSecAttrGeneric;
CF_EXPORT const CFStringRef kSecAttrSecurityDomain;
CF_EXPORT const CFStringRef kSecAttrServer;
CF_EXPORT const CFStringRef kSecAttrProtocol;
CF_EXPORT const CFStringRef kSecAttrAuthenticationType;
CF_EXPORT const CFStringRef kSecAttrPort;
CF_EXPORT const CFStringRef kSecAttrPath;

/* Attributes of certificates. */
CF_EXPORT const CFStringRef kSecAttrSubject;
CF_EXPORT const CFStringRef kSecAttrIssuer;
CF_EXPORT const CFStringRef kSecAttrSerialNumber;
CF_EXPORT const CFStringRef kSecAttrSubjectKeyID;
CF_EXPORT const CFStringRef kSecAttrPublicKeyHash;
CF_EXPORT const CFStringRef kSecAttrCertificateType;
CF_EXPORT const CFStringRef kSecAttrCertificateEncoding;

/* Attributes of keys. */
CF_EXPORT const CFStringRef kSecAttrKeyClass;
CF_EXPORT const CFStringRef kSecAttrApplicationLabel;
CF_EXPORT const CFStringRef kSecAttrIsPermanent;
CF_EXPORT const CFStringRef kSecAttrIsSensitive;
CF_EXPORT const CFStringRef kSecAttrIsExtractable;
CF_EXPORT const CFStringRef kSecAttrApplicationTag;
CF_EXPORT const CFStringRef kSecAttrKeyType;
CF_EXPORT const CFStringRef kSecAttrKeySizeInBits;
CF_EXPORT const CFStringRef kSecAttrEffectiveKeySize;
CF_EXPORT const CFStringRef kSecAttrCanEncrypt;
CF_EXPORT const CFStringRef kSecAttrCanDecrypt;
CF_EXPORT const CFStringRef kSecAttrCanDerive;
CF_EXPORT const CFStringRef kSecAttrCanSign;
CF_EXPORT const CFStringRef kSecAttrCanVerify;
CF_EXPORT const CFStringRef kSecAttrCanWrap;
CF_EXPORT const CFStringRef kSecAttrCanUnwrap;

/* When an item can be read. */
CF_EXPORT const CFStringRef kSecAttrAccessibleWhenUnlocked;
CF_EXPORT const CFStringRef kSecAttrAccessibleAfterFirstUnlock;
CF_EXPORT const CFStringRef kSecAttrAccessibleAlways;
CF_EXPORT const CFStringRef kSecAttrAccessibleWhenUnlockedThisDeviceOnly;
CF_EXPORT const CFStringRef kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly;
CF_EXPORT const CFStringRef kSecAttrAccessibleAlwaysThisDeviceOnly;
CF_EXPORT const CFStringRef kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly;

/* Protocols: four characters, blanks included. */
CF_EXPORT const CFStringRef kSecAttrProtocolFTP;
CF_EXPORT const CFStringRef kSecAttrProtocolFTPAccount;
CF_EXPORT const CFStringRef kSecAttrProtocolHTTP;
CF_EXPORT const CFStringRef kSecAttrProtocolIRC;
CF_EXPORT const CFStringRef kSecAttrProtocolNNTP;
CF_EXPORT const CFStringRef kSecAttrProtocolPOP3;
CF_EXPORT const CFStringRef kSecAttrProtocolSMTP;
CF_EXPORT const CFStringRef kSecAttrProtocolSOCKS;
CF_EXPORT const CFStringRef kSecAttrProtocolIMAP;
CF_EXPORT const CFStringRef kSecAttrProtocolLDAP;
CF_EXPORT const CFStringRef kSecAttrProtocolAppleTalk;
CF_EXPORT const CFStringRef kSecAttrProtocolAFP;
CF_EXPORT const CFStringRef kSecAttrProtocolTelnet;
CF_EXPORT const CFStringRef kSecAttrProtocolSSH;
CF_EXPORT const CFStringRef kSecAttrProtocolFTPS;
CF_EXPORT const CFStringRef kSecAttrProtocolHTTPS;
CF_EXPORT const CFStringRef kSecAttrProtocolHTTPProxy;
CF_EXPORT const CFStringRef kSecAttrProtocolHTTPSProxy;
CF_EXPORT const CFStringRef kSecAttrProtocolFTPProxy;
CF_EXPORT const CFStringRef kSecAttrProtocolSMB;
CF_EXPORT const CFStringRef kSecAttrProtocolRTSP;
CF_EXPORT const CFStringRef kSecAttrProtocolRTSPProxy;
CF_EXPORT const CFStringRef kSecAttrProtocolDAAP;
CF_EXPORT const CFStringRef kSecAttrProtocolEPPC;
CF_EXPORT const CFStringRef kSecAttrProtocolIPP;
CF_EXPORT const CFStringRef kSecAttrProtocolNNTPS;
CF_EXPORT const CFStringRef kSecAttrProtocolLDAPS;
CF_EXPORT const CFStringRef kSecAttrProtocolTelnetS;
CF_EXPORT const CFStringRef kSecAttrProtocolIMAPS;
CF_EXPORT const CFStringRef kSecAttrProtocolIRCS;
CF_EXPORT const CFStringRef kSecAttrProtocolPOP3S;

/* Authentication types. */
CF_EXPORT const CFStringRef kSecAttrAuthenticationTypeNTLM;
CF_EXPORT const CFStringRef kSecAttrAuthenticationTypeMSN;
CF_EXPORT const CFStringRef kSecAttrAuthenticationTypeDPA;
CF_EXPORT const CFStringRef kSecAttrAuthenticationTypeRPA;
CF_EXPORT const CFStringRef kSecAttrAuthenticationTypeHTTPBasic;
CF_EXPORT const CFStringRef kSecAttrAuthenticationTypeHTTPDigest;
CF_EXPORT const CFStringRef kSecAttrAuthenticationTypeHTMLForm;
CF_EXPORT const CFStringRef kSecAttrAuthenticationTypeDefault;

/* Key classes. */
CF_EXPORT const CFStringRef kSecAttrKeyClassPublic;
CF_EXPORT const CFStringRef kSecAttrKeyClassPrivate;
CF_EXPORT const CFStringRef kSecAttrKeyClassSymmetric;

/* Key types. */
CF_EXPORT const CFStringRef kSecAttrKeyTypeRSA;
CF_EXPORT const CFStringRef kSecAttrKeyTypeECSECPrimeRandom;
CF_EXPORT const CFStringRef kSecAttrKeyTypeEC;
CF_EXPORT const CFStringRef kSecAttrKeyTypeMLKEM;
CF_EXPORT const CFStringRef kSecAttrKeyTypeMLDSA;

/* Key types of the file keychain of macOS that no key here has. */
CF_EXPORT const CFStringRef kSecAttrKeyTypeDSA;
CF_EXPORT const CFStringRef kSecAttrKeyTypeAES;
CF_EXPORT const CFStringRef kSecAttrKeyTypeDES;
CF_EXPORT const CFStringRef kSecAttrKeyType3DES;
CF_EXPORT const CFStringRef kSecAttrKeyTypeRC4;
CF_EXPORT const CFStringRef kSecAttrKeyTypeRC2;
CF_EXPORT const CFStringRef kSecAttrKeyTypeCAST;
CF_EXPORT const CFStringRef kSecAttrKeyTypeECDSA;

/* What narrows a search. */
CF_EXPORT const CFStringRef kSecMatchPolicy;
CF_EXPORT const CFStringRef kSecMatchItemList;
CF_EXPORT const CFStringRef kSecMatchSearchList;
CF_EXPORT const CFStringRef kSecMatchIssuers;
CF_EXPORT const CFStringRef kSecMatchEmailAddressIfPresent;
CF_EXPORT const CFStringRef kSecMatchSubjectContains;
CF_EXPORT const CFStringRef kSecMatchSubjectStartsWith;
CF_EXPORT const CFStringRef kSecMatchSubjectEndsWith;
CF_EXPORT const CFStringRef kSecMatchSubjectWholeString;
CF_EXPORT const CFStringRef kSecMatchDiacriticInsensitive;
CF_EXPORT const CFStringRef kSecMatchWidthInsensitive;
CF_EXPORT const CFStringRef kSecMatchHostOrSubdomainOfHost;
CF_EXPORT const CFStringRef kSecMatchCaseInsensitive;
CF_EXPORT const CFStringRef kSecMatchTrustedOnly;
CF_EXPORT const CFStringRef kSecMatchValidOnDate;
CF_EXPORT const CFStringRef kSecMatchLimit;
CF_EXPORT const CFStringRef kSecMatchLimitOne;
CF_EXPORT const CFStringRef kSecMatchLimitAll;

/* What a call gives back. */
CF_EXPORT const CFStringRef kSecReturnData;
CF_EXPORT const CFStringRef kSecReturnAttributes;
CF_EXPORT const CFStringRef kSecReturnRef;
CF_EXPORT const CFStringRef kSecReturnPersistentRef;

/* Values, in dictionaries and results. */
CF_EXPORT const CFStringRef kSecValueData;
CF_EXPORT const CFStringRef kSecValueRef;
CF_EXPORT const CFStringRef kSecValuePersistentRef;

/* How a call works. */
CF_EXPORT const CFStringRef kSecUseItemList;
CF_EXPORT const CFStringRef kSecUseOperationPrompt;
CF_EXPORT const CFStringRef kSecUseNoAuthenticationUI;
CF_EXPORT const CFStringRef kSecUseAuthenticationUI;
CF_EXPORT const CFStringRef kSecUseAuthenticationUIAllow;
CF_EXPORT const CFStringRef kSecUseAuthenticationUIFail;
CF_EXPORT const CFStringRef kSecUseAuthenticationUISkip;
CF_EXPORT const CFStringRef kSecUseAuthenticationContext;
CF_EXPORT const CFStringRef kSecUseDataProtectionKeychain;
CF_EXPORT const CFStringRef kSecUseUserIndependentKeychain;

/* The file keychain of macOS: accepted, and of no effect. */
CF_EXPORT const CFStringRef kSecAttrAccess;
CF_EXPORT const CFStringRef kSecUseKeychain;
CF_EXPORT const CFStringRef kSecUseKeychainList;

/* Access groups and tokens with a fixed name. */
CF_EXPORT const CFStringRef kSecAttrAccessGroupToken;
CF_EXPORT const CFStringRef kSecAttrTokenIDSecureEnclave;

/*
 * The calls. Each is one transaction, and may be made from any thread. Dictionaries may have been
 * made with any callbacks. What a call writes to result is owned by the caller, who releases it;
 * result may be NULL. A failing call leaves its reason for SecCopyLastError, of this thread.
 *
 * Everywhere: errSecParam for a dictionary that is NULL, without a class, or with a value of a
 * wrong type; errSecNoSuchClass, errSecNoSuchAttr, errSecInteractionNotAllowed (locked),
 * errSecMissingEntitlement (an access group that is not the caller's), errSecNotAvailable (no
 * service, or a damaged keychain).
 */

/* Stores an item. errSecDuplicateItem when there is one with the same primary key,
 * errSecDataTooLarge above 1 MiB of data or 64 KiB of an attribute. */
CF_EXPORT OSStatus SecItemAdd(CFDictionaryRef attributes, CFTypeRef *result);

/* Finds items, one unless kSecMatchLimit says more: then result is an array, even of one.
 * errSecItemNotFound when nothing matches. */
CF_EXPORT OSStatus SecItemCopyMatching(CFDictionaryRef query, CFTypeRef *result);

/* Changes every item that matches; an attribute cannot be removed. errSecItemNotFound,
 * errSecDuplicateItem (then nothing has changed). */
CF_EXPORT OSStatus SecItemUpdate(CFDictionaryRef query, CFDictionaryRef attributesToUpdate);

/* Deletes every item that matches. errSecItemNotFound. */
CF_EXPORT OSStatus SecItemDelete(CFDictionaryRef query);

CF_EXTERN_C_END

#endif
