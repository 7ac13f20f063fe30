/* SPDX-License-Identifier: ISC */
/*
 * Measures PKCS#11 modules against OpenSSL called directly, all in one run and turn by turn.
 *
 *   bench_module ROUNDS SIZES NAME=MODULE,TOKEN,PIN …
 *
 * Each module's token gets a P-256 and an RSA-2048 key, and is filled to each of SIZES (0,1000,…)
 * in turn with small data objects that are labelled by number. Printed are microseconds an
 * operation in the least disturbed round, so that other work on the machine counts little, and its
 * rate as a share of the first column's: of raw OpenSSL's, or of the first module's where OpenSSL
 * has nothing like it. A cold client is a process of its own: load, initialise, log in, find the
 * key, sign once, finalise.
 */
#include <pthread.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/module.h"

#define SAMPLE_US 50000.0 /* how long one operation is repeated in a round */
#define ROUNDS_MOST 101
#define TARGETS_MOST 6
#define THREADS_MOST 2

struct bench {
	struct target targets[TARGETS_MOST]; /* raw OpenSSL first */
	unsigned target_count, rounds, objects;
	const char *self, *key_file;
};

/* --- one sample ---------------------------------------------------------------------------------
 */

struct thread {
	pthread_t id;
	struct worker worker;
	const struct operation *operation;
	double us_each;
};

static void *run_thread(void *argument)
{
	struct thread *thread = argument;
	double started = bench_now_us(), ended;
	unsigned runs = 0;

	do {
		thread->operation->run(&thread->worker);
		runs++;
		ended = bench_now_us();
	} while (ended - started < SAMPLE_US);
	thread->us_each = (ended - started) / runs;
	return NULL;
}

/* Microseconds an operation, all threads together. */
static double sample(const struct target *target, const struct operation *operation,
	unsigned objects, unsigned thread_count)
{
	struct thread threads[THREADS_MOST] = {0};
	double rate = 0;

	for (unsigned i = 0; i < thread_count; i++) {
		threads[i].operation = operation;
		threads[i].worker = (struct worker){.target = target, .objects = objects};
		bench_worker_open(&threads[i].worker);
		if (operation->start)
			operation->start(&threads[i].worker);
	}
	for (unsigned i = 0; i < thread_count; i++)
		bench_must(pthread_create(&threads[i].id, NULL, run_thread, &threads[i]) == 0,
			"thread");
	for (unsigned i = 0; i < thread_count; i++) {
		pthread_join(threads[i].id, NULL);
		rate += 1 / threads[i].us_each;
	}
	/* What a session made goes with it: not before all have ended. */
	for (unsigned i = 0; i < thread_count; i++)
		bench_worker_close(&threads[i].worker);
	return 1 / rate;
}

/* --- a client of its own -------------------------------------------------------------------------
 */

/* Writes how long it took to be logged in, as a person's command is when it begins. */
static void be_cold(struct target *target, const char *key_file)
{
	struct worker worker = {.target = target};
	double started = bench_now_us();

	if (target->path) {
		bench_target_load(target);
		printf("%f\n", bench_now_us() - started);
		bench_worker_open(&worker);
	} else {
		FILE *file = fopen(key_file, "r");
		bench_must(file != NULL, key_file);
		target->p256 = PEM_read_PrivateKey(file, NULL, NULL, NULL);
		fclose(file);
		printf("%f\n", bench_now_us() - started);
	}
	bench_key_start_p256(&worker);
	bench_key_sign_p256(&worker);
	if (target->path)
		target->f->C_Finalize(NULL);
}

