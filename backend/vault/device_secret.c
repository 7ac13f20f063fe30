/* SPDX-License-Identifier: ISC */
/*
 * The file is DER, DeviceSecret of doc/keycircle.asn1, with a checksum: a secret with a flipped bit
 * would look like a wrong password for half of the items.
 */
#include "backend/vault/device_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "backend/vault/keybag.h"
#include "base/der.h"
#include "base/place.h"

#define VERSION 1
#define CHECK_LEN 8
#define MAX_FILE_LEN 128
#define NEW_NAME "device-secret.new"

static void close_cleanup(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define CLEANUP_FD KC_CLEANUP(close_cleanup)

static kc_err checksum(struct kc_bytes secret, uint8_t ret[static CHECK_LEN])
{
	uint8_t digest[KC_HASH_MAX_LEN];

	KC_TRY(kc_hash_compute(KC_HASH_SHA256, secret, digest));
	memcpy(ret, digest, CHECK_LEN);
	kc_mem_wipe(digest, sizeof digest);
	return KC_OK;
}

static kc_err build(struct kc_bytes secret, struct kc_buf *out)
{
	uint8_t check[CHECK_LEN];
	struct kc_der_writer w;

	KC_TRY(checksum(secret, check));
	kc_der_writer_init(&w, out);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, VERSION);
	kc_der_put_bytes(&w, secret);
	kc_der_put_bytes(&w, KC_BYTES_OF(check));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

static kc_err parse(struct kc_bytes file, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	uint8_t stored[CHECK_LEN], computed[CHECK_LEN];
	struct kc_der_reader r, fields;

	KC_TRY(kc_secret_alloc(&secret, KC_DEVICE_SECRET_LEN));
	kc_der_reader_init(&r, file);
	kc_der_enter(&r, KC_DER_SEQUENCE, &fields);
	if (kc_der_get_uint(&fields) != VERSION)
		kc_der_reader_fail(&fields);
	kc_der_get_array(&fields, secret.data, secret.len);
	kc_der_get_array(&fields, stored, sizeof stored);
	kc_der_leave(&r, &fields);
	if (kc_der_reader_finish(&r) != KC_OK)
		return KC_ERR(DAMAGED);
	KC_TRY(checksum(kc_secret_bytes(&secret), computed));
	if (!kc_mem_equal_ct(stored, computed, sizeof stored))
		return KC_ERR(DAMAGED);
	kc_secret_move(ret, &secret);
	return KC_OK;
}

static kc_err write_all(int fd, struct kc_bytes bytes)
{
	while (bytes.len) {
		ssize_t written = write(fd, bytes.data, bytes.len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return kc_err_from_errno(errno);
		bytes = kc_bytes(bytes.data + written, bytes.len - (size_t)written);
	}
	return fsync(fd) == 0 ? KC_OK : kc_err_from_errno(errno);
}

static kc_err write_new(int folder, struct kc_bytes bytes)
{
	CLEANUP_FD int fd = -1;

	/* What an earlier try left when the power went. */
	if (unlinkat(folder, NEW_NAME, 0) != 0 && errno != ENOENT)
		return kc_err_from_errno(errno);
	fd = openat(folder, NEW_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return kc_err_from_errno(errno);
	return write_all(fd, bytes);
}

static kc_err open_folder(const char *path, int *ret)
{
	KC_TRY(kc_place_check_folder(path));
	*ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *ret >= 0 ? KC_OK : kc_err_from_errno(errno);
}

/* The file appears under its name only when it is whole on the disk. */
static kc_err put_in_place(int folder, struct kc_bytes bytes)
{
	kc_err err = write_new(folder, bytes);

	if (err == KC_OK && renameat(folder, NEW_NAME, folder, KC_DEVICE_SECRET_NAME) != 0)
		err = kc_err_from_errno(errno);
	if (err != KC_OK) {
		unlinkat(folder, NEW_NAME, 0);
		return err;
	}
	if (fsync(folder) != 0) {
		err = kc_err_from_errno(errno);
		unlinkat(folder, KC_DEVICE_SECRET_NAME, 0);
	}
	return err;
}

kc_err kc_device_secret_create(const char *path, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;
	CLEANUP_FD int folder = -1;

	KC_TRY(open_folder(path, &folder));
	if (faccessat(folder, KC_DEVICE_SECRET_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return KC_ERR(DUPLICATE);
	KC_TRY(kc_secret_random(&secret, KC_DEVICE_SECRET_LEN));
	KC_TRY(build(kc_secret_bytes(&secret), &file));
	KC_TRY(put_in_place(folder, kc_buf_bytes(&file)));
	kc_secret_move(ret, &secret);
	return KC_OK;
}

static kc_err check_private(int fd)
{
	struct stat found;

	if (fstat(fd, &found) != 0)
		return kc_err_from_errno(errno);
	if (!S_ISREG(found.st_mode) || found.st_uid != geteuid() || (found.st_mode & 077) != 0)
		return KC_ERR(EXPOSED);
	return KC_OK;
}

static kc_err read_all(int fd, struct kc_buf *out)
{
	uint8_t chunk[MAX_FILE_LEN + 1];
	ssize_t got;

	do {
		got = read(fd, chunk, sizeof chunk);
		if (got > 0)
			kc_buf_push(out, chunk, (size_t)got);
	} while ((got > 0 && out->len <= MAX_FILE_LEN) || (got < 0 && errno == EINTR));
	kc_mem_wipe(chunk, sizeof chunk);
	return got < 0 ? kc_err_from_errno(errno) : kc_buf_check(out);
}

kc_err kc_device_secret_read(const char *path, struct kc_secret *ret)
{
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;
	CLEANUP_FD int folder = -1;
	CLEANUP_FD int fd = -1;

	KC_TRY(open_folder(path, &folder));
	fd = openat(folder, KC_DEVICE_SECRET_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP ? KC_ERR(EXPOSED) : kc_err_from_errno(errno);
	KC_TRY(check_private(fd));
	KC_TRY(read_all(fd, &file));
	return parse(kc_buf_bytes(&file), ret);
}

kc_err kc_device_secret_remove(const char *path)
{
	CLEANUP_FD int folder = -1;

	KC_TRY(open_folder(path, &folder));
	if (unlinkat(folder, KC_DEVICE_SECRET_NAME, 0) != 0 || fsync(folder) != 0)
		return kc_err_from_errno(errno);
	return KC_OK;
}
