/* csv_file.h - a directory of CSV files: which there are, and the records of one (RFC 4180). */
#ifndef CSV_FILE_H
#define CSV_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "failure.h"

struct csv_format {
    bool header;   /* the first record names the columns; else they are c1, c2… */
    bool has_null; /* an unquoted field that reads `null` is NULL */
    dbway_str null;
};

/* One file as it was when it was read. Fields are slices of `bytes`. */
struct csv_file {
    char* bytes;
    size_t size;
    struct stat identity;
    const char* first; /* where the data begin, behind the header */
    uint64_t first_line;
    uint32_t n_columns;
    dbway_str* columns;
};

struct csv_field {
    const char* ptr; /* without the quotes around it */
    size_t len;
    bool quoted;
    bool escaped; /* holds "" for " */
};

struct csv_reader {
    const char* at;
    uint64_t line;
};

/* The tables in the directory: names of files without ".csv", sorted, each NUL-terminated. Names that are not
 * UTF-8 are left out. */
struct csv_names {
    char** items;
    size_t count;
};
dbway_status csv_list(const char* directory, struct csv_names* out, struct failure* failure);
void csv_names_free(struct csv_names* names);

/* Is the file still the one that was read? False if that cannot be told. */
bool csv_file_is_current(const struct csv_file* file, const char* directory, const char* table);
/* Reads and verifies the file: UTF-8, and a header. *out is null after a failure. */
dbway_status csv_file_read(const char* directory, const char* table, const struct csv_format* format,
                           struct csv_file** out, struct failure* failure);
void csv_file_free(struct csv_file* file);

struct csv_reader csv_begin(const struct csv_file* file);
/* DBWAY_OK: `fields`, n_columns of them, are filled. DBWAY_END: no more. Negative: malformed. */
dbway_status csv_next(const struct csv_file* file, const char* table, struct csv_reader* reader,
                      struct csv_field* fields, struct failure* failure);
/* Writes the text of an escaped field, at most field->len bytes; returns how many. */
size_t csv_unescape(const struct csv_field* field, char* to);

#endif
