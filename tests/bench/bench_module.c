/* SPDX-License-Identifier: ISC */
/*
 * Measures PKCS#11 modules against OpenSSL called directly, all in one run and turn by turn.
 *
 *   bench_module ROUNDS OBJECTS NAME=MODULE,TOKEN,PIN …
 *
 * Each module's token gets a P-256 and an RSA-2048 key and is filled to OBJECTS small data objects,
 * labelled by number. Printed are microseconds an operation in the least disturbed round, so that
 * other work on the machine counts little, and the rate as a share of raw OpenSSL's. A cold client
 * is a process of its own: load, initialise, log in, find the key, sign once, finalise.
 */
#include <dlfcn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "module/cryptoki.h"

#define SAMPLE_US 50000.0 /* how long one operation is repeated in a round */
#define ROUNDS_MOST 101
#define TARGETS_MOST 6

static double now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void must(bool held, const char *what)
{
	if (!held) {
		fprintf(stderr, "bench_module: %s\n", what);
		exit(1);
	}
}

/* --- what is measured ---------------------------------------------------------------------------
 */

struct target {
	char *name, *path, *token, *pin; /* path NULL: OpenSSL itself */
	CK_FUNCTION_LIST *f;
	CK_SLOT_ID slot;
	EVP_PKEY *p256, *rsa; /* of raw */
};

/* One thread's share of a target. */
struct worker {
	const struct target *target;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	EVP_PKEY_CTX *ctx;
	unsigned objects;
	unsigned count;
};

static CK_BYTE digest[32] = {42};
static CK_BYTE digest_info[51] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
	0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
static CK_BYTE block[16384];
static CK_BBOOL yes = CK_TRUE;

static CK_OBJECT_HANDLE find_label(
	const struct worker *worker, const CK_OBJECT_CLASS *class, const char *label)
{
	CK_FUNCTION_LIST *f = worker->target->f;
	CK_OBJECT_HANDLE found = CK_INVALID_HANDLE;
	CK_ATTRIBUTE template[] = {
		{CKA_LABEL, (void *)(uintptr_t)label, strlen(label)},
		{CKA_CLASS, (void *)(uintptr_t) class, sizeof *class},
	};
	CK_ULONG count = 0;

	must(f->C_FindObjectsInit(worker->session, template, class ? 2 : 1) == CKR_OK, "find");
	must(f->C_FindObjects(worker->session, &found, 1, &count) == CKR_OK, "find");
	f->C_FindObjectsFinal(worker->session);
	return count ? found : CK_INVALID_HANDLE;
}

static void open_worker(struct worker *worker)
{
	const struct target *target = worker->target;

	if (!target->path)
		return;
	must(target->f->C_OpenSession(target->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
		     &worker->session) == CKR_OK,
		"no session");
}

static void choose_key(struct worker *worker, const char *label, EVP_PKEY *raw)
{
	static const CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;

	if (worker->target->path) {
		worker->key = find_label(worker, &class, label);
		must(worker->key != CK_INVALID_HANDLE, "no key");
		return;
	}
	worker->ctx = EVP_PKEY_CTX_new(raw, NULL);
	must(EVP_PKEY_sign_init(worker->ctx) == 1, "raw key");
	if (EVP_PKEY_is_a(raw, "RSA"))
		EVP_PKEY_CTX_set_rsa_padding(worker->ctx, RSA_PKCS1_PADDING);
}

static void close_worker(struct worker *worker)
{
	EVP_PKEY_CTX_free(worker->ctx);
	if (worker->target->path)
		worker->target->f->C_CloseSession(worker->session);
}

static void start_p256(struct worker *worker)
{
	choose_key(worker, "bench-p256", worker->target->p256);
}

static void start_rsa(struct worker *worker)
{
	choose_key(worker, "bench-rsa", worker->target->rsa);
}

static void start_nothing(struct worker *worker)
{
	(void)worker;
}

static void sign(struct worker *worker, CK_MECHANISM_TYPE type, CK_BYTE *input, CK_ULONG len)
{
	CK_FUNCTION_LIST *f = worker->target->f;
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_BYTE signature[512];
	CK_ULONG signature_len = sizeof signature;
	size_t raw_len = sizeof signature;

	if (!worker->target->path) {
		must(EVP_PKEY_sign(worker->ctx, signature, &raw_len, input, len) == 1, "raw sign");
		return;
	}
	must(f->C_SignInit(worker->session, &mechanism, worker->key) == CKR_OK, "sign init");
	must(f->C_Sign(worker->session, input, len, signature, &signature_len) == CKR_OK, "sign");
}

