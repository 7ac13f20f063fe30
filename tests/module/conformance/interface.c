/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.4.4, 5.4.5 and 5.6: more than one list of functions, and what 3.0 adds to
 * sessions. */
#include <string.h>

#include "tests/module/conformance/keys.h"

static CK_C_GetInterfaceList get_list;
static CK_C_GetInterface get;

static void needs(void)
{
	get_list = (CK_C_GetInterfaceList)suite_symbol("C_GetInterfaceList");
	get = (CK_C_GetInterface)suite_symbol("C_GetInterface");
	if (!get_list && !get)
		suite_absent("");
	MUST(get_list != NULL && get != NULL);
}

CK_FUNCTION_LIST_3_0 *suite_list_3_0(void)
{
	CK_VERSION version = {3, 0};
	CK_INTERFACE *interface = NULL;

	needs();
	if (get(TEXT("PKCS 11"), &version, &interface, 0) != CKR_OK)
		suite_absent("");
	return interface->pFunctionList;
}

static void list(void)
{
	CK_INTERFACE interfaces[16];
	CK_ULONG count = 0, small;

	needs();
	MUST_RV(get_list(NULL, &count), CKR_OK);
	MUST(count >= 1 && count <= 16);
	small = count - 1;
	EXPECT_RV(get_list(interfaces, &small), CKR_BUFFER_TOO_SMALL);
	EXPECT(small == count);
	MUST_RV(get_list(interfaces, &count), CKR_OK);
	for (CK_ULONG i = 0; i < count; i++) {
		EXPECT(interfaces[i].pInterfaceName != NULL);
		EXPECT(interfaces[i].pFunctionList != NULL);
	}
	EXPECT_RV(get_list(interfaces, NULL), CKR_ARGUMENTS_BAD);
}

/* Each interface of the list is found by its name and version. */
static void each_found(void)
{
	CK_INTERFACE interfaces[16], *one;
	CK_ULONG count = 16;

	needs();
	MUST_RV(get_list(interfaces, &count), CKR_OK);
	for (CK_ULONG i = 0; i < count; i++) {
		suite_note("interface %lu", i);
		one = NULL;
		MUST_RV(get(interfaces[i].pInterfaceName, interfaces[i].pFunctionList, &one,
				interfaces[i].flags),
			CKR_OK);
		EXPECT(strcmp((char *)one->pInterfaceName, (char *)interfaces[i].pInterfaceName) ==
			0);
		EXPECT(memcmp(one->pFunctionList, interfaces[i].pFunctionList,
			       sizeof(CK_VERSION)) == 0);
	}
}

static void defaults(void)
{
	CK_INTERFACE *any = NULL, *named = NULL;
	CK_VERSION *version;

	needs();
	MUST_RV(get(NULL, NULL, &any, 0), CKR_OK);
	EXPECT(strcmp((char *)any->pInterfaceName, "PKCS 11") == 0);
	MUST_RV(get(TEXT("PKCS 11"), NULL, &named, 0), CKR_OK);
	EXPECT(any->pFunctionList == named->pFunctionList);
	version = any->pFunctionList;
	EXPECT(version->major == 3);
}

static void old_version(void)
{
	CK_VERSION version = {2, 40};
	CK_INTERFACE *interface = NULL;
	CK_FUNCTION_LIST *functions;

	needs();
	MUST_RV(get(TEXT("PKCS 11"), &version, &interface, 0), CKR_OK);
	functions = interface->pFunctionList;
	EXPECT(functions->version.major == 2 && functions->version.minor == 40);
	EXPECT(functions->C_Initialize == p11->C_Initialize);
}

static void not_offered(void)
{
	CK_VERSION future = {9, 9}, strange = {2, 7};
	CK_INTERFACE *interface = NULL;

	needs();
	EXPECT_RV(get(TEXT("No such interface"), NULL, &interface, 0), CKR_FUNCTION_FAILED,
		CKR_ARGUMENTS_BAD);
	EXPECT_RV(get(TEXT("PKCS 11"), &future, &interface, 0), CKR_FUNCTION_FAILED,
		CKR_ARGUMENTS_BAD);
	EXPECT_RV(get(TEXT("PKCS 11"), &strange, &interface, 0), CKR_FUNCTION_FAILED,
		CKR_ARGUMENTS_BAD);
	EXPECT_RV(get(TEXT("PKCS 11"), NULL, &interface, 0x40000000UL), CKR_FUNCTION_FAILED,
		CKR_ARGUMENTS_BAD);
	EXPECT_RV(get(NULL, NULL, NULL, 0), CKR_ARGUMENTS_BAD);
}

static void complete(void)
{
	CK_FUNCTION_LIST_3_0 *functions = suite_list_3_0();
	const unsigned char *at =
		(const unsigned char *)functions + offsetof(CK_FUNCTION_LIST, C_Initialize);
	void *pointer;

	EXPECT(functions->version.major == 3);
	for (; at < (const unsigned char *)(functions + 1); at += sizeof pointer) {
		memcpy(&pointer, at, sizeof pointer);
		EXPECT(pointer != NULL);
	}
	EXPECT(functions->C_GetInterface == get);
	EXPECT(functions->C_GetInterfaceList == get_list);
}

