/* SPDX-License-Identifier: ISC */
/* Templates, objects and bytes for the checks. */
#include <stdlib.h>
#include <string.h>

#include "tests/module/conformance/suite.h"

static void with_small(
	struct template *template, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	MUST(template->used < sizeof template->numbers / sizeof template->numbers[0]);
	memcpy(&template->numbers[template->used], value, len);
	with_bytes(template, type, &template->numbers[template->used++], len);
}

void with_number(struct template *template, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
	with_small(template, type, &value, sizeof value);
}

void with_truth(struct template *template, CK_ATTRIBUTE_TYPE type, bool value)
{
	CK_BBOOL truth = value ? CK_TRUE : CK_FALSE;

	with_small(template, type, &truth, sizeof truth);
}

void with_bytes(struct template *template, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	MUST(template->count < sizeof template->at / sizeof template->at[0]);
	template->at[template->count++] = (CK_ATTRIBUTE){type, (void *)(uintptr_t)value, len};
}

void with_text(struct template *template, CK_ATTRIBUTE_TYPE type, const char *value)
{
	with_bytes(template, type, value, strlen(value));
}

void without(struct template *template, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < template->count; i++)
		if (template->at[i].type == type) {
			template->count--;
			memmove(&template->at[i], &template->at[i + 1],
				(template->count - i) * sizeof template->at[0]);
			return;
		}
	MUST(false && "the template has the attribute");
}

CK_RV try_create(struct template *template, CK_OBJECT_HANDLE *ret)
{
	return p11->C_CreateObject(session, template->at, template->count, ret);
}

CK_OBJECT_HANDLE create(struct template *template)
{
	CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;

	MUST_RV(try_create(template, &made), CKR_OK);
	MUST(made != CK_INVALID_HANDLE);
	return made;
}

CK_RV reading(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_ATTRIBUTE at = {type, NULL, 0};

	return p11->C_GetAttributeValue(session, object, &at, 1);
}

size_t value_of(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, void *value, size_t room)
{
	CK_ATTRIBUTE at = {type, value, room};

	suite_note("attribute 0x%lx", type);
	MUST_RV(p11->C_GetAttributeValue(session, object, &at, 1), CKR_OK);
	suite_note("%s", "");
	return at.ulValueLen;
}

CK_ULONG number_of(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG value = 0;

	MUST(value_of(object, type, &value, sizeof value) == sizeof value);
	return value;
}

bool truth_of(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL value = 0xff;

	MUST(value_of(object, type, &value, sizeof value) == sizeof value);
	MUST(value == CK_TRUE || value == CK_FALSE);
	return value == CK_TRUE;
}

bool value_is(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, const void *wanted, size_t len)
{
	CK_BYTE value[8192];

	return value_of(object, type, value, sizeof value) == len &&
	       (len == 0 || memcmp(value, wanted, len) == 0);
}

size_t found(CK_SESSION_HANDLE handle, struct template *template, CK_OBJECT_HANDLE *ret)
{
	CK_OBJECT_HANDLE some[64];
	CK_ULONG got = 0;
	size_t all = 0;

	MUST_RV(p11->C_FindObjectsInit(
			handle, template ? template->at : NULL, template ? template->count : 0),
		CKR_OK);
	do {
		MUST_RV(p11->C_FindObjects(handle, some, 64, &got), CKR_OK);
		if (ret && all == 0 && got)
			*ret = some[0];
		all += got;
	} while (got);
	MUST_RV(p11->C_FindObjectsFinal(handle), CKR_OK);
	return all;
}

struct bytes unhex(const char *text)
{
	struct bytes out = {.len = 0};
	char two[3] = "";
	int have = 0;

	for (; *text; text++)
		if (*text != ' ' && *text != '\n') {
			two[have++] = *text;
			if (have == 2) {
				out.at[out.len++] = (CK_BYTE)strtoul(two, NULL, 16);
				have = 0;
			}
		}
	MUST(have == 0);
	return out;
}

void fill(void *at, size_t len, unsigned seed)
{
	uint32_t state = seed * 2654435761u + 1;

	for (size_t i = 0; i < len; i++) {
		state = state * 1664525u + 1013904223u;
		((CK_BYTE *)at)[i] = (CK_BYTE)(state >> 24);
	}
}
