/* SPDX-License-Identifier: ISC */
/* A format taken apart: its conversions, and the arguments that they want. */
#ifndef KC_CF_FORMAT_H
#define KC_CF_FORMAT_H

#include "keychainapi/CoreFoundation/cf_internal.h"

enum _kc_cf_format_size {
	KC_CF_SIZE_INT,
	KC_CF_SIZE_CHAR,
	KC_CF_SIZE_SHORT,
	KC_CF_SIZE_LONG,
	KC_CF_SIZE_LONG_LONG,
	KC_CF_SIZE_MAX,
	KC_CF_SIZE_SIZE,
	KC_CF_SIZE_PTRDIFF,
	KC_CF_SIZE_LONG_DOUBLE,
};

/* A number that stands in the format, or comes as an argument. */
struct _kc_cf_format_number {
	size_t argument; /* its index + 1; 0 for none */
	int value;	 /* when there is no argument */
};

struct _kc_cf_format_spec {
	const char *start, *end; /* in the format, from the % */
	char flags[6];		 /* some of "-+ #0", each once */
	struct _kc_cf_format_number width, precision;
	enum _kc_cf_format_size size;
	char conversion; /* 0: not known, to stand in the text as written */
	size_t argument; /* index + 1; 0 for none */
};

/* What va_arg() is to take. */
enum _kc_cf_format_kind {
	KC_CF_ARGUMENT_NONE, /* at a position that no conversion names: an int */
	KC_CF_ARGUMENT_INT,
	KC_CF_ARGUMENT_LONG,
	KC_CF_ARGUMENT_LONG_LONG,
	KC_CF_ARGUMENT_MAX,
	KC_CF_ARGUMENT_SIZE,
	KC_CF_ARGUMENT_PTRDIFF,
	KC_CF_ARGUMENT_DOUBLE,
	KC_CF_ARGUMENT_LONG_DOUBLE,
	KC_CF_ARGUMENT_POINTER,
};

struct _kc_cf_format_argument {
	enum _kc_cf_format_kind kind;
	union {
		intmax_t integer;
		double real;
		long double long_real;
		const void *pointer;
	};
};

struct _kc_cf_format {
	struct _kc_cf_format_spec *specs;
	size_t spec_count;
	struct _kc_cf_format_argument *arguments;
	size_t argument_count;
};

/*
 * Positions (the N of %N$d) go so far. A conversion that names a higher one, or takes an argument
 * as another type than an earlier one did, is not known.
 */
#define KC_CF_FORMAT_POSITION_MAX 99

/* Takes apart text that ends in a NUL and may hold others; ends the program without memory. */
void _kc_cf_format_init(struct _kc_cf_format *format, const char *text, size_t length);
void _kc_cf_format_take(struct _kc_cf_format *format, va_list list);
void _kc_cf_format_done(struct _kc_cf_format *format);

/* A width or precision. */
int _kc_cf_format_value(
	const struct _kc_cf_format *format, const struct _kc_cf_format_number *number);

#endif
