/* SPDX-License-Identifier: ISC */
/* A VFS that loses power. */
#include "tests/store/powercut_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR 512
#define MAX_FILES 8

/* --- what the disk has --------------------------------------------------------------------------
 */

enum change_kind { CHANGE_WRITE, CHANGE_TRUNCATE, CHANGE_DELETE };

struct change {
	enum change_kind kind;
	size_t at, len;
	uint8_t *data; /* of a write */
};

struct image {
	char path[256];
	bool exists; /* in the durable state */
	uint8_t *durable;
	size_t len, room;
	struct change *changes; /* since the last sync */
	size_t count, allocated;
};

static struct image images[MAX_FILES];
static size_t image_count;
static uint64_t operations, cut_at;
static bool dead, lying;

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static void resize(struct image *image, size_t len)
{
	if (len > image->room) {
		image->room = 2 * len;
		image->durable = must(realloc(image->durable, image->room));
	}
	if (len > image->len)
		memset(image->durable + image->len, 0, len - image->len);
	image->len = len;
}

static void forget_changes(struct image *image)
{
	for (size_t i = 0; i < image->count; i++)
		free(image->changes[i].data);
	image->count = 0;
}

static void read_image(struct image *image)
{
	uint8_t block[4096];
	int file = open(image->path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	image->exists = file >= 0;
	while (file >= 0 && (got = read(file, block, sizeof block)) > 0) {
		resize(image, image->len + (size_t)got);
		memcpy(image->durable + image->len - (size_t)got, block, (size_t)got);
	}
	if (file >= 0)
		close(file);
}

static struct image *find_image(const char *path)
{
	struct image *image;

	for (size_t i = 0; i < image_count; i++)
		if (strcmp(images[i].path, path) == 0)
			return &images[i];
	if (image_count == MAX_FILES)
		abort();
	image = &images[image_count++];
	snprintf(image->path, sizeof image->path, "%s", path);
	read_image(image);
	return image;
}

static void note(struct image *image, struct change change)
{
	if (image->count == image->allocated) {
		image->allocated = image->allocated ? image->allocated * 2 : 64;
		image->changes =
			must(realloc(image->changes, image->allocated * sizeof *image->changes));
	}
	image->changes[image->count++] = change;
}

static void make_durable(struct image *image)
{
	image->exists = true;
	for (size_t i = 0; i < image->count; i++) {
		const struct change *change = &image->changes[i];
		switch (change->kind) {
		case CHANGE_WRITE:
			if (change->at + change->len > image->len)
				resize(image, change->at + change->len);
			memcpy(image->durable + change->at, change->data, change->len);
			break;
		case CHANGE_TRUNCATE:
			resize(image, change->len);
			break;
		case CHANGE_DELETE:
			resize(image, 0);
			break;
		}
	}
	forget_changes(image);
}

/* Counts an operation. Whether the power is still there for it. */
static bool spend(void)
{
	if (!dead && ++operations == cut_at)
		dead = true;
	return !dead;
}

/* --- the cut ------------------------------------------------------------------------------------
 */

static uint64_t state;

static uint64_t chance(uint64_t below)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (state >> 33) % below;
}

/* A write that no sync followed: each of its sectors is there or not. */
static void tear(struct image *image, const struct change *change)
{
	for (size_t done = 0; done < change->len;) {
		size_t at = change->at + done;
		size_t len = SECTOR - at % SECTOR;
		if (len > change->len - done)
			len = change->len - done;
		if (at + len > image->len) {
			size_t old = image->len;
			if (chance(4) == 0) {
				done += len;
				continue;
			}
			resize(image, at + len);
			if (chance(2))
				memset(image->durable + old, (int)chance(256), image->len - old);
		}
		if (chance(2))
			memcpy(image->durable + at, change->data + done, len);
		done += len;
	}
}

static void lose(struct image *image)
{
	for (size_t i = 0; i < image->count; i++) {
		const struct change *change = &image->changes[i];
		switch (change->kind) {
		case CHANGE_WRITE:
			image->exists = image->exists || chance(2);
			tear(image, change);
			break;
		case CHANGE_TRUNCATE:
			if (chance(2))
				resize(image, change->len);
			break;
		case CHANGE_DELETE:
			/* Undone, or done and followed by another file of the name. */
			if (chance(2)) {
				forget_changes(image);
				return;
			}
			image->exists = false;
			resize(image, 0);
			break;
		}
	}
	forget_changes(image);
}

static void write_back(const struct image *image)
{
	int file;

	unlink(image->path);
	if (!image->exists)
		return;
	file = open(image->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file < 0 || write(file, image->durable, image->len) != (ssize_t)image->len)
		abort();
	close(file);
}

