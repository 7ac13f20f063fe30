/* SPDX-License-Identifier: ISC */
/*
 * Several processes at once: nothing that was acknowledged is lost, readers see no errors, and a
 * session that was open before sees what others made.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/module/harness.h"

#define WRITERS 4
#define READERS 2
#define OBJECTS 50 /* of each writer */

/* The library in a child, from the start. */
static bool start_child(struct fixture *x)
{
	return x->f->C_Initialize(NULL) == CKR_OK &&
	       x->f->C_OpenSession(HARNESS_DEVICE, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
		       &x->session) == CKR_OK;
}

static bool write_objects(struct fixture *x, int number)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	char label[32];

	for (int i = 0; i < OBJECTS; i++) {
		CK_OBJECT_HANDLE made;
		CK_ATTRIBUTE template[] = {ATTR(CKA_CLASS, class), ATTR(CKA_TOKEN, harness_true),
			{CKA_LABEL, label, 0}, ATTR_TEXT(CKA_APPLICATION, "processes")};

		template[2].ulValueLen =
			(CK_ULONG)snprintf(label, sizeof label, "%d of writer %d", i, number);
		if (x->f->C_CreateObject(x->session, template, 4, &made) != CKR_OK)
			return false;
	}
	return true;
}

/* Lists and reads until everything is there, and nothing may be gone in between. */
static bool read_objects(struct fixture *x, int number)
{
	CK_ATTRIBUTE template[] = {ATTR_TEXT(CKA_APPLICATION, "processes")};
	size_t seen = 0;

	(void)number;
	for (int round = 0; round < 3000 && seen < (size_t)WRITERS * OBJECTS; round++) {
		CK_OBJECT_HANDLE found[WRITERS * OBJECTS];
		char label[64];
		size_t count = harness_find(x, template, 1, found, KC_COUNT_OF(found));

		if (count < seen)
			return false;
		seen = count;
		for (size_t i = 0; i < count; i++) {
			CK_ATTRIBUTE asked = {CKA_LABEL, label, sizeof label};
			if (x->f->C_GetAttributeValue(x->session, found[i], &asked, 1) != CKR_OK)
				return false;
		}
		usleep(10000);
	}
	return seen == (size_t)WRITERS * OBJECTS && CU_get_number_of_failures() == 0;
}

static pid_t start(struct fixture *x, bool (*body)(struct fixture *x, int number), int number)
{
	pid_t child = fork();

	if (child == 0)
		_exit(start_child(x) && body(x, number) ? 0 : 1);
	return child;
}

