/* SPDX-License-Identifier: ISC */
/* Ann began the account and let the others in. */
#include "tests/circle/trio.h"

#include <stdlib.h>

#include "backend/circle/session/welcome.h"

/* They are made for fuzzing, too, where nobody counts checks. */
static void must(bool holds)
{
	if (!holds)
		abort();
}

struct kc_circle *trio_circles[TRIO_SIZE];
struct kc_trust trio_trusts[TRIO_SIZE];

const struct kc_peer_id *trio_id(int device)
{
	return &trio_circles[device]->identity.id;
}

static void judge_all(void)
{
	for (int i = 0; i < TRIO_SIZE; i++)
		must(kc_circle_judge(trio_circles[i], &trio_trusts[i]) == KC_OK);
}

static void admit(int newcomer, const char *name)
{
	KC_CLEANUP_IDENTITY struct kc_identity identity = KC_IDENTITY_INIT;
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf welcome = KC_BUF_INIT;
	struct kc_circle *sponsor = trio_circles[ANN];
	const uint8_t transcript[32] = {9};
	struct kc_application application;

	must(kc_identity_make(&identity) == KC_OK);
	must(kc_application_build(&identity, &sponsor->account, name, &bytes) == KC_OK);
	must(kc_application_parse(kc_buf_bytes(&bytes), &sponsor->account, &application) == KC_OK);
	must(kc_circle_admit(sponsor, &application, transcript, &welcome) == KC_OK);
	must(kc_circle_sign_list(sponsor, 1, NULL) == KC_OK);
	must(kc_circle_enter(kc_buf_bytes(&welcome), &sponsor->account,
		     kc_buf_bytes(&sponsor->account_key_record), transcript, name, &identity,
		     &trio_circles[newcomer]) == KC_OK);
	must(kc_circle_sign_list(trio_circles[newcomer], 1, NULL) == KC_OK);
}

void trio_tell(int from, int to)
{
	const struct kc_circle *author = trio_circles[from];
	const struct kc_peer_id *id = trio_id(from);
	bool current;

	for (size_t i = 0; i < author->voucher_count; i++)
		if (kc_peer_id_equal(&author->vouchers[i].voucher.sponsor, id))
			must(kc_circle_take_voucher(trio_circles[to], id,
				     kc_buf_bytes(&author->vouchers[i].record)) == KC_OK);
	for (size_t i = 0; i < author->member_count; i++)
		must(kc_circle_take_permanent(trio_circles[to],
			     kc_buf_bytes(&author->members[i]->permanent_record)) == KC_OK);
	must(kc_circle_take_list(trio_circles[to], id,
		     kc_buf_bytes(&kc_circle_self(author)->list_record), &current) == KC_OK);
}

void trio_make(void)
{
	must(kc_circle_begin("ann", kc_bytes_str("one account for all"), 0xfe,
		     &trio_circles[ANN]) == KC_OK);
	must(kc_circle_sign_list(trio_circles[ANN], 1, NULL) == KC_OK);
	admit(BOB, "bob");
	trio_tell(BOB, ANN);
	must(kc_circle_sign_list(trio_circles[ANN], 1, NULL) == KC_OK);
	admit(CAT, "cat");
	trio_tell(ANN, BOB);
	trio_tell(ANN, CAT);
	trio_tell(BOB, CAT);
	trio_tell(CAT, BOB);
	trio_tell(CAT, ANN);
	judge_all();
	for (int i = 0; i < TRIO_SIZE; i++)
		must(trio_trusts[i].trusted == 7);
}

void trio_free(void)
{
	for (int i = 0; i < TRIO_SIZE; i++)
		kc_circle_free(trio_circles[i]);
}

struct kc_trust trio_without(int device, int other)
{
	struct kc_trust trust = trio_trusts[device];

	for (size_t i = 0; i < trio_circles[device]->member_count; i++)
		if (kc_peer_id_equal(&trio_circles[device]->members[i]->id, trio_id(other)))
			trust.trusted &= ~((kc_peer_set)1 << i);
	return trust;
}
