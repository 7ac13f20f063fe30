/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.5.7 to 5.5.9 and 5.6.8: the security officer, PINs, and a token made anew (the
 * last check). */
#include <string.h>

#include "tests/module/conformance/keys.h"

static void needs(void)
{
	if (!suite_so_pin())
		suite_absent("");
}

static CK_RV log_in(void)
{
	return suite_log_in(session, CKU_SO, suite_so_pin());
}

static void states(void)
{
	CK_SESSION_INFO info;

	needs();
	MUST_RV(log_in(), CKR_OK);
	MUST_RV(p11->C_GetSessionInfo(session, &info), CKR_OK);
	EXPECT(info.state == CKS_RW_SO_FUNCTIONS);
	EXPECT_RV(log_in(), CKR_USER_ALREADY_LOGGED_IN);
	EXPECT_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
	EXPECT_RV(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session),
		CKR_SESSION_READ_WRITE_SO_EXISTS);
}

static void logout(void)
{
	CK_SESSION_INFO info;

	needs();
	MUST_RV(log_in(), CKR_OK);
	EXPECT_RV(p11->C_Logout(session), CKR_OK);
	MUST_RV(p11->C_GetSessionInfo(session, &info), CKR_OK);
	EXPECT(info.state == CKS_RW_PUBLIC_SESSION);
	EXPECT_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	EXPECT_RV(log_in(), CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
}

static void wrong_pin(void)
{
	needs();
	EXPECT_RV(suite_log_in(session, CKU_SO, "not the pin"), CKR_PIN_INCORRECT);
	EXPECT_RV(log_in(), CKR_OK);
}

static void read_only_exists(void)
{
	needs();
	suite_open(0);
	EXPECT_RV(log_in(), CKR_SESSION_READ_ONLY_EXISTS);
}

/* The officer sees no private objects and makes none. */
static void no_private_objects(void)
{
	struct template template = {0}, sought = {0}, again = {0};
	CK_OBJECT_HANDLE made;

	needs();
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	with_number(&template, CKA_CLASS, CKO_DATA);
	with_truth(&template, CKA_TOKEN, true);
	with_truth(&template, CKA_PRIVATE, true);
	with_text(&template, CKA_LABEL, "officer.private");
	create(&template);
	MUST_RV(p11->C_Logout(session), CKR_OK);
	MUST_RV(log_in(), CKR_OK);
	with_text(&sought, CKA_LABEL, "officer.private");
	EXPECT(found(session, &sought, NULL) == 0);
	with_number(&again, CKA_CLASS, CKO_DATA);
	with_truth(&again, CKA_PRIVATE, true);
	EXPECT_RV(try_create(&again, &made), CKR_USER_NOT_LOGGED_IN);
	MUST_RV(p11->C_Logout(session), CKR_OK);
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	MUST(found(session, &sought, &made) == 1);
	EXPECT_RV(p11->C_DestroyObject(session, made), CKR_OK);
}

/* What the officer trusts may wrap what asks for that. */
static void trusted(void)
{
	CK_MECHANISM wrap = {CKM_AES_KEY_WRAP, NULL, 0};
	struct template template = {0}, sought = {0}, asking = {0};
	CK_OBJECT_HANDLE wraps, key;
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE change = {CKA_TRUSTED, &yes, sizeof yes};
	CK_BYTE wrapped[100];
	CK_ULONG len = sizeof wrapped;

	needs();
	suite_needs(CKM_AES_KEY_WRAP, CKF_WRAP);
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	secret_template(&template, CKK_AES, "sixteen bytes...", 16);
	without(&template, CKA_TOKEN);
	with_truth(&template, CKA_TOKEN, true);
	without(&template, CKA_PRIVATE);
	with_truth(&template, CKA_PRIVATE, false);
	with_text(&template, CKA_LABEL, "officer.trusted");
	wraps = create(&template);
	EXPECT_RV(p11->C_SetAttributeValue(session, wraps, &change, 1), CKR_ATTRIBUTE_READ_ONLY);
	MUST_RV(p11->C_Logout(session), CKR_OK);
	MUST_RV(log_in(), CKR_OK);
	with_text(&sought, CKA_LABEL, "officer.trusted");
	MUST(found(session, &sought, &wraps) == 1);
	MUST_RV(p11->C_SetAttributeValue(session, wraps, &change, 1), CKR_OK);
	EXPECT(truth_of(wraps, CKA_TRUSTED));
	MUST_RV(p11->C_Logout(session), CKR_OK);
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	MUST(found(session, &sought, &wraps) == 1);
	secret_template(&asking, CKK_AES, "sixteen bytes...", 16);
	with_truth(&asking, CKA_WRAP_WITH_TRUSTED, true);
	key = create(&asking);
	EXPECT_RV(p11->C_WrapKey(session, &wrap, wraps, key, wrapped, &len), CKR_OK);
	EXPECT_RV(p11->C_DestroyObject(session, wraps), CKR_OK);
}

static void init_pin(void)
{
	static const char other[] = "another pin 3";
	CK_UTF8CHAR *pin = (CK_UTF8CHAR *)(uintptr_t)suite_pin();

	needs();
	MUST_RV(log_in(), CKR_OK);
	EXPECT_RV(p11->C_InitPIN(session, NULL, 8), CKR_ARGUMENTS_BAD);
	MUST_RV(p11->C_InitPIN(session, TEXT(other), strlen(other)), CKR_OK);
	MUST_RV(p11->C_Logout(session), CKR_OK);
	EXPECT_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_PIN_INCORRECT);
	EXPECT_RV(suite_log_in(session, CKU_USER, other), CKR_OK);
	EXPECT_RV(p11->C_Logout(session), CKR_OK);
	MUST_RV(log_in(), CKR_OK);
	MUST_RV(p11->C_InitPIN(session, pin, strlen(suite_pin())), CKR_OK);
}

