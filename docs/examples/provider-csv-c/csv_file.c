/* csv_file.c - one file of the directory as a table (RFC 4180). */
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

dbway_status check_cancelled(const atomic_bool* cancelled, struct failure* failure) {
    if (!atomic_load_explicit(cancelled, memory_order_relaxed)) return DBWAY_OK;
    return fail(failure, DBWAY_ERR_CANCELLED, "57014", "the request was cancelled");
}

/* ---- bytes ---- */

static dbway_status fail_errno(struct failure* failure, const char* path) {
    const bool missing = errno == ENOENT || errno == ENAMETOOLONG;
    return fail(failure, missing ? DBWAY_ERR_SYNTAX : DBWAY_ERR_RESOURCE, missing ? "42P01" : "58030",
                "cannot read \"%s\": %s", path, strerror(errno));
}

/* The file is read, not mapped: a map of a file that another process cuts short ends in SIGBUS. */
static dbway_status read_bytes(int fd, const char* path, char** bytes, size_t* size,
                               struct failure* failure) {
    struct stat stat;
    ssize_t got = 1;
    if (fd < 0 || fstat(fd, &stat) != 0) return fail_errno(failure, path);
    if (!S_ISREG(stat.st_mode) || (uint64_t)stat.st_size >= UINT32_MAX) /* a cell's length has 32 bits */
        return fail(failure, DBWAY_ERR_RESOURCE, "58030", "\"%s\" is no file of less than 4 GiB", path);
    *bytes = malloc((size_t)stat.st_size + 1);
    if (*bytes == NULL) return fail_no_memory(failure);
    for (; got != 0 && *size <= (size_t)stat.st_size; *size += (size_t)got) {
        do got = read(fd, *bytes + *size, (size_t)stat.st_size + 1 - *size);
        while (got < 0 && errno == EINTR);
        if (got < 0) return fail_errno(failure, path);
    }
    if (*size <= (size_t)stat.st_size) return DBWAY_OK;
    return fail(failure, DBWAY_ERR_CONFLICT, "58030", "\"%s\" grew while it was read; try again", path);
}

/* O_NONBLOCK: not to wait for the writer of a FIFO. */
static dbway_status read_file(const char* directory, dbway_str name, char** bytes, size_t* size,
                              struct failure* failure) {
    const size_t room = strlen(directory) + name.len + sizeof "/.csv";
    char* const path = malloc(room);
    dbway_status status;
    int fd;
    if (path == NULL) return fail_no_memory(failure);
    snprintf(path, room, "%s/%.*s.csv", directory, (int)name.len, name.ptr);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    status = read_bytes(fd, path, bytes, size, failure);
    if (fd >= 0) close(fd);
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

static bool at_line_end(const struct reader* reader) {
    const char* at = reader->at;
    if (at < reader->end && *at == '\r') ++at;
    return at == reader->end || *at == '\n';
}

/* Adds the cells of one record. */
static dbway_status take_record(struct reader* reader, struct table* table, struct failure* failure) {
    const unsigned long long line = reader->line;
    uint32_t n = 0;
    do {
        dbway_value* const cell = cells_add(&table->cells);
        if (cell == NULL) return fail_no_memory(failure);
        cell->type = DBWAY_T_TEXT;
        if (reader->at == reader->end || *reader->at != '"')
            take_plain(reader, cell);
        else if (!take_quoted(reader, cell))
            return fail(failure, DBWAY_ERR_DATA, "22P04", "line %llu: its last quote never closes", line);
        if (at_line_end(reader) && reader->at < reader->end && *reader->at == '\r') ++reader->at;
        if (reader->at < reader->end && *reader->at != ',' && *reader->at != '\n')
            return fail(failure, DBWAY_ERR_DATA, "22P04", "line %llu: text behind a closing quote", line);
        ++n;
    } while (reader->at < reader->end && *reader->at++ == ',');
    reader->line += reader->at[-1] == '\n';
    if (table->n_columns == 0 && n <= MAX_COLUMNS) table->n_columns = n;
    if (n == table->n_columns) return DBWAY_OK;
    return fail(failure, DBWAY_ERR_DATA, "22P04", "line %llu: %u fields, expected %u", line, n,
                table->n_columns == 0 ? MAX_COLUMNS : table->n_columns);
}

static dbway_status take_records(struct reader* reader, const atomic_bool* cancelled, struct table* table,
                                 struct failure* failure) {
    dbway_status status = DBWAY_OK;
    const size_t size = (size_t)(reader->end - reader->at);
    const size_t good = utf8_prefix(reader->at, size);
    size_t i;
    for (i = 0; good < size && i < good; ++i) reader->line += reader->at[i] == '\n';
    if (good < size)
        return fail(failure, DBWAY_ERR_DATA, "22021", "line %llu: not UTF-8",
                    (unsigned long long)reader->line);
    if (size == 0) return fail(failure, DBWAY_ERR_DATA, "22P04", "empty, so it has no columns");
    while (status == DBWAY_OK && reader->at < reader->end) {
        status = check_cancelled(cancelled, failure);
        if (status == DBWAY_OK && table->n_columns > 1 && at_line_end(reader)) {
            /* An empty line is a record only where there is one column to be empty. */
            reader->at += *reader->at == '\r' && reader->at + 1 < reader->end ? 2 : 1;
            ++reader->line;
        } else if (status == DBWAY_OK) {
            status = take_record(reader, table, failure);
        }
    }
    return status;
}

dbway_status table_read(struct table* table, const char* directory, dbway_str name,
                        const atomic_bool* cancelled, struct failure* failure) {
    struct reader reader = {NULL, NULL, 1};
    struct failure reason = {0};
    size_t size = 0;
    dbway_status status;
    if (name.len == 0 || name.ptr[0] == '.' || memchr(name.ptr, '/', name.len) != NULL ||
        memchr(name.ptr, '\0', name.len) != NULL)
        return fail(failure, DBWAY_ERR_SYNTAX, "42P01", "a table's name cannot lead out of the directory");
    status = read_file(directory, name, &table->bytes, &size, failure);
    if (status != DBWAY_OK) return status;
    reader.at = table->bytes;
    reader.end = table->bytes + size;
    if (size >= 3 && memcmp(reader.at, "\xEF\xBB\xBF", 3) == 0) reader.at += 3; /* byte order mark */
    status = take_records(&reader, cancelled, table, &reason);
    if (status == DBWAY_OK) return status;
    return fail(failure, status, reason.sqlstate, "table \"%.*s\", %s",
                (int)(name.len < 100 ? name.len : 100), name.ptr, reason.message);
}