static void before_initialize(void)
{
	CK_FUNCTION_LIST_3_0 *f = suite_list_3_0();
	CK_MECHANISM mechanism = {CKM_AES_GCM, NULL, 0};
	CK_ULONG len = 16;
	CK_BYTE data[16];

	EXPECT_RV(f->C_LoginUser(1, CKU_USER, data, 4, data, 4), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_SessionCancel(1, CKF_DIGEST), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_MessageEncryptInit(1, &mechanism, 1), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_EncryptMessage(1, NULL, 0, NULL, 0, data, 16, data, &len),
		CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_EncryptMessageBegin(1, NULL, 0, NULL, 0), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_EncryptMessageNext(1, NULL, 0, data, 16, data, &len, 0),
		CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_MessageEncryptFinal(1), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_MessageDecryptInit(1, &mechanism, 1), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_DecryptMessage(1, NULL, 0, NULL, 0, data, 16, data, &len),
		CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_DecryptMessageBegin(1, NULL, 0, NULL, 0), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_DecryptMessageNext(1, NULL, 0, data, 16, data, &len, 0),
		CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_MessageDecryptFinal(1), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_MessageSignInit(1, &mechanism, 1), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_SignMessage(1, NULL, 0, data, 16, data, &len), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_SignMessageBegin(1, NULL, 0), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_SignMessageNext(1, NULL, 0, data, 16, data, &len),
		CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_MessageSignFinal(1), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_MessageVerifyInit(1, &mechanism, 1), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_VerifyMessage(1, NULL, 0, data, 16, data, 16), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_VerifyMessageBegin(1, NULL, 0), CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_VerifyMessageNext(1, NULL, 0, data, 16, data, 16),
		CKR_CRYPTOKI_NOT_INITIALIZED);
	EXPECT_RV(f->C_MessageVerifyFinal(1), CKR_CRYPTOKI_NOT_INITIALIZED);
}

/* C_SessionCancel: 5.6.11 */

static void cancel_each(void)
{
	CK_FUNCTION_LIST_3_0 *f = suite_list_3_0();
	CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0}, ecdsa = {CKM_ECDSA, NULL, 0};
	CK_BYTE out[64];
	CK_OBJECT_HANDLE object;
	CK_ULONG len = sizeof out;

	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	EXPECT_RV(f->C_SessionCancel(session, CKF_DIGEST), CKR_OK);
	EXPECT_RV(p11->C_DigestFinal(session, out, &len), CKR_OPERATION_NOT_INITIALIZED);
	MUST_RV(p11->C_SignInit(session, &ecdsa, fixed_private(FIXED_P256)), CKR_OK);
	EXPECT_RV(f->C_SessionCancel(session, CKF_SIGN), CKR_OK);
	EXPECT_RV(p11->C_SignFinal(session, out, &len), CKR_OPERATION_NOT_INITIALIZED);
	MUST_RV(p11->C_VerifyInit(session, &ecdsa, fixed_public(FIXED_P256)), CKR_OK);
	EXPECT_RV(f->C_SessionCancel(session, CKF_VERIFY), CKR_OK);
	EXPECT_RV(p11->C_VerifyFinal(session, out, 64), CKR_OPERATION_NOT_INITIALIZED);
	MUST_RV(p11->C_FindObjectsInit(session, NULL, 0), CKR_OK);
	EXPECT_RV(f->C_SessionCancel(session, CKF_FIND_OBJECTS), CKR_OK);
	EXPECT_RV(p11->C_FindObjects(session, &object, 1, &len), CKR_OPERATION_NOT_INITIALIZED);
}

static void cancel_only_what_is_said(void)
{
	CK_FUNCTION_LIST_3_0 *f = suite_list_3_0();
	CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};
	CK_BYTE out[32];
	CK_ULONG len = sizeof out;

	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	EXPECT_RV(f->C_SessionCancel(session, CKF_SIGN | CKF_FIND_OBJECTS), CKR_OK);
	EXPECT_RV(p11->C_Digest(session, TEXT("abc"), 3, out, &len), CKR_OK);
	/* with nothing active there is nothing to be done */
	EXPECT_RV(f->C_SessionCancel(session, CKF_DIGEST), CKR_OK);
	EXPECT_RV(f->C_SessionCancel(session + 999, CKF_DIGEST), CKR_SESSION_HANDLE_INVALID);
}

/* C_LoginUser: 5.6.9. A name that the token has no users by is refused; no name is C_Login. */
static void login_user(void)
{
	CK_FUNCTION_LIST_3_0 *f = suite_list_3_0();
	CK_UTF8CHAR *pin = (CK_UTF8CHAR *)(uintptr_t)suite_pin();
	CK_SESSION_INFO info;
	CK_RV rv = f->C_LoginUser(session, CKU_USER, pin, strlen(suite_pin()), NULL, 0);

	EXPECT_RV(rv, CKR_OK);
	MUST_RV(p11->C_GetSessionInfo(session, &info), CKR_OK);
	EXPECT(info.state == CKS_RW_USER_FUNCTIONS);
	EXPECT_RV(f->C_LoginUser(session, CKU_USER, pin, strlen(suite_pin()), NULL, 0),
		CKR_USER_ALREADY_LOGGED_IN);
	EXPECT_RV(f->C_LoginUser(session + 999, CKU_USER, pin, 4, NULL, 0),
		CKR_SESSION_HANDLE_INVALID);
}

static const struct suite_check checks[] = {
	{"list", LOADED, list},
	{"each_found", LOADED, each_found},
	{"defaults", LOADED, defaults},
	{"old_version", LOADED, old_version},
	{"not_offered", LOADED, not_offered},
	{"complete", LOADED, complete},
	{"before_initialize", LOADED, before_initialize},
	{"cancel_each", USER, cancel_each},
	{"cancel_only_what_is_said", USER, cancel_only_what_is_said},
	{"login_user", OPENED, login_user},
};

void suite_interface(void)
{
	SUITE_ADD("interface", checks);
}
