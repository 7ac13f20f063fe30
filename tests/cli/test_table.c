/* SPDX-License-Identifier: ISC */
/* The tables hold together: what kc says can be typed, and every error says what to do. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/template.h"
#include "cli/topics.h"
#include "cli/verb.h"
#include "tests/check.h"

#define MOST_WORDS 32

struct words {
	struct kc_buf text; /* each word with a NUL behind it */
	char *at[MOST_WORDS + 1];
	size_t count;
};

static void words_done(struct words *words)
{
	kc_buf_done(&words->text);
}

static bool is_space(char byte)
{
	return byte == ' ' || byte == 0;
}

/* Copies one word without its quotes; where it ends. A redirection has no text of its own. */
static const char *take_word(const char *at, struct kc_buf *out, bool *ret_redirects)
{
	char quote = 0;

	*ret_redirects = false;
	for (; quote || !is_space(*at); at++) {
		CHECK_FATAL(*at != 0); /* every quote is closed */
		if (*at == '\\' && quote != '\'')
			kc_buf_push_byte(out, (uint8_t) * ++at);
		else if (*at == quote)
			quote = 0;
		else if (!quote && (*at == '\'' || *at == '"'))
			quote = *at;
		else if (!quote && (*at == '<' || *at == '>'))
			*ret_redirects = true;
		else
			kc_buf_push_byte(out, (uint8_t)*at);
	}
	kc_buf_push_byte(out, 0);
	return at;
}

/* Splits one command as a shell does, and leaves redirections with their files out. */
static void split(const char *command, struct words *ret)
{
	size_t starts[MOST_WORDS];
	bool redirects, is_file = false;

	while (*command) {
		size_t start = ret->text.len;
		command = take_word(command, &ret->text, &redirects);
		if (redirects)
			is_file = command[-1] == '<' || command[-1] == '>';
		if (!redirects && !is_file && ret->count < MOST_WORDS)
			starts[ret->count++] = start;
		if (!redirects)
			is_file = false;
		command += strspn(command, " ");
	}
	CHECK_OK_FATAL(kc_buf_check(&ret->text));
	for (size_t i = 0; i < ret->count; i++)
		ret->at[i] = (char *)ret->text.data + starts[i];
}

/* Whether a command line of ours is one that kc understands. */
static bool parses(const char *command)
{
	KC_CLEANUP(words_done) struct words words = {.text = KC_BUF_INIT};
	KC_CLEANUP_OPTIONS struct kc_options options = {0};
	const struct kc_verb *verb;
	struct kc_facts facts = {0};
	size_t used;
	bool good;

	split(command, &words);
	good = kc_options_parse((int)words.count, words.at, &facts, &options) == KC_OK &&
	       options.word_count > 0 &&
	       kc_verb_find(options.words, options.word_count, &facts, &verb, &used) == KC_OK &&
	       (kc_options_has(&options, KC_OPTION_HELP) ||
		       kc_verb_check(verb, &options, options.word_count - used, &facts) == KC_OK);
	kc_facts_done(&facts);
	return good;
}

static bool is_ours(const char *command)
{
	return strncmp(command, "kc ", 3) == 0;
}

static void the_splitter_is_a_shell(void)
{
	KC_CLEANUP(words_done) struct words words = {.text = KC_BUF_INIT};

	split("kc add 'two words' 3< \"a file\" --user it\\'s <f > g h", &words);
	CHECK_FATAL(words.count == 6);
	CHECK(strcmp(words.at[2], "two words") == 0);
	CHECK(strcmp(words.at[4], "it's") == 0 && strcmp(words.at[5], "h") == 0);
	CHECK(parses("kc get x"));
	CHECK(!parses("kc get") && !parses("kc fetch x") && !parses("kc get x --stdin"));
	CHECK(!parses("kc get x --sync=1") && !parses("kc add x --user"));
}

/* Every fact has a value that needs quoting, but for {verb}, which is a verb. */
static void know_everything(struct kc_facts *facts, const char *verb)
{
	for (int i = 0; i < KC_FACT_COUNT; i++)
		kc_facts_set_str(facts, (enum kc_fact)i, "it's a <name>");
	kc_facts_set_str(facts, KC_FACT_VERB, verb);
}

static unsigned check_commands(const char *template, const struct kc_facts *facts)
{
	json_auto_t *commands = json_array();
	json_t *command;
	size_t i;
	unsigned ours = 0;

	CHECK_OK_FATAL(kc_template_commands(template, facts, commands));
	json_array_foreach(commands, i, command)
	{
		const char *text = json_string_value(command);
		if (!is_ours(text))
			continue;
		ours++;
		CHECK_MSG(parses(text), text);
	}
	return ours;
}

static void every_command_in_a_message_parses(void)
{
	struct kc_facts facts = {0};
	unsigned seen = 0;

	know_everything(&facts, "sync use");
	for (size_t i = 0; kc_message_template(i); i++)
		seen += check_commands(kc_message_template(i), &facts);
	CHECK(seen > 60);
	kc_facts_done(&facts);
}

