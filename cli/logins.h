/* SPDX-License-Identifier: ISC */
/*
 * The logins in a file that a browser has exported, as items.
 *
 * Firefox, Chrome and Safari write CSV with a header; columns are known by their names, in any
 * order. A URL becomes server, protocol, port and path; realm the security domain, notes the
 * comment, a one-time-password URI the first extra secret (bin0). What is no URL of a known kind
 * becomes a generic item of that service.
 */
#ifndef KC_CLI_LOGINS_H
#define KC_CLI_LOGINS_H

#include "base/query.h"
#include "cli/csv.h"
#include "cli/facts.h"

enum kc_logins_field {
	KC_LOGINS_URL,
	KC_LOGINS_USER,
	KC_LOGINS_PASSWORD,
	KC_LOGINS_REALM,
	KC_LOGINS_TITLE,
	KC_LOGINS_NOTES,
	KC_LOGINS_OTP,
	KC_LOGINS_FIELD_COUNT
};

struct kc_logins {
	struct kc_csv csv;
	struct kc_csv_record record;
	size_t columns;			      /* of the header */
	size_t column[KC_LOGINS_FIELD_COUNT]; /* its number; SIZE_MAX when the file has none */
	struct kc_buf left_out; /* names of columns that no item has a place for, with ", " */
};
#define KC_CLEANUP_LOGINS KC_CLEANUP(kc_logins_done)

struct kc_login {
	size_t line;
	const char *problem; /* why it cannot be taken over; NULL when it can */
	kc_name class;
	struct kc_attrs attrs;
	struct kc_bytes password; /* valid until the next login */
};
#define KC_CLEANUP_LOGIN KC_CLEANUP(kc_login_done)
void kc_login_done(struct kc_login *login);

/* Reads the header. format is a row of the table, or "auto". Errors: PARAM (no such format), DECODE
 * (another kind of file), both told. text is borrowed for the life of *ret. */
KC_MUST kc_err kc_logins_open(
	struct kc_bytes text, const char *format, struct kc_facts *facts, struct kc_logins *ret);
void kc_logins_done(struct kc_logins *logins);
/* The next login over *login. False at the end. Errors: NO_MEMORY. */
KC_MUST kc_err kc_logins_next(struct kc_logins *logins, struct kc_login *login, bool *ret_more);

#endif
