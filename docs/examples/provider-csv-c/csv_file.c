#include "csv_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char suffix[] = ".csv";
static const size_t suffix_length = sizeof suffix - 1;

/* ---- the directory
 * -------------------------------------------------------------------------------------------- */

static int compare_names(const void* left, const void* right) {
    return strcmp(*(char* const*)left, *(char* const*)right);
}

void csv_names_free(struct csv_names* names) {
    size_t i;
    for (i = 0; i < names->count; ++i) free(names->items[i]);
    free(names->items);
    names->items = NULL;
    names->count = 0;
}

static bool add_name(struct csv_names* names, size_t* room, const char* file, size_t length) {
    char* name;
    if (names->count == *room) {
        const size_t wanted = *room == 0 ? 16 : *room * 2;
        char** items = realloc(names->items, wanted * sizeof *items);
        if (items == NULL) return false;
        names->items = items;
        *room = wanted;
    }
    name = malloc(length + 1);
    if (name == NULL) return false;
    memcpy(name, file, length);
    name[length] = '\0';
    names->items[names->count++] = name;
    return true;
}

static dbway_status fail_errno(struct failure* failure, const char* what, const char* path) {
    const int code = errno;
    const dbway_status status = code == EACCES || code == EPERM    ? DBWAY_ERR_PERMISSION
                                : code == EMFILE || code == ENFILE ? DBWAY_ERR_RESOURCE
                                                                   : DBWAY_ERR_CONNECTION;
    fail(failure, status, status == DBWAY_ERR_PERMISSION ? "42501" : "58030", "%s \"%s\": %s", what, path,
         strerror(code));
    failure->native_code = code;
    return status;
}

dbway_status csv_list(const char* directory, struct csv_names* out, struct failure* failure) {
    size_t room = 0;
    const struct dirent* entry;
    DIR* dir = opendir(directory);
    out->items = NULL;
    out->count = 0;
    if (dir == NULL) return fail_errno(failure, "cannot read the directory", directory);
    while ((entry = readdir(dir)) != NULL) {
        const size_t length = strlen(entry->d_name);
        if (entry->d_name[0] == '.' || length <= suffix_length) continue;
        if (strcmp(entry->d_name + length - suffix_length, suffix) != 0) continue;
        if (utf8_prefix(entry->d_name, length) != length) continue;
        if (!add_name(out, &room, entry->d_name, length - suffix_length)) {
            csv_names_free(out);
            closedir(dir);
            return fail_no_memory(failure);
        }
    }
    closedir(dir);
    if (out->count > 1) qsort(out->items, out->count, sizeof *out->items, compare_names);
    return DBWAY_OK;
}

/* ---- one file
 * ------------------------------------------------------------------------------------------------- */

static char* path_of(const char* directory, const char* table) {
    const size_t room = strlen(directory) + 1 + strlen(table) + suffix_length + 1;
    char* path = malloc(room);
    if (path != NULL) snprintf(path, room, "%s/%s%s", directory, table, suffix);
    return path;
}

bool csv_file_is_current(const struct csv_file* file, const char* directory, const char* table) {
    struct stat now;
    char* path = path_of(directory, table);
    const bool found = path != NULL && stat(path, &now) == 0;
    free(path);
    return found && now.st_dev == file->identity.st_dev && now.st_ino == file->identity.st_ino &&
           now.st_size == file->identity.st_size && now.st_mtim.tv_sec == file->identity.st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == file->identity.st_mtim.tv_nsec;
}

