/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.6.8 to 5.6.10: logging in and out, and what is private. */
#include <string.h>

#include "tests/module/conformance/keys.h"

static void twice(void)
{
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	EXPECT_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_USER_ALREADY_LOGGED_IN);
	EXPECT_RV(suite_log_in(suite_open(0), CKU_USER, suite_pin()), CKR_USER_ALREADY_LOGGED_IN);
}

static void wrong_pin(void)
{
	CK_SESSION_INFO info;

	EXPECT_RV(suite_log_in(session, CKU_USER, "not the pin"), CKR_PIN_INCORRECT);
	MUST_RV(p11->C_GetSessionInfo(session, &info), CKR_OK);
	EXPECT(info.state == CKS_RW_PUBLIC_SESSION);
	EXPECT_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
}

static void null_pin(void)
{
	CK_TOKEN_INFO info;

	MUST_RV(p11->C_GetTokenInfo(slot, &info), CKR_OK);
	if (info.flags & CKF_PROTECTED_AUTHENTICATION_PATH)
		suite_absent("");
	EXPECT_RV(p11->C_Login(session, CKU_USER, NULL, 4), CKR_ARGUMENTS_BAD);
}

static void user_type(void)
{
	EXPECT_RV(suite_log_in(session, 9, suite_pin()), CKR_USER_TYPE_INVALID);
	EXPECT_RV(suite_log_in(session, 0x7fffffffUL, suite_pin()), CKR_USER_TYPE_INVALID);
}

static void context_without_operation(void)
{
	EXPECT_RV(suite_log_in(session, CKU_CONTEXT_SPECIFIC, suite_pin()),
		CKR_OPERATION_NOT_INITIALIZED);
}

static void logout_without_login(void)
{
	EXPECT_RV(p11->C_Logout(session), CKR_USER_NOT_LOGGED_IN);
}

static void logout_and_again(void)
{
	for (int i = 0; i < 3; i++) {
		EXPECT_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
		EXPECT_RV(p11->C_Logout(session), CKR_OK);
		EXPECT_RV(p11->C_Logout(session), CKR_USER_NOT_LOGGED_IN);
	}
}

static void data(struct template *template, const char *label, bool token, bool private)
{
	with_number(template, CKA_CLASS, CKO_DATA);
	with_truth(template, CKA_TOKEN, token);
	with_truth(template, CKA_PRIVATE, private);
	with_text(template, CKA_LABEL, label);
	with_text(template, CKA_VALUE, "value");
}

static size_t labelled(const char *label, CK_OBJECT_HANDLE *ret)
{
	struct template sought = {0};

	with_text(&sought, CKA_LABEL, label);
	return found(session, &sought, ret);
}

static void private_needs_login(void)
{
	CK_OBJECT_HANDLE made;
	struct template in_session = {0}, on_token = {0};

	data(&in_session, "login.private", false, true);
	data(&on_token, "login.private", true, true);
	EXPECT_RV(try_create(&in_session, &made), CKR_USER_NOT_LOGGED_IN);
	EXPECT_RV(try_create(&on_token, &made), CKR_USER_NOT_LOGGED_IN);
}

static void private_is_hidden(void)
{
	CK_OBJECT_HANDLE private, public;
	CK_BYTE value[16];
	CK_ATTRIBUTE read = {CKA_VALUE, value, sizeof value};
	struct template one = {0}, two = {0};

	data(&one, "login.hidden", true, true);
	data(&two, "login.shown", true, false);
	private = create(&one);
	public = create(&two);
	MUST_RV(p11->C_Logout(session), CKR_OK);
	EXPECT(labelled("login.hidden", NULL) == 0);
	EXPECT(labelled("login.shown", &public) == 1);
	EXPECT_RV(p11->C_GetAttributeValue(session, public, &read, 1), CKR_OK);
	EXPECT_RV(p11->C_GetAttributeValue(session, private, &read, 1), CKR_OBJECT_HANDLE_INVALID);
	EXPECT_RV(p11->C_DestroyObject(session, private), CKR_OBJECT_HANDLE_INVALID);
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	/* "any handles of private objects become invalid": found again, by whichever handle */
	MUST(labelled("login.hidden", &private) == 1);
	EXPECT_RV(p11->C_DestroyObject(session, private), CKR_OK);
	MUST(labelled("login.shown", &public) == 1);
	EXPECT_RV(p11->C_DestroyObject(session, public), CKR_OK);
}

