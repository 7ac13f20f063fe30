/* SPDX-License-Identifier: ISC */
/*
 * Measures a round trip between two processes by each way that a channel could be built, the last
 * being the one that was (wire/channel.h), so that the choice can be checked on another machine.
 *
 *   bench_channel [calls]        prints medians in microseconds, and how many times faster each way
 *                                is than the blocking socket in the same situation
 */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "wire/channel.h"

#define LARGEST 16384u
#define STOP 1u /* bytes of the message that ends the server */
#define LOADS_MOST 2

static double now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void must(bool held, const char *what)
{
	if (!held) {
		perror(what);
		_exit(1);
	}
}

/* --- the ways -------------------------------------------------------------------------------- */

struct slot {
	_Alignas(64) atomic_uint turn; /* the side that may touch the rest */
	atomic_uint len;
	_Alignas(64) atomic_uint asleep[2];
	_Alignas(64) uint8_t payload[LARGEST];
};

struct end {
	unsigned side;
	int fd;
	double spin_us;
	struct slot *slot;
	struct kc_channel channel;
	struct kc_buf buf;
	uint8_t payload[LARGEST + sizeof(uint32_t)];
};

/* A blocking stream socket, lengths before payloads; with a spin, first without blocking. */
static void socket_push(struct end *end, uint32_t len)
{
	memcpy(end->payload, &len, sizeof len);
	must(kc_socket_send(end->fd, kc_bytes(end->payload, len + sizeof len), KC_DEADLINE_NEVER) ==
			KC_OK,
		"send");
}

static uint32_t socket_pull(struct end *end)
{
	double until = end->spin_us > 0 ? now_us() + end->spin_us : 0;
	size_t got = 0, wanted = sizeof(uint32_t);
	uint32_t len = 0;

	while (got < wanted) {
		ssize_t n = recv(end->fd, end->payload + got, sizeof end->payload - got,
			until > 0 && now_us() < until ? MSG_DONTWAIT : 0);
		if (n < 0 && errno == EAGAIN)
			continue;
		must(n > 0, "recv");
		got += (size_t)n;
		if (got >= sizeof len) {
			memcpy(&len, end->payload, sizeof len);
			wanted = sizeof len + len;
		}
	}
	return len;
}

