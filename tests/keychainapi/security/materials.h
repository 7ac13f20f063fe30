/* SPDX-License-Identifier: ISC */
/* Files that openssl made (materials.sh), and openssl itself as a judge of ours. */
#ifndef KC_TESTS_MATERIALS_H
#define KC_TESTS_MATERIALS_H

#include <Security/Security.h>

/* Makes the folder; ends the test program when it cannot. */
void materials_make(void);
void materials_remove(void);

/* The path of a file there. */
void materials_path(const char *name, char *ret, size_t len);
/* The contents of a file there; ends the test program when there is none. Owned by the caller. */
CFDataRef materials_data(const char *name);
/* The certificate of NAME.der. Owned by the caller. */
SecCertificateRef materials_certificate(const char *name);
/* Writes a file there. */
void materials_write(const char *name, CFDataRef data);

/* Runs a command of the shell in the folder; what it prints goes into the file "log". True when it
 * succeeds. */
bool materials_run(const char *command);

#endif