static void old_handles_stay_invalid(void)
{
	CK_OBJECT_HANDLE private, again;
	CK_ULONG size;
	struct template template = {0};

	data(&template, "login.old", true, true);
	private = create(&template);
	MUST_RV(p11->C_Logout(session), CKR_OK);
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	EXPECT_RV(p11->C_GetObjectSize(session, private, &size), CKR_OBJECT_HANDLE_INVALID);
	MUST(labelled("login.old", &again) == 1);
	EXPECT_RV(p11->C_DestroyObject(session, again), CKR_OK);
}

static void logout_ends_private_session_objects(void)
{
	CK_OBJECT_HANDLE private, public;
	CK_ULONG size;
	struct template one = {0}, two = {0};

	data(&one, "login.gone", false, true);
	data(&two, "login.kept", false, false);
	private = create(&one);
	public = create(&two);
	MUST_RV(p11->C_Logout(session), CKR_OK);
	EXPECT_RV(p11->C_GetObjectSize(session, private, &size), CKR_OBJECT_HANDLE_INVALID);
	EXPECT_RV(p11->C_GetObjectSize(session, public, &size), CKR_OK);
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	EXPECT(labelled("login.gone", NULL) == 0);
	EXPECT(labelled("login.kept", NULL) == 1);
}

static void logout_ends_keys(void)
{
	CK_MECHANISM ecb = {CKM_AES_ECB, NULL, 0};
	CK_OBJECT_HANDLE key;

	suite_needs(CKM_AES_ECB, CKF_ENCRYPT);
	key = aes_key();
	MUST_RV(p11->C_Logout(session), CKR_OK);
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	REFUSES(p11->C_EncryptInit(session, &ecb, key), CKR_KEY_HANDLE_INVALID);
}

/* 5.6.10: an operation that was active then may go on or end; the session is good for the next. */
static void logout_in_operation(void)
{
	CK_MECHANISM ecb = {CKM_AES_ECB, NULL, 0};
	CK_BYTE out[16] = {0};
	CK_ULONG len = sizeof out;

	suite_needs(CKM_AES_ECB, CKF_ENCRYPT);
	MUST_RV(p11->C_EncryptInit(session, &ecb, aes_key()), CKR_OK);
	MUST_RV(p11->C_Logout(session), CKR_OK);
	p11->C_Encrypt(session, out, 16, out, &len);
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	EXPECT_RV(p11->C_EncryptInit(session, &ecb, aes_key()), CKR_OK);
}

static void generate_needs_login(void)
{
	CK_MECHANISM aes = {CKM_AES_KEY_GEN, NULL, 0}, ec = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	CK_OBJECT_HANDLE made, made2;
	struct bytes curve = fixed_params(FIXED_P256);
	struct template secret = {0}, public = {0}, private = {0};

	with_truth(&secret, CKA_PRIVATE, true);
	with_number(&secret, CKA_VALUE_LEN, 16);
	with_bytes(&public, CKA_EC_PARAMS, curve.at, curve.len);
	with_truth(&private, CKA_PRIVATE, true);
	if (suite_lists(CKM_AES_KEY_GEN, CKF_GENERATE))
		EXPECT_RV(p11->C_GenerateKey(session, &aes, secret.at, secret.count, &made),
			CKR_USER_NOT_LOGGED_IN);
	EXPECT_RV(p11->C_GenerateKeyPair(session, &ec, public.at, public.count, private.at,
			  private.count, &made, &made2),
		CKR_USER_NOT_LOGGED_IN);
}