/* The whole of it, and until it was logged in. */
static double cold(const struct bench *bench, const struct target *target, double *ret_login)
{
	double started = bench_now_us();
	int status = 1, ends[2];
	char text[64] = "";
	pid_t child;

	bench_must(pipe(ends) == 0, "cold client");
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		if (target->path)
			execl(bench->self, bench->self, "--cold", target->path, target->token,
				target->pin, (char *)NULL);
		else
			execl(bench->self, bench->self, "--cold", bench->key_file, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	bench_must(waitpid(child, &status, 0) == child && status == 0, "cold client");
	started = bench_now_us() - started;
	bench_must(read(ends[0], text, sizeof text - 1) > 0, "cold client");
	close(ends[0]);
	*ret_login = strtod(text, NULL);
	return started;
}

/* --- reports ------------------------------------------------------------------------------------
 */

static double best(const double *values, unsigned count)
{
	double least = values[0];

	for (unsigned i = 1; i < count; i++)
		if (values[i] < least)
			least = values[i];
	return least;
}

static void report(
	const struct bench *bench, const char *name, bool raw_too, double samples[][ROUNDS_MOST])
{
	unsigned first = raw_too ? 0 : 1;
	double base = best(samples[first], bench->rounds);

	printf("%-34s", name);
	if (!raw_too)
		printf(" %12s         ", "-");
	for (unsigned i = first; i < bench->target_count; i++) {
		double us = best(samples[i], bench->rounds);
		printf(" %12.1f us %5.2f", us, base / us);
	}
	printf("\n");
	fflush(stdout);
}

static void measure(
	const struct bench *bench, const struct operation *operation, unsigned thread_count)
{
	double samples[TARGETS_MOST][ROUNDS_MOST];
	char name[64];

	if (operation->needs_objects && bench->objects == 0)
		return;
	snprintf(name, sizeof name, thread_count > 1 ? "%s, %u threads" : "%s", operation->name,
		thread_count);
	for (unsigned round = 0; round < bench->rounds; round++)
		for (unsigned i = 0; i < bench->target_count; i++)
			if (bench->targets[i].path || operation->raw_too)
				samples[i][round] = sample(&bench->targets[i], operation,
					bench->objects, thread_count);
	report(bench, name, operation->raw_too, samples);
}

static void measure_cold(const struct bench *bench)
{
	double whole[TARGETS_MOST][ROUNDS_MOST], login[TARGETS_MOST][ROUNDS_MOST];

	for (unsigned round = 0; round < bench->rounds; round++)
		for (unsigned i = 0; i < bench->target_count; i++)
			whole[i][round] = cold(bench, &bench->targets[i], &login[i][round]);
	report(bench, "load, initialise, log in", true, login);
	report(bench, "cold client, one signature", true, whole);
}

static void measure_keys(const struct bench *bench)
{
	for (unsigned threads = 1; threads <= THREADS_MOST; threads++)
		for (size_t i = 0; i < bench_key_count; i++)
			measure(bench, &bench_key_operations[i], threads);
}

static void measure_size(struct bench *bench, unsigned objects)
{
	printf("with %u objects\n", objects);
	for (unsigned i = 1; objects > bench->objects && i < bench->target_count; i++)
		printf("    %s made them at %.0f a second\n", bench->targets[i].name,
			bench_target_fill(&bench->targets[i], bench->objects, objects));
	bench->objects = objects;
	measure_cold(bench);
	for (size_t i = 0; i < bench_store_count; i++)
		measure(bench, &bench_store_operations[i], 1);
}

int main(int count, char **words)
{
	struct bench bench = {.self = words[0], .target_count = 1};
	char key_file[] = "/tmp/bench-module-XXXXXX", *sizes, *size;

	if (count > 2 && strcmp(words[1], "--cold") == 0) {
		struct target target = {.path = count > 3 ? words[2] : NULL,
			.token = count > 3 ? words[3] : NULL,
			.pin = count > 4 ? words[4] : NULL};
		be_cold(&target, words[2]);
		return 0;
	}
	bench_must(count > 3, "usage: bench_module ROUNDS SIZES NAME=MODULE,TOKEN,PIN ...");
	bench.rounds = (unsigned)strtoul(words[1], NULL, 10);
	bench_must(bench.rounds > 0 && bench.rounds <= ROUNDS_MOST, "too many rounds");
	bench_must(close(mkstemp(key_file)) == 0, key_file);
	bench.key_file = key_file;
	bench.targets[0] = bench_target_raw(key_file);
	printf("%-34s %12s         ", "", "OpenSSL");
	for (int i = 3; i < count && bench.target_count < TARGETS_MOST; i++) {
		struct target *target = &bench.targets[bench.target_count++];
		*target = bench_target_parse(words[i]);
		bench_target_load(target);
		bench_target_make_keys(target);
		printf(" %12s         ", target->name);
	}
	printf("\n");
	measure_keys(&bench);
	for (sizes = words[2]; (size = strsep(&sizes, ","));)
		measure_size(&bench, (unsigned)strtoul(size, NULL, 10));
	unlink(key_file);
	return 0;
}
