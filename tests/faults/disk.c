/* Loaded before the C library of a node, in tests alone: as long as the file that HEFU_TEST_DISK names is there, writing
   to or syncing a store fails as a broken disk does. The first line of that file says what: "write" or "sync". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int broken(int fd, const char *what) {
    const char *order = getenv("HEFU_TEST_DISK");
    char link[64], path[512], told[16] = "";
    ssize_t length;
    FILE *file;
    if (order == NULL) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    if (strstr(path, "store.sqlite") == NULL) return 0;
    file = fopen(order, "r");
    if (file == NULL) return 0;
    if (fgets(told, sizeof told, file) == NULL) told[0] = 0;
    fclose(file);
    return strncmp(told, what, strlen(what)) == 0;
}

#define FAILING(type, name, params, args, fd, what)                       \
    type name params {                                                    \
        static type (*real) params;                                       \
        if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, #name);      \
        if (broken(fd, what)) { errno = EIO; return -1; }                 \
        return real args;                                                 \
    }

FAILING(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size), fd, "write")
FAILING(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at), fd, "write")
FAILING(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at), fd, "write")
FAILING(int, fsync, (int fd), (fd), fd, "sync")
FAILING(int, fdatasync, (int fd), (fd), fd, "sync")
