/* SPDX-License-Identifier: ISC */
/* Profiles and mechanisms as objects. */
#include "module/object/builtin.h"

/* No row of an item has so great a number. */
#define HANDLES ((CK_OBJECT_HANDLE)1 << (8 * sizeof(CK_OBJECT_HANDLE) - 2))

/* OASIS PKCS#11 Profiles 3.0. Certificates can be read by anybody, locked or not, unless one was
 * made private. */
static const CK_ULONG profiles[] = {
	CKP_BASELINE_PROVIDER,
	CKP_EXTENDED_PROVIDER,
	CKP_AUTHENTICATION_TOKEN,
	CKP_PUBLIC_CERTIFICATES_TOKEN,
};

struct tour {
	enum kc_token_number token;
	CK_OBJECT_HANDLE next;
	CK_RV (*visit)(struct kc_object *object, void *context);
	void *context;
};

static CK_RV make(struct tour *tour, enum kc_object_kind kind, CK_ULONG number)
{
	KC_CLEANUP_OBJECT struct kc_object *object = calloc(1, sizeof *object);

	if (!object)
		return CKR_HOST_MEMORY;
	atomic_init(&object->refs, 1);
	object->handle = tour->next++;
	object->token = tour->token;
	object->kind = kind;
	object->number = number;
	return tour->visit(object, tour->context);
}

static CK_RV visit_profiles(struct tour *tour)
{
	for (size_t i = 0; i < KC_COUNT_OF(profiles); i++)
		KC_RV_TRY(make(tour, KC_OBJECT_PROFILE, profiles[i]));
	return CKR_OK;
}

static CK_RV visit_mechanisms(struct tour *tour)
{
	CK_SLOT_ID slot = kc_token_facts(tour->token)->slot;
	CK_MECHANISM_TYPE types[512];
	CK_ULONG count = KC_COUNT_OF(types);

	KC_RV_TRY(C_GetMechanismList(slot, types, &count));
	for (CK_ULONG i = 0; i < count; i++)
		KC_RV_TRY(make(tour, KC_OBJECT_MECHANISM, types[i]));
	return CKR_OK;
}

CK_RV kc_builtin_each(enum kc_token_number token, unsigned kinds,
	CK_RV (*visit)(struct kc_object *object, void *context), void *context)
{
	struct tour tour = {token, HANDLES, visit, context};

	if (kinds & KC_OBJECT_PROFILE)
		KC_RV_TRY(visit_profiles(&tour));
	/* The handles of mechanisms do not depend on what else is asked for. */
	tour.next = HANDLES + KC_COUNT_OF(profiles);
	return kinds & KC_OBJECT_MECHANISM ? visit_mechanisms(&tour) : CKR_OK;
}
