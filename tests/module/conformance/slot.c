/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.5: slots and tokens. */
#include <string.h>

#include "tests/module/conformance/suite.h"

static void list_sizes(void)
{
	CK_SLOT_ID ids[64], again[64];
	CK_ULONG all = 0, with_token = 0, count;

	MUST_RV(p11->C_GetSlotList(CK_FALSE, NULL, &all), CKR_OK);
	MUST_RV(p11->C_GetSlotList(CK_TRUE, NULL, &with_token), CKR_OK);
	MUST(all >= with_token && with_token >= 1 && all <= 64);
	count = all;
	MUST_RV(p11->C_GetSlotList(CK_FALSE, ids, &count), CKR_OK);
	EXPECT(count == all);
	count = 64;
	MUST_RV(p11->C_GetSlotList(CK_FALSE, again, &count), CKR_OK);
	EXPECT(count == all && memcmp(ids, again, all * sizeof ids[0]) == 0);
}

static void list_too_small(void)
{
	CK_SLOT_ID ids[64] = {0};
	CK_ULONG all = 0, count = 0;

	MUST_RV(p11->C_GetSlotList(CK_FALSE, NULL, &all), CKR_OK);
	EXPECT_RV(p11->C_GetSlotList(CK_FALSE, ids, &count), CKR_BUFFER_TOO_SMALL);
	EXPECT(count == all);
}

static void list_null(void)
{
	CK_SLOT_ID ids[64];

	EXPECT_RV(p11->C_GetSlotList(CK_FALSE, NULL, NULL), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_GetSlotList(CK_TRUE, ids, NULL), CKR_ARGUMENTS_BAD);
}

static void list_with_token(void)
{
	CK_SLOT_ID ids[64];
	CK_SLOT_INFO info;
	CK_ULONG count = 64;

	MUST_RV(p11->C_GetSlotList(CK_TRUE, ids, &count), CKR_OK);
	for (CK_ULONG i = 0; i < count; i++) {
		MUST_RV(p11->C_GetSlotInfo(ids[i], &info), CKR_OK);
		EXPECT(info.flags & CKF_TOKEN_PRESENT);
		for (CK_ULONG j = 0; j < i; j++)
			EXPECT(ids[i] != ids[j]);
	}
}

/* A number that no slot has. */
static CK_SLOT_ID no_slot(void)
{
	CK_SLOT_ID ids[64], wrong = 1;
	CK_ULONG count = 64;

	MUST_RV(p11->C_GetSlotList(CK_FALSE, ids, &count), CKR_OK);
	for (CK_ULONG i = 0; i < count; i++)
		if (ids[i] >= wrong)
			wrong = ids[i] + 1;
	return wrong;
}

static void no_such_slot(void)
{
	CK_SLOT_ID wrong = no_slot();
	CK_SLOT_INFO slot_info;
	CK_TOKEN_INFO token_info;
	CK_MECHANISM_INFO mechanism_info;
	CK_SESSION_HANDLE opened;
	CK_UTF8CHAR label[32];
	CK_ULONG count = 0;

	memset(label, ' ', sizeof label);
	EXPECT_RV(p11->C_GetSlotInfo(wrong, &slot_info), CKR_SLOT_ID_INVALID);
	EXPECT_RV(p11->C_GetTokenInfo(wrong, &token_info), CKR_SLOT_ID_INVALID);
	EXPECT_RV(p11->C_GetMechanismList(wrong, NULL, &count), CKR_SLOT_ID_INVALID);
	EXPECT_RV(p11->C_GetMechanismInfo(wrong, CKM_SHA256, &mechanism_info), CKR_SLOT_ID_INVALID);
	EXPECT_RV(p11->C_InitToken(wrong, label, 8, label), CKR_SLOT_ID_INVALID);
	EXPECT_RV(p11->C_OpenSession(wrong, CKF_SERIAL_SESSION, NULL, NULL, &opened),
		CKR_SLOT_ID_INVALID);
	EXPECT_RV(p11->C_CloseAllSessions(wrong), CKR_SLOT_ID_INVALID);
}

