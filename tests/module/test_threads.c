/* SPDX-License-Identifier: ISC */
/*
 * Eight threads of one program, each with a session of its own and all with the same keys: every
 * operation comes out as it does alone. A minute of it under KC_LONG=1.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/module/harness.h"

#define THREADS 8
#define CANCELLED 100  /* threads, one after the other */
#define LEAST_ROUNDS 3 /* of each operation by each thread, however long it takes */

/* What all threads use. */
static struct fixture x;
static CK_OBJECT_HANDLE ec_public, ec_private, rsa_public, rsa_private, aes, secret, shared_data;
static time_t end;
/* The first thing that went wrong. */
static atomic_int failures;
static atomic_uint operations;
static char first_failure[200];

struct worker {
	CK_SESSION_HANDLE session;
	unsigned number, round;
};

static bool is(CK_RV got, CK_RV wanted, const char *what)
{
	if (got == wanted)
		return true;
	if (atomic_fetch_add(&failures, 1) == 0)
		snprintf(first_failure, sizeof first_failure, "%s is 0x%lx", what, got);
	return false;
}
#define OK(call) is((call), CKR_OK, #call)
#define SO(condition) is((condition) ? 0 : 1, 0, #condition)

static bool digest(struct worker *w)
{
	static const CK_BYTE wanted[] = {0xba, 0x78, 0x16, 0xbf};
	CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};
	CK_BYTE text[] = "abc", got[32];
	CK_ULONG len = sizeof got;

	return OK(x.f->C_DigestInit(w->session, &sha256)) &&
	       OK(x.f->C_DigestUpdate(w->session, text, 1)) &&
	       OK(x.f->C_DigestUpdate(w->session, text + 1, 2)) &&
	       OK(x.f->C_DigestFinal(w->session, got, &len)) && SO(memcmp(got, wanted, 4) == 0);
}

static bool sign_and_verify(struct worker *w, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE signer,
	CK_OBJECT_HANDLE verifier)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_BYTE data[32], signature[256];
	CK_ULONG len = sizeof signature;

	memset(data, (int)(w->number + w->round), sizeof data);
	if (!OK(x.f->C_SignInit(w->session, &mechanism, signer)) ||
		!OK(x.f->C_Sign(w->session, data, sizeof data, signature, &len)) ||
		!OK(x.f->C_VerifyInit(w->session, &mechanism, verifier)) ||
		!OK(x.f->C_Verify(w->session, data, sizeof data, signature, len)))
		return false;
	data[0] ^= 1;
	return OK(x.f->C_VerifyInit(w->session, &mechanism, verifier)) &&
	       is(x.f->C_Verify(w->session, data, sizeof data, signature, len),
		       CKR_SIGNATURE_INVALID, "a forged signature");
}

static bool ecdsa(struct worker *w)
{
	return sign_and_verify(w, CKM_ECDSA, ec_private, ec_public);
}

static bool rsa(struct worker *w)
{
	return sign_and_verify(w, CKM_SHA256_RSA_PKCS, rsa_private, rsa_public);
}

static bool hmac(struct worker *w)
{
	return sign_and_verify(w, CKM_SHA256_HMAC, secret, secret);
}

/* In parts one way, at once the other. */
static bool encrypt(struct worker *w)
{
	CK_BYTE iv[12], data[100], made[116], back[100];
	CK_GCM_PARAMS params = {iv, sizeof iv, 96, NULL, 0, 128};
	CK_MECHANISM gcm = {CKM_AES_GCM, &params, sizeof params};
	CK_ULONG len = sizeof made, rest, back_len = sizeof back;

	memset(iv, (int)w->number, sizeof iv);
	memset(data, (int)w->round, sizeof data);
	if (!OK(x.f->C_EncryptInit(w->session, &gcm, aes)) ||
		!OK(x.f->C_EncryptUpdate(w->session, data, 33, made, &len)))
		return false;
	rest = sizeof made - len;
	if (!OK(x.f->C_EncryptUpdate(w->session, data + 33, 67, made + len, &rest)))
		return false;
	len += rest;
	rest = sizeof made - len;
	return OK(x.f->C_EncryptFinal(w->session, made + len, &rest)) &&
	       SO(len + rest == sizeof made) && OK(x.f->C_DecryptInit(w->session, &gcm, aes)) &&
	       OK(x.f->C_Decrypt(w->session, made, sizeof made, back, &back_len)) &&
	       SO(back_len == sizeof data && memcmp(back, data, back_len) == 0);
}

