/* SPDX-License-Identifier: ISC */
/* Export, parse, check. */
#include "tests/evilstore/proof.h"

#include "backend/keychain.h"
#include "tests/check.h"

static bool open_file(struct kc_keychain *keychain, struct kc_evidence_file *ret)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	kc_err err = kc_keychain_evidence(keychain, &bytes);

	CHECK_FATAL(err == KC_OK || err == KC_E_NOT_FOUND);
	if (err == KC_E_NOT_FOUND)
		return false;
	CHECK_OK_FATAL(kc_evidence_file_parse(kc_buf_bytes(&bytes), ret));
	return true;
}

bool proof_is_kept(struct kc_keychain *keychain, enum kc_evidence_kind kind, kc_err shown)
{
	KC_CLEANUP_EVIDENCE_FILE struct kc_evidence_file file = {.device_count = 0};
	bool found = false;

	if (!open_file(keychain, &file))
		return false;
	for (size_t i = 0; i < file.list.count; i++) {
		struct kc_evidence evidence;

		CHECK_OK_FATAL(kc_evidence_get(&file.list, i, &evidence));
		found = found ||
			(evidence.kind == kind && kc_evidence_check(&file, &evidence) == shown);
	}
	return found;
}

size_t proof_count(struct kc_keychain *keychain)
{
	KC_CLEANUP_EVIDENCE_FILE struct kc_evidence_file file = {.device_count = 0};

	return open_file(keychain, &file) ? file.list.count : 0;
}
