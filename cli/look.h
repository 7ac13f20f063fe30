/* SPDX-License-Identifier: ISC */
/* What a descriptor can show: a terminal or not, which signs, how wide. */
#ifndef KC_CLI_LOOK_H
#define KC_CLI_LOOK_H

#include <stdbool.h>

struct kc_look {
	bool terminal;
	bool utf8;	  /* the locale writes UTF-8, and TERM is not dumb */
	bool plain;	  /* KC_PLAIN=1 or TERM=dumb: no columns, no signs */
	unsigned columns; /* 80 when unknown */
};

struct kc_look kc_look_of(int fd);

#endif
