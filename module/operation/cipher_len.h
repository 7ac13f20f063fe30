/* SPDX-License-Identifier: ISC */
/* How long what a cipher makes is. */
#ifndef KC_MODULE_OPERATION_CIPHER_LEN_H
#define KC_MODULE_OPERATION_CIPHER_LEN_H

#include "module/operation/operation.h"

/* A way of encrypting by a key, in one direction. */
struct kc_cipher_len {
	enum kc_cipher_scheme scheme;
	bool decrypts;
	size_t block; /* of a block cipher */
	size_t tag;
	size_t modulus, padding; /* RSA: bytes, and how many of them a message leaves at least */
	bool has_data_len;
	size_t data_len; /* what CCM's parameter says */
};
struct kc_cipher_len kc_cipher_len_of(const struct kc_operation *operation, bool decrypts);

/* The output of so many bytes of input: of encryption exactly, of decryption the most. */
size_t kc_cipher_len_whole(const struct kc_cipher_len *cipher, size_t in_len);
/* What has come out after so many bytes in parts. */
size_t kc_cipher_len_ready(const struct kc_cipher_len *cipher, size_t in_len);
/* CKR_DATA_LEN_RANGE or CKR_ENCRYPTED_DATA_LEN_RANGE when no message is so long. */
CK_RV kc_cipher_len_check(const struct kc_cipher_len *cipher, size_t in_len);
/* Whether nothing comes out before the end. */
bool kc_cipher_len_waits(const struct kc_cipher_len *cipher);

#endif
