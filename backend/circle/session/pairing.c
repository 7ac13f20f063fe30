/* SPDX-License-Identifier: ISC */
/* The two machines. The applicant is A of SPAKE2, since it is the first to send a share. */
#include "backend/circle/session/pairing.h"

#include <string.h>

#include "backend/circle/record/label.h"
#include "backend/circle/session/code_cost.h"
#include "backend/circle/session/frame.h"
#include "crypto/kdf.h"
#include "crypto/spake2.h"
#include "base/random.h"

#define SUITE 1 /* SPAKE2-P256-SHA256-HKDF-HMAC, AES-256-GCM: the only one */
#define STRETCHED_LEN 40
#define NAME_A "applicant"
#define NAME_B "sponsor"

/* What has been done; each function goes from one to the next. */
enum stage { FRESH, SHARED, CONFIRMED, APPLIED, OVER };

struct kc_pairing {
	bool is_sponsor;
	enum stage stage;
	struct kc_writer_id slot;
	struct kc_account_id account;
	struct kc_buf account_key;
	uint64_t time_ms;
	struct kc_buf offer, answer; /* as sent */
	struct kc_spake2 *run;
	struct kc_spake2_result result;
	uint8_t transcript[32];
	struct kc_secret keys; /* struct channel_keys */
};

/* One key for each direction; a key seals one message, number 3 or 4. */
struct channel_keys {
	struct kc_gcm_key applicant, sponsor;
};

void kc_pairing_free(struct kc_pairing *pairing)
{
	if (!pairing)
		return;
	kc_buf_done(&pairing->account_key);
	kc_buf_done(&pairing->offer);
	kc_buf_done(&pairing->answer);
	kc_spake2_free(pairing->run);
	kc_secret_done(&pairing->keys);
	kc_mem_wipe(pairing, sizeof *pairing);
	free(pairing);
}

const struct kc_writer_id *kc_pairing_slot(const struct kc_pairing *pairing)
{
	return &pairing->slot;
}

const struct kc_account_id *kc_pairing_account(const struct kc_pairing *pairing)
{
	return &pairing->account;
}

struct kc_bytes kc_pairing_account_key(const struct kc_pairing *pairing)
{
	return kc_buf_bytes(&pairing->account_key);
}

uint64_t kc_pairing_time_ms(const struct kc_pairing *pairing)
{
	return pairing->time_ms;
}

const uint8_t *kc_pairing_transcript(const struct kc_pairing *pairing)
{
	return pairing->transcript;
}

/* --- codes --------------------------------------------------------------------------------------
 */

void kc_pairing_make_code(char ret[static KC_PAIRING_DIGITS + 1])
{
	for (size_t i = 0; i < KC_PAIRING_DIGITS; i++)
		ret[i] = (char)('0' + kc_random_below(10));
	ret[KC_PAIRING_DIGITS] = 0;
}

kc_err kc_pairing_parse_code(const char *typed, char ret[static KC_PAIRING_DIGITS + 1])
{
	char digits[KC_PAIRING_DIGITS + 1];
	size_t count = 0;

	for (; *typed; typed++) {
		if (*typed == '-' || *typed == ' ')
			continue;
		if (*typed < '0' || *typed > '9' || count == KC_PAIRING_DIGITS)
			return KC_ERR(PARAM);
		digits[count++] = *typed;
	}
	if (count != KC_PAIRING_DIGITS)
		return KC_ERR(PARAM);
	digits[count] = 0;
	memcpy(ret, digits, sizeof digits);
	return KC_OK;
}

/* --- messages -----------------------------------------------------------------------------------
 */

static const struct kc_frame_form form = {.max_len = SIZE_MAX, .last = KC_PAIRING_ABORT};

kc_err kc_pairing_peek(
	struct kc_bytes message, struct kc_writer_id *ret_slot, enum kc_pairing_number *ret_number)
{
	struct kc_frame frame;

	kc_frame_enter(&form, message, &frame);
	KC_TRY(kc_der_reader_check(&frame.parts));
	memcpy(ret_slot->bytes, frame.session, sizeof frame.session);
	*ret_number = (enum kc_pairing_number)frame.number;
	return KC_OK;
}

kc_err kc_pairing_abort(const struct kc_writer_id *slot, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_frame_begin(&w, ret, slot->bytes, KC_PAIRING_ABORT);
	return kc_frame_end(&w);
}

static kc_err keep(struct kc_buf *to, struct kc_bytes bytes)
{
	kc_buf_reset(to);
	kc_buf_push(to, bytes.data, bytes.len);
	return kc_buf_check(to);
}

/* --- what both do -------------------------------------------------------------------------------
 */

