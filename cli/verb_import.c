/* SPDX-License-Identifier: ISC */
/*
 * kc import: the logins of a browser, each new, the same as one that is here, or skipped with a
 * reason.
 *
 * Nothing that is here is ever changed. Each login is saved by itself, so an import that was cut
 * short is simply run again: what it had saved counts as the same then.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/attr.h"
#include "cli/input.h"
#include "cli/logins.h"
#include "cli/store.h"
#include "cli/verb.h"

#define MOST_REASONS 16
#define A_SECOND 1000000u

/* A login of this file that a dry run would have saved. */
struct planned {
	struct kc_attrs identity;
	struct kc_secret password;
};

struct import {
	size_t read, new, same, skipped;
	struct {
		const char *why;
		size_t count;
	} reasons[MOST_REASONS];
	size_t reason_count;
	json_t *skips; /* of the JSON answer */
	struct planned *planned;
	size_t planned_count, planned_allocated;
};

static void import_done(struct import *import)
{
	for (size_t i = 0; i < import->planned_count; i++) {
		kc_attrs_done(&import->planned[i].identity);
		kc_secret_done(&import->planned[i].password);
	}
	free(import->planned);
	json_decref(import->skips);
}

static void skip(struct kc_run *run, struct import *import, size_t line, const char *why)
{
	size_t i = 0;

	import->skipped++;
	while (i < import->reason_count && strcmp(import->reasons[i].why, why) != 0)
		i++;
	if (i < MOST_REASONS) {
		import->reasons[i].why = why;
		import->reasons[i].count++;
		import->reason_count += i == import->reason_count;
	}
	kc_json_append(
		import->skips, json_pack("{s:I, s:s}", "line", (json_int_t)line, "why", why));
	if (!kc_run_json(run))
		fprintf(stderr, "line %zu: %s\n", line, why);
}

/* What makes a login the one that it is; its label, note and one-time password do not. */
static kc_err identity_of(const struct kc_login *login, struct kc_attrs *ret)
{
	static const kc_name names[] = {KC_ATTR_SERVER, KC_ATTR_SERVICE, KC_ATTR_PROTOCOL,
		KC_ATTR_PORT, KC_ATTR_PATH, KC_ATTR_DOMAIN, KC_ATTR_ACCOUNT};

	for (size_t i = 0; i < KC_COUNT_OF(names); i++) {
		const struct kc_value *value = kc_attrs_get(&login->attrs, names[i]);
		if (value)
			kc_attrs_set(ret, names[i], value);
		else if (login->class == KC_CLASS_INTERNET && names[i] == KC_ATTR_PORT)
			kc_attrs_set_number(ret, names[i], 0);
		else if (login->class == KC_CLASS_INTERNET && names[i] != KC_ATTR_SERVICE)
			kc_attrs_set_str(ret, names[i], "");
	}
	return kc_attrs_check(ret);
}

static bool is_same_secret(struct kc_bytes a, struct kc_bytes b)
{
	return a.len == b.len && kc_mem_equal_ct(a.data, b.data, a.len);
}

/* Whether what the file says besides the password is here too. */
static bool is_same_rest(const struct kc_attrs *here, const struct kc_attrs *there)
{
	static const kc_name names[] = {KC_ATTR_COMMENT, KC_ATTR_OTP};

	for (size_t i = 0; i < KC_COUNT_OF(names); i++)
		if (kc_attrs_get(there, names[i]) &&
			!kc_bytes_equal(kc_attrs_get_bytes(here, names[i]),
				kc_attrs_get_bytes(there, names[i])))
			return false;
	return true;
}

enum standing { STANDING_NEW, STANDING_SAME, STANDING_OTHER_PASSWORD, STANDING_OTHER_REST };

static kc_err look_here(struct kc_run *run, const struct kc_login *login,
	const struct kc_attrs *identity, enum standing *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	kc_err err;

	query.class = login->class;
	query.sync = KC_SYNC_ANY;
	query.limit = 1;
	query.want = KC_WANT_ATTRS | KC_WANT_SECRET;
	KC_TRY(kc_attrs_dup(identity, &query.attrs));
	err = kc_client_item_find(run->client, &query, &found);
	*ret = STANDING_NEW;
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	*ret = STANDING_SAME;
	if (!is_same_secret(kc_secret_bytes(&found.rows[0].secret), login->password))
		*ret = STANDING_OTHER_PASSWORD;
	else if (!is_same_rest(&found.rows[0].attrs, &login->attrs))
		*ret = STANDING_OTHER_REST;
	return KC_OK;
}

static enum standing look_planned(
	const struct import *import, const struct kc_login *login, const struct kc_attrs *identity)
{
	for (size_t i = 0; i < import->planned_count; i++) {
		const struct planned *planned = &import->planned[i];
		if (!kc_attrs_equal(&planned->identity, identity))
			continue;
		return is_same_secret(kc_secret_bytes(&planned->password), login->password)
			       ? STANDING_SAME
			       : STANDING_OTHER_PASSWORD;
	}
	return STANDING_NEW;
}

static kc_err plan(struct import *import, const struct kc_login *login, struct kc_attrs *identity)
{
	struct planned *grown = import->planned;

	if (import->planned_count == import->planned_allocated) {
		import->planned_allocated = import->planned_allocated * 2 + 64;
		grown = realloc(grown, import->planned_allocated * sizeof *grown);
		if (!grown)
			return KC_ERR(NO_MEMORY);
		import->planned = grown;
	}
	grown[import->planned_count] = (struct planned){.password = KC_SECRET_INIT};
	KC_TRY(kc_secret_set(&grown[import->planned_count].password, login->password));
	kc_attrs_move(&grown[import->planned_count++].identity, identity);
	return KC_OK;
}

