/* SPDX-License-Identifier: ISC */
/* URLs: their parts, resolving, paths of files, percent escapes, and whole files. */
#include "tests/keychainapi/cf/cf_check.h"

#include <sys/stat.h>
#include <unistd.h>

#define E_ACUTE "\xC3\xA9"
#define EMOJI "\xF0\x9F\x94\x91"

static CFURLRef url_of(const char *text, CFURLRef base)
{
	CF_OWNED CFStringRef string = cf_string(text);

	return CFURLCreateWithString(NULL, string, base);
}

/* Of a created string, or NULL for NULL. */
static bool gives(CFStringRef created, const char *wanted)
{
	return wanted ? created && cf_gives(created, wanted) : !created;
}

/* --- parts ----------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *url, *scheme, *net, *user, *password, *host;
	SInt32 port;
	const char *path, *query, *fragment, *rest;
} parts[] = {
	{"https://ana:s%20e@example.org:8443/a/b?q=1&r#top", "https", "ana:s%20e@example.org:8443", "ana", "s e", "example.org", 8443, "/a/b", "q=1&r", "top", "?q=1&r#top"},
	{"http://example.org", "http", "example.org", NULL, NULL, "example.org", -1, "", NULL, NULL, NULL},
	{"http://example.org:/", "http", "example.org:", NULL, NULL, "example.org", -1, "/", NULL, NULL, NULL},
	{"http://[::1]:80/x", "http", "[::1]:80", NULL, NULL, "::1", 80, "/x", NULL, NULL, NULL},
	{"http://a@b@c/", "http", "a@b@c", "a@b", NULL, "c", -1, "/", NULL, NULL, NULL},
	{"file:///tmp/a%20b", "file", "", NULL, NULL, NULL, -1, "/tmp/a%20b", NULL, NULL, NULL},
	{"file:/tmp/x", "file", NULL, NULL, NULL, NULL, -1, "/tmp/x", NULL, NULL, NULL},
	{"mailto:ana@example.org", "mailto", NULL, NULL, NULL, NULL, -1, NULL, NULL, NULL, "ana@example.org"},
	{"otpauth://totp/Ana?secret=AB", "otpauth", "totp", NULL, NULL, "totp", -1, "/Ana", "secret=AB", NULL, "?secret=AB"},
	{"a/b?q", NULL, NULL, NULL, NULL, NULL, -1, "a/b", "q", NULL, "?q"},
	{"?", NULL, NULL, NULL, NULL, NULL, -1, "", "", NULL, "?"},
	{"#f", NULL, NULL, NULL, NULL, NULL, -1, "", NULL, "f", "#f"},
	{"//host/p", NULL, "host", NULL, NULL, "host", -1, "/p", NULL, NULL, NULL},
	{"1a:b", NULL, NULL, NULL, NULL, NULL, -1, "1a:b", NULL, NULL, NULL},
	{"http://h:99999999999/", "http", "h:99999999999", NULL, NULL, "h", -1, "/", NULL, NULL, NULL},
};
/* clang-format on */

static void urls_have_parts(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(parts); i++) {
		const char *what = parts[i].url;
		CF_OWNED CFURLRef url = url_of(what, NULL);

		CHECK_FATAL(url != NULL);
		CHECK_MSG(cf_reads(CFURLGetString(url), what), what);
		CHECK_MSG(gives(CFURLCopyScheme(url), parts[i].scheme), what);
		CHECK_MSG(gives(CFURLCopyNetLocation(url), parts[i].net), what);
		CHECK_MSG(gives(CFURLCopyUserName(url), parts[i].user), what);
		CHECK_MSG(gives(CFURLCopyPassword(url), parts[i].password), what);
		CHECK_MSG(gives(CFURLCopyHostName(url), parts[i].host), what);
		CHECK_MSG(CFURLGetPortNumber(url) == parts[i].port, what);
		CHECK_MSG(gives(CFURLCopyPath(url), parts[i].path), what);
		CHECK_MSG(gives(CFURLCopyQueryString(url, NULL), parts[i].query), what);
		CHECK_MSG(gives(CFURLCopyFragment(url, NULL), parts[i].fragment), what);
		CHECK_MSG(gives(CFURLCopyResourceSpecifier(url), parts[i].rest), what);
		CHECK_MSG(CFURLCanBeDecomposed(url) == (parts[i].path != NULL), what);
		CHECK_MSG(CFURLGetBaseURL(url) == NULL, what);
	}
}

