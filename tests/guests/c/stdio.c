// What C programs use of wasi-libc: FILE*, directories, stat, rename, and files without a name.
// Prints `name: ok` or what it saw, like the Rust guests.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int failures = 0;

static void expect(const char *name, bool holds) {
    if (holds) {
        printf("%s: ok\n", name);
    } else {
        printf("%s: saw something else, errno %d (%s)\n", name, errno, strerror(errno));
        failures++;
    }
}

static bool write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    if (file == NULL) return false;
    bool written = fputs(text, file) >= 0;
    return fclose(file) == 0 && written;
}

static bool holds_text(const char *path, const char *text) {
    char buffer[256];
    FILE *file = fopen(path, "r");
    if (file == NULL) return false;
    size_t length = fread(buffer, 1, sizeof buffer - 1, file);
    buffer[length] = '\0';
    fclose(file);
    return strcmp(buffer, text) == 0;
}

static void reading(void) {
    FILE *file = fopen("/poem.txt", "r");
    expect("fopen_for_reading", file != NULL);
    if (file == NULL) return;
    char line[64];
    expect("fgets_gives_a_line", fgets(line, sizeof line, file) && strcmp(line, "first line\n") == 0);
    expect("ftell_is_behind_the_line", ftell(file) == 11);
    expect("getc_and_ungetc", getc(file) == 's' && ungetc('S', file) == 'S' && getc(file) == 'S');
    expect("fseek_from_the_end", fseek(file, -5, SEEK_END) == 0 && fgets(line, sizeof line, file) && strcmp(line, "line\n") == 0);
    expect("end_of_file", getc(file) == EOF && feof(file) && !ferror(file));
    int number = 0;
    rewind(file);
    expect("fscanf", fscanf(file, "first line second line %d", &number) == 1 && number == 42);
    fclose(file);
    expect("fopen_of_nothing", fopen("/none", "r") == NULL && errno == ENOENT);
}

static void writing(void) {
    expect("write_and_read_back", write_text("/w/a", "text") && holds_text("/w/a", "text"));

    FILE *file = fopen("/w/a", "a");
    expect("append", file && fprintf(file, "+%d", 7) == 2 && fclose(file) == 0 && holds_text("/w/a", "text+7"));

    file = fopen("/w/a", "r+");
    expect("update", file && fseek(file, 2, SEEK_SET) == 0 && fputc('X', file) == 'X' && fclose(file) == 0 && holds_text("/w/a", "teXt+7"));

    file = fopen("/w/b", "w+");
    bool good = file != NULL;
    for (int n = 0; good && n < 10000; n++) good = fprintf(file, "%05d\n", n) == 6;
    good = good && fflush(file) == 0 && fseek(file, 6 * 9876, SEEK_SET) == 0;
    int number = 0;
    expect("ten_thousand_lines", good && fscanf(file, "%d", &number) == 1 && number == 9876);
    if (file) fclose(file);

    file = fopen("/poem.txt", "a");
    expect("append_to_a_file_of_the_image", file && fputs("third\n", file) >= 0 && fclose(file) == 0);
    struct stat seen;
    expect("its_size_has_grown", stat("/poem.txt", &seen) == 0 && seen.st_size == 37);
}

static void sizes(void) {
    int file = open("/w/t", O_RDWR | O_CREAT | O_EXCL, 0644);
    expect("open_exclusive", file >= 0);
    expect("open_exclusive_again", open("/w/t", O_RDWR | O_CREAT | O_EXCL, 0644) < 0 && errno == EEXIST);
    struct stat seen;
    expect("ftruncate_grows", write(file, "abcdef", 6) == 6 && ftruncate(file, 9000) == 0 && fstat(file, &seen) == 0 && seen.st_size == 9000);
    char two[2] = {1, 1};
    expect("what_is_grown_is_zero", pread(file, two, 2, 8998) == 2 && two[0] == 0 && two[1] == 0);
    expect("ftruncate_shrinks", ftruncate(file, 3) == 0 && lseek(file, 0, SEEK_END) == 3);
    expect("pwrite_leaves_the_place", pwrite(file, "Z", 1, 0) == 1 && lseek(file, 0, SEEK_CUR) == 3);
    expect("pread_at_the_end", pread(file, two, 2, 3) == 0);
    expect("fsync", fsync(file) == 0 && fdatasync(file) == 0);
    close(file);
    expect("write_to_a_closed_file", write(file, "x", 1) < 0 && errno == EBADF);
}

