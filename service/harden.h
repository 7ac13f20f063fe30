/* SPDX-License-Identifier: ISC */
/* What the process forbids itself, and others about itself. */
#ifndef KC_SERVICE_HARDEN_H
#define KC_SERVICE_HARDEN_H

/* No core files, no debugger, no reading of /proc/self/mem by others, no world-readable files; room
 * for the descriptors of many clients. Before anything secret is in memory. */
void kc_harden_process(void);

#endif