static void what_belongs_escaped_is_refused(void)
{
	static const char *const wrong[] = {"a b", "http://h/\"", "http://h/<", "http://h/\xC3\xA9",
		"http://h/%", "http://h/%4", "http://h/%4g", "http://h/#a#b", "http://h/\\",
		"http://h/a\tb", "http://h/{}", "http://h/\x7F", ""};

	for (size_t i = 0; i < KC_COUNT_OF(wrong); i++)
		CHECK_MSG(url_of(wrong[i], NULL) == NULL, wrong[i]);
	CHECK(CFURLCreateWithBytes(
		      NULL, (const UInt8 *)"http://h/\0", 10, kCFStringEncodingUTF8, NULL) == NULL);
	CHECK(CFURLCreateWithBytes(NULL, NULL, 0, kCFStringEncodingUTF8, NULL) == NULL);
	CHECK(CFURLCreateWithBytes(NULL, (const UInt8 *)"\xFF", 1, kCFStringEncodingUTF8, NULL) ==
		NULL);
}

/* The examples of RFC 3986, 5.4. */
static void relative_urls_are_resolved(void)
{
	static const struct {
		const char *relative, *absolute;
	} rows[] = {{"g:h", "g:h"}, {"g", "http://a/b/c/g"}, {"./g", "http://a/b/c/g"},
		{"g/", "http://a/b/c/g/"}, {"/g", "http://a/g"}, {"//g", "http://g"},
		{"?y", "http://a/b/c/d;p?y"}, {"g?y", "http://a/b/c/g?y"},
		{"#s", "http://a/b/c/d;p?q#s"}, {"g#s", "http://a/b/c/g#s"},
		{"g?y#s", "http://a/b/c/g?y#s"}, {";x", "http://a/b/c/;x"},
		{"g;x", "http://a/b/c/g;x"}, {"", "http://a/b/c/d;p?q"}, {".", "http://a/b/c/"},
		{"./", "http://a/b/c/"}, {"..", "http://a/b/"}, {"../", "http://a/b/"},
		{"../g", "http://a/b/g"}, {"../..", "http://a/"}, {"../../", "http://a/"},
		{"../../g", "http://a/g"}, {"../../../g", "http://a/g"},
		{"../../../../g", "http://a/g"}, {"/./g", "http://a/g"}, {"/../g", "http://a/g"},
		{"g.", "http://a/b/c/g."}, {".g", "http://a/b/c/.g"}, {"g..", "http://a/b/c/g.."},
		{"..g", "http://a/b/c/..g"}, {"./../g", "http://a/b/g"},
		{"./g/.", "http://a/b/c/g/"}, {"g/./h", "http://a/b/c/g/h"},
		{"g/../h", "http://a/b/c/h"}, {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
		{"g;x=1/../y", "http://a/b/c/y"}, {"g?y/./x", "http://a/b/c/g?y/./x"},
		{"g#s/../x", "http://a/b/c/g#s/../x"}};
	CF_OWNED CFURLRef base = url_of("http://a/b/c/d;p?q", NULL);
	CF_OWNED CFURLRef bare = url_of("http://a", NULL);
	CF_OWNED CFURLRef below_bare = url_of("g", bare);
	CF_OWNED CFURLRef absolute_bare = CFURLCopyAbsoluteURL(below_bare);
	CF_OWNED CFURLRef nothing = url_of("?", NULL), up = url_of("..", nothing);
	CF_OWNED CFURLRef above_nothing = url_of("x", up);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CF_OWNED CFURLRef url = url_of(rows[i].relative, base);
		CF_OWNED CFURLRef absolute = CFURLCopyAbsoluteURL(url);
		CF_OWNED CFURLRef below = url_of("z", url); /* its base becomes absolute */

		CHECK_MSG(cf_reads(CFURLGetString(url), rows[i].relative), rows[i].relative);
		CHECK_MSG(cf_reads(CFURLGetString(absolute), rows[i].absolute), rows[i].absolute);
		CHECK_MSG(CFURLGetBaseURL(absolute) == NULL, rows[i].absolute);
		CHECK_MSG(CFURLGetBaseURL(url) == (i == 0 ? NULL : base), rows[i].relative);
		CHECK_MSG(CFEqual(CFURLGetBaseURL(below), absolute), rows[i].relative);
	}
	/* on nothing but relative ones */
	CHECK(cf_reads(CFURLGetString(CFURLGetBaseURL(above_nothing)), ""));
	CHECK(cf_reads(CFURLGetString(absolute_bare), "http://a/g"));
	CHECK(gives(CFURLCopyScheme(below_bare), "http"));
	CHECK(gives(CFURLCopyHostName(below_bare), "a"));
}

