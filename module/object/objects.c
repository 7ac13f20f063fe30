/* SPDX-License-Identifier: ISC */
/* The table of handles: a hash table with open addressing. */
#include "module/object/objects.h"

/* Token objects have even handles, session objects odd ones. */
static CK_OBJECT_HANDLE handle_of(struct kc_objects *objects, const struct kc_object *object)
{
	if (kc_object_is_on_token(object))
		return (CK_OBJECT_HANDLE)object->item.id << 1;
	return (CK_OBJECT_HANDLE)objects->session_last++ << 1 | 1;
}

/* Row numbers follow each other, so a multiplicative hash spreads them well. */
static size_t home_of(const struct kc_objects *objects, CK_OBJECT_HANDLE handle)
{
	return (size_t)((uint64_t)handle * 0x9e3779b97f4a7c15u >> 32) & (objects->allocated - 1);
}

/* Where the handle is, or the free place where it belongs. */
static size_t place_of(const struct kc_objects *objects, CK_OBJECT_HANDLE handle)
{
	size_t place = home_of(objects, handle);

	while (objects->rows[place] && objects->rows[place]->handle != handle)
		place = (place + 1) & (objects->allocated - 1);
	return place;
}

/* Keeps at least half of the places free, so that searches are short and end. */
static CK_RV make_room(struct kc_objects *objects)
{
	struct kc_objects grown = *objects;

	if (objects->count * 2 < objects->allocated)
		return CKR_OK;
	grown.allocated = objects->allocated ? objects->allocated * 2 : 64;
	grown.rows = calloc(grown.allocated, sizeof(struct kc_object *));
	if (!grown.rows)
		return CKR_HOST_MEMORY;
	for (size_t i = 0; i < objects->allocated; i++)
		if (objects->rows[i])
			grown.rows[place_of(&grown, objects->rows[i]->handle)] = objects->rows[i];
	free(objects->rows);
	*objects = grown;
	return CKR_OK;
}

CK_RV kc_objects_put(struct kc_objects *objects, struct kc_object *object)
{
	size_t place;

	KC_RV_TRY(make_room(objects));
	if (object->handle == 0)
		object->handle = handle_of(objects, object);
	place = place_of(objects, object->handle);
	if (objects->rows[place])
		kc_object_put(objects->rows[place]);
	else
		objects->count++;
	objects->rows[place] = kc_object_ref(object);
	objects->session_count += !kc_object_is_on_token(object);
	return CKR_OK;
}

struct kc_object *kc_objects_get(
	const struct kc_objects *objects, enum kc_token_number token, CK_OBJECT_HANDLE handle)
{
	struct kc_object *object;

	if (objects->count == 0)
		return NULL;
	object = objects->rows[place_of(objects, handle)];
	return object && object->token == token ? kc_object_ref(object) : NULL;
}

/* Without memory for it the key stays until the program ends. */
static void add_orphan(struct kc_objects *objects, uint64_t id)
{
	if (objects->orphan_count == objects->orphans_allocated) {
		size_t wanted = objects->orphans_allocated ? objects->orphans_allocated * 2 : 16;
		uint64_t *grown = realloc(objects->orphans, wanted * sizeof *grown);
		if (!grown)
			return;
		objects->orphans = grown;
		objects->orphans_allocated = wanted;
	}
	objects->orphans[objects->orphan_count++] = id;
}

bool kc_objects_take_orphan(struct kc_objects *objects, uint64_t *ret)
{
	if (objects->orphan_count == 0)
		return false;
	*ret = objects->orphans[--objects->orphan_count];
	return true;
}

/* Takes out one place, and moves up those behind it that belong further up. */
static void remove_at(struct kc_objects *objects, size_t place)
{
	size_t mask = objects->allocated - 1;
	size_t gap = place;

	objects->session_count -= !kc_object_is_on_token(objects->rows[place]);
	if (kc_object_is_transient(objects->rows[place]))
		add_orphan(objects, objects->rows[place]->item.id);
	kc_object_put(objects->rows[place]);
	objects->rows[place] = NULL;
	objects->count--;
	for (size_t i = (gap + 1) & mask; objects->rows[i]; i = (i + 1) & mask) {
		size_t home = home_of(objects, objects->rows[i]->handle);
		if (((i - home) & mask) < ((i - gap) & mask))
			continue;
		objects->rows[gap] = objects->rows[i];
		objects->rows[i] = NULL;
		gap = i;
	}
}

void kc_objects_remove(struct kc_objects *objects, CK_OBJECT_HANDLE handle)
{
	size_t place;

	if (objects->count == 0)
		return;
	place = place_of(objects, handle);
	if (objects->rows[place])
		remove_at(objects, place);
}

static bool is_of_session(const struct kc_object *object, CK_ULONG session)
{
	return object->session == session;
}

static bool is_of_token(const struct kc_object *object, CK_ULONG token)
{
	return object->token == token;
}

static bool is_private_of_token(const struct kc_object *object, CK_ULONG token)
{
	return object->token == token && kc_object_is_private(object);
}

static void remove_if(struct kc_objects *objects,
	bool (*is_out)(const struct kc_object *object, CK_ULONG which), CK_ULONG which)
{
	size_t i = 0;

	/* A removal may move another object to this place: look at it again. */
	while (i < objects->allocated) {
		if (objects->rows[i] && is_out(objects->rows[i], which))
			remove_at(objects, i);
		else
			i++;
	}
}

void kc_objects_remove_session(struct kc_objects *objects, CK_SESSION_HANDLE session)
{
	if (objects->session_count)
		remove_if(objects, is_of_session, session);
}

void kc_objects_remove_token(struct kc_objects *objects, enum kc_token_number token)
{
	remove_if(objects, is_of_token, token);
}

void kc_objects_remove_private(struct kc_objects *objects, enum kc_token_number token)
{
	remove_if(objects, is_private_of_token, token);
}

CK_RV kc_objects_each_session_object(const struct kc_objects *objects, enum kc_token_number token,
	CK_RV (*visit)(struct kc_object *object, void *context), void *context)
{
	for (size_t i = 0; objects->session_count && i < objects->allocated; i++) {
		struct kc_object *object = objects->rows[i];
		if (object && !kc_object_is_on_token(object) && object->token == token)
			KC_RV_TRY(visit(object, context));
	}
	return CKR_OK;
}

void kc_objects_done(struct kc_objects *objects)
{
	for (size_t i = 0; i < objects->allocated; i++)
		if (objects->rows[i])
			kc_object_put(objects->rows[i]);
	free(objects->rows);
	free(objects->orphans);
	*objects = (struct kc_objects){0};
}
