/* SPDX-License-Identifier: ISC */
/*
 * Any bytes where kc meets foreign words: as the name of an item, a dictionary, a name to be shown,
 * a public key. The first byte chooses.
 */
#include <stdlib.h>
#include <string.h>

#include "base/der.h"
#include "cli/dictionary.h"
#include "cli/pubkey.h"
#include "cli/url.h"
#include "cli/visible.h"
#include "tests/fuzz/fuzz.h"

/* A URL that is accepted, written back and read again is the same. */
static void read_url(struct kc_bytes text)
{
	KC_CLEANUP_URL struct kc_url url = {0}, again = {0};
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT, attrs_again = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf written = KC_BUF_INIT;

	if (!kc_der_is_utf8(text) || kc_url_parse(text, &url) != KC_OK)
		return;
	kc_url_set(&url, &attrs);
	kc_url_push(&written, &attrs);
	if (kc_attrs_check(&attrs) != KC_OK)
		return;
	if (kc_url_parse(kc_buf_bytes(&written), &again) != KC_OK)
		abort();
	kc_url_set(&again, &attrs_again);
	if (!kc_attrs_equal(&attrs, &attrs_again))
		abort();
}

static void read_dictionary(struct kc_bytes text)
{
	KC_CLEANUP_BUF struct kc_buf copy = KC_BUF_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_facts facts = {0};
	kc_name class;

	kc_buf_push(&copy, text.data, text.len);
	if (!kc_buf_text(&copy))
		return;
	if (kc_dictionary_parse_query(kc_buf_text(&copy), &facts, &query) != KC_OK &&
		query.attrs.count)
		abort();
	if (kc_dictionary_parse_attrs(kc_buf_text(&copy), &facts, &class, &attrs) != KC_OK &&
		attrs.count)
		abort();
	kc_facts_done(&facts);
}

/* What is shown is UTF-8 without a control character, and stays as it is when shown again. */
static void show(struct kc_bytes text)
{
	static const struct kc_look page = {.utf8 = true};
	KC_CLEANUP_BUF struct kc_buf shown = KC_BUF_INIT, again = KC_BUF_INIT, cut = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf word = KC_BUF_INIT;

	kc_visible_push(&shown, text, &page);
	kc_visible_push(&again, kc_buf_bytes(&shown), &page);
	kc_visible_push_cut(&cut, text, &page, 10);
	kc_visible_push_word(&word, text);
	if (!kc_der_is_utf8(kc_buf_bytes(&shown)) || !kc_der_is_utf8(kc_buf_bytes(&cut)))
		abort();
	if (!kc_bytes_equal(kc_buf_bytes(&shown), kc_buf_bytes(&again)))
		abort();
	for (size_t i = 0; i < shown.len; i++)
		if (shown.data[i] < ' ' || shown.data[i] == 0x7f)
			abort();
	for (size_t i = 0; i < word.len; i++)
		if (word.data[i] < ' ' || word.data[i] == 0x7f)
			abort();
}

static void read_public_key(struct kc_bytes text)
{
	KC_CLEANUP_BUF struct kc_buf line = KC_BUF_INIT;

	if (kc_pubkey_push_ssh(text, text, &line) == KC_OK && memchr(line.data, '\n', line.len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const readers[])(struct kc_bytes text) = {
		read_url, read_dictionary, show, read_public_key};

	if (len)
		readers[data[0] % KC_COUNT_OF(readers)](kc_bytes(data + 1, len - 1));
	return 0;
}