static void urls_are_objects(void)
{
	CF_OWNED CFURLRef base = url_of("http://a/", NULL), other_base = url_of("http://b/", NULL);
	CF_OWNED CFURLRef url = url_of("x", base), same = url_of("x", base);
	CF_OWNED CFURLRef other = url_of("x", other_base), alone = url_of("x", NULL);
	CF_OWNED CFURLRef absolute = CFURLCopyAbsoluteURL(base);
	UInt8 buffer[16];

	CHECK(CFEqual(url, same) && CFHash(url) == CFHash(same));
	CHECK(!CFEqual(url, other) && !CFEqual(url, alone) && !CFEqual(alone, url));
	CHECK(absolute == base);
	CHECK(CFGetTypeID(url) == CFURLGetTypeID());
	CHECK(CFURLGetBytes(base, NULL, 0) == 9);
	CHECK(CFURLGetBytes(base, buffer, 8) == -1);
	CHECK(CFURLGetBytes(base, buffer, 9) == 9 && memcmp(buffer, "http://a/", 9) == 0);
	CHECK(cf_gives(CFStringCreateWithFormat(NULL, NULL, CFSTR("%@ %@"), base, url),
		"http://a/ x -- http://a/"));
}

/* --- paths ----------------------------------------------------------------------------------- */

static CFURLRef path_url(const char *path, Boolean is_directory)
{
	return CFURLCreateFromFileSystemRepresentation(
		NULL, (const UInt8 *)path, (CFIndex)strlen(path), is_directory);
}

static void paths_become_urls_and_back(void)
{
	static const struct {
		const char *path;
		Boolean is_directory;
		const char *url, *again;
	} rows[] = {
		{"/", true, "file:///", "/"},
		{"/", false, "file:///", "/"},
		{"/etc/hosts", false, "file:///etc/hosts", "/etc/hosts"},
		{"/etc", true, "file:///etc/", "/etc"},
		{"/etc/", false, "file:///etc", "/etc"},
		{"/etc///", true, "file:///etc/", "/etc"},
		{"/a b/%#?;c", false, "file:///a%20b/%25%23%3F%3Bc", "/a b/%#?;c"},
		{"/" E_ACUTE "/" EMOJI, false, "file:///%C3%A9/%F0%9F%94%91",
			"/" E_ACUTE "/" EMOJI},
		{"/-_.!~*'():@&=+$,", false, "file:///-_.!~*'():@&=+$,", "/-_.!~*'():@&=+$,"},
		{"/not UTF-8 \xFF", false, "file:///not%20UTF-8%20%FF", "/not UTF-8 \xFF"},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		const char *what = rows[i].path;
		CF_OWNED CFURLRef url = path_url(what, rows[i].is_directory);
		size_t length = strlen(rows[i].again);
		UInt8 buffer[64];

		CHECK_MSG(cf_reads(CFURLGetString(url), rows[i].url), what);
		CHECK_MSG(CFURLGetFileSystemRepresentation(url, true, buffer, sizeof buffer), what);
		CHECK_MSG(strcmp((char *)buffer, rows[i].again) == 0, what);
		CHECK_MSG(CFURLGetFileSystemRepresentation(url, false, buffer, (CFIndex)length + 1),
			what);
		CHECK_MSG(!CFURLGetFileSystemRepresentation(url, false, buffer, (CFIndex)length),
			what);
		CHECK_MSG(gives(CFURLCopyFileSystemPath(url, kCFURLPOSIXPathStyle),
				  strchr(what, '\xFF') ? NULL : rows[i].again),
			what);
		CHECK_MSG(CFURLHasDirectoryPath(url) == (rows[i].is_directory || i == 1), what);
	}
	CHECK(path_url("", false) == NULL);
	CHECK(CFURLCreateFromFileSystemRepresentation(NULL, (const UInt8 *)"a\0b", 3, false) ==
		NULL);
	CHECK(CFURLCreateWithFileSystemPath(NULL, CFSTR("a:b"), kCFURLHFSPathStyle, false) == NULL);
	CHECK(CFURLCreateWithFileSystemPath(NULL, CFSTR(""), kCFURLPOSIXPathStyle, false) == NULL);
}