void powercut_apply(uint64_t seed)
{
	state = seed;
	for (size_t i = 0; i < image_count; i++) {
		char shared[sizeof images[i].path + 8];
		lose(&images[i]);
		write_back(&images[i]);
		if (snprintf(shared, sizeof shared, "%.255s-shm", images[i].path) > 0)
			unlink(shared);
	}
}

void powercut_start(uint64_t at)
{
	for (size_t i = 0; i < image_count; i++) {
		forget_changes(&images[i]);
		free(images[i].changes);
		free(images[i].durable);
	}
	memset(images, 0, sizeof images);
	image_count = 0;
	operations = 0;
	cut_at = at;
	dead = lying = false;
}

void powercut_cut(void)
{
	dead = true;
}

void powercut_lie(void)
{
	lying = true;
}

uint64_t powercut_count(void)
{
	return operations;
}

bool powercut_is_dead(void)
{
	return dead;
}

/* --- the VFS ------------------------------------------------------------------------------------
 */

struct cut_file {
	sqlite3_file base;
	struct image *image;
	sqlite3_file *real; /* behind this struct */
};

static sqlite3_vfs *real_vfs;

static struct cut_file *as_cut(sqlite3_file *file)
{
	return (struct cut_file *)file;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
	return as_cut(file)->real;
}

static int cut_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int cut_read(sqlite3_file *file, void *data, int len, sqlite3_int64 at)
{
	if (dead)
		return SQLITE_IOERR_READ;
	return real_of(file)->pMethods->xRead(real_of(file), data, len, at);
}

static int cut_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
	struct change change = {.kind = CHANGE_WRITE, .at = (size_t)at, .len = (size_t)len};
	bool was_dead = dead, alive = spend();

	/* The write that meets the cut may have got through in part, like those before it. */
	if (!was_dead) {
		change.data = must(malloc(change.len));
		memcpy(change.data, data, change.len);
		note(as_cut(file)->image, change);
	}
	if (!alive)
		return SQLITE_IOERR_WRITE;
	return real_of(file)->pMethods->xWrite(real_of(file), data, len, at);
}

static int cut_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	if (!spend())
		return SQLITE_IOERR_TRUNCATE;
	note(as_cut(file)->image, (struct change){.kind = CHANGE_TRUNCATE, .len = (size_t)len});
	return real_of(file)->pMethods->xTruncate(real_of(file), len);
}

static int cut_sync(sqlite3_file *file, int flags)
{
	(void)flags;
	if (!spend())
		return SQLITE_IOERR_FSYNC;
	if (!lying)
		make_durable(as_cut(file)->image);
	return SQLITE_OK;
}

static int cut_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int cut_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int cut_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int cut_check_reserved(sqlite3_file *file, int *reserved)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), reserved);
}

static int cut_control(sqlite3_file *file, int op, void *argument)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int cut_sector_size(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int cut_characteristics(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int cut_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, memory);
}

static int cut_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void cut_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int cut_shm_unmap(sqlite3_file *file, int delete)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), delete);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = cut_close,
	.xRead = cut_read,
	.xWrite = cut_write,
	.xTruncate = cut_truncate,
	.xSync = cut_sync,
	.xFileSize = cut_size,
	.xLock = cut_lock,
	.xUnlock = cut_unlock,
	.xCheckReservedLock = cut_check_reserved,
	.xFileControl = cut_control,
	.xSectorSize = cut_sector_size,
	.xDeviceCharacteristics = cut_characteristics,
	.xShmMap = cut_shm_map,
	.xShmLock = cut_shm_lock,
	.xShmBarrier = cut_shm_barrier,
	.xShmUnmap = cut_shm_unmap,
};

static int cut_open(
	sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
	struct cut_file *cut = as_cut(file);
	int code;

	(void)vfs;
	cut->base.pMethods = NULL;
	if (dead)
		return SQLITE_CANTOPEN;
	cut->image = find_image(path);
	cut->real = (sqlite3_file *)(void *)(cut + 1);
	code = real_vfs->xOpen(real_vfs, path, cut->real, flags, ret_flags);
	if (code == SQLITE_OK)
		cut->base.pMethods = &methods;
	return code;
}

static int cut_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
	struct image *image = find_image(path);

	(void)vfs;
	if (!spend())
		return SQLITE_IOERR_DELETE;
	if (sync_folder) {
		forget_changes(image);
		resize(image, 0);
		image->exists = false;
	} else {
		note(image, (struct change){.kind = CHANGE_DELETE});
	}
	return real_vfs->xDelete(real_vfs, path, sync_folder);
}

void powercut_register(void)
{
	static sqlite3_vfs vfs;

	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs; /* what is not about files stays the system's */
	vfs.pNext = NULL;
	vfs.zName = POWERCUT_VFS;
	vfs.szOsFile = (int)sizeof(struct cut_file) + real_vfs->szOsFile;
	vfs.xOpen = cut_open;
	vfs.xDelete = cut_delete;
	if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK)
		abort();
}