/* A key that wants the PIN for each use: after C_SignInit, for that one signature. */
static void always_authenticate(void)
{
	CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0};
	CK_BYTE data[32] = {1}, signature[64];
	CK_ULONG len = sizeof signature;
	struct template template = {0};
	CK_OBJECT_HANDLE key;

	fixed_private_template(FIXED_P256, &template);
	with_truth(&template, CKA_ALWAYS_AUTHENTICATE, true);
	key = create(&template);
	EXPECT(truth_of(key, CKA_ALWAYS_AUTHENTICATE));
	MUST_RV(p11->C_SignInit(session, &ecdsa, key), CKR_OK);
	EXPECT_RV(p11->C_Sign(session, data, sizeof data, signature, &len), CKR_USER_NOT_LOGGED_IN);
	session = suite_open(CKF_RW_SESSION);
	for (int i = 0; i < 2; i++) {
		suite_note("signature %d", i);
		MUST_RV(p11->C_SignInit(session, &ecdsa, key), CKR_OK);
		EXPECT_RV(suite_log_in(session, CKU_CONTEXT_SPECIFIC, "not the pin"),
			CKR_PIN_INCORRECT);
		EXPECT_RV(suite_log_in(session, CKU_CONTEXT_SPECIFIC, suite_pin()), CKR_OK);
		len = sizeof signature;
		EXPECT_RV(p11->C_Sign(session, data, sizeof data, signature, &len), CKR_OK);
	}
	MUST_RV(p11->C_SignInit(session, &ecdsa, key), CKR_OK);
	EXPECT_RV(p11->C_Sign(session, data, sizeof data, signature, &len), CKR_USER_NOT_LOGGED_IN);
}

static void pin_counter(void)
{
	CK_TOKEN_INFO info;

	EXPECT_RV(suite_log_in(session, CKU_USER, "not the pin"), CKR_PIN_INCORRECT);
	MUST_RV(p11->C_GetTokenInfo(slot, &info), CKR_OK);
	EXPECT(info.flags & CKF_USER_PIN_COUNT_LOW);
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	MUST_RV(p11->C_GetTokenInfo(slot, &info), CKR_OK);
	EXPECT(!(info.flags & CKF_USER_PIN_COUNT_LOW));
}

static void set_pin_errors(void)
{
	CK_UTF8CHAR *pin = (CK_UTF8CHAR *)(uintptr_t)suite_pin();
	CK_ULONG len = strlen(suite_pin());
	CK_SESSION_HANDLE ro;

	EXPECT_RV(p11->C_SetPIN(session, TEXT("not the pin"), 11, pin, len), CKR_PIN_INCORRECT);
	EXPECT_RV(p11->C_SetPIN(session, pin, len, NULL, 8), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_SetPIN(session, NULL, len, pin, len), CKR_ARGUMENTS_BAD);
	ro = suite_open(0);
	EXPECT_RV(p11->C_SetPIN(ro, pin, len, pin, len), CKR_SESSION_READ_ONLY);
}

static void set_pin(void)
{
	static const char other[] = "another pin 2";
	CK_UTF8CHAR *pin = (CK_UTF8CHAR *)(uintptr_t)suite_pin();
	CK_ULONG len = strlen(suite_pin());

	MUST_RV(p11->C_SetPIN(session, pin, len, TEXT(other), strlen(other)), CKR_OK);
	EXPECT_RV(p11->C_Logout(session), CKR_OK);
	EXPECT_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_PIN_INCORRECT);
	EXPECT_RV(suite_log_in(session, CKU_USER, other), CKR_OK);
	MUST_RV(p11->C_SetPIN(session, TEXT(other), strlen(other), pin, len), CKR_OK);
}

static void init_pin_needs_officer(void)
{
	EXPECT_RV(p11->C_InitPIN(session, TEXT("12345678"), 8), CKR_USER_NOT_LOGGED_IN);
}

static const struct suite_check public_checks[] = {
	{"twice", OPENED, twice},
	{"wrong_pin", OPENED, wrong_pin},
	{"null_pin", OPENED, null_pin},
	{"user_type", OPENED, user_type},
	{"context_without_operation", USER, context_without_operation},
	{"logout_without_login", OPENED, logout_without_login},
	{"logout_and_again", OPENED, logout_and_again},
	{"private_needs_login", OPENED, private_needs_login},
	{"private_is_hidden", USER, private_is_hidden},
	{"old_handles_stay_invalid", USER, old_handles_stay_invalid},
	{"logout_ends_private_session_objects", USER, logout_ends_private_session_objects},
	{"logout_ends_keys", USER, logout_ends_keys},
	{"logout_in_operation", USER, logout_in_operation},
	{"generate_needs_login", OPENED, generate_needs_login},
	{"always_authenticate", USER, always_authenticate},
	{"pin_counter", OPENED, pin_counter},
	{"set_pin_errors", USER, set_pin_errors},
	{"set_pin", USER, set_pin},
	{"init_pin_needs_officer", OPENED, init_pin_needs_officer},
	{"init_pin_as_user", USER, init_pin_needs_officer},
};

void suite_login(void)
{
	SUITE_ADD("login", public_checks);
}
