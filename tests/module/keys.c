/* SPDX-License-Identifier: ISC */
/* Making and reading keys. */
#include "tests/module/keys.h"

#include "tests/crypto/hex.h"

/* What every secret key here says, before the test's own attributes. */
#define OPEN_FLAGS                                                               \
	ATTR(CKA_SENSITIVE, harness_false), ATTR(CKA_EXTRACTABLE, harness_true), \
		ATTR(CKA_DERIVE, harness_true)
#define OPEN_COUNT 3

CK_OBJECT_HANDLE keys_secret(const struct fixture *x, CK_KEY_TYPE type, struct kc_bytes value)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_ATTRIBUTE template[] = {
		OPEN_FLAGS,
		ATTR(CKA_CLASS, class),
		ATTR(CKA_KEY_TYPE, type),
		{CKA_VALUE, (void *)(uintptr_t)value.data, value.len},
		ATTR(CKA_WRAP, harness_true),
		ATTR(CKA_UNWRAP, harness_true),
		ATTR(CKA_ENCRYPT, harness_true),
		ATTR(CKA_DECRYPT, harness_true),
		ATTR(CKA_SIGN, harness_true),
		ATTR(CKA_VERIFY, harness_true),
	};
	CK_OBJECT_HANDLE key = 0;

	CHECK_RV_FATAL(
		x->f->C_CreateObject(x->session, template, KC_COUNT_OF(template), &key), CKR_OK);
	return key;
}

CK_OBJECT_HANDLE keys_secret_hex(const struct fixture *x, CK_KEY_TYPE type, const char *hex)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	hex_push(&value, hex);
	return keys_secret(x, type, kc_buf_bytes(&value));
}

bool keys_value(const struct fixture *x, CK_OBJECT_HANDLE key, struct kc_buf *ret)
{
	CK_BYTE bytes[4096];
	CK_ATTRIBUTE value = {CKA_VALUE, bytes, sizeof bytes};

	kc_buf_reset(ret);
	if (x->f->C_GetAttributeValue(x->session, key, &value, 1) != CKR_OK)
		return false;
	kc_buf_push(ret, bytes, value.ulValueLen);
	return true;
}

bool keys_value_is(const struct fixture *x, CK_OBJECT_HANDLE key, const char *hex)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	return keys_value(x, key, &value) && hex_is(kc_buf_bytes(&value), hex);
}

CK_ULONG keys_number(const struct fixture *x, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG number = 99;
	CK_ATTRIBUTE asked = {type, &number, sizeof number};

	return x->f->C_GetAttributeValue(x->session, key, &asked, 1) == CKR_OK ? number : 99;
}

int keys_flag(const struct fixture *x, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL flag = 99;
	CK_ATTRIBUTE asked = {type, &flag, sizeof flag};

	return x->f->C_GetAttributeValue(x->session, key, &asked, 1) == CKR_OK ? flag : 99;
}

CK_RV keys_wrap(const struct fixture *x, CK_MECHANISM *how, CK_OBJECT_HANDLE by,
	CK_OBJECT_HANDLE key, struct kc_buf *ret)
{
	CK_BYTE bytes[8192];
	CK_ULONG asked = 0, len = sizeof bytes;
	CK_RV rv = x->f->C_WrapKey(x->session, how, by, key, NULL, &asked);

	kc_buf_reset(ret);
	if (rv != CKR_OK)
		return rv;
	rv = x->f->C_WrapKey(x->session, how, by, key, bytes, &len);
	if (rv != CKR_OK)
		return rv;
	CHECK(asked == len);
	kc_buf_push(ret, bytes, len);
	return CKR_OK;
}

CK_RV keys_unwrap(const struct fixture *x, CK_MECHANISM *how, CK_OBJECT_HANDLE by,
	struct kc_bytes wrapped, CK_OBJECT_CLASS class, CK_KEY_TYPE type, CK_ULONG len,
	CK_OBJECT_HANDLE *ret)
{
	CK_ATTRIBUTE template[] = {
		OPEN_FLAGS,
		ATTR(CKA_CLASS, class),
		ATTR(CKA_KEY_TYPE, type),
		ATTR(CKA_VALUE_LEN, len),
	};

	return x->f->C_UnwrapKey(x->session, how, by, (CK_BYTE *)(uintptr_t)wrapped.data,
		wrapped.len, template, OPEN_COUNT + (len ? 3 : 2), ret);
}

CK_RV keys_derive(const struct fixture *x, CK_MECHANISM *how, CK_OBJECT_HANDLE base,
	CK_KEY_TYPE type, CK_ULONG len, CK_OBJECT_HANDLE *ret)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_ATTRIBUTE template[] = {
		OPEN_FLAGS,
		ATTR(CKA_CLASS, class),
		ATTR(CKA_KEY_TYPE, type),
		ATTR(CKA_VALUE_LEN, len),
	};

	return x->f->C_DeriveKey(x->session, how, base, template, OPEN_COUNT + (len ? 3 : 2), ret);
}

void keys_pair(const struct fixture *x, CK_MECHANISM_TYPE generator, struct kc_bytes params,
	CK_OBJECT_HANDLE *ret_public, CK_OBJECT_HANDLE *ret_private)
{
	CK_MECHANISM mechanism = {generator, NULL, 0};
	CK_ULONG bits = 2048;
	CK_ATTRIBUTE public[] = {
		ATTR(CKA_MODULUS_BITS, bits),
		ATTR(CKA_WRAP, harness_true),
		ATTR(CKA_ENCRYPT, harness_true),
	};
	CK_ATTRIBUTE private[] = {
		OPEN_FLAGS,
		ATTR(CKA_UNWRAP, harness_true),
		ATTR(CKA_DECRYPT, harness_true),
	};
	bool is_curve = params.len != 0;

	if (is_curve) {
		public[0].type = CKA_EC_PARAMS;
		public[0].pValue = (void *)(uintptr_t)params.data;
		public[0].ulValueLen = params.len;
	}
	CHECK_RV_FATAL(
		x->f->C_GenerateKeyPair(x->session, &mechanism, public, is_curve ? 1 : 3, private,
			is_curve ? OPEN_COUNT : OPEN_COUNT + 2, ret_public, ret_private),
		CKR_OK);
}
