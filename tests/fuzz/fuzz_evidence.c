/* SPDX-License-Identifier: ISC */
/* Any bytes as a file of evidence that somebody hands on. What can be read can be written again,
 * and is the same. */
#include <stdlib.h>

#include "backend/circle/record/evidence.h"
#include "tests/fuzz/fuzz.h"

static void check_all(const struct kc_evidence_file *file)
{
	for (size_t i = 0; i < file->list.count; i++) {
		struct kc_evidence evidence;
		kc_err err;

		if (kc_evidence_get(&file->list, i, &evidence) != KC_OK)
			abort();
		err = kc_evidence_check(file, &evidence);
		if (err != KC_OK && err != KC_E_VERIFY && err != KC_E_UNSUPPORTED)
			abort();
	}
}

static void write_again(const struct kc_evidence_file *file)
{
	KC_CLEANUP_EVIDENCE_LIST struct kc_evidence_list list = {.count = 0};
	KC_CLEANUP_BUF struct kc_buf one = KC_BUF_INIT, other = KC_BUF_INIT;

	if (kc_evidence_put(&file->list, &one) != KC_OK ||
		kc_evidence_pull(kc_buf_bytes(&one), &list) != KC_OK ||
		kc_evidence_put(&list, &other) != KC_OK ||
		!kc_bytes_equal(kc_buf_bytes(&one), kc_buf_bytes(&other)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct kc_evidence_file file;

	if (kc_evidence_file_parse(kc_bytes(data, len), &file) == KC_OK) {
		check_all(&file);
		write_again(&file);
	}
	kc_evidence_file_done(&file);
	return 0;
}
