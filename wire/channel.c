/* SPDX-License-Identifier: ISC */
/* Taking turns in shared memory. */
#include "wire/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "wire/message.h"

/*
 * How long each side looks before it sleeps, and the longest last wait after which it looks at all:
 * beyond, looking was no success, not even but for the time that waking up takes. A client knows
 * that its answer is being made, so it looks for as long as an RSA signature takes; the service can
 * only hope for the next request.
 */
static const struct {
	unsigned spin_us, pays_us;
} patience[] = {
	[KC_CHANNEL_CLIENT] = {400, 600},
	[KC_CHANNEL_SERVICE] = {100, 400},
};

#define LOOKS_A_ROUND 32    /* looks at the turn between two looks at the clock: about 1 µs */
#define CLIENT_SLICE_MS 200 /* a sleeping client looks after the socket this often */
#define NO_CORE UINT32_MAX
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) /* no SIGBUS by a cut segment */

#if defined(__x86_64__) || defined(__i386__)
#define relax() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define relax() __asm__ volatile("yield")
#else
#define relax() atomic_signal_fence(memory_order_seq_cst)
#endif

/* --- making both halves ---------------------------------------------------------------------- */

static kc_err map_slot(int fd, struct kc_slot **ret)
{
	void *slot = mmap(NULL, sizeof **ret, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (slot == MAP_FAILED)
		return kc_err_from_errno(errno);
	(void)madvise(slot, sizeof **ret, MADV_DONTDUMP);
	/* A forked child has no business with its parent's conversation. */
	(void)madvise(slot, sizeof **ret, MADV_DONTFORK);
	*ret = slot;
	return KC_OK;
}

static kc_err make_slot(struct kc_slot **ret, int *ret_fd)
{
	KC_CLEANUP_FD int fd = memfd_create("keycircle-slot", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, sizeof **ret) != 0 || fcntl(fd, F_ADD_SEALS, SEALS) != 0)
		return kc_err_from_errno(errno);
	KC_TRY(map_slot(fd, ret));
	for (unsigned side = 0; side < 2; side++)
		atomic_store(&(*ret)->sides[side].core, NO_CORE);
	*ret_fd = fd;
	fd = -1;
	return KC_OK;
}

kc_err kc_channel_offer(
	int socket, int process, const struct kc_bulletin *bulletin, struct kc_channel *ret)
{
	KC_CLEANUP_FD int bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	KC_CLEANUP_FD int memory = -1;
	struct kc_greeting greeting = {.bell = bell, .bulletin = bulletin->fd};
	struct kc_slot *slot = NULL;
	kc_err err;

	if (bell < 0)
		return kc_err_from_errno(errno);
	KC_TRY(make_slot(&slot, &memory));
	greeting.slot = memory;
	err = kc_greeting_send(socket, &greeting);
	if (err != KC_OK) {
		munmap(slot, sizeof *slot);
		return err;
	}
	*ret = (struct kc_channel){.side = KC_CHANNEL_SERVICE,
		.socket = socket,
		.bell = bell,
		.process = process,
		.slot = slot,
		.bulletin = bulletin->page};
	bell = -1;
	return KC_OK;
}

kc_err kc_channel_accept(int socket, kc_deadline deadline, struct kc_channel *ret)
{
	KC_CLEANUP_FD int memory = -1;
	KC_CLEANUP_FD int bell = -1;
	KC_CLEANUP_FD int bulletin = -1;
	struct kc_greeting greeting;
	struct kc_channel channel = {.side = KC_CHANNEL_CLIENT, .socket = socket, .process = -1};
	kc_err err;

	KC_TRY(kc_greeting_receive(socket, deadline, &greeting));
	memory = greeting.slot;
	bell = greeting.bell;
	bulletin = greeting.bulletin;
	KC_TRY(kc_mark_lift(&bell));
	KC_TRY(map_slot(memory, &channel.slot));
	err = kc_bulletin_map(bulletin, &channel.bulletin);
	if (err != KC_OK) {
		munmap(channel.slot, sizeof *channel.slot);
		return err;
	}
	channel.bell = bell;
	bell = -1;
	channel.socket_mark = kc_mark_of(channel.socket);
	channel.bell_mark = kc_mark_of(channel.bell);
	*ret = channel;
	return KC_OK;
}

/* The service closes its descriptors itself; a client lives in a program that may have closed them
 * behind its back. Event descriptors all have one inode: the bell goes by the socket too. */