/* The file is read, not mapped: a map of a file that another process cuts short ends in SIGBUS. */
static dbway_status read_bytes(struct csv_file* file, const char* path, struct failure* failure) {
    size_t room;
    dbway_status status = DBWAY_OK;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return fail_errno(failure, "cannot open", path);
    if (fstat(fd, &file->identity) != 0) {
        status = fail_errno(failure, "cannot read", path);
    } else if (!S_ISREG(file->identity.st_mode)) {
        status = fail(failure, DBWAY_ERR_DATA, "58030", "\"%s\" is not a file", path);
    }
    room = status == DBWAY_OK ? (size_t)file->identity.st_size + 1 : 0;
    if (status == DBWAY_OK && (file->bytes = malloc(room)) == NULL) status = fail_no_memory(failure);
    while (status == DBWAY_OK && file->size < room) {
        const ssize_t got = read(fd, file->bytes + file->size, room - file->size);
        if (got == 0) break;
        if (got > 0)
            file->size += (size_t)got;
        else if (errno != EINTR)
            status = fail_errno(failure, "cannot read", path);
    }
    close(fd);
    if (status == DBWAY_OK && file->size == room)
        status = fail(failure, DBWAY_ERR_CONFLICT, "58030", "\"%s\" grew while it was read; try again", path);
    return status;
}

static uint64_t count_lines(const char* from, const char* to) {
    uint64_t lines = 0;
    for (; from < to; ++from) lines += *from == '\n';
    return lines;
}

/* Makes names for n columns: of the header's fields, or c1, c2… Rewrites an escaped name in the file's bytes,
 * which nothing reads again. */
static dbway_status name_columns(struct csv_file* file, const struct csv_field* fields, uint32_t n,
                                 bool header, struct failure* failure) {
    const size_t room = 12; /* "c4294967295" */
    uint32_t i;
    char* names;
    file->columns = malloc(n * (sizeof *file->columns + (header ? 0 : room)));
    if (file->columns == NULL) return fail_no_memory(failure);
    names = (char*)(file->columns + n);
    file->n_columns = n;
    for (i = 0; i < n; ++i) {
        if (!header) {
            const int length = snprintf(names, room, "c%u", (unsigned)(i + 1));
            file->columns[i].ptr = names;
            file->columns[i].len = (size_t)length;
            names += room;
            continue;
        }
        file->columns[i].ptr = fields[i].ptr;
        file->columns[i].len = fields[i].len;
        if (fields[i].escaped)
            file->columns[i].len = csv_unescape(&fields[i], (char*)(uintptr_t)fields[i].ptr);
    }
    return DBWAY_OK;
}

/* Cuts one record. `room` fields at most are stored, all are counted. */
static dbway_status cut_record(const struct csv_file* file, const char* table, struct csv_reader* reader,
                               struct csv_field* fields, uint32_t room, uint32_t* count,
                               struct failure* failure) {
    const char* at = reader->at;
    const char* const end = file->bytes + file->size;
    const uint64_t line = reader->line;
    *count = 0;
    for (;;) {
        struct csv_field field = {at, 0, false, false};
        if (at < end && *at == '"') {
            field.quoted = true;
            field.ptr = ++at;
            for (;; ++at) {
                const char* quote = memchr(at, '"', (size_t)(end - at));
                if (quote == NULL)
                    return fail(failure, DBWAY_ERR_DATA, "22P04",
                                "table \"%s\": a quote opened in the record of line %llu is never closed",
                                table, (unsigned long long)line);
                at = quote + 1;
                if (at == end || *at != '"') break;
                field.escaped = true;
            }
            field.len = (size_t)(at - 1 - field.ptr);
            reader->line += count_lines(field.ptr, at - 1);
            if (at < end && *at != ',' && *at != '\n' && !(*at == '\r' && at + 1 < end && at[1] == '\n'))
                return fail(failure, DBWAY_ERR_DATA, "22P04",
                            "table \"%s\", line %llu: text behind a closing quote", table,
                            (unsigned long long)reader->line);
        } else {
            while (at < end && *at != ',' && *at != '\n') ++at;
            field.len = (size_t)(at - field.ptr);
            if (field.len > 0 && (at == end || *at == '\n') && at[-1] == '\r') --field.len;
        }
        if (field.len > UINT32_MAX)
            return fail(failure, DBWAY_ERR_DATA, "54000",
                        "table \"%s\", line %llu: a field of more than 4 GiB", table,
                        (unsigned long long)line);
        if (*count < room) fields[*count] = field;
        ++*count;
        if (at < end && *at == '\r') ++at;
        if (at == end) break;
        if (*at++ == '\n') {
            ++reader->line;
            break;
        }
    }
    reader->at = at;
    return DBWAY_OK;
}