static void run_p256(struct worker *worker)
{
	sign(worker, CKM_ECDSA, digest, sizeof digest);
}

static void run_rsa(struct worker *worker)
{
	sign(worker, CKM_RSA_PKCS, digest_info, sizeof digest_info);
}

static void run_sha256(struct worker *worker)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
	CK_FUNCTION_LIST *f = worker->target->f;
	CK_BYTE out[64];
	CK_ULONG len = sizeof out;

	if (!worker->target->path) {
		must(EVP_Q_digest(NULL, "SHA256", NULL, block, sizeof block, out, NULL) == 1,
			"raw");
		return;
	}
	must(f->C_DigestInit(worker->session, &mechanism) == CKR_OK, "digest");
	must(f->C_Digest(worker->session, block, sizeof block, out, &len) == CKR_OK, "digest");
}

static void run_find(struct worker *worker)
{
	char label[32];

	snprintf(label, sizeof label, "bench %u", worker->count++ * 7919 % worker->objects);
	must(find_label(worker, NULL, label) != CK_INVALID_HANDLE, "an object is missing");
}

static void run_find_nothing(struct worker *worker)
{
	must(find_label(worker, NULL, "no such label") == CK_INVALID_HANDLE, "found nothing");
}

/* Every data object's label, application and class, as programs that list do. */
static void run_list(struct worker *worker)
{
	CK_FUNCTION_LIST *f = worker->target->f;
	CK_OBJECT_CLASS data = CKO_DATA, class;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &data, sizeof data}};
	CK_OBJECT_HANDLE found[64];
	CK_ULONG count, sum = 0;

	must(f->C_FindObjectsInit(worker->session, template, 1) == CKR_OK, "list");
	while (f->C_FindObjects(worker->session, found, 64, &count) == CKR_OK && count) {
		for (CK_ULONG i = 0; i < count; i++) {
			char label[64], application[64];
			CK_ATTRIBUTE asked[] = {{CKA_LABEL, label, sizeof label},
				{CKA_APPLICATION, application, sizeof application},
				{CKA_CLASS, &class, sizeof class}};
			must(f->C_GetAttributeValue(worker->session, found[i], asked, 3) == CKR_OK,
				"read");
		}
		sum += count;
	}
	f->C_FindObjectsFinal(worker->session);
	must(sum == worker->objects, "not all are listed");
}

/* --- measuring
 * ------------------------------------------------------------------------------------ */

struct operation {
	const char *name;
	void (*start)(struct worker *worker);
	void (*run)(struct worker *worker);
	bool raw_too; /* OpenSSL has the like */
	unsigned threads;
};

static const struct operation operations[] = {
	{"P-256 sign", start_p256, run_p256, true, 1},
	{"P-256 sign, 2 threads", start_p256, run_p256, true, 2},
	{"RSA-2048 sign", start_rsa, run_rsa, true, 1},
	{"RSA-2048 sign, 2 threads", start_rsa, run_rsa, true, 2},
	{"SHA-256 of 16 KiB", start_nothing, run_sha256, true, 1},
	{"find by label", start_nothing, run_find, false, 1},
	{"find nothing by label", start_nothing, run_find_nothing, false, 1},
	{"list and read all", start_nothing, run_list, false, 1},
};

struct thread {
	pthread_t id;
	struct worker worker;
	const struct operation *operation;
	double us_each;
};

static void *run_thread(void *argument)
{
	struct thread *thread = argument;
	double started = now_us(), ended;
	unsigned runs = 0;

	do {
		thread->operation->run(&thread->worker);
		runs++;
		ended = now_us();
	} while (ended - started < SAMPLE_US);
	thread->us_each = (ended - started) / runs;
	return NULL;
}

/* Microseconds an operation, all threads together. */
static double sample(
	const struct target *target, const struct operation *operation, unsigned objects)
{
	struct thread threads[2] = {0};
	double rate = 0;

	for (unsigned i = 0; i < operation->threads; i++) {
		threads[i].operation = operation;
		threads[i].worker = (struct worker){.target = target, .objects = objects};
		open_worker(&threads[i].worker);
		operation->start(&threads[i].worker);
	}
	for (unsigned i = 0; i < operation->threads; i++)
		must(pthread_create(&threads[i].id, NULL, run_thread, &threads[i]) == 0, "thread");
	for (unsigned i = 0; i < operation->threads; i++) {
		pthread_join(threads[i].id, NULL);
		close_worker(&threads[i].worker);
		rate += 1 / threads[i].us_each;
	}
	return 1 / rate;
}

