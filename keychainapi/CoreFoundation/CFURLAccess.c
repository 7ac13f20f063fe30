/* SPDX-License-Identifier: ISC */
/* Whole files by their URLs, and what is known of them. */
#include "keychainapi/CoreFoundation/cf_url.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

KC_CF_STRING_CONSTANT(kCFURLFileExists, "kCFURLFileExists");
KC_CF_STRING_CONSTANT(kCFURLFileDirectoryContents, "kCFURLFileDirectoryContents");
KC_CF_STRING_CONSTANT(kCFURLFileLength, "kCFURLFileLength");
KC_CF_STRING_CONSTANT(kCFURLFileLastModificationTime, "kCFURLFileLastModificationTime");
KC_CF_STRING_CONSTANT(kCFURLFilePOSIXMode, "kCFURLFilePOSIXMode");
KC_CF_STRING_CONSTANT(kCFURLFileOwnerID, "kCFURLFileOwnerID");

/* --- errors and paths ------------------------------------------------------------------------ */

static SInt32 error_of_errno(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return kCFURLResourceNotFoundError;
	case EACCES:
	case EPERM:
	case EROFS:
		return kCFURLResourceAccessViolationError;
	default:
		return kCFURLUnknownError;
	}
}

/* The path of a file URL; 0, or the error. */
static SInt32 get_path(CFURLRef url, char ret_path[PATH_MAX])
{
	CFStringRef scheme = CFURLCopyScheme(url);
	bool is_file = scheme && CFStringCompare(scheme, CFSTR("file"),
					 kCFCompareCaseInsensitive) == kCFCompareEqualTo;

	if (scheme)
		CFRelease(scheme);
	if (!is_file)
		return kCFURLUnknownSchemeError;
	return CFURLGetFileSystemRepresentation(url, true, (UInt8 *)ret_path, PATH_MAX)
		       ? 0
		       : kCFURLImproperArgumentsError;
}

static Boolean done(SInt32 error, SInt32 *ret_error)
{
	if (ret_error)
		*ret_error = error;
	return error == 0;
}

/* --- properties ------------------------------------------------------------------------------ */

static CFTypeRef new_integer(int64_t value)
{
	return CFNumberCreate(NULL, kCFNumberSInt64Type, &value);
}

static CFTypeRef copy_length(CFURLRef url, const char *path, const struct stat *facts)
{
	(void)url;
	(void)path;
	return new_integer(facts->st_size);
}

static CFTypeRef copy_mode(CFURLRef url, const char *path, const struct stat *facts)
{
	(void)url;
	(void)path;
	return new_integer(facts->st_mode);
}

static CFTypeRef copy_owner(CFURLRef url, const char *path, const struct stat *facts)
{
	(void)url;
	(void)path;
	return new_integer(facts->st_uid);
}

static CFTypeRef copy_time(CFURLRef url, const char *path, const struct stat *facts)
{
	(void)url;
	(void)path;
	return CFDateCreate(NULL, (double)facts->st_mtim.tv_sec - kCFAbsoluteTimeIntervalSince1970 +
					  (double)facts->st_mtim.tv_nsec / 1e9);
}

static CFTypeRef copy_contents(CFURLRef url, const char *path, const struct stat *facts)
{
	CFMutableArrayRef contents;
	struct dirent *entry;
	DIR *directory;

	(void)facts;
	directory = opendir(path);
	if (!directory)
		return NULL;
	contents = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	while (contents && (entry = readdir(directory))) {
		CFURLRef member;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		member = CFURLCreateFromFileSystemRepresentationRelativeToBase(NULL,
			(const UInt8 *)entry->d_name, (CFIndex)strlen(entry->d_name),
			entry->d_type == DT_DIR, url);
		KC_CF_REQUIRE(member, "there is no memory left");
		CFArrayAppendValue(contents, member);
		CFRelease(member);
	}
	closedir(directory);
	return contents;
}

/* clang-format off */
static const struct {
	const CFStringRef *key;
	CFTypeRef (*copy)(CFURLRef url, const char *path, const struct stat *facts);
} properties[] = {
	{&kCFURLFileDirectoryContents,    copy_contents},
	{&kCFURLFileLength,               copy_length},
	{&kCFURLFileLastModificationTime, copy_time},
	{&kCFURLFilePOSIXMode,            copy_mode},
	{&kCFURLFileOwnerID,              copy_owner},
};
/* clang-format on */

#define PROPERTY_COUNT (sizeof properties / sizeof properties[0])

/* 0, or the error. That a file does not exist is a property, too. */
static SInt32 copy_property(CFURLRef url, const char *path, CFStringRef key, CFTypeRef *ret_value)
{
	struct stat facts;
	bool exists = stat(path, &facts) == 0;
	SInt32 error = exists ? 0 : error_of_errno(errno);

	if (CFEqual(key, kCFURLFileExists)) {
		*ret_value = CFRetain(exists ? kCFBooleanTrue : kCFBooleanFalse);
		return 0;
	}
	for (size_t i = 0; i < PROPERTY_COUNT; i++) {
		if (!CFEqual(key, *properties[i].key))
			continue;
		if (!exists)
			return error;
		*ret_value = properties[i].copy(url, path, &facts);
		return *ret_value ? 0 : kCFURLPropertyKeyUnavailableError;
	}
	return kCFURLUnknownPropertyKeyError;
}

