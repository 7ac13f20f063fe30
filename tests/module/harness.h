/* SPDX-License-Identifier: ISC */
/*
 * The built module, loaded as an application loads it, over a real service on a keychain of its own
 * in a temporary folder.
 */
#ifndef KC_TESTS_MODULE_HARNESS_H
#define KC_TESTS_MODULE_HARNESS_H

#include "base/mem.h"
#include "module/form/cryptoki.h"
#include "tests/check.h"

#define HARNESS_PASSWORD "correct horse"

/* Makes the keychain, open. The process ends when that does not work: nothing can be tested then.
 */
void harness_start(void);
/* The same with a kc.conf. */
void harness_start_with(const char *settings);
/* Ends the service and removes the folder. */
void harness_stop(void);
/* The same keychain, locked or opened behind the module's back. */
void harness_lock(void);
void harness_unlock(void);
/* A client of the same service, for items of other programs. */
struct kc_client *harness_client(void);

/* Loads the module; unload drops it again. Loaded twice it is the same library. */
CK_FUNCTION_LIST *harness_load(void);
void harness_unload(void);
void *harness_symbol(const char *name);

/* The loaded module initialised, with one session of a slot; end finalises and unloads. */
struct fixture {
	CK_FUNCTION_LIST *f;
	CK_SESSION_HANDLE session;
};
#define HARNESS_DEVICE 0
#define HARNESS_SYNC 1
struct fixture harness_begin(CK_SLOT_ID slot, CK_FLAGS flags);
void harness_end(struct fixture *fixture);

/* The objects that match; the count, at most room of them in found. */
size_t harness_find(const struct fixture *fixture, CK_ATTRIBUTE *template, CK_ULONG count,
	CK_OBJECT_HANDLE *found, size_t room);
/* A key pair on the token with the label. */
void harness_make_pair(const struct fixture *fixture, CK_MECHANISM_TYPE mechanism,
	const char *label, CK_OBJECT_HANDLE *ret_public, CK_OBJECT_HANDLE *ret_private);

#define CHECK_RV(expr, wanted) harness_check((expr), (wanted), #expr, __FILE__, __LINE__)
#define CHECK_RV_FATAL(expr, wanted) CU_ASSERT_FATAL(CHECK_RV(expr, wanted))
bool harness_check(CK_RV got, CK_RV wanted, const char *expr, const char *file, int line);

/* Attributes from variables and literals. */
#define ATTR(type, variable)                        \
	{                                           \
		type, &(variable), sizeof(variable) \
	}
#define ATTR_BYTES(type, array)                                 \
	{                                                       \
		type, (void *)(uintptr_t)(array), sizeof(array) \
	}
#define ATTR_TEXT(type, literal)                                        \
	{                                                               \
		type, (void *)(uintptr_t)(literal), sizeof(literal) - 1 \
	}

extern CK_BBOOL harness_true, harness_false;
/* CKA_EC_PARAMS of P-256. */
extern const CK_BYTE harness_p256[10];

#endif
