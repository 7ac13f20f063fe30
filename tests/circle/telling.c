/* SPDX-License-Identifier: ISC */
/* Nothing is held back or altered here: whoever wants that has the records in its hands. */
#include "tests/circle/telling.h"

#include <stdio.h>

#include "backend/circle/session/welcome.h"

static const uint8_t transcript[32] = {7}; /* of a pairing that there was not */

static void must(kc_err err, const char *what)
{
	if (err == KC_OK)
		return;
	fprintf(stderr, "%s: %s\n", what, kc_err_name(err));
	abort();
}
#define MUST(expr) must((expr), #expr)

const struct kc_peer_id *telling_id(const struct kc_circle *circle)
{
	return &circle->identity.id;
}

void telling_vouch(struct kc_circle *sponsor, const char *name, struct kc_identity *ret,
	struct kc_buf *ret_welcome)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_application application;

	MUST(kc_identity_make(ret));
	MUST(kc_application_build(ret, &sponsor->account, name, &bytes));
	MUST(kc_application_parse(kc_buf_bytes(&bytes), &sponsor->account, &application));
	MUST(kc_circle_admit(sponsor, &application, transcript, ret_welcome));
}

kc_err telling_enter(const struct kc_circle *sponsor, const char *name, struct kc_bytes welcome,
	struct kc_identity *identity, struct kc_circle **ret)
{
	KC_TRY(kc_circle_enter(welcome, &sponsor->account,
		kc_buf_bytes(&sponsor->account_key_record), transcript, name, identity, ret));
	(*ret)->joining = false;
	return KC_OK;
}

void telling_admit(struct kc_circle *sponsor, const char *name, struct kc_circle **ret)
{
	KC_CLEANUP_IDENTITY struct kc_identity identity = KC_IDENTITY_INIT;
	KC_CLEANUP_BUF struct kc_buf welcome = KC_BUF_INIT;

	telling_vouch(sponsor, name, &identity, &welcome);
	MUST(telling_enter(sponsor, name, kc_buf_bytes(&welcome), &identity, ret));
	(*ret)->user = sponsor->user;
	MUST(kc_circle_countersign_compat(*ret));
	telling_say(sponsor);
	telling_say(*ret);
}

void telling_say(struct kc_circle *circle)
{
	MUST(kc_circle_sign_list(circle, 1));
}

kc_err telling_hear(struct kc_circle *a, const struct kc_circle *b)
{
	bool current;

	return kc_circle_take_list(
		a, telling_id(b), kc_buf_bytes(&kc_circle_self(b)->list_record), &current);
}

void telling_hear_of(
	struct kc_circle *a, const struct kc_circle *b, const struct kc_peer_id *newcomer)
{
	for (size_t i = 0; i < b->voucher_count; i++)
		if (kc_peer_id_equal(&b->vouchers[i].voucher.beneficiary, newcomer))
			MUST(kc_circle_take_voucher(
				a, telling_id(b), kc_buf_bytes(&b->vouchers[i].record)));
	MUST(kc_circle_take_permanent(
		a, kc_buf_bytes(&kc_circle_find(b, newcomer)->permanent_record)));
}

void telling_next_list(const struct kc_circle *circle, struct kc_list *ret)
{
	const struct kc_member *self = kc_circle_self(circle);

	*ret = *self->list;
	ret->seq++;
	ret->has_prev = true;
	ret->prev = self->list_id;
	ret->head_count = 0;
}

void telling_copy(struct kc_circle *circle, struct kc_circle **ret)
{
	KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts saved = {0};

	MUST(kc_circle_save(circle, &saved));
	MUST(kc_circle_load(&saved, ret));
	(*ret)->user = circle->user;
}
