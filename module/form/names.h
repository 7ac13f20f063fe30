/* SPDX-License-Identifier: ISC */
/* The attributes of the ruler that the module's code speaks of by name; attributes.def has the
 * rest. */
#ifndef KC_MODULE_FORM_NAMES_H
#define KC_MODULE_FORM_NAMES_H

#include "base/attrs.h"

/* clang-format off */
#define KC_ATTR_SYNC KC_NAME('s', 'y', 'n', 'c')
#define KC_ATTR_PDMN KC_NAME('p', 'd', 'm', 'n') /* when the item can be read */
#define KC_ATTR_SVCE KC_NAME('s', 'v', 'c', 'e') /* of a generic password */
#define KC_ATTR_SRVR KC_NAME('s', 'r', 'v', 'r') /* of an internet password */
#define KC_ATTR_KCLS KC_NAME('k', 'c', 'l', 's') /* enum kc_key_class */
#define KC_ATTR_TYPE KC_NAME('t', 'y', 'p', 'e') /* enum kc_key_type */
#define KC_ATTR_BSIZ KC_NAME('b', 's', 'i', 'z') /* size of a key, bits */
#define KC_ATTR_ESIZ KC_NAME('e', 's', 'i', 'z')
#define KC_ATTR_KLBL KC_NAME('k', 'l', 'b', 'l') /* SHA-1 of the public key */
#define KC_ATTR_PKHH KC_NAME('p', 'k', 'h', 'h') /* the same, of a certificate's key */
#define KC_ATTR_PERM KC_NAME('p', 'e', 'r', 'm')
#define KC_ATTR_PRIV KC_NAME('p', 'r', 'i', 'v') /* of a key in memory: gone at a lock */
#define KC_ATTR_SENS KC_NAME('s', 'e', 'n', 's')
#define KC_ATTR_EXTR KC_NAME('e', 'x', 't', 'r')

/* Keycircle's own. */
#define KC_ATTR_KCID KC_NAME('k', 'c', 'i', 'd') /* random, tells equal objects apart */
#define KC_ATTR_SPKI KC_NAME('s', 'p', 'k', 'i') /* SubjectPublicKeyInfo of a key */
#define KC_ATTR_LOCL KC_NAME('l', 'o', 'c', 'l') /* CKA_LOCAL */
#define KC_ATTR_DSUB KC_NAME('d', 's', 'u', 'b') /* subject of a certificate, DER Name */
#define KC_ATTR_DISS KC_NAME('d', 'i', 's', 's') /* issuer, DER Name */
#define KC_ATTR_DSER KC_NAME('d', 's', 'e', 'r') /* serial number, DER INTEGER */
#define KC_ATTR_VIEW KC_NAME('v', 'i', 'e', 'w') /* with which others it syncs; told, not stored */
#define KC_ATTR_CKID KC_NAME('c', 'k', 'i', 'd') /* CKA_ID */
#define KC_ATTR_KSUB KC_NAME('k', 's', 'u', 'b') /* CKA_SUBJECT of a key */
#define KC_ATTR_ASEN KC_NAME('a', 's', 'e', 'n') /* CKA_ALWAYS_SENSITIVE */
#define KC_ATTR_NEXT KC_NAME('n', 'e', 'x', 't') /* CKA_NEVER_EXTRACTABLE */
#define KC_ATTR_COPY KC_NAME('c', 'o', 'p', 'y') /* CKA_COPYABLE */
#define KC_ATTR_DSTY KC_NAME('d', 's', 't', 'y') /* CKA_DESTROYABLE */
#define KC_ATTR_MODI KC_NAME('m', 'o', 'd', 'i') /* CKA_MODIFIABLE of a key */
#define KC_ATTR_P11M KC_NAME('p', '1', '1', 'm') /* the same of what is no key */
#define KC_ATTR_TRST KC_NAME('t', 'r', 's', 't') /* CKA_TRUSTED */
#define KC_ATTR_WWTR KC_NAME('w', 'w', 't', 'r') /* CKA_WRAP_WITH_TRUSTED */
#define KC_ATTR_ALAU KC_NAME('a', 'l', 'a', 'u') /* CKA_ALWAYS_AUTHENTICATE */
#define KC_ATTR_ALMC KC_NAME('a', 'l', 'm', 'c') /* CKA_ALLOWED_MECHANISMS, 8 bytes each */
#define KC_ATTR_WRTM KC_NAME('w', 'r', 't', 'm') /* CKA_WRAP_TEMPLATE */
#define KC_ATTR_UWTM KC_NAME('u', 'w', 't', 'm') /* CKA_UNWRAP_TEMPLATE */
#define KC_ATTR_DRTM KC_NAME('d', 'r', 't', 'm') /* CKA_DERIVE_TEMPLATE */
#define KC_ATTR_GENM KC_NAME('g', 'e', 'n', 'm') /* CKA_KEY_GEN_MECHANISM */
#define KC_ATTR_KCVL KC_NAME('k', 'c', 'v', 'l') /* CKA_CHECK_VALUE of a secret key */
/* clang-format on */

#endif