/* An object of this thread alone, made, found, changed and destroyed. */
static bool object(struct worker *w)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_BBOOL on_token = w->round % 4 == 0 ? CK_TRUE : CK_FALSE;
	char label[40], value[40], got[40];
	CK_OBJECT_HANDLE made, found[2];
	CK_ULONG count = 0;
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_CLASS, class), ATTR(CKA_TOKEN, on_token), {CKA_LABEL, label, 0}};
	CK_ATTRIBUTE change = {CKA_LABEL, value, 0}, read = {CKA_LABEL, got, sizeof got};

	template[2].ulValueLen = (CK_ULONG)snprintf(
		label, sizeof label, "object %u of thread %u", w->round, w->number);
	change.ulValueLen = (CK_ULONG)snprintf(
		value, sizeof value, "changed %u of thread %u", w->round, w->number);
	return OK(x.f->C_CreateObject(w->session, template, 3, &made)) &&
	       OK(x.f->C_FindObjectsInit(w->session, template, 3)) &&
	       OK(x.f->C_FindObjects(w->session, found, 2, &count)) &&
	       OK(x.f->C_FindObjectsFinal(w->session)) && SO(count == 1 && found[0] == made) &&
	       OK(x.f->C_SetAttributeValue(w->session, made, &change, 1)) &&
	       OK(x.f->C_GetAttributeValue(w->session, made, &read, 1)) &&
	       SO(read.ulValueLen == change.ulValueLen &&
		       memcmp(got, value, read.ulValueLen) == 0) &&
	       OK(x.f->C_DestroyObject(w->session, made));
}

static bool find_shared(struct worker *w)
{
	CK_ATTRIBUTE template[] = {ATTR_TEXT(CKA_LABEL, "shared by threads")};
	CK_OBJECT_HANDLE found[2];
	CK_ULONG count = 0;

	return OK(x.f->C_FindObjectsInit(w->session, template, 1)) &&
	       OK(x.f->C_FindObjects(w->session, found, 2, &count)) &&
	       OK(x.f->C_FindObjectsFinal(w->session)) && SO(count == 1 && found[0] == shared_data);
}

/* A key that is made, wrapped by the common one, unwrapped and used. */
static bool wrap(struct worker *w)
{
	CK_MECHANISM generate = {CKM_AES_KEY_GEN, NULL, 0}, kw = {CKM_AES_KEY_WRAP, NULL, 0};
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_AES;
	CK_ULONG len = 32, wrapped_len = 40, value_len = 32, back_len = 32;
	CK_ATTRIBUTE template[] = {ATTR(CKA_EXTRACTABLE, harness_true),
		ATTR(CKA_SENSITIVE, harness_false), ATTR(CKA_CLASS, class),
		ATTR(CKA_KEY_TYPE, type), ATTR(CKA_VALUE_LEN, len)};
	CK_BYTE wrapped[40], value[32], again[32];
	CK_ATTRIBUTE read = {CKA_VALUE, value, value_len}, back = {CKA_VALUE, again, back_len};
	CK_OBJECT_HANDLE made, unwrapped;

	return OK(x.f->C_GenerateKey(w->session, &generate, template, 5, &made)) &&
	       OK(x.f->C_WrapKey(w->session, &kw, aes, made, wrapped, &wrapped_len)) &&
	       OK(x.f->C_UnwrapKey(
		       w->session, &kw, aes, wrapped, wrapped_len, template, 4, &unwrapped)) &&
	       OK(x.f->C_GetAttributeValue(w->session, made, &read, 1)) &&
	       OK(x.f->C_GetAttributeValue(w->session, unwrapped, &back, 1)) &&
	       SO(memcmp(value, again, sizeof value) == 0) &&
	       OK(x.f->C_DestroyObject(w->session, made)) &&
	       OK(x.f->C_DestroyObject(w->session, unwrapped));
}

