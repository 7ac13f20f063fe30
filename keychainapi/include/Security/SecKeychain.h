/* SPDX-License-Identifier: ISC */
/*
 * Keychains and passwords by the older interface. It speaks of the same items as Security/SecItem.h
 * in its default profile: what one stores the other finds.
 *
 * The default keychain is the one of this user; its names are its path, "login.keychain" and
 * "login.keychain-db". Any other path is a keychain of its own, with a password, a lock and items
 * of its own: a folder, which is what KEYCIRCLE_HOME can name. A name that is no path is one in the
 * folder of the default keychain. Wherever a keychain is asked for, NULL is the default one; where
 * items are looked for, those of the search list.
 *
 * Lengths are bytes without a NUL. Every function may be called from any thread. Everywhere:
 * errSecParam for an argument that is missing, errSecNoSuchKeychain, errSecInteractionNotAllowed
 * for a keychain that is locked and cannot be unlocked by asking.
 */
#ifndef SECURITY_SECKEYCHAIN_H
#define SECURITY_SECKEYCHAIN_H

#include <Security/SecBase.h>
#include <sys/types.h>

CF_EXTERN_C_BEGIN

/* --- internet passwords: protocols and authentication types ---------------------------------- */

typedef FourCharCode SecProtocolType;
enum {
	kSecProtocolTypeFTP = SEC_CODE('f', 't', 'p', ' '),
	kSecProtocolTypeFTPAccount = SEC_CODE('f', 't', 'p', 'a'),
	kSecProtocolTypeHTTP = SEC_CODE('h', 't', 't', 'p'),
	kSecProtocolTypeIRC = SEC_CODE('i', 'r', 'c', ' '),
	kSecProtocolTypeNNTP = SEC_CODE('n', 'n', 't', 'p'),
	kSecProtocolTypePOP3 = SEC_CODE('p', 'o', 'p', '3'),
	kSecProtocolTypeSMTP = SEC_CODE('s', 'm', 't', 'p'),
	kSecProtocolTypeSOCKS = SEC_CODE('s', 'o', 'x', ' '),
	kSecProtocolTypeIMAP = SEC_CODE('i', 'm', 'a', 'p'),
	kSecProtocolTypeLDAP = SEC_CODE('l', 'd', 'a', 'p'),
	kSecProtocolTypeAppleTalk = SEC_CODE('a', 't', 'l', 'k'),
	kSecProtocolTypeAFP = SEC_CODE('a', 'f', 'p', ' '),
	kSecProtocolTypeTelnet = SEC_CODE('t', 'e', 'l', 'n'),
	kSecProtocolTypeSSH = SEC_CODE('s', 's', 'h', ' '),
	kSecProtocolTypeFTPS = SEC_CODE('f', 't', 'p', 's'),
	kSecProtocolTypeHTTPS = SEC_CODE('h', 't', 'p', 's'),
	kSecProtocolTypeHTTPProxy = SEC_CODE('h', 't', 'p', 'x'),
	kSecProtocolTypeHTTPSProxy = SEC_CODE('h', 't', 's', 'x'),
	kSecProtocolTypeFTPProxy = SEC_CODE('f', 't', 'p', 'x'),
	kSecProtocolTypeCIFS = SEC_CODE('c', 'i', 'f', 's'),
	kSecProtocolTypeSMB = SEC_CODE('s', 'm', 'b', ' '),
	kSecProtocolTypeRTSP = SEC_CODE('r', 't', 's', 'p'),
	kSecProtocolTypeRTSPProxy = SEC_CODE('r', 't', 's', 'x'),
	kSecProtocolTypeDAAP = SEC_CODE('d', 'a', 'a', 'p'),
	kSecProtocolTypeEPPC = SEC_CODE('e', 'p', 'p', 'c'),
	kSecProtocolTypeIPP = SEC_CODE('i', 'p', 'p', ' '),
	kSecProtocolTypeNNTPS = SEC_CODE('n', 't', 'p', 's'),
	kSecProtocolTypeLDAPS = SEC_CODE('l', 'd', 'p', 's'),
	kSecProtocolTypeTelnetS = SEC_CODE('t', 'e', 'l', 's'),
	kSecProtocolTypeIMAPS = SEC_CODE('i', 'm', 'p', 's'),
	kSecProtocolTypeIRCS = SEC_CODE('i', 'r', 'c', 's'),
	kSecProtocolTypePOP3S = SEC_CODE('p', 'o', 'p', 's'),
	kSecProtocolTypeCVSpserver = SEC_CODE('c', 'v', 's', 'p'),
	kSecProtocolTypeSVN = SEC_CODE('s', 'v', 'n', ' '),
	kSecProtocolTypeAny = 0
};