static void relative_paths(void)
{
	CF_OWNED CFURLRef base = path_url("/tmp", true), here = path_url("x y", false);
	CF_OWNED CFURLRef odd = path_url("a:b/c", false), nul = url_of("file:///a%00b", NULL);
	CF_OWNED CFURLRef below = CFURLCreateWithFileSystemPathRelativeToBase(
		NULL, CFSTR("../etc/hosts"), kCFURLPOSIXPathStyle, false, base);
	char wanted[PATH_MAX + 8], directory[PATH_MAX];
	UInt8 buffer[PATH_MAX];

	CHECK_FATAL(getcwd(directory, sizeof directory) != NULL);
	snprintf(wanted, sizeof wanted, "%s/x y", strcmp(directory, "/") ? directory : "");
	CHECK(cf_reads(CFURLGetString(here), "x%20y"));
	CHECK(CFURLGetFileSystemRepresentation(here, true, buffer, sizeof buffer));
	CHECK(strcmp((char *)buffer, wanted) == 0);
	CHECK(CFURLGetFileSystemRepresentation(here, false, buffer, sizeof buffer));
	CHECK(strcmp((char *)buffer, "x y") == 0);
	CHECK(cf_reads(CFURLGetString(odd), "./a:b/c")); /* a: is no scheme */
	CHECK(CFURLGetFileSystemRepresentation(below, true, buffer, sizeof buffer));
	CHECK(strcmp((char *)buffer, "/etc/hosts") == 0);
	CHECK(gives(CFURLCopyFileSystemPath(below, kCFURLPOSIXPathStyle), "../etc/hosts"));
	CHECK(!CFURLGetFileSystemRepresentation(nul, true, buffer, sizeof buffer));
	CHECK(CFURLCopyFileSystemPath(nul, kCFURLPOSIXPathStyle) == NULL);
}

static void components(void)
{
	static const struct {
		const char *url, *last, *extension, *parent, *bare;
	} rows[] = {
		{"file:///a/b.txt", "b.txt", "txt", "file:///a/", "file:///a/b"},
		{"file:///a/b.tar.gz", "b.tar.gz", "gz", "file:///a/", "file:///a/b.tar"},
		{"file:///a/.profile", ".profile", NULL, "file:///a/", "file:///a/.profile"},
		{"file:///a/b.", "b.", NULL, "file:///a/", "file:///a/b."},
		{"file:///a/b/", "b", NULL, "file:///a/", "file:///a/b/"},
		{"file:///a%20b", "a b", NULL, "file:///", "file:///a%20b"},
		{"file:///", "/", NULL, "file:///", "file:///"},
		{"http://h/a/b.c?q#f", "b.c", "c", "http://h/a/?q#f", "http://h/a/b?q#f"},
		{"mailto:x", "", NULL, NULL, "mailto:x"},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CF_OWNED CFURLRef url = url_of(rows[i].url, NULL);
		CF_OWNED CFURLRef parent = CFURLCreateCopyDeletingLastPathComponent(NULL, url);
		CF_OWNED CFURLRef bare = CFURLCreateCopyDeletingPathExtension(NULL, url);

		CHECK_MSG(gives(CFURLCopyLastPathComponent(url), rows[i].last), rows[i].url);
		CHECK_MSG(gives(CFURLCopyPathExtension(url), rows[i].extension), rows[i].url);
		CHECK_MSG(!parent == !rows[i].parent, rows[i].url);
		CHECK_MSG(!parent || cf_reads(CFURLGetString(parent), rows[i].parent), rows[i].url);
		CHECK_MSG(cf_reads(CFURLGetString(bare), rows[i].bare), rows[i].url);
	}
}

