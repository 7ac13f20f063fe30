/* SPDX-License-Identifier: ISC */
/* Making objects of the module and looking at them. */
#ifndef KC_TESTS_MODULE_OBJECTS_H
#define KC_TESTS_MODULE_OBJECTS_H

#include "tests/module/harness.h"

/* Values to point at from templates. */
extern CK_OBJECT_CLASS objects_data, objects_cert, objects_public, objects_private, objects_secret;
extern CK_KEY_TYPE objects_rsa, objects_ec, objects_aes;
extern CK_CERTIFICATE_TYPE objects_x509;

/* A point of P-256 (the generator, SEC 2 2.4.2), and the scalar 1 that it belongs to. */
extern const CK_BYTE objects_point[67], objects_one[1];

/* A data object of the token. */
CK_OBJECT_HANDLE objects_make_data(
	const struct fixture *x, const char *label, const char *application, const char *value);

/* Reads one attribute into room for 4096 bytes; its length, or the failure as a negative number. */
long objects_read(const struct fixture *x, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
	CK_BYTE ret[4096]);
bool objects_has(const struct fixture *x, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
	const void *wanted, size_t len);
bool objects_has_flag(
	const struct fixture *x, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_BBOOL wanted);
bool objects_has_number(
	const struct fixture *x, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_ULONG wanted);

/* C_CreateObject with a template of constants, and C_DestroyObject, which must succeed. */
CK_RV objects_create(const struct fixture *x, const CK_ATTRIBUTE *template, CK_ULONG count,
	CK_OBJECT_HANDLE *ret);
void objects_destroy(const struct fixture *x, CK_OBJECT_HANDLE object);

#endif
