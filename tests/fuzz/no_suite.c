/* SPDX-License-Identifier: ISC */
/* What tests check, outside of any test: linked where fuzzing uses what was made for tests. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

CU_BOOL CU_assertImplementation(CU_BOOL held, unsigned int line, const char *condition,
	const char *file, const char *function, CU_BOOL is_fatal)
{
	(void)function;
	(void)is_fatal;
	if (held)
		return CU_TRUE;
	fprintf(stderr, "%s:%u: %s\n", file, line, condition);
	abort();
}
