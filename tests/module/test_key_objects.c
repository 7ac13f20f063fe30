/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 4.7 to 4.10: keys as objects. */
#include <string.h>

#include "tests/module/objects.h"

static void imported_keys(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE made, open;
	CK_BYTE value[4096];
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_CLASS, objects_private),
		ATTR(CKA_KEY_TYPE, objects_ec),
		ATTR(CKA_TOKEN, harness_true),
		ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
		ATTR_BYTES(CKA_VALUE, objects_one),
		ATTR(CKA_EXTRACTABLE, harness_true),
		ATTR(CKA_SENSITIVE, harness_false),
	};
	CK_ATTRIBUTE sensitive[] = {ATTR(CKA_SENSITIVE, harness_true)};
	CK_ATTRIBUTE back[] = {ATTR(CKA_SENSITIVE, harness_false)};
	CK_BYTE padded[32] = {[31] = 1};

	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, template, 5, &made), CKR_OK);
	CHECK(objects_has(&x, made, CKA_EC_POINT, objects_point, sizeof objects_point));
	CHECK(objects_has_flag(&x, made, CKA_SENSITIVE, CK_TRUE));
	CHECK(objects_has_flag(&x, made, CKA_EXTRACTABLE, CK_FALSE));
	CHECK(objects_has_flag(&x, made, CKA_NEVER_EXTRACTABLE, CK_FALSE));
	CHECK(objects_has_flag(&x, made, CKA_LOCAL, CK_FALSE));
	CHECK(objects_has_flag(&x, made, CKA_ALWAYS_AUTHENTICATE, CK_FALSE));
	CHECK(objects_read(&x, made, CKA_VALUE, value) == -(long)CKR_ATTRIBUTE_SENSITIVE);
	CHECK(objects_read(&x, made, CKA_MODULUS, value) == -(long)CKR_ATTRIBUTE_TYPE_INVALID);

	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, template, 7, &open), CKR_OK);
	CHECK(objects_has(&x, open, CKA_VALUE, padded, sizeof padded));
	CHECK_RV(x.f->C_SetAttributeValue(x.session, open, sensitive, 1), CKR_OK);
	CHECK(objects_read(&x, open, CKA_VALUE, value) == -(long)CKR_ATTRIBUTE_SENSITIVE);
	CHECK_RV(x.f->C_SetAttributeValue(x.session, open, back, 1), CKR_ATTRIBUTE_READ_ONLY);
	CHECK_RV(x.f->C_DestroyObject(x.session, open), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, made), CKR_OK);
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(imported_keys),
	};
	int status;

	harness_start();
	status = check_main("module: keys as objects", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
