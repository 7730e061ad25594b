/*
 * Loses what was not synced. Loaded into a process (LD_PRELOAD), it keeps beside every file under POWER_CUT_FOLDER what
 * of it would be there after a power cut, in POWER_CUT_SHADOW: at fsync and fdatasync the file's content as it is then.
 * Names count as in ext4's ordered journal: creating, renaming and deleting reach the disk in the order they were done;
 * what was done to names since the last sync of any file or folder is lost. So the names in the shadow are brought up to
 * date at each sync.
 *
 * Of a file that was never synced the shadow holds at most the name. What was written since the last sync may also have
 * reached the disk by itself: whoever restores the shadow may add, to each file, a part of what the process left.
 *
 * POWER_CUT_FAIL_AT=N with POWER_CUT_FAIL=EIO|ENOSPC makes the N-th write or sync fail, and all after it for
 * POWER_CUT_FAIL_COUNT of them (default 1). POWER_CUT_COUNTS names a file that gets `writes syncs bytes` at each sync and
 * at the end.
 *
 * POWER_CUT_DIE_AT=N kills the process before its N-th write, sync, renaming or deletion below the folder.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "real-calls.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder, *shadow, *counts;
static long fail_at, fail_count, fail_errno, die_at, steps, calls, writes, syncs, bytes;

static int (*real_ftruncate)(int, off_t);

__attribute__((constructor)) static void begin(void) {
  find_real_calls();
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  folder = getenv("POWER_CUT_FOLDER");
  shadow = getenv("POWER_CUT_SHADOW");
  counts = getenv("POWER_CUT_COUNTS");
  const char *at = getenv("POWER_CUT_FAIL_AT"), *how = getenv("POWER_CUT_FAIL");
  const char *many = getenv("POWER_CUT_FAIL_COUNT");
  fail_at = at ? atol(at) : 0;
  at = getenv("POWER_CUT_DIE_AT");
  die_at = at ? atol(at) : 0;
  fail_count = many ? atol(many) : 1;
  fail_errno = how && strcmp(how, "ENOSPC") == 0 ? ENOSPC : EIO;
}

/* Whether the descriptor is of a file or folder under ours; its path below the folder goes to `name`. */
static int is_ours(int fd, char *name) {
  char link[64], path[PATH_MAX];
  if (!folder) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  size_t prefix = strlen(folder);
  if (strncmp(path, folder, prefix) != 0 || (path[prefix] != '/' && path[prefix] != 0)) return 0;
  snprintf(name, PATH_MAX, "%s", path + prefix);
  return 1;
}

static void note(void) {
  if (!counts) return;
  char line[128];
  int file = open(counts, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0) return;
  int length = snprintf(line, sizeof line, "%ld %ld %ld\n", writes, syncs, bytes);
  if (real_write(file, line, (size_t)length) < 0) { /* the test finds no counts */ }
  close(file);
}

__attribute__((destructor)) static void end(void) { note(); }

static void step(void) {
  if (__atomic_add_fetch(&steps, 1, __ATOMIC_SEQ_CST) == die_at) kill(getpid(), SIGKILL);
}

static int fails(void) {
  calls++;
  step();
  return fail_at > 0 && calls >= fail_at && calls < fail_at + fail_count;
}

/* Adds what is new at the end: neither LevelDB nor the register ever writes over what it has written. */
static void copy_tail(const char *from, const char *to) {
  char block[65536];
  struct stat whole, kept;
  int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT, 0600);
  if (in >= 0 && out >= 0 && fstat(in, &whole) == 0 && fstat(out, &kept) == 0) {
    if (whole.st_size < kept.st_size) abort();
    off_t at = kept.st_size;
    ssize_t got;
    lseek(out, at, SEEK_SET);
    while ((got = pread(in, block, sizeof block, at)) > 0) {
      if (real_write(out, block, (size_t)got) != got) abort();
      at += got;
    }
  }
  if (in >= 0) close(in);
  if (out >= 0) close(out);
}

/* One content under two names, in one step: the process may be killed at any moment. */
static void share(const char *from, const char *to) {
  char part[PATH_MAX + 400];
  struct stat one, other;
  if (stat(from, &one) == 0 && stat(to, &other) == 0 && one.st_ino == other.st_ino) return;
  snprintf(part, sizeof part, "%s.shadow", to);
  real_unlink(part);
  if (link(from, part) == 0) real_rename(part, to);
}

/* A file, or a folder and all in it. */
static void discard(const char *path) {
  char below[PATH_MAX + 600];
  if (real_unlink(path) == 0) return;
  DIR *folder_there = opendir(path);
  if (!folder_there) return;
  for (struct dirent *entry; (entry = readdir(folder_there));) {
    if (entry->d_name[0] == '.' && (!entry->d_name[1] || entry->d_name[1] == '.')) continue;
    snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
    discard(below);
  }
  closedir(folder_there);
  rmdir(path);
}