static void every_command_in_a_topic_parses(void)
{
	struct kc_facts facts = {0};
	unsigned seen = 0;

	for (size_t i = 0; kc_topics_at(i); i++) {
		seen += check_commands(kc_topics_at(i)->text, &facts);
		CHECK(kc_topics_find(kc_topics_at(i)->name) == kc_topics_at(i));
	}
	CHECK(seen > 5);
	kc_facts_done(&facts);
}

static const struct {
	const char *what, *lines;
} messages[] = {
#define KC_MESSAGE(error, what, lines) {what, lines},
#define KC_ADVICE(class, lines)
#define KC_NOTE(id, text)
#include "cli/messages.def"
#undef KC_MESSAGE
#undef KC_ADVICE
#undef KC_NOTE
};

/* What happened is said in sentences, without a shout; and there is something to type. */
static void every_message_reads_well(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(messages); i++) {
		const char *what = messages[i].what, *lines = messages[i].lines;
		size_t len = strlen(what);
		/* A fact alone is a sentence, or a list of users that one follows. */
		CHECK_MSG(
			what[len - 1] == '.' || what[len - 1] == ')' || what[len - 1] == '}', what);
		CHECK_MSG(what[0] < 'A' || what[0] > 'Z', what);
		CHECK_MSG(!strchr(what, '!') && !strchr(lines, '!'), what);
		CHECK_MSG(strchr(lines, '`') != NULL, what);
		CHECK_MSG(!strchr(what, '`') && !strchr(what, '\n'), what);
	}
}

/* A command of ours outside backticks would escape the test above. */
static void no_command_hides_outside_backticks(void)
{
	for (size_t i = 0; kc_message_template(i); i++) {
		struct kc_bytes rest = kc_bytes_str(kc_message_template(i)), part;
		for (bool inside = false; kc_template_next(&rest, '`', &part); inside = !inside) {
			const uint8_t *kc = part.len ? memmem(part.data, part.len, "kc ", 3) : NULL;
			/* "which kc doesn't open", "of kc. Nothing": prose */
			bool is_prose = kc && kc != part.data &&
					(memcmp(kc + 3, "doesn't", 7) == 0 || kc[-1] == ' ');
			CHECK_MSG(inside || !kc || is_prose, kc_message_template(i));
		}
	}
}

/* Every {fact} of a template is one that exists. */
static void every_fact_in_a_template_exists(void)
{
	for (size_t i = 0; kc_message_template(i); i++) {
		const char *text = kc_message_template(i);
		while ((text = strchr(text, '{')) != NULL) {
			size_t len = strcspn(text, "}");
			CHECK_MSG(
				kc_facts_named(kc_bytes(text + 1, len - 1)) != KC_FACT_COUNT, text);
			text += len;
		}
	}
}

static void every_verb_is_well_described(void)
{
	for (size_t i = 0; kc_verb_at(i); i++) {
		const struct kc_verb *verb = kc_verb_at(i);
		struct kc_bytes rest = kc_bytes_str(verb->examples), line;
		CHECK_MSG(verb->help[0] && verb->help[strlen(verb->help) - 1] != '.', verb->name);
		CHECK_MSG(verb->run && verb->least <= verb->most, verb->name);
		CHECK_MSG((verb->options & KC_OPTIONS_COMMON) == 0, verb->name);
		for (size_t j = 0; j < i; j++)
			CHECK_MSG(strcmp(kc_verb_at(j)->name, verb->name) != 0, verb->name);
		CHECK_MSG(rest.len && rest.data[rest.len - 1] == '\n', verb->name);
		while (kc_template_next(&rest, '\n', &line)) {
			KC_CLEANUP_BUF struct kc_buf copy = KC_BUF_INIT;
			const char *command;
			kc_buf_push(&copy, line.data, line.len);
			command = kc_buf_text(&copy);
			if (!*command)
				continue;
			command = strstr(command, "kc ");
			CHECK_FATAL(command != NULL);
			CHECK_MSG(parses(command), command);
			CHECK_MSG(strstr(command, verb->name) == command + 3, command);
		}
	}
}

/* How many lines a failure prints, its first to last character written to a file and counted. */
static unsigned lines_of_failure(kc_err err, const struct kc_facts *facts)
{
	static const struct kc_look look = {.utf8 = true};
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO), byte;
	unsigned lines = 0;

	CHECK_FATAL(file && before >= 0);
	dup2(fileno(file), STDERR_FILENO);
	kc_message_fail(err, facts, &look);
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(file);
	while ((byte = getc(file)) != EOF)
		lines += byte == '\n';
	fclose(file);
	return lines;
}

/* What happened, what to do, the constant: three lines or more for each error, whatever is known.
 */
