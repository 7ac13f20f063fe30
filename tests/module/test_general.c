/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, chapters 5.4 to 5.6: the library, slots and tokens, sessions; forks and threads. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/module/harness.h"

static CK_RV no_create(CK_VOID_PTR_PTR mutex)
{
	*mutex = NULL;
	return CKR_OK;
}

static CK_RV no_mutex(CK_VOID_PTR mutex)
{
	(void)mutex;
	return CKR_OK;
}

static void initialize_arguments(void)
{
	static char reserved[] = "of another version", nothing[8];
	static const struct {
		const char *what;
		CK_C_INITIALIZE_ARGS args;
		CK_RV wanted;
	} rows[] = {
		{"no flags", {0}, CKR_OK},
		{"OS locking", {.flags = CKF_OS_LOCKING_OK}, CKR_OK},
		{"OS locking, no threads",
			{.flags = CKF_OS_LOCKING_OK | CKF_LIBRARY_CANT_CREATE_OS_THREADS}, CKR_OK},
		{"own mutexes", {no_create, no_mutex, no_mutex, no_mutex, 0, NULL}, CKR_OK},
		{"own mutexes or the system's",
			{no_create, no_mutex, no_mutex, no_mutex, CKF_OS_LOCKING_OK, NULL}, CKR_OK},
		{"three mutex functions", {no_create, no_mutex, no_mutex, NULL, 0, NULL},
			CKR_ARGUMENTS_BAD},
		{"one mutex function", {NULL, NULL, no_mutex, NULL, CKF_OS_LOCKING_OK, NULL},
			CKR_ARGUMENTS_BAD},
		{"no threads alone", {.flags = CKF_LIBRARY_CANT_CREATE_OS_THREADS}, CKR_OK},
		{"p11-kit's text", {.flags = CKF_OS_LOCKING_OK, .pReserved = reserved}, CKR_OK},
		{"no text", {.flags = CKF_OS_LOCKING_OK, .pReserved = nothing}, CKR_ARGUMENTS_BAD},
		{"a reserved number", {.flags = CKF_OS_LOCKING_OK, .pReserved = (void *)1},
			CKR_ARGUMENTS_BAD},
	};
	CK_FUNCTION_LIST *f = harness_load();

	CHECK_RV(f->C_Initialize(NULL), CKR_OK);
	CHECK_RV(f->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	CHECK_RV(f->C_Finalize(reserved), CKR_ARGUMENTS_BAD);
	CHECK_RV(f->C_Finalize(NULL), CKR_OK);
	CHECK_RV(f->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_C_INITIALIZE_ARGS args = rows[i].args;
		CK_RV rv = f->C_Initialize(&args);
		CHECK_MSG(rv == rows[i].wanted, rows[i].what);
		CHECK_MSG(f->C_Finalize(NULL) ==
				  (rv == CKR_OK ? CKR_OK : CKR_CRYPTOKI_NOT_INITIALIZED),
			rows[i].what);
	}
	harness_unload();
}

/* Every function that takes a session or a slot says so when the library was not initialised. */
static void nothing_before_initialize(void)
{
	CK_FUNCTION_LIST *f = harness_load();
	CK_SESSION_HANDLE session;
	CK_ULONG count = 0;
	CK_BYTE byte = 0;
	CK_INFO info;

	CHECK_RV(f->C_GetInfo(&info), CKR_CRYPTOKI_NOT_INITIALIZED);
	CHECK_RV(f->C_GetSlotList(CK_FALSE, NULL, &count), CKR_CRYPTOKI_NOT_INITIALIZED);
	CHECK_RV(f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &session),
		CKR_CRYPTOKI_NOT_INITIALIZED);
	CHECK_RV(f->C_CloseSession(1), CKR_CRYPTOKI_NOT_INITIALIZED);
	CHECK_RV(f->C_GenerateRandom(1, &byte, 1), CKR_CRYPTOKI_NOT_INITIALIZED);
	CHECK_RV(f->C_EncryptInit(1, NULL, 1), CKR_CRYPTOKI_NOT_INITIALIZED);
	CHECK_RV(f->C_GetFunctionStatus(1), CKR_CRYPTOKI_NOT_INITIALIZED);
	harness_unload();
}

