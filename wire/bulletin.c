/* SPDX-License-Identifier: ISC */
/* The page is a memfd, sealed so that only mappings made before can write. */
#include "wire/bulletin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/random.h"

struct kc_bulletin_page {
	uint64_t service; /* constant once the page is passed on */
	_Atomic uint64_t change;
	_Alignas(64) atomic_uint busy; /* connections */
};

#define SEALS (F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

kc_err kc_bulletin_init(struct kc_bulletin *ret)
{
	int fd = memfd_create("keycircle-bulletin", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct kc_bulletin_page *page = MAP_FAILED;

	if (fd < 0)
		return kc_err_from_errno(errno);
	if (ftruncate(fd, sizeof *page) == 0)
		page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED || fcntl(fd, F_ADD_SEALS, SEALS) != 0) {
		kc_err err = kc_err_from_errno(errno);
		if (page != MAP_FAILED)
			munmap(page, sizeof *page);
		close(fd);
		return err;
	}
	kc_random_fill(&page->service, sizeof page->service);
	*ret = (struct kc_bulletin){page, fd};
	return KC_OK;
}

void kc_bulletin_done(struct kc_bulletin *bulletin)
{
	munmap(bulletin->page, sizeof *bulletin->page);
	close(bulletin->fd);
}

void kc_bulletin_bump(struct kc_bulletin *bulletin)
{
	atomic_fetch_add(&bulletin->page->change, 1);
}

void kc_bulletin_enter(struct kc_bulletin *bulletin)
{
	atomic_fetch_add(&bulletin->page->busy, 1);
}

void kc_bulletin_leave(struct kc_bulletin *bulletin)
{
	atomic_fetch_sub(&bulletin->page->busy, 1);
}

kc_err kc_bulletin_map(int fd, const struct kc_bulletin_page **ret)
{
	void *page = mmap(NULL, sizeof **ret, PROT_READ, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED)
		return kc_err_from_errno(errno);
	*ret = page;
	return KC_OK;
}

void kc_bulletin_unmap(const struct kc_bulletin_page *page)
{
	munmap((void *)(uintptr_t)page, sizeof *page);
}

struct kc_bulletin_issue kc_bulletin_read(const struct kc_bulletin_page *page)
{
	return (struct kc_bulletin_issue){page->service, atomic_load(&page->change)};
}

unsigned kc_bulletin_busy(const struct kc_bulletin_page *page)
{
	return atomic_load_explicit(&page->busy, memory_order_relaxed);
}
