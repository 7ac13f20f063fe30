/* SPDX-License-Identifier: ISC */
/* Logging in, and what the lock of the keychain shows and hides (decided in doc/architecture.md).
 */
#include <string.h>

#include "tests/module/harness.h"

static CK_UTF8CHAR right[] = HARNESS_PASSWORD, wrong[] = "wrong horse";
static CK_UTF8CHAR too_long[16 << 20]; /* for a message to the service */
#define RIGHT_LEN (sizeof right - 1)
#define WRONG_LEN (sizeof wrong - 1)

static CK_STATE state_of(const struct fixture *x)
{
	CK_SESSION_INFO info = {0};

	CHECK_RV(x->f->C_GetSessionInfo(x->session, &info), CKR_OK);
	return info.state;
}

static CK_FLAGS flags_of(const struct fixture *x, CK_SLOT_ID slot)
{
	CK_TOKEN_INFO info = {0};

	CHECK_RV(x->f->C_GetTokenInfo(slot, &info), CKR_OK);
	return info.flags;
}

static void while_open(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (CK_SLOT_ID slot = 0; slot < 2; slot++)
		CHECK((flags_of(&x, slot) &
			      (CKF_LOGIN_REQUIRED | CKF_PROTECTED_AUTHENTICATION_PATH)) ==
			CKF_PROTECTED_AUTHENTICATION_PATH);
	CHECK_RV(x.f->C_Logout(x.session), CKR_USER_NOT_LOGGED_IN);
	CHECK_RV(x.f->C_Login(x.session, CKU_SO, right, RIGHT_LEN), CKR_USER_PIN_NOT_INITIALIZED);
	CHECK_RV(x.f->C_Login(x.session, 3, right, RIGHT_LEN), CKR_USER_TYPE_INVALID);
	CHECK_RV(x.f->C_Login(x.session, CKU_CONTEXT_SPECIFIC, right, RIGHT_LEN),
		CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, NULL, 4), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, wrong, WRONG_LEN), CKR_PIN_INCORRECT);
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, too_long, sizeof too_long), CKR_PIN_INCORRECT);
	CHECK(state_of(&x) == CKS_RW_PUBLIC_SESSION);
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, right, RIGHT_LEN), CKR_OK);
	CHECK(state_of(&x) == CKS_RW_USER_FUNCTIONS);
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, right, RIGHT_LEN), CKR_USER_ALREADY_LOGGED_IN);
	CHECK_RV(x.f->C_Logout(x.session), CKR_OK);
	CHECK(state_of(&x) == CKS_RW_PUBLIC_SESSION);
	/* Nobody needs to be asked while the keychain is open. */
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, NULL, 0), CKR_OK);
	CHECK(!(flags_of(&x, 0) & CKF_LOGIN_REQUIRED));
	harness_end(&x);
}

/* Each token is logged in to by itself; its last session takes its login along. */
static void by_token(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_SESSION_HANDLE sync;

	CHECK_RV(x.f->C_OpenSession(1, CKF_SERIAL_SESSION, NULL, NULL, &sync), CKR_OK);
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, right, RIGHT_LEN), CKR_OK);
	CHECK_RV(x.f->C_Logout(sync), CKR_USER_NOT_LOGGED_IN);
	CHECK_RV(x.f->C_Login(sync, CKU_USER, right, RIGHT_LEN), CKR_OK);
	CHECK_RV(x.f->C_CloseSession(x.session), CKR_OK);
	CHECK_RV(x.f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &x.session), CKR_OK);
	CHECK(state_of(&x) == CKS_RO_PUBLIC_SESSION);
	CHECK_RV(x.f->C_Login(sync, CKU_USER, right, RIGHT_LEN), CKR_USER_ALREADY_LOGGED_IN);
	harness_end(&x);
}

static size_t count_class(const struct fixture *x, CK_OBJECT_CLASS class)
{
	CK_OBJECT_HANDLE found[16];
	CK_ATTRIBUTE template[] = {ATTR(CKA_CLASS, class)};

	return harness_find(x, template, 1, found, 16);
}

