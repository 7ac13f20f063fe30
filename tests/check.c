/* SPDX-License-Identifier: ISC */
/* CUnit behind a table. */
#include "tests/check.h"

#include <CUnit/Basic.h>
#include <stdio.h>

static bool say(bool held, const char *words, const char *file, int line)
{
	return CU_assertImplementation(
		held ? CU_TRUE : CU_FALSE, (unsigned)line, words, file, "", CU_FALSE);
}

bool check_err(kc_err got, kc_err wanted, const char *expr, const char *file, int line)
{
	char words[256];

	snprintf(words, sizeof words, "%s is %s, not %s", expr, kc_err_name(got),
		kc_err_name(wanted));
	return say(got == wanted, words, file, line);
}

void check_row(bool held, const char *condition, const char *what, const char *file, int line)
{
	char words[512];

	snprintf(words, sizeof words, "%s: %s", what, condition);
	say(held, words, file, line);
}

int check_main(const char *suite, const struct check_test *tests, size_t count)
{
	CU_pSuite added;
	unsigned failed;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	added = CU_add_suite(suite, NULL, NULL);
	if (!added)
		return 1;
	for (size_t i = 0; i < count; i++)
		if (!CU_add_test(added, tests[i].name, tests[i].run))
			return 1;
	CU_basic_set_mode(CU_BRM_VERBOSE);
	CU_basic_run_tests();
	failed = CU_get_number_of_failures() + CU_get_number_of_tests_failed();
	CU_cleanup_registry();
	return failed ? 1 : 0;
}