/* In the order of bytes that makes four characters of the number's memory, on every machine. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define SEC_AUTHENTICATION_TYPE(a, b, c, d) SEC_CODE(a, b, c, d)
#else
#define SEC_AUTHENTICATION_TYPE(a, b, c, d) SEC_CODE(d, c, b, a)
#endif

typedef FourCharCode SecAuthenticationType;
enum {
	kSecAuthenticationTypeNTLM = SEC_AUTHENTICATION_TYPE('n', 't', 'l', 'm'),
	kSecAuthenticationTypeMSN = SEC_AUTHENTICATION_TYPE('m', 's', 'n', 'a'),
	kSecAuthenticationTypeDPA = SEC_AUTHENTICATION_TYPE('d', 'p', 'a', 'a'),
	kSecAuthenticationTypeRPA = SEC_AUTHENTICATION_TYPE('r', 'p', 'a', 'a'),
	kSecAuthenticationTypeHTTPBasic = SEC_AUTHENTICATION_TYPE('h', 't', 't', 'p'),
	kSecAuthenticationTypeHTTPDigest = SEC_AUTHENTICATION_TYPE('h', 't', 't', 'd'),
	kSecAuthenticationTypeHTMLForm = SEC_AUTHENTICATION_TYPE('f', 'o', 'r', 'm'),
	kSecAuthenticationTypeDefault = SEC_AUTHENTICATION_TYPE('d', 'f', 'l', 't'),
	kSecAuthenticationTypeAny = 0
};

/* --- passwords ------------------------------------------------------------------------------- */

/*
 * Add stores a password, and what has a length; the label becomes the service or the server.
 * itemRef may be NULL. errSecDuplicateItem when there is one for the same account and service, or
 * server, domain, path, port, protocol and type.
 *
 * Find gives the first item that matches. A length of 0 or a NULL string, a port of 0, and the
 * types Any match everything; the results may be NULL. passwordData is freed by
 * SecKeychainItemFreeContent. errSecItemNotFound.
 */
CF_EXPORT OSStatus SecKeychainAddGenericPassword(SecKeychainRef keychain, UInt32 serviceNameLength,
	const char *serviceName, UInt32 accountNameLength, const char *accountName,
	UInt32 passwordLength, const void *passwordData,
	SecKeychainItemRef *itemRef) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainFindGenericPassword(CFTypeRef keychainOrArray,
	UInt32 serviceNameLength, const char *serviceName, UInt32 accountNameLength,
	const char *accountName, UInt32 *passwordLength, void **passwordData,
	SecKeychainItemRef *itemRef) SEC_DEPRECATED;

CF_EXPORT OSStatus SecKeychainAddInternetPassword(SecKeychainRef keychain, UInt32 serverNameLength,
	const char *serverName, UInt32 securityDomainLength, const char *securityDomain,
	UInt32 accountNameLength, const char *accountName, UInt32 pathLength, const char *path,
	UInt16 port, SecProtocolType protocol, SecAuthenticationType authenticationType,
	UInt32 passwordLength, const void *passwordData,
	SecKeychainItemRef *itemRef) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainFindInternetPassword(CFTypeRef keychainOrArray,
	UInt32 serverNameLength, const char *serverName, UInt32 securityDomainLength,
	const char *securityDomain, UInt32 accountNameLength, const char *accountName,
	UInt32 pathLength, const char *path, UInt16 port, SecProtocolType protocol,
	SecAuthenticationType authenticationType, UInt32 *passwordLength, void **passwordData,
	SecKeychainItemRef *itemRef) SEC_DEPRECATED;

