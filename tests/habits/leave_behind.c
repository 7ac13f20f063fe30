/* SPDX-License-Identifier: ISC */
/*
 * Ends well itself, and leaves a process behind that does what a sanitizer reports, or nothing.
 *
 *   leave_behind nothing|leak|overflow|race
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int main(int argc, char **argv)
{
	pid_t child;

	if (argc != 2)
		return 99;
	child = fork();
	if (child != 0)
		return child < 0;
	usleep(100 * 1000); /* the test is over by then */
	if (strcmp(argv[1], "leak") == 0)
		leak();
	if (strcmp(argv[1], "overflow") == 0)
		overflow();
	if (strcmp(argv[1], "race") == 0)
		race();
	return 0;
}
