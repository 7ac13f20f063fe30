/* SPDX-License-Identifier: ISC */
/*
 * The device secret: random bytes in a file of the state folder, outside the data folder, so that a
 * copy of the database alone opens nothing.
 */
#ifndef KC_VAULT_DEVICE_SECRET_H
#define KC_VAULT_DEVICE_SECRET_H

#include "base/secret.h"

#define KC_DEVICE_SECRET_NAME "device-secret"

/* Makes a new one in folder, mode 0600, durable when it returns. The caller keeps others from doing
 * the same at once. Errors: DUPLICATE (there is one), EXPOSED (the folder), READ_ONLY, DISK_FULL,
 * IO. Nothing is left behind on failure. */
KC_MUST kc_err kc_device_secret_create(const char *folder, struct kc_secret *ret);
/* Errors: NOT_FOUND, DAMAGED (a wrong size or content), EXPOSED (not our own plain file, or open to
 * others), IO. */
KC_MUST kc_err kc_device_secret_read(const char *folder, struct kc_secret *ret);
/* For undoing a creation. Errors: NOT_FOUND, READ_ONLY, IO. */
KC_MUST kc_err kc_device_secret_remove(const char *folder);

#endif