static void metadata(void) {
    struct stat file, directory, link, again;
    expect("stat", stat("/dir/one", &file) == 0 && S_ISREG(file.st_mode) && file.st_size == 4 && file.st_nlink == 1);
    expect("stat_of_a_directory", stat("/dir", &directory) == 0 && S_ISDIR(directory.st_mode));
    expect("lstat", lstat("/link", &link) == 0 && S_ISLNK(link.st_mode) && link.st_size == 7);
    expect("inode_numbers_differ", file.st_ino != directory.st_ino && link.st_ino != file.st_ino);
    expect("inode_number_stays", stat("/dir/../dir/one", &again) == 0 && again.st_ino == file.st_ino);
    char target[16] = {0};
    expect("readlink", readlink("/link", target, sizeof target) == 7 && strcmp(target, "dir/one") == 0);
    expect("access", access("/dir/one", F_OK) == 0 && access("/none", F_OK) < 0 && errno == ENOENT);
    struct timespec times[2] = {{.tv_sec = 11, .tv_nsec = 22}, {.tv_sec = 33, .tv_nsec = 44}};
    expect("utimensat", utimensat(AT_FDCWD, "/dir/one", times, 0) == 0 && stat("/dir/one", &file) == 0 &&
        file.st_atim.tv_sec == 11 && file.st_atim.tv_nsec == 22 && file.st_mtim.tv_sec == 33 && file.st_mtim.tv_nsec == 44);
}

static int count(DIR *directory, bool (*seen)[3]) {
    int entries = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL; entries++) {
        if (strcmp(entry->d_name, "one") == 0) (*seen)[0] = entry->d_type == DT_REG;
        if (strcmp(entry->d_name, "two") == 0) (*seen)[1] = entry->d_type == DT_REG;
        if (strcmp(entry->d_name, "sub") == 0) (*seen)[2] = entry->d_type == DT_DIR;
    }
    return entries;
}

static void directories(void) {
    DIR *directory = opendir("/dir");
    expect("opendir", directory != NULL);
    if (directory == NULL) return;
    bool seen[3] = {false};
    int all = count(directory, &seen);
    expect("readdir", seen[0] && seen[1] && seen[2]);
    expect("end_of_a_directory", readdir(directory) == NULL);
    rewinddir(directory);
    expect("rewinddir", count(directory, &seen) == all);
    rewinddir(directory);
    readdir(directory);
    long place = telldir(directory);
    struct dirent *entry = readdir(directory);
    char name[64] = {0};
    if (entry) strncpy(name, entry->d_name, sizeof name - 1);
    seekdir(directory, place);
    entry = readdir(directory);
    expect("seekdir", entry && strcmp(entry->d_name, name) == 0);
    closedir(directory);
    expect("opendir_of_a_file", opendir("/poem.txt") == NULL && errno == ENOTDIR);
    expect("mkdir_and_rmdir", mkdir("/w/d", 0755) == 0 && mkdir("/w/d", 0755) < 0 && errno == EEXIST && rmdir("/w/d") == 0);
    expect("rmdir_of_a_full_directory", rmdir("/dir") < 0 && errno == ENOTEMPTY);
}

static void names(void) {
    expect("rename", write_text("/w/old", "o") && rename("/w/old", "/w/new") == 0 && holds_text("/w/new", "o"));
    expect("rename_over", write_text("/w/other", "x") && rename("/w/new", "/w/other") == 0 && holds_text("/w/other", "o"));
    expect("link", link("/w/other", "/w/hard") == 0 && holds_text("/w/hard", "o"));
    expect("symlink", symlink("other", "/w/soft") == 0 && holds_text("/w/soft", "o"));
    expect("unlink", unlink("/w/other") == 0 && unlink("/w/other") < 0 && errno == ENOENT && holds_text("/w/hard", "o"));
    expect("remove", remove("/w/hard") == 0 && access("/w/hard", F_OK) < 0);

    // What mkstemp and tmpfile do where they exist: a fresh name, and a file that outlives it.
    char path[32];
    int file = -1;
    for (int n = 0; file < 0 && n < 10; n++) {
        snprintf(path, sizeof path, "/w/tmp.%d", n);
        file = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    }
    char text[6] = {0};
    expect("file_without_a_name", file >= 0 && unlink(path) == 0 && write(file, "ghost", 5) == 5 &&
        lseek(file, 0, SEEK_SET) == 0 && read(file, text, 5) == 5 && strcmp(text, "ghost") == 0);
    close(file);
}

int main(void) {
    reading();
    writing();
    sizes();
    metadata();
    directories();
    names();
    return failures != 0;
}