static void components_are_added(void)
{
	static const struct {
		const char *url, *component;
		Boolean is_directory;
		const char *result;
	} rows[] = {
		{"file:///a", "b c", false, "file:///a/b%20c"},
		{"file:///a/", "b", true, "file:///a/b/"},
		{"file:///a/", "b/c/", true, "file:///a/b/c/"},
		{"http://h?q", "x", false, "http://h/x?q"},
		{"mailto:x", "y", false, NULL},
	};
	CF_OWNED CFURLRef url = url_of("file:///a/b/?q", NULL), mail = url_of("mailto:x", NULL);
	CF_OWNED CFURLRef extended =
		CFURLCreateCopyAppendingPathExtension(NULL, url, CFSTR("key chain"));

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CF_OWNED CFURLRef before = url_of(rows[i].url, NULL);
		CF_OWNED CFStringRef component = cf_string(rows[i].component);
		CF_OWNED CFURLRef after = CFURLCreateCopyAppendingPathComponent(
			NULL, before, component, rows[i].is_directory);

		CHECK_MSG(!after == !rows[i].result, rows[i].url);
		CHECK_MSG(!after || cf_reads(CFURLGetString(after), rows[i].result), rows[i].url);
	}
	CHECK(cf_reads(CFURLGetString(extended), "file:///a/b.key%20chain/?q"));
	CHECK(CFURLCreateCopyAppendingPathExtension(NULL, mail, CFSTR("x")) == NULL);
}

static void strict_paths(void)
{
	CF_OWNED CFURLRef absolute = url_of("http://h/a/b", NULL), relative = url_of("a", NULL);
	Boolean is_absolute = false;

	CHECK(gives(CFURLCopyStrictPath(absolute, &is_absolute), "a/b") && is_absolute);
	CHECK(gives(CFURLCopyStrictPath(relative, &is_absolute), "a") && !is_absolute);
	CHECK(gives(CFURLCopyStrictPath(absolute, NULL), "a/b"));
	CHECK(!CFURLHasDirectoryPath(relative));
	for (size_t i = 0; i < 4; i++) {
		const char *const directories[] = {".", "..", "a/..", "a/"};
		CF_OWNED CFURLRef url = url_of(directories[i], NULL);

		CHECK_MSG(CFURLHasDirectoryPath(url), directories[i]);
	}
}

/* --- percent escapes ------------------------------------------------------------------------- */

static void escapes_are_added(void)
{
	static const struct {
		const char *text, *leave, *also;
		CFStringEncoding encoding;
		const char *result;
	} rows[] = {
		{"a b/c?d=e&f", NULL, NULL, kCFStringEncodingUTF8, "a%20b/c?d=e&f"},
		{"a b/c?d=e&f", NULL, "/?=&", kCFStringEncodingUTF8, "a%20b%2Fc%3Fd%3De%26f"},
		{"a b%", " ", NULL, kCFStringEncodingUTF8, "a b%25"},
		{"[x]#\"<>", "#", NULL, kCFStringEncodingUTF8, "%5Bx%5D#%22%3C%3E"},
		{E_ACUTE EMOJI, NULL, NULL, kCFStringEncodingUTF8, "%C3%A9%F0%9F%94%91"},
		{E_ACUTE, NULL, NULL, kCFStringEncodingISOLatin1, "%E9"},
		{E_ACUTE, E_ACUTE, NULL, kCFStringEncodingUTF8, E_ACUTE},
		{"a", NULL, "a", kCFStringEncodingUTF8, "%61"},
		{EMOJI, NULL, NULL, kCFStringEncodingISOLatin1, NULL},
		{"a", NULL, NULL, 0x0BAD, NULL},
		{"", NULL, NULL, kCFStringEncodingUTF8, ""},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CF_OWNED CFStringRef text = cf_string(rows[i].text);
		CF_OWNED CFStringRef leave = rows[i].leave ? cf_string(rows[i].leave) : NULL;
		CF_OWNED CFStringRef also = rows[i].also ? cf_string(rows[i].also) : NULL;

		CHECK_MSG(gives(CFURLCreateStringByAddingPercentEscapes(
					NULL, text, leave, also, rows[i].encoding),
				  rows[i].result),
			rows[i].text);
	}
}

