/* SPDX-License-Identifier: ISC */
/*
 * All conversions are read first, for the arguments can be taken only one after the other, each by
 * its type, while positions may name them in any order.
 */
#include "keychainapi/CoreFoundation/cf_format.h"

/* clang-format off */
static const struct {
	char text[3];
	enum _kc_cf_format_size size;
	enum _kc_cf_format_kind integer; /* what an integer of that size comes as */
} sizes[] = { /* the longer ones first; the empty one ends the search */
	{"hh", KC_CF_SIZE_CHAR,        KC_CF_ARGUMENT_INT},
	{"h",  KC_CF_SIZE_SHORT,       KC_CF_ARGUMENT_INT},
	{"ll", KC_CF_SIZE_LONG_LONG,   KC_CF_ARGUMENT_LONG_LONG},
	{"l",  KC_CF_SIZE_LONG,        KC_CF_ARGUMENT_LONG},
	{"q",  KC_CF_SIZE_LONG_LONG,   KC_CF_ARGUMENT_LONG_LONG},
	{"j",  KC_CF_SIZE_MAX,         KC_CF_ARGUMENT_MAX},
	{"z",  KC_CF_SIZE_SIZE,        KC_CF_ARGUMENT_SIZE},
	{"t",  KC_CF_SIZE_PTRDIFF,     KC_CF_ARGUMENT_PTRDIFF},
	{"L",  KC_CF_SIZE_LONG_DOUBLE, KC_CF_ARGUMENT_INT},
	{"",   KC_CF_SIZE_INT,         KC_CF_ARGUMENT_INT},
};

static const struct {
	char letter;
	char conversion; /* what printf calls it; 0 for the same */
	enum { NOTHING, INTEGER, LONG_INTEGER, REAL, CHARACTER, POINTER } wants;
} conversions[] = {
	{'d', 0, INTEGER}, {'i', 0, INTEGER}, {'u', 0, INTEGER},
	{'o', 0, INTEGER}, {'x', 0, INTEGER}, {'X', 0, INTEGER},
	{'D', 'd', LONG_INTEGER}, {'U', 'u', LONG_INTEGER}, {'O', 'o', LONG_INTEGER},
	{'f', 0, REAL}, {'F', 0, REAL}, {'e', 0, REAL}, {'E', 0, REAL},
	{'g', 0, REAL}, {'G', 0, REAL}, {'a', 0, REAL}, {'A', 0, REAL},
	{'c', 0, CHARACTER}, {'C', 0, CHARACTER},
	{'s', 0, POINTER}, {'S', 0, POINTER}, {'@', 0, POINTER}, {'p', 0, POINTER},
	{'%', 0, NOTHING},
};
/* clang-format on */

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* --- reading --------------------------------------------------------------------------------- */

/* Where the format is read, and how many arguments were wanted in their order. */
struct reader {
	struct _kc_cf_format *format;
	const char *at;
	size_t next;
};

/* The text ends in a NUL, which is no digit, flag or letter here: no other limit is needed. */
static int read_digits(struct reader *reader)
{
	int number = 0;

	for (; *reader->at >= '0' && *reader->at <= '9'; reader->at++)
		number = number > INT_MAX / 10 - 1 ? INT_MAX : number * 10 + (*reader->at - '0');
	return number;
}

/* The N of "N$"; 0, and nothing read, when it is not there. */
static int read_position(struct reader *reader)
{
	const char *start = reader->at;
	int position = read_digits(reader);

	if (position > 0 && *reader->at == '$') {
		reader->at++;
		return position;
	}
	reader->at = start;
	return 0;
}

/* Says what the argument is to be taken as; 0 when that cannot be. */
static size_t want(struct reader *reader, int position, enum _kc_cf_format_kind kind)
{
	struct _kc_cf_format *format = reader->format;
	size_t number = position ? (size_t)position : ++reader->next;
	enum _kc_cf_format_kind *known;

	if (position > KC_CF_FORMAT_POSITION_MAX)
		return 0;
	known = &format->arguments[number - 1].kind;
	if (*known != KC_CF_ARGUMENT_NONE && *known != kind)
		return 0;
	*known = kind;
	if (number > format->argument_count)
		format->argument_count = number;
	return number;
}

static bool read_number(struct reader *reader, struct _kc_cf_format_number *ret_number)
{
	if (*reader->at != '*') {
		ret_number->value = read_digits(reader);
		return true;
	}
	reader->at++;
	ret_number->argument = want(reader, read_position(reader), KC_CF_ARGUMENT_INT);
	return ret_number->argument;
}

static void read_flags(struct reader *reader, char ret_flags[6])
{
	size_t count = 0;

	for (; *reader->at && strchr("-+ #0'", *reader->at); reader->at++)
		if (*reader->at != '\'' && !memchr(ret_flags, *reader->at, count))
			ret_flags[count++] = *reader->at;
	ret_flags[count] = 0;
}

