/* SPDX-License-Identifier: ISC */
/*
 * A keyring to be measured: the same few items behind whatever a program calls to reach them.
 *
 * Item number N has the service "service-N", the account KEYRING_ACCOUNT, the label "Label-N" and
 * the secret KEYRING_SECRET.
 */
#ifndef KC_TESTS_KEYRING_H
#define KC_TESTS_KEYRING_H

#include <stdbool.h>

#define KEYRING_ACCOUNT "somebody@example.org"
#define KEYRING_SECRET "correct horse battery"

struct keyring {
	const char *name;
	bool (*add)(int number);
	bool (*find_key)(int number);	/* by service and account, with the secret */
	bool (*find_label)(int number); /* by the label alone, without the secret */
};

extern const struct keyring keyring_secitem;
extern const struct keyring keyring_libsecret; /* where it was there to build with */

#endif
