/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.6: sessions and what belongs to them. */
#include <sys/wait.h>
#include <unistd.h>

#include "tests/module/conformance/keys.h"

static void open_parallel(void)
{
	CK_SESSION_HANDLE opened;

	EXPECT_RV(p11->C_OpenSession(slot, 0, NULL, NULL, &opened),
		CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	EXPECT_RV(p11->C_OpenSession(slot, CKF_RW_SESSION, NULL, NULL, &opened),
		CKR_SESSION_PARALLEL_NOT_SUPPORTED);
}

static void open_null(void)
{
	EXPECT_RV(
		p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, NULL), CKR_ARGUMENTS_BAD);
}

static void open_many(void)
{
	CK_SESSION_HANDLE opened[100];
	CK_SESSION_INFO info;

	for (int i = 0; i < 100; i++) {
		opened[i] = suite_open(i % 2 ? CKF_RW_SESSION : 0);
		EXPECT(opened[i] != CK_INVALID_HANDLE && opened[i] != session);
		for (int j = 0; j < i; j++)
			EXPECT(opened[i] != opened[j]);
	}
	for (int i = 0; i < 100; i++)
		EXPECT_RV(p11->C_CloseSession(opened[i]), CKR_OK);
	EXPECT_RV(p11->C_GetSessionInfo(session, &info), CKR_OK);
}

static CK_STATE state_of(CK_SESSION_HANDLE handle)
{
	CK_SESSION_INFO info;

	MUST_RV(p11->C_GetSessionInfo(handle, &info), CKR_OK);
	return info.state;
}

static void info(void)
{
	CK_SESSION_INFO got;
	CK_SESSION_HANDLE ro = suite_open(0);

	MUST_RV(p11->C_GetSessionInfo(session, &got), CKR_OK);
	EXPECT(got.slotID == slot);
	EXPECT(got.state == CKS_RW_PUBLIC_SESSION);
	EXPECT(got.flags == (CKF_SERIAL_SESSION | CKF_RW_SESSION));
	MUST_RV(p11->C_GetSessionInfo(ro, &got), CKR_OK);
	EXPECT(got.slotID == slot);
	EXPECT(got.state == CKS_RO_PUBLIC_SESSION);
	EXPECT(got.flags == CKF_SERIAL_SESSION);
	EXPECT_RV(p11->C_GetSessionInfo(session, NULL), CKR_ARGUMENTS_BAD);
}

static void states(void)
{
	CK_SESSION_HANDLE ro = suite_open(0);

	MUST_RV(suite_log_in(ro, CKU_USER, suite_pin()), CKR_OK);
	EXPECT(state_of(ro) == CKS_RO_USER_FUNCTIONS);
	EXPECT(state_of(session) == CKS_RW_USER_FUNCTIONS);
	/* a session opened later is logged in too */
	EXPECT(state_of(suite_open(CKF_RW_SESSION)) == CKS_RW_USER_FUNCTIONS);
	MUST_RV(p11->C_Logout(session), CKR_OK);
	EXPECT(state_of(ro) == CKS_RO_PUBLIC_SESSION);
	EXPECT(state_of(session) == CKS_RW_PUBLIC_SESSION);
}

static void close_twice(void)
{
	CK_SESSION_HANDLE opened = suite_open(0);

	EXPECT_RV(p11->C_CloseSession(opened), CKR_OK);
	EXPECT_RV(p11->C_CloseSession(opened), CKR_SESSION_HANDLE_INVALID);
}

static void close_all(void)
{
	CK_SESSION_HANDLE opened = suite_open(0);
	CK_SESSION_INFO got;

	EXPECT_RV(p11->C_CloseAllSessions(slot), CKR_OK);
	EXPECT_RV(p11->C_GetSessionInfo(opened, &got), CKR_SESSION_HANDLE_INVALID);
	EXPECT_RV(p11->C_GetSessionInfo(session, &got), CKR_SESSION_HANDLE_INVALID);
	/* none is left, which is no error */
	EXPECT_RV(p11->C_CloseAllSessions(slot), CKR_OK);
	/* and the user is logged out */
	EXPECT(state_of(suite_open(CKF_RW_SESSION)) == CKS_RW_PUBLIC_SESSION);
}

