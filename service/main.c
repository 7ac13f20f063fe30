/* SPDX-License-Identifier: ISC */
/* keycircled: the program that owns the keychain of one user. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend/keychain.h"
#include "base/log.h"
#include "config.h"
#include "service/connection.h"
#include "service/harden.h"
#include "service/instance.h"
#include "service/ready.h"
#include "service/sync.h"
#include "service/timers.h"
#include "wire/socket.h"

#define END_SECONDS 10 /* running calls get so long to finish */
#define FULL_MS 100    /* until a client that found no room is looked at again */

static const char usage[] =
	"usage: keycircled [--verbose] [--ready-fd]\n"
	"       keycircled --version | --help\n"
	"\n"
	"Keeps the keychain of this user. Programs start it by themselves; see keycircled(8).\n";

struct options {
	bool ready_fd, verbose;
};

/* An exit status, or -1 to go on. */
static int parse_options(int argc, char **argv, struct options *ret)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{"verbose", no_argument, NULL, 'v'},
		{"ready-fd", no_argument, NULL, 'r'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "hvV", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return 0;
		} else if (option == 'V') {
			puts("keycircled " PACKAGE_VERSION);
			return 0;
		} else if (option == 'v') {
			ret->verbose = true;
		} else if (option == 'r') {
			ret->ready_fd = true;
		} else {
			fputs(usage, stderr);
			return kc_err_exit(KC_E_PARAM);
		}
	}
	if (optind < argc) {
		fputs(usage, stderr);
		return kc_err_exit(KC_E_PARAM);
	}
	return -1;
}

/* Signals that end the service arrive in the main loop, whatever thread runs. */
static kc_err open_signals(int *ret)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return KC_ERR(BUG);
	*ret = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return *ret < 0 ? kc_err_from_errno(errno) : KC_OK;
}

static void accept_all(struct kc_service *service, int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		kc_connection_start(service, fd);
	if (errno == EMFILE || errno == ENFILE) {
		kc_log_error("too many files are open: a client has to wait");
		(void)poll(NULL, 0, FULL_MS);
	}
}

/* What the main loop waits for. */
enum { WAIT_SIGNAL, WAIT_WAKE, WAIT_JUMP, WAIT_KNOCK, WAIT_OWN, WAIT_PASSED, WAIT_COUNT };

static void wait_and_accept(
	struct kc_service *service, struct pollfd waits[static WAIT_COUNT], int left_ms)
{
	uint64_t rung;

	if (poll(waits, WAIT_COUNT, left_ms) <= 0)
		return;
	if (waits[WAIT_SIGNAL].revents)
		kc_service_stop(service);
	if (waits[WAIT_WAKE].revents)
		(void)!read(waits[WAIT_WAKE].fd, &rung, sizeof rung);
	for (unsigned i = WAIT_OWN; i <= WAIT_PASSED; i++)
		if (waits[i].revents)
			accept_all(service, waits[i].fd);
}

static void look_around(struct kc_service *service, const struct kc_instance *instance)
{
	if (kc_instance_is_found(&service->place, instance))
		return;
	kc_log_info("the socket was taken away");
	kc_service_stop(service);
}

static void serve(struct kc_service *service, const struct kc_instance *instance, int signals)
{
	struct pollfd waits[WAIT_COUNT] = {
		[WAIT_SIGNAL] = {.fd = signals, .events = POLLIN},
		[WAIT_WAKE] = {.fd = service->wake, .events = POLLIN},
		[WAIT_KNOCK] = {.fd = instance->knock, .events = POLLIN},
		[WAIT_OWN] = {.fd = instance->own, .events = POLLIN},
		[WAIT_PASSED] = {.fd = instance->passed, .events = POLLIN},
	};
	struct kc_timers timers;

	kc_timers_init(&timers);
	waits[WAIT_JUMP] = (struct pollfd){.fd = timers.jump, .events = POLLIN};
	while (!atomic_load(&service->stopping)) {
		kc_connection_reap();
		wait_and_accept(service, waits, kc_timers_run(&timers, service));
		if (waits[WAIT_KNOCK].revents)
			look_around(service, instance);
	}
	kc_timers_done(&timers);
}

static kc_err run(const struct options *options, struct kc_place *place, bool *ret_told)
{
	struct kc_instance instance;
	struct kc_service service;
	struct kc_sync *sync;
	KC_CLEANUP_FD int signals = -1;
	kc_err err;

	KC_TRY(open_signals(&signals));
	KC_TRY(kc_instance_init(place, &instance));
	err = kc_service_init(&service, place);
	if (err != KC_OK) {
		kc_instance_stop_listening(place, &instance);
		kc_instance_release(&instance);
		return err;
	}
	err = kc_sync_start(&service, &sync);
	if (err == KC_OK) {
		kc_ready_tell(options->ready_fd, KC_OK);
		*ret_told = true;
		serve(&service, &instance, signals);
		/* A call that is stuck must not keep the keys in memory: then the signal ends the
		 * process, which is as good for the database as any other moment. */
		(void)alarm(END_SECONDS);
		kc_connection_end_all();
		kc_sync_end(sync);
	}
	kc_instance_stop_listening(&service.place, &instance);
	kc_service_done(&service);
	kc_instance_release(&instance);
	return err;
}

int main(int argc, char **argv)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	struct options options = {0};
	int status = parse_options(argc, argv, &options);
	bool told = false;
	kc_err err;

	if (status >= 0)
		return status;
	kc_harden_process();
	kc_log_setup(options.verbose ? KC_LOG_DEBUG : KC_LOG_INFO, "keycircled");
	err = kc_keychain_init();
	if (err == KC_OK)
		err = kc_place_find(&place);
	if (err == KC_OK)
		err = run(&options, &place, &told);
	if (err == KC_E_DUPLICATE) {
		kc_log_info("there is a service already");
		err = KC_OK;
	}
	if (!told)
		kc_ready_tell(options.ready_fd, err);
	if (err != KC_OK)
		kc_log_error("%s", kc_err_text(err));
	return kc_err_exit(err);
}
