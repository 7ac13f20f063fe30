/* SPDX-License-Identifier: ISC */
/*
 * The arena: slabs of equal slots, one list of free slots for each power of two.
 *
 * Invariants: a slot is in use or on the free list of its size, never both; free slots are all zero
 * but for their link, so that a fresh block needs no clearing beyond that word; slabs are never
 * given back. Everything larger than the largest slot has a mapping of its own, and a few of these
 * are kept, wiped, when they are given back: a message as long as a channel's slot would otherwise
 * cost more in mapping and locking than in cryptography.
 */
#include "base/secret.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/random.h"

#define SMALLEST 32u
#define LARGEST 4096u
#define SIZES 8 /* 32, 64 … 4096 */
#define SLAB 65536u

#define KEPT_LARGEST 131072u /* of mappings that are kept: 8192 to this */
#define KEPT_SIZES 5
#define KEPT_EACH 4

struct slot {
	struct slot *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct slot *free_slots[SIZES];
static void *kept[KEPT_SIZES][KEPT_EACH]; /* NULL: a free place */
static atomic_bool lock_failed;

static void *map_pages(size_t len)
{
	void *pages = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		return NULL;
	if (mlock(pages, len) != 0)
		lock_failed = true;
	/* Both are hardening on top: an old kernel without them still keeps the secret. */
	(void)madvise(pages, len, MADV_DONTDUMP);
	(void)madvise(pages, len, MADV_WIPEONFORK);
	return pages;
}

static size_t round_to_pages(size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	return (len + page - 1) / page * page;
}

static unsigned size_index(size_t len)
{
	unsigned index = 0;

	for (size_t size = SMALLEST; size < len; size *= 2)
		index++;
	return index;
}

static bool add_slab_inlock(unsigned index)
{
	size_t size = (size_t)SMALLEST << index;
	uint8_t *slab = map_pages(SLAB);

	if (!slab)
		return false;
	for (size_t at = 0; at < SLAB; at += size) {
		struct slot *slot = (struct slot *)(void *)(slab + at);
		slot->next = free_slots[index];
		free_slots[index] = slot;
	}
	return true;
}

static void *take_slot(size_t len)
{
	unsigned index = size_index(len);
	struct slot *slot = NULL;

	pthread_mutex_lock(&lock);
	if (free_slots[index] || add_slab_inlock(index)) {
		slot = free_slots[index];
		free_slots[index] = slot->next;
		slot->next = NULL;
	}
	pthread_mutex_unlock(&lock);
	return slot;
}

static void give_slot(void *data, size_t len)
{
	unsigned index = size_index(len);
	struct slot *slot = data;

	kc_mem_wipe(data, (size_t)SMALLEST << index);
	pthread_mutex_lock(&lock);
	slot->next = free_slots[index];
	free_slots[index] = slot;
	pthread_mutex_unlock(&lock);
}

/* --- what is larger than a slot --- */

/* How long the mapping of a block is; those that may be kept have a power of two. */
static size_t mapping_len(size_t len)
{
	return len <= KEPT_LARGEST ? (size_t)SMALLEST << size_index(len) : round_to_pages(len);
}

static void *take_kept(size_t len)
{
	void **row = kept[size_index(len) - SIZES], *taken = NULL;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < KEPT_EACH && !taken; i++) {
		taken = row[i];
		row[i] = NULL;
	}
	pthread_mutex_unlock(&lock);
	return taken;
}

static bool keep(void *data, size_t len)
{
	void **row = kept[size_index(len) - SIZES];
	bool is_kept = false;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < KEPT_EACH && !is_kept; i++)
		if (!row[i]) {
			row[i] = data;
			is_kept = true;
		}
	pthread_mutex_unlock(&lock);
	return is_kept;
}

static void *take_mapping(size_t len)
{
	void *taken = len <= KEPT_LARGEST ? take_kept(len) : NULL;

	return taken ? taken : map_pages(mapping_len(len));
}

static void give_mapping(void *data, size_t len)
{
	kc_mem_wipe(data, len);
	if (len > KEPT_LARGEST || !keep(data, len))
		munmap(data, mapping_len(len));
}

kc_err kc_secret_alloc(struct kc_secret *secret, size_t len)
{
	uint8_t *data = NULL;

	if (len)
		data = len <= LARGEST ? take_slot(len) : take_mapping(len);
	if (len && !data)
		return KC_ERR(NO_MEMORY);
	kc_secret_done(secret);
	*secret = (struct kc_secret){data, len};
	return KC_OK;
}

kc_err kc_secret_set(struct kc_secret *secret, struct kc_bytes bytes)
{
	struct kc_secret fresh = KC_SECRET_INIT;

	KC_TRY(kc_secret_alloc(&fresh, bytes.len));
	if (bytes.len)
		memcpy(fresh.data, bytes.data, bytes.len);
	kc_secret_move(secret, &fresh);
	return KC_OK;
}

kc_err kc_secret_random(struct kc_secret *secret, size_t len)
{
	KC_TRY(kc_secret_alloc(secret, len));
	kc_random_fill(secret->data, len);
	return KC_OK;
}

void kc_secret_done(struct kc_secret *secret)
{
	if (secret->len > LARGEST)
		give_mapping(secret->data, secret->len);
	else if (secret->len)
		give_slot(secret->data, secret->len);
	*secret = (struct kc_secret){NULL, 0};
}

void kc_secret_move(struct kc_secret *to, struct kc_secret *from)
{
	struct kc_secret moved = *from;

	*from = (struct kc_secret){NULL, 0};
	kc_secret_done(to);
	*to = moved;
}

bool kc_secret_is_locked(void)
{
	return !lock_failed;
}
