/* SPDX-License-Identifier: ISC */
/*
 * PKCS#11 3.1, 5.5 and 5.6: C_InitToken, C_InitPIN, C_SetPIN and the security officer's sessions.
 * Each test has a home of its own, since most begin without a keychain.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/module/harness.h"
#include "wire/client.h"

static CK_UTF8CHAR so_pin[] = "officer's pin", user_pin[] = "user's pin", wrong[] = "wrong";
static CK_UTF8CHAR label[32] = "Somebody's name                ";
#define SO_PIN so_pin, sizeof so_pin - 1
#define USER_PIN user_pin, sizeof user_pin - 1
#define WRONG wrong, sizeof wrong - 1
#define UNMADE (CKF_RNG | CKF_DUAL_CRYPTO_OPERATIONS) /* flags of no token yet */
#define RW (CKF_SERIAL_SESSION | CKF_RW_SESSION)

struct house {
	char path[64];
	struct kc_client *client;
	CK_FUNCTION_LIST *f;
};

/* A home with these settings and no keychain, and the module initialised there. */
static struct house begin(const char *settings)
{
	struct house house = {.path = "/tmp/keycircle-officer-XXXXXX"};
	char path[96];
	FILE *file;

	CHECK_FATAL(mkdtemp(house.path) != NULL);
	setenv("KEYCIRCLE_HOME", house.path, 1);
	snprintf(path, sizeof path, "%s/config", house.path);
	CHECK_FATAL(mkdir(path, 0700) == 0);
	snprintf(path, sizeof path, "%s/config/kc.conf", house.path);
	file = fopen(path, "w");
	CHECK_FATAL(file != NULL);
	fputs(settings, file);
	fclose(file);
	CHECK_OK_FATAL(kc_client_new(&house.client));
	house.f = harness_load();
	CHECK_RV_FATAL(house.f->C_Initialize(NULL), CKR_OK);
	return house;
}