static CK_C_GetInterface get_interface(void)
{
	CK_C_GetInterface get = (CK_C_GetInterface)harness_symbol("C_GetInterface");

	CHECK_FATAL(get != NULL);
	return get;
}

/* The list of a version, looked through: it says the version, and no entry of it is missing. */
static void *list_of(CK_BYTE major, CK_BYTE minor)
{
	CK_UTF8CHAR name[] = "PKCS 11";
	CK_VERSION version = {major, minor};
	CK_INTERFACE *found = NULL;
	CK_VERSION *said;
	const void *const *entries;
	size_t size = major == 2 ? sizeof(CK_FUNCTION_LIST) : sizeof(CK_FUNCTION_LIST_3_0);

	CHECK_RV_FATAL(get_interface()(name, &version, &found, 0), CKR_OK);
	CHECK(strcmp((char *)found->pInterfaceName, "PKCS 11") == 0 && found->flags == 0);
	said = found->pFunctionList;
	CHECK(said->major == major && said->minor == minor);
	entries = found->pFunctionList;
	for (size_t i = 1; i < size / sizeof *entries; i++)
		CHECK(entries[i] != NULL);
	return found->pFunctionList;
}

static void interfaces(void)
{
	static const CK_VERSION offered[] = {{3, 1}, {3, 0}, {2, 40}};
	CK_C_GetInterfaceList list_all;
	CK_INTERFACE all[4] = {{0}};
	CK_FUNCTION_LIST *f = harness_load();
	CK_ULONG count = 0;

	list_all = (CK_C_GetInterfaceList)harness_symbol("C_GetInterfaceList");
	CHECK_FATAL(list_all != NULL);
	CHECK_RV(list_all(NULL, &count), CKR_OK);
	CHECK_FATAL(count == 3);
	count = 2;
	CHECK_RV(list_all(all, &count), CKR_BUFFER_TOO_SMALL);
	CHECK(count == 3 && !all[0].pFunctionList);
	CHECK_RV(list_all(all, &count), CKR_OK);
	CHECK(count == 3);
	for (size_t i = 0; i < KC_COUNT_OF(offered); i++)
		CHECK(all[i].pFunctionList == list_of(offered[i].major, offered[i].minor));
	CHECK_RV(list_all(all, NULL), CKR_ARGUMENTS_BAD);
	CHECK(f == list_of(2, 40));
	CHECK(f->version.major == 2 && f->version.minor == 40);
	/* Nothing but the three names is exported. */
	CHECK(!harness_symbol("C_Initialize"));
	CHECK(!harness_symbol("kc_client_new"));
	harness_unload();
}

/* What consumers ask for: by name, by version, by a flag; and what nobody has. */
static void interface_questions(void)
{
	static CK_UTF8CHAR name[] = "PKCS 11", other[] = "Vendor NSS FIPS Interface";
	static CK_VERSION v31 = {3, 1}, v32 = {3, 2}, v4 = {4, 0}, v220 = {2, 20};
	/* clang-format off */
	static const struct {
		CK_UTF8CHAR *name;
		CK_VERSION *version;
		CK_FLAGS flags;
		CK_RV wanted;
	} rows[] = {
		{NULL,  NULL,  0,                       CKR_OK},
		{name,  NULL,  0,                       CKR_OK},
		{NULL,  &v31,  0,                       CKR_OK},
		{name,  &v32,  0,                       CKR_FUNCTION_FAILED},
		{name,  &v4,   0,                       CKR_FUNCTION_FAILED},
		{name,  &v220, 0,                       CKR_FUNCTION_FAILED},
		{name,  NULL,  CKF_INTERFACE_FORK_SAFE, CKR_FUNCTION_FAILED},
		{other, NULL,  0,                       CKR_FUNCTION_FAILED},
	};
	/* clang-format on */
	CK_C_GetInterface get;
	CK_INTERFACE *found;

	harness_load();
	get = get_interface();
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		found = NULL;
		CHECK_RV(get(rows[i].name, rows[i].version, &found, rows[i].flags), rows[i].wanted);
		CHECK((found != NULL) == (rows[i].wanted == CKR_OK));
		CHECK(!found || found->pFunctionList == list_of(3, 1));
	}
	CHECK_RV(get(name, NULL, NULL, 0), CKR_ARGUMENTS_BAD);
	harness_unload();
}

