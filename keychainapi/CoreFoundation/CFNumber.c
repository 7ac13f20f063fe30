/* SPDX-License-Identifier: ISC */
/* Numbers: an integer of 64 bits or a double, and the type it was made from. */
#include "keychainapi/CoreFoundation/cf_internal.h"

/* What a number is kept as; the values are those of the public types. */
enum kind {
	KIND_NONE,
	KIND_SINT8,
	KIND_SINT16,
	KIND_SINT32,
	KIND_SINT64,
	KIND_FLOAT32,
	KIND_FLOAT64,
};

struct __CFNumber {
	CFRuntimeBase base;
	enum kind kind;
	union {
		int64_t integer;
		double real;
	};
};

/* clang-format off */
static const struct {
	CFIndex size;
	const char *name;
} kinds[] = {
	[KIND_SINT8]   = {sizeof(int8_t),  "kCFNumberSInt8Type"},
	[KIND_SINT16]  = {sizeof(int16_t), "kCFNumberSInt16Type"},
	[KIND_SINT32]  = {sizeof(int32_t), "kCFNumberSInt32Type"},
	[KIND_SINT64]  = {sizeof(int64_t), "kCFNumberSInt64Type"},
	[KIND_FLOAT32] = {sizeof(float),   "kCFNumberFloat32Type"},
	[KIND_FLOAT64] = {sizeof(double),  "kCFNumberFloat64Type"},
};

#define KIND_OF_INTEGER(type) (sizeof(type) == 8 ? KIND_SINT64 : KIND_SINT32)

static const enum kind kind_of_type[kCFNumberMaxType + 1] = {
	[kCFNumberSInt8Type]     = KIND_SINT8,
	[kCFNumberSInt16Type]    = KIND_SINT16,
	[kCFNumberSInt32Type]    = KIND_SINT32,
	[kCFNumberSInt64Type]    = KIND_SINT64,
	[kCFNumberFloat32Type]   = KIND_FLOAT32,
	[kCFNumberFloat64Type]   = KIND_FLOAT64,
	[kCFNumberCharType]      = KIND_SINT8,
	[kCFNumberShortType]     = KIND_SINT16,
	[kCFNumberIntType]       = KIND_SINT32,
	[kCFNumberLongType]      = KIND_OF_INTEGER(long),
	[kCFNumberLongLongType]  = KIND_SINT64,
	[kCFNumberFloatType]     = KIND_FLOAT32,
	[kCFNumberDoubleType]    = KIND_FLOAT64,
	[kCFNumberCFIndexType]   = KIND_OF_INTEGER(CFIndex),
	[kCFNumberNSIntegerType] = KIND_OF_INTEGER(long),
	[kCFNumberCGFloatType]   = KIND_FLOAT64,
};
/* clang-format on */

static enum kind find_kind(CFNumberType type)
{
	return type > 0 && type <= kCFNumberMaxType ? kind_of_type[type] : KIND_NONE;
}

static bool is_real(const struct __CFNumber *number)
{
	return number->kind == KIND_FLOAT32 || number->kind == KIND_FLOAT64;
}

/* --- C values in and out --------------------------------------------------------------------- */

static void load(struct __CFNumber *number, enum kind kind, const void *value)
{
	union {
		int8_t i8;
		int16_t i16;
		int32_t i32;
		int64_t i64;
		float f32;
		double f64;
	} c;

	memcpy(&c, value, (size_t)kinds[kind].size);
	number->kind = kind;
	switch (kind) {
	case KIND_NONE:
		break;
	case KIND_SINT8:
		number->integer = c.i8;
		break;
	case KIND_SINT16:
		number->integer = c.i16;
		break;
	case KIND_SINT32:
		number->integer = c.i32;
		break;
	case KIND_SINT64:
		number->integer = c.i64;
		break;
	case KIND_FLOAT32:
		number->real = (double)c.f32;
		break;
	case KIND_FLOAT64:
		number->real = c.f64;
		break;
	}
}

static bool fits_int64(double real)
{
	return real >= -0x1p63 && real < 0x1p63;
}

/* Cut towards 0, held at the ends; NaN is 0. Whether that is exact. */
static bool integer_of_real(double real, int64_t *ret_integer)
{
	if (!fits_int64(real)) {
		*ret_integer = real > 0 ? INT64_MAX : real < 0 ? INT64_MIN : 0;
		return false;
	}
	*ret_integer = (int64_t)real;
	return (double)*ret_integer == real;
}