static void end(struct house *house)
{
	pid_t child;

	CHECK_RV(house->f->C_Finalize(NULL), CKR_OK);
	harness_unload();
	CHECK_OK(kc_client_stop(house->client));
	kc_client_free(house->client);
	child = fork();
	if (child == 0) {
		execlp("rm", "rm", "-rf", house->path, (char *)NULL);
		_exit(127);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}

static CK_SESSION_HANDLE open_session(const struct house *house, CK_SLOT_ID slot, CK_FLAGS flags)
{
	CK_SESSION_HANDLE session = 0;

	CHECK_RV_FATAL(house->f->C_OpenSession(slot, flags, NULL, NULL, &session), CKR_OK);
	return session;
}

static CK_FLAGS flags_of(const struct house *house, CK_SLOT_ID slot)
{
	CK_TOKEN_INFO info = {.flags = 0};

	CHECK_RV(house->f->C_GetTokenInfo(slot, &info), CKR_OK);
	return info.flags;
}

static CK_STATE state_of(const struct house *house, CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info = {.state = 99};

	CHECK_RV(house->f->C_GetSessionInfo(session, &info), CKR_OK);
	return info.state;
}

/* The officer's keychain, with the user's password. */
static struct house begin_with_user(const char *settings)
{
	struct house house = begin(settings);
	CK_SESSION_HANDLE session;

	CHECK_RV_FATAL(house.f->C_InitToken(0, SO_PIN, label), CKR_OK);
	session = open_session(&house, 0, RW);
	CHECK_RV_FATAL(house.f->C_Login(session, CKU_SO, SO_PIN), CKR_OK);
	CHECK_RV_FATAL(house.f->C_InitPIN(session, USER_PIN), CKR_OK);
	CHECK_RV_FATAL(house.f->C_CloseSession(session), CKR_OK);
	return house;
}

/* --- C_InitToken ----------------------------------------------------------------------------- */

/* Before there is a keychain the first token shows itself so that it can be made. */
static void no_keychain_yet(void)
{
	struct house house = begin("");
	CK_SLOT_ID slots[4];
	CK_ULONG count = 4;
	CK_SLOT_INFO slot;
	CK_TOKEN_INFO token;
	CK_SESSION_HANDLE session;

	CHECK_RV(house.f->C_GetSlotList(CK_FALSE, slots, &count), CKR_OK);
	CHECK(count == 2 && slots[0] == 0 && slots[1] == 1);
	count = 4;
	CHECK_RV(house.f->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
	CHECK(count == 1 && slots[0] == 0);
	CHECK_RV(house.f->C_GetSlotInfo(0, &slot), CKR_OK);
	CHECK(slot.flags == CKF_TOKEN_PRESENT);
	CHECK_RV(house.f->C_GetSlotInfo(1, &slot), CKR_OK);
	CHECK(slot.flags == 0);
	CHECK_RV(house.f->C_GetTokenInfo(0, &token), CKR_OK);
	CHECK(token.flags == UNMADE);
	CHECK(memcmp(token.label, "Keycircle                       ", 32) == 0);
	CHECK(memcmp(token.serialNumber, "                ", 16) == 0);
	CHECK_RV(house.f->C_GetTokenInfo(1, &token), CKR_TOKEN_NOT_PRESENT);
	CHECK_RV(house.f->C_OpenSession(0, RW, NULL, NULL, &session), CKR_TOKEN_NOT_RECOGNIZED);
	CHECK_RV(house.f->C_OpenSession(1, RW, NULL, NULL, &session), CKR_TOKEN_NOT_PRESENT);
	end(&house);
}

static void token_is_made(void)
{
	struct house house = begin("");
	CK_UTF8CHAR invalid[] = "\xff\xfe", with_nul[] = "a\0b";
	static CK_UTF8CHAR endless[1025];
	CK_SESSION_HANDLE session;
	CK_TOKEN_INFO token;

	memset(endless, 'x', sizeof endless);
	CHECK_RV(house.f->C_InitToken(7, SO_PIN, label), CKR_SLOT_ID_INVALID);
	CHECK_RV(house.f->C_InitToken(1, SO_PIN, label), CKR_TOKEN_NOT_PRESENT);
	CHECK_RV(house.f->C_InitToken(0, NULL, 4, label), CKR_ARGUMENTS_BAD);
	CHECK_RV(house.f->C_InitToken(0, SO_PIN, NULL), CKR_ARGUMENTS_BAD);
	CHECK_RV(house.f->C_InitToken(0, so_pin, 0, label), CKR_PIN_LEN_RANGE);
	CHECK_RV(house.f->C_InitToken(0, endless, sizeof endless, label), CKR_PIN_LEN_RANGE);
	CHECK_RV(house.f->C_InitToken(0, invalid, 2, label), CKR_PIN_INVALID);
	CHECK_RV(house.f->C_InitToken(0, with_nul, 3, label), CKR_PIN_INVALID);
	CHECK(flags_of(&house, 0) == UNMADE);

	CHECK_RV(house.f->C_InitToken(0, SO_PIN, label), CKR_OK);
	for (CK_SLOT_ID slot = 0; slot < 2; slot++)
		CHECK(flags_of(&house, slot) ==
			(UNMADE | CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED));
	CHECK_RV(house.f->C_GetTokenInfo(0, &token), CKR_OK);
	CHECK(memcmp(token.label, "Keycircle                       ", 32) == 0);
	CHECK(token.serialNumber[0] == 'D' && token.ulMinPinLen == 1 && token.ulMaxPinLen == 1024);
	session = open_session(&house, 0, RW);
	CHECK_RV(house.f->C_Login(session, CKU_USER, USER_PIN), CKR_USER_PIN_NOT_INITIALIZED);
	CHECK_RV(house.f->C_Login(session, CKU_USER, NULL, 0), CKR_USER_PIN_NOT_INITIALIZED);
	CHECK_RV(house.f->C_SetPIN(session, SO_PIN, USER_PIN), CKR_USER_PIN_NOT_INITIALIZED);
	CHECK(state_of(&house, session) == CKS_RW_PUBLIC_SESSION);
	end(&house);
}

static size_t count_data(const struct house *house, CK_SESSION_HANDLE session)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_ATTRIBUTE template[] = {ATTR(CKA_CLASS, class)};
	CK_OBJECT_HANDLE found[8];
	CK_ULONG count = 0;

	CHECK_RV(house->f->C_FindObjectsInit(session, template, 1), CKR_OK);
	CHECK_RV(house->f->C_FindObjects(session, found, 8, &count), CKR_OK);
	CHECK_RV(house->f->C_FindObjectsFinal(session), CKR_OK);
	return count;
}

static CK_RV add_data(const struct house *house, CK_SESSION_HANDLE session, CK_BBOOL *private)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_CLASS, class),
		ATTR(CKA_TOKEN, harness_true),
		{CKA_PRIVATE, private, sizeof *private},
		ATTR_TEXT(CKA_LABEL, "datum"),
		ATTR_TEXT(CKA_VALUE, "value"),
	};
	CK_OBJECT_HANDLE made;

	return house->f->C_CreateObject(session, template, KC_COUNT_OF(template), &made);
}