static void while_locked(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE public, private;
	size_t publics, privates;

	harness_make_pair(&x, CKM_EC_KEY_PAIR_GEN, "locked away", &public, &private);
	publics = count_class(&x, CKO_PUBLIC_KEY);
	privates = count_class(&x, CKO_PRIVATE_KEY);
	CHECK(publics >= 1 && privates >= 1);
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, right, RIGHT_LEN), CKR_OK);

	harness_lock();
	for (CK_SLOT_ID slot = 0; slot < 2; slot++)
		CHECK((flags_of(&x, slot) &
			      (CKF_LOGIN_REQUIRED | CKF_PROTECTED_AUTHENTICATION_PATH)) ==
			CKF_LOGIN_REQUIRED); /* there is nobody to ask */
	CHECK(state_of(&x) == CKS_RW_PUBLIC_SESSION);
	CHECK(count_class(&x, CKO_PUBLIC_KEY) == publics);
	CHECK(count_class(&x, CKO_PRIVATE_KEY) == 0);
	CHECK_RV(x.f->C_DestroyObject(x.session, private), CKR_USER_NOT_LOGGED_IN);
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, NULL, 0), CKR_USER_NOT_LOGGED_IN);
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, wrong, WRONG_LEN), CKR_PIN_INCORRECT);
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, right, RIGHT_LEN), CKR_OK);
	CHECK(state_of(&x) == CKS_RW_USER_FUNCTIONS);
	CHECK(count_class(&x, CKO_PRIVATE_KEY) == privates);
	CHECK_RV(x.f->C_DestroyObject(x.session, public), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, private), CKR_OK);
	harness_end(&x);
}

/* A key found before the lock: the service is asked to open the keychain when something is to be
 * signed, and says that nobody is there. */
static void signing_while_locked(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0};
	CK_BYTE digest[32] = {1}, signature[64];
	CK_ULONG len = sizeof signature;
	CK_OBJECT_HANDLE public, private;

	harness_make_pair(&x, CKM_EC_KEY_PAIR_GEN, "sign", &public, &private);
	harness_lock();
	CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, private), CKR_OK);
	CHECK_RV(x.f->C_Sign(x.session, digest, sizeof digest, signature, &len),
		CKR_USER_NOT_LOGGED_IN);
	harness_unlock();
	CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, private), CKR_OK);
	CHECK_RV(x.f->C_Sign(x.session, digest, sizeof digest, signature, &len), CKR_OK);
	CHECK(len == 64);
	harness_end(&x);
}

static void changing_the_password(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_UTF8CHAR other[] = "battery staple";
	CK_SESSION_HANDLE reader;

	CHECK_RV(x.f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &reader), CKR_OK);
	CHECK_RV(x.f->C_SetPIN(reader, right, RIGHT_LEN, other, sizeof other - 1),
		CKR_SESSION_READ_ONLY);
	CHECK_RV(x.f->C_SetPIN(x.session, NULL, 0, other, 3), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_SetPIN(x.session, too_long, sizeof too_long, other, 3), CKR_PIN_INCORRECT);
	CHECK_RV(x.f->C_SetPIN(x.session, wrong, WRONG_LEN, other, sizeof other - 1),
		CKR_PIN_INCORRECT);
	CHECK_RV(x.f->C_SetPIN(x.session, right, RIGHT_LEN, other, sizeof other - 1), CKR_OK);
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, right, RIGHT_LEN), CKR_PIN_INCORRECT);
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, other, sizeof other - 1), CKR_OK);
	CHECK_RV(x.f->C_SetPIN(x.session, other, sizeof other - 1, right, RIGHT_LEN), CKR_OK);
	harness_end(&x);
}

