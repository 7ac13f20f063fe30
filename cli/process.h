/* SPDX-License-Identifier: ISC */
/* What each of the commands does first with the process it is. */
#ifndef KC_CLI_PROCESS_H
#define KC_CLI_PROCESS_H

/* Standard streams that are closed are opened on what only fails, and core files are forbidden. */
void kc_process_begin(void);

#endif