/* An existing keychain is emptied by configuration alone, one token at a time, by the officer. */
static void token_is_made_anew(void)
{
	struct house house = begin_with_user("allow-token-init = yes\n");
	CK_SESSION_HANDLE sessions[2];

	for (CK_SLOT_ID slot = 0; slot < 2; slot++) {
		sessions[slot] = open_session(&house, slot, RW);
		CHECK_RV(house.f->C_Login(sessions[slot], CKU_USER, USER_PIN), CKR_OK);
		CHECK_RV(add_data(&house, sessions[slot], &harness_true), CKR_OK);
		CHECK_RV(add_data(&house, sessions[slot], &harness_false), CKR_OK);
		CHECK(count_data(&house, sessions[slot]) == 2);
	}
	CHECK_RV(house.f->C_InitToken(0, SO_PIN, label), CKR_SESSION_EXISTS);
	CHECK_RV(house.f->C_CloseAllSessions(0), CKR_OK);
	CHECK_RV(house.f->C_InitToken(0, WRONG, label), CKR_PIN_INCORRECT);
	CHECK(flags_of(&house, 0) & CKF_SO_PIN_COUNT_LOW);
	CHECK_RV(house.f->C_InitToken(0, USER_PIN, label), CKR_PIN_INCORRECT);
	CHECK_RV(house.f->C_InitToken(0, SO_PIN, label), CKR_OK);
	CHECK(!(flags_of(&house, 0) & CKF_SO_PIN_COUNT_LOW));
	CHECK(count_data(&house, sessions[1]) == 2);
	sessions[0] = open_session(&house, 0, RW);
	/* The password is the other token's as well. */
	CHECK_RV(house.f->C_Login(sessions[0], CKU_USER, USER_PIN), CKR_OK);
	CHECK(count_data(&house, sessions[0]) == 0);
	CHECK_RV(house.f->C_CloseAllSessions(1), CKR_OK);
	CHECK_RV(house.f->C_InitToken(1, SO_PIN, label), CKR_OK);
	sessions[1] = open_session(&house, 1, CKF_SERIAL_SESSION);
	CHECK(count_data(&house, sessions[1]) == 0);
	end(&house);
}

static void token_is_kept(void)
{
	struct house house = begin_with_user("");
	CK_SESSION_HANDLE session = open_session(&house, 0, RW);

	CHECK_RV(add_data(&house, session, &harness_false), CKR_OK);
	CHECK_RV(house.f->C_InitToken(0, SO_PIN, label), CKR_SESSION_EXISTS);
	CHECK_RV(house.f->C_CloseSession(session), CKR_OK);
	CHECK_RV(house.f->C_InitToken(0, SO_PIN, label), CKR_ACTION_PROHIBITED);
	CHECK_RV(house.f->C_InitToken(0, WRONG, label), CKR_ACTION_PROHIBITED);
	CHECK(!(flags_of(&house, 0) & CKF_SO_PIN_COUNT_LOW));
	session = open_session(&house, 0, RW);
	CHECK(count_data(&house, session) == 1);
	end(&house);
}

