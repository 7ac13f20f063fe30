/* SPDX-License-Identifier: ISC */
/* What the item calls need to know of access controls. */
#ifndef KC_SECURITY_ACCESS_CONTROL_H
#define KC_SECURITY_ACCESS_CONTROL_H

#include <Security/SecAccessControlPriv.h>
#include <stdbool.h>

/* Whether the object is an access control; NULL is none. */
bool kc_access_control_is(CFTypeRef object);

/* Whether something besides the lock state guards the item. Any object that was made with flags has
 * constraints, even with none of them set. */
bool kc_access_control_is_constrained(CFTypeRef access_control);

/* One without constraints, as items have it, owned by the caller. NULL without memory, and for what
 * is no protection. */
CFTypeRef kc_access_control_from_protection(CFTypeRef protection);

#endif
