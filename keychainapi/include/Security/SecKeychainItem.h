/* SPDX-License-Identifier: ISC */
/*
 * Items by the older interface: one item is one reference, its attributes are bytes.
 *
 * A reference names the item, in every process and for as long as the item exists; two references
 * to one item are equal. What kSecReturnRef gives for passwords is such a reference, and a key or a
 * certificate of the keychain is taken wherever one is asked for. A reference to an item that is
 * gone answers errSecInvalidItemRef.
 *
 * Text is UTF-8 without a NUL. Numbers are four bytes in the order of the machine; a protocol is
 * such a number (kSecProtocolType...), an authentication type its four characters. Dates are
 * "YYYYMMDDhhmmssZ" and a NUL. Behind whatever is returned there is a NUL that does not count.
 */
#ifndef SECURITY_SECKEYCHAINITEM_H
#define SECURITY_SECKEYCHAINITEM_H

#include <Security/SecBase.h>
#include <Security/cssmtype.h>

CF_EXTERN_C_BEGIN

/* Classes of items; those of keys and certificates are the records of CSSM. */
typedef FourCharCode SecItemClass;
__extension__ enum {
	kSecInternetPasswordItemClass = SEC_CODE('i', 'n', 'e', 't'),
	kSecGenericPasswordItemClass = SEC_CODE('g', 'e', 'n', 'p'),
	kSecAppleSharePasswordItemClass = SEC_CODE('a', 's', 'h', 'p'),
	kSecCertificateItemClass = 0x80001000u,
	kSecPublicKeyItemClass = 0x0000000Fu,
	kSecPrivateKeyItemClass = 0x00000010u,
	kSecSymmetricKeyItemClass = 0x00000011u
};

/* Attributes. */
typedef FourCharCode SecItemAttr;
enum {
	kSecCreationDateItemAttr = SEC_CODE('c', 'd', 'a', 't'),
	kSecModDateItemAttr = SEC_CODE('m', 'd', 'a', 't'),
	kSecDescriptionItemAttr = SEC_CODE('d', 'e', 's', 'c'),
	kSecCommentItemAttr = SEC_CODE('i', 'c', 'm', 't'),
	kSecCreatorItemAttr = SEC_CODE('c', 'r', 't', 'r'),
	kSecTypeItemAttr = SEC_CODE('t', 'y', 'p', 'e'),
	kSecScriptCodeItemAttr = SEC_CODE('s', 'c', 'r', 'p'),
	kSecLabelItemAttr = SEC_CODE('l', 'a', 'b', 'l'),
	kSecInvisibleItemAttr = SEC_CODE('i', 'n', 'v', 'i'),
	kSecNegativeItemAttr = SEC_CODE('n', 'e', 'g', 'a'),
	kSecCustomIconItemAttr = SEC_CODE('c', 'u', 's', 'i'),
	kSecAccountItemAttr = SEC_CODE('a', 'c', 'c', 't'),
	kSecServiceItemAttr = SEC_CODE('s', 'v', 'c', 'e'),
	kSecGenericItemAttr = SEC_CODE('g', 'e', 'n', 'a'),
	kSecSecurityDomainItemAttr = SEC_CODE('s', 'd', 'm', 'n'),
	kSecServerItemAttr = SEC_CODE('s', 'r', 'v', 'r'),
	kSecAuthenticationTypeItemAttr = SEC_CODE('a', 't', 'y', 'p'),
	kSecPortItemAttr = SEC_CODE('p', 'o', 'r', 't'),
	kSecPathItemAttr = SEC_CODE('p', 'a', 't', 'h'),
	kSecVolumeItemAttr = SEC_CODE('v', 'l', 'm', 'e'),
	kSecAddressItemAttr = SEC_CODE('a', 'd', 'd', 'r'),
	kSecSignatureItemAttr = SEC_CODE('s', 's', 'i', 'g'),
	kSecProtocolItemAttr = SEC_CODE('p', 't', 'c', 'l'),
	kSecCertificateTypeItemAttr = SEC_CODE('c', 't', 'y', 'p'),
	kSecCertificateEncodingItemAttr = SEC_CODE('c', 'e', 'n', 'c'),
	kSecCrlTypeItemAttr = SEC_CODE('c', 'r', 't', 'p'),
	kSecCrlEncodingItemAttr = SEC_CODE('c', 'r', 'n', 'c'),
	kSecAliasItemAttr = SEC_CODE('a', 'l', 'i', 's')
};