/* What the user stored is still there after the officer gave another PIN. */
static void init_pin_keeps_objects(void)
{
	struct template template = {0}, sought = {0};
	CK_OBJECT_HANDLE made;

	needs();
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	with_number(&template, CKA_CLASS, CKO_DATA);
	with_truth(&template, CKA_TOKEN, true);
	with_truth(&template, CKA_PRIVATE, true);
	with_text(&template, CKA_LABEL, "officer.kept");
	with_text(&template, CKA_VALUE, "kept");
	create(&template);
	MUST_RV(p11->C_Logout(session), CKR_OK);
	MUST_RV(log_in(), CKR_OK);
	MUST_RV(p11->C_InitPIN(session, (CK_UTF8CHAR *)(uintptr_t)suite_pin(), strlen(suite_pin())),
		CKR_OK);
	MUST_RV(p11->C_Logout(session), CKR_OK);
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	with_text(&sought, CKA_LABEL, "officer.kept");
	MUST(found(session, &sought, &made) == 1);
	EXPECT(value_is(made, CKA_VALUE, "kept", 4));
	EXPECT_RV(p11->C_DestroyObject(session, made), CKR_OK);
}

static void set_pin(void)
{
	static const char other[] = "another staple";
	CK_UTF8CHAR *pin;
	CK_ULONG len;

	needs();
	pin = (CK_UTF8CHAR *)(uintptr_t)suite_so_pin();
	len = strlen(suite_so_pin());
	MUST_RV(log_in(), CKR_OK);
	EXPECT_RV(p11->C_SetPIN(session, TEXT("not the pin"), 11, pin, len), CKR_PIN_INCORRECT);
	MUST_RV(p11->C_SetPIN(session, pin, len, TEXT(other), strlen(other)), CKR_OK);
	EXPECT_RV(p11->C_Logout(session), CKR_OK);
	EXPECT_RV(log_in(), CKR_PIN_INCORRECT);
	MUST_RV(suite_log_in(session, CKU_SO, other), CKR_OK);
	MUST_RV(p11->C_SetPIN(session, TEXT(other), strlen(other), pin, len), CKR_OK);
}