static kc_err new_pairing(bool is_sponsor, struct kc_pairing **ret)
{
	struct kc_pairing *pairing = calloc(1, sizeof *pairing);

	if (!pairing)
		return KC_ERR(NO_MEMORY);
	pairing->is_sponsor = is_sponsor;
	*ret = pairing;
	return KC_OK;
}

/* Does the step from one stage to the next only in its turn, and only once. */
static kc_err step(struct kc_pairing *pairing, bool as_sponsor, enum stage from, enum stage to)
{
	if (pairing->stage != from || pairing->is_sponsor != as_sponsor)
		return KC_ERR(BUG);
	pairing->stage = to;
	return KC_OK;
}

static kc_err start_run(struct kc_pairing *pairing, const char *code)
{
	const struct kc_kdf_cost cost = {.n = kc_code_cost, .r = 8, .p = 1};
	KC_CLEANUP_SECRET struct kc_secret stretched = KC_SECRET_INIT;

	KC_TRY(kc_secret_alloc(&stretched, STRETCHED_LEN));
	KC_TRY(kc_kdf_scrypt(kc_bytes_str(code), KC_BYTES_OF(pairing->slot.bytes), &cost,
		stretched.data, stretched.len));
	return kc_spake2_new(pairing->is_sponsor ? KC_SPAKE2_B : KC_SPAKE2_A,
		kc_secret_bytes(&stretched), NAME_A, NAME_B, &pairing->run);
}

/* The confirmations bind the offer: RFC 9382's AAD. */
static kc_err finish_run(struct kc_pairing *pairing, struct kc_bytes share)
{
	KC_CLEANUP_LABEL struct kc_label label;
	struct kc_bytes aad;

	kc_label_init(&label, "kc1/pairing");
	kc_der_put_bytes(&label.w, KC_BYTES_OF(pairing->account.bytes));
	kc_der_put_bytes(&label.w, kc_buf_bytes(&pairing->offer));
	KC_TRY(kc_label_end(&label, &aad));
	return kc_spake2_finish(pairing->run, share, aad, &pairing->result) == KC_OK
		       ? KC_OK
		       : KC_ERR(PAIRING_CODE);
}

static kc_err channel_key(
	const struct kc_pairing *pairing, const char *role, struct kc_gcm_key *ret)
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, "kc1/pairing-key");
	kc_der_put_str(&label.w, role);
	return kc_label_derive(&label, KC_BYTES_OF(pairing->result.key),
		KC_BYTES_OF(pairing->transcript), ret->bytes, sizeof ret->bytes);
}

/* The transcript of messages 0 to 2, and the keys of 3 and 4. */
static kc_err open_channel(struct kc_pairing *pairing, struct kc_bytes reply)
{
	KC_CLEANUP_LABEL struct kc_label label;
	struct channel_keys *keys;

	kc_label_init(&label, "kc1/transcript");
	kc_der_put_bytes(&label.w, KC_BYTES_OF(pairing->account.bytes));
	kc_der_put_bytes(&label.w, kc_buf_bytes(&pairing->offer));
	kc_der_put_bytes(&label.w, kc_buf_bytes(&pairing->answer));
	kc_der_put_bytes(&label.w, reply);
	KC_TRY(kc_label_hash(&label, pairing->transcript));
	KC_TRY(kc_secret_alloc(&pairing->keys, sizeof *keys));
	keys = (struct channel_keys *)(void *)pairing->keys.data;
	KC_TRY(channel_key(pairing, NAME_A, &keys->applicant));
	return channel_key(pairing, NAME_B, &keys->sponsor);
}

static const struct channel_keys *channel(const struct kc_pairing *pairing)
{
	return (const struct channel_keys *)(const void *)pairing->keys.data;
}

static kc_err message_ad(struct kc_label *label, const struct kc_pairing *pairing,
	enum kc_pairing_number number, struct kc_bytes *ret)
{
	kc_label_init(label, "kc1/pairing-message");
	kc_der_put_bytes(&label->w, KC_BYTES_OF(pairing->transcript));
	kc_der_put_uint(&label->w, number);
	return kc_label_end(label, ret);
}

static kc_err seal_message(const struct kc_pairing *pairing, const struct kc_gcm_key *key,
	enum kc_pairing_number number, struct kc_bytes plain, struct kc_buf *ret)
{
	const uint8_t nonce[KC_GCM_NONCE_LEN] = {[KC_GCM_NONCE_LEN - 1] = (uint8_t)number};
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_bytes ad;

	KC_TRY(message_ad(&label, pairing, number, &ad));
	return kc_aead_gcm_seal_numbered(key, nonce, ad, plain, ret);
}