/* The four bytes of an AFP server's signature. */
typedef UInt8 SecAFPServerSignature[16];
typedef UInt8 SecPublicKeyHash[20];

CF_EXPORT CFTypeID SecKeychainItemGetTypeID(void);

/* --- one item -------------------------------------------------------------------------------- */

/* Makes an item of the list's attributes and the data, in a keychain (NULL: the default one). The
 * access object is not looked at; itemRef may be NULL. errSecDuplicateItem. */
CF_EXPORT OSStatus SecKeychainItemCreateFromContent(SecItemClass itemClass,
	SecKeychainAttributeList *attrList, UInt32 length, const void *data,
	SecKeychainRef keychainRef, SecAccessRef initialAccess,
	SecKeychainItemRef *itemRef) SEC_DEPRECATED;

/* Sets the attributes of the list (NULL: none), and the data unless it is NULL. */
CF_EXPORT OSStatus SecKeychainItemModifyContent(SecKeychainItemRef itemRef,
	const SecKeychainAttributeList *attrList, UInt32 length, const void *data) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainItemModifyAttributesAndData(SecKeychainItemRef itemRef,
	const SecKeychainAttributeList *attrList, UInt32 length, const void *data) SEC_DEPRECATED;

/* Reads: the caller's list has the tags filled in, and gets lengths and data; an attribute that the
 * item lacks has length 0 and data NULL. Everything but the item may be NULL. What comes back is
 * freed by SecKeychainItemFreeContent. */
CF_EXPORT OSStatus SecKeychainItemCopyContent(SecKeychainItemRef itemRef, SecItemClass *itemClass,
	SecKeychainAttributeList *attrList, UInt32 *length, void **outData) SEC_DEPRECATED;

/* Frees the data of each attribute of the list, which stays the caller's, and data; secrets are
 * wiped. NULL is fine for both. */
CF_EXPORT OSStatus SecKeychainItemFreeContent(
	SecKeychainAttributeList *attrList, void *data) SEC_DEPRECATED;

/* The same with a list that the library makes, of the tags in info; without info (NULL) of all that
 * there are. Freed by SecKeychainItemFreeAttributesAndData. errSecNoSuchAttr for a tag that items
 * of the class never have. */
CF_EXPORT OSStatus SecKeychainItemCopyAttributesAndData(SecKeychainItemRef itemRef,
	SecKeychainAttributeInfo *info, SecItemClass *itemClass,
	SecKeychainAttributeList **attrList, UInt32 *length, void **outData) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainItemFreeAttributesAndData(
	SecKeychainAttributeList *attrList, void *data) SEC_DEPRECATED;

/* The reference stays the caller's, to be released. */
CF_EXPORT OSStatus SecKeychainItemDelete(SecKeychainItemRef itemRef) SEC_DEPRECATED;

/* --- where it is ----------------------------------------------------------------------------- */

CF_EXPORT OSStatus SecKeychainItemCopyKeychain(
	SecKeychainItemRef itemRef, SecKeychainRef *keychainRef) SEC_DEPRECATED;

/* Copies into another keychain. errSecDuplicateItem within the same one. */
CF_EXPORT OSStatus SecKeychainItemCreateCopy(SecKeychainItemRef itemRef,
	SecKeychainRef destKeychainRef, SecAccessRef initialAccess,
	SecKeychainItemRef *itemCopy) SEC_DEPRECATED;

/* The same 20 bytes that kSecReturnPersistentRef gives, and back. */
CF_EXPORT OSStatus SecKeychainItemCreatePersistentReference(
	SecKeychainItemRef itemRef, CFDataRef *persistentItemRef) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainItemCopyFromPersistentReference(
	CFDataRef persistentItemRef, SecKeychainItemRef *itemRef) SEC_DEPRECATED;

/* --- who may use it -------------------------------------------------------------------------- */

/* Which programs may use an item is decided by the service, not by access objects: a copy says
 * "every program of this user", and setting one checks its arguments and changes nothing. */
CF_EXPORT OSStatus SecKeychainItemCopyAccess(
	SecKeychainItemRef itemRef, SecAccessRef *access) SEC_DEPRECATED;
CF_EXPORT OSStatus SecKeychainItemSetAccess(
	SecKeychainItemRef itemRef, SecAccessRef access) SEC_DEPRECATED;

CF_EXTERN_C_END

#endif
