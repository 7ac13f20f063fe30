/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.4: general-purpose functions, and what every function says before and after. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/module/conformance/suite.h"

/* What the calls of calls.def borrow. */
static struct {
	CK_INFO info;
	CK_SLOT_INFO slot_info;
	CK_TOKEN_INFO token_info;
	CK_MECHANISM_INFO mechanism_info;
	CK_SESSION_INFO session_info;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE object, object2;
	CK_ULONG len;
	CK_BYTE in[64], out[512], label[32];
	CK_OBJECT_CLASS class;
	CK_ATTRIBUTE template[2], curve[1];
	CK_MECHANISM aes_ecb, aes_key_gen, sha256, rsa, ec_pair_gen, ecdh;
	CK_ECDH1_DERIVE_PARAMS ecdh_params;
} a;

static void set_arguments(void)
{
	static CK_BYTE p256[] = {0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7};

	memset(&a, 0, sizeof a);
	a.len = sizeof a.out;
	memset(a.label, ' ', sizeof a.label);
	a.class = CKO_DATA;
	a.template[0] = (CK_ATTRIBUTE){CKA_CLASS, &a.class, sizeof a.class};
	a.template[1] = (CK_ATTRIBUTE){CKA_LABEL, a.in, 4};
	a.curve[0] = (CK_ATTRIBUTE){CKA_EC_PARAMS, p256, sizeof p256};
	a.aes_ecb.mechanism = CKM_AES_ECB;
	a.aes_key_gen.mechanism = CKM_AES_KEY_GEN;
	a.sha256.mechanism = CKM_SHA256;
	a.rsa.mechanism = CKM_RSA_PKCS;
	a.ec_pair_gen.mechanism = CKM_EC_KEY_PAIR_GEN;
	a.ecdh_params = (CK_ECDH1_DERIVE_PARAMS){CKD_NULL, 0, NULL, sizeof a.in, a.in};
	a.ecdh = (CK_MECHANISM){CKM_ECDH1_DERIVE, &a.ecdh_params, sizeof a.ecdh_params};
}

enum needs { NOTHING, SESSION, OPERATION };

#define CALL(name, needs, ...)                        \
	static CK_RV call_##name(CK_SESSION_HANDLE s) \
	{                                             \
		(void)s;                              \
		set_arguments();                      \
		return p11->C_##name(__VA_ARGS__);    \
	}
#include "tests/module/conformance/calls.def"
#undef CALL

struct call {
	const char *name;
	enum needs needs;
	CK_RV (*call)(CK_SESSION_HANDLE);
};
static const struct call calls[] = {
#define CALL(name, needs, ...) {#name, needs, call_##name},
#include "tests/module/conformance/calls.def"
#undef CALL
};
#define CALLS (sizeof calls / sizeof calls[0])