static void close_last_logs_out(void)
{
	CK_SESSION_HANDLE other = suite_open(0);

	MUST_RV(p11->C_CloseSession(session), CKR_OK);
	EXPECT(state_of(other) == CKS_RO_USER_FUNCTIONS);
	MUST_RV(p11->C_CloseSession(other), CKR_OK);
	EXPECT(state_of(suite_open(CKF_RW_SESSION)) == CKS_RW_PUBLIC_SESSION);
}

static void data(struct template *template, const char *label, bool token, bool private)
{
	with_number(template, CKA_CLASS, CKO_DATA);
	with_truth(template, CKA_TOKEN, token);
	with_truth(template, CKA_PRIVATE, private);
	with_text(template, CKA_LABEL, label);
	with_text(template, CKA_APPLICATION, "conformance");
	with_text(template, CKA_VALUE, "value");
}

static size_t labelled(CK_SESSION_HANDLE handle, const char *label, CK_OBJECT_HANDLE *ret)
{
	struct template sought = {0};

	with_text(&sought, CKA_LABEL, label);
	return found(handle, &sought, ret);
}

static void read_only_creates(void)
{
	CK_SESSION_HANDLE ro = suite_open(0);
	CK_OBJECT_HANDLE made;
	struct template on_token = {0}, in_session = {0};

	data(&on_token, "session.read_only", true, false);
	data(&in_session, "session.read_only", false, false);
	EXPECT_RV(
		p11->C_CreateObject(ro, on_token.at, on_token.count, &made), CKR_SESSION_READ_ONLY);
	EXPECT(labelled(session, "session.read_only", NULL) == 0);
	EXPECT_RV(p11->C_CreateObject(ro, in_session.at, in_session.count, &made), CKR_OK);
	EXPECT_RV(p11->C_DestroyObject(ro, made), CKR_OK);
}

static void read_only_changes(void)
{
	CK_SESSION_HANDLE ro = suite_open(0);
	CK_OBJECT_HANDLE made, copy;
	struct template template = {0}, change = {0}, on_token = {0};

	data(&template, "session.read_only_changes", true, false);
	with_text(&change, CKA_LABEL, "other");
	with_truth(&on_token, CKA_TOKEN, true);
	made = create(&template);
	EXPECT_RV(p11->C_SetAttributeValue(ro, made, change.at, 1), CKR_SESSION_READ_ONLY);
	EXPECT_RV(p11->C_CopyObject(ro, made, NULL, 0, &copy), CKR_SESSION_READ_ONLY);
	EXPECT_RV(p11->C_CopyObject(ro, made, on_token.at, 1, &copy), CKR_SESSION_READ_ONLY);
	EXPECT_RV(p11->C_DestroyObject(ro, made), CKR_SESSION_READ_ONLY);
	EXPECT_RV(p11->C_DestroyObject(session, made), CKR_OK);
}

static void read_only_keys(void)
{
	CK_SESSION_HANDLE ro = suite_open(0);
	CK_MECHANISM aes = {CKM_AES_KEY_GEN, NULL, 0}, ec = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	CK_OBJECT_HANDLE made, made2;
	struct bytes curve = fixed_params(FIXED_P256);
	struct template secret = {0}, public = {0}, private = {0};

	with_truth(&secret, CKA_TOKEN, true);
	with_number(&secret, CKA_VALUE_LEN, 16);
	with_bytes(&public, CKA_EC_PARAMS, curve.at, curve.len);
	with_truth(&public, CKA_TOKEN, false);
	with_truth(&private, CKA_TOKEN, true);
	EXPECT_RV(p11->C_GenerateKey(ro, &aes, secret.at, secret.count, &made),
		CKR_SESSION_READ_ONLY);
	EXPECT_RV(p11->C_GenerateKeyPair(ro, &ec, public.at, public.count, private.at,
			  private.count, &made, &made2),
		CKR_SESSION_READ_ONLY);
}

