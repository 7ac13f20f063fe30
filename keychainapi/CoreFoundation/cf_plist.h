/* SPDX-License-Identifier: ISC */
/* What the readers and writers of property lists share. */
#ifndef KC_CF_PLIST_H
#define KC_CF_PLIST_H

#include "keychainapi/CoreFoundation/cf_string.h"

/* How deep containers may stand in each other. */
#define KC_CF_PLIST_DEPTH_MAX 512

/* Puts a container, or a leaf, built as a mutable one, in the state that the option asks for. */
CFTypeRef _kc_cf_plist_finish_container(CFTypeRef built, CFOptionFlags option);
CFTypeRef _kc_cf_plist_finish_leaf(CFTypeRef built, CFOptionFlags option);

/* A dictionary's keys in the order of a document. */
CFArrayRef _kc_cf_plist_copy_sorted_keys(CFDictionaryRef dictionary);

/* The list in an XML document; NULL, and a text that says why. */
CFTypeRef _kc_cf_plist_read_xml(CFDataRef data, CFOptionFlags option, CFStringRef *ret_problem);

/* Appends the document of a valid list. */
void _kc_cf_plist_write_xml(CFTypeRef list, CFMutableStringRef text);

#endif
