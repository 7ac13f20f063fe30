/* SPDX-License-Identifier: ISC */
/* The folder of materials. */
#include "tests/keychainapi/security/materials.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static void give_up(const char *what)
{
	fprintf(stderr, "materials: %s\n", what);
	exit(1);
}

static bool run(const char *program, const char *first, const char *second)
{
	pid_t child = fork();
	int status = 1;

	if (child == 0) {
		if (chdir(folder) == 0)
			execlp(program, program, first, second, (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		give_up("no process");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void materials_make(void)
{
	const char *top = getenv("top_srcdir");
	char here[4096], script[8192];

	if (!getcwd(here, sizeof here))
		give_up("no working folder");
	snprintf(script, sizeof script, "%s/%s/tests/keychainapi/security/materials.sh",
		top && top[0] == '/' ? "" : here, top ? top : ".");
	snprintf(folder, sizeof folder, "/tmp/keycircle-materials-XXXXXX");
	if (!mkdtemp(folder) || !run("sh", script, folder))
		give_up("openssl did not make them");
}

void materials_remove(void)
{
	if (!run("rm", "-rf", folder))
		give_up("the folder stays");
}

void materials_path(const char *name, char *ret, size_t len)
{
	snprintf(ret, len, "%s/%s", folder, name);
}

static FILE *open_file(const char *name, const char *mode)
{
	char path[256];
	FILE *file;

	materials_path(name, path, sizeof path);
	file = fopen(path, mode);
	if (!file)
		give_up(name);
	return file;
}

CFDataRef materials_data(const char *name)
{
	CFMutableDataRef data = CFDataCreateMutable(NULL, 0);
	FILE *file = open_file(name, "r");
	UInt8 chunk[4096];
	size_t got;

	while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
		CFDataAppendBytes(data, chunk, (CFIndex)got);
	fclose(file);
	return data;
}

SecCertificateRef materials_certificate(const char *name)
{
	SecCertificateRef certificate;
	char file[64];
	CFDataRef der;

	snprintf(file, sizeof file, "%s.der", name);
	der = materials_data(file);
	certificate = SecCertificateCreateWithData(NULL, der);
	CFRelease(der);
	if (!certificate)
		give_up(name);
	return certificate;
}

void materials_write(const char *name, CFDataRef data)
{
	FILE *file = open_file(name, "w");
	size_t len = (size_t)CFDataGetLength(data);

	if (fwrite(CFDataGetBytePtr(data), 1, len, file) != len || fclose(file) != 0)
		give_up(name);
}

bool materials_run(const char *command)
{
	char line[2048];

	snprintf(line, sizeof line, "{ %s; } >> log 2>&1", command);
	return run("sh", "-c", line);
}