/* A keychain as kc setup makes it has nobody to ask. */
static void nobody_is_officer(void)
{
	struct house house = begin("allow-token-init = yes\n");
	CK_SESSION_HANDLE session;

	CHECK_OK_FATAL(kc_client_setup(house.client, kc_bytes_str("user's pin"), "test"));
	CHECK_RV(house.f->C_InitToken(0, USER_PIN, label), CKR_USER_PIN_NOT_INITIALIZED);
	session = open_session(&house, 0, RW);
	CHECK_RV(house.f->C_Login(session, CKU_SO, USER_PIN), CKR_USER_PIN_NOT_INITIALIZED);
	CHECK(!(flags_of(&house, 0) & CKF_SO_PIN_COUNT_LOW));
	end(&house);
}

static void wait_for(int fd)
{
	char byte;

	CHECK(read(fd, &byte, 1) >= 0);
}

/* Somebody else's session counts until it is closed or its process has ended, however it did. */
static void another_process_has_a_session(void)
{
	struct house house = begin_with_user("allow-token-init = yes\n");
	int ready[2], go[2], status;
	pid_t child;

	CHECK_FATAL(pipe(ready) == 0 && pipe(go) == 0);
	child = fork();
	if (child == 0) {
		CK_SESSION_HANDLE session;
		close(go[1]);
		if (house.f->C_Initialize(NULL) != CKR_OK ||
			house.f->C_OpenSession(0, RW, NULL, NULL, &session) != CKR_OK)
			_exit(1);
		close(ready[1]);
		wait_for(go[0]);
		_exit(0); /* without closing anything */
	}
	close(ready[1]);
	close(go[0]);
	wait_for(ready[0]);
	CHECK_RV(house.f->C_InitToken(0, SO_PIN, label), CKR_SESSION_EXISTS);
	CHECK_RV(house.f->C_InitToken(1, SO_PIN, label), CKR_OK);
	close(go[1]);
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	close(ready[0]);
	for (int i = 0; i < 200; i++) { /* until the service has seen it go */
		if (house.f->C_InitToken(0, SO_PIN, label) == CKR_OK)
			break;
		usleep(10000);
	}
	CHECK_RV(house.f->C_InitToken(0, SO_PIN, label), CKR_OK);
	end(&house);
}

/* --- the officer's sessions ------------------------------------------------------------------ */