/* Names of one folder and those below as they are now: new ones without content, old ones gone. */
static void sync_names(const char *below) {
  char real[PATH_MAX], kept[PATH_MAX], path[PATH_MAX + 300], other[PATH_MAX + 300];
  snprintf(real, sizeof real, "%s%s", folder, below);
  snprintf(kept, sizeof kept, "%s%s", shadow, below);
  struct stat status;
  mkdir(kept, 0700);
  DIR *now = opendir(real);
  if (!now) return;
  for (struct dirent *entry; (entry = readdir(now));) {
    if (entry->d_name[0] == '.' && (!entry->d_name[1] || entry->d_name[1] == '.')) continue;
    snprintf(path, sizeof path, "%s/%s", kept, entry->d_name);
    snprintf(other, sizeof other, "%s/%s", real, entry->d_name);
    if (stat(other, &status) != 0) continue;
    /* Content is kept by inode, so that a renamed file keeps what was synced of it. */
    char by_inode[PATH_MAX + 64];
    snprintf(by_inode, sizeof by_inode, "%s.inodes/%lu", shadow, (unsigned long)status.st_ino);
    if (S_ISDIR(status.st_mode)) {
      char sub[PATH_MAX];
      if (snprintf(sub, sizeof sub, "%s/%s", below, entry->d_name) < (int)sizeof sub) sync_names(sub);
    } else if (access(by_inode, F_OK) == 0) {
      share(by_inode, path);
    } else {
      int file = open(path, O_WRONLY | O_CREAT, 0600);
      if (file >= 0) close(file);
    }
  }
  closedir(now);
  DIR *before = opendir(kept);
  if (!before) return;
  for (struct dirent *entry; (entry = readdir(before));) {
    if (entry->d_name[0] == '.' && (!entry->d_name[1] || entry->d_name[1] == '.')) continue;
    snprintf(other, sizeof other, "%s/%s", real, entry->d_name);
    snprintf(path, sizeof path, "%s/%s", kept, entry->d_name);
    if (access(other, F_OK) != 0) discard(path);
  }
  closedir(before);
}

static void synced(int fd) {
  char path[PATH_MAX + 64];
  struct stat status;
  if (!shadow || fstat(fd, &status) != 0) return;
  snprintf(path, sizeof path, "%s.inodes", shadow);
  mkdir(path, 0700);
  if (!S_ISDIR(status.st_mode)) {
    char from[64];
    snprintf(from, sizeof from, "/proc/self/fd/%d", fd);
    snprintf(path, sizeof path, "%s.inodes/%lu", shadow, (unsigned long)status.st_ino);
    copy_tail(from, path);
  }
  sync_names("");
}

static int sync_file(int fd, int (*real)(int)) {
  char name[PATH_MAX];
  if (!is_ours(fd, name)) return real(fd);
  pthread_mutex_lock(&lock);
  int result = 0, error = 0;
  if (fails()) {
    result = -1;
    error = (int)fail_errno;
  } else {
    /* Not really synced: that would only cost time. */
    syncs++;
    synced(fd);
    note();
  }
  pthread_mutex_unlock(&lock);
  if (result < 0) errno = error;
  return result;
}

int fsync(int fd) { return sync_file(fd, real_fsync); }
int fdatasync(int fd) { return sync_file(fd, real_fdatasync); }

/* Half of what was to be written gets through where there is no room. */
static int write_fails(int fd, const void *data, size_t size) {
  char name[PATH_MAX];
  if (!is_ours(fd, name)) return 0;
  pthread_mutex_lock(&lock);
  int failing = fails();
  if (!failing) {
    writes++;
    bytes += (long)size;
  }
  pthread_mutex_unlock(&lock);
  if (failing && data && size > 1 && real_write(fd, data, size / 2) < 0) { /* then nothing of it gets through */ }
  return failing;
}

ssize_t write(int fd, const void *data, size_t size) {
  if (write_fails(fd, data, size)) {
    errno = (int)fail_errno;
    return -1;
  }
  return real_write(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  if (write_fails(fd, NULL, size)) {
    errno = (int)fail_errno;
    return -1;
  }
  return real_pwrite(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t at) { return pwrite(fd, data, size, at); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
  size_t size = 0;
  for (int i = 0; i < count; i++) size += parts[i].iov_len;
  if (write_fails(fd, NULL, size)) {
    errno = (int)fail_errno;
    return -1;
  }
  return real_writev(fd, parts, count);
}

/* LevelDB writes through the C library's streams, one piece of a record a call. */
static size_t stream_write(
    const void *data, size_t size, size_t count, FILE *stream,
    size_t (*real)(const void *, size_t, size_t, FILE *)) {
  /* What the stream holds must be in the file before half of a piece follows it. */
  char name[PATH_MAX];
  if (is_ours(fileno(stream), name)) fflush(stream);
  if (write_fails(fileno(stream), data, size * count)) {
    errno = (int)fail_errno;
    return 0;
  }
  return real(data, size, count, stream);
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *stream) {
  return stream_write(data, size, count, stream, real_fwrite);
}

/* In parentheses: stdio.h has a macro of that name. */
size_t (fwrite_unlocked)(const void *data, size_t size, size_t count, FILE *stream) {
  return stream_write(data, size, count, stream, real_fwrite_unlocked);
}

/* The number of a deleted file may be given to the next one, which must not inherit its content. */
static void deleted(const char *path) {
  char by_inode[PATH_MAX + 64];
  struct stat status;
  if (!shadow || !folder || strncmp(path, folder, strlen(folder)) != 0 || stat(path, &status) != 0) return;
  snprintf(by_inode, sizeof by_inode, "%s.inodes/%lu", shadow, (unsigned long)status.st_ino);
  real_unlink(by_inode);
}

static int is_below(const char *path) { return folder && strncmp(path, folder, strlen(folder)) == 0; }

int unlink(const char *path) {
  if (is_below(path)) step();
  deleted(path);
  return real_unlink(path);
}

int rename(const char *from, const char *to) {
  if (is_below(from)) step();
  deleted(to);
  return real_rename(from, to);
}

int ftruncate(int fd, off_t size) { return real_ftruncate(fd, size); }
int ftruncate64(int fd, off_t size) { return real_ftruncate(fd, size); }
