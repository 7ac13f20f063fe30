/* SPDX-License-Identifier: ISC */
/* The end of a keychain that somebody made to throw away. */
#ifndef KC_WIRE_ERASE_H
#define KC_WIRE_ERASE_H

#include "base/place.h"
#include "wire/client.h"

/*
 * Ends the service of a home and removes the keychain with everything in it; client is one of that
 * home. What a service did not make stays, and so do the folders that hold it. Errors, with nothing
 * removed: UNSUPPORTED (it is the user's own), IO (a link stands where a folder should), BUSY (the
 * service does not end), those of the client; else as for a file.
 */
KC_MUST kc_err kc_erase(struct kc_client *client, const char *home);

#endif
