/* SPDX-License-Identifier: ISC */
/*
 * A signal while the line is read only leaves a mark; the reading loop puts the terminal back first
 * and sends the signal to the process again after that, as readpassphrase(3) does.
 */
#include "cli/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGALRM};
#define CAUGHT_COUNT (sizeof caught / sizeof caught[0])

static volatile sig_atomic_t last_signal;

static void mark(int number)
{
	last_signal = number;
}

struct listening {
	int fd;
	bool silent;
	struct termios before;
	struct sigaction handlers[CAUGHT_COUNT];
};

bool kc_tty_is_there(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static void begin(struct listening *tty, bool echo)
{
	struct sigaction action = {.sa_handler = mark}; /* no SA_RESTART: read() must return */
	struct termios quiet;

	last_signal = 0;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < CAUGHT_COUNT; i++)
		sigaction(caught[i], &action, &tty->handlers[i]);
	tty->silent = !echo && tcgetattr(tty->fd, &tty->before) == 0;
	if (!tty->silent)
		return;
	quiet = tty->before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	tcsetattr(tty->fd, TCSAFLUSH, &quiet);
}

static void end(struct listening *tty)
{
	if (tty->silent)
		while (tcsetattr(tty->fd, TCSAFLUSH, &tty->before) != 0 && errno == EINTR)
			continue;
	for (size_t i = 0; i < CAUGHT_COUNT; i++)
		sigaction(caught[i], &tty->handlers[i], NULL);
}

static void say(int fd, const char *text)
{
	ssize_t written = write(fd, text, strlen(text));
	(void)written;
}

/* Reads up to the newline. A signal shows as EINTR. */
static kc_err read_line(int fd, struct kc_buf *line)
{
	uint8_t byte;

	for (;;) {
		ssize_t got = read(fd, &byte, 1);
		if (got < 0)
			return last_signal ? KC_ERR(CANCELED) : KC_ERR(IO);
		if (got == 0 && line->len == 0)
			return KC_ERR(CANCELED);
		if (got == 0 || byte == '\n')
			break;
		kc_buf_push_byte(line, byte);
	}
	kc_mem_wipe(&byte, sizeof byte);
	return kc_buf_check(line);
}

static kc_err ask_once(int fd, const char *prompt, bool echo, struct kc_buf *line)
{
	struct listening tty = {.fd = fd};
	kc_err err;

	begin(&tty, echo);
	say(fd, prompt);
	err = read_line(fd, line);
	if (tty.silent || err != KC_OK)
		say(fd, "\n");
	end(&tty);
	return err;
}

static bool stops(int number)
{
	return number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

kc_err kc_tty_ask(const char *prompt, bool echo, struct kc_buf *ret_line)
{
	KC_CLEANUP_BUF struct kc_buf line = KC_BUF_INIT_MAX(KC_TTY_MAX_LINE);
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC), number;
	kc_err err;

	if (fd < 0)
		return KC_ERR(IO);
	do {
		kc_buf_reset(&line);
		err = ask_once(fd, prompt, echo, &line);
		number = last_signal;
		if (number)
			kill(getpid(), number); /* ends the process, or stops it until SIGCONT */
	} while (number && stops(number));
	close(fd);
	KC_TRY(err);
	kc_buf_done(ret_line);
	*ret_line = line;
	line = (struct kc_buf)KC_BUF_INIT;
	return KC_OK;
}
