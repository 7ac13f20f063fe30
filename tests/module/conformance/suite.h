/* SPDX-License-Identifier: ISC */
/*
 * A conformance suite for PKCS#11, written from the standard (OASIS PKCS#11 2.40, 3.0, 3.1) for any
 * module. Each named check runs in a process of its own that loads the module, so that a crash or
 * a hang is one failed check and no check sees what another left.
 *
 * A check passes, fails, or ends "absent": the module does not list the mechanism or the function.
 */
#ifndef KC_TESTS_CONFORMANCE_SUITE_H
#define KC_TESTS_CONFORMANCE_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "module/form/cryptoki.h"

/* The module of this process. */
extern CK_FUNCTION_LIST *p11;
extern CK_SLOT_ID slot;
/* A read-write session. */
extern CK_SESSION_HANDLE session;

/* How far the module is set up when a check begins; each includes those before. */
enum suite_stage {
	LOADED,	     /* its list of functions is known */
	INITIALIZED, /* C_Initialize, and the slot found by the token's label */
	OPENED,	     /* a read-write session */
	USER,	     /* the user logged in */
};

struct suite_check {
	const char *name;
	enum suite_stage stage;
	void (*run)(void);
};
/* A table of checks "chapter.name"; a long table's checks have the name of a row as well. */
#define SUITE_ADD(chapter, table) suite_add(chapter, table, sizeof table / sizeof table[0])
void suite_add(const char *chapter, const struct suite_check *checks, size_t count);
/* One check for a row of a table. */
void suite_add_row(const char *chapter, const char *row, const char *name, enum suite_stage stage,
	void (*run)(const void *row), const void *arg);

/* The chapters. */
void suite_general(void);
void suite_slot(void);
void suite_session(void);
void suite_login(void);
void suite_object(void);
void suite_cipher(void);
void suite_rsa_cipher(void);
void suite_digest(void);
void suite_sign(void);
void suite_mac(void);
void suite_dual(void);
void suite_generate(void);
void suite_wrap(void);
void suite_derive(void);
void suite_random(void);
void suite_message(void);
void suite_interface(void);
void suite_offered(void);
void suite_officer(void);

/* The token's label. */
const char *suite_token(void);
/* The user's PIN and the officer's (NULL when none was told). */
const char *suite_pin(void);
const char *suite_so_pin(void);
CK_RV suite_log_in(CK_SESSION_HANDLE handle, CK_USER_TYPE user, const char *pin);
CK_SESSION_HANDLE suite_open(CK_FLAGS flags);
/* The module loaded by this process. */
void suite_load(void);
void suite_initialize(void);
void *suite_symbol(const char *name);
/* The functions of 3.0; the check ends as absent when there are none. */
CK_FUNCTION_LIST_3_0 *suite_list_3_0(void);

/* EXPECT notes what is not so and goes on, MUST ends the check there. */
#define EXPECT(condition) suite_expect((condition), #condition, __FILE__, __LINE__)
#define MUST(condition) \
	(suite_expect((condition), #condition, __FILE__, __LINE__) ? (void)0 : suite_end())
#define EXPECT_RV(call, ...)                                  \
	suite_expect_rv((call), (const CK_RV[]){__VA_ARGS__}, \
		sizeof((const CK_RV[]){__VA_ARGS__}) / sizeof(CK_RV), #call, __FILE__, __LINE__)
#define MUST_RV(call, ...) (EXPECT_RV(call, __VA_ARGS__) ? (void)0 : suite_end())
/* A call that must not begin an operation; if it does, what follows has another session. */
#define REFUSES(call, ...) \
	(EXPECT_RV(call, __VA_ARGS__) ? (void)0 : (void)(session = suite_open(CKF_RW_SESSION)))
/* What is said of a failure in this process from here on: which row, which round. */
void suite_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool suite_expect(bool held, const char *what, const char *file, int line);
bool suite_expect_rv(
	CK_RV got, const CK_RV *wanted, size_t count, const char *what, const char *file, int line);
__attribute__((noreturn)) void suite_end(void);
__attribute__((noreturn)) void suite_absent(const char *what);
/* Ends the check as absent unless the slot lists the mechanism with all these flags. */
void suite_needs(CK_MECHANISM_TYPE type, CK_FLAGS flags);
bool suite_lists(CK_MECHANISM_TYPE type, CK_FLAGS flags);

/* A template with room for its small values. It points into itself: not to be copied. */
struct template
{
	CK_ATTRIBUTE at[40];
	CK_ULONG count, used;
	CK_ULONG numbers[60];
};
void with_number(struct template *, CK_ATTRIBUTE_TYPE, CK_ULONG);
void with_truth(struct template *, CK_ATTRIBUTE_TYPE, bool);
/* Borrowed. */
void with_bytes(struct template *, CK_ATTRIBUTE_TYPE, const void *, size_t);
void with_text(struct template *, CK_ATTRIBUTE_TYPE, const char *);
void without(struct template *, CK_ATTRIBUTE_TYPE);
/* C_CreateObject in the session; the check ends when that fails. */
CK_OBJECT_HANDLE create(struct template *);
CK_RV try_create(struct template *, CK_OBJECT_HANDLE *ret);

/* Attributes of an object. */
CK_ULONG number_of(CK_OBJECT_HANDLE, CK_ATTRIBUTE_TYPE);
bool truth_of(CK_OBJECT_HANDLE, CK_ATTRIBUTE_TYPE);
bool value_is(CK_OBJECT_HANDLE, CK_ATTRIBUTE_TYPE, const void *, size_t);
size_t value_of(CK_OBJECT_HANDLE, CK_ATTRIBUTE_TYPE, void *, size_t);
CK_RV reading(CK_OBJECT_HANDLE, CK_ATTRIBUTE_TYPE);
/* How many objects fit; the first of them in ret, which may be NULL. */
size_t found(CK_SESSION_HANDLE, struct template *, CK_OBJECT_HANDLE *ret);

/* Bytes of hexadecimal digits, spaces left out. */
struct bytes {
	CK_BYTE at[8192];
	CK_ULONG len;
};
struct bytes unhex(const char *);
/* A literal where the standard wants bytes that are not const. */
#define TEXT(literal) ((CK_BYTE *)(uintptr_t)(literal))
/* The same len bytes for the same seed. */
void fill(void *, size_t len, unsigned seed);

#endif