static bool is_integer(double real, int64_t integer)
{
	return fits_int64(real) && (int64_t)real == integer;
}

static bool store_real(double real, enum kind kind, void *ret_value)
{
	float narrow = (float)real;

	if (kind == KIND_FLOAT64) {
		memcpy(ret_value, &real, sizeof real);
		return true;
	}
	memcpy(ret_value, &narrow, sizeof narrow);
	return (double)narrow == real || isnan(real);
}

static bool store_integer(int64_t integer, enum kind kind, void *ret_value)
{
	switch (kind) {
	case KIND_NONE:
		return false;
	case KIND_SINT8: {
		int8_t narrow = (int8_t)integer;
		memcpy(ret_value, &narrow, sizeof narrow);
		return narrow == integer;
	}
	case KIND_SINT16: {
		int16_t narrow = (int16_t)integer;
		memcpy(ret_value, &narrow, sizeof narrow);
		return narrow == integer;
	}
	case KIND_SINT32: {
		int32_t narrow = (int32_t)integer;
		memcpy(ret_value, &narrow, sizeof narrow);
		return narrow == integer;
	}
	case KIND_SINT64:
		memcpy(ret_value, &integer, sizeof integer);
		return true;
	case KIND_FLOAT32: {
		float real = (float)integer;
		memcpy(ret_value, &real, sizeof real);
		return is_integer((double)real, integer);
	}
	case KIND_FLOAT64: {
		double real = (double)integer;
		memcpy(ret_value, &real, sizeof real);
		return is_integer(real, integer);
	}
	}
	return false;
}

static const struct __CFNumber zero = {KC_CF_STATIC_BASE(CFNumber), KIND_SINT8, {.integer = 0}};
static const struct __CFNumber one = {KC_CF_STATIC_BASE(CFNumber), KIND_SINT8, {.integer = 1}};

/* Programs ask truth values for their number. */
static CFNumberRef number_of(CFTypeRef object)
{
	if (_kc_cf_is(object, KC_CF_TYPE_CFBoolean))
		return CFBooleanGetValue(object) ? &one : &zero;
	return object;
}

Boolean CFNumberGetValue(CFNumberRef number, CFNumberType type, void *ret_value)
{
	enum kind kind = find_kind(type);
	int64_t integer;
	bool exact;

	KC_CF_REQUIRE(kind != KIND_NONE, "there is no such number type");
	number = number_of(number);
	KC_CF_REQUIRE_TYPE(number, CFNumber);
	if (!is_real(number))
		return store_integer(number->integer, kind, ret_value);
	if (kind == KIND_FLOAT32 || kind == KIND_FLOAT64)
		return store_real(number->real, kind, ret_value);
	exact = integer_of_real(number->real, &integer);
	return store_integer(integer, kind, ret_value) && exact;
}

CFNumberRef CFNumberCreate(CFAllocatorRef allocator, CFNumberType type, const void *value)
{
	enum kind kind = find_kind(type);
	struct __CFNumber *number;

	(void)allocator;
	if (kind == KIND_NONE)
		return NULL;
	KC_CF_REQUIRE(value, "the value is NULL");
	number = _CFRuntimeCreateInstance(KC_CF_TYPE_CFNumber, sizeof *number);
	if (number)
		load(number, kind, value);
	return number;
}

/* --- what it is ------------------------------------------------------------------------------ */

CFTypeID CFNumberGetTypeID(void)
{
	return KC_CF_TYPE_CFNumber;
}

CFNumberType CFNumberGetType(CFNumberRef number)
{
	number = number_of(number);
	KC_CF_REQUIRE_TYPE(number, CFNumber);
	return number->kind;
}

CFIndex CFNumberGetByteSize(CFNumberRef number)
{
	return kinds[CFNumberGetType(number)].size;
}

Boolean CFNumberIsFloatType(CFNumberRef number)
{
	number = number_of(number);
	KC_CF_REQUIRE_TYPE(number, CFNumber);
	return is_real(number);
}

bool _kc_cf_number_is_true(CFTypeRef object)
{
	CFNumberRef number = object;

	return is_real(number) ? number->real != 0 : number->integer != 0;
}

/* --- comparing ------------------------------------------------------------------------------- */

static CFComparisonResult compare_reals(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(b) - isnan(a);
	return (a > b) - (a < b);
}