/* With its own public key, which the pair has: the same secret for every thread. */
static bool derive(struct worker *w)
{
	CK_BYTE point[67];
	CK_ATTRIBUTE read = {CKA_EC_POINT, point, sizeof point};
	CK_ECDH1_DERIVE_PARAMS params = {CKD_NULL, 0, NULL, sizeof point, point};
	CK_MECHANISM ecdh = {CKM_ECDH1_DERIVE, &params, sizeof params};
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_AES;
	CK_ULONG len = 16;
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_CLASS, class), ATTR(CKA_KEY_TYPE, type), ATTR(CKA_VALUE_LEN, len)};
	CK_OBJECT_HANDLE made;

	return OK(x.f->C_GetAttributeValue(w->session, ec_public, &read, 1)) &&
	       OK(x.f->C_DeriveKey(w->session, &ecdh, ec_private, template, 3, &made)) &&
	       OK(x.f->C_DestroyObject(w->session, made));
}

static bool random_bytes(struct worker *w)
{
	CK_BYTE one[16] = {0}, two[16] = {0};

	return OK(x.f->C_GenerateRandom(w->session, one, sizeof one)) &&
	       OK(x.f->C_GenerateRandom(w->session, two, sizeof two)) &&
	       SO(memcmp(one, two, sizeof one) != 0);
}

/* Another session begins an operation and is closed in the middle of it. */
static bool session(struct worker *w)
{
	CK_MECHANISM mechanism = {CKM_SHA256_HMAC, NULL, 0};
	CK_SESSION_HANDLE other;
	CK_SESSION_INFO info;
	CK_TOKEN_INFO token;
	CK_BYTE data[8] = {0};

	return OK(x.f->C_OpenSession(HARNESS_DEVICE, CKF_SERIAL_SESSION, NULL, NULL, &other)) &&
	       OK(x.f->C_SignInit(other, &mechanism, secret)) &&
	       OK(x.f->C_SignUpdate(other, data, sizeof data)) && OK(x.f->C_CloseSession(other)) &&
	       is(x.f->C_GetSessionInfo(other, &info), CKR_SESSION_HANDLE_INVALID,
		       "a closed session") &&
	       OK(x.f->C_GetSessionInfo(w->session, &info)) &&
	       OK(x.f->C_GetTokenInfo(HARNESS_DEVICE, &token));
}

static void *work(void *arg)
{
	static bool (*const all[])(struct worker *) = {digest, ecdsa, rsa, hmac, encrypt, object,
		find_shared, wrap, derive, random_bytes, session};
	struct worker *w = arg;

	if (!OK(x.f->C_OpenSession(
		    HARNESS_DEVICE, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &w->session)))
		return NULL;
	for (w->round = 0; failures == 0; w->round++) {
		if (w->round >= LEAST_ROUNDS * KC_COUNT_OF(all) && time(NULL) >= end)
			break;
		/* each thread begins elsewhere */
		if (!all[(w->round + w->number * 3) % KC_COUNT_OF(all)](w))
			break;
		atomic_fetch_add(&operations, 1);
	}
	OK(x.f->C_CloseSession(w->session));
	return NULL;
}

static CK_OBJECT_HANDLE create_secret(CK_KEY_TYPE type, CK_ULONG len)
{
	static CK_BYTE value[64];
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_ATTRIBUTE template[] = {ATTR(CKA_CLASS, class), ATTR(CKA_KEY_TYPE, type),
		{CKA_VALUE, value, len}, ATTR(CKA_ENCRYPT, harness_true),
		ATTR(CKA_DECRYPT, harness_true), ATTR(CKA_SIGN, harness_true),
		ATTR(CKA_VERIFY, harness_true), ATTR(CKA_WRAP, harness_true),
		ATTR(CKA_UNWRAP, harness_true)};
	CK_OBJECT_HANDLE made = 0;

	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, template, 9, &made), CKR_OK);
	return made;
}