static void officer_and_sessions(void)
{
	struct house house = begin_with_user("");
	CK_SESSION_HANDLE writer = open_session(&house, 0, RW), reader, other;

	reader = open_session(&house, 0, CKF_SERIAL_SESSION);
	CHECK_RV(house.f->C_Login(writer, CKU_SO, NULL, 4), CKR_ARGUMENTS_BAD);
	CHECK_RV(house.f->C_Login(writer, CKU_SO, SO_PIN), CKR_SESSION_READ_ONLY_EXISTS);
	CHECK_RV(house.f->C_Login(reader, CKU_SO, SO_PIN), CKR_SESSION_READ_ONLY_EXISTS);
	CHECK_RV(house.f->C_CloseSession(reader), CKR_OK);
	/* There is nobody to ask. */
	CHECK_RV(house.f->C_Login(writer, CKU_SO, NULL, 0), CKR_USER_NOT_LOGGED_IN);
	/* A session of the other token is no matter. */
	other = open_session(&house, 1, CKF_SERIAL_SESSION);
	CHECK_RV(house.f->C_Login(writer, CKU_SO, SO_PIN), CKR_OK);
	CHECK(state_of(&house, writer) == CKS_RW_SO_FUNCTIONS);
	CHECK(state_of(&house, other) == CKS_RO_PUBLIC_SESSION);
	CHECK_RV(house.f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &reader),
		CKR_SESSION_READ_WRITE_SO_EXISTS);
	CHECK_RV(house.f->C_Login(writer, CKU_SO, SO_PIN), CKR_USER_ALREADY_LOGGED_IN);
	CHECK_RV(house.f->C_Login(writer, CKU_USER, USER_PIN), CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
	/* All sessions of the token have the officer. */
	reader = open_session(&house, 0, RW);
	CHECK(state_of(&house, reader) == CKS_RW_SO_FUNCTIONS);
	CHECK_RV(house.f->C_Logout(reader), CKR_OK);
	CHECK(state_of(&house, writer) == CKS_RW_PUBLIC_SESSION);
	CHECK_RV(house.f->C_Logout(writer), CKR_USER_NOT_LOGGED_IN);
	CHECK_RV(house.f->C_InitPIN(writer, USER_PIN), CKR_USER_NOT_LOGGED_IN);
	CHECK_RV(house.f->C_Login(writer, CKU_USER, USER_PIN), CKR_OK);
	CHECK_RV(house.f->C_Login(writer, CKU_SO, SO_PIN), CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
	CHECK_RV(house.f->C_InitPIN(writer, USER_PIN), CKR_USER_NOT_LOGGED_IN);
	CHECK_RV(house.f->C_Login(writer, 17, SO_PIN), CKR_USER_TYPE_INVALID);
	/* Closing the last session logs him out. */
	CHECK_RV(house.f->C_CloseAllSessions(0), CKR_OK);
	writer = open_session(&house, 0, RW);
	CHECK_RV(house.f->C_Login(writer, CKU_SO, SO_PIN), CKR_OK);
	CHECK_RV(house.f->C_CloseSession(writer), CKR_OK);
	reader = open_session(&house, 0, CKF_SERIAL_SESSION);
	CHECK(state_of(&house, reader) == CKS_RO_PUBLIC_SESSION);
	end(&house);
}

static CK_RV make_secret_key(const struct house *house, CK_SESSION_HANDLE session)
{
	CK_MECHANISM generate = {CKM_AES_KEY_GEN, NULL, 0};
	CK_ULONG len = 32;
	CK_ATTRIBUTE template[] = {ATTR(CKA_VALUE_LEN, len), ATTR(CKA_PRIVATE, harness_true)};
	CK_OBJECT_HANDLE made;

	return house->f->C_GenerateKey(session, &generate, template, 2, &made);
}

/* The keychain is open, and the officer sees nothing private of it all the same. */
static void officer_sees_nothing_private(void)
{
	struct house house = begin_with_user("");
	CK_SESSION_HANDLE session = open_session(&house, 0, RW);
	struct fixture x = {house.f, session};
	CK_OBJECT_HANDLE public, private, found[8];
	CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0};
	CK_ATTRIBUTE id = {CKA_ID, NULL, 0};

	CHECK_RV(house.f->C_Login(session, CKU_USER, USER_PIN), CKR_OK);
	CHECK_RV(add_data(&house, session, &harness_true), CKR_OK);
	CHECK_RV(add_data(&house, session, &harness_false), CKR_OK);
	harness_make_pair(&x, CKM_EC_KEY_PAIR_GEN, "pair", &public, &private);
	CHECK_RV(house.f->C_Logout(session), CKR_OK);
	CHECK(count_data(&house, session) == 2); /* it is open, so nobody needs to log in */
	CHECK(harness_find(&x, NULL, 0, found, 8) >= 4);
	CHECK_RV(house.f->C_Login(session, CKU_SO, SO_PIN), CKR_OK);
	CHECK(count_data(&house, session) == 1);
	CHECK_RV(house.f->C_GetAttributeValue(session, private, &id, 1), CKR_OBJECT_HANDLE_INVALID);
	CHECK_RV(house.f->C_GetAttributeValue(session, public, &id, 1), CKR_OK);
	CHECK_RV(house.f->C_SignInit(session, &ecdsa, private), CKR_KEY_HANDLE_INVALID);
	CHECK_RV(house.f->C_DestroyObject(session, private), CKR_OBJECT_HANDLE_INVALID);
	CHECK_RV(add_data(&house, session, &harness_true), CKR_USER_NOT_LOGGED_IN);
	CHECK_RV(make_secret_key(&house, session), CKR_USER_NOT_LOGGED_IN);
	CHECK_RV(add_data(&house, session, &harness_false), CKR_OK);
	CHECK_RV(house.f->C_Logout(session), CKR_OK);
	CHECK(count_data(&house, session) == 3);
	end(&house);
}

/* --- PINs ------------------------------------------------------------------------------------ */

