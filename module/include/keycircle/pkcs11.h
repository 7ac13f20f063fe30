/* SPDX-License-Identifier: ISC */
/*
 * What Keycircle's objects have besides the attributes of PKCS#11: how an item syncs. All of these
 * can be read and searched for, and none can be set; SecItem and kc set what they tell.
 *
 * To be included behind a PKCS#11 header, which has CKA_VENDOR_DEFINED.
 */
#ifndef KEYCIRCLE_PKCS11_H
#define KEYCIRCLE_PKCS11_H

#define CKA_KEYCIRCLE_BASE (CKA_VENDOR_DEFINED | 0x4b430000UL)

/* CK_BBOOL: the item carries the sync mark (kSecAttrSynchronizable). All objects of the token
 * "Keycircle Sync" do, no others. */
#define CKA_KEYCIRCLE_SYNCED (CKA_KEYCIRCLE_BASE | 1UL)
/* Text: when the item can be read, as kSecAttrAccessible has it: "ak" while unlocked, "ck" after
 * the first unlock, "dk" always; with a "u" behind it, on this device alone; "akpu". */
#define CKA_KEYCIRCLE_ACCESS (CKA_KEYCIRCLE_BASE | 2UL)
/* Text: with which others it syncs: "keys", "passwords", …; "never" when it stays on this device,
 * which an item of this device alone does in spite of its mark. */
#define CKA_KEYCIRCLE_VIEW (CKA_KEYCIRCLE_BASE | 3UL)

#endif