static void before_initialize(const void *row)
{
	const struct call *call = row;

	EXPECT_RV(call->call(1), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void after_finalize(const void *row)
{
	const struct call *call = row;
	CK_SESSION_HANDLE before = session;

	MUST_RV(p11->C_Finalize(NULL), CKR_OK);
	EXPECT_RV(call->call(before), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void no_such_session(const void *row)
{
	const struct call *call = row;

	EXPECT_RV(call->call(session + 7919), CKR_SESSION_HANDLE_INVALID);
	EXPECT_RV(call->call(CK_INVALID_HANDLE), CKR_SESSION_HANDLE_INVALID);
}

static void closed_session(const void *row)
{
	const struct call *call = row;
	CK_SESSION_HANDLE closed = suite_open(CKF_RW_SESSION);

	MUST_RV(p11->C_CloseSession(closed), CKR_OK);
	EXPECT_RV(call->call(closed), CKR_SESSION_HANDLE_INVALID);
}

static void no_operation(const void *row)
{
	const struct call *call = row;

	EXPECT_RV(call->call(session), CKR_OPERATION_NOT_INITIALIZED);
}

static void initialize_null(void)
{
	EXPECT_RV(p11->C_Initialize(NULL), CKR_OK);
	EXPECT_RV(p11->C_Finalize(NULL), CKR_OK);
}

static void initialize_twice(void)
{
	MUST_RV(p11->C_Initialize(NULL), CKR_OK);
	EXPECT_RV(p11->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	/* the second call changed nothing */
	EXPECT_RV(p11->C_Finalize(NULL), CKR_OK);
	EXPECT_RV(p11->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void initialize_again(void)
{
	for (int i = 0; i < 5; i++) {
		MUST_RV(p11->C_Initialize(NULL), CKR_OK);
		MUST_RV(p11->C_Finalize(NULL), CKR_OK);
	}
}

static void initialize_reserved(void)
{
	CK_C_INITIALIZE_ARGS args = {.pReserved = &args};

	EXPECT_RV(p11->C_Initialize(&args), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static CK_RV mutex_made(void **mutex)
{
	static int one;

	*mutex = &one;
	return CKR_OK;
}

static CK_RV mutex_used(void *mutex)
{
	(void)mutex;
	return CKR_OK;
}

static void initialize_some_functions(void)
{
	CK_C_INITIALIZE_ARGS some[4] = {
		{.CreateMutex = mutex_made},
		{.DestroyMutex = mutex_used, .LockMutex = mutex_used, .UnlockMutex = mutex_used},
		{.CreateMutex = mutex_made, .DestroyMutex = mutex_used, .LockMutex = mutex_used},
		{.CreateMutex = mutex_made, .UnlockMutex = mutex_used, .flags = CKF_OS_LOCKING_OK},
	};

	for (int i = 0; i < 4; i++)
		EXPECT_RV(p11->C_Initialize(&some[i]), CKR_ARGUMENTS_BAD);
}

static void initialize_with(CK_C_INITIALIZE_ARGS args, bool may_refuse)
{
	CK_RV rv = p11->C_Initialize(&args);

	if (may_refuse && rv == CKR_CANT_LOCK)
		return;
	EXPECT_RV(rv, CKR_OK);
	EXPECT_RV(p11->C_Finalize(NULL), CKR_OK);
}

static void initialize_locking(void)
{
	CK_C_INITIALIZE_ARGS args = {.flags = 0};

	initialize_with(args, false);
	args.flags = CKF_OS_LOCKING_OK;
	initialize_with(args, false);
	args.flags = CKF_OS_LOCKING_OK | CKF_LIBRARY_CANT_CREATE_OS_THREADS;
	initialize_with(args, false);
	args = (CK_C_INITIALIZE_ARGS){.CreateMutex = mutex_made,
		.DestroyMutex = mutex_used,
		.LockMutex = mutex_used,
		.UnlockMutex = mutex_used,
		.flags = CKF_OS_LOCKING_OK};
	initialize_with(args, false);
	/* "must use the functions": a library that cannot says CKR_CANT_LOCK */
	args.flags = 0;
	initialize_with(args, true);
}

static void finalize_reserved(void)
{
	int something;

	MUST_RV(p11->C_Initialize(NULL), CKR_OK);
	EXPECT_RV(p11->C_Finalize(&something), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_Finalize(NULL), CKR_OK);
}

static void sessions_end_with_finalize(void)
{
	CK_SESSION_HANDLE before = session;
	CK_SESSION_INFO info;

	MUST_RV(p11->C_Finalize(NULL), CKR_OK);
	suite_initialize();
	EXPECT_RV(p11->C_GetSessionInfo(before, &info), CKR_SESSION_HANDLE_INVALID);
	session = suite_open(0);
	EXPECT_RV(p11->C_GetSessionInfo(session, &info), CKR_OK);
	EXPECT(info.state == CKS_RO_PUBLIC_SESSION);
}

static void list_null(void)
{
	EXPECT_RV(p11->C_GetFunctionList(NULL), CKR_ARGUMENTS_BAD);
}

static void list_complete(void)
{
	const unsigned char *at =
		(const unsigned char *)p11 + offsetof(CK_FUNCTION_LIST, C_Initialize);
	CK_FUNCTION_LIST *again = NULL;
	void *pointer;

	EXPECT(p11->version.major == 2);
	EXPECT(p11->version.minor == 40);
	for (; at < (const unsigned char *)(p11 + 1); at += sizeof pointer) {
		memcpy(&pointer, at, sizeof pointer);
		EXPECT(pointer != NULL);
	}
	EXPECT_RV(p11->C_GetFunctionList(&again), CKR_OK);
	EXPECT(again == p11);
}

/* The text fields are padded with spaces and hold no NUL. */
static bool padded(const CK_UTF8CHAR *text, size_t len)
{
	return !memchr(text, 0, len);
}

static void info(void)
{
	CK_INFO got;

	memset(&got, 0xff, sizeof got);
	MUST_RV(p11->C_GetInfo(&got), CKR_OK);
	EXPECT(got.cryptokiVersion.major == 2 || got.cryptokiVersion.major == 3);
	EXPECT(got.cryptokiVersion.major == 3 || got.cryptokiVersion.minor >= 11);
	EXPECT(got.flags == 0);
	EXPECT(padded(got.manufacturerID, sizeof got.manufacturerID));
	EXPECT(padded(got.libraryDescription, sizeof got.libraryDescription));
}

static void info_null(void)
{
	EXPECT_RV(p11->C_GetInfo(NULL), CKR_ARGUMENTS_BAD);
}

static void not_parallel(void)
{
	EXPECT_RV(p11->C_GetFunctionStatus(session), CKR_FUNCTION_NOT_PARALLEL);
	EXPECT_RV(p11->C_CancelFunction(session), CKR_FUNCTION_NOT_PARALLEL);
}

/* 3.1, 5.2 and the usage guide: a child calls C_Initialize itself, and the parent does not notice.
 */
static void fork_initialize(void)
{
	CK_SESSION_INFO got;
	CK_BYTE random[8];
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		MUST_RV(p11->C_Initialize(NULL), CKR_OK);
		EXPECT_RV(p11->C_GetSessionInfo(session, &got), CKR_SESSION_HANDLE_INVALID);
		session = suite_open(CKF_RW_SESSION);
		MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
		MUST_RV(p11->C_GenerateRandom(session, random, sizeof random), CKR_OK);
		MUST_RV(p11->C_Finalize(NULL), CKR_OK);
		_exit(0);
	}
	waitpid(child, &status, 0);
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	EXPECT_RV(p11->C_GetSessionInfo(session, &got), CKR_OK);
	EXPECT(got.state == CKS_RW_USER_FUNCTIONS);
	EXPECT_RV(p11->C_GenerateRandom(session, random, sizeof random), CKR_OK);
}

static const struct suite_check checks[] = {
	{"initialize_null", LOADED, initialize_null},
	{"initialize_twice", LOADED, initialize_twice},
	{"initialize_again", LOADED, initialize_again},
	{"initialize_reserved", LOADED, initialize_reserved},
	{"initialize_some_functions", LOADED, initialize_some_functions},
	{"initialize_locking", LOADED, initialize_locking},
	{"finalize_reserved", LOADED, finalize_reserved},
	{"sessions_end_with_finalize", OPENED, sessions_end_with_finalize},
	{"list_null", LOADED, list_null},
	{"list_complete", LOADED, list_complete},
	{"info", INITIALIZED, info},
	{"info_null", INITIALIZED, info_null},
	{"not_parallel", OPENED, not_parallel},
	{"fork_initialize", USER, fork_initialize},
};

void suite_general(void)
{
	SUITE_ADD("general", checks);
	for (size_t i = 0; i < CALLS; i++) {
		const struct call *call = &calls[i];

		suite_add_row("general", "before_initialize", call->name, LOADED, before_initialize,
			call);
		suite_add_row(
			"general", "after_finalize", call->name, OPENED, after_finalize, call);
		if (call->needs == NOTHING)
			continue;
		suite_add_row("general", "no_session", call->name, OPENED, no_such_session, call);
		suite_add_row(
			"general", "closed_session", call->name, OPENED, closed_session, call);
		if (call->needs == OPERATION)
			suite_add_row(
				"general", "no_operation", call->name, USER, no_operation, call);
	}
}
