/* SPDX-License-Identifier: ISC */
/* Longer words about ideas, for `kc help TOPIC`. */
#ifndef KC_CLI_TOPICS_H
#define KC_CLI_TOPICS_H

#include <stddef.h>

struct kc_topic {
	const char *name, *also; /* also: other words for it, or NULL */
	const char *help, *text;
};

/* NULL after the last. */
const struct kc_topic *kc_topics_at(size_t index);
/* NULL when there is none. */
const struct kc_topic *kc_topics_find(const char *name);

#endif
