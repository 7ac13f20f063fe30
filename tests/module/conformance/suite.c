/* SPDX-License-Identifier: ISC */
/* Runs the checks of all chapters, each in a process of its own, and holds the results against a
 * table. */
#include "tests/module/conformance/suite.h"

#include <CUnit/Basic.h>
#include <dlfcn.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

CK_FUNCTION_LIST *p11;
CK_SLOT_ID slot;
CK_SESSION_HANDLE session;

#define EXIT_FAILED 1
#define EXIT_ABSENT 77
#define SECONDS_A_CHECK 60

struct check {
	char name[120];
	enum suite_stage stage;
	void (*run)(void);
	void (*run_row)(const void *row);
	const void *row;
};
static struct check checks[4000];
static size_t check_count;

/* What a module is known to do otherwise, from the file of expectations. */
struct expectation {
	char pattern[120], result[12];
	bool used;
};
static struct expectation expectations[1000];
static size_t expectation_count;

static const char *module_path, *token_label, *only, *pin, *so_pin;
static bool differs;

/* In the check's process: where its failures are told, and how many there were. */
static int report = -1;
static unsigned failures;
static char note[200];
static void *library;

void suite_add(const char *chapter, const struct suite_check *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct check *check = &checks[check_count++];

		snprintf(check->name, sizeof check->name, "%s.%s", chapter, table[i].name);
		check->stage = table[i].stage;
		check->run = table[i].run;
	}
}

void suite_add_row(const char *chapter, const char *row, const char *name, enum suite_stage stage,
	void (*run)(const void *row), const void *arg)
{
	struct check *check = &checks[check_count++];

	snprintf(check->name, sizeof check->name, "%s.%s.%s", chapter, row, name);
	check->stage = stage;
	check->run_row = run;
	check->row = arg;
}

const char *suite_token(void)
{
	return token_label;
}

const char *suite_pin(void)
{
	return pin;
}

const char *suite_so_pin(void)
{
	return so_pin;
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char line[600];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (len > 0 && write(report, line, strlen(line)) < 0)
		_exit(EXIT_FAILED);
}

void suite_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(note, sizeof note, format, args);
	va_end(args);
}

void suite_end(void)
{
	_exit(EXIT_FAILED);
}

void suite_absent(const char *what)
{
	say("%s", what);
	_exit(failures ? EXIT_FAILED : EXIT_ABSENT);
}

static void fail(const char *file, int line, const char *what, const char *detail)
{
	const char *base = strrchr(file, '/');

	failures++;
	say("    %s:%d: %s%s%s%s%s\n", base ? base + 1 : file, line, note, note[0] ? ": " : "",
		what, detail[0] ? " " : "", detail);
}

bool suite_expect(bool held, const char *what, const char *file, int line)
{
	if (!held)
		fail(file, line, what, "");
	return held;
}

bool suite_expect_rv(
	CK_RV got, const CK_RV *wanted, size_t count, const char *what, const char *file, int line)
{
	char detail[80];

	for (size_t i = 0; i < count; i++)
		if (got == wanted[i])
			return true;
	snprintf(detail, sizeof detail, "is 0x%lx, not 0x%lx%s", got, wanted[0],
		count > 1 ? " or another allowed one" : "");
	fail(file, line, what, detail);
	return false;
}

void *suite_symbol(const char *name)
{
	return dlsym(library, name);
}

void suite_load(void)
{
	CK_C_GetFunctionList get;

	library = dlopen(module_path, RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		say("    %s\n", dlerror());
		suite_end();
	}
	get = (CK_C_GetFunctionList)suite_symbol("C_GetFunctionList");
	MUST(get != NULL);
	MUST_RV(get(&p11), CKR_OK);
}