/* The three lists lead to one library: what one initialised, another is in. */
static void lists_are_one(void)
{
	CK_FUNCTION_LIST *old = harness_load();
	CK_FUNCTION_LIST_3_0 *new = list_of(3, 0), *newest = list_of(3, 1);
	CK_SESSION_HANDLE session;

	CHECK_RV(new->C_LoginUser(1, CKU_USER, NULL, 0, NULL, 0), CKR_CRYPTOKI_NOT_INITIALIZED);
	CHECK_RV(new->C_SessionCancel(1, 0), CKR_CRYPTOKI_NOT_INITIALIZED);
	CHECK_RV(new->C_MessageSignFinal(1), CKR_CRYPTOKI_NOT_INITIALIZED);
	CHECK_RV(newest->C_Initialize(NULL), CKR_OK);
	CHECK_RV(old->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	CHECK_RV(old->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &session), CKR_OK);
	CHECK_RV(new->C_SessionCancel(session, 0), CKR_OK);
	CHECK_RV(new->C_SessionCancel(session + 1, 0), CKR_SESSION_HANDLE_INVALID);
	CHECK_RV(new->C_MessageSignFinal(session + 1), CKR_SESSION_HANDLE_INVALID);
	CHECK_RV(new->C_CloseSession(session), CKR_OK);
	CHECK_RV(old->C_Finalize(NULL), CKR_OK);
	harness_unload();
}

/* C_SessionCancel ends what its flags name, leaves the rest, and does not mind what is not there.
 */