static void forgotten_password(void)
{
	struct house house = begin_with_user("");
	CK_SESSION_HANDLE session = open_session(&house, 0, RW);
	CK_UTF8CHAR invalid[] = "\xc3(";

	CHECK_RV(house.f->C_Login(session, CKU_USER, USER_PIN), CKR_OK);
	CHECK_RV(add_data(&house, session, &harness_true), CKR_OK);
	CHECK_RV(house.f->C_Logout(session), CKR_OK);
	CHECK_OK(kc_client_lock(house.client));
	CHECK_RV(house.f->C_Login(session, CKU_USER, WRONG), CKR_PIN_INCORRECT);
	CHECK(flags_of(&house, 0) & CKF_USER_PIN_COUNT_LOW);
	CHECK(flags_of(&house, 1) & CKF_USER_PIN_COUNT_LOW);
	CHECK_RV(house.f->C_Login(session, CKU_SO, WRONG), CKR_PIN_INCORRECT);
	CHECK(flags_of(&house, 0) & CKF_SO_PIN_COUNT_LOW);
	CHECK_RV(house.f->C_Login(session, CKU_SO, SO_PIN), CKR_OK);
	CHECK(!(flags_of(&house, 0) &
		(CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY | CKF_SO_PIN_LOCKED |
			CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED)));
	CHECK(flags_of(&house, 0) & CKF_LOGIN_REQUIRED); /* he has opened nothing */
	CHECK_RV(house.f->C_InitPIN(session, NULL, 3), CKR_ARGUMENTS_BAD);
	CHECK_RV(house.f->C_InitPIN(session, wrong, 0), CKR_PIN_LEN_RANGE);
	CHECK_RV(house.f->C_InitPIN(session, invalid, 2), CKR_PIN_INVALID);
	CHECK_RV(house.f->C_InitPIN(session, WRONG), CKR_OK);
	CHECK(flags_of(&house, 0) & CKF_LOGIN_REQUIRED);
	CHECK(!(flags_of(&house, 0) & CKF_USER_PIN_COUNT_LOW));
	CHECK_RV(house.f->C_Logout(session), CKR_OK);
	CHECK_RV(house.f->C_Login(session, CKU_USER, WRONG), CKR_OK);
	CHECK(count_data(&house, session) == 1);
	CHECK_RV(house.f->C_Logout(session), CKR_OK);
	CHECK_RV(house.f->C_Login(session, CKU_USER, USER_PIN), CKR_PIN_INCORRECT);
	end(&house);
}

/* C_SetPIN is for whoever is logged in. */
static void officer_changes_the_pin(void)
{
	struct house house = begin_with_user("");
	CK_SESSION_HANDLE session = open_session(&house, 0, RW);

	CHECK_RV(house.f->C_Login(session, CKU_SO, SO_PIN), CKR_OK);
	CHECK_RV(house.f->C_SetPIN(session, USER_PIN, WRONG), CKR_PIN_INCORRECT);
	CHECK_RV(house.f->C_SetPIN(session, SO_PIN, wrong, 0), CKR_PIN_LEN_RANGE);
	CHECK_RV(house.f->C_SetPIN(session, SO_PIN, WRONG), CKR_OK);
	CHECK_RV(house.f->C_InitPIN(session, USER_PIN), CKR_OK); /* he stays logged in */
	CHECK_RV(house.f->C_Logout(session), CKR_OK);
	CHECK_RV(house.f->C_Login(session, CKU_SO, SO_PIN), CKR_PIN_INCORRECT);
	CHECK_RV(house.f->C_Login(session, CKU_SO, WRONG), CKR_OK);
	CHECK_RV(house.f->C_Logout(session), CKR_OK);
	CHECK_RV(house.f->C_Login(session, CKU_USER, USER_PIN), CKR_OK);
	CHECK_RV(house.f->C_SetPIN(session, USER_PIN, SO_PIN), CKR_OK);
	CHECK_RV(house.f->C_Logout(session), CKR_OK);
	CHECK_RV(house.f->C_SetPIN(session, SO_PIN, USER_PIN), CKR_OK); /* nobody logged in */
	CHECK_RV(house.f->C_Login(session, CKU_USER, USER_PIN), CKR_OK);
	end(&house);
}

