/* SPDX-License-Identifier: ISC */
/*
 * Runs a fuzz target over the files of folders, and over each file with every octet changed in
 * three ways, and cut at every length: what make check does with the corpus, without libFuzzer.
 *
 *   replay_TARGET FOLDER…
 *
 * With REPLAY_STEP=n in the environment only every nth octet and length.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "tests/fuzz/fuzz.h"

#define FILE_MAX ((size_t)64 << 10)

static unsigned long runs;

/* In memory of its own, so that a sanitizer sees a byte read behind the end. */
static void run_once(struct kc_bytes input)
{
	KC_CLEANUP_FREE uint8_t *copy = malloc(input.len ? input.len : 1);

	if (!copy)
		abort();
	if (input.len)
		memcpy(copy, input.data, input.len);
	LLVMFuzzerTestOneInput(copy, input.len);
	runs++;
}

static void run_around(struct kc_buf *input)
{
	static const uint8_t changes[] = {0x01, 0x80, 0xff};

	const char *step = getenv("REPLAY_STEP");

	run_once(kc_buf_bytes(input));
	for (size_t at = 0; at < input->len; at += step ? strtoul(step, NULL, 10) : 1) {
		run_once(kc_bytes(input->data, at));
		for (size_t i = 0; i < sizeof changes; i++) {
			input->data[at] ^= changes[i];
			run_once(kc_buf_bytes(input));
			input->data[at] ^= changes[i];
		}
	}
}

static bool run_file(const char *folder, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT, input = KC_BUF_INIT_MAX(FILE_MAX);
	uint8_t part[4096];
	size_t got;
	FILE *file;

	kc_buf_printf(&path, "%s/%s", folder, name);
	file = fopen(kc_buf_text(&path), "re");
	if (!file)
		return false;
	while ((got = fread(part, 1, sizeof part, file)) > 0)
		kc_buf_push(&input, part, got);
	fclose(file);
	if (kc_buf_check(&input) != KC_OK)
		return false;
	run_around(&input);
	return true;
}

static bool run_folder(const char *folder)
{
	DIR *list = opendir(folder);
	struct dirent *entry;
	bool good = list;
	unsigned files = 0;

	while (good && (entry = readdir(list))) {
		if (entry->d_name[0] == '.')
			continue;
		good = run_file(folder, entry->d_name);
		files++;
	}
	if (list)
		closedir(list);
	printf("%s: %u files, %lu runs\n", folder, files, runs);
	return good && files > 0; /* an empty corpus would prove nothing */
}

int main(int argc, char **argv)
{
	bool good = argc > 1;

	for (int i = 1; i < argc; i++)
		good = run_folder(argv[i]) && good;
	return good ? 0 : 1;
}