static bool has_socket(const struct kc_channel *channel)
{
	return channel->side == KC_CHANNEL_SERVICE ||
	       kc_mark_fits(&channel->socket_mark, channel->socket);
}

static bool has_bell(const struct kc_channel *channel)
{
	return has_socket(channel) && (channel->side == KC_CHANNEL_SERVICE ||
					      kc_mark_fits(&channel->bell_mark, channel->bell));
}

bool kc_channel_stands(const struct kc_channel *channel)
{
	return has_socket(channel) && !kc_socket_is_hung_up(channel->socket);
}

void kc_channel_done(struct kc_channel *channel)
{
	munmap(channel->slot, sizeof *channel->slot);
	if (has_bell(channel))
		close(channel->bell);
	if (channel->side == KC_CHANNEL_CLIENT) {
		kc_bulletin_unmap(channel->bulletin);
		if (has_socket(channel))
			close(channel->socket);
	}
}

/* --- waiting --------------------------------------------------------------------------------- */

static bool is_mine(const struct kc_channel *channel)
{
	unsigned mine = channel->side == KC_CHANNEL_CLIENT ? KC_SLOT_CLIENT : KC_SLOT_POSTED;
	return atomic_load(&channel->slot->turn) == mine;
}

static pthread_once_t counted = PTHREAD_ONCE_INIT;
static unsigned core_count = 1;

static void count_cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof set, &set) == 0)
		core_count = (unsigned)CPU_COUNT(&set);
}

/* Whether both ends of every busy connection have a core apiece. */
static bool has_room(const struct kc_channel *channel)
{
	return 2 * kc_bulletin_busy(channel->bulletin) <= core_count;
}

static unsigned peer_core(const struct kc_channel *channel)
{
	return atomic_load_explicit(
		&channel->slot->sides[1 - channel->side].core, memory_order_relaxed);
}

/*
 * Looks for a while whether the turn has come. A peer that waited on this very core last can only
 * go on when we leave it, so then there is no looking: measured, spinning beside it costs ten times
 * what sleeping does, and sched_yield(2) beside a third program a whole time slice.
 */
static bool spin(const struct kc_channel *channel, uint64_t start_us)
{
	unsigned core = (unsigned)sched_getcpu();

	if (core_count == 1 || channel->last_us > patience[channel->side].pays_us)
		return is_mine(channel);
	atomic_store_explicit(
		&channel->slot->sides[channel->side].core, core, memory_order_relaxed);
	do {
		for (unsigned i = 0; i < LOOKS_A_ROUND; i++) {
			if (is_mine(channel))
				return true;
			relax();
		}
		if (peer_core(channel) == core || !has_room(channel))
			break;
	} while (kc_clock_monotonic_us() - start_us < patience[channel->side].spin_us);
	return is_mine(channel);
}

/* Sleeps in the futex, for a slice at most, since the service cannot wake us when it dies. */
static kc_err client_sleep(struct kc_channel *channel, kc_deadline deadline)
{
	unsigned turn = atomic_load(&channel->slot->turn);
	int left_ms = kc_socket_left_ms(deadline);
	struct timespec slice = {0};

	if (turn == KC_SLOT_CLIENT)
		return KC_OK;
	if (left_ms == 0)
		return KC_ERR(TIMED_OUT);
	if (left_ms < 0 || left_ms > CLIENT_SLICE_MS)
		left_ms = CLIENT_SLICE_MS;
	slice.tv_nsec = (long)left_ms * 1000000;
	if (syscall(SYS_futex, &channel->slot->turn, FUTEX_WAIT, turn, &slice, NULL, 0) == 0 ||
		errno != ETIMEDOUT)
		return KC_OK;
	return kc_channel_stands(channel) ? KC_OK : KC_ERR(SERVICE);
}

/* Empties the bell. The flag is per call, since the client could make the descriptor, whose state
 * it shares, a blocking one. */
static kc_err hush(int bell)
{
	uint64_t count;
	struct iovec part = {&count, sizeof count};

	if (preadv2(bell, &part, 1, -1, RWF_NOWAIT) < 0 && errno != EAGAIN && errno != EINTR)
		return kc_err_from_errno(errno);
	return KC_OK;
}

