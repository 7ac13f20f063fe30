/* SPDX-License-Identifier: ISC */
/* Writes a valid request and reply of every call into a folder: seeds for fuzz_message, to be made
 * anew when the call table changes. */
#include <stdio.h>

#include "tests/wire/sample.h"

static bool write_file(const char *folder, const char *kind, const char *name, struct kc_buf *data)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;
	FILE *file;
	bool good;

	kc_buf_printf(&path, "%s/%s-%s", folder, kind, name);
	file = fopen(kc_buf_text(&path), "we");
	if (!file)
		return false;
	good = fwrite(data->data, 1, data->len, file) == data->len;
	return fclose(file) == 0 && good;
}

int main(int argc, char **argv)
{
	size_t count;
	const struct kc_call_row *rows = kc_calls_all(&count);

	if (argc != 2)
		return 2;
	for (size_t i = 0; i < count; i++) {
		KC_CLEANUP_BUF struct kc_buf request = KC_BUF_INIT, reply = KC_BUF_INIT;
		if (sample_request(&rows[i], &request) != KC_OK ||
			sample_reply(&rows[i], &reply) != KC_OK ||
			!write_file(argv[1], "request", rows[i].name, &request) ||
			!write_file(argv[1], "reply", rows[i].name, &reply))
			return 1;
	}
	return 0;
}