static kc_err open_message(const struct kc_pairing *pairing, const struct kc_gcm_key *key,
	enum kc_pairing_number number, struct kc_bytes sealed, struct kc_buf *ret)
{
	const uint8_t nonce[KC_GCM_NONCE_LEN] = {[KC_GCM_NONCE_LEN - 1] = (uint8_t)number};
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_bytes ad;

	KC_TRY(message_ad(&label, pairing, number, &ad));
	return kc_aead_gcm_open_numbered(key, nonce, ad, sealed, ret) == KC_OK
		       ? KC_OK
		       : KC_ERR(PAIRING_CODE);
}

static bool is_confirmed(const struct kc_pairing *pairing, struct kc_bytes confirmation)
{
	return confirmation.len == KC_SPAKE2_CONFIRM_LEN &&
	       kc_mem_equal_ct(
		       confirmation.data, pairing->result.peer_confirmation, KC_SPAKE2_CONFIRM_LEN);
}

/* --- the sponsor --------------------------------------------------------------------------------
 */

kc_err kc_pairing_offer(const struct kc_account_id *account, struct kc_bytes account_key,
	const char *code, uint64_t time_ms, struct kc_pairing **ret, struct kc_buf *ret_offer)
{
	KC_CLEANUP_PAIRING struct kc_pairing *pairing = NULL;
	struct kc_der_writer w;

	KC_TRY(new_pairing(true, &pairing));
	kc_random_fill(pairing->slot.bytes, sizeof pairing->slot.bytes);
	pairing->account = *account;
	pairing->time_ms = time_ms;
	KC_TRY(keep(&pairing->account_key, account_key));
	kc_frame_begin(&w, &pairing->offer, pairing->slot.bytes, KC_PAIRING_OFFER);
	kc_der_put_uint(&w, SUITE);
	kc_der_put_bytes(&w, KC_BYTES_OF(account->bytes));
	kc_der_put_uint(&w, time_ms);
	kc_der_put_bytes(&w, account_key);
	KC_TRY(kc_frame_end(&w));
	KC_TRY(start_run(pairing, code));
	KC_TRY(keep(ret_offer, kc_buf_bytes(&pairing->offer)));
	*ret = pairing;
	pairing = NULL;
	return KC_OK;
}

kc_err kc_pairing_reply(
	struct kc_pairing *pairing, struct kc_bytes answer, struct kc_buf *ret_reply)
{
	struct kc_frame frame;
	struct kc_der_writer w;
	struct kc_bytes share;

	kc_frame_expect(&form, answer, pairing->slot.bytes, KC_PAIRING_ANSWER, &frame);
	share = kc_der_get_bytes(&frame.parts);
	KC_TRY(kc_frame_leave(&frame));
	KC_TRY(step(pairing, true, FRESH, SHARED));
	KC_TRY(finish_run(pairing, share));
	KC_TRY(keep(&pairing->answer, answer));
	kc_buf_reset(ret_reply);
	kc_frame_begin(&w, ret_reply, pairing->slot.bytes, KC_PAIRING_REPLY);
	kc_der_put_bytes(&w, kc_spake2_share(pairing->run));
	kc_der_put_bytes(&w, KC_BYTES_OF(pairing->result.own_confirmation));
	KC_TRY(kc_frame_end(&w));
	return open_channel(pairing, kc_buf_bytes(ret_reply));
}

kc_err kc_pairing_accept(
	struct kc_pairing *pairing, struct kc_bytes confirm, struct kc_buf *ret_application)
{
	struct kc_frame frame;
	struct kc_bytes confirmation, box;

	kc_frame_expect(&form, confirm, pairing->slot.bytes, KC_PAIRING_CONFIRM, &frame);
	confirmation = kc_der_get_bytes(&frame.parts);
	box = kc_der_get_bytes(&frame.parts);
	KC_TRY(kc_frame_leave(&frame));
	KC_TRY(step(pairing, true, SHARED, CONFIRMED));
	if (!is_confirmed(pairing, confirmation))
		return KC_ERR(PAIRING_CODE);
	return open_message(
		pairing, &channel(pairing)->applicant, KC_PAIRING_CONFIRM, box, ret_application);
}

kc_err kc_pairing_decide(
	struct kc_pairing *pairing, struct kc_bytes welcome, struct kc_buf *ret_message)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	struct kc_der_writer w;

	KC_TRY(step(pairing, true, CONFIRMED, OVER));
	kc_der_writer_init(&w, &plain);
	kc_der_put_bytes(&w, welcome); /* empty: no */
	KC_TRY(kc_der_writer_check(&w));
	KC_TRY(seal_message(pairing, &channel(pairing)->sponsor, KC_PAIRING_WELCOME,
		kc_buf_bytes(&plain), &box));
	kc_buf_reset(ret_message);
	kc_frame_begin(&w, ret_message, pairing->slot.bytes, KC_PAIRING_WELCOME);
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	return kc_frame_end(&w);
}

