/* SPDX-License-Identifier: ISC */
/* Choosing a row, and writing it as text or as JSON. */
#include "cli/message.h"

#include <string.h>
#include <unistd.h>

#include "cli/template.h"

#define INDENT "    "
#define LOWEST_APPLE_NUMBER (-88000) /* below are our own, which nobody looks up by number */

static const struct message {
	kc_err err;
	const char *what, *lines;
} messages[] = {
#define KC_MESSAGE(error, what, lines) {KC_E_##error, what, lines},
#define KC_ADVICE(class, lines)
#define KC_NOTE(id, text)
#include "cli/messages.def"
#undef KC_MESSAGE
#undef KC_ADVICE
#undef KC_NOTE
};

static const struct advice {
	enum kc_err_class class;
	const char *lines;
} advices[] = {
#define KC_MESSAGE(error, what, lines)
#define KC_ADVICE(class, lines) {KC_ERRCLASS_##class, lines},
#define KC_NOTE(id, text)
#include "cli/messages.def"
#undef KC_MESSAGE
#undef KC_ADVICE
#undef KC_NOTE
};

static const char *const notes[] = {
#define KC_MESSAGE(error, what, lines)
#define KC_ADVICE(class, lines)
#define KC_NOTE(id, text) text,
#include "cli/messages.def"
#undef KC_MESSAGE
#undef KC_ADVICE
#undef KC_NOTE
};

const char *kc_message_template(size_t index)
{
	if (index < 2 * KC_COUNT_OF(messages))
		return index % 2 ? messages[index / 2].lines : messages[index / 2].what;
	index -= 2 * KC_COUNT_OF(messages);
	if (index < KC_COUNT_OF(advices))
		return advices[index].lines;
	index -= KC_COUNT_OF(advices);
	return index < KC_COUNT_OF(notes) ? notes[index] : NULL;
}

static const char *advice_for(kc_err err)
{
	for (size_t i = 0; i < KC_COUNT_OF(advices); i++)
		if (advices[i].class == kc_err_class(err))
			return advices[i].lines;
	return "";
}

static struct message choose(kc_err err, const struct kc_facts *facts)
{
	for (size_t i = 0; i < KC_COUNT_OF(messages); i++)
		if (messages[i].err == err &&
			kc_template_is_known(kc_bytes_str(messages[i].what), facts))
			return messages[i];
	return (struct message){.err = err, .lines = advice_for(err)};
}

static void push_what(struct kc_buf *out, const struct message *message,
	const struct kc_facts *facts, const struct kc_look *look)
{
	if (message->what)
		kc_template_fill(out, kc_bytes_str(message->what), facts, look);
	else
		kc_buf_printf(out, "%s.", kc_err_text(message->err));
}

/* Words go out in one write; a standard error that is gone is nothing to fail for. */
static void write_words(struct kc_buf *words)
{
	ssize_t written = write(STDERR_FILENO, words->data, words->len);
	(void)written;
}

void kc_message_fail(kc_err err, const struct kc_facts *facts, const struct kc_look *look)
{
	KC_CLEANUP_BUF struct kc_buf words = KC_BUF_INIT;
	struct message message = choose(err, facts);

	kc_buf_push_str(&words, "kc: ");
	push_what(&words, &message, facts, look);
	kc_buf_push_byte(&words, '\n');
	kc_template_lines(&words, INDENT, message.lines, facts, look);
	kc_buf_printf(&words, INDENT "[%s", kc_err_osname(err));
	if (kc_err_osstatus(err) > LOWEST_APPLE_NUMBER)
		kc_buf_printf(&words, ", %d", (int)kc_err_osstatus(err));
	kc_buf_push_str(&words, "]\n");
	write_words(&words);
}

kc_err kc_message_json(kc_err err, const struct kc_facts *facts, json_t **ret)
{
	static const struct kc_look nowhere = {.utf8 = true};
	KC_CLEANUP_BUF struct kc_buf what = KC_BUF_INIT;
	struct message message = choose(err, facts);
	json_auto_t *try = json_array();
	json_t *object;

	push_what(&what, &message, facts, &nowhere);
	KC_TRY(kc_buf_check(&what));
	if (!try)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_template_commands(message.lines, facts, try));
	object = json_pack("{s:i, s:{s:i, s:s, s:i, s:s%, s:O}}", "v", 1, "error", "code",
		(int)kc_err_osstatus(err), "name", kc_err_osname(err), "exit", kc_err_exit(err),
		"message", (const char *)what.data, what.len, "try", try);
	if (!object)
		return KC_ERR(NO_MEMORY);
	*ret = object;
	return KC_OK;
}

void kc_message_note(enum kc_note note, const struct kc_facts *facts, const struct kc_look *look)
{
	KC_CLEANUP_BUF struct kc_buf words = KC_BUF_INIT;

	kc_template_lines(&words, "", notes[note], facts, look);
	write_words(&words);
}