static void escapes_are_taken_away(void)
{
	static const struct {
		const char *text, *leave;
		CFStringEncoding encoding;
		const char *result;
	} rows[] = {
		{"a%20b%2Fc", "", kCFStringEncodingUTF8, "a b/c"},
		{"a%20b%2fc", "/", kCFStringEncodingUTF8, "a b%2Fc"},
		{"a%20b", NULL, kCFStringEncodingUTF8, "a%20b"},
		{"%C3%A9%f0%9f%94%91", "", kCFStringEncodingUTF8, E_ACUTE EMOJI},
		{"%C3%A9x", E_ACUTE, kCFStringEncodingUTF8, "%C3%A9x"},
		{"%E9", "", kCFStringEncodingISOLatin1, E_ACUTE},
		{"%E9", "", kCFStringEncodingUTF8, NULL},
		{"%C3-%A9", "", kCFStringEncodingUTF8, NULL},
		{"100%", "", kCFStringEncodingUTF8, "100%"},
		{"%4", "", kCFStringEncodingUTF8, "%4"},
		{"%zz%41", "", kCFStringEncodingUTF8, "%zzA"},
		{"%%41", "", kCFStringEncodingUTF8, "%A"},
		{EMOJI "%41", "", kCFStringEncodingUTF8, EMOJI "A"},
		{"", "", kCFStringEncodingUTF8, ""},
		{"a", "", 0x0BAD, NULL},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CF_OWNED CFStringRef text = cf_string(rows[i].text);
		CF_OWNED CFStringRef leave = rows[i].leave ? cf_string(rows[i].leave) : NULL;

		CHECK_MSG(gives(CFURLCreateStringByReplacingPercentEscapesUsingEncoding(
					NULL, text, leave, rows[i].encoding),
				  rows[i].result),
			rows[i].text);
	}
	CHECK(gives(
		CFURLCreateStringByReplacingPercentEscapes(NULL, CFSTR("%41"), CFSTR("")), "A"));
}

/* --- files ----------------------------------------------------------------------------------- */

static char folder[] = "/tmp/kc-url-XXXXXX";