/* --- the applicant ------------------------------------------------------------------------------
 */

kc_err kc_pairing_read_offer(struct kc_bytes offer, struct kc_pairing **ret)
{
	KC_CLEANUP_PAIRING struct kc_pairing *pairing = NULL;
	struct kc_frame frame;
	struct kc_bytes account_key;

	KC_TRY(new_pairing(false, &pairing));
	kc_frame_enter(&form, offer, &frame);
	memcpy(pairing->slot.bytes, frame.session, sizeof frame.session);
	if (frame.number != KC_PAIRING_OFFER || kc_der_get_uint(&frame.parts) != SUITE)
		kc_der_reader_fail(&frame.parts);
	kc_der_get_array(&frame.parts, pairing->account.bytes, sizeof pairing->account.bytes);
	pairing->time_ms = kc_der_get_uint(&frame.parts);
	account_key = kc_der_get_bytes(&frame.parts);
	KC_TRY(kc_frame_leave(&frame));
	KC_TRY(keep(&pairing->account_key, account_key));
	KC_TRY(keep(&pairing->offer, offer));
	*ret = pairing;
	pairing = NULL;
	return KC_OK;
}

kc_err kc_pairing_answer(struct kc_pairing *pairing, const char *code, struct kc_buf *ret_answer)
{
	struct kc_der_writer w;

	KC_TRY(step(pairing, false, FRESH, SHARED));
	KC_TRY(start_run(pairing, code));
	kc_frame_begin(&w, &pairing->answer, pairing->slot.bytes, KC_PAIRING_ANSWER);
	kc_der_put_bytes(&w, kc_spake2_share(pairing->run));
	KC_TRY(kc_frame_end(&w));
	return keep(ret_answer, kc_buf_bytes(&pairing->answer));
}

kc_err kc_pairing_check_reply(struct kc_pairing *pairing, struct kc_bytes reply)
{
	struct kc_frame frame;
	struct kc_bytes share, confirmation;

	kc_frame_expect(&form, reply, pairing->slot.bytes, KC_PAIRING_REPLY, &frame);
	share = kc_der_get_bytes(&frame.parts);
	confirmation = kc_der_get_bytes(&frame.parts);
	KC_TRY(kc_frame_leave(&frame));
	KC_TRY(step(pairing, false, SHARED, CONFIRMED));
	KC_TRY(finish_run(pairing, share));
	if (!is_confirmed(pairing, confirmation))
		return KC_ERR(PAIRING_CODE);
	return open_channel(pairing, reply);
}

kc_err kc_pairing_confirm(
	struct kc_pairing *pairing, struct kc_bytes application, struct kc_buf *ret_confirm)
{
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	struct kc_der_writer w;

	KC_TRY(step(pairing, false, CONFIRMED, APPLIED));
	KC_TRY(seal_message(
		pairing, &channel(pairing)->applicant, KC_PAIRING_CONFIRM, application, &box));
	kc_buf_reset(ret_confirm);
	kc_frame_begin(&w, ret_confirm, pairing->slot.bytes, KC_PAIRING_CONFIRM);
	kc_der_put_bytes(&w, KC_BYTES_OF(pairing->result.own_confirmation));
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	return kc_frame_end(&w);
}

kc_err kc_pairing_finish(
	struct kc_pairing *pairing, struct kc_bytes message, struct kc_buf *ret_welcome)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	struct kc_frame frame;
	struct kc_der_reader r;
	struct kc_bytes box, welcome;

	kc_frame_expect(&form, message, pairing->slot.bytes, KC_PAIRING_WELCOME, &frame);
	box = kc_der_get_bytes(&frame.parts);
	KC_TRY(kc_frame_leave(&frame));
	KC_TRY(step(pairing, false, APPLIED, OVER));
	KC_TRY(open_message(pairing, &channel(pairing)->sponsor, KC_PAIRING_WELCOME, box, &plain));
	kc_der_reader_init(&r, kc_buf_bytes(&plain));
	welcome = kc_der_get_bytes(&r);
	if (kc_der_reader_finish(&r) != KC_OK)
		return KC_ERR(PAIRING_CODE);
	if (welcome.len == 0)
		return KC_ERR(CANCELED);
	return keep(ret_welcome, welcome);
}