static void session_cancel(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_FUNCTION_LIST_3_0 *f = list_of(3, 0);
	CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};
	CK_BYTE digest[32], byte = 1;
	CK_OBJECT_HANDLE found;
	CK_ULONG count, len = sizeof digest;

	CHECK_RV(f->C_SessionCancel(x.session, CKF_SIGN | CKF_FIND_OBJECTS | CKF_MESSAGE_ENCRYPT),
		CKR_OK);
	CHECK_RV(f->C_FindObjectsInit(x.session, NULL, 0), CKR_OK);
	CHECK_RV(f->C_DigestInit(x.session, &sha256), CKR_OK);
	CHECK_RV(f->C_DigestUpdate(x.session, &byte, 1), CKR_OK);
	CHECK_RV(f->C_SessionCancel(x.session, 0), CKR_OK);
	CHECK_RV(f->C_SessionCancel(x.session, CKF_FIND_OBJECTS | CKF_VERIFY), CKR_OK);
	CHECK_RV(f->C_FindObjects(x.session, &found, 1, &count), CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(f->C_FindObjectsInit(x.session, NULL, 0), CKR_OK);
	CHECK_RV(f->C_SessionCancel(x.session, CKF_DIGEST), CKR_OK);
	CHECK_RV(f->C_DigestFinal(x.session, digest, &len), CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(f->C_DigestInit(x.session, &sha256), CKR_OK);
	CHECK_RV(f->C_Digest(x.session, &byte, 1, digest, &len), CKR_OK);
	CHECK_RV(f->C_FindObjects(x.session, &found, 1, &count), CKR_OK);
	harness_end(&x);
}

static bool is_fixed(const CK_UTF8CHAR *field, size_t size, const char *text)
{
	char wanted[65];

	snprintf(wanted, sizeof wanted, "%-64s", text);
	return memcmp(field, wanted, size) == 0;
}
#define IS_FIXED(field, text) is_fixed((field), sizeof(field), (text))

static void slots_and_tokens(void)
{
	static const struct {
		const char *label;
		char letter;
	} wanted[] = {{"Keycircle", 'D'}, {"Keycircle Sync", 'S'}};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_SLOT_ID slots[8], event;
	CK_ULONG count = 8;
	CK_TOKEN_INFO token[2];
	CK_SLOT_INFO slot;
	CK_INFO info;

	CHECK_RV(x.f->C_GetInfo(&info), CKR_OK);
	CHECK(IS_FIXED(info.manufacturerID, "Keycircle"));
	CHECK(info.cryptokiVersion.major == 3 && info.cryptokiVersion.minor == 1);
	CHECK_RV(x.f->C_GetInfo(NULL), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_GetSlotList(CK_TRUE, NULL, NULL), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
	CHECK_FATAL(count == 2);
	CHECK(slots[0] == HARNESS_DEVICE && slots[1] == HARNESS_SYNC);
	count = 1;
	CHECK_RV(x.f->C_GetSlotList(CK_TRUE, slots, &count), CKR_BUFFER_TOO_SMALL);
	CHECK(count == 2);
	for (size_t i = 0; i < 2; i++) {
		CHECK_RV(x.f->C_GetSlotInfo(i, &slot), CKR_OK);
		CHECK(slot.flags == CKF_TOKEN_PRESENT);
		CHECK_RV(x.f->C_GetTokenInfo(i, &token[i]), CKR_OK);
		CHECK(IS_FIXED(token[i].label, wanted[i].label));
		CHECK(IS_FIXED(token[i].manufacturerID, "Keycircle"));
		CHECK(IS_FIXED(token[i].model, "Keychain"));
		CHECK(token[i].serialNumber[0] == (CK_CHAR)wanted[i].letter);
		for (size_t j = 1; j < 16; j++)
			CHECK(strchr("0123456789abcdef", token[i].serialNumber[j]) != NULL);
		CHECK(token[i].flags ==
			(CKF_RNG | CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED |
				CKF_PROTECTED_AUTHENTICATION_PATH | CKF_DUAL_CRYPTO_OPERATIONS));
	}
	CHECK(token[0].ulSessionCount == 1 && token[0].ulRwSessionCount == 1);
	CHECK(token[1].ulSessionCount == 0);
	CHECK(memcmp(token[0].serialNumber + 1, token[1].serialNumber + 1, 15) == 0);
	CHECK_RV(x.f->C_GetTokenInfo(2, &token[0]), CKR_SLOT_ID_INVALID);
	CHECK_RV(x.f->C_GetSlotInfo(2, &slot), CKR_SLOT_ID_INVALID);
	CHECK_RV(x.f->C_GetSlotInfo(0, NULL), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &event, NULL), CKR_NO_EVENT);
	CHECK_RV(x.f->C_WaitForSlotEvent(0, &event, NULL), CKR_FUNCTION_NOT_SUPPORTED);
	harness_end(&x);
}

static void mechanisms(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_MECHANISM_TYPE list[256];
	CK_MECHANISM_INFO info;
	CK_ULONG count = 0, room = 256;

	CHECK_RV(x.f->C_GetMechanismList(0, NULL, &count), CKR_OK);
	CHECK_FATAL(count > 0 && count < 256);
	room = count - 1;
	CHECK_RV(x.f->C_GetMechanismList(0, list, &room), CKR_BUFFER_TOO_SMALL);
	room = 256;
	CHECK_RV(x.f->C_GetMechanismList(1, list, &room), CKR_OK);
	for (CK_ULONG i = 0; i < room; i++) {
		CHECK_RV(x.f->C_GetMechanismInfo(0, list[i], &info), CKR_OK);
		CHECK(info.flags != 0);
		CHECK(info.ulMinKeySize <= info.ulMaxKeySize);
	}
	CHECK_RV(x.f->C_GetMechanismInfo(0, CKM_ECDSA, &info), CKR_OK);
	CHECK(info.ulMinKeySize == 256 && info.ulMaxKeySize == 521);
	CHECK((info.flags & (CKF_SIGN | CKF_VERIFY)) == (CKF_SIGN | CKF_VERIFY));
	CHECK_RV(x.f->C_GetMechanismInfo(0, CKM_DES3_CBC, &info), CKR_MECHANISM_INVALID);
	CHECK_RV(x.f->C_GetMechanismInfo(9, CKM_ECDSA, &info), CKR_SLOT_ID_INVALID);
	harness_end(&x);
}

static void sessions(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_SESSION_HANDLE second, sync;
	CK_SESSION_INFO info;

	CHECK_RV(x.f->C_OpenSession(0, 0, NULL, NULL, &second), CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	CHECK_RV(x.f->C_OpenSession(5, CKF_SERIAL_SESSION, NULL, NULL, &second),
		CKR_SLOT_ID_INVALID);
	CHECK_RV(x.f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, NULL), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &second),
		CKR_OK);
	CHECK_RV(x.f->C_OpenSession(1, CKF_SERIAL_SESSION, NULL, NULL, &sync), CKR_OK);
	CHECK_RV(x.f->C_GetSessionInfo(x.session, &info), CKR_OK);
	CHECK(info.slotID == 0 && info.state == CKS_RO_PUBLIC_SESSION &&
		info.flags == CKF_SERIAL_SESSION);
	CHECK_RV(x.f->C_GetSessionInfo(second, &info), CKR_OK);
	CHECK(info.state == CKS_RW_PUBLIC_SESSION &&
		info.flags == (CKF_SERIAL_SESSION | CKF_RW_SESSION));
	CHECK_RV(x.f->C_GetSessionInfo(second, NULL), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_CloseSession(second), CKR_OK);
	CHECK_RV(x.f->C_CloseSession(second), CKR_SESSION_HANDLE_INVALID);
	CHECK_RV(x.f->C_GetSessionInfo(second, &info), CKR_SESSION_HANDLE_INVALID);
	CHECK_RV(x.f->C_CloseAllSessions(0), CKR_OK);
	CHECK_RV(x.f->C_GetSessionInfo(x.session, &info), CKR_SESSION_HANDLE_INVALID);
	CHECK_RV(x.f->C_GetSessionInfo(sync, &info), CKR_OK);
	CHECK_RV(x.f->C_GetSessionInfo(CK_INVALID_HANDLE, &info), CKR_SESSION_HANDLE_INVALID);
	harness_end(&x);
}

