/* SPDX-License-Identifier: ISC */
/*
 * The parameters of signing and of encrypting, from a caller's CK_MECHANISM to what travels.
 *
 * One reader a family: params_rsa.c, params_mac.c, params_cipher.c, params_aead.c. A parameter of
 * another size than its record, a pointer that is missing and a length out of the mechanism's range
 * are CKR_MECHANISM_PARAM_INVALID. What the record points to is copied, so the caller may free it.
 */
#ifndef KC_MODULE_MECHANISM_PARAMS_H
#define KC_MODULE_MECHANISM_PARAMS_H

#include "base/buf.h"
#include "module/mechanism/mechanism.h"

struct kc_params {
	struct kc_sign_params sign; /* of a row that signs; its context points into the copies */
	struct kc_cipher_params cipher; /* of a row that encrypts; so do its iv and label */
	bool has_data_len;		/* CCM says before how long the plaintext is */
	CK_ULONG data_len;
	struct kc_buf iv, label; /* the copies */
};
void kc_params_done(struct kc_params *params);
#define KC_CLEANUP_PARAMS KC_CLEANUP(kc_params_done)

/* What the row's way of signing (or of making a code) takes, all but the input. use is CKF_SIGN or
 * CKF_VERIFY or one of their kin, for what may only be checked. ret is done by the caller, also
 * when this fails. */
CK_RV kc_params_of_sign(struct kc_module *module, const struct kc_mechanism *row,
	const CK_MECHANISM *asked, CK_FLAGS use, struct kc_params *ret);
/* The same for the row's way of encrypting. */
CK_RV kc_params_of_cipher(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *ret);

/* Whether they are for keys of a type. CKR_MECHANISM_PARAM_INVALID. */
CK_RV kc_params_check_key(const struct kc_params *params, uint32_t key_type);

/* The readers. */
CK_RV kc_params_rsa_read_pss(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params);
CK_RV kc_params_rsa_read_oaep(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params);
CK_RV kc_params_rsa_read_aes_wrap(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params);
CK_RV kc_params_mac_read_eddsa(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params);
CK_RV kc_params_mac_read_len(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params);
CK_RV kc_params_mac_read_iv(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params);
CK_RV kc_params_cipher_read_iv(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params);
CK_RV kc_params_cipher_read_ctr(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params);
CK_RV kc_params_cipher_read_wrap_iv(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params);
CK_RV kc_params_cipher_read_chacha20(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params);
CK_RV kc_params_aead_read_gcm(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params);
CK_RV kc_params_aead_read_ccm(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params);
CK_RV kc_params_aead_read_poly1305(
	const struct kc_mechanism *row, const CK_MECHANISM *asked, struct kc_params *params);

/* Whether a tag of GCM, and what is said of CCM, can be so long. */
bool kc_params_aead_is_gcm_tag(CK_ULONG bits);
bool kc_params_aead_is_ccm(CK_ULONG nonce_len, CK_ULONG tag_len, CK_ULONG data_len);

/* For the readers: copies the record when the parameter is of its size … */
CK_RV kc_params_get_record(const CK_MECHANISM *asked, void *record, size_t size);
/* … and what it points to, of least to most bytes. */
CK_RV kc_params_hold(struct kc_buf *to, const void *data, CK_ULONG len, size_t least, size_t most,
	struct kc_bytes *ret);
/* How many bytes a number of bits is, when it is whole and of least to most bytes. */
CK_RV kc_params_bytes_of_bits(CK_ULONG bits, size_t least, size_t most, unsigned *ret);
/* The block of a cipher's row. */
size_t kc_params_block_len(const struct kc_mechanism *row);

#define KC_PARAMS_LABEL_MAX ((size_t)1 << 20) /* of additional data, and of OAEP's label */
#define KC_PARAMS_IV_MAX ((size_t)1 << 16)

#endif
