/* csv_file.c - one file of the directory as a table (RFC 4180). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "csv.h"

/* The length of the sequence at `s`; 0 if it is malformed. */
static size_t utf8_sequence(const unsigned char* s, size_t left) {
    size_t length, i;
    if (s[0] < 0x80) return 1;
    if (s[0] < 0xC2 || s[0] > 0xF4) return 0;
    length = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    if (left < length) return 0;
    for (i = 1; i < length; ++i)
        if ((s[i] & 0xC0) != 0x80) return 0;
    if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90)) return 0; /* overlong */
    if (s[0] == 0xED && s[1] >= 0xA0) return 0;                                   /* a surrogate */
    if (s[0] == 0xF4 && s[1] >= 0x90) return 0;                                   /* above U+10FFFF */
    return length;
}

size_t utf8_prefix(const char* text, size_t length) {
    size_t at = 0, step;
    for (; at < length; at += step) {
        step = utf8_sequence((const unsigned char*)text + at, length - at);
        if (step == 0) break;
    }
    return at;
}

dbway_value* cells_add(struct cells* cells) {
    dbway_value* cell;
    if (cells->count == cells->room) {
        const size_t room = cells->room == 0 ? 64 : cells->room * 2;
        dbway_value* const items = realloc(cells->items, room * sizeof *items);
        if (items == NULL) return NULL;
        cells->items = items;
        cells->room = room;
    }
    cell = &cells->items[cells->count++];
    memset(cell, 0, sizeof *cell);
    return cell;
}

void table_free(struct table* table) {
    free(table->bytes);
    free(table->cells.items);
    memset(table, 0, sizeof *table);
}

/* ---- bytes ---- */

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

dbway_status directory_check(const struct database* database, struct failure* failure) {
    DIR* const directory = opendir(database->directory);
    if (directory == NULL) return fail_errno(failure, "cannot read the directory", database->directory);
    closedir(directory);
    return DBWAY_OK;
}

static dbway_status fail_no_table(const struct database* database, dbway_str name, struct failure* failure) {
    return fail(failure, DBWAY_ERR_SYNTAX, "42P01", "no table \"%.*s\": there is no such file in \"%s\"",
                (int)(name.len < 100 ? name.len : 100), name.ptr, database->directory);
}

/* The file is read, not mapped: a map of a file that another process cuts short ends in SIGBUS. Not waiting
 * for a FIFO's writer, or reading a device for ever, is why it must be a regular file. */
static dbway_status read_bytes(int fd, const char* path, char** bytes, size_t* size,
                               struct failure* failure) {
    struct stat stat;
    size_t room;
    if (fstat(fd, &stat) != 0) return fail_errno(failure, "cannot read", path);
    if (!S_ISREG(stat.st_mode)) return fail(failure, DBWAY_ERR_DATA, "58030", "\"%s\" is not a file", path);
    if ((uint64_t)stat.st_size >= UINT32_MAX) /* dbway_value.len */
        return fail(failure, DBWAY_ERR_RESOURCE, "54000", "\"%s\" has more than 4 GiB", path);
    room = (size_t)stat.st_size + 1;
    *bytes = malloc(room);
    if (*bytes == NULL) return fail_no_memory(failure);
    for (*size = 0; *size < room;) {
        const ssize_t got = read(fd, *bytes + *size, room - *size);
        if (got == 0) return DBWAY_OK;
        if (got > 0)
            *size += (size_t)got;
        else if (errno != EINTR)
            return fail_errno(failure, "cannot read", path);
    }
    return fail(failure, DBWAY_ERR_CONFLICT, "58030", "\"%s\" grew while it was read; try again", path);
}

static dbway_status read_file(const struct database* database, dbway_str name, char** bytes, size_t* size,
                              struct failure* failure) {
    const size_t room = strlen(database->directory) + name.len + sizeof "/.csv";
    dbway_status status;
    char* path;
    int fd;
    /* No name leads out of the directory. */
    if (name.len == 0 || name.ptr[0] == '.' || memchr(name.ptr, '/', name.len) != NULL ||
        memchr(name.ptr, '\0', name.len) != NULL)
        return fail_no_table(database, name, failure);
    path = malloc(room);
    if (path == NULL) return fail_no_memory(failure);
    snprintf(path, room, "%s/%.*s.csv", database->directory, (int)name.len, name.ptr);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0) {
        status = read_bytes(fd, path, bytes, size, failure);
        close(fd);
    } else if (errno == ENOENT || errno == ENAMETOOLONG) {
        status = fail_no_table(database, name, failure);
    } else {
        status = fail_errno(failure, "cannot open", path);
    }
    free(path);
    return status;
}

/* ---- records ---- */

struct reader {
    char* at;
    char* end;
    uint64_t line;
};

