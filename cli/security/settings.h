/* SPDX-License-Identifier: ISC */
/* When a keychain locks, as `security` speaks of it: two lines of its kc.conf (keycircled(8)). */
#ifndef KC_CLI_SECURITY_SETTINGS_H
#define KC_CLI_SECURITY_SETTINGS_H

#include "cli/security/sec.h"

struct kc_sec_settings {
	bool lock_on_sleep;
	unsigned long timeout; /* seconds; 0: never */
};

/* Of the keychain that is in use. Errors: IO, NO_MEMORY. */
KC_MUST kc_err kc_sec_settings_read(struct kc_sec *sec, struct kc_sec_settings *ret);
/* Keeps all other lines. The service reads them when it starts. Errors: those of writing. */
KC_MUST kc_err kc_sec_settings_write(struct kc_sec *sec, const struct kc_sec_settings *settings);

#endif
