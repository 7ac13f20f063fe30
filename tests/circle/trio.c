/* SPDX-License-Identifier: ISC */
/* Ann began the account and let the others in. */
#include "tests/circle/trio.h"

#include <stdlib.h>

#include "tests/circle/telling.h"

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
	return telling_id(trio_circles[device]);
}

static void judge_all(void)
{
	for (int i = 0; i < TRIO_SIZE; i++)
		must(kc_circle_judge(trio_circles[i], &trio_trusts[i]) == KC_OK);
}

void trio_tell(int from, int to)
{
	const struct kc_circle *author = trio_circles[from];
	const struct kc_peer_id *id = trio_id(from);

	for (size_t i = 0; i < author->voucher_count; i++)
		if (kc_peer_id_equal(&author->vouchers[i].voucher.sponsor, id))
			must(kc_circle_take_voucher(trio_circles[to], id,
				     kc_buf_bytes(&author->vouchers[i].record)) == KC_OK);
	for (size_t i = 0; i < author->member_count; i++)
		must(kc_circle_take_permanent(trio_circles[to],
			     kc_buf_bytes(&author->members[i]->permanent_record)) == KC_OK);
	must(telling_hear(trio_circles[to], author) == KC_OK);
}

void trio_make(void)
{
	must(kc_circle_begin("ann", kc_bytes_str("one account for all"), 0xfe,
		     &trio_circles[ANN]) == KC_OK);
	telling_say(trio_circles[ANN]);
	telling_admit(trio_circles[ANN], "bob", &trio_circles[BOB]);
	trio_tell(BOB, ANN);
	telling_say(trio_circles[ANN]);
	telling_admit(trio_circles[ANN], "cat", &trio_circles[CAT]);
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
