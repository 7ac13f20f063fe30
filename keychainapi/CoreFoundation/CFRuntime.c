/* SPDX-License-Identifier: ISC */
/* The table of classes and the life of their objects. */
#include "keychainapi/CoreFoundation/cf_internal.h"

const double kCFCoreFoundationVersionNumber = 1674.0;

#define KC_CF_CLASS_LIMIT (192 + KC_CF_TYPE_FIRST_FREE)

/* Slots are filled once and never change, so that readers need no lock. */
static const CFRuntimeClass *classes[KC_CF_CLASS_LIMIT] = {
#define KC_CF_CLASS_POINTER(name) [KC_CF_TYPE_##name] = &_kc_cf_class_##name,
	KC_CF_CLASSES(KC_CF_CLASS_POINTER)
#undef KC_CF_CLASS_POINTER
};

const CFRuntimeClass *_kc_cf_class(CFTypeID type)
{
	if (type >= KC_CF_CLASS_LIMIT)
		return NULL;
	return __atomic_load_n(&classes[type], __ATOMIC_ACQUIRE);
}

const CFRuntimeClass *_kc_cf_class_of(CFTypeRef object)
{
	return _kc_cf_class(((const CFRuntimeBase *)object)->type);
}

CFTypeID _CFRuntimeRegisterClass(const CFRuntimeClass *cls)
{
	for (CFTypeID type = KC_CF_TYPE_FIRST_FREE; type < KC_CF_CLASS_LIMIT; type++) {
		const CFRuntimeClass *holder = NULL;

		if (__atomic_compare_exchange_n(&classes[type], &holder, cls, false,
			    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) ||
			holder == cls)
			return type;
	}
	_kc_cf_die(__func__, "there are too many classes");
}

void *_CFRuntimeCreateInstance(CFTypeID type, size_t size)
{
	CFRuntimeBase *base;

	KC_CF_REQUIRE(_kc_cf_class(type), "there is no such class");
	KC_CF_REQUIRE(size >= sizeof *base, "the size leaves no room for the base");
	base = calloc(1, size);
	if (!base)
		return NULL;
	base->owners = 1;
	base->type = (uint16_t)type;
	return base;
}

/* --- owners ---------------------------------------------------------------------------------- */

static uint32_t *owners_of(CFTypeRef object)
{
	return &((CFRuntimeBase *)_kc_cf_unconst(object))->owners;
}

CFTypeRef CFRetain(CFTypeRef object)
{
	KC_CF_REQUIRE(object, "the object is NULL");
	if (!_kc_cf_is_immortal(object))
		__atomic_fetch_add(owners_of(object), 1, __ATOMIC_RELAXED);
	return object;
}

void CFRelease(CFTypeRef object)
{
	const CFRuntimeClass *cls;
	uint32_t before;

	KC_CF_REQUIRE(object, "the object is NULL");
	if (_kc_cf_is_immortal(object))
		return;
	/* Release orders this owner's writes before the last owner's finalizer, which acquires. */
	before = __atomic_fetch_sub(owners_of(object), 1, __ATOMIC_ACQ_REL);
	KC_CF_REQUIRE(before > 0, "the object has no owner left");
	if (before > 1)
		return;
	cls = _kc_cf_class_of(object);
	if (cls->finalize)
		cls->finalize(object);
	free(_kc_cf_unconst(object));
}

CFTypeRef CFMakeCollectable(CFTypeRef object)
{
	return object;
}

CFIndex CFGetRetainCount(CFTypeRef object)
{
	KC_CF_REQUIRE(object, "the object is NULL");
	if (_kc_cf_is_immortal(object))
		return LONG_MAX;
	return __atomic_load_n(owners_of(object), __ATOMIC_RELAXED);
}

/* --- what classes answer --------------------------------------------------------------------- */

CFTypeID CFGetTypeID(CFTypeRef object)
{
	KC_CF_REQUIRE(object, "the object is NULL");
	return ((const CFRuntimeBase *)object)->type;
}

Boolean CFEqual(CFTypeRef a, CFTypeRef b)
{
	const CFRuntimeClass *cls;

	KC_CF_REQUIRE(a && b, "an object is NULL");
	if (a == b)
		return true;
	if (CFGetTypeID(a) != CFGetTypeID(b))
		return false;
	cls = _kc_cf_class_of(a);
	return cls->equal && cls->equal(a, b);
}

CFHashCode CFHash(CFTypeRef object)
{
	const CFRuntimeClass *cls;

	KC_CF_REQUIRE(object, "the object is NULL");
	cls = _kc_cf_class_of(object);
	return cls->hash ? cls->hash(object) : (CFHashCode)object;
}