static void files_by_their_urls(void)
{
	CF_OWNED CFURLRef directory = path_url(folder, true);
	CF_OWNED CFURLRef file =
		CFURLCreateCopyAppendingPathComponent(NULL, directory, CFSTR("a b"), false);
	CF_OWNED CFDataRef data = cf_data("one\0two", 7), read = NULL;
	CF_OWNED CFDictionaryRef facts = NULL;
	const void *key = kCFURLFilePOSIXMode;
	int mode = 0600;
	CF_OWNED CFNumberRef number = CFNumberCreate(NULL, kCFNumberIntType, &mode);
	const void *value = number;
	CF_OWNED CFDictionaryRef wanted = CFDictionaryCreate(NULL, &key, &value, 1,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	SInt32 error = 7;
	CFErrorRef reason = NULL;

	CHECK(!CFURLResourceIsReachable(file, &reason));
	CHECK(reason && CFErrorGetCode(reason) == ENOENT);
	if (reason)
		CFRelease(reason);
	CHECK(!CFURLResourceIsReachable(file, NULL));
	CHECK(CFURLWriteDataAndPropertiesToResource(file, data, wanted, &error) && error == 0);
	CHECK(CFURLResourceIsReachable(file, NULL));
	CHECK(CFURLCreateDataAndPropertiesFromResource(NULL, file, &read, &facts, NULL, &error));
	CHECK(error == 0 && read && CFEqual(read, data));
	CHECK_FATAL(facts != NULL);
	CHECK(CFDictionaryGetValue(facts, kCFURLFileExists) == kCFBooleanTrue);
	CFNumberGetValue(CFDictionaryGetValue(facts, kCFURLFileLength), kCFNumberIntType, &mode);
	CHECK(mode == 7);
	CFNumberGetValue(CFDictionaryGetValue(facts, kCFURLFilePOSIXMode), kCFNumberIntType, &mode);
	CHECK((mode & 07777) == 0600 && S_ISREG((unsigned)mode));
	CHECK(fabs(CFDateGetAbsoluteTime(
			   CFDictionaryGetValue(facts, kCFURLFileLastModificationTime)) -
		      CFAbsoluteTimeGetCurrent()) < 3600);
	CHECK(!CFDictionaryContainsKey(facts, kCFURLFileDirectoryContents));
	CHECK(CFURLDestroyResource(file, NULL));
	CHECK(!CFURLDestroyResource(file, &error) && error == kCFURLResourceNotFoundError);
}

static void folders_by_their_urls(void)
{
	CF_OWNED CFURLRef directory = path_url(folder, true);
	CF_OWNED CFURLRef file =
		CFURLCreateCopyAppendingPathComponent(NULL, directory, CFSTR("x"), false);
	CF_OWNED CFArrayRef contents = NULL;
	CFDataRef data = NULL;
	SInt32 error = 0;

	CHECK(CFURLWriteDataAndPropertiesToResource(file, NULL, NULL, &error));
	contents = CFURLCreatePropertyFromResource(
		NULL, directory, kCFURLFileDirectoryContents, &error);
	CHECK(error == 0 && contents && CFArrayGetCount(contents) == 0);
	CFURLWriteDataAndPropertiesToResource(file, (data = cf_data("x", 1)), NULL, NULL);
	CFRelease(data);
	CFRelease(contents);
	contents = CFURLCreatePropertyFromResource(
		NULL, directory, kCFURLFileDirectoryContents, &error);
	CHECK_FATAL(contents && CFArrayGetCount(contents) == 1);
	CHECK(gives(CFURLCopyLastPathComponent(CFArrayGetValueAtIndex(contents, 0)), "x"));
	CHECK(CFURLResourceIsReachable(CFArrayGetValueAtIndex(contents, 0), NULL));
	CHECK(!CFURLCreateDataAndPropertiesFromResource(
		NULL, directory, &data, NULL, NULL, &error));
	CHECK(data == NULL && error == kCFURLUnknownError); /* its bytes are not to be had */
	CHECK(CFURLDestroyResource(file, NULL));
}

static void files_that_are_not_there(void)
{
	CF_OWNED CFURLRef missing = path_url("/nowhere/at/all", false);
	CF_OWNED CFURLRef web = url_of("http://localhost/x", NULL),
			  nul = url_of("file:///%00", NULL);
	CF_OWNED CFDictionaryRef facts = NULL;
	CF_OWNED CFTypeRef exists = NULL;
	CFDataRef data = kCFNull ? (CFDataRef)(const void *)kCFNull : NULL;
	SInt32 error = 0;

	CHECK(!CFURLCreateDataAndPropertiesFromResource(
		NULL, missing, &data, &facts, NULL, &error));
	CHECK(data == NULL && error == kCFURLResourceNotFoundError);
	CHECK(facts && CFDictionaryGetValue(facts, kCFURLFileExists) == kCFBooleanFalse);
	CHECK(!CFURLCreateDataAndPropertiesFromResource(NULL, web, &data, NULL, NULL, &error));
	CHECK(error == kCFURLUnknownSchemeError);
	CHECK(!CFURLCreateDataAndPropertiesFromResource(NULL, nul, &data, NULL, NULL, &error));
	CHECK(error == kCFURLImproperArgumentsError);
	CHECK(CFURLCreatePropertyFromResource(NULL, missing, kCFURLFileLength, &error) == NULL);
	CHECK(error == kCFURLResourceNotFoundError);
	CHECK(CFURLCreatePropertyFromResource(NULL, missing, CFSTR("colour"), &error) == NULL);
	CHECK(error == kCFURLUnknownPropertyKeyError);
	exists = CFURLCreatePropertyFromResource(NULL, missing, kCFURLFileExists, NULL);
	CHECK(exists == kCFBooleanFalse);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(urls_have_parts),
		CHECK_TEST(what_belongs_escaped_is_refused),
		CHECK_TEST(relative_urls_are_resolved),
		CHECK_TEST(urls_are_objects),
		CHECK_TEST(paths_become_urls_and_back),
		CHECK_TEST(relative_paths),
		CHECK_TEST(components),
		CHECK_TEST(components_are_added),
		CHECK_TEST(strict_paths),
		CHECK_TEST(escapes_are_added),
		CHECK_TEST(escapes_are_taken_away),
		CHECK_TEST(files_by_their_urls),
		CHECK_TEST(folders_by_their_urls),
		CHECK_TEST(files_that_are_not_there),
	};
	int status;

	if (!mkdtemp(folder))
		return 2;
	status = check_main("CoreFoundation: URLs", tests, KC_COUNT_OF(tests));
	rmdir(folder);
	return status;
}
