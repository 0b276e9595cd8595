// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over every file of the folders and files given, without libFuzzer, so that the
// corpus is part of the ordinary tests on every compiler. An empty folder is a failure: a corpus
// that got lost must not look like one that passes.
#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat info;
    if (!file || fstat(fileno(file), &info)) {
        perror(path);
        if (file)
            (void)fclose(file);
        return false;
    }
    // Exactly as long as the input, so that a sanitizer sees one byte too far.
    size_t size = (size_t)info.st_size;
    uint8_t *data = malloc(size ? size : 1);
    bool read = data && fread(data, 1, size, file) == size;
    (void)fclose(file);
    if (read)
        (void)LLVMFuzzerTestOneInput(data, size);
    else
        (void)fprintf(stderr, "%s: cannot be read\n", path);
    free(data);
    return read;
}

static bool replay_folder(const char *folder, size_t *count)
{
    DIR *entries = opendir(folder);
    bool good = true;
    if (!entries) {
        perror(folder);
        return false;
    }
    for (struct dirent *entry; (entry = readdir(entries));) {
        char path[4096];
        int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        if (length < 0 || (size_t)length >= sizeof path || !replay_file(path))
            good = false;
        (*count)++;
    }
    (void)closedir(entries);
    return good;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s FOLDER|FILE...\n", argv[0]);
        return 2;
    }
    bool good = true;
    for (int i = 1; i < argc; i++) {
        struct stat info;
        size_t count = 0;
        if (stat(argv[i], &info)) {
            perror(argv[i]);
            return 1;
        }
        if (S_ISDIR(info.st_mode))
            good = replay_folder(argv[i], &count) && good;
        else
            good = replay_file(argv[i]) && ++count && good;
        if (count == 0) {
            (void)fprintf(stderr, "%s: no inputs\n", argv[i]);
            good = false;
        }
        printf("%s: %zu inputs replayed\n", argv[i], count);
    }
    return good ? 0 : 1;
}