static size_t read_size(struct reader *reader)
{
	size_t row = 0, length;

	while (length = strlen(sizes[row].text), strncmp(reader->at, sizes[row].text, length) != 0)
		row++;
	reader->at += length;
	return row;
}

/* The row of the letter, which is read; no row for one that is not known. */
static size_t read_conversion(struct reader *reader)
{
	size_t row = 0;

	while (row < COUNT_OF(conversions) && conversions[row].letter != *reader->at)
		row++;
	if (row < COUNT_OF(conversions))
		reader->at++;
	return row;
}

static bool want_value(struct reader *reader, struct _kc_cf_format_spec *spec, int position,
	size_t row, size_t size)
{
	enum _kc_cf_format_kind kind = KC_CF_ARGUMENT_INT;

	switch (conversions[row].wants) {
	case NOTHING:
		return true;
	case CHARACTER:
		break;
	case INTEGER:
		kind = sizes[size].integer;
		break;
	case LONG_INTEGER:
		kind = KC_CF_ARGUMENT_LONG;
		spec->size = KC_CF_SIZE_LONG;
		break;
	case REAL:
		kind = sizes[size].size == KC_CF_SIZE_LONG_DOUBLE ? KC_CF_ARGUMENT_LONG_DOUBLE
								  : KC_CF_ARGUMENT_DOUBLE;
		break;
	case POINTER:
		kind = KC_CF_ARGUMENT_POINTER;
		break;
	}
	spec->argument = want(reader, position, kind);
	return spec->argument;
}

/* The reader stands behind the %. */
static void read_spec(struct reader *reader, struct _kc_cf_format_spec *spec)
{
	int position = read_position(reader);
	size_t size, row;
	bool good;

	read_flags(reader, spec->flags);
	good = read_number(reader, &spec->width);
	spec->precision.value = -1;
	if (*reader->at == '.') {
		reader->at++;
		good = read_number(reader, &spec->precision) && good;
	}
	size = read_size(reader);
	spec->size = sizes[size].size;
	row = read_conversion(reader);
	if (!good || row == COUNT_OF(conversions) || !want_value(reader, spec, position, row, size))
		return;
	spec->conversion =
		conversions[row].conversion ? conversions[row].conversion : conversions[row].letter;
}

void _kc_cf_format_init(struct _kc_cf_format *format, const char *text, size_t length)
{
	const size_t most_of_spec = 3; /* width, precision, value */
	const char *end = text + length;
	struct reader reader = {format, text, 0};
	size_t percents = 0, arguments;

	for (const char *at = text; (at = memchr(at, '%', (size_t)(end - at))); at++)
		percents++;
	*format = (struct _kc_cf_format){0};
	if (!percents)
		return;
	arguments = most_of_spec * percents;
	if (memchr(text, '$', length))
		arguments += KC_CF_FORMAT_POSITION_MAX;
	format->specs = _kc_cf_must_alloc(percents, sizeof *format->specs);
	format->arguments = _kc_cf_must_alloc(arguments, sizeof *format->arguments);
	while ((reader.at = memchr(reader.at, '%', (size_t)(end - reader.at)))) {
		struct _kc_cf_format_spec *spec = &format->specs[format->spec_count++];

		spec->start = reader.at++;
		read_spec(&reader, spec);
		spec->end = reader.at;
	}
}

void _kc_cf_format_done(struct _kc_cf_format *format)
{
	free(format->specs);
	free(format->arguments);
}

/* --- taking arguments ------------------------------------------------------------------------ */

void _kc_cf_format_take(struct _kc_cf_format *format, va_list list)
{
	for (size_t i = 0; i < format->argument_count; i++) {
		struct _kc_cf_format_argument *argument = &format->arguments[i];

		switch (argument->kind) {
		case KC_CF_ARGUMENT_NONE:
		case KC_CF_ARGUMENT_INT:
			argument->integer = va_arg(list, int);
			break;
		case KC_CF_ARGUMENT_LONG:
			argument->integer = va_arg(list, long);
			break;
		case KC_CF_ARGUMENT_LONG_LONG:
			argument->integer = va_arg(list, long long);
			break;
		case KC_CF_ARGUMENT_MAX:
			argument->integer = va_arg(list, intmax_t);
			break;
		case KC_CF_ARGUMENT_SIZE:
			argument->integer = va_arg(list, ssize_t);
			break;
		case KC_CF_ARGUMENT_PTRDIFF:
			argument->integer = va_arg(list, ptrdiff_t);
			break;
		case KC_CF_ARGUMENT_DOUBLE:
			argument->real = va_arg(list, double);
			break;
		case KC_CF_ARGUMENT_LONG_DOUBLE:
			argument->long_real = va_arg(list, long double);
			break;
		case KC_CF_ARGUMENT_POINTER:
			argument->pointer = va_arg(list, const void *);
			break;
		}
	}
}

int _kc_cf_format_value(
	const struct _kc_cf_format *format, const struct _kc_cf_format_number *number)
{
	return number->argument ? (int)format->arguments[number->argument - 1].integer
				: number->value;
}