static void objects_die_with_session(void)
{
	CK_SESSION_HANDLE other = suite_open(CKF_RW_SESSION);
	CK_OBJECT_HANDLE made;
	CK_ULONG size;
	struct template template = {0};

	data(&template, "session.dies", false, false);
	MUST_RV(p11->C_CreateObject(other, template.at, template.count, &made), CKR_OK);
	/* all sessions of the application see it */
	EXPECT(labelled(session, "session.dies", NULL) == 1);
	EXPECT_RV(p11->C_GetObjectSize(session, made, &size), CKR_OK);
	MUST_RV(p11->C_CloseSession(other), CKR_OK);
	EXPECT(labelled(session, "session.dies", NULL) == 0);
	EXPECT_RV(p11->C_DestroyObject(session, made), CKR_OBJECT_HANDLE_INVALID);
}

static void keys_die_with_session(void)
{
	CK_SESSION_HANDLE other = suite_open(0);
	CK_MECHANISM ecb = {CKM_AES_ECB, NULL, 0};
	CK_OBJECT_HANDLE made;
	struct template template = {0};

	suite_needs(CKM_AES_ECB, CKF_ENCRYPT);
	secret_template(&template, CKK_AES, "sixteen bytes...", 16);
	MUST_RV(p11->C_CreateObject(other, template.at, template.count, &made), CKR_OK);
	EXPECT_RV(p11->C_EncryptInit(session, &ecb, made), CKR_OK);
	MUST_RV(p11->C_CloseSession(other), CKR_OK);
	/* what had begun may or may not end; nothing new begins */
	session = suite_open(0);
	REFUSES(p11->C_EncryptInit(session, &ecb, made), CKR_KEY_HANDLE_INVALID);
}

static void session_objects_stay_here(void)
{
	struct template template = {0};
	int status = -1;
	pid_t child;

	data(&template, "session.mine", false, false);
	create(&template);
	child = fork();
	if (child == 0) {
		p11->C_Finalize(NULL);
		suite_initialize();
		session = suite_open(CKF_RW_SESSION);
		MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK,
			CKR_USER_ALREADY_LOGGED_IN);
		EXPECT(labelled(session, "session.mine", NULL) == 0);
		_exit(labelled(session, "session.mine", NULL) == 0 ? 0 : 1);
	}
	waitpid(child, &status, 0);
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	EXPECT(labelled(session, "session.mine", NULL) == 1);
}

static void token_objects_stay(void)
{
	CK_OBJECT_HANDLE made;
	struct template template = {0};

	data(&template, "session.stays", true, false);
	create(&template);
	MUST_RV(p11->C_CloseAllSessions(slot), CKR_OK);
	MUST_RV(p11->C_Finalize(NULL), CKR_OK);
	suite_initialize();
	session = suite_open(CKF_RW_SESSION);
	EXPECT(labelled(session, "session.stays", &made) == 1);
	MUST_RV(suite_log_in(session, CKU_USER, suite_pin()), CKR_OK);
	EXPECT(labelled(session, "session.stays", &made) == 1);
	EXPECT_RV(p11->C_DestroyObject(session, made), CKR_OK);
	EXPECT(labelled(session, "session.stays", &made) == 0);
}

/* Operations belong to their session: two digests at once do not disturb each other. */
static void operations_apart(void)
{
	CK_SESSION_HANDLE other = suite_open(0);
	CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};
	CK_BYTE first[32], second[32];
	CK_ULONG len = 32;

	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	MUST_RV(p11->C_DigestInit(other, &sha256), CKR_OK);
	MUST_RV(p11->C_DigestUpdate(session, first, 0), CKR_OK);
	MUST_RV(p11->C_DigestUpdate(other, TEXT("abc"), 3), CKR_OK);
	MUST_RV(p11->C_DigestUpdate(session, TEXT("abc"), 3), CKR_OK);
	MUST_RV(p11->C_DigestFinal(other, first, &len), CKR_OK);
	MUST_RV(p11->C_DigestFinal(session, second, &len), CKR_OK);
	for (int i = 0; i < 32; i++)
		EXPECT(first[i] == second[i]);
}