static void nulls(void)
{
	EXPECT_RV(p11->C_GetSlotInfo(slot, NULL), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_GetTokenInfo(slot, NULL), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_GetMechanismList(slot, NULL, NULL), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_GetMechanismInfo(slot, CKM_SHA256, NULL), CKR_ARGUMENTS_BAD);
}

static bool padded(const void *text, size_t len)
{
	return memchr(text, 0, len) == NULL;
}

static void slot_info(void)
{
	CK_SLOT_INFO info;

	memset(&info, 0, sizeof info);
	MUST_RV(p11->C_GetSlotInfo(slot, &info), CKR_OK);
	EXPECT(padded(info.slotDescription, sizeof info.slotDescription));
	EXPECT(padded(info.manufacturerID, sizeof info.manufacturerID));
	EXPECT((info.flags & ~(CKF_TOKEN_PRESENT | CKF_REMOVABLE_DEVICE | CKF_HW_SLOT)) == 0);
}

static void token_info(void)
{
	CK_TOKEN_INFO info;

	memset(&info, 0, sizeof info);
	MUST_RV(p11->C_GetTokenInfo(slot, &info), CKR_OK);
	EXPECT(padded(info.label, sizeof info.label));
	EXPECT(padded(info.manufacturerID, sizeof info.manufacturerID));
	EXPECT(padded(info.model, sizeof info.model));
	EXPECT(padded(info.serialNumber, sizeof info.serialNumber));
	EXPECT(info.flags & CKF_RNG);
	EXPECT(info.flags & CKF_LOGIN_REQUIRED);
	EXPECT(info.flags & CKF_USER_PIN_INITIALIZED);
	EXPECT(info.flags & CKF_TOKEN_INITIALIZED);
	EXPECT(!(info.flags & (CKF_USER_PIN_LOCKED | CKF_SO_PIN_LOCKED | CKF_WRITE_PROTECTED)));
	EXPECT(info.ulMinPinLen <= info.ulMaxPinLen);
	EXPECT(info.ulMinPinLen <= strlen(suite_pin()) && strlen(suite_pin()) <= info.ulMaxPinLen);
	if (!(info.flags & CKF_CLOCK_ON_TOKEN))
		return;
	for (int i = 0; i < 14; i++)
		EXPECT(info.utcTime[i] >= '0' && info.utcTime[i] <= '9');
}

static void token_sessions(void)
{
	CK_TOKEN_INFO before, after;

	MUST_RV(p11->C_GetTokenInfo(slot, &before), CKR_OK);
	if (before.ulSessionCount == CK_UNAVAILABLE_INFORMATION)
		return;
	suite_open(0);
	suite_open(CKF_RW_SESSION);
	MUST_RV(p11->C_GetTokenInfo(slot, &after), CKR_OK);
	EXPECT(after.ulSessionCount == before.ulSessionCount + 2);
	EXPECT(after.ulRwSessionCount == CK_UNAVAILABLE_INFORMATION ||
		after.ulRwSessionCount == before.ulRwSessionCount + 1);
	MUST_RV(p11->C_CloseAllSessions(slot), CKR_OK);
	MUST_RV(p11->C_GetTokenInfo(slot, &after), CKR_OK);
	EXPECT(after.ulSessionCount == 0);
	EXPECT(after.ulRwSessionCount == CK_UNAVAILABLE_INFORMATION || after.ulRwSessionCount == 0);
}

static CK_MECHANISM_TYPE mechanisms[1000];

static CK_ULONG list(void)
{
	CK_ULONG count = 1000;

	MUST_RV(p11->C_GetMechanismList(slot, mechanisms, &count), CKR_OK);
	return count;
}

