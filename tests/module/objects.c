/* SPDX-License-Identifier: ISC */
#include "tests/module/objects.h"

#include <string.h>

CK_OBJECT_CLASS objects_data = CKO_DATA, objects_cert = CKO_CERTIFICATE,
		objects_public = CKO_PUBLIC_KEY, objects_private = CKO_PRIVATE_KEY,
		objects_secret = CKO_SECRET_KEY;
CK_KEY_TYPE objects_rsa = CKK_RSA, objects_ec = CKK_EC, objects_aes = CKK_AES;
CK_CERTIFICATE_TYPE objects_x509 = CKC_X_509;

const CK_BYTE objects_point[67] = {0x04, 65, 0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47,
	0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33,
	0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a,
	0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b,
	0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};
const CK_BYTE objects_one[1] = {1};

CK_OBJECT_HANDLE objects_make_data(
	const struct fixture *x, const char *label, const char *application, const char *value)
{
	CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_CLASS, objects_data),
		ATTR(CKA_TOKEN, harness_true),
		{CKA_LABEL, (void *)(uintptr_t)label, strlen(label)},
		{CKA_APPLICATION, (void *)(uintptr_t)application, strlen(application)},
		{CKA_VALUE, (void *)(uintptr_t)value, strlen(value)},
	};

	CHECK_RV_FATAL(x->f->C_CreateObject(x->session, template, 5, &made), CKR_OK);
	return made;
}

long objects_read(
	const struct fixture *x, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_BYTE ret[4096])
{
	CK_ATTRIBUTE attribute = {type, ret, 4096};
	CK_RV rv = x->f->C_GetAttributeValue(x->session, object, &attribute, 1);

	return rv == CKR_OK ? (long)attribute.ulValueLen : -(long)rv;
}

bool objects_has(const struct fixture *x, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
	const void *wanted, size_t len)
{
	CK_BYTE value[4096];

	return objects_read(x, object, type, value) == (long)len &&
	       (len == 0 || memcmp(value, wanted, len) == 0);
}

bool objects_has_flag(
	const struct fixture *x, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_BBOOL wanted)
{
	return objects_has(x, object, type, &wanted, sizeof wanted);
}

bool objects_has_number(
	const struct fixture *x, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_ULONG wanted)
{
	return objects_has(x, object, type, &wanted, sizeof wanted);
}

CK_RV objects_create(const struct fixture *x, const CK_ATTRIBUTE *template, CK_ULONG count,
	CK_OBJECT_HANDLE *ret)
{
	return x->f->C_CreateObject(x->session, (CK_ATTRIBUTE_PTR)(uintptr_t) template, count, ret);
}

void objects_destroy(const struct fixture *x, CK_OBJECT_HANDLE object)
{
	CHECK_RV(x->f->C_DestroyObject(x->session, object), CKR_OK);
}
