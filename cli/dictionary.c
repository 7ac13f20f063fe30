/* SPDX-License-Identifier: ISC */
/* The text is cut into pairs once; a query then takes its few special names out of the attributes.
 */
#include "cli/dictionary.h"

#include <errno.h>
#include <string.h>

#include "cli/attr.h"
#include "cli/when.h"

static const kc_name date_names[] = {
	KC_ATTR_CREATED, KC_ATTR_CHANGED, KC_ATTR_STARTS, KC_ATTR_ENDS};

struct parse {
	struct kc_facts *facts;
	struct kc_query *query; /* what is said of it besides attributes; NULL when it is none */
	kc_name class;
	struct kc_attrs attrs;
};

/* Takes text up to an unescaped stop, without the backslashes. True when the stop was met. */
static bool take(const char **at, char stop, struct kc_buf *ret)
{
	const char *text = *at;

	for (; *text && *text != stop; text++) {
		if (*text == '\\' && text[1])
			text++;
		kc_buf_push_byte(ret, (uint8_t)*text);
	}
	*at = *text ? text + 1 : text;
	return *text == stop && stop;
}

static int hex_digit(uint8_t byte)
{
	static const char digits[] = "0123456789abcdef";
	const char *found =
		byte ? strchr(digits, byte >= 'A' && byte <= 'F' ? byte + 32 : byte) : NULL;
	return found ? (int)(found - digits) : -1;
}

/* The bytes behind 0x; false when it is no hexadecimal text. */
static bool parse_hex(struct kc_bytes text, struct kc_buf *ret)
{
	if (text.len < 2 || text.len % 2 || text.data[0] != '0' || text.data[1] != 'x')
		return false;
	for (size_t i = 2; i < text.len; i += 2) {
		int high = hex_digit(text.data[i]), low = hex_digit(text.data[i + 1]);
		if (high < 0 || low < 0)
			return false;
		kc_buf_push_byte(ret, (uint8_t)(high * 16 + low));
	}
	return true;
}

static bool is_date(kc_name name)
{
	for (size_t i = 0; i < KC_COUNT_OF(date_names); i++)
		if (date_names[i] == name)
			return true;
	return false;
}

static kc_err misused(struct parse *parse, const char *problem)
{
	kc_facts_set_str(parse->facts, KC_FACT_PROBLEM, problem);
	return KC_ERR(PARAM);
}

static kc_err set_attribute(struct parse *parse, kc_name name, struct kc_bytes value)
{
	KC_CLEANUP_BUF struct kc_buf data = KC_BUF_INIT;
	double date;

	if (is_date(name)) {
		if (kc_when_parse(value, &date) != KC_OK)
			return misused(parse, "a date looks like 2026-11-22T00:36:55Z");
		kc_attrs_set_date(&parse->attrs, name, date);
	} else if (parse_hex(value, &data)) {
		kc_attrs_set_bytes(&parse->attrs, name, kc_buf_bytes(&data));
	} else {
		kc_attrs_set_text(&parse->attrs, name, value);
	}
	KC_TRY(kc_buf_check(&data));
	return kc_attrs_check(&parse->attrs);
}

/* --- what a query says besides attributes -----------------------------------------------------
 */

static kc_err set_limit(struct parse *parse, struct kc_buf *value)
{
	const char *text = kc_buf_text(value);
	char *end;
	unsigned long number;

	if (strcmp(text, "m_LimitAll") == 0)
		return KC_OK;
	errno = 0;
	number = strcmp(text, "m_LimitOne") == 0 ? 1 : strtoul(text, &end, 10);
	if (errno == 0 && number > 0 && number < UINT32_MAX &&
		(strcmp(text, "m_LimitOne") == 0 || !*end)) {
		parse->query->limit = (uint32_t)number;
		return KC_OK;
	}
	return misused(parse, "m_Limit is a number, m_LimitOne or m_LimitAll");
}

/* A reference as kSecReturnPersistentRef gives it: the class, then what tells its items apart. */
static kc_err take_ref(struct parse *parse, const struct kc_buf *value, kc_name *ret_class,
	uint8_t ret[static KC_PERSISTENT_REF_LEN])
{
	KC_CLEANUP_BUF struct kc_buf data = KC_BUF_INIT;

	if (!parse_hex(kc_buf_bytes(value), &data) || data.len != 4 + KC_PERSISTENT_REF_LEN)
		return misused(parse, "a reference is 0x and 40 hexadecimal digits");
	*ret_class = kc_name_from(kc_bytes(data.data, 4));
	memcpy(ret, data.data + 4, KC_PERSISTENT_REF_LEN);
	return KC_OK;
}

static kc_err set_ref(struct parse *parse, struct kc_buf *value)
{
	kc_name class = 0;

	KC_TRY(take_ref(parse, value, &class, parse->query->ref));
	if (parse->class && parse->class != class)
		return misused(parse, "the reference is to an item of another class");
	parse->class = class;
	parse->query->has_ref = true;
	return KC_OK;
}

static kc_err add_ref(struct parse *parse, struct kc_buf *value)
{
	uint8_t ref[KC_PERSISTENT_REF_LEN];
	kc_name class;

	KC_TRY(take_ref(parse, value, &class, ref));
	kc_query_add_ref(parse->query, ref);
	return kc_buf_check(&parse->query->refs);
}

static kc_err set_host(struct parse *parse, struct kc_buf *value)
{
	kc_attrs_set_text(&parse->attrs, KC_ATTR_SERVER, kc_buf_bytes(value));
	parse->query->host_or_subdomain = true;
	return kc_attrs_check(&parse->attrs);
}