static void mechanism_list_sizes(void)
{
	CK_ULONG asked = 0, count = list(), small;

	MUST_RV(p11->C_GetMechanismList(slot, NULL, &asked), CKR_OK);
	EXPECT(asked == count && count > 0);
	MUST_RV(p11->C_GetMechanismList(slot, mechanisms, &asked), CKR_OK);
	small = count - 1;
	EXPECT_RV(p11->C_GetMechanismList(slot, mechanisms, &small), CKR_BUFFER_TOO_SMALL);
	EXPECT(small == count);
}

static void mechanism_list_distinct(void)
{
	CK_ULONG count = list();

	for (CK_ULONG i = 0; i < count; i++)
		for (CK_ULONG j = 0; j < i; j++)
			EXPECT(mechanisms[i] != mechanisms[j]);
}

static void mechanism_infos(void)
{
	const CK_FLAGS uses = CKF_ENCRYPT | CKF_DECRYPT | CKF_DIGEST | CKF_SIGN | CKF_SIGN_RECOVER |
			      CKF_VERIFY | CKF_VERIFY_RECOVER | CKF_GENERATE |
			      CKF_GENERATE_KEY_PAIR | CKF_WRAP | CKF_UNWRAP | CKF_DERIVE;
	CK_ULONG count = list();
	CK_MECHANISM_INFO info;

	for (CK_ULONG i = 0; i < count; i++) {
		suite_note("mechanism 0x%lx", mechanisms[i]);
		if (!EXPECT_RV(p11->C_GetMechanismInfo(slot, mechanisms[i], &info), CKR_OK))
			continue;
		EXPECT(info.ulMinKeySize <= info.ulMaxKeySize);
		EXPECT(info.flags & uses);
		EXPECT(!(info.flags & CKF_EXTENSION));
	}
}

static void mechanism_unknown(void)
{
	CK_MECHANISM_INFO info;

	EXPECT_RV(p11->C_GetMechanismInfo(slot, 0x7fff1234UL, &info), CKR_MECHANISM_INVALID);
}

static void wait_for_event(void)
{
	CK_SLOT_ID which = 0;
	int something;

	EXPECT_RV(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &which, NULL), CKR_NO_EVENT,
		CKR_FUNCTION_NOT_SUPPORTED);
	EXPECT_RV(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &which, &something), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, NULL, NULL), CKR_ARGUMENTS_BAD);
}

static void same_after_finalize(void)
{
	CK_SLOT_ID before[64], after[64];
	CK_ULONG count = 64, again = 64;

	MUST_RV(p11->C_GetSlotList(CK_TRUE, before, &count), CKR_OK);
	MUST_RV(p11->C_Finalize(NULL), CKR_OK);
	suite_initialize();
	MUST_RV(p11->C_GetSlotList(CK_TRUE, after, &again), CKR_OK);
	EXPECT(count == again && memcmp(before, after, count * sizeof before[0]) == 0);
}

static const struct suite_check checks[] = {
	{"list_sizes", INITIALIZED, list_sizes},
	{"list_too_small", INITIALIZED, list_too_small},
	{"list_null", INITIALIZED, list_null},
	{"list_with_token", INITIALIZED, list_with_token},
	{"no_such_slot", INITIALIZED, no_such_slot},
	{"nulls", INITIALIZED, nulls},
	{"slot_info", INITIALIZED, slot_info},
	{"token_info", INITIALIZED, token_info},
	{"token_sessions", OPENED, token_sessions},
	{"mechanism_list_sizes", INITIALIZED, mechanism_list_sizes},
	{"mechanism_list_distinct", INITIALIZED, mechanism_list_distinct},
	{"mechanism_infos", INITIALIZED, mechanism_infos},
	{"mechanism_unknown", INITIALIZED, mechanism_unknown},
	{"wait_for_event", INITIALIZED, wait_for_event},
	{"same_after_finalize", INITIALIZED, same_after_finalize},
};

void suite_slot(void)
{
	SUITE_ADD("slot", checks);
}