static void make_shared(void)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_ATTRIBUTE data[] = {ATTR(CKA_CLASS, class), ATTR(CKA_TOKEN, harness_true),
		ATTR_TEXT(CKA_LABEL, "shared by threads")};
	CK_MECHANISM generate = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	CK_ATTRIBUTE public[] = {
		ATTR_BYTES(CKA_EC_PARAMS, harness_p256), ATTR(CKA_VERIFY, harness_true)};
	CK_ATTRIBUTE private[] = {ATTR(CKA_SIGN, harness_true), ATTR(CKA_DERIVE, harness_true)};

	CHECK_RV_FATAL(x.f->C_GenerateKeyPair(x.session, &generate, public, 2, private, 2,
			       &ec_public, &ec_private),
		CKR_OK);
	harness_make_pair(&x, CKM_RSA_PKCS_KEY_PAIR_GEN, "threads", &rsa_public, &rsa_private);
	aes = create_secret(CKK_AES, 16);
	secret = create_secret(CKK_GENERIC_SECRET, 64);
	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, data, 3, &shared_data), CKR_OK);
}

static void all_operations(void)
{
	struct worker workers[THREADS] = {{0}};
	pthread_t threads[THREADS];

	x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	make_shared();
	end = time(NULL) + (getenv("KC_LONG") ? 60 : 2);
	for (unsigned i = 0; i < THREADS; i++) {
		workers[i].number = i;
		CHECK_FATAL(pthread_create(&threads[i], NULL, work, &workers[i]) == 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	if (failures)
		printf("%s\n", first_failure);
	printf("%u operations\n", operations);
	CHECK(failures == 0);
	harness_end(&x);
}

#ifndef KC_SANITIZED /* which takes the stack of a thread that is cancelled for a damaged one */

static atomic_uint begun;

static void *sign_for_ever(void *unused)
{
	CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0};
	CK_BYTE data[32] = {0}, signature[64];
	CK_ULONG len;

	for (;;) {
		len = sizeof signature;
		OK(x.f->C_GenerateRandom(x.session, data, sizeof data));
		OK(x.f->C_SignInit(x.session, &ecdsa, ec_private));
		OK(x.f->C_Sign(x.session, data, sizeof data, signature, &len));
		begun++;
		pthread_testcancel();
	}
	return unused;
}

/* A thread that is cancelled in a call takes nothing along: not the session, and no connection. */
static void cancelled(void)
{
	CK_MECHANISM generate = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	CK_ATTRIBUTE public[] = {ATTR_BYTES(CKA_EC_PARAMS, harness_p256)};

	x = harness_begin(HARNESS_DEVICE, 0);
	CHECK_RV_FATAL(x.f->C_GenerateKeyPair(
			       x.session, &generate, public, 1, NULL, 0, &ec_public, &ec_private),
		CKR_OK);
	alarm(60); /* ends a test that waits for a lock of a thread that is gone */
	for (unsigned i = 0; i < CANCELLED; i++) {
		pthread_t thread;
		void *result;

		begun = 0;
		CHECK_FATAL(pthread_create(&thread, NULL, sign_for_ever, NULL) == 0);
		while (begun <= i % 3)
			sched_yield();
		CHECK(pthread_cancel(thread) == 0);
		CHECK(pthread_join(thread, &result) == 0);
		CHECK(result == PTHREAD_CANCELED);
	}
	alarm(0);
	CHECK(failures == 0);
	harness_end(&x);
}

#endif

int main(void)
{
	static const struct check_test tests[] = {
#ifndef KC_SANITIZED
		CHECK_TEST(cancelled),
#endif
		CHECK_TEST(all_operations),
	};
	int status;

	harness_start();
	status = check_main("module: several threads", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
