/* SPDX-License-Identifier: ISC */
/*
 * Any bytes where `security` and git-credential-kc meet foreign ones: as a line of commands, as a
 * credential, as a value to be printed. The first byte chooses.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/attr.h"
#include "cli/credential/credential.h"
#include "cli/security/dump.h"
#include "cli/security/line.h"
#include "tests/fuzz/fuzz.h"

/* Words that are quoted byte by byte are the same words again. */
static void split(struct kc_bytes text)
{
	KC_CLEANUP_SEC_LINE struct kc_sec_line line = {.count = 0}, again = {.count = 0};
	KC_CLEANUP_BUF struct kc_buf quoted = KC_BUF_INIT;

	if (kc_sec_line_split(text, &line) != KC_OK)
		return;
	for (int i = 0; i < line.count; i++) {
		kc_buf_push_str(&quoted, " \"");
		for (const char *at = line.words[i]; *at; at++) {
			kc_buf_push_byte(&quoted, '\\');
			kc_buf_push_byte(&quoted, (uint8_t)*at);
		}
		kc_buf_push_byte(&quoted, '"');
	}
	if (kc_sec_line_split(kc_buf_bytes(&quoted), &again) != KC_OK || line.words[line.count] ||
		again.count != line.count ||
		!kc_bytes_equal(kc_buf_bytes(&line.text), kc_buf_bytes(&again.text)))
		abort();
}

/* What is written is read again; a place is made of it or is not, and fits itself. */
static void read_credential(struct kc_bytes text)
{
	KC_CLEANUP_CREDENTIAL struct kc_credential credential = {.given = {false}};
	KC_CLEANUP_CREDENTIAL struct kc_credential again = {.given = {false}};
	KC_CLEANUP_ATTRS struct kc_attrs place = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf written = KC_BUF_INIT;

	if (kc_credential_parse(text, &credential) != KC_OK)
		return;
	for (int i = 0; i < KC_CREDENTIAL_KEY_COUNT; i++)
		kc_credential_push(
			&written, (enum kc_credential_key)i, kc_buf_bytes(&credential.value[i]));
	if (kc_credential_parse(kc_buf_bytes(&written), &again) != KC_OK)
		abort();
	for (int i = 0; i < KC_CREDENTIAL_KEY_COUNT; i++)
		if (!kc_bytes_equal(
			    kc_buf_bytes(&credential.value[i]), kc_buf_bytes(&again.value[i])))
			abort();
	if (kc_credential_place(&credential, &place) == KC_OK &&
		!kc_credential_fits(&place, &place))
		abort();
}

/* One line of printable ASCII, whatever the bytes. */
static void print(struct kc_bytes text)
{
	static void (*const printers[])(struct kc_buf *, struct kc_bytes) = {
		kc_sec_dump_value, kc_sec_dump_bare};

	for (size_t i = 0; i < KC_COUNT_OF(printers); i++) {
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		printers[i](&out, text);
		for (size_t j = 0; j < out.len; j++)
			if (out.data[j] < ' ' || out.data[j] > '~')
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const readers[])(struct kc_bytes text) = {split, read_credential, print};

	if (len)
		readers[data[0] % KC_COUNT_OF(readers)](kc_bytes(data + 1, len - 1));
	return 0;
}
