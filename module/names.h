/* SPDX-License-Identifier: ISC */
/* The attributes of the ruler that the module's code speaks of by name; attributes.def has the
 * rest. */
#ifndef KC_MODULE_NAMES_H
#define KC_MODULE_NAMES_H

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
#define KC_ATTR_SENS KC_NAME('s', 'e', 'n', 's')
#define KC_ATTR_EXTR KC_NAME('e', 'x', 't', 'r')

/* Keycircle's own. */
#define KC_ATTR_KCID KC_NAME('k', 'c', 'i', 'd') /* random, tells equal objects apart */
#define KC_ATTR_SPKI KC_NAME('s', 'p', 'k', 'i') /* SubjectPublicKeyInfo of a key */
#define KC_ATTR_LOCL KC_NAME('l', 'o', 'c', 'l') /* CKA_LOCAL */
#define KC_ATTR_DSUB KC_NAME('d', 's', 'u', 'b') /* subject of a certificate, DER Name */
#define KC_ATTR_DISS KC_NAME('d', 'i', 's', 's') /* issuer, DER Name */
#define KC_ATTR_DSER KC_NAME('d', 's', 'e', 'r') /* serial number, DER INTEGER */
/* clang-format on */

#endif