/* Shared memory, waiting in a futex after the spin. */
static void futex_push(struct end *end, uint32_t len)
{
	unsigned other = 1 - end->side;

	memcpy(end->slot->payload, end->payload, len);
	end->slot->len = len;
	atomic_store(&end->slot->turn, other);
	if (atomic_load(&end->slot->asleep[other]))
		syscall(SYS_futex, &end->slot->turn, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static uint32_t futex_pull(struct end *end)
{
	double until = end->spin_us > 0 ? now_us() + end->spin_us : 0;
	uint32_t len;

	while (atomic_load(&end->slot->turn) != end->side && until > 0 && now_us() < until)
		;
	atomic_store(&end->slot->asleep[end->side], 1);
	while (atomic_load(&end->slot->turn) != end->side)
		syscall(SYS_futex, &end->slot->turn, FUTEX_WAIT, 1 - end->side, NULL, NULL, 0);
	atomic_store(&end->slot->asleep[end->side], 0);
	len = end->slot->len;
	memcpy(end->payload, end->slot->payload, len);
	return len;
}

static void channel_push(struct end *end, uint32_t len)
{
	must(kc_channel_send(&end->channel, kc_bytes(end->payload, len), KC_DEADLINE_NEVER) ==
			KC_OK,
		"kc_channel_send");
}

static uint32_t channel_pull(struct end *end)
{
	size_t len;

	kc_buf_reset(&end->buf);
	must(kc_channel_wait(&end->channel, KC_DEADLINE_NEVER, &len) == KC_OK &&
			kc_channel_read(&end->channel, len, KC_DEADLINE_NEVER, &end->buf) == KC_OK,
		"kc_channel_wait");
	return (uint32_t)len;
}

static const struct way {
	const char *name;
	void (*push)(struct end *end, uint32_t len);
	uint32_t (*pull)(struct end *end);
	double spin_us;
} ways[] = {
	{"socket", socket_push, socket_pull, 0},
	{"socket, spin", socket_push, socket_pull, 50},
	{"memory, futex", futex_push, futex_pull, 0},
	{"memory, spin, futex", futex_push, futex_pull, 50},
	{"kc_channel", channel_push, channel_pull, 0},
};

/* --- the situations -------------------------------------------------------------------------- */

static const struct situation {
	const char *name;
	uint32_t len;	   /* bytes each way */
	double work_us;	   /* the server computes so long */
	unsigned pause_us; /* the client sleeps so long between calls: cores go idle */
	unsigned load;	   /* other processes that never stop computing */
} situations[] = {
	{"64 B, back to back", 64, 0, 0, 0},
	{"16 KiB, back to back", 16384, 0, 0, 0},
	{"64 B, 20 us of work", 64, 20, 0, 0},
	{"64 B, 700 us of work", 64, 700, 0, 0},
	{"64 B, every 2 ms (cores idle)", 64, 0, 2000, 0},
	{"64 B, one busy neighbour", 64, 0, 0, 1},
	{"64 B, two busy neighbours", 64, 0, 0, 2},
};

static void compute(double us)
{
	double end = now_us() + us;

	while (us > 0 && now_us() < end)
		;
}

static pid_t start_load(void)
{
	pid_t pid = fork();

	must(pid >= 0, "fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			compute(1e6);
	}
	return pid;
}

static void serve(struct end *end, const struct way *way, double work_us)
{
	uint32_t len;

	while ((len = way->pull(end)) != STOP) {
		compute(work_us);
		way->push(end, len);
	}
	_exit(0);
}

/* Both halves of a real channel; the greeting goes through the pair of sockets. */
static void make_channel(struct end *end)
{
	static struct kc_bulletin bulletin;

	if (end->side == 1)
		must(kc_bulletin_init(&bulletin) == KC_OK &&
				kc_channel_offer(end->fd, -1, &bulletin, &end->channel) == KC_OK,
			"offer");
	else
		must(kc_channel_accept(end->fd, KC_DEADLINE_NEVER, &end->channel) == KC_OK,
			"accept");
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static double call(struct end *end, const struct way *way, const struct situation *at)
{
	double start;

	if (at->pause_us)
		usleep(at->pause_us);
	start = now_us();
	way->push(end, at->len);
	way->pull(end);
	return now_us() - start;
}

static double measure(const struct way *way, const struct situation *at, unsigned calls)
{
	static struct end end;
	double *times = calloc(calls, sizeof *times), median;
	pid_t loads[LOADS_MOST], server;
	int fds[2];

	end = (struct end){.spin_us = way->spin_us};
	end.slot = mmap(
		NULL, sizeof *end.slot, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(times && end.slot != MAP_FAILED, "memory");
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0, "socketpair");
	for (unsigned i = 0; i < at->load; i++)
		loads[i] = start_load();
	server = fork();
	must(server >= 0, "fork");
	end.side = server == 0;
	end.fd = fds[end.side];
	close(fds[1 - end.side]);
	make_channel(&end);
	if (server == 0)
		serve(&end, way, at->work_us);
	for (unsigned i = 0; i < calls; i++)
		times[i] = call(&end, way, at);
	way->push(&end, STOP);
	waitpid(server, NULL, 0);
	for (unsigned i = 0; i < at->load; i++) {
		kill(loads[i], SIGKILL);
		waitpid(loads[i], NULL, 0);
	}
	kc_channel_done(&end.channel);
	kc_buf_done(&end.buf);
	munmap(end.slot, sizeof *end.slot);
	qsort(times, calls, sizeof *times, by_size);
	median = times[calls / 2];
	free(times);
	return median;
}

int main(int argc, char **argv)
{
	unsigned calls = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 2000;

	printf("%-30s", "median of a round trip, us");
	for (size_t w = 0; w < KC_COUNT_OF(ways); w++)
		printf(" %20s", ways[w].name);
	printf("\n");
	for (size_t s = 0; s < KC_COUNT_OF(situations); s++) {
		double first = 0;
		printf("%-30s", situations[s].name);
		for (size_t w = 0; w < KC_COUNT_OF(ways); w++) {
			double median = measure(&ways[w], &situations[s], calls);
			if (w == 0)
				first = median;
			printf(" %11.2f (%5.1fx)", median, first / median);
			fflush(stdout);
		}
		printf("\n");
	}
	return 0;
}