/* --- keychains ------------------------------------------------------------------------------- */

CF_EXPORT CFTypeID SecKeychainGetTypeID(void);

/* 4, as the last interface of the kind. */
CF_EXPORT OSStatus SecKeychainGetVersion(UInt32 *returnVers) SEC_DEPRECATED;

/* Names a keychain, which need not exist. */
CF_EXPORT OSStatus SecKeychainOpen(const char *pathName, SecKeychainRef *keychain) SEC_DEPRECATED;

/* Makes a keychain, which is open then and in the search list. With promptUser there would have to
 * be somebody to ask: errSecInteractionNotAllowed. errSecDuplicateKeychain. */
CF_EXPORT OSStatus SecKeychainCreate(const char *pathName, UInt32 passwordLength,
	const void *password, Boolean promptUser, SecAccessRef initialAccess,
	SecKeychainRef *keychain) SEC_DEPRECATED;

/* Deletes keychains (one or an array) with all their items, and takes them out of the search list.
 * The default keychain is never deleted: errSecUnimplemented. */
CF_EXPORT OSStatus SecKeychainDelete(SecKeychainRef keychainOrArray) SEC_DEPRECATED;

/* errSecNoSuchKeychain for a keychain that does not exist. */
CF_EXPORT OSStatus SecKeychainGetStatus(
	SecKeychainRef keychain, SecKeychainStatus *keychainStatus) SEC_DEPRECATED;

/* *ioPathLength is the room, NUL included, and becomes the length without; errSecBufferTooSmall. */
CF_EXPORT OSStatus SecKeychainGetPath(
	SecKeychainRef keychain, UInt32 *ioPathLength, char *pathName) SEC_DEPRECATED;

/* --- the lock -------------------------------------------------------------------------------- */

/* Locks the keychain for every program. */
CF_EXPORT OSStatus SecKeychainLock(SecKeychainRef keychain) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainLockAll(void) SEC_DEPRECATED;

/* Unlocks it for every program of the user: with a password, or by having the service ask the user
 * (usePassword false). errSecAuthFailed, errSecUserCanceled. */
CF_EXPORT OSStatus SecKeychainUnlock(SecKeychainRef keychain, UInt32 passwordLength,
	const void *password, Boolean usePassword) SEC_DEPRECATED;

/* Whether calls of this process may have the user asked for the password. At first they may. */
CF_EXPORT OSStatus SecKeychainSetUserInteractionAllowed(Boolean state) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainGetUserInteractionAllowed(Boolean *state) SEC_DEPRECATED;

/* When a keychain locks by itself is the user's setting of the service, which programs neither see
 * nor change: errSecUnimplemented. errSecWrongSecVersion for another version. */
#define SEC_KEYCHAIN_SETTINGS_VERS1 1
typedef struct SecKeychainSettings {
	UInt32 version;
	Boolean lockOnSleep;
	Boolean useLockInterval;
	UInt32 lockInterval; /* seconds */
} SecKeychainSettings;

CF_EXPORT OSStatus SecKeychainCopySettings(
	SecKeychainRef keychain, SecKeychainSettings *outSettings) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainSetSettings(
	SecKeychainRef keychain, const SecKeychainSettings *newSettings) SEC_DEPRECATED;

/* As with items (Security/SecKeychainItem.h): a copy lets every program do everything, and setting
 * one changes nothing. */
CF_EXPORT OSStatus SecKeychainCopyAccess(
	SecKeychainRef keychain, SecAccessRef *access) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainSetAccess(
	SecKeychainRef keychain, SecAccessRef access) SEC_DEPRECATED;

/* --- the default keychain and the search list ------------------------------------------------ */

/*
 * Both are the user's, for all programs; the security command has them, too. The domain of the
 * system has no keychain here, the common and the dynamic one are empty: errSecInvalidPrefsDomain
 * for changes to them, errSecNoDefaultKeychain.
 */