/* Takes the field between quotes, "" in it for ", rewriting it in place. False: it never ends. */
static bool take_quoted(struct reader* reader, dbway_value* cell) {
    char* out = ++reader->at;
    cell->v.text = out;
    for (;;) {
        if (reader->at == reader->end) return false;
        if (*reader->at == '"' && (++reader->at == reader->end || *reader->at != '"')) break;
        reader->line += *reader->at == '\n';
        *out++ = *reader->at++;
    }
    cell->len = (uint32_t)(out - cell->v.text);
    return true;
}

static void take_plain(struct reader* reader, dbway_value* cell) {
    cell->v.text = reader->at;
    while (reader->at < reader->end && *reader->at != ',' && *reader->at != '\n') ++reader->at;
    cell->len = (uint32_t)(reader->at - cell->v.text);
    if (cell->len > 0 && (reader->at == reader->end || *reader->at == '\n') && reader->at[-1] == '\r')
        --cell->len;
}

static bool is_null(const struct database* database, const dbway_value* cell) {
    return database->null_text != NULL && cell->len == database->null_length &&
           memcmp(cell->v.text, database->null_text, cell->len) == 0;
}

static bool at_line_end(const struct reader* reader) {
    const char* at = reader->at;
    if (at < reader->end && *at == '\r') ++at;
    return at == reader->end || *at == '\n';
}

/* Adds the cells of one record. The first one is the header, whose names are never NULL. */
static dbway_status take_record(struct reader* reader, const struct database* database, struct table* table,
                                struct failure* failure) {
    const uint64_t line = reader->line;
    const bool header = table->n_columns == 0;
    const size_t before = table->cells.count;
    size_t n;
    do {
        dbway_value* const cell = cells_add(&table->cells);
        if (cell == NULL) return fail_no_memory(failure);
        cell->type = DBWAY_T_TEXT;
        if (reader->at == reader->end || *reader->at != '"') {
            take_plain(reader, cell);
            if (!header && is_null(database, cell)) memset(cell, 0, sizeof *cell);
        } else {
            if (!take_quoted(reader, cell))
                return fail(failure, DBWAY_ERR_DATA, "22P04",
                            "a quote opened in the record of line %llu is never closed",
                            (unsigned long long)line);
            if (at_line_end(reader) && reader->at < reader->end && *reader->at == '\r') ++reader->at;
            if (reader->at < reader->end && *reader->at != ',' && *reader->at != '\n')
                return fail(failure, DBWAY_ERR_DATA, "22P04", "line %llu: text behind a closing quote",
                            (unsigned long long)reader->line);
        }
    } while (reader->at < reader->end && *reader->at++ == ',');
    n = table->cells.count - before;
    if (reader->at > table->bytes && reader->at[-1] == '\n') ++reader->line;
    if (header) table->n_columns = (uint32_t)n;
    if (n == table->n_columns) return DBWAY_OK;
    return fail(failure, DBWAY_ERR_DATA, "22P04", "line %llu: %zu fields, expected %u",
                (unsigned long long)line, n, (unsigned)table->n_columns);
}

static dbway_status take_records(struct reader* reader, const struct database* database,
                                 const atomic_bool* cancelled, struct table* table, struct failure* failure) {
    dbway_status status = DBWAY_OK;
    const char* const begin = reader->at;
    const size_t good = utf8_prefix(begin, (size_t)(reader->end - begin));
    if (begin + good != reader->end) {
        for (; reader->at < begin + good; ++reader->at) reader->line += *reader->at == '\n';
        return fail(failure, DBWAY_ERR_DATA, "22021", "line %llu: text that is not UTF-8",
                    (unsigned long long)reader->line);
    }
    if (begin == reader->end)
        return fail(failure, DBWAY_ERR_DATA, "22P04", "the file is empty, so it has no columns");
    while (status == DBWAY_OK && reader->at < reader->end) {
        status = check_cancelled(cancelled, failure);
        if (status != DBWAY_OK) break;
        if (table->n_columns > 1 && at_line_end(reader)) {
            /* An empty line is a record only where there is one column to be empty. */
            while (reader->at < reader->end && *reader->at++ != '\n') continue;
            ++reader->line;
        } else {
            status = take_record(reader, database, table, failure);
        }
    }
    return status;
}

dbway_status table_read(const struct database* database, dbway_str name, const atomic_bool* cancelled,
                        struct table* table, struct failure* failure) {
    struct reader reader;
    struct failure reason = {0};
    size_t size = 0;
    dbway_status status = read_file(database, name, &table->bytes, &size, failure);
    if (status != DBWAY_OK) return status;
    reader.at = table->bytes;
    reader.end = table->bytes + size;
    reader.line = 1;
    if (size >= 3 && memcmp(table->bytes, "\xEF\xBB\xBF", 3) == 0) reader.at += 3; /* byte order mark */
    status = take_records(&reader, database, cancelled, table, &reason);
    if (status == DBWAY_ERR_DATA)
        return fail(failure, status, reason.sqlstate, "table \"%.*s\", %s",
                    (int)(name.len < 100 ? name.len : 100), name.ptr, reason.message);
    if (status != DBWAY_OK) *failure = reason;
    return status;
}