static CFArrayRef copy_all_keys(const char *path)
{
	const void *keys[1 + PROPERTY_COUNT] = {kCFURLFileExists};
	CFIndex count = 1;
	struct stat facts;

	if (stat(path, &facts) == 0)
		for (size_t i = 0; i < PROPERTY_COUNT; i++)
			if (properties[i].copy != copy_contents || S_ISDIR(facts.st_mode))
				keys[count++] = *properties[i].key;
	return CFArrayCreate(NULL, keys, count, &kCFTypeArrayCallBacks);
}

/* All that can be had; the error of the last one that cannot. */
static SInt32 copy_properties(
	CFURLRef url, const char *path, CFArrayRef keys, CFDictionaryRef *ret_properties)
{
	CFMutableDictionaryRef found = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	SInt32 result = 0;

	keys = keys ? CFRetain(keys) : copy_all_keys(path);
	KC_CF_REQUIRE(found && keys, "there is no memory left");
	for (CFIndex i = 0; i < CFArrayGetCount(keys); i++) {
		CFStringRef key = CFArrayGetValueAtIndex(keys, i);
		CFTypeRef value;
		SInt32 error = copy_property(url, path, key, &value);

		if (error) {
			result = error;
			continue;
		}
		CFDictionarySetValue(found, key, value);
		CFRelease(value);
	}
	CFRelease(keys);
	*ret_properties = found;
	return result;
}

CFTypeRef CFURLCreatePropertyFromResource(
	CFAllocatorRef allocator, CFURLRef url, CFStringRef property, SInt32 *ret_error)
{
	CFTypeRef value = NULL;
	char path[PATH_MAX];
	SInt32 error = get_path(url, path);

	(void)allocator;
	if (!error)
		error = copy_property(url, path, property, &value);
	done(error, ret_error);
	return value;
}

/* --- reading --------------------------------------------------------------------------------- */

static SInt32 read_all(int file, CFMutableDataRef data)
{
	UInt8 part[4096];
	ssize_t got;
	int error;

	do {
		got = read(file, part, sizeof part);
		if (got > 0)
			CFDataAppendBytes(data, part, got);
	} while (got > 0 || (got < 0 && errno == EINTR));
	error = errno;
	explicit_bzero(part, sizeof part);
	return got < 0 ? error_of_errno(error) : 0;
}

static SInt32 read_file(const char *path, CFDataRef *ret_data)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	CFMutableDataRef data;
	SInt32 error;

	if (file < 0)
		return error_of_errno(errno);
	data = CFDataCreateMutable(NULL, 0);
	error = data ? read_all(file, data) : kCFURLUnknownError;
	close(file);
	if (data && !error)
		*ret_data = data;
	else if (data)
		CFRelease(data);
	return error;
}

Boolean CFURLCreateDataAndPropertiesFromResource(CFAllocatorRef allocator, CFURLRef url,
	CFDataRef *ret_data, CFDictionaryRef *ret_properties, CFArrayRef desired_properties,
	SInt32 *ret_error)
{
	char path[PATH_MAX];
	SInt32 error = get_path(url, path), other = 0;

	(void)allocator;
	if (ret_data)
		*ret_data = NULL;
	if (ret_properties)
		*ret_properties = NULL;
	if (error)
		return done(error, ret_error);
	if (ret_properties)
		other = copy_properties(url, path, desired_properties, ret_properties);
	if (ret_data)
		error = read_file(path, ret_data);
	return done(error ? error : other, ret_error);
}

/* --- changing -------------------------------------------------------------------------------- */

static SInt32 write_file(const char *path, CFDataRef data)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	const UInt8 *at = CFDataGetBytePtr(data);
	CFIndex left = CFDataGetLength(data);
	SInt32 error = 0;

	if (file < 0)
		return error_of_errno(errno);
	while (left > 0 && !error) {
		ssize_t put = write(file, at, (size_t)left);

		if (put >= 0) {
			at += put;
			left -= put;
		} else if (errno != EINTR) {
			error = error_of_errno(errno);
		}
	}
	if (close(file) != 0 && !error)
		error = error_of_errno(errno);
	return error;
}

static SInt32 set_mode(const char *path, CFNumberRef mode)
{
	int bits = 0;

	if (!_kc_cf_is(mode, KC_CF_TYPE_CFNumber))
		return kCFURLImproperArgumentsError;
	CFNumberGetValue(mode, kCFNumberIntType, &bits);
	return chmod(path, (mode_t)bits & 07777) == 0 ? 0 : error_of_errno(errno);
}

Boolean CFURLWriteDataAndPropertiesToResource(
	CFURLRef url, CFDataRef data, CFDictionaryRef facts, SInt32 *ret_error)
{
	char path[PATH_MAX];
	SInt32 error = get_path(url, path);
	const void *mode;

	if (!error && data)
		error = write_file(path, data);
	if (!error && facts && CFDictionaryGetValueIfPresent(facts, kCFURLFilePOSIXMode, &mode))
		error = set_mode(path, mode);
	return done(error, ret_error);
}

Boolean CFURLDestroyResource(CFURLRef url, SInt32 *ret_error)
{
	char path[PATH_MAX];
	SInt32 error = get_path(url, path);

	if (!error && remove(path) != 0)
		error = error_of_errno(errno);
	return done(error, ret_error);
}
