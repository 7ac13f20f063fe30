/* SPDX-License-Identifier: ISC */
/* The attributes that kc speaks of, by their Security.framework names. */
#ifndef KC_CLI_ATTR_H
#define KC_CLI_ATTR_H

#include "base/attrs.h"

/* clang-format off */
#define KC_ATTR_ACCESSIBLE  KC_NAME('p', 'd', 'm', 'n') /* kSecAttrAccessible             */
#define KC_ATTR_ACCOUNT     KC_NAME('a', 'c', 'c', 't') /* kSecAttrAccount                */
#define KC_ATTR_AUTH_TYPE   KC_NAME('a', 't', 'y', 'p') /* kSecAttrAuthenticationType     */
#define KC_ATTR_CAN_DECRYPT KC_NAME('d', 'e', 'c', 'r') /* kSecAttrCanDecrypt             */
#define KC_ATTR_CAN_DERIVE  KC_NAME('d', 'r', 'v', 'e') /* kSecAttrCanDerive              */
#define KC_ATTR_CAN_ENCRYPT KC_NAME('e', 'n', 'c', 'r') /* kSecAttrCanEncrypt             */
#define KC_ATTR_CAN_SIGN    KC_NAME('s', 'i', 'g', 'n') /* kSecAttrCanSign                */
#define KC_ATTR_CAN_UNWRAP  KC_NAME('u', 'n', 'w', 'p') /* kSecAttrCanUnwrap              */
#define KC_ATTR_CAN_VERIFY  KC_NAME('v', 'r', 'f', 'y') /* kSecAttrCanVerify              */
#define KC_ATTR_CAN_WRAP    KC_NAME('w', 'r', 'a', 'p') /* kSecAttrCanWrap                */
#define KC_ATTR_CHANGED     KC_NAME('m', 'd', 'a', 't') /* kSecAttrModificationDate       */
#define KC_ATTR_CKID        KC_NAME('c', 'k', 'i', 'd') /* ours: PKCS#11's CKA_ID         */
#define KC_ATTR_COMMENT     KC_NAME('i', 'c', 'm', 't') /* kSecAttrComment                */
#define KC_ATTR_CREATED     KC_NAME('c', 'd', 'a', 't') /* kSecAttrCreationDate           */
#define KC_ATTR_CREATOR     KC_NAME('c', 'r', 't', 'r') /* kSecAttrCreator                */
#define KC_ATTR_DESCRIPTION KC_NAME('d', 'e', 's', 'c') /* kSecAttrDescription            */
#define KC_ATTR_DOMAIN      KC_NAME('s', 'd', 'm', 'n') /* kSecAttrSecurityDomain         */
#define KC_ATTR_ENDS        KC_NAME('e', 'd', 'a', 't') /* kSecAttrEndDate                */
#define KC_ATTR_EXTRACTABLE KC_NAME('e', 'x', 't', 'r') /* kSecAttrIsExtractable          */
#define KC_ATTR_GENERIC     KC_NAME('g', 'e', 'n', 'a') /* kSecAttrGeneric                */
#define KC_ATTR_GROUP       KC_NAME('a', 'g', 'r', 'p') /* kSecAttrAccessGroup            */
#define KC_ATTR_KEY_CLASS   KC_NAME('k', 'c', 'l', 's') /* kSecAttrKeyClass               */
#define KC_ATTR_KEY_HASH    KC_NAME('k', 'l', 'b', 'l') /* kSecAttrApplicationLabel       */
#define KC_ATTR_KEY_SIZE    KC_NAME('b', 's', 'i', 'z') /* kSecAttrKeySizeInBits          */
#define KC_ATTR_KEY_TYPE    KC_NAME('t', 'y', 'p', 'e') /* kSecAttrKeyType                */
#define KC_ATTR_LABEL       KC_NAME('l', 'a', 'b', 'l') /* kSecAttrLabel                  */
#define KC_ATTR_EXPIRY      KC_NAME('b', 'i', 'n', '2') /* kSecDataInetExtraClientDefined2: git's password_expiry_utc */
#define KC_ATTR_REFRESH     KC_NAME('b', 'i', 'n', '1') /* kSecDataInetExtraClientDefined1: git's oauth_refresh_token */
#define KC_ATTR_OTP         KC_NAME('b', 'i', 'n', '0') /* kSecDataInetExtraClientDefined0 */
#define KC_ATTR_PATH        KC_NAME('p', 'a', 't', 'h') /* kSecAttrPath                   */
#define KC_ATTR_PERMANENT   KC_NAME('p', 'e', 'r', 'm') /* kSecAttrIsPermanent            */
#define KC_ATTR_PORT        KC_NAME('p', 'o', 'r', 't') /* kSecAttrPort                   */
#define KC_ATTR_PROTOCOL    KC_NAME('p', 't', 'c', 'l') /* kSecAttrProtocol               */
#define KC_ATTR_SERVER      KC_NAME('s', 'r', 'v', 'r') /* kSecAttrServer                 */
#define KC_ATTR_SERVICE     KC_NAME('s', 'v', 'c', 'e') /* kSecAttrService                */
#define KC_ATTR_SPKI        KC_NAME('s', 'p', 'k', 'i') /* ours: SubjectPublicKeyInfo     */
#define KC_ATTR_STARTS      KC_NAME('s', 'd', 'a', 't') /* kSecAttrStartDate              */
#define KC_ATTR_SYNC        KC_NAME('s', 'y', 'n', 'c') /* kSecAttrSynchronizable         */
#define KC_ATTR_TAG         KC_NAME('a', 't', 'a', 'g') /* kSecAttrApplicationTag         */
#define KC_ATTR_TYPE        KC_NAME('t', 'y', 'p', 'e') /* kSecAttrType                   */
#define KC_ATTR_TOMB        KC_NAME('t', 'o', 'm', 'b') /* kSecAttrTombstone              */
/* clang-format on */

#endif
