/* SPDX-License-Identifier: ISC */
/* What is timed of the token's objects. */
#include <stdio.h>
#include <string.h>

#include "tests/bench/module.h"

static CK_OBJECT_CLASS data = CKO_DATA, private_key = CKO_PRIVATE_KEY;

static void find_label(struct worker *worker)
{
	char label[32];

	snprintf(label, sizeof label, "bench %u", worker->count++ * 7919 % worker->objects);
	bench_must(bench_worker_find(worker, NULL, label) != CK_INVALID_HANDLE,
		"an object is missing");
}

static void find_nothing(struct worker *worker)
{
	bench_must(bench_worker_find(worker, NULL, "no such label") == CK_INVALID_HANDLE,
		"found nothing");
}

/* The key of a certificate, or of a name in a configuration. */
static void find_id(struct worker *worker)
{
	static char id[] = "bench-p256";
	CK_FUNCTION_LIST *f = worker->target->f;
	CK_ATTRIBUTE template[] = {
		{CKA_CLASS, &private_key, sizeof private_key}, {CKA_ID, id, sizeof id - 1}};
	CK_OBJECT_HANDLE found;
	CK_ULONG count = 0;

	bench_must(f->C_FindObjectsInit(worker->session, template, 2) == CKR_OK, "find");
	bench_must(f->C_FindObjects(worker->session, &found, 1, &count) == CKR_OK, "find");
	f->C_FindObjectsFinal(worker->session);
	bench_must(count == 1, "no key of the id");
}

static CK_ULONG each_of(struct worker *worker, CK_OBJECT_CLASS *class,
	void (*visit)(struct worker *worker, CK_OBJECT_HANDLE object))
{
	CK_FUNCTION_LIST *f = worker->target->f;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, class, sizeof *class}};
	CK_OBJECT_HANDLE found[64];
	CK_ULONG count, sum = 0;

	bench_must(f->C_FindObjectsInit(worker->session, template, 1) == CKR_OK, "list");
	while (f->C_FindObjects(worker->session, found, 64, &count) == CKR_OK && count) {
		for (CK_ULONG i = 0; visit && i < count; i++)
			visit(worker, found[i]);
		sum += count;
	}
	f->C_FindObjectsFinal(worker->session);
	return sum;
}

static void find_class(struct worker *worker)
{
	bench_must(each_of(worker, &private_key, NULL) == 2, "not all keys were found");
}

static void read_object(struct worker *worker, CK_OBJECT_HANDLE object)
{
	char label[64], application[64];
	CK_OBJECT_CLASS class;
	CK_ATTRIBUTE asked[] = {{CKA_LABEL, label, sizeof label},
		{CKA_APPLICATION, application, sizeof application},
		{CKA_CLASS, &class, sizeof class}};

	bench_must(
		worker->target->f->C_GetAttributeValue(worker->session, object, asked, 3) == CKR_OK,
		"read");
}

static void list(struct worker *worker)
{
	bench_must(each_of(worker, &data, read_object) == worker->objects, "not all are listed");
}

static void create_and_destroy(struct worker *worker)
{
	static char label[] = "bench passing", value[64];
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &data, sizeof data}, {CKA_TOKEN, &bench_yes, 1},
		{CKA_PRIVATE, &bench_yes, 1}, {CKA_LABEL, label, sizeof label - 1},
		{CKA_VALUE, value, sizeof value}};
	CK_FUNCTION_LIST *f = worker->target->f;
	CK_OBJECT_HANDLE made;

	bench_must(f->C_CreateObject(worker->session, template, 5, &made) == CKR_OK, "create");
	bench_must(f->C_DestroyObject(worker->session, made) == CKR_OK, "destroy");
}

/* clang-format off */
const struct operation bench_store_operations[] = {
	{"find by label",          NULL, find_label,         false, true},
	{"find nothing by label",  NULL, find_nothing,       false, false},
	{"find by class and id",   NULL, find_id,            false, false},
	{"find by class",          NULL, find_class,         false, false},
	{"list and read all",      NULL, list,               false, true},
	{"create and destroy",     NULL, create_and_destroy, false, false},
};
/* clang-format on */
const size_t bench_store_count = KC_COUNT_OF(bench_store_operations);