static kc_err save(struct kc_run *run, struct kc_login *login)
{
	struct kc_client_item item = {.class = login->class,
		.attrs = &login->attrs,
		.has_secret = true,
		.secret = login->password,
		.one_of_both_syncs = true};
	KC_CLEANUP_FOUND struct kc_found added = {0};

	if (kc_run_has(run, KC_OPTION_SYNC))
		kc_attrs_set_number(&login->attrs, KC_ATTR_SYNC, 1);
	KC_TRY(kc_attrs_check(&login->attrs));
	return kc_client_item_add(run->client, &item, KC_WANT_ATTRS, &added);
}

static kc_err take_new(struct kc_run *run, struct import *import, struct kc_login *login,
	struct kc_attrs *identity)
{
	kc_err err;

	if (kc_run_has(run, KC_OPTION_DRY_RUN))
		err = plan(import, login, identity);
	else
		err = save(run, login);
	if (err == KC_E_TOO_LARGE) {
		skip(run, import, login->line, "larger than the keychain takes");
		return KC_OK;
	}
	KC_TRY(err);
	import->new ++;
	return KC_OK;
}

static kc_err take(struct kc_run *run, struct import *import, struct kc_login *login)
{
	KC_CLEANUP_ATTRS struct kc_attrs identity = KC_ATTRS_INIT;
	enum standing standing;

	import->read++;
	if (login->problem) {
		skip(run, import, login->line, login->problem);
		return KC_OK;
	}
	KC_TRY(identity_of(login, &identity));
	standing = look_planned(import, login, &identity);
	if (standing == STANDING_NEW)
		KC_TRY(look_here(run, login, &identity, &standing));
	switch (standing) {
	case STANDING_NEW:
		return take_new(run, import, login, &identity);
	case STANDING_SAME:
		import->same++;
		return KC_OK;
	case STANDING_OTHER_PASSWORD:
		skip(run, import, login->line, "here already, with another password");
		return KC_OK;
	case STANDING_OTHER_REST:
		skip(run, import, login->line,
			"here already, with another note or one-time password");
		return KC_OK;
	}
	return KC_ERR(BUG);
}

/* A long import says how far it is, once a second and on a terminal only. */
static void show_progress(struct kc_run *run, const struct import *import, uint64_t *next_us)
{
	uint64_t now_us = kc_clock_monotonic_us();

	if (*next_us == 0)
		*next_us = now_us + A_SECOND;
	if (now_us < *next_us || !run->words.terminal || kc_run_json(run) ||
		kc_run_has(run, KC_OPTION_QUIET))
		return;
	*next_us = now_us + A_SECOND;
	fprintf(stderr, "%zu read so far\n", import->read);
}

static kc_err answer(struct kc_run *run, struct import *import, const struct kc_logins *logins)
{
	json_t *object = kc_json_object();

	kc_json_set(object, "read", json_integer((json_int_t)import->read));
	kc_json_set(object, "new", json_integer((json_int_t)import->new));
	kc_json_set(object, "same", json_integer((json_int_t)import->same));
	kc_json_set(object, "skipped", json_integer((json_int_t)import->skipped));
	kc_json_set(object, "skips", json_incref(import->skips));
	kc_json_set(object, "left_out", kc_json_text(kc_buf_bytes(&logins->left_out)));
	kc_json_set(object, "dry_run", json_boolean(kc_run_has(run, KC_OPTION_DRY_RUN)));
	return kc_run_answer(run, object);
}

static kc_err tell(struct kc_run *run, struct import *import, struct kc_logins *logins)
{
	struct kc_out *out = &run->out;

	if (kc_run_json(run))
		return answer(run, import, logins);
	kc_out_print(out, "%zu read, %zu new, %zu same, %zu skipped", import->read, import->new,
		import->same, import->skipped);
	for (size_t i = 0; i < import->reason_count; i++)
		kc_out_print(out, "%s%zu %s", i ? "; " : " (", import->reasons[i].count,
			import->reasons[i].why);
	kc_out_print(out, "%s\n", import->reason_count ? ")" : "");
	kc_facts_set(&run->facts, KC_FACT_LEFT_OUT, kc_buf_bytes(&logins->left_out));
	kc_facts_set_str(&run->facts, KC_FACT_FILE, run->args[0]);
	if (logins->left_out.len)
		kc_run_note(run, KC_NOTE_CSV_LEFT_OUT);
	kc_run_note(
		run, kc_run_has(run, KC_OPTION_DRY_RUN) ? KC_NOTE_CSV_DRY_RUN : KC_NOTE_CSV_LEFT);
	return kc_run_has(run, KC_OPTION_DRY_RUN) ? KC_OK : kc_store_tell_stays(run);
}

kc_err kc_verb_import(struct kc_run *run)
{
	const char *format = kc_run_get(run, KC_OPTION_FORMAT);
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;
	KC_CLEANUP_LOGINS struct kc_logins logins = {0};
	KC_CLEANUP(import_done) struct import import = {.skips = json_array()};
	uint64_t next_us = 0;
	bool more = true;

	KC_TRY(kc_input_file(run, run->args[0], KC_INPUT_MAX_FILE, &file));
	KC_TRY(kc_logins_open(kc_buf_bytes(&file), format ? format : "auto", &run->facts, &logins));
	while (more) {
		KC_CLEANUP_LOGIN struct kc_login login = {0};
		KC_TRY(kc_logins_next(&logins, &login, &more));
		if (more)
			KC_TRY(take(run, &import, &login));
		show_progress(run, &import, &next_us);
	}
	return tell(run, &import, &logins);
}