/* What the token cannot do, it says. */
static void unsupported(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_BYTE pin[] = "1234";

	CHECK_RV(x.f->C_InitToken(0, pin, 4, pin), CKR_SESSION_EXISTS);
	CHECK_RV(x.f->C_InitPIN(x.session, pin, 4), CKR_USER_NOT_LOGGED_IN);
	CHECK_RV(x.f->C_GetFunctionStatus(x.session), CKR_FUNCTION_NOT_PARALLEL);
	CHECK_RV(x.f->C_CancelFunction(x.session), CKR_FUNCTION_NOT_PARALLEL);
	harness_end(&x);
}

/* Runs body in a child; whether it answered true. */
static bool in_child(bool (*body)(struct fixture *x), struct fixture *x)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(body(x) ? 0 : 1);
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

/* A child knows of no session of its parent, and starts afresh. */
static bool child_starts_afresh(struct fixture *x)
{
	CK_SESSION_INFO info;
	CK_OBJECT_HANDLE found[8];
	CK_ULONG count;

	if (x->f->C_GetSessionInfo(x->session, &info) != CKR_CRYPTOKI_NOT_INITIALIZED ||
		x->f->C_Finalize(NULL) != CKR_CRYPTOKI_NOT_INITIALIZED ||
		x->f->C_Initialize(NULL) != CKR_OK)
		return false;
	return x->f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &x->session) == CKR_OK &&
	       x->f->C_FindObjectsInit(x->session, NULL, 0) == CKR_OK &&
	       x->f->C_FindObjects(x->session, found, 8, &count) == CKR_OK &&
	       x->f->C_Finalize(NULL) == CKR_OK;
}

/* A child that only looks must not end what the parent has. */
static bool child_exits(struct fixture *x)
{
	(void)x;
	return true;
}

static void forks(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_SESSION_INFO info;
	CK_OBJECT_HANDLE found[8];

	harness_find(&x, NULL, 0, found, 8); /* a connection is there to inherit */
	CHECK(in_child(child_starts_afresh, &x));
	CHECK(in_child(child_exits, &x));
	CHECK_RV(x.f->C_GetSessionInfo(x.session, &info), CKR_OK);
	harness_find(&x, NULL, 0, found, 8);
	harness_end(&x);
}