/* Converting the integer would round it: the real is taken apart instead. */
static CFComparisonResult compare_integer_to_real(int64_t integer, double real)
{
	int64_t whole;

	if (isnan(real))
		return kCFCompareGreaterThan;
	if (!fits_int64(real))
		return real > 0 ? kCFCompareLessThan : kCFCompareGreaterThan;
	whole = (int64_t)real;
	if (integer != whole)
		return integer < whole ? kCFCompareLessThan : kCFCompareGreaterThan;
	return compare_reals((double)whole, real);
}

CFComparisonResult CFNumberCompare(CFNumberRef a, CFNumberRef b, void *context)
{
	(void)context;
	a = number_of(a);
	b = number_of(b);
	KC_CF_REQUIRE_TYPE(a, CFNumber);
	KC_CF_REQUIRE_TYPE(b, CFNumber);
	if (is_real(a))
		return is_real(b) ? compare_reals(a->real, b->real)
				  : -compare_integer_to_real(b->integer, a->real);
	if (is_real(b))
		return compare_integer_to_real(a->integer, b->real);
	return (a->integer > b->integer) - (a->integer < b->integer);
}

/* --- the class ------------------------------------------------------------------------------- */

static Boolean number_equal(CFTypeRef a, CFTypeRef b)
{
	return CFNumberCompare(a, b, NULL) == kCFCompareEqualTo;
}

CFHashCode _kc_cf_hash_double(double value)
{
	uint64_t bits;

	if (fits_int64(value) && (double)(int64_t)value == value)
		return (CFHashCode)(int64_t)value;
	if (isnan(value))
		return 0; /* there are many, all equal here */
	memcpy(&bits, &value, sizeof bits);
	return (CFHashCode)bits;
}

static CFHashCode number_hash(CFTypeRef object)
{
	CFNumberRef number = object;

	return is_real(number) ? _kc_cf_hash_double(number->real) : (CFHashCode)number->integer;
}

static CFStringRef number_copy_formatting(CFTypeRef object)
{
	CFNumberRef number = object;

	if (!is_real(number))
		return CFStringCreateWithFormat(
			NULL, NULL, CFSTR("%jd"), (intmax_t)number->integer);
	if (isnan(number->real))
		return CFSTR("nan");
	if (isinf(number->real))
		return number->real > 0 ? CFSTR("+infinity") : CFSTR("-infinity");
	if (number->real == 0)
		return CFSTR("0.0");
	return CFStringCreateWithFormat(NULL, NULL, CFSTR("%.*g"),
		2 + (number->kind == KIND_FLOAT32 ? FLT_DIG : DBL_DIG), number->real);
}

static CFStringRef number_copy_description(CFTypeRef object)
{
	CFNumberRef number = object;
	CFMutableStringRef text = CFStringCreateMutable(NULL, 0);

	if (!text)
		return NULL;
	CFStringAppendFormat(text, NULL, CFSTR("<CFNumber %p [%p]>{value = "), object,
		(const void *)CFGetAllocator(object));
	if (!is_real(number))
		CFStringAppendFormat(text, NULL, CFSTR("%+jd"), (intmax_t)number->integer);
	else if (isfinite(number->real))
		CFStringAppendFormat(text, NULL, CFSTR("%+.*f"),
			number->kind == KIND_FLOAT32 ? 10 : 20, number->real);
	else
		CFStringAppendFormat(text, NULL, CFSTR("%@"), object);
	CFStringAppendFormat(text, NULL, CFSTR(", type = %s}"), kinds[number->kind].name);
	return _kc_cf_freeze(text);
}

const CFRuntimeClass _kc_cf_class_CFNumber = {
	.className = "CFNumber",
	.equal = number_equal,
	.hash = number_hash,
	.copyFormattingDesc = number_copy_formatting,
	.copyDebugDesc = number_copy_description,
};

static const struct __CFNumber positive_infinity = {
	KC_CF_STATIC_BASE(CFNumber), KIND_FLOAT64, {.real = INFINITY}};
static const struct __CFNumber negative_infinity = {
	KC_CF_STATIC_BASE(CFNumber), KIND_FLOAT64, {.real = -INFINITY}};
static const struct __CFNumber not_a_number = {
	KC_CF_STATIC_BASE(CFNumber), KIND_FLOAT64, {.real = NAN}};
const CFNumberRef kCFNumberPositiveInfinity = &positive_infinity;
const CFNumberRef kCFNumberNegativeInfinity = &negative_infinity;
const CFNumberRef kCFNumberNaN = &not_a_number;
