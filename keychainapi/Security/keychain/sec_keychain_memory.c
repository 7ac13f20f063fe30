/* SPDX-License-Identifier: ISC */
/* Copies for programs. */
#include "keychainapi/Security/keychain/sec_keychain_memory.h"

#include <malloc.h>
#include <string.h>

kc_err kc_sec_keychain_memory_dup(struct kc_bytes bytes, UInt32 *ret_len, void **ret)
{
	uint8_t *copy;

	if (bytes.len >= UINT32_MAX)
		return KC_ERR(TOO_LARGE);
	copy = malloc(bytes.len + 1);
	if (!copy)
		return KC_ERR(NO_MEMORY);
	if (bytes.len)
		memcpy(copy, bytes.data, bytes.len);
	copy[bytes.len] = 0;
	*ret_len = (UInt32)bytes.len;
	*ret = copy;
	return KC_OK;
}

/* The length is not known any more; the whole block is what malloc(3) gave. */
void kc_sec_keychain_memory_free(void *data)
{
	if (data)
		kc_mem_wipe(data, malloc_usable_size(data));
	free(data);
}