void suite_initialize(void)
{
	CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
	CK_SLOT_ID slots[32];
	CK_TOKEN_INFO info;
	CK_ULONG count = 32;
	size_t len = strlen(token_label);

	MUST_RV(p11->C_Initialize(&args), CKR_OK);
	MUST_RV(p11->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
	for (CK_ULONG i = 0; i < count; i++)
		if (p11->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
			memcmp(info.label, token_label, len) == 0 &&
			(len == sizeof info.label || info.label[len] == ' ')) {
			slot = slots[i];
			return;
		}
	MUST(false && "a token with the label");
}

CK_SESSION_HANDLE suite_open(CK_FLAGS flags)
{
	CK_SESSION_HANDLE opened = CK_INVALID_HANDLE;

	MUST_RV(p11->C_OpenSession(slot, CKF_SERIAL_SESSION | flags, NULL, NULL, &opened), CKR_OK);
	return opened;
}

CK_RV suite_log_in(CK_SESSION_HANDLE handle, CK_USER_TYPE user, const char *text)
{
	return p11->C_Login(handle, user, (CK_UTF8CHAR *)(uintptr_t)text, strlen(text));
}

bool suite_lists(CK_MECHANISM_TYPE type, CK_FLAGS flags)
{
	CK_MECHANISM_INFO info = {0, 0, 0};

	return p11->C_GetMechanismInfo(slot, type, &info) == CKR_OK &&
	       (info.flags & flags) == flags;
}

void suite_needs(CK_MECHANISM_TYPE type, CK_FLAGS flags)
{
	if (!suite_lists(type, flags))
		suite_absent("");
}

/* Makes the token that the checks use, as an officer does: CONFORMANCE_INIT. */
static void make_token(void)
{
	CK_SLOT_ID slots[32];
	CK_UTF8CHAR label[32];
	CK_ULONG count = 32;

	suite_load();
	MUST_RV(p11->C_Initialize(NULL), CKR_OK);
	MUST_RV(p11->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
	MUST(count > 0);
	slot = slots[0];
	memset(label, ' ', sizeof label);
	memcpy(label, token_label, strlen(token_label));
	MUST_RV(p11->C_InitToken(slot, TEXT(so_pin), strlen(so_pin), label), CKR_OK);
	session = suite_open(CKF_RW_SESSION);
	MUST_RV(suite_log_in(session, CKU_SO, so_pin), CKR_OK);
	MUST_RV(p11->C_InitPIN(session, TEXT(pin), strlen(pin)), CKR_OK);
	MUST_RV(p11->C_Finalize(NULL), CKR_OK);
}

/* In the check's own process. */
__attribute__((noreturn)) static void run_here(const struct check *check, int to)
{
	report = to;
	alarm(SECONDS_A_CHECK);
	if (check->run != make_token)
		suite_load();
	if (check->stage >= INITIALIZED)
		suite_initialize();
	if (check->stage >= OPENED)
		session = suite_open(CKF_RW_SESSION);
	if (check->stage >= USER)
		MUST_RV(suite_log_in(session, CKU_USER, pin), CKR_OK);
	if (check->run)
		check->run();
	else
		check->run_row(check->row);
	_exit(failures ? EXIT_FAILED : 0);
}

/* Runs the check; what it says is text. */
static const char *result_of(const struct check *check, char text[static 8000])
{
	size_t have = 0;
	int pipes[2], status = 0;
	ssize_t got;
	pid_t child;

	fflush(NULL);
	if (pipe(pipes) != 0 || (child = fork()) < 0) {
		perror("cannot run a check");
		exit(99);
	}
	if (child == 0) {
		close(pipes[0]);
		run_here(check, pipes[1]);
	}
	close(pipes[1]);
	while (have < 7900 && (got = read(pipes[0], text + have, 7900 - have)) > 0)
		have += (size_t)got;
	close(pipes[0]);
	text[have] = 0;
	while (waitpid(child, &status, 0) < 0)
		;
	if (WIFSIGNALED(status)) {
		snprintf(text + have, 90, "    ended by signal %d\n", WTERMSIG(status));
		return "fail";
	}
	if (WEXITSTATUS(status) == EXIT_ABSENT)
		return "absent";
	if (WEXITSTATUS(status) == 0)
		return "pass";
	if (have == 0)
		snprintf(text, 90, "    ended with status %d\n", WEXITSTATUS(status));
	return "fail";
}

static bool token_was_made(void)
{
	static const struct check making = {.name = "init", .stage = LOADED, .run = make_token};
	char text[8100];
	bool made = strcmp(result_of(&making, text), "pass") == 0;

	if (!made)
		printf("no token: %s", text);
	return made;
}

static const char *expected_of(const char *name)
{
	for (size_t i = 0; i < expectation_count; i++)
		if (fnmatch(expectations[i].pattern, name, 0) == 0) {
			expectations[i].used = true;
			return expectations[i].result;
		}
	return "pass";
}

/* CUnit's test: the one check whose name CUnit says. */
static void run_current(void)
{
	const char *name = CU_get_current_test()->pName, *result, *expected;
	char text[8100];

	for (size_t i = 0; i < check_count; i++)
		if (strcmp(checks[i].name, name) == 0) {
			expected = expected_of(name);
			result = result_of(&checks[i], text);
			printf("%-6s %s\n", result, name);
			if (strcmp(result, expected) != 0) {
				differs = true;
				printf("    expected: %s\n%s", expected, text);
				CU_FAIL("not as expected");
			} else if (getenv("CONFORMANCE_VERBOSE")) {
				fputs(text, stdout);
			}
			return;
		}
}

/* Reads "check  first  second  explanation" lines, of which this module's column is one. */
static void read_expectations(const char *path, int column)
{
	char line[600], result[2][12];
	FILE *file = fopen(path, "r");

	if (!file) {
		perror(path);
		exit(99);
	}
	while (fgets(line, sizeof line, file)) {
		struct expectation *row = &expectations[expectation_count];

		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (expectation_count == sizeof expectations / sizeof expectations[0] ||
			sscanf(line, "%119s %11s %11s", row->pattern, result[0], result[1]) != 3) {
			fprintf(stderr, "%s: not a row: %s", path, line);
			exit(99);
		}
		memcpy(row->result, result[column], sizeof row->result);
		expectation_count++;
	}
	fclose(file);
}

static const char *needed(const char *variable)
{
	const char *value = getenv(variable);

	if (!value) {
		fprintf(stderr, "%s is not set\n", variable);
		exit(99);
	}
	return value;
}

static void add_chapters(void)
{
	suite_general();
	suite_interface();
	suite_slot();
	suite_offered();
	suite_session();
	suite_login();
	suite_object();
	suite_digest();
	suite_sign();
	suite_mac();
	suite_cipher();
	suite_rsa_cipher();
	suite_dual();
	suite_generate();
	suite_wrap();
	suite_derive();
	suite_random();
	suite_message();
	suite_officer();
}

static bool add_to_cunit(void)
{
	CU_pSuite suite = NULL;
	char chapter[40] = "", now[40];

	for (size_t i = 0; i < check_count; i++) {
		snprintf(
			now, sizeof now, "%.*s", (int)strcspn(checks[i].name, "."), checks[i].name);
		if (!suite || strcmp(now, chapter) != 0) {
			memcpy(chapter, now, sizeof chapter);
			suite = CU_add_suite(chapter, NULL, NULL);
		}
		if (only && fnmatch(only, checks[i].name, 0) != 0)
			continue;
		if (!suite || !CU_add_test(suite, checks[i].name, run_current)) {
			fprintf(stderr, "%s: %s\n", checks[i].name, CU_get_error_msg());
			return false;
		}
	}
	return true;
}

/*
 * conformance [TABLE COLUMN [CHECKS]]: with a table, this module's results are held against that
 * column of it (1 or 2), else against "all pass". CHECKS is a pattern of names.
 */
int main(int argc, char **argv)
{
	module_path = needed("CONFORMANCE_MODULE");
	token_label = needed("CONFORMANCE_TOKEN");
	pin = needed("CONFORMANCE_PIN");
	so_pin = getenv("CONFORMANCE_SO_PIN");
	if (argc > 2)
		read_expectations(argv[1], strcmp(argv[2], "2") == 0 ? 1 : 0);
	only = argc > 3 ? argv[3] : NULL;
	add_chapters();
	if (getenv("CONFORMANCE_INIT") && !token_was_made())
		return 99;
	if (CU_initialize_registry() != CUE_SUCCESS || !add_to_cunit())
		return 99;
	CU_basic_set_mode(CU_BRM_SILENT);
	CU_basic_run_tests();
	for (size_t i = 0; i < expectation_count && !only; i++)
		if (!expectations[i].used) {
			differs = true;
			printf("no check fits the row: %s\n", expectations[i].pattern);
		}
	printf("%u checks, %u not as expected\n", CU_get_number_of_tests_run(),
		CU_get_number_of_tests_failed());
	CU_cleanup_registry();
	return differs || CU_get_number_of_tests_failed() ? 1 : 0;
}
