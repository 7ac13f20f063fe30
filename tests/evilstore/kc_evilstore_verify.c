/* SPDX-License-Identifier: ISC */
/* verify: what kc doctor store --export wrote, checked with the public keys that are in it. */
#include <string.h>

#include "backend/circle/record/evidence.h"
#include "tests/evilstore/kc_evilstore.h"

#define MOST_LEN ((size_t)8 << 20)

static kc_err read_file(const char *path, struct kc_buf *ret)
{
	FILE *file = fopen(path, "re");
	uint8_t block[4096];
	size_t got;

	if (!file)
		return KC_ERR(NOT_FOUND);
	while ((got = fread(block, 1, sizeof block, file)) > 0 && ret->len < MOST_LEN)
		kc_buf_push(ret, block, got);
	fclose(file);
	return kc_buf_check(ret);
}

static void tell(const char *verdict, const struct kc_evidence *evidence)
{
	printf("%s %s ", verdict, kc_evidence_name(evidence->kind));
	for (size_t i = 0; i < sizeof evidence->about.bytes; i++)
		printf("%02x", evidence->about.bytes[i]);
	printf(" %llu %llu\n", (unsigned long long)evidence->known,
		(unsigned long long)evidence->shown);
}

/* Shown by the keys, or left to those who have more of them; false: contradicted by the keys. */
static bool check_one(const struct kc_evidence_file *file, const struct kc_evidence *evidence)
{
	kc_err err = kc_evidence_check(file, evidence);

	tell(err == KC_OK ? "shown" : err == KC_E_UNSUPPORTED ? "open" : "false", evidence);
	return err == KC_OK || err == KC_E_UNSUPPORTED;
}

int evilstore_verify(const char *path)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	KC_CLEANUP_EVIDENCE_FILE struct kc_evidence_file file = {.device_count = 0};
	bool good = true;
	kc_err err = read_file(path, &bytes);

	if (err == KC_OK)
		err = kc_evidence_file_parse(kc_buf_bytes(&bytes), &file);
	for (size_t i = 0; err == KC_OK && i < file.list.count; i++) {
		struct kc_evidence evidence;

		err = kc_evidence_get(&file.list, i, &evidence);
		good = err == KC_OK && check_one(&file, &evidence) && good;
	}
	if (err != KC_OK)
		return evilstore_fail(path, err);
	return good ? EXIT_DONE : EXIT_NOTHING;
}