/* What the service keeps for the officer goes with a lock: he is to log in again. */
static void a_lock_ends_the_login(void)
{
	struct house house = begin_with_user("");
	CK_SESSION_HANDLE session = open_session(&house, 0, RW);

	CHECK_RV(house.f->C_Login(session, CKU_SO, SO_PIN), CKR_OK);
	CHECK_OK(kc_client_lock(house.client));
	CHECK_RV(house.f->C_InitPIN(session, WRONG), CKR_USER_NOT_LOGGED_IN);
	CHECK(state_of(&house, session) == CKS_RW_PUBLIC_SESSION);
	CHECK_RV(house.f->C_Login(session, CKU_SO, SO_PIN), CKR_OK);
	/* And with another PIN, which somebody else has set. */
	CHECK_OK(kc_client_officer_set(
		house.client, kc_bytes_str("user's pin"), kc_bytes_str("new")));
	CHECK_RV(house.f->C_InitPIN(session, WRONG), CKR_USER_NOT_LOGGED_IN);
	CHECK_RV(house.f->C_Login(session, CKU_USER, USER_PIN), CKR_OK);
	end(&house);
}

/* CKA_TRUSTED is the officer's to give and to take; and it is what a key that asks for
 * a trusted one is wrapped with. */
static void trust(void)
{
	static CK_OBJECT_CLASS secret = CKO_SECRET_KEY, public = CKO_PUBLIC_KEY;
	static CK_KEY_TYPE aes = CKK_AES, rsa = CKK_RSA;
	static CK_BYTE value[32] = {1}, modulus[256] = {0x80}, exponent[3] = {1, 0, 1};
	struct house house = begin_with_user("");
	CK_SESSION_HANDLE session = open_session(&house, 0, RW);
	const struct fixture x = {house.f, session};
	CK_MECHANISM kw = {CKM_AES_KEY_WRAP, NULL, 0};
	CK_ATTRIBUTE wrapping[] = {ATTR(CKA_CLASS, secret), ATTR(CKA_KEY_TYPE, aes),
		ATTR(CKA_VALUE, value), ATTR(CKA_TOKEN, harness_true), ATTR(CKA_WRAP, harness_true),
		ATTR(CKA_PRIVATE, harness_false), ATTR_TEXT(CKA_LABEL, "wrapping"),
		ATTR(CKA_TRUSTED, harness_true)};
	CK_ATTRIBUTE picky[] = {ATTR(CKA_CLASS, secret), ATTR(CKA_KEY_TYPE, aes),
		ATTR(CKA_VALUE, value), ATTR(CKA_EXTRACTABLE, harness_true),
		ATTR(CKA_WRAP_WITH_TRUSTED, harness_true)};
	CK_ATTRIBUTE key[] = {ATTR(CKA_CLASS, public), ATTR(CKA_KEY_TYPE, rsa),
		ATTR(CKA_MODULUS, modulus), ATTR(CKA_PUBLIC_EXPONENT, exponent),
		ATTR(CKA_TOKEN, harness_true), ATTR(CKA_TRUSTED, harness_true)};
	CK_ATTRIBUTE trusted[] = {ATTR(CKA_TRUSTED, harness_true)};
	CK_ATTRIBUTE distrusted[] = {ATTR(CKA_TRUSTED, harness_false)};
	CK_OBJECT_HANDLE by, wrapped_one, found[4], made, copies[2];
	CK_BYTE out[64];
	CK_ULONG len = sizeof out;

	CHECK_RV_FATAL(house.f->C_Login(session, CKU_USER, USER_PIN), CKR_OK);
	CHECK_RV(house.f->C_CreateObject(session, wrapping, 8, &by), CKR_ATTRIBUTE_READ_ONLY);
	CHECK_RV_FATAL(house.f->C_CreateObject(session, wrapping, 7, &by), CKR_OK);
	CHECK_RV(house.f->C_SetAttributeValue(session, by, trusted, 1), CKR_ATTRIBUTE_READ_ONLY);
	CHECK_RV(house.f->C_CopyObject(session, by, trusted, 1, &made), CKR_ATTRIBUTE_READ_ONLY);
	CHECK_RV_FATAL(house.f->C_CreateObject(session, picky, 5, &wrapped_one), CKR_OK);
	CHECK_RV(house.f->C_WrapKey(session, &kw, by, wrapped_one, out, &len),
		CKR_KEY_NOT_WRAPPABLE);
	CHECK_RV(house.f->C_Logout(session), CKR_OK);

	CHECK_RV_FATAL(house.f->C_Login(session, CKU_SO, SO_PIN), CKR_OK);
	CHECK_FATAL(harness_find(&x, wrapping + 6, 1, found, 4) == 1);
	CHECK_RV(house.f->C_SetAttributeValue(session, found[0], trusted, 1), CKR_OK);
	CHECK_RV(house.f->C_CreateObject(session, key, 6, &made), CKR_OK);
	CHECK_RV(house.f->C_Logout(session), CKR_OK);

	CHECK_RV_FATAL(house.f->C_Login(session, CKU_USER, USER_PIN), CKR_OK);
	CHECK(harness_find(&x, trusted, 1, found, 4) == 2);
	/* The officer has not seen a copy. */
	CHECK_RV(house.f->C_CopyObject(session, made, NULL, 0, &copies[0]), CKR_OK);
	CHECK_RV(house.f->C_CopyObject(session, by, NULL, 0, &copies[1]), CKR_OK);
	CHECK(harness_find(&x, trusted, 1, found, 4) == 2);
	CHECK_RV_FATAL(house.f->C_CreateObject(session, picky, 5, &wrapped_one), CKR_OK);
	CHECK_RV(house.f->C_WrapKey(session, &kw, copies[1], wrapped_one, out, &len),
		CKR_KEY_NOT_WRAPPABLE);
	CHECK_RV(house.f->C_WrapKey(session, &kw, by, wrapped_one, out, &len), CKR_OK);
	CHECK_RV(house.f->C_SetAttributeValue(session, by, distrusted, 1), CKR_ATTRIBUTE_READ_ONLY);
	CHECK_RV(house.f->C_SetAttributeValue(session, by, trusted, 1), CKR_OK);
	CHECK_RV(house.f->C_Logout(session), CKR_OK);
	CHECK_RV_FATAL(house.f->C_Login(session, CKU_SO, SO_PIN), CKR_OK);
	CHECK_RV(house.f->C_SetAttributeValue(session, by, distrusted, 1), CKR_OK);
	CHECK_RV(house.f->C_Logout(session), CKR_OK);
	CHECK_RV_FATAL(house.f->C_Login(session, CKU_USER, USER_PIN), CKR_OK);
	CHECK_RV_FATAL(house.f->C_CreateObject(session, picky, 5, &wrapped_one), CKR_OK);
	len = sizeof out;
	CHECK_RV(house.f->C_WrapKey(session, &kw, by, wrapped_one, out, &len),
		CKR_KEY_NOT_WRAPPABLE);
	CHECK_RV(house.f->C_SetAttributeValue(session, by, trusted, 1), CKR_ATTRIBUTE_READ_ONLY);
	end(&house);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(no_keychain_yet),
		CHECK_TEST(token_is_made),
		CHECK_TEST(token_is_made_anew),
		CHECK_TEST(token_is_kept),
		CHECK_TEST(nobody_is_officer),
		CHECK_TEST(another_process_has_a_session),
		CHECK_TEST(officer_and_sessions),
		CHECK_TEST(officer_sees_nothing_private),
		CHECK_TEST(trust),
		CHECK_TEST(forgotten_password),
		CHECK_TEST(officer_changes_the_pin),
		CHECK_TEST(a_lock_ends_the_login),
	};
	char path[512];
	const char *top = getenv("top_builddir");

	snprintf(path, sizeof path, "%s/tests/service/keycircled-fast", top ? top : ".");
	setenv("KEYCIRCLED", path, 0);
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("DISPLAY");
	return check_main("module: the security officer", tests, KC_COUNT_OF(tests));
}
