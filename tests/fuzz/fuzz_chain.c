/* SPDX-License-Identifier: ISC */
/*
 * Any file's certificates as a chain, and any bytes as an answer about revocation. Whatever is said
 * must agree with itself, and nothing is trusted without an anchor. Seeds are OCSP responses with
 * chains behind them.
 */
#include <stdlib.h>

#include "crypto/import.h"
#include "crypto/x509_chain.h"
#include "tests/fuzz/fuzz.h"

#define AT INT64_C(1796062858) /* when the seeds are valid */
#define MOST 16

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool has_faults(const struct kc_chain *chain, unsigned faults)
{
	for (size_t i = 0; i < chain->count; i++)
		faults &= ~chain->rows[i].faults;
	return faults == 0;
}

static void judge(const struct kc_chain_question *question)
{
	KC_CLEANUP_CHAIN struct kc_chain chain = KC_CHAIN_INIT;

	must(!chain.is_trusted);
	must(kc_chain_judge(question, &chain) == KC_OK);
	must(chain.count > 0 && chain.is_trusted == (chain.faults == 0));
	must(!chain.is_trusted || question->anchor_count > 0);
	must(kc_bytes_equal(kc_buf_bytes(&chain.rows[0].certificate), question->certificates[0]));
	must(!chain.is_trusted || has_faults(&chain, 0));
}

/* The first two bytes say where the response ends and what the purpose is. */
struct input {
	enum kc_chain_purpose purpose;
	struct kc_bytes ocsp, file;
};

static struct input cut(const uint8_t *data, size_t len)
{
	size_t at = data[0] * len / 256;

	at = at < 2 ? 2 : at;
	return (struct input){
		.purpose = (enum kc_chain_purpose)(data[1] % (KC_CHAIN_TIMESTAMP + 1)),
		.ocsp = kc_bytes(data + 2, at - 2),
		.file = kc_bytes(data + at, len - at),
	};
}

/* With the last of them as anchor and without. */
static void judge_both(const struct kc_bytes *certificates, size_t count, const struct input *input)
{
	struct kc_chain_question question = {
		.certificates = certificates,
		.certificate_count = count,
		.anchors = &certificates[count - 1],
		.purpose = input->purpose,
		.host = kc_bytes_str("www.example.org"),
		.at = AT,
		.needs_answer = true,
		.ocsp = input->ocsp,
	};

	judge(&question);
	question.anchor_count = 1;
	judge(&question);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	KC_CLEANUP_IMPORT struct kc_import found = KC_IMPORT_INIT;
	struct kc_bytes certificates[MOST];
	struct input input;
	size_t count = 0;

	if (len < 2)
		return 0;
	input = cut(data, len);
	if (kc_import_parse(input.file, kc_bytes(NULL, 0), &found) != KC_OK)
		return 0;
	for (size_t i = 0; i < found.count && count < MOST; i++)
		if (!found.rows[i].key)
			certificates[count++] = kc_buf_bytes(&found.rows[i].certificate);
	if (count)
		judge_both(certificates, count, &input);
	return 0;
}