static kc_err set_tombs(struct parse *parse, struct kc_buf *value)
{
	const char *text = kc_buf_text(value);

	if (strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
		return misused(parse, "u_Tomb is 1 or 0");
	parse->query->tomb_use = *text == '1' ? KC_TOMB_USE_ALWAYS : KC_TOMB_USE_NEVER;
	return KC_OK;
}

static const struct special {
	const char *name;
	kc_err (*set)(struct parse *parse, struct kc_buf *value);
} specials[] = {
	{"m_Limit", set_limit},
	{"m_ItemList", add_ref},
	{"m_HostOrSubdomainOfHost", set_host},
	{"u_Tomb", set_tombs},
	{"v_PersistentRef", set_ref},
};

/* The row of a name that only queries have; NULL for all others, and in what is no query. */
static const struct special *find_special(const struct parse *parse, const char *name)
{
	for (size_t i = 0; parse->query && i < KC_COUNT_OF(specials); i++)
		if (strcmp(specials[i].name, name) == 0)
			return &specials[i];
	return NULL;
}

/* --- pairs ------------------------------------------------------------------------------------
 */

static kc_err set_class(struct parse *parse, struct kc_bytes text)
{
	kc_name class = kc_name_from(text);

	if (!class)
		return KC_ERR(NO_SUCH_CLASS);
	if (parse->query && parse->query->has_ref && class != parse->class)
		return misused(parse, "the reference is to an item of another class");
	parse->class = class;
	return KC_OK;
}

static kc_err set_pair(struct parse *parse, struct kc_buf *name, struct kc_buf *value)
{
	kc_name short_name = kc_name_from(kc_buf_bytes(name));
	const char *text = kc_buf_text(name);
	const struct special *special;

	if (!text || !kc_buf_text(value))
		return KC_ERR(NO_MEMORY);
	special = find_special(parse, text);
	if (strcmp(text, "class") == 0)
		return set_class(parse, kc_buf_bytes(value));
	if (special)
		return special->set(parse, value);
	if (strcmp(text, "v_Data") == 0)
		return misused(parse, "a secret never stands on the command line; give it with "
				      "--stdin, --file or --fd");
	if (!short_name) {
		kc_facts_print(parse->facts, KC_FACT_PROBLEM,
			"the name of an attribute has four characters, “%s” hasn't", text);
		return KC_ERR(PARAM);
	}
	return set_attribute(parse, short_name, kc_buf_bytes(value));
}

static kc_err parse_pairs(const char *text, struct parse *parse)
{
	while (*text) {
		KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT, value = KC_BUF_INIT;
		if (!take(&text, '=', &name))
			return misused(parse,
				"attributes are written as NAME=VALUE, with commas in between");
		take(&text, ',', &value);
		KC_TRY(set_pair(parse, &name, &value));
	}
	return KC_OK;
}

/* Takes a mark of 0 or 1 out of the attributes; -1 when it is not there, 2 for any. */
static kc_err take_mark(struct parse *parse, kc_name name, int *ret)
{
	struct kc_bytes value = kc_attrs_get_bytes(&parse->attrs, name);

	*ret = -1;
	if (!kc_attrs_get(&parse->attrs, name))
		return KC_OK;
	if (kc_bytes_equal(value, kc_bytes_str("syna")))
		*ret = 2;
	else if (value.len == 1 && (value.data[0] == '0' || value.data[0] == '1'))
		*ret = value.data[0] - '0';
	kc_attrs_remove(&parse->attrs, name);
	if (*ret >= 0)
		return KC_OK;
	return misused(parse, "sync and tomb are 1, 0 or syna");
}

kc_err kc_dictionary_parse_query(const char *text, struct kc_facts *facts, struct kc_query *ret)
{
	static const enum kc_sync_filter syncs[] = {KC_SYNC_LOCAL, KC_SYNC_SYNCED, KC_SYNC_ANY};
	static const enum kc_tomb_filter tombs[] = {KC_TOMB_LIVE, KC_TOMB_DEAD, KC_TOMB_ANY};
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	struct parse parse = {.facts = facts, .query = &query, .attrs = KC_ATTRS_INIT};
	int sync = -1, tomb = -1;
	kc_err err = parse_pairs(text, &parse);

	if (err == KC_OK)
		err = take_mark(&parse, KC_ATTR_SYNC, &sync);
	if (err == KC_OK)
		err = take_mark(&parse, KC_ATTR_TOMB, &tomb);
	if (err == KC_OK) {
		query.class = parse.class;
		query.sync = sync < 0 ? KC_SYNC_ANY : syncs[sync];
		query.tomb = tomb < 0 ? KC_TOMB_LIVE : tombs[tomb];
		kc_attrs_move(&query.attrs, &parse.attrs);
		kc_query_done(ret);
		*ret = query;
		query = (struct kc_query)KC_QUERY_INIT;
	}
	kc_attrs_done(&parse.attrs);
	return err;
}

kc_err kc_dictionary_parse_attrs(
	const char *text, struct kc_facts *facts, kc_name *ret_class, struct kc_attrs *ret)
{
	struct parse parse = {.facts = facts, .attrs = KC_ATTRS_INIT};
	int sync = -1;
	kc_err err = parse_pairs(text, &parse);

	if (err == KC_OK)
		err = take_mark(&parse, KC_ATTR_SYNC, &sync);
	if (err == KC_OK && sync >= 0) /* Any is what an item without the mark is: not synced */
		kc_attrs_set_number(&parse.attrs, KC_ATTR_SYNC, sync == 1);
	if (err == KC_OK)
		err = kc_attrs_check(&parse.attrs);
	if (err == KC_OK) {
		*ret_class = parse.class;
		kc_attrs_done(ret);
		kc_attrs_move(ret, &parse.attrs);
	}
	kc_attrs_done(&parse.attrs);
	return err;
}