static void every_error_says_what_to_do(void)
{
	struct kc_facts nothing = {0}, everything = {0};

	kc_facts_set_str(&nothing, KC_FACT_VERB, "get");
	know_everything(&everything, "get");
	for (int i = 1; i < KC_ERR_COUNT; i++) {
		json_auto_t *object = NULL;
		json_t *error;
		CHECK_MSG(lines_of_failure((kc_err)i, &nothing) >= 3, kc_err_name((kc_err)i));
		CHECK_MSG(lines_of_failure((kc_err)i, &everything) >= 3, kc_err_name((kc_err)i));
		CHECK_OK_FATAL(kc_message_json((kc_err)i, &nothing, &object));
		error = json_object_get(object, "error");
		CHECK(json_integer_value(json_object_get(object, "v")) == 1);
		CHECK(json_integer_value(json_object_get(error, "code")) ==
			kc_err_osstatus((kc_err)i));
		CHECK(json_integer_value(json_object_get(error, "exit")) == kc_err_exit((kc_err)i));
		CHECK(strcmp(json_string_value(json_object_get(error, "name")),
			      kc_err_osname((kc_err)i)) == 0);
		CHECK(json_string_length(json_object_get(error, "message")) > 0);
		CHECK(json_is_array(json_object_get(error, "try")));
	}
	kc_facts_done(&nothing);
	kc_facts_done(&everything);
}

static void words_are_matched_to_verbs(void)
{
	static const struct {
		const char *words[3];
		size_t count;
		const char *verb; /* NULL: refused, with hint in what is told */
		const char *hint;
	} rows[] = {
		{{"sync"}, 1, "sync", NULL},
		{{"sync", "on", "x"}, 3, "sync on", NULL},
		{{"sync", "elsewhere"}, 2, "sync", NULL},
		{{"devices", "add"}, 2, "devices add", NULL},
		{{"key"}, 1, NULL, "new, import, show"},
		{{"lst"}, 1, NULL, "list"},
		{{"frobnicate"}, 1, NULL, "there is no command"},
		{{""}, 1, NULL, "there is no command"},
		{{"get now"}, 1, NULL, "there is no command"},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		struct kc_facts facts = {0};
		const struct kc_verb *verb = NULL;
		size_t used;
		kc_err err = kc_verb_find(rows[i].words, rows[i].count, &facts, &verb, &used);
		if (rows[i].verb) {
			CHECK_MSG(verb && strcmp(verb->name, rows[i].verb) == 0, rows[i].words[0]);
		} else {
			CHECK_ERR(err, KC_E_PARAM);
			CHECK_MSG(strstr(kc_buf_text(&facts.text[KC_FACT_PROBLEM]), rows[i].hint),
				rows[i].words[0]);
		}
		kc_facts_done(&facts);
	}
}

static void options_are_taken_apart(void)
{
	static const char *const bad[] = {"kc --user", "kc --usr-name", "kc --user a --user b",
		"kc --yes=1", "kc -x", "kc get --stdin="};
	KC_CLEANUP(words_done) struct words words = {.text = KC_BUF_INIT};
	KC_CLEANUP_OPTIONS struct kc_options options = {0};
	struct kc_facts facts = {0};

	split("kc add --user ana x --json -y -- --user", &words);
	CHECK_OK_FATAL(kc_options_parse((int)words.count, words.at, &facts, &options));
	CHECK(options.given == (KC_OPT(USER) | KC_OPT(JSON) | KC_OPT(YES)));
	CHECK(strcmp(kc_options_get(&options, KC_OPTION_USER), "ana") == 0);
	CHECK_FATAL(options.word_count == 3);
	CHECK(strcmp(options.words[1], "x") == 0 && strcmp(options.words[2], "--user") == 0);
	for (size_t i = 0; i < KC_COUNT_OF(bad); i++) {
		KC_CLEANUP(words_done) struct words line = {.text = KC_BUF_INIT};
		KC_CLEANUP_OPTIONS struct kc_options none = {0};
		split(bad[i], &line);
		kc_facts_forget(&facts, KC_FACT_PROBLEM);
		CHECK_ERR(kc_options_parse((int)line.count, line.at, &facts, &none), KC_E_PARAM);
		CHECK_MSG(facts.known[KC_FACT_PROBLEM], bad[i]);
	}
	kc_facts_done(&facts);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(the_splitter_is_a_shell),
		CHECK_TEST(every_command_in_a_message_parses),
		CHECK_TEST(every_command_in_a_topic_parses),
		CHECK_TEST(every_message_reads_well),
		CHECK_TEST(no_command_hides_outside_backticks),
		CHECK_TEST(every_fact_in_a_template_exists),
		CHECK_TEST(every_verb_is_well_described),
		CHECK_TEST(every_error_says_what_to_do),
		CHECK_TEST(words_are_matched_to_verbs),
		CHECK_TEST(options_are_taken_apart),
	};
	return check_main("cli/table", tests, KC_COUNT_OF(tests));
}
