/* SPDX-License-Identifier: ISC */
/* Filling in the templates of messages.def. */
#ifndef KC_CLI_TEMPLATE_H
#define KC_CLI_TEMPLATE_H

#include <jansson.h>

#include "cli/facts.h"
#include "cli/look.h"

/* Whether every {fact} of a piece is known. */
bool kc_template_is_known(struct kc_bytes piece, const struct kc_facts *facts);
/* One piece, filled in. With a look that is no terminal names are not isolated. */
void kc_template_fill(struct kc_buf *out, struct kc_bytes piece, const struct kc_facts *facts,
	const struct kc_look *look);
/* Lines of pieces, each line behind the indent, pieces with unknown facts left out, and lines that
 * are empty then. */
void kc_template_lines(struct kc_buf *out, const char *indent, const char *lines,
	const struct kc_facts *facts, const struct kc_look *look);
/* Appends what stands between backticks in the known pieces of lines to a JSON array. */
KC_MUST kc_err kc_template_commands(const char *lines, const struct kc_facts *facts, json_t *array);

/* Takes what is before the next separator off the front of *rest; false at the end. */
bool kc_template_next(struct kc_bytes *rest, char separator, struct kc_bytes *ret);

/* Our own words; of the signs beyond ASCII only those that this look can show. */
void kc_template_signs(struct kc_buf *out, struct kc_bytes text, const struct kc_look *look);
/* Our words around theirs: made harmless as well. */
void kc_template_mixed(struct kc_buf *out, struct kc_bytes text, const struct kc_look *look);

#endif
