/* SPDX-License-Identifier: ISC */
/* The device secret's file: made once, private, and refused when anything about it is odd. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/vault/device_secret.h"
#include "backend/vault/keybag.h"
#include "tests/check.h"

struct folder {
	char path[64], file[96];
};

static void folder_done(struct folder *folder)
{
	chmod(folder->path, 0700);
	unlink(folder->file);
	rmdir(folder->path);
}
#define FOLDER(f)                                           \
	KC_CLEANUP(folder_done) struct folder f = {"", ""}; \
	set_up(&f)

static void set_up(struct folder *folder)
{
	snprintf(folder->path, sizeof folder->path, "test-device-secret-XXXXXX");
	CHECK_FATAL(mkdtemp(folder->path) != NULL);
	snprintf(folder->file, sizeof folder->file, "%s/%s", folder->path, KC_DEVICE_SECRET_NAME);
}

static void write_file(const struct folder *folder, const void *data, size_t len)
{
	FILE *file = fopen(folder->file, "w");

	CHECK_FATAL(file != NULL);
	CHECK(fwrite(data, 1, len, file) == len);
	CHECK(fclose(file) == 0);
}

static size_t read_file(const struct folder *folder, uint8_t *data, size_t most)
{
	FILE *file = fopen(folder->file, "r");
	size_t len;

	CHECK_FATAL(file != NULL);
	len = fread(data, 1, most, file);
	fclose(file);
	return len;
}

static void round_trip(void)
{
	KC_CLEANUP_SECRET struct kc_secret made = KC_SECRET_INIT, got = KC_SECRET_INIT;
	struct stat status;
	FOLDER(f);
	CHECK_ERR(kc_device_secret_read(f.path, &got), KC_E_NOT_FOUND);
	CHECK_OK(kc_device_secret_create(f.path, &made));
	CHECK(made.len == KC_DEVICE_SECRET_LEN);
	CHECK(stat(f.file, &status) == 0 && (status.st_mode & 0777) == 0600);
	CHECK_OK(kc_device_secret_read(f.path, &got));
	CHECK(kc_bytes_equal(kc_secret_bytes(&made), kc_secret_bytes(&got)));
	CHECK_ERR(kc_device_secret_create(f.path, &got), KC_E_DUPLICATE);
	CHECK(kc_bytes_equal(kc_secret_bytes(&made), kc_secret_bytes(&got)));
	CHECK_OK(kc_device_secret_remove(f.path));
	CHECK_ERR(kc_device_secret_remove(f.path), KC_E_NOT_FOUND);
	CHECK_ERR(kc_device_secret_read(f.path, &got), KC_E_NOT_FOUND);
}

static void damage_is_noticed(void)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT, got = KC_SECRET_INIT;
	uint8_t bytes[4096] = {0};
	size_t len;
	FOLDER(f);
	CHECK_OK_FATAL(kc_device_secret_create(f.path, &secret));
	len = read_file(&f, bytes, sizeof bytes);
	for (size_t i = 0; i < len; i++) {
		bytes[i] ^= 0x10;
		write_file(&f, bytes, len);
		CHECK_ERR(kc_device_secret_read(f.path, &got), KC_E_DAMAGED);
		bytes[i] ^= 0x10;
		write_file(&f, bytes, i);
		CHECK_ERR(kc_device_secret_read(f.path, &got), KC_E_DAMAGED);
	}
	write_file(&f, bytes, len + 1);
	CHECK_ERR(kc_device_secret_read(f.path, &got), KC_E_DAMAGED);
	write_file(&f, bytes, sizeof bytes);
	CHECK_ERR(kc_device_secret_read(f.path, &got), KC_E_DAMAGED);
	write_file(&f, bytes, len);
	CHECK_OK(kc_device_secret_read(f.path, &got));
}

static void must_be_private(void)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	FOLDER(f);
	CHECK_OK_FATAL(kc_device_secret_create(f.path, &secret));
	CHECK(chmod(f.file, 0640) == 0);
	CHECK_ERR(kc_device_secret_read(f.path, &secret), KC_E_EXPOSED);
	CHECK(chmod(f.file, 0600) == 0 && chmod(f.path, 0755) == 0);
	CHECK_ERR(kc_device_secret_read(f.path, &secret), KC_E_EXPOSED);
	CHECK(chmod(f.path, 0700) == 0);
	CHECK_OK(kc_device_secret_read(f.path, &secret));
	CHECK(unlink(f.file) == 0 && symlink("/dev/zero", f.file) == 0);
	CHECK_ERR(kc_device_secret_read(f.path, &secret), KC_E_EXPOSED);
	CHECK(unlink(f.file) == 0 && mkfifo(f.file, 0600) == 0);
	CHECK_ERR(kc_device_secret_read(f.path, &secret), KC_E_EXPOSED);
}

/* What a crash in the middle of a creation leaves is no obstacle. */
static void leftovers_are_replaced(void)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	char leftover[128];
	FOLDER(f);
	snprintf(leftover, sizeof leftover, "%s.new", f.file);
	CHECK(symlink("/nonexistent/elsewhere", leftover) == 0);
	CHECK_OK(kc_device_secret_create(f.path, &secret));
	CHECK_OK(kc_device_secret_read(f.path, &secret));
	CHECK(access(leftover, F_OK) != 0);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(round_trip),
		CHECK_TEST(damage_is_noticed),
		CHECK_TEST(must_be_private),
		CHECK_TEST(leftovers_are_replaced),
	};
	return check_main("device secret", tests, KC_COUNT_OF(tests));
}
