/*
 * Counts what a process writes below a folder, by the first name below it, and can make the disk fail. Loaded into a
 * process (LD_PRELOAD); everything is carried out for real. Children inherit it and count into the same table.
 *
 * DISK_METER_FOLDER  whose files are watched
 * DISK_METER_TABLE   a file that holds the table, made when it is not there: rows as `struct row`, little endian
 * DISK_METER_FAIL    while this file is there, what would change the folder fails with the error it names, EIO, ENOSPC or
 *                    EROFS: writing, syncing, renaming, deleting, creating
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "real-calls.h"

#define ROWS 32
struct row {
  char name[64];
  /* `names`: renamed, deleted or created. */
  uint64_t writes, bytes, syncs, names;
};

static const char *folder, *failing;
static struct row *table;

REAL(int, open, const char *, int, ...);
REAL(int, openat, int, const char *, int, ...);
REAL(int, remove, const char *);

__attribute__((constructor)) static void begin(void) {
  find_real_calls();
  real_open = dlsym(RTLD_NEXT, "open");
  real_openat = dlsym(RTLD_NEXT, "openat");
  real_remove = dlsym(RTLD_NEXT, "remove");
  failing = getenv("DISK_METER_FAIL");
  const char *path = getenv("DISK_METER_TABLE");
  int file = path ? real_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (file < 0 || ftruncate(file, sizeof(struct row[ROWS])) != 0) return;
  table = mmap(NULL, sizeof(struct row[ROWS]), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (table == MAP_FAILED) table = NULL;
  if (table) folder = getenv("DISK_METER_FOLDER");
}

/* The row of a path, or NULL if it is not below the folder. Two threads that are new at once may make two of a name. */
static struct row *row_of(const char *path) {
  if (!folder) return NULL;
  size_t prefix = strlen(folder);
  if (strncmp(path, folder, prefix) != 0 || (path[prefix] != '/' && path[prefix] != 0)) return NULL;
  const char *name = path[prefix] == 0 ? "." : path + prefix + 1;
  size_t length = strcspn(name, "/");
  if (length > 5 && strncmp(name + length - 5, ".part", 5) == 0) length -= 5;
  if (length > 63) length = 63;
  for (int i = 0; i < ROWS; i++) {
    if (table[i].name[0] == 0) memcpy(table[i].name, name, length);
    if (strncmp(table[i].name, name, length) == 0 && table[i].name[length] == 0) return &table[i];
  }
  return &table[ROWS - 1];
}

static struct row *row_of_fd(int fd) {
  char link[64], path[PATH_MAX];
  if (!folder || fd < 0) return NULL;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return NULL;
  path[length] = 0;
  return row_of(path);
}

static void add(uint64_t *count, size_t by) { __atomic_add_fetch(count, by, __ATOMIC_RELAXED); }

/* Sets errno if the disk is to fail now. */
static int fails(void) {
  char word[16] = "";
  if (!failing) return 0;
  int file = real_open(failing, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  if (read(file, word, sizeof word - 1) < 0) word[0] = 0;
  close(file);
  errno = strncmp(word, "ENOSPC", 6) == 0 ? ENOSPC : strncmp(word, "EROFS", 5) == 0 ? EROFS : EIO;
  return 1;
}

static int open_fails(const char *path, int flags) {
  struct row *row = (flags & O_CREAT) || (flags & O_ACCMODE) != O_RDONLY ? row_of(path) : NULL;
  if (!row) return 0;
  if (fails()) return 1;
  if ((flags & O_CREAT) && access(path, F_OK) != 0) add(&row->names, 1);
  return 0;
}

#define MODE mode_t mode = 0; if (flags & O_CREAT) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }
int open(const char *path, int flags, ...) {
  MODE
  return open_fails(path, flags) ? -1 : real_open(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  MODE
  return open_fails(path, flags) ? -1 : real_open(path, flags | O_LARGEFILE, mode);
}
int openat(int at, const char *path, int flags, ...) {
  MODE
  return open_fails(path, flags) ? -1 : real_openat(at, path, flags, mode);
}
FILE *fopen(const char *path, const char *how) {
  FILE *(*real)(const char *, const char *) = dlsym(RTLD_NEXT, "fopen");
  return open_fails(path, how[0] == 'r' ? O_RDONLY : O_WRONLY | O_CREAT) ? NULL : real(path, how);
}

/* @returns 1 if it fails */
static int writing(int fd, size_t size) {
  struct row *row = row_of_fd(fd);
  if (!row) return 0;
  if (fails()) return 1;
  add(&row->writes, 1);
  add(&row->bytes, size);
  return 0;
}

ssize_t write(int fd, const void *data, size_t size) {
  return writing(fd, size) ? -1 : real_write(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  return writing(fd, size) ? -1 : real_pwrite(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off_t at) { return pwrite(fd, data, size, at); }
ssize_t writev(int fd, const struct iovec *parts, int count) {
  size_t size = 0;
  for (int i = 0; i < count; i++) size += parts[i].iov_len;
  return writing(fd, size) ? -1 : real_writev(fd, parts, count);
}
/* LevelDB writes through the C library's streams, which call the kernel past us. */
size_t fwrite(const void *data, size_t size, size_t count, FILE *stream) {
  return writing(fileno(stream), size * count) ? 0 : real_fwrite(data, size, count, stream);
}
size_t (fwrite_unlocked)(const void *data, size_t size, size_t count, FILE *stream) {
  return writing(fileno(stream), size * count) ? 0 : real_fwrite_unlocked(data, size, count, stream);
}

static int syncing(int fd) {
  struct row *row = row_of_fd(fd);
  if (!row) return 0;
  if (fails()) return 1;
  add(&row->syncs, 1);
  return 0;
}
int fsync(int fd) { return syncing(fd) ? -1 : real_fsync(fd); }
int fdatasync(int fd) { return syncing(fd) ? -1 : real_fdatasync(fd); }

/* Deleting what is not there changes nothing. */
static int naming(const char *path) {
  struct row *row = row_of(path);
  if (!row || access(path, F_OK) != 0) return 0;
  if (fails()) return 1;
  add(&row->names, 1);
  return 0;
}
int rename(const char *from, const char *to) { return naming(from) ? -1 : real_rename(from, to); }
int unlink(const char *path) { return naming(path) ? -1 : real_unlink(path); }
int remove(const char *path) { return naming(path) ? -1 : real_remove(path); }