static void writers_and_readers(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_ATTRIBUTE template[] = {ATTR_TEXT(CKA_APPLICATION, "processes")};
	CK_OBJECT_HANDLE found[WRITERS * OBJECTS + 1];
	pid_t children[WRITERS + READERS];

	CHECK(harness_find(&x, template, 1, found, KC_COUNT_OF(found)) == 0);
	for (int i = 0; i < WRITERS; i++)
		children[i] = start(&x, write_objects, i);
	for (int i = 0; i < READERS; i++)
		children[WRITERS + i] = start(&x, read_objects, i);
	for (size_t i = 0; i < KC_COUNT_OF(children); i++) {
		int status = 1;
		CHECK(children[i] > 0 && waitpid(children[i], &status, 0) == children[i]);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	CHECK(harness_find(&x, template, 1, found, KC_COUNT_OF(found)) == WRITERS * OBJECTS);
	harness_end(&x);
}

/* What another process destroys is gone for one that holds a handle of it, a moment later. */
static bool destroy_all(struct fixture *x, int number)
{
	CK_ATTRIBUTE template[] = {ATTR_TEXT(CKA_APPLICATION, "processes")};
	CK_OBJECT_HANDLE found[WRITERS * OBJECTS];
	size_t count = harness_find(x, template, 1, found, KC_COUNT_OF(found));

	(void)number;
	for (size_t i = 0; i < count; i++)
		if (x->f->C_DestroyObject(x->session, found[i]) != CKR_OK)
			return false;
	return count == KC_COUNT_OF(found);
}

static void handles_of_what_is_gone(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_ATTRIBUTE template[] = {ATTR_TEXT(CKA_APPLICATION, "processes")};
	CK_OBJECT_HANDLE found[WRITERS * OBJECTS];
	CK_ULONG class;
	CK_ATTRIBUTE asked = {CKA_CLASS, &class, sizeof class};
	pid_t child;
	int status = 1;

	CHECK_FATAL(harness_find(&x, template, 1, found, KC_COUNT_OF(found)) == KC_COUNT_OF(found));
	child = start(&x, destroy_all, 0);
	CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
	CHECK(harness_find(&x, template, 1, found, KC_COUNT_OF(found)) == 0);
	usleep(200000);
	CHECK_RV(x.f->C_GetAttributeValue(x.session, found[0], &asked, 1),
		CKR_OBJECT_HANDLE_INVALID);
	CHECK_RV(x.f->C_GetAttributeValue(x.session, found[0], &asked, 1),
		CKR_OBJECT_HANDLE_INVALID);
	harness_end(&x);
}

/*
 * Eight make and destroy, each finding exactly its own in between and listing everything: of each
 * what it kept is there at the end.
 */
#define CHURNERS 8
#define KEPT 10

static CK_ULONG name_object(char label[static 32], int number, int i)
{
	return (CK_ULONG)snprintf(label, 32, "%d of churner %d", i, number);
}

static bool find_own(struct fixture *x, int number, int i, CK_OBJECT_HANDLE made)
{
	char label[32];
	CK_ATTRIBUTE sought[] = {{CKA_LABEL, label, name_object(label, number, i)},
		ATTR_TEXT(CKA_APPLICATION, "churn")};
	CK_OBJECT_HANDLE found[2];

	return harness_find(x, sought, 2, found, 2) == 1 && found[0] == made;
}

static bool churn(struct fixture *x, int number)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_ATTRIBUTE all[] = {ATTR_TEXT(CKA_APPLICATION, "churn")};
	CK_OBJECT_HANDLE found[CHURNERS * (KEPT + 1)];
	char label[32];

	for (int i = 0; i < 2 * KEPT; i++) {
		CK_ULONG len = name_object(label, number, i);
		CK_OBJECT_HANDLE made;
		CK_ATTRIBUTE template[] = {ATTR(CKA_CLASS, class), ATTR(CKA_TOKEN, harness_true),
			{CKA_LABEL, label, len}, ATTR_TEXT(CKA_APPLICATION, "churn"),
			{CKA_VALUE, label, len}};

		if (x->f->C_CreateObject(x->session, template, 5, &made) != CKR_OK ||
			!find_own(x, number, i, made))
			return false;
		/* others come and go, so what is listed is some number of them */
		if (harness_find(x, all, 1, found, KC_COUNT_OF(found)) < (size_t)i / 2 + 1)
			return false;
		if (i % 2 && x->f->C_DestroyObject(x->session, made) != CKR_OK)
			return false;
	}
	return CU_get_number_of_failures() == 0;
}

static void churners(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_ATTRIBUTE all[] = {ATTR_TEXT(CKA_APPLICATION, "churn")};
	CK_OBJECT_HANDLE found[CHURNERS * (KEPT + 1)];
	pid_t children[CHURNERS];
	char label[32];

	for (int i = 0; i < CHURNERS; i++)
		children[i] = start(&x, churn, i);
	for (int i = 0; i < CHURNERS; i++) {
		int status = 1;
		CHECK(children[i] > 0 && waitpid(children[i], &status, 0) == children[i]);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	CHECK(harness_find(&x, all, 1, found, KC_COUNT_OF(found)) == (size_t)CHURNERS * KEPT);
	for (int i = 0; i < CHURNERS; i++)
		for (int j = 0; j < 2 * KEPT; j += 2) {
			CK_ATTRIBUTE sought[] = {{CKA_VALUE, label, name_object(label, i, j)}};
			CHECK(harness_find(&x, sought, 1, found, 2) == 1);
		}
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(writers_and_readers),
		CHECK_TEST(handles_of_what_is_gone),
		CHECK_TEST(churners),
	};
	int status;

	harness_start();
	status = check_main("module: several processes", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
