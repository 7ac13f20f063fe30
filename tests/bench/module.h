/* SPDX-License-Identifier: ISC */
/*
 * What the benchmark of PKCS#11 modules (bench_module.c) shares: the modules that are compared, the
 * operations that are timed, and one thread's share of them. A target without a path is OpenSSL
 * itself.
 */
#ifndef KC_TESTS_BENCH_MODULE_H
#define KC_TESTS_BENCH_MODULE_H

#include <openssl/evp.h>

#include "base/mem.h"
#include "module/form/cryptoki.h"

struct target {
	char *name, *path, *token, *pin; /* path NULL: OpenSSL itself */
	CK_FUNCTION_LIST *f;
	CK_SLOT_ID slot;
	EVP_PKEY *p256, *rsa; /* of raw */
};

/* One thread's share of a target, for one operation at a time. */
struct worker {
	const struct target *target;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	EVP_PKEY_CTX *pk; /* of raw, as the next ones */
	EVP_PKEY *peer;
	EVP_CIPHER_CTX *cipher;
	EVP_MAC_CTX *mac;
	EVP_MD_CTX *md;
	CK_BYTE point[65], sealed[256];
	unsigned objects, count;
};

/* What is timed. start is called before the first run in each round; both may be NULL. */
struct operation {
	const char *name;
	void (*start)(struct worker *worker);
	void (*run)(struct worker *worker);
	bool raw_too; /* OpenSSL has the like */
	bool needs_objects;
};
extern const struct operation bench_key_operations[], bench_store_operations[];
extern const size_t bench_key_count, bench_store_count;

/* Ends the program when it does not hold. */
void bench_must(bool held, const char *what);
double bench_now_us(void);

/* --- targets --- */
struct target bench_target_parse(char *text);
/* Makes raw's keys, P-256 in the file too. */
struct target bench_target_raw(const char *key_file);
/* Initialises the module, logs in and keeps a session open. */
void bench_target_load(struct target *target);
/* The keys that are used: P-256 and RSA-2048, on the token. */
void bench_target_make_keys(const struct target *target);
/* Data objects number from to to; how many a second. */
double bench_target_fill(const struct target *target, unsigned from, unsigned to);

void bench_worker_open(struct worker *worker);
void bench_worker_close(struct worker *worker);
/* The first object of a label, and of a class unless NULL. */
CK_OBJECT_HANDLE bench_worker_find(
	const struct worker *worker, const CK_OBJECT_CLASS *class, const char *label);

/* What a cold client does once it is there. */
void bench_key_start_p256(struct worker *worker);
void bench_key_sign_p256(struct worker *worker);

extern CK_BBOOL bench_yes, bench_no;

#endif