/* A key with CKA_ALWAYS_AUTHENTICATE: each use wants the password again, right after C_SignInit. */
static void context_specific(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_MECHANISM generate = {CKM_EC_KEY_PAIR_GEN, NULL, 0}, ecdsa = {CKM_ECDSA, NULL, 0};
	CK_ATTRIBUTE public_template[] = {
		ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
		ATTR(CKA_TOKEN, harness_true),
	};
	CK_ATTRIBUTE private_template[] = {
		ATTR(CKA_TOKEN, harness_true),
		ATTR(CKA_PRIVATE, harness_true),
		ATTR(CKA_SIGN, harness_true),
		ATTR(CKA_ALWAYS_AUTHENTICATE, harness_true),
	};
	CK_BYTE digest[32] = {1}, signature[64];
	CK_ULONG len = sizeof signature;
	CK_OBJECT_HANDLE public, private;

	CHECK_RV(x.f->C_Login(x.session, CKU_USER, right, RIGHT_LEN), CKR_OK);
	CHECK_RV_FATAL(x.f->C_GenerateKeyPair(x.session, &generate, public_template,
			       KC_COUNT_OF(public_template), private_template,
			       KC_COUNT_OF(private_template), &public, &private),
		CKR_OK);
	CHECK_RV(x.f->C_Login(x.session, CKU_CONTEXT_SPECIFIC, right, RIGHT_LEN),
		CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, private), CKR_OK);
	CHECK_RV(x.f->C_Sign(x.session, digest, sizeof digest, signature, &len),
		CKR_USER_NOT_LOGGED_IN);
	for (int i = 0; i < 2; i++) {
		CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, private), CKR_OK);
		CHECK_RV(x.f->C_Login(x.session, CKU_CONTEXT_SPECIFIC, wrong, WRONG_LEN),
			CKR_PIN_INCORRECT);
		CHECK_RV(x.f->C_Login(x.session, CKU_CONTEXT_SPECIFIC, right, RIGHT_LEN), CKR_OK);
		len = sizeof signature;
		CHECK_RV(x.f->C_Sign(x.session, digest, sizeof digest, signature, &len), CKR_OK);
		/* Once is once. */
		CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, private), CKR_OK);
		CHECK_RV(x.f->C_Sign(x.session, digest, sizeof digest, signature, &len),
			CKR_USER_NOT_LOGGED_IN);
	}
	CHECK(state_of(&x) == CKS_RW_USER_FUNCTIONS);
	CHECK_RV(x.f->C_DestroyObject(x.session, private), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, public), CKR_OK);
	harness_end(&x);
}

/* C_LoginUser: the keychain's one user has no name. */
static void login_by_name(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_C_GetInterface get = (CK_C_GetInterface)harness_symbol("C_GetInterface");
	CK_UTF8CHAR name[] = "ana";
	CK_INTERFACE *interface = NULL;
	CK_FUNCTION_LIST_3_0 *f;

	CHECK_RV_FATAL(get(NULL, NULL, &interface, 0), CKR_OK);
	f = interface->pFunctionList;
	CHECK_RV(f->C_LoginUser(x.session + 1, CKU_USER, right, RIGHT_LEN, NULL, 0),
		CKR_SESSION_HANDLE_INVALID);
	CHECK_RV(f->C_LoginUser(x.session, CKU_USER, right, RIGHT_LEN, name, 3), CKR_ARGUMENTS_BAD);
	CHECK_RV(f->C_LoginUser(x.session, CKU_USER, right, RIGHT_LEN, NULL, 3), CKR_ARGUMENTS_BAD);
	CHECK_RV(f->C_LoginUser(x.session, CKU_USER, wrong, WRONG_LEN, NULL, 0), CKR_PIN_INCORRECT);
	CHECK_RV(f->C_LoginUser(x.session, CKU_USER, right, RIGHT_LEN, name, 0), CKR_OK);
	CHECK(state_of(&x) == CKS_RO_USER_FUNCTIONS);
	CHECK_RV(f->C_Login(x.session, CKU_USER, right, RIGHT_LEN), CKR_USER_ALREADY_LOGGED_IN);
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(while_open),
		CHECK_TEST(by_token),
		CHECK_TEST(while_locked),
		CHECK_TEST(signing_while_locked),
		CHECK_TEST(changing_the_password),
		CHECK_TEST(login_by_name),
		CHECK_TEST(context_specific),
	};
	int status;

	harness_start();
	status = check_main("module: login", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
