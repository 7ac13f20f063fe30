/* SPDX-License-Identifier: ISC */
/*
 * In the manner of git's credential helper for macOS: get, store or erase an internet password that
 * is described on standard input as key=value lines. Nothing in it knows of Keycircle; it includes
 * Security.h alone and leans on what comes along.
 */
#include <Security/Security.h>

struct credential {
	char protocol[32], host[256], path[256], username[256], password[256];
	UInt16 port;
};

static void __attribute__((format(printf, 1, 2))) die(const char *format, ...)
{
	char message[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	fprintf(stderr, "fatal: %s\n", message);
	exit(1);
}

/* Pairs of key and value, ended by NULL. */
static CFMutableDictionaryRef make_attributes(CFAllocatorRef allocator, ...)
{
	CFMutableDictionaryRef result = CFDictionaryCreateMutable(
		allocator, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	va_list arguments;
	const void *key;

	va_start(arguments, allocator);
	while ((key = va_arg(arguments, const void *)) != NULL) {
		const void *value = va_arg(arguments, const void *);

		if (value)
			CFDictionarySetValue(result, key, value);
	}
	va_end(arguments);
	return result;
}

static CFStringRef text_or_null(const char *text)
{
	return *text ? CFStringCreateWithBytes(kCFAllocatorDefault, (const UInt8 *)text,
			       (CFIndex)strlen(text), kCFStringEncodingUTF8, false)
		     : NULL;
}

static CFStringRef protocol_of(const char *name)
{
	static const struct {
		const char *name;
		const CFStringRef *value;
	} table[] = {
		{"imap", &kSecAttrProtocolIMAP},
		{"imaps", &kSecAttrProtocolIMAPS},
		{"ftp", &kSecAttrProtocolFTP},
		{"https", &kSecAttrProtocolHTTPS},
		{"http", &kSecAttrProtocolHTTP},
		{"smtp", &kSecAttrProtocolSMTP},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (strcmp(table[i].name, name) == 0)
			return *table[i].value;
	die("unknown protocol '%s'", name);
	return NULL;
}

static CFMutableDictionaryRef query_of(const struct credential *c)
{
	CFStringRef host = text_or_null(c->host), path = text_or_null(c->path);
	CFStringRef user = text_or_null(c->username);
	CFNumberRef port =
		c->port ? CFNumberCreate(kCFAllocatorDefault, kCFNumberShortType, &c->port) : NULL;
	CFMutableDictionaryRef query = make_attributes(kCFAllocatorDefault, kSecClass,
		kSecClassInternetPassword, kSecAttrServer, host, kSecAttrAccount, user,
		kSecAttrPath, path, kSecAttrPort, port, kSecAttrProtocol, protocol_of(c->protocol),
		kSecAttrAuthenticationType, kSecAttrAuthenticationTypeDefault, NULL);

	if (host)
		CFRelease(host);
	if (path)
		CFRelease(path);
	if (user)
		CFRelease(user);
	if (port)
		CFRelease(port);
	return query;
}

static void write_item(const char *what, const char *bytes, size_t length)
{
	printf("%s=", what);
	fwrite(bytes, 1, length, stdout);
	putchar('\n');
}

static void write_username(CFDictionaryRef item)
{
	CFStringRef account = CFDictionaryGetValue(item, kSecAttrAccount);
	const char *fast = CFStringGetCStringPtr(account, kCFStringEncodingUTF8);
	CFIndex size;
	char *copy;

	if (fast) {
		write_item("username", fast, strlen(fast));
		return;
	}
	size = CFStringGetMaximumSizeForEncoding(
		       CFStringGetLength(account), kCFStringEncodingUTF8) +
	       1;
	copy = malloc((size_t)size);
	if (copy && CFStringGetCString(account, copy, size, kCFStringEncodingUTF8))
		write_item("username", copy, strlen(copy));
	free(copy);
}

static OSStatus get(const struct credential *c)
{
	CFMutableDictionaryRef query = query_of(c);
	CFDictionaryRef item = NULL;
	OSStatus status;

	CFDictionarySetValue(query, kSecMatchLimit, kSecMatchLimitOne);
	CFDictionarySetValue(query, kSecReturnAttributes, kCFBooleanTrue);
	CFDictionarySetValue(query, kSecReturnData, kCFBooleanTrue);
	status = SecItemCopyMatching(query, (CFTypeRef *)&item);
	if (status == errSecSuccess) {
		CFDataRef data = CFDictionaryGetValue(item, kSecValueData);
		const char *password = (const char *)CFDataGetBytePtr(data);

		/* as far as a NUL, which stands behind the bytes at the latest */
		write_item("password", password, strlen(password));
		if (!c->username[0])
			write_username(item);
		CFRelease(item);
	}
	CFRelease(query);
	return status == errSecItemNotFound ? errSecSuccess : status;
}

static OSStatus store(const struct credential *c)
{
	CFMutableDictionaryRef attributes = query_of(c);
	CFMutableDictionaryRef changes;
	CFDataRef data = CFDataCreate(
		kCFAllocatorDefault, (const UInt8 *)c->password, (CFIndex)strlen(c->password));
	OSStatus status;

	CFDictionarySetValue(attributes, kSecValueData, data);
	status = SecItemAdd(attributes, NULL);
	if (status == errSecDuplicateItem) {
		CFDictionaryRemoveValue(attributes, kSecValueData);
		changes = make_attributes(kCFAllocatorDefault, kSecValueData, data, NULL);
		status = SecItemUpdate(attributes, changes);
		CFRelease(changes);
	}
	CFRelease(data);
	CFRelease(attributes);
	return status;
}

static OSStatus erase(const struct credential *c)
{
	CFMutableDictionaryRef query = query_of(c);
	OSStatus status = SecItemDelete(query);

	CFRelease(query);
	return status == errSecItemNotFound ? errSecSuccess : status;
}

static void copy_text(char *to, size_t size, const char *from)
{
	if (strlen(from) >= size)
		die("too long");
	memcpy(to, from, strlen(from) + 1);
}

static void read_credential(struct credential *c)
{
	char line[600], *value, *colon;

	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (!line[0])
			break;
		value = strchr(line, '=');
		if (!value)
			die("bad input: %s", line);
		*value++ = 0;
		if (strcmp(line, "protocol") == 0) {
			copy_text(c->protocol, sizeof c->protocol, value);
		} else if (strcmp(line, "host") == 0) {
			colon = strchr(value, ':');
			if (colon) {
				*colon++ = 0;
				c->port = (UInt16)strtoul(colon, NULL, 10);
			}
			copy_text(c->host, sizeof c->host, value);
		} else if (strcmp(line, "path") == 0) {
			copy_text(c->path, sizeof c->path, value);
		} else if (strcmp(line, "username") == 0) {
			copy_text(c->username, sizeof c->username, value);
		} else if (strcmp(line, "password") == 0) {
			copy_text(c->password, sizeof c->password, value);
		}
	}
}

int main(int argc, const char **argv)
{
	struct credential c;
	OSStatus status = errSecSuccess;

	if (argc < 2 || !*argv[1])
		die("usage: porter_git <get|store|erase>");
	memset(&c, 0, sizeof c);
	read_credential(&c);
	if (strcmp(argv[1], "get") == 0)
		status = get(&c);
	else if (strcmp(argv[1], "store") == 0)
		status = store(&c);
	else if (strcmp(argv[1], "erase") == 0)
		status = erase(&c);
	if (status != errSecSuccess)
		die("failed to %s: %d", argv[1], (int)status);
	return 0;
}