/* A search beside a cryptographic operation is allowed or refused; neither is disturbed. */
static void find_beside_operation(void)
{
	CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};
	CK_BYTE digest[32];
	CK_ULONG len = 32;
	CK_RV rv;

	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	rv = p11->C_FindObjectsInit(session, NULL, 0);
	EXPECT_RV(rv, CKR_OK, CKR_OPERATION_ACTIVE);
	EXPECT_RV(p11->C_DigestUpdate(session, TEXT("abc"), 3), CKR_OK);
	if (rv == CKR_OK)
		EXPECT_RV(p11->C_FindObjectsFinal(session), CKR_OK);
	EXPECT_RV(p11->C_DigestFinal(session, digest, &len), CKR_OK);
}

static void state_null(void)
{
	CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};

	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	EXPECT_RV(p11->C_GetOperationState(session, NULL, NULL), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_SetOperationState(session, NULL, 16, 0, 0), CKR_ARGUMENTS_BAD);
}

static void state_of_digest(void)
{
	CK_SESSION_HANDLE other = suite_open(0);
	CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};
	CK_BYTE state[2000], first[32], second[32];
	CK_ULONG len = 0, small = 1, digest_len = 32;
	CK_RV rv;

	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	MUST_RV(p11->C_DigestUpdate(session, TEXT("abc"), 3), CKR_OK);
	rv = p11->C_GetOperationState(session, NULL, &len);
	if (rv == CKR_FUNCTION_NOT_SUPPORTED || rv == CKR_STATE_UNSAVEABLE)
		suite_absent("");
	MUST_RV(rv, CKR_OK);
	MUST(len > 1 && len <= sizeof state);
	EXPECT_RV(p11->C_GetOperationState(session, state, &small), CKR_BUFFER_TOO_SMALL);
	MUST_RV(p11->C_GetOperationState(session, state, &len), CKR_OK);
	MUST_RV(p11->C_SetOperationState(other, state, len, 0, 0), CKR_OK);
	MUST_RV(p11->C_DigestUpdate(session, TEXT("def"), 3), CKR_OK);
	MUST_RV(p11->C_DigestUpdate(other, TEXT("def"), 3), CKR_OK);
	MUST_RV(p11->C_DigestFinal(session, first, &digest_len), CKR_OK);
	MUST_RV(p11->C_DigestFinal(other, second, &digest_len), CKR_OK);
	for (int i = 0; i < 32; i++)
		EXPECT(first[i] == second[i]);
	EXPECT_RV(p11->C_SetOperationState(other, state, len - 1, 0, 0), CKR_SAVED_STATE_INVALID);
	EXPECT_RV(p11->C_SetOperationState(other, TEXT("nonsense"), 8, 0, 0),
		CKR_SAVED_STATE_INVALID);
	EXPECT_RV(p11->C_SetOperationState(other, state, len, aes_key(), 0), CKR_KEY_NOT_NEEDED);
}

static const struct suite_check checks[] = {
	{"open_parallel", INITIALIZED, open_parallel},
	{"open_null", INITIALIZED, open_null},
	{"open_many", OPENED, open_many},
	{"info", OPENED, info},
	{"states", OPENED, states},
	{"close_twice", OPENED, close_twice},
	{"close_all", USER, close_all},
	{"close_last_logs_out", USER, close_last_logs_out},
	{"read_only_creates", USER, read_only_creates},
	{"read_only_changes", USER, read_only_changes},
	{"read_only_keys", USER, read_only_keys},
	{"objects_die_with_session", USER, objects_die_with_session},
	{"keys_die_with_session", USER, keys_die_with_session},
	{"session_objects_stay_here", USER, session_objects_stay_here},
	{"token_objects_stay", USER, token_objects_stay},
	{"operations_apart", OPENED, operations_apart},
	{"find_beside_operation", OPENED, find_beside_operation},
	{"state_null", OPENED, state_null},
	{"state_of_digest", USER, state_of_digest},
};

void suite_session(void)
{
	SUITE_ADD("session", checks);
}
