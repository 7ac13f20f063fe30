/* SPDX-License-Identifier: ISC */
#include "tests/file.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

bool file_read(const char *path, struct kc_buf *ret)
{
	FILE *file = fopen(path, "re");
	uint8_t block[65536];
	size_t got;

	if (!file)
		return false;
	kc_buf_reset(ret);
	while ((got = fread(block, 1, sizeof block, file)) > 0)
		kc_buf_push(ret, block, got);
	fclose(file);
	return kc_buf_check(ret) == KC_OK;
}

bool file_read_data(const char *name, struct kc_buf *ret)
{
	const char *top = getenv("top_srcdir");
	char path[512];

	snprintf(path, sizeof path, "%s/tests/data/%s", top ? top : ".", name);
	return file_read(path, ret);
}

bool file_write(const char *path, struct kc_bytes bytes)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return false;
	if (fwrite(bytes.data, 1, bytes.len, file) != bytes.len) {
		fclose(file);
		return false;
	}
	return fclose(file) == 0;
}

/* A folder that a test has shut is opened before it is walked. */
static int open_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status, (void)walk;
	return type == FTW_DNR ? chmod(path, 0700) : 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

void file_remove_tree(const char *path)
{
	nftw(path, open_one, 16, FTW_PHYS);
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
