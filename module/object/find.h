/* SPDX-License-Identifier: ISC */
/*
 * Searching: what a template becomes for the service, and what is left to compare here.
 *
 * The service finds by the ruler's indexed attributes, with the attributes of every hit in the same
 * answer. Each hit is then compared with the whole template, value by value as PKCS#11 has them.
 */
#ifndef KC_MODULE_OBJECT_FIND_H
#define KC_MODULE_OBJECT_FIND_H

#include "module/session/session.h"
#include "module/object/template.h"

/* Fills the session's search with the handles of all objects that match. */
CK_RV kc_find_all(struct kc_session *session, const struct kc_template *t);

#endif
