/* SPDX-License-Identifier: ISC */
/* The shape of every CUnit program here: a table of tests, run by check_main. */
#ifndef KC_TESTS_CHECK_H
#define KC_TESTS_CHECK_H

#include <CUnit/CUnit.h>

#include "base/err.h"

struct check_test {
	const char *name;
	void (*run)(void);
};
#define CHECK_TEST(function)        \
	{                           \
#function, function \
	}

#define CHECK(condition) CU_ASSERT(condition)
/* A condition that later lines stand on: the test ends when it does not hold. */
#define CHECK_FATAL(condition) CU_ASSERT_FATAL(condition)
#define CHECK_OK(expr) check_err((expr), KC_OK, #expr, __FILE__, __LINE__)
#define CHECK_OK_FATAL(expr) CU_ASSERT_FATAL(CHECK_OK(expr))
#define CHECK_ERR(expr, wanted) check_err((expr), (wanted), #expr, __FILE__, __LINE__)
/* For rows of a table: a failure says which row. */
#define CHECK_MSG(condition, what) check_row((condition), #condition, (what), __FILE__, __LINE__)

bool check_err(kc_err got, kc_err wanted, const char *expr, const char *file, int line);
void check_row(bool held, const char *condition, const char *what, const char *file, int line);
/* Runs them all. Returns an exit status. */
int check_main(const char *suite, const struct check_test *tests, size_t count);

#endif
