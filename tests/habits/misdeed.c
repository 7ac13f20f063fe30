/* SPDX-License-Identifier: ISC */
/*
 * Does what a sanitizer or valgrind must report, and ends well: for the seeded violations.
 *
 *   misdeed nothing|leak|overflow|race|descriptor
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static void *volatile kept;

static void leak(void)
{
	kept = malloc(77);
	kept = NULL;
}

static void overflow(void)
{
	volatile char *volatile block = malloc(7);

	block[7] = 1;
	free((void *)(size_t)block);
}

static void *count_up(void *number)
{
	for (int i = 0; i < 1000; i++)
		(*(volatile int *)number)++;
	return NULL;
}

static void race(void)
{
	int number = 0;
	pthread_t other;

	if (pthread_create(&other, NULL, count_up, &number) != 0)
		return;
	count_up(&number);
	pthread_join(other, NULL);
}

static void descriptor(void)
{
	(void)!open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void nothing(void)
{
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} rows[] = {
		{"nothing", nothing},
		{"leak", leak},
		{"overflow", overflow},
		{"race", race},
		{"descriptor", descriptor},
	};

	for (size_t i = 0; argc == 2 && i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(argv[1], rows[i].name) == 0) {
			rows[i].run();
			return 0;
		}
	return 2;
}