/* Unloading without C_Finalize, and loading again, as libp11 and wpa_supplicant do. What the
 * library had is lost then, so it happens in a process of its own. */
static bool unloads_and_loads(struct fixture *x)
{
	for (int i = 0; i < 3; i++) {
		CK_OBJECT_HANDLE found[8];
		*x = harness_begin(HARNESS_DEVICE, 0);
		harness_find(x, NULL, 0, found, 8);
		harness_unload();
	}
	return CU_get_number_of_failures() == 0;
}

static void unload_and_load_again(void)
{
	struct fixture x;

	CHECK(in_child(unloads_and_loads, &x));
}

#define ROUNDS 200

static void *open_and_close(void *list)
{
	CK_FUNCTION_LIST *f = list;
	uintptr_t wrong = 0;

	for (int i = 0; i < ROUNDS; i++) {
		CK_SESSION_HANDLE session;
		CK_OBJECT_HANDLE found[4];
		CK_ULONG count;
		CK_BYTE random[16];
		wrong += f->C_OpenSession((CK_SLOT_ID)(i & 1), CKF_SERIAL_SESSION, NULL, NULL,
				 &session) != CKR_OK;
		wrong += f->C_FindObjectsInit(session, NULL, 0) != CKR_OK;
		wrong += f->C_FindObjects(session, found, 4, &count) != CKR_OK;
		wrong += f->C_GenerateRandom(session, random, sizeof random) != CKR_OK;
		wrong += f->C_CloseSession(session) != CKR_OK;
	}
	return (void *)wrong;
}

static void threads(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	pthread_t workers[4];

	for (size_t i = 0; i < KC_COUNT_OF(workers); i++)
		CHECK_FATAL(pthread_create(&workers[i], NULL, open_and_close, x.f) == 0);
	for (size_t i = 0; i < KC_COUNT_OF(workers); i++) {
		void *wrong;
		pthread_join(workers[i], &wrong);
		CHECK(wrong == NULL);
	}
	harness_end(&x);
}

static void *until_finalised(void *fixture)
{
	const struct fixture *x = fixture;
	CK_RV rv;

	do {
		CK_BYTE random[16];
		rv = x->f->C_GenerateRandom(x->session, random, sizeof random);
		if (rv == CKR_OK) {
			CK_SESSION_INFO info;
			rv = x->f->C_GetSessionInfo(x->session, &info);
		}
	} while (rv == CKR_OK);
	return rv == CKR_CRYPTOKI_NOT_INITIALIZED || rv == CKR_SESSION_HANDLE_INVALID ? NULL : x->f;
}

/* C_Finalize while other threads are inside: they are told, and nothing breaks. */
static void finalize_under_threads(void)
{
	for (int i = 0; i < 20; i++) {
		struct fixture x = harness_begin(HARNESS_DEVICE, 0);
		pthread_t workers[3];
		for (size_t j = 0; j < KC_COUNT_OF(workers); j++)
			CHECK_FATAL(pthread_create(&workers[j], NULL, until_finalised, &x) == 0);
		usleep(2000);
		CHECK_RV(x.f->C_Finalize(NULL), CKR_OK);
		for (size_t j = 0; j < KC_COUNT_OF(workers); j++) {
			void *wrong;
			pthread_join(workers[j], &wrong);
			CHECK(wrong == NULL);
		}
		harness_unload();
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(initialize_arguments),
		CHECK_TEST(nothing_before_initialize),
		CHECK_TEST(interfaces),
		CHECK_TEST(interface_questions),
		CHECK_TEST(lists_are_one),
		CHECK_TEST(session_cancel),
		CHECK_TEST(slots_and_tokens),
		CHECK_TEST(mechanisms),
		CHECK_TEST(sessions),
		CHECK_TEST(unsupported),
		CHECK_TEST(forks),
		CHECK_TEST(unload_and_load_again),
		CHECK_TEST(threads),
		CHECK_TEST(finalize_under_threads),
	};
	int status;

	harness_start();
	status = check_main("module: general, slots, sessions", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