typedef int SecPreferencesDomain;
enum {
	kSecPreferencesDomainUser,
	kSecPreferencesDomainSystem,
	kSecPreferencesDomainCommon,
	kSecPreferencesDomainDynamic
};

CF_EXPORT OSStatus SecKeychainCopyDefault(SecKeychainRef *keychain) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainSetDefault(SecKeychainRef keychain) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainCopySearchList(CFArrayRef *searchList) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainSetSearchList(CFArrayRef searchList) SEC_DEPRECATED;

CF_EXPORT OSStatus SecKeychainCopyDomainDefault(
	SecPreferencesDomain domain, SecKeychainRef *keychain) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainSetDomainDefault(
	SecPreferencesDomain domain, SecKeychainRef keychain) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainCopyDomainSearchList(
	SecPreferencesDomain domain, CFArrayRef *searchList) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainSetDomainSearchList(
	SecPreferencesDomain domain, CFArrayRef searchList) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainGetPreferenceDomain(SecPreferencesDomain *domain) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainSetPreferenceDomain(SecPreferencesDomain domain) SEC_DEPRECATED;

/* --- what there is to know of attributes ------------------------------------------------------ */

/* The tags and formats of the attributes of a class (a SecItemClass, or the record of CSSM). Freed
 * by SecKeychainFreeAttributeInfo. */
CF_EXPORT OSStatus SecKeychainAttributeInfoForItemID(
	SecKeychainRef keychain, UInt32 itemID, SecKeychainAttributeInfo **info) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainFreeAttributeInfo(SecKeychainAttributeInfo *info) SEC_DEPRECATED;

/* --- events ---------------------------------------------------------------------------------- */

typedef UInt32 SecKeychainEvent;
enum {
	kSecLockEvent = 1,
	kSecUnlockEvent = 2,
	kSecAddEvent = 3,
	kSecDeleteEvent = 4,
	kSecUpdateEvent = 5,
	kSecPasswordChangedEvent = 6,
	kSecDefaultChangedEvent = 9,
	kSecDataAccessEvent = 10,
	kSecKeychainListChangedEvent = 11,
	kSecTrustSettingsChangedEvent = 12
};

typedef UInt32 SecKeychainEventMask;
__extension__ enum {
	kSecLockEventMask = 1u << kSecLockEvent,
	kSecUnlockEventMask = 1u << kSecUnlockEvent,
	kSecAddEventMask = 1u << kSecAddEvent,
	kSecDeleteEventMask = 1u << kSecDeleteEvent,
	kSecUpdateEventMask = 1u << kSecUpdateEvent,
	kSecPasswordChangedEventMask = 1u << kSecPasswordChangedEvent,
	kSecDefaultChangedEventMask = 1u << kSecDefaultChangedEvent,
	kSecDataAccessEventMask = 1u << kSecDataAccessEvent,
	kSecKeychainListChangedMask = 1u << kSecKeychainListChangedEvent,
	kSecTrustSettingsChangedEventMask = 1u << kSecTrustSettingsChangedEvent,
	kSecEveryEventMask = 0xffffffffu
};

typedef struct SecKeychainCallbackInfo {
	UInt32 version;		 /* 0 */
	SecKeychainItemRef item; /* of an event of an item; borrowed */
	SecKeychainRef keychain; /* borrowed */
	pid_t pid;
} SecKeychainCallbackInfo;

typedef OSStatus (*SecKeychainCallback)(
	SecKeychainEvent keychainEvent, SecKeychainCallbackInfo *info, void *context);

/* Events of this process's own calls of this interface, told by the thread that makes the call,
 * after it; what other programs do is not told. errSecDuplicateCallback, errSecInvalidCallback. */
CF_EXPORT OSStatus SecKeychainAddCallback(SecKeychainCallback callbackFunction,
	SecKeychainEventMask eventMask, void *userContext) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainRemoveCallback(SecKeychainCallback callbackFunction) SEC_DEPRECATED;

CF_EXTERN_C_END

#endif