static void init_token_errors(void)
{
	CK_UTF8CHAR label[32], *pin;

	needs();
	pin = (CK_UTF8CHAR *)(uintptr_t)suite_so_pin();
	memset(label, ' ', sizeof label);
	EXPECT_RV(p11->C_InitToken(slot, pin, strlen(suite_so_pin()), label), CKR_SESSION_EXISTS);
	MUST_RV(p11->C_CloseAllSessions(slot), CKR_OK);
	EXPECT_RV(p11->C_InitToken(slot, TEXT("not the pin"), 11, label), CKR_PIN_INCORRECT);
	EXPECT_RV(p11->C_InitToken(slot, NULL, 8, label), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_InitToken(slot, pin, strlen(suite_so_pin()), NULL), CKR_ARGUMENTS_BAD);
}

/* The last checks: the token made anew, and again as it was for whoever comes next. */

static void make_anew(const char *text)
{
	CK_UTF8CHAR label[32];

	MUST_RV(p11->C_CloseAllSessions(slot), CKR_OK);
	memset(label, ' ', sizeof label);
	memcpy(label, text, strlen(text));
	MUST_RV(p11->C_InitToken(slot, TEXT(suite_so_pin()), strlen(suite_so_pin()), label),
		CKR_OK);
	session = suite_open(CKF_RW_SESSION);
}

static void give_pin(void)
{
	MUST_RV(log_in(), CKR_OK);
	MUST_RV(p11->C_InitPIN(session, TEXT(suite_pin()), strlen(suite_pin())), CKR_OK);
	MUST_RV(p11->C_Logout(session), CKR_OK);
	EXPECT_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
}

static void init_token_erases(void)
{
	struct template template = {0}, private = {0}, sought = {0};
	CK_TOKEN_INFO info;

	needs();
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	with_number(&template, CKA_CLASS, CKO_DATA);
	with_truth(&template, CKA_TOKEN, true);
	with_truth(&template, CKA_PRIVATE, false);
	with_text(&template, CKA_LABEL, "officer.erased");
	create(&template);
	secret_template(&private, CKK_AES, "sixteen bytes...", 16);
	without(&private, CKA_TOKEN);
	with_truth(&private, CKA_TOKEN, true);
	with_text(&private, CKA_LABEL, "officer.erased");
	create(&private);
	make_anew(suite_token());
	MUST_RV(p11->C_GetTokenInfo(slot, &info), CKR_OK);
	EXPECT(info.flags & CKF_TOKEN_INITIALIZED);
	with_text(&sought, CKA_LABEL, "officer.erased");
	EXPECT(found(session, &sought, NULL) == 0);
	give_pin();
	EXPECT(found(session, &sought, NULL) == 0);
	MUST_RV(p11->C_GetTokenInfo(slot, &info), CKR_OK);
	EXPECT(info.flags & CKF_USER_PIN_INITIALIZED);
}

static void init_token_label(void)
{
	CK_TOKEN_INFO info;

	needs();
	make_anew("made anew");
	MUST_RV(p11->C_GetTokenInfo(slot, &info), CKR_OK);
	EXPECT(memcmp(info.label, "made anew   ", 12) == 0);
	make_anew(suite_token());
	give_pin();
}

/* "Access by the normal user is disabled until the SO sets the normal user's PIN." */
static void init_token_user(void)
{
	CK_TOKEN_INFO info;

	needs();
	make_anew(suite_token());
	MUST_RV(p11->C_GetTokenInfo(slot, &info), CKR_OK);
	EXPECT(!(info.flags & CKF_USER_PIN_INITIALIZED));
	EXPECT_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_USER_PIN_NOT_INITIALIZED);
	p11->C_Logout(session);
	give_pin();
}

static const struct suite_check checks[] = {
	{"states", OPENED, states},
	{"logout", OPENED, logout},
	{"wrong_pin", OPENED, wrong_pin},
	{"read_only_exists", OPENED, read_only_exists},
	{"no_private_objects", OPENED, no_private_objects},
	{"trusted", OPENED, trusted},
	{"init_pin", OPENED, init_pin},
	{"init_pin_keeps_objects", OPENED, init_pin_keeps_objects},
	{"set_pin", OPENED, set_pin},
	{"init_token_errors", OPENED, init_token_errors},
	{"init_token_erases", OPENED, init_token_erases},
	{"init_token_label", OPENED, init_token_label},
	{"init_token_user", OPENED, init_token_user},
};

void suite_officer(void)
{
	SUITE_ADD("officer", checks);
}
