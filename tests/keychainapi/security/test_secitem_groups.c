/* SPDX-License-Identifier: ISC */
/* Programs with different lists of access groups, one after the other, on the same items. */
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/dictionary.h"
#include "tests/keychainapi/security/facts.h"
#include "tests/wire/device.h"

static char long_list[KC_QUERY_MAX_GROUPS]; /* of one name */

static const struct program {
	const char *groups; /* NULL: unset */
	const struct fact_table *facts;
} programs[] = {
	{"", &no_group_facts},
	{" , ,", &no_group_facts},
	{long_list, &long_group_facts},
	{"team.first, team.second ,com.apple.apsd", &some_group_facts},
	{NULL, &user_group_facts},
	{"*", &all_group_facts},
};

static const struct program *this_program;
static CFDataRef foreign; /* a reference to an item in a group of none of them */

static void facts(void)
{
	dictionary_set_last(foreign);
	facts_check(this_program->facts);
}

static int be(const struct program *program)
{
	static const struct check_test tests[] = {CHECK_TEST(facts)};

	this_program = program;
	if (program->groups)
		setenv("KEYCIRCLE_ACCESS_GROUPS", program->groups, 1);
	else
		unsetenv("KEYCIRCLE_ACCESS_GROUPS");
	return check_main(program->facts->name, tests, KC_COUNT_OF(tests));
}

/* Each in a process of its own, since the list is read once. */
static int run(const struct program *program)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		exit(be(program));
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	return status;
}

static kc_err add_foreign(struct kc_client *client)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND struct kc_found found = {0};
	struct kc_client_item item = {.class = KC_CLASS_GENERIC, .attrs = &attrs};
	UInt8 ref[4 + KC_PERSISTENT_REF_LEN] = {'g', 'e', 'n', 'p'};

	KC_TRY(kc_client_setup(client, kc_bytes_str("fake"), "test"));
	kc_attrs_set_str(&attrs, KC_NAME('a', 'c', 'c', 't'), "foreign");
	kc_attrs_set_str(&attrs, KC_NAME('a', 'g', 'r', 'p'), "elsewhere");
	KC_TRY(kc_client_item_add(client, &item, 0, &found));
	memcpy(ref + 4, found.ref, sizeof found.ref);
	foreign = CFDataCreate(NULL, ref, sizeof ref);
	return KC_OK;
}

int main(void)
{
	struct kc_client *client;
	int status = 0;

	memset(long_list, 'x', sizeof long_list - 1);
	setenv("KEYCIRCLE_STRICT_SECITEM", "1", 1);
	device_make("keycircled");
	if (kc_client_new(&client) != KC_OK)
		return 99;
	if (add_foreign(client) != KC_OK)
		status = 99;
	for (size_t i = 0; foreign && i < KC_COUNT_OF(programs); i++)
		status = run(&programs[i]) || status;
	kc_client_free(client);
	device_remove();
	return status;
}
