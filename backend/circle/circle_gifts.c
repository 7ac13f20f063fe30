/* SPDX-License-Identifier: ISC */
/*
 * Keys that others gave this device, and that are put aside until one of those is heard
 * (doc/protocol.md 7).
 *
 * Anybody can tell of a key whose id it has seen, without a word of who is out: so the record of an
 * epoch alone does not say whom the key is for. Who gave it knew, and says so in the list that was
 * published with the shares. It may be put out meanwhile, by the very one that its list puts out:
 * so the mark is on the key, whatever becomes of who gave it.
 */
#include "backend/circle/circle_impl.h"

#include <stdlib.h>

bool kc_circle_has_gifts(const struct kc_circle *circle, const struct kc_view_key_name *name)
{
	for (size_t i = 0; i < circle->gift_count; i++)
		if (kc_view_key_name_equal(&circle->gifts[i].name, name))
			return true;
	return false;
}

kc_err kc_circle_add_gift(struct kc_circle *circle, const struct kc_gift *gift)
{
	struct kc_gift *grown;

	for (size_t i = 0; i < circle->gift_count; i++) {
		struct kc_gift *other = &circle->gifts[i];

		if (!kc_view_key_name_equal(&other->name, &gift->name) ||
			!kc_peer_id_equal(&other->giver, &gift->giver))
			continue;
		/* What it knew when it gave the key first is enough. */
		if (other->seq > gift->seq)
			other->seq = gift->seq;
		return KC_OK;
	}
	grown = reallocarray(circle->gifts, circle->gift_count + 1, sizeof *grown);
	if (!grown)
		return KC_ERR(NO_MEMORY);
	circle->gifts = grown;
	grown[circle->gift_count++] = *gift;
	return KC_OK;
}

kc_err kc_circle_pass_gifts(struct kc_circle *circle, const struct kc_view_key_name *from,
	const struct kc_view_key_name *to)
{
	for (size_t i = 0, count = circle->gift_count; i < count; i++) {
		struct kc_gift gift = circle->gifts[i];

		if (!kc_view_key_name_equal(&gift.name, from))
			continue;
		gift.name = *to;
		KC_TRY(kc_circle_add_gift(circle, &gift));
	}
	return KC_OK;
}

void kc_circle_drop_gifts(struct kc_circle *circle, const struct kc_view_key_name *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < circle->gift_count; i++)
		if (!kc_view_key_name_equal(&circle->gifts[i].name, name))
			circle->gifts[kept++] = circle->gifts[i];
	circle->gift_count = kept;
}

/* The list by which a giver will be heard. Who has left signed none after its last. */
static uint64_t list_of(const struct kc_member *giver, uint64_t seq)
{
	return kc_circle_is_over(giver) && seq > giver->list->seq ? giver->list->seq : seq;
}

static bool is_heard(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_gift *gift)
{
	size_t number = kc_circle_number(circle, &gift->giver);

	return number < circle->member_count &&
	       kc_circle_has_heard(
		       circle, trust, number, list_of(circle->members[number], gift->seq));
}

bool kc_circle_is_aside(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_view_key_name *name)
{
	bool given = false;

	for (size_t i = 0; i < circle->gift_count; i++) {
		const struct kc_gift *gift = &circle->gifts[i];

		if (!kc_view_key_name_equal(&gift->name, name))
			continue;
		if (is_heard(circle, trust, gift))
			return false;
		given = true;
	}
	return given;
}

/* Those who gave a key, and whose keys are taken here. */
static kc_peer_set givers_of(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_view_key_name *name)
{
	kc_peer_set set = 0;

	for (size_t i = 0; i < circle->gift_count; i++) {
		const struct kc_gift *gift = &circle->gifts[i];

		if (kc_view_key_name_equal(&gift->name, name) &&
			kc_circle_is_heeded(circle, trust, &gift->giver))
			set |= (kc_peer_set)1 << kc_circle_number(circle, &gift->giver);
	}
	return set;
}

bool kc_circle_is_closed(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_view_key_name *name)
{
	return kc_circle_is_aside(circle, trust, name) && !givers_of(circle, trust, name);
}

kc_peer_set kc_circle_doubted_for_gifts(
	const struct kc_circle *circle, const struct kc_trust *trust)
{
	kc_peer_set set = 0;

	for (size_t i = 0; i < circle->gift_count; i++) {
		const struct kc_view_key_name *name = &circle->gifts[i].name;
		kc_peer_set givers = givers_of(circle, trust, name);

		if (givers && kc_circle_is_aside(circle, trust, name))
			set |= ~givers;
	}
	return set;
}

kc_err kc_circle_add_givers(
	const struct kc_circle *circle, const struct kc_trust *trust, struct kc_vector *ret)
{
	for (size_t i = 0; i < circle->gift_count; i++) {
		const struct kc_gift *gift = &circle->gifts[i];

		if (kc_circle_is_heeded(circle, trust, &gift->giver) &&
			kc_circle_is_aside(circle, trust, &gift->name))
			KC_TRY(kc_vector_raise(ret, &gift->giver,
				list_of(kc_circle_find(circle, &gift->giver), gift->seq)));
	}
	return KC_OK;
}

void kc_circle_settle_gifts(struct kc_circle *circle, const struct kc_trust *trust)
{
	size_t kept = 0;

	for (size_t i = 0; i < circle->gift_count; i++) {
		struct kc_gift *gift = &circle->gifts[i];

		gift->is_over = !kc_circle_find_named_epoch(circle, &gift->name) ||
				!kc_circle_is_aside(circle, trust, &gift->name);
	}
	for (size_t i = 0; i < circle->gift_count; i++)
		if (!circle->gifts[i].is_over)
			circle->gifts[kept++] = circle->gifts[i];
	circle->gift_count = kept;
}