static dbway_status read_header(struct csv_file* file, const char* table, bool header,
                                struct failure* failure) {
    struct csv_reader reader = {file->bytes, 1};
    struct csv_reader again;
    struct csv_field* fields;
    uint32_t n = 0, seen = 0;
    dbway_status status;
    if (file->size >= 3 && memcmp(file->bytes, "\xEF\xBB\xBF", 3) == 0) reader.at += 3;
    if (reader.at == file->bytes + file->size)
        return fail(failure, DBWAY_ERR_DATA, "22P04", "table \"%s\": the file is empty, so it has no columns",
                    table);
    again = reader;
    status = cut_record(file, table, &again, NULL, 0, &n, failure);
    if (status != DBWAY_OK) return status;
    fields = malloc(n * sizeof *fields);
    if (fields == NULL) return fail_no_memory(failure);
    again = reader;
    status = cut_record(file, table, &again, fields, n, &seen, failure);
    if (status == DBWAY_OK) status = name_columns(file, fields, n, header, failure);
    free(fields);
    if (header) reader = again;
    file->first = reader.at;
    file->first_line = reader.line;
    return status;
}

dbway_status csv_file_read(const char* directory, const char* table, const struct csv_format* format,
                           struct csv_file** out, struct failure* failure) {
    struct csv_file* file = calloc(1, sizeof *file);
    char* path = path_of(directory, table);
    dbway_status status = file == NULL || path == NULL ? fail_no_memory(failure) : DBWAY_OK;
    *out = NULL;
    if (status == DBWAY_OK) status = read_bytes(file, path, failure);
    if (status == DBWAY_OK) {
        const size_t good = utf8_prefix(file->bytes, file->size);
        if (good != file->size)
            status = fail(failure, DBWAY_ERR_DATA, "22021", "table \"%s\", line %llu: text that is not UTF-8",
                          table, (unsigned long long)(count_lines(file->bytes, file->bytes + good) + 1));
    }
    if (status == DBWAY_OK) status = read_header(file, table, format->header, failure);
    free(path);
    if (status == DBWAY_OK)
        *out = file;
    else
        csv_file_free(file);
    return status;
}

void csv_file_free(struct csv_file* file) {
    if (file == NULL) return;
    free(file->columns);
    free(file->bytes);
    free(file);
}

/* ---- records
 * -------------------------------------------------------------------------------------------------- */

struct csv_reader csv_begin(const struct csv_file* file) {
    const struct csv_reader reader = {file->first, file->first_line};
    return reader;
}

dbway_status csv_next(const struct csv_file* file, const char* table, struct csv_reader* reader,
                      struct csv_field* fields, struct failure* failure) {
    const char* const end = file->bytes + file->size;
    uint32_t count = 0;
    uint64_t line;
    dbway_status status;
    /* An empty line is a record only where there is one column to be empty. */
    while (file->n_columns > 1 && reader->at < end &&
           (*reader->at == '\n' || (*reader->at == '\r' && reader->at + 1 < end && reader->at[1] == '\n'))) {
        reader->at += *reader->at == '\r' ? 2 : 1;
        ++reader->line;
    }
    if (reader->at == end) return DBWAY_END;
    line = reader->line;
    status = cut_record(file, table, reader, fields, file->n_columns, &count, failure);
    if (status == DBWAY_OK && count != file->n_columns)
        return fail(failure, DBWAY_ERR_DATA, "22P04", "table \"%s\", line %llu: %u fields, expected %u",
                    table, (unsigned long long)line, (unsigned)count, (unsigned)file->n_columns);
    return status;
}

size_t csv_unescape(const struct csv_field* field, char* to) {
    size_t in = 0, out = 0;
    while (in < field->len) {
        if (field->ptr[in] == '"') ++in;
        to[out++] = field->ptr[in++];
    }
    return out;
}
