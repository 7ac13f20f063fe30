/* SPDX-License-Identifier: ISC */
/* Keys of known values in a fixture, and what became of keys. */
#ifndef KC_TESTS_MODULE_KEYS_H
#define KC_TESTS_MODULE_KEYS_H

#include "base/buf.h"
#include "tests/module/harness.h"

/* A secret session key that may be used for everything, extracted and shown. Ends the test when it
 * cannot be made. */
CK_OBJECT_HANDLE keys_secret(const struct fixture *x, CK_KEY_TYPE type, struct kc_bytes value);
CK_OBJECT_HANDLE keys_secret_hex(const struct fixture *x, CK_KEY_TYPE type, const char *hex);
/* The value of a key that may be shown, replacing what is in ret. False when it is not shown. */
bool keys_value(const struct fixture *x, CK_OBJECT_HANDLE key, struct kc_buf *ret);
bool keys_value_is(const struct fixture *x, CK_OBJECT_HANDLE key, const char *hex);
/* Attributes of a fixed size; 99 when there is none. */
CK_ULONG keys_number(const struct fixture *x, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type);
int keys_flag(const struct fixture *x, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type);
/* Wraps with the mechanism, replacing what is in ret; asks for the length first. */
CK_RV keys_wrap(const struct fixture *x, CK_MECHANISM *how, CK_OBJECT_HANDLE by,
	CK_OBJECT_HANDLE key, struct kc_buf *ret);
/* Unwraps into a session key that may be shown; len 0: the template says none. */
CK_RV keys_unwrap(const struct fixture *x, CK_MECHANISM *how, CK_OBJECT_HANDLE by,
	struct kc_bytes wrapped, CK_OBJECT_CLASS class, CK_KEY_TYPE type, CK_ULONG len,
	CK_OBJECT_HANDLE *ret);
/* Derives a session key that may be shown. */
CK_RV keys_derive(const struct fixture *x, CK_MECHANISM *how, CK_OBJECT_HANDLE base,
	CK_KEY_TYPE type, CK_ULONG len, CK_OBJECT_HANDLE *ret);
/* A pair of session keys that may be shown and used for everything their type can do; params: of
 * the curve, or empty for RSA of 2048 bits. */
void keys_pair(const struct fixture *x, CK_MECHANISM_TYPE generator, struct kc_bytes params,
	CK_OBJECT_HANDLE *ret_public, CK_OBJECT_HANDLE *ret_private);

#endif