static kc_err service_sleep(struct kc_channel *channel, kc_deadline deadline)
{
	struct pollfd waits[] = {
		{.fd = channel->bell, .events = POLLIN},
		{.fd = channel->socket, .events = POLLRDHUP},
		{.fd = channel->process, .events = POLLIN},
	};
	int ready = poll(waits, KC_COUNT_OF(waits), kc_socket_left_ms(deadline));

	if (ready < 0)
		return errno == EINTR ? KC_OK : kc_err_from_errno(errno);
	if (ready == 0)
		return KC_ERR(TIMED_OUT);
	if (waits[1].revents || waits[2].revents)
		return KC_ERR(SERVICE);
	return hush(channel->bell);
}

static kc_err sleep_until_mine(struct kc_channel *channel, kc_deadline deadline)
{
	atomic_uint *asleep = &channel->slot->sides[channel->side].asleep;
	kc_err err = KC_OK;

	/* The other side changes the turn first and asks for sleepers then; we the other way round:
	 * one of us sees the other. */
	atomic_store(asleep, 1);
	while (err == KC_OK && !is_mine(channel))
		err = channel->side == KC_CHANNEL_CLIENT ? client_sleep(channel, deadline)
							 : service_sleep(channel, deadline);
	atomic_store(asleep, 0);
	return err;
}

kc_err kc_channel_wait(struct kc_channel *channel, kc_deadline deadline, size_t *ret_len)
{
	uint64_t start_us = kc_clock_monotonic_us();
	size_t len;

	pthread_once(&counted, count_cores);
	if (!spin(channel, start_us))
		KC_TRY(sleep_until_mine(channel, deadline));
	channel->last_us = kc_clock_monotonic_us() - start_us;
	len = atomic_load(&channel->slot->len);
	if (len > KC_MESSAGE_MAX)
		return KC_ERR(TOO_LARGE);
	*ret_len = len;
	return KC_OK;
}

/* --- messages -------------------------------------------------------------------------------- */

kc_err kc_channel_read(
	struct kc_channel *channel, size_t len, kc_deadline deadline, struct kc_buf *buf)
{
	if (len <= KC_SLOT_PAYLOAD) {
		kc_buf_push(buf, channel->slot->payload, len);
		kc_mem_wipe(channel->slot->payload, len);
	} else {
		uint8_t *room = kc_buf_extend(buf, len);
		if (!has_socket(channel))
			return KC_ERR(SERVICE);
		if (room)
			KC_TRY(kc_socket_receive(channel->socket, room, len, deadline));
	}
	KC_TRY(kc_buf_check(buf));
	if (channel->side == KC_CHANNEL_SERVICE)
		atomic_store(&channel->slot->turn, KC_SLOT_TAKEN);
	return KC_OK;
}

static kc_err ring_service(struct kc_channel *channel)
{
	uint64_t one = 1;

	if (!has_bell(channel))
		return KC_ERR(SERVICE);
	/* A full counter has woken it long ago. */
	if (write(channel->bell, &one, sizeof one) < 0 && errno != EAGAIN)
		return KC_ERR(SERVICE);
	return KC_OK;
}

static kc_err give_turn(struct kc_channel *channel)
{
	struct kc_slot *slot = channel->slot;
	bool is_client = channel->side == KC_CHANNEL_CLIENT;

	atomic_store(&slot->turn, is_client ? KC_SLOT_POSTED : KC_SLOT_CLIENT);
	if (!atomic_load(&slot->sides[1 - channel->side].asleep))
		return KC_OK;
	if (is_client)
		return ring_service(channel);
	syscall(SYS_futex, &slot->turn, FUTEX_WAKE, 1, NULL, NULL, 0);
	return KC_OK;
}

kc_err kc_channel_send(struct kc_channel *channel, struct kc_bytes message, kc_deadline deadline)
{
	bool fits = message.len <= KC_SLOT_PAYLOAD;

	if (message.len > KC_MESSAGE_MAX)
		return KC_ERR(TOO_LARGE);
	if (fits && message.len)
		memcpy(channel->slot->payload, message.data, message.len);
	atomic_store(&channel->slot->len, (unsigned)message.len);
	KC_TRY(give_turn(channel));
	if (fits)
		return KC_OK;
	return has_socket(channel) ? kc_socket_send(channel->socket, message, deadline)
				   : KC_ERR(SERVICE);
}

bool kc_channel_is_untaken(const struct kc_channel *channel)
{
	return atomic_load(&channel->slot->turn) == KC_SLOT_POSTED;
}
