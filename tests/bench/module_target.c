/* SPDX-License-Identifier: ISC */
/* The modules that are compared, and what is put into their tokens. */
#include <dlfcn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/module.h"

CK_BBOOL bench_yes = CK_TRUE, bench_no = CK_FALSE;

double bench_now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

void bench_must(bool held, const char *what)
{
	if (!held) {
		fprintf(stderr, "bench_module: %s\n", what);
		exit(1);
	}
}

struct target bench_target_parse(char *text)
{
	struct target target = {0};

	target.name = strsep(&text, "=");
	target.path = strsep(&text, ",");
	target.token = strsep(&text, ",");
	target.pin = text;
	bench_must(target.pin != NULL, "a target is NAME=MODULE,TOKEN,PIN");
	return target;
}

struct target bench_target_raw(const char *key_file)
{
	struct target raw = {.name = (char *)(uintptr_t) "raw"};
	FILE *file = fopen(key_file, "w");

	raw.p256 = EVP_EC_gen("P-256");
	raw.rsa = EVP_RSA_gen(2048);
	bench_must(raw.p256 && raw.rsa && file, "raw keys");
	bench_must(PEM_write_PrivateKey(file, raw.p256, NULL, NULL, 0, NULL, NULL) == 1, key_file);
	fclose(file);
	return raw;
}

static bool has_label(const struct target *target, const CK_TOKEN_INFO *info)
{
	char padded[sizeof info->label + 1];

	snprintf(padded, sizeof padded, "%-32s", target->token);
	return memcmp(info->label, padded, sizeof info->label) == 0;
}

void bench_target_load(struct target *target)
{
	void *library = dlopen(target->path, RTLD_NOW | RTLD_LOCAL);
	CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
	CK_C_GetFunctionList get;
	CK_SLOT_ID slots[16];
	CK_ULONG count = 16;
	CK_SESSION_HANDLE session;

	bench_must(library != NULL, dlerror());
	get = (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList");
	bench_must(get && get(&target->f) == CKR_OK, "no function list");
	bench_must(target->f->C_Initialize(&args) == CKR_OK, "initialize");
	bench_must(target->f->C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK, "slots");
	for (CK_ULONG i = 0; i < count; i++) {
		CK_TOKEN_INFO info;
		if (target->f->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
			has_label(target, &info))
			target->slot = slots[i];
	}
	bench_must(target->f->C_OpenSession(target->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
			   NULL, &session) == CKR_OK,
		"session");
	bench_must(target->f->C_Login(session, CKU_USER, (CK_UTF8CHAR_PTR)target->pin,
			   strlen(target->pin)) == CKR_OK,
		"login");
}

static void make_pair(const struct worker *worker, CK_MECHANISM_TYPE type, CK_ATTRIBUTE *public,
	CK_ULONG public_count, CK_ATTRIBUTE_TYPE use, const char *label)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_ATTRIBUTE private[] = {{CKA_TOKEN, &bench_yes, 1}, {CKA_PRIVATE, &bench_yes, 1},
		{CKA_SENSITIVE, &bench_yes, 1}, {CKA_SIGN, &bench_yes, 1}, {use, &bench_yes, 1},
		{CKA_ID, (void *)(uintptr_t)label, strlen(label)},
		{CKA_LABEL, (void *)(uintptr_t)label, strlen(label)}};
	CK_OBJECT_HANDLE half, other;

	bench_must(worker->target->f->C_GenerateKeyPair(worker->session, &mechanism, public,
			   public_count, private, KC_COUNT_OF(private), &half, &other) == CKR_OK,
		label);
}

void bench_target_make_keys(const struct target *target)
{
	static CK_BYTE p256[] = {0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7}, f4[] = {1, 0, 1};
	static const char id[] = "bench-rsa";
	CK_ULONG bits = 2048;
	CK_ATTRIBUTE ec[] = {{CKA_EC_PARAMS, p256, sizeof p256}};
	CK_ATTRIBUTE rsa[] = {{CKA_MODULUS_BITS, &bits, sizeof bits},
		{CKA_PUBLIC_EXPONENT, f4, sizeof f4}, {CKA_TOKEN, &bench_yes, 1},
		{CKA_ENCRYPT, &bench_yes, 1}, {CKA_LABEL, (void *)(uintptr_t)id, sizeof id - 1}};
	struct worker worker = {.target = target};

	bench_worker_open(&worker);
	make_pair(&worker, CKM_EC_KEY_PAIR_GEN, ec, 1, CKA_DERIVE, "bench-p256");
	make_pair(&worker, CKM_RSA_PKCS_KEY_PAIR_GEN, rsa, 5, CKA_DECRYPT, "bench-rsa");
	bench_worker_close(&worker);
}

double bench_target_fill(const struct target *target, unsigned from, unsigned to)
{
	CK_OBJECT_CLASS data = CKO_DATA;
	struct worker worker = {.target = target};
	double started = bench_now_us();

	bench_worker_open(&worker);
	for (unsigned i = from; i < to; i++) {
		char label[32], value[64] = {0};
		CK_OBJECT_HANDLE made;
		CK_ATTRIBUTE template[] = {{CKA_CLASS, &data, sizeof data},
			{CKA_TOKEN, &bench_yes, 1}, {CKA_PRIVATE, &bench_yes, 1},
			{CKA_LABEL, label, 0}, {CKA_VALUE, value, sizeof value}};
		template[3].ulValueLen = (CK_ULONG)snprintf(label, sizeof label, "bench %u", i);
		bench_must(target->f->C_CreateObject(worker.session, template, 5, &made) == CKR_OK,
			"create");
	}
	bench_worker_close(&worker);
	return (to - from) / ((bench_now_us() - started) / 1e6);
}

void bench_worker_open(struct worker *worker)
{
	const struct target *target = worker->target;

	if (target->path)
		bench_must(
			target->f->C_OpenSession(target->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION,
				NULL, NULL, &worker->session) == CKR_OK,
			"no session");
}

void bench_worker_close(struct worker *worker)
{
	EVP_PKEY_CTX_free(worker->pk);
	EVP_PKEY_free(worker->peer);
	EVP_CIPHER_CTX_free(worker->cipher);
	EVP_MAC_CTX_free(worker->mac);
	EVP_MD_CTX_free(worker->md);
	if (worker->target->path)
		worker->target->f->C_CloseSession(worker->session);
}

CK_OBJECT_HANDLE bench_worker_find(
	const struct worker *worker, const CK_OBJECT_CLASS *class, const char *label)
{
	CK_FUNCTION_LIST *f = worker->target->f;
	CK_OBJECT_HANDLE found = CK_INVALID_HANDLE;
	CK_ATTRIBUTE template[] = {
		{CKA_LABEL, (void *)(uintptr_t)label, strlen(label)},
		{CKA_CLASS, (void *)(uintptr_t) class, sizeof *class},
	};
	CK_ULONG count = 0;

	bench_must(
		f->C_FindObjectsInit(worker->session, template, class ? 2 : 1) == CKR_OK, "find");
	bench_must(f->C_FindObjects(worker->session, &found, 1, &count) == CKR_OK, "find");
	f->C_FindObjectsFinal(worker->session);
	return count ? found : CK_INVALID_HANDLE;
}