static double best(const double *values, unsigned count)
{
	double least = values[0];

	for (unsigned i = 1; i < count; i++)
		if (values[i] < least)
			least = values[i];
	return least;
}

/* --- targets
 * -------------------------------------------------------------------------------------- */

static void load(struct target *target)
{
	void *library = dlopen(target->path, RTLD_NOW | RTLD_LOCAL);
	CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
	CK_C_GetFunctionList get;
	CK_SLOT_ID slots[16];
	CK_ULONG count = 16;
	CK_SESSION_HANDLE session;

	must(library != NULL, dlerror());
	get = (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList");
	must(get && get(&target->f) == CKR_OK, "no function list");
	must(target->f->C_Initialize(&args) == CKR_OK, "initialize");
	must(target->f->C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK, "slots");
	for (CK_ULONG i = 0; i < count; i++) {
		CK_TOKEN_INFO info;
		if (target->f->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
			memcmp(info.label, target->token, strlen(target->token)) == 0 &&
			info.label[strlen(target->token)] == ' ' &&
			info.label[strlen(target->token) + 1] == ' ')
			target->slot = slots[i];
	}
	must(target->f->C_OpenSession(target->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
		     &session) == CKR_OK,
		"session");
	must(target->f->C_Login(session, CKU_USER, (CK_UTF8CHAR_PTR)target->pin,
		     strlen(target->pin)) == CKR_OK,
		"login");
}

static void make_keys(const struct target *target)
{
	static CK_BYTE p256[] = {0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7}, f4[] = {1, 0, 1};
	CK_ULONG bits = 2048;
	CK_MECHANISM ec = {CKM_EC_KEY_PAIR_GEN, NULL, 0},
		     rsa = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	CK_ATTRIBUTE ec_public[] = {{CKA_EC_PARAMS, p256, sizeof p256}};
	CK_ATTRIBUTE rsa_public[] = {
		{CKA_MODULUS_BITS, &bits, sizeof bits}, {CKA_PUBLIC_EXPONENT, f4, sizeof f4}};
	CK_ATTRIBUTE ec_private[] = {{CKA_TOKEN, &yes, 1}, {CKA_PRIVATE, &yes, 1},
		{CKA_SIGN, &yes, 1}, {CKA_LABEL, (void *)(uintptr_t) "bench-p256", 10}};
	CK_ATTRIBUTE rsa_private[] = {{CKA_TOKEN, &yes, 1}, {CKA_PRIVATE, &yes, 1},
		{CKA_SIGN, &yes, 1}, {CKA_LABEL, (void *)(uintptr_t) "bench-rsa", 9}};
	struct worker worker = {.target = target};
	CK_OBJECT_HANDLE public, private;

	open_worker(&worker);
	must(target->f->C_GenerateKeyPair(
		     worker.session, &ec, ec_public, 1, ec_private, 4, &public, &private) == CKR_OK,
		"P-256 key");
	must(target->f->C_GenerateKeyPair(worker.session, &rsa, rsa_public, 2, rsa_private, 4,
		     &public, &private) == CKR_OK,
		"RSA key");
	close_worker(&worker);
}

/* Objects from..to; how many a second. */
static double fill(const struct target *target, unsigned from, unsigned to)
{
	CK_OBJECT_CLASS data = CKO_DATA;
	struct worker worker = {.target = target};
	double started = now_us();

	open_worker(&worker);
	for (unsigned i = from; i < to; i++) {
		char label[32], value[64] = {0};
		CK_OBJECT_HANDLE made;
		CK_ATTRIBUTE template[] = {{CKA_CLASS, &data, sizeof data}, {CKA_TOKEN, &yes, 1},
			{CKA_PRIVATE, &yes, 1}, {CKA_LABEL, label, 0},
			{CKA_VALUE, value, sizeof value}};
		template[3].ulValueLen = (CK_ULONG)snprintf(label, sizeof label, "bench %u", i);
		must(target->f->C_CreateObject(worker.session, template, 5, &made) == CKR_OK,
			"create");
	}
	close_worker(&worker);
	return (to - from) / ((now_us() - started) / 1e6);
}

/* One whole client in a process of its own, as a person's command is. */
static void be_cold(struct target *target, const char *key_file)
{
	struct worker worker = {.target = target};

	if (target->path) {
		load(target);
		open_worker(&worker);
	} else {
		FILE *file = fopen(key_file, "r");
		must(file != NULL, key_file);
		target->p256 = PEM_read_PrivateKey(file, NULL, NULL, NULL);
		fclose(file);
	}
	start_p256(&worker);
	run_p256(&worker);
	if (target->path)
		target->f->C_Finalize(NULL);
}

static double cold(const struct target *target, const char *self, const char *key_file)
{
	double started = now_us();
	int status = 1;
	pid_t child = fork();

	if (child == 0) {
		if (target->path)
			execl(self, self, "--cold", target->path, target->token, target->pin,
				(char *)NULL);
		else
			execl(self, self, "--cold", key_file, (char *)NULL);
		_exit(127);
	}
	must(child > 0 && waitpid(child, &status, 0) == child && status == 0, "cold client");
	return now_us() - started;
}

static struct target parse_target(char *text)
{
	struct target target = {0};

	target.name = strsep(&text, "=");
	target.path = strsep(&text, ",");
	target.token = strsep(&text, ",");
	target.pin = text;
	must(target.pin != NULL, "a target is NAME=MODULE,TOKEN,PIN");
	return target;
}

static struct target raw_target(const char *key_file)
{
	struct target raw = {.name = (char *)(uintptr_t) "raw"};
	FILE *file = fopen(key_file, "w");

	raw.p256 = EVP_EC_gen("P-256");
	raw.rsa = EVP_RSA_gen(2048);
	must(raw.p256 && raw.rsa && file, "raw keys");
	must(PEM_write_PrivateKey(file, raw.p256, NULL, NULL, 0, NULL, NULL) == 1, key_file);
	fclose(file);
	return raw;
}

static void report(const struct operation *operation, const struct target *targets,
	unsigned target_count, double samples[][ROUNDS_MOST], unsigned rounds)
{
	double raw = operation->raw_too ? best(samples[0], rounds) : 0;

	printf("%-26s", operation->name);
	for (unsigned i = 0; i < target_count; i++) {
		if (!targets[i].path && !operation->raw_too)
			printf("  %-10s %10s       ", targets[i].name, "-");
		else if (raw > 0)
			printf("  %-10s %10.1f us %.2f", targets[i].name, best(samples[i], rounds),
				raw / best(samples[i], rounds));
		else
			printf("  %-10s %10.1f us     ", targets[i].name, best(samples[i], rounds));
	}
	printf("\n");
}

int main(int count, char **words)
{
	struct target targets[TARGETS_MOST];
	double samples[TARGETS_MOST][ROUNDS_MOST];
	unsigned rounds, objects, target_count = 1;
	char key_file[] = "/tmp/bench-module-XXXXXX";

	if (count > 2 && strcmp(words[1], "--cold") == 0) {
		struct target target = {.path = count > 3 ? words[2] : NULL,
			.token = count > 3 ? words[3] : NULL,
			.pin = count > 4 ? words[4] : NULL};
		be_cold(&target, words[2]);
		return 0;
	}
	must(count > 3, "usage: bench_module ROUNDS OBJECTS NAME=MODULE,TOKEN,PIN ...");
	rounds = (unsigned)strtoul(words[1], NULL, 10);
	objects = (unsigned)strtoul(words[2], NULL, 10);
	must(rounds > 0 && rounds <= ROUNDS_MOST && objects > 0, "too many rounds, or no objects");
	must(close(mkstemp(key_file)) == 0, key_file);
	targets[0] = raw_target(key_file);
	for (int i = 3; i < count && target_count < TARGETS_MOST; i++) {
		targets[target_count] = parse_target(words[i]);
		load(&targets[target_count]);
		make_keys(&targets[target_count]);
		printf("%-10s %u objects made, %.0f a second\n", targets[target_count].name,
			objects, fill(&targets[target_count], 0, objects));
		target_count++;
	}
	for (size_t op = 0; op < KC_COUNT_OF(operations); op++) {
		for (unsigned round = 0; round < rounds; round++)
			for (unsigned i = 0; i < target_count; i++)
				if (targets[i].path || operations[op].raw_too)
					samples[i][round] =
						sample(&targets[i], &operations[op], objects);
		report(&operations[op], targets, target_count, samples, rounds);
	}
	for (unsigned round = 0; round < rounds; round++)
		for (unsigned i = 0; i < target_count; i++)
			samples[i][round] = cold(&targets[i], words[0], key_file);
	report(&(struct operation){.name = "cold client, one signature", .raw_too = true}, targets,
		target_count, samples, rounds);
	unlink(key_file);
	return 0;
}
