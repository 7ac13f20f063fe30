/* SPDX-License-Identifier: ISC */
/*
 * The one error type. Every fallible function of the project returns it.
 *
 * One row of errors.def is one error: its name, what the caller can do about it, and what it
 * becomes at the three edges of the program (exit status, OSStatus, CK_RV). Nobody else maps
 * errors.
 */
#ifndef KC_BASE_ERR_H
#define KC_BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

/* What the caller of a failed function can do about it. */
enum kc_err_class {
	KC_ERRCLASS_NONE,  /* nothing failed */
	KC_ERRCLASS_CALL,  /* the call is wrong: mend it, do not repeat it */
	KC_ERRCLASS_ASK,   /* unlock, log in, or ask the user */
	KC_ERRCLASS_DATA,  /* foreign or stored bytes are bad: set them aside */
	KC_ERRCLASS_LATER, /* may work later, unchanged */
	KC_ERRCLASS_BUG,   /* ours */
};

typedef enum kc_err {
	KC_OK = 0,
#define KC_ERROR(name, class, exit, osstatus, osname, ckr, text) KC_E_##name,
#include "base/errors.def"
#undef KC_ERROR
	KC_ERR_COUNT
} kc_err;

#define KC_MUST __attribute__((warn_unused_result))

/* Gives birth to an error. A breakpoint on kc_err_born sees every error of the program; the value
 * stands here, too, so that the compiler sees that it is not KC_OK. */
#define KC_ERR(name) (kc_err_born(KC_E_##name, __FILE__, __LINE__), (kc_err)KC_E_##name)
kc_err kc_err_born(kc_err err, const char *file, int line);

/* Returns from the calling function when expr fails. */
#define KC_TRY(expr)                         \
	do {                                 \
		kc_err kc_try_err_ = (expr); \
		if (kc_try_err_ != KC_OK)    \
			return kc_try_err_;  \
	} while (0)

/* The facts of a row. All are total: an unknown value is answered as KC_E_BUG. */
const char *kc_err_name(kc_err err); /* "NOT_FOUND" */
const char *kc_err_text(kc_err err); /* an English sentence without a full stop */
enum kc_err_class kc_err_class(kc_err err);
int kc_err_exit(kc_err err);	       /* exit status of the commands */
int32_t kc_err_osstatus(kc_err err);   /* Security framework result code */
const char *kc_err_osname(kc_err err); /* its constant: "errSecItemNotFound" */
unsigned long kc_err_ckr(kc_err err);  /* PKCS#11 CK_RV */

/* The error for a number received from elsewhere; KC_E_BUG when there is no such error. */
kc_err kc_err_from_number(uint64_t number);

/* The error for an errno value of a failed system call on our own files. */
kc_err kc_err_from_errno(int number);

#endif
