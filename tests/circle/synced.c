/* SPDX-License-Identifier: ISC */
/* What does not work fails the test, and does not end it: a test may do this in several threads. */
#include "tests/circle/synced.h"

#include <stdio.h>

#include "tests/check.h"

#define WORDS 80

static const char *words_of(const char *service, char ret[static WORDS])
{
	snprintf(ret, WORDS, "svce=%s sync=#1", service);
	return ret;
}

void synced_add(struct house *house, size_t device, const char *service, const char *secret)
{
	char words[WORDS];

	CHECK_OK(words_add(
		&house->homes[device], KC_CLASS_GENERIC, words_of(service, words), secret));
}

void synced_change(struct house *house, size_t device, const char *service, const char *secret)
{
	char words[WORDS];

	CHECK_OK(words_update(
		&house->homes[device], KC_CLASS_GENERIC, words_of(service, words), "", secret));
}

void synced_delete(struct house *house, size_t device, const char *service)
{
	char words[WORDS];

	CHECK_OK(words_delete(&house->homes[device], KC_CLASS_GENERIC, words_of(service, words)));
}

bool synced_has(struct house *house, size_t device, const char *service, const char *secret)
{
	char words[WORDS];

	return synced_count(house, device, service) == 1 &&
	       words_has_secret(
		       &house->homes[device], KC_CLASS_GENERIC, words_of(service, words), secret);
}

size_t synced_count(struct house *house, size_t device, const char *service)
{
	char words[WORDS];

	return words_count(&house->homes[device], KC_CLASS_GENERIC,
		service ? words_of(service, words) : "sync=#1");
}
