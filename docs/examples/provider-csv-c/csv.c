/* csv.c - the files of the directory as tables (RFC 4180, UTF-8), and statements on them:
 *
 *   SELECT * | count(*) | column, …  FROM table  [WHERE column = $1]
 *
 * Keywords match in any case, names exactly; a name that is no plain word stands in "double quotes". */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "csv.h"

size_t utf8_prefix(const char* text, size_t length) {
    size_t at = 0, size, i;
    for (; at < length; at += size) {
        const unsigned char* const c = (const unsigned char*)text + at;
        size = c[0] < 0x80 ? 1 : c[0] < 0xE0 ? 2 : c[0] < 0xF0 ? 3 : 4;
        if ((c[0] >= 0x80 && c[0] < 0xC2) || c[0] > 0xF4 || size > length - at) break;
        for (i = 1; i < size; ++i)
            if ((c[i] & 0xC0) != 0x80) return at;
        if ((c[0] == 0xE0 && c[1] < 0xA0) || (c[0] == 0xF0 && c[1] < 0x90)) break; /* overlong */
        if ((c[0] == 0xED && c[1] > 0x9F) || (c[0] == 0xF4 && c[1] > 0x8F)) break; /* surrogate, > U+10FFFF */
    }
    return at;
}

/* The file is read, not mapped: a map of a file that another process cuts short ends in SIGBUS. */
static bool read_file(struct table* table, const char* path, struct call* call) {
    struct stat found;
    size_t size = 0;
    FILE* file;
    if (stat(path, &found) != 0 || !S_ISREG(found.st_mode) || (file = fopen(path, "rb")) == NULL)
        return fail(call, DBWAY_ERR_SYNTAX, "42P01", "there is no readable file \"%s\"", path);
    if ((uint64_t)found.st_size < UINT32_MAX) /* which is what a cell's length can hold */
        table->bytes = malloc((size_t)found.st_size + 1);
    if (table->bytes != NULL) size = fread(table->bytes, 1, (size_t)found.st_size + 1, file);
    fclose(file);
    if (table->bytes == NULL)
        return fail(call, DBWAY_ERR_RESOURCE, "53200", "\"%s\" is too large for the memory", path);
    if (size != (size_t)found.st_size)
        return fail(call, DBWAY_ERR_CONFLICT, "58030", "\"%s\" changed while it was read; try again", path);
    table->at = table->bytes;
    table->end = table->bytes + size;
    return true;
}

static bool malformed(const struct table* table, const char* what, struct call* call) {
    return fail(call, DBWAY_ERR_DATA, "22P04", "table \"%.*s\", line %llu: %s", (int)table->name.len,
                table->name.ptr, table->record_line, what);
}

static bool at_line_end(const struct table* table) {
    const char* const at = table->at + (table->at < table->end && *table->at == '\r');
    return at == table->end || *at == '\n';
}

static void skip_line_end(struct table* table) {
    table->at += table->at < table->end && *table->at == '\r';
    table->at += table->at < table->end;
    ++table->line;
}

/* A doubled quote becomes a single one in place, so that the field can point into the file. */
static bool take_field(struct table* table, dbway_value* field, struct call* call) {
    const bool quoted = table->at < table->end && *table->at == '"';
    bool closed = !quoted;
    char *const text = table->at + quoted, *out = text;
    for (table->at = text; table->at < table->end; *out++ = *table->at++) {
        if (quoted && *table->at == '"') closed = ++table->at == table->end || *table->at != '"';
        if (closed && (quoted || *table->at == ',' || at_line_end(table))) break;
        table->line += *table->at == '\n';
    }
    *field = (dbway_value){.v.text = text, .len = (uint32_t)(out - text), .type = DBWAY_T_TEXT};
    if (!closed) return malformed(table, "its last quote never closes", call);
    if (!at_line_end(table) && *table->at != ',')
        return malformed(table, "text behind a closing quote", call);
    return utf8_prefix(text, field->len) == field->len || malformed(table, "not UTF-8", call);
}

/* The next record. False at the end, and after a failure. */
static bool table_next(struct table* table, dbway_value* record, struct call* call) {
    uint32_t n = 0;
    if (!go_on(call)) return false;
    /* An empty line is a record only where there is one column to be empty. */
    while (table->n_columns > 1 && table->at < table->end && at_line_end(table)) skip_line_end(table);
    if (table->at == table->end) return false;
    table->record_line = table->line;
    do {
        if (n == MAX_COLUMNS) return malformed(table, "too many fields", call);
        if (!take_field(table, &record[n++], call)) return false;
    } while (table->at < table->end && *table->at == ',' && ++table->at);
    skip_line_end(table);
    if (table->n_columns == 0) table->n_columns = n;
    return table->n_columns == n || malformed(table, "not as many fields as in the first line", call);
}

static bool table_open(struct table* table, const char* directory, dbway_str name, struct call* call) {
    char path[MAX_PATH + 256];
    if (name.len == 0 || name.len > 250 || name.ptr[0] == '.' || memchr(name.ptr, '/', name.len) != NULL ||
        memchr(name.ptr, '\0', name.len) != NULL)
        return fail(call, DBWAY_ERR_SYNTAX, "42P01", "a table's name cannot lead out of the directory");
    snprintf(path, sizeof path, "%s/%.*s.csv", directory, (int)name.len, name.ptr);
    table->name = name;
    table->line = table->record_line = 1;
    if (!read_file(table, path, call)) return false;
    if (table->end - table->at >= 3 && memcmp(table->at, "\xEF\xBB\xBF", 3) == 0)
        table->at += 3; /* a byte order mark */
    return table_next(table, table->names, call) ||
           (call->status == DBWAY_OK && malformed(table, "empty, so it has no columns", call));
}

/* ---- statements ---- */

struct parser {
    const char *at, *end; /* what follows the token */
    dbway_str token;      /* empty at the end of the text */
    bool quoted;          /* the token is what stood between quotes */
    struct call* call;
};

/* With what makes $1 and count(*) one token each. */
static bool is_word_part(char c) {
    return isalnum((unsigned char)c) || (c != '\0' && strchr("_$(*)", c) != NULL) || (unsigned char)c >= 0x80;
}

static void next_token(struct parser* p) {
    const char *start, *quote = NULL;
    while (p->at < p->end && isspace((unsigned char)*p->at)) ++p->at;
    start = p->at;
    if (p->at < p->end && *p->at == '"') quote = memchr(p->at + 1, '"', (size_t)(p->end - p->at - 1));
    p->quoted = quote != NULL;
    while (p->at < p->end && is_word_part(*p->at)) ++p->at;
    if (p->at == start && p->at < p->end) ++p->at; /* a symbol */
    if (p->quoted) p->at = quote + 1;
    p->token.ptr = start + p->quoted;
    p->token.len = (size_t)((p->quoted ? quote : p->at) - p->token.ptr);
}

static bool accept(struct parser* p, const char* keyword) {
    const bool found = !p->quoted && p->token.len == strlen(keyword) &&
                       strncasecmp(p->token.ptr, keyword, p->token.len) == 0;
    if (found) next_token(p);
    return found;
}

static bool expected(const struct parser* p, const char* what) {
    const int shown = p->token.len < 60 ? (int)p->token.len : 60;
    return fail(p->call, DBWAY_ERR_SYNTAX, "42601", "expected %s, found '%.*s'", what, shown, p->token.ptr);
}

static bool expect(struct parser* p, const char* keyword) {
    return accept(p, keyword) || expected(p, keyword);
}

static bool take_name(struct parser* p, dbway_str* out, const char* what) {
    if (!p->quoted && (p->token.len == 0 || !is_word_part(*p->token.ptr))) return expected(p, what);
    *out = p->token;
    next_token(p);
    return true;
}

/* The columns get the names that the statement gives them; none for a star. */
static bool parse_columns(struct parser* p, struct query* query) {
    query->count = accept(p, "count(*)");
    query->n_columns = query->count;
    if (query->count || accept(p, "*")) return true;
    do {
        if (query->n_columns == MAX_COLUMNS)
            return fail(p->call, DBWAY_ERR_RESOURCE, "54011", "more than %d columns", MAX_COLUMNS);
        if (!take_name(p, &query->columns[query->n_columns++].name, "* or a column")) return false;
    } while (accept(p, ","));
    return true;
}

static bool find_field(const struct table* table, dbway_str name, uint32_t* out, struct call* call) {
    for (*out = 0; *out < table->n_columns; ++*out) {
        const dbway_value* const known = &table->names[*out];
        if (known->len == name.len && memcmp(known->v.text, name.ptr, name.len) == 0) return true;
    }
    return fail(call, DBWAY_ERR_SYNTAX, "42703", "no column \"%.*s\"", (int)name.len, name.ptr);
}

/* The names come from the table, as the columns outlive the text of the statement by one call (R1). */
static bool describe_columns(struct query* query, struct call* call) {
    const bool named = query->n_columns != 0 && !query->count;
    uint32_t i;
    if (query->n_columns == 0) query->n_columns = query->table.n_columns;
    for (i = 0; i < query->n_columns; ++i) {
        dbway_column* const column = &query->columns[i];
        const dbway_value* name;
        query->fields[i] = i;
        if (named && !find_field(&query->table, column->name, &query->fields[i], call)) return false;
        name = &query->table.names[query->fields[i]];
        column->struct_size = sizeof *column;
        column->type = query->count ? DBWAY_T_I64 : DBWAY_T_TEXT;
        column->precision = column->scale = -1;
        column->name.ptr = query->count ? "count(*)" : name->v.text;
        column->name.len = query->count ? 8 : name->len;
        query->pointers[i] = column;
    }
    return true;
}

static bool take_parameters(struct query* query, const dbway_request* request, struct call* call) {
    const dbway_value* const value = query->params = request->params;
    if (request->n_sets > 1)
        return fail(call, DBWAY_ERR_UNSUPPORTED, "0A000", "one set of parameters at a time");
    if (request->n_params != query->n_params)
        return fail(call, DBWAY_ERR_INVALID, "07001", "%u parameters for a statement of %u",
                    request->n_params, query->n_params);
    if (query->n_params == 0 || value->type == DBWAY_T_TEXT || value->type == DBWAY_T_NULL) return true;
    return fail(call, DBWAY_ERR_DATA, "42804", "a field is text: pass text to compare it with");
}

bool query_begin(struct query* query, const char* directory, const dbway_request* request,
                 struct call* call) {
    struct parser p = {.at = request->sql.ptr, .end = request->sql.ptr + request->sql.len, .call = call};
    dbway_str table, name;
    next_token(&p);
    if (!expect(&p, "select") || !parse_columns(&p, query) || !expect(&p, "from")) return false;
    if (!take_name(&p, &table, "a table") || !table_open(&query->table, directory, table, call)) return false;
    if (!describe_columns(query, call)) return false;
    if (accept(&p, "where")) {
        query->n_params = 1;
        if (!take_name(&p, &name, "a column") || !find_field(&query->table, name, &query->condition, call))
            return false;
        if (!expect(&p, "=") || !expect(&p, "$1")) return false;
    }
    if (p.token.len != 0 || p.quoted) return expected(&p, "WHERE or the end");
    return take_parameters(query, request, call);
}

void query_end(struct query* query) {
    free(query->table.bytes);
    memset(query, 0, offsetof(struct query, cells));
}

/* A parameter that is NULL equals nothing. */
static bool matches(const struct query* query, const dbway_value* record) {
    const dbway_value *const field = &record[query->condition], *const value = query->params;
    if (query->n_params == 0) return true;
    return value->type == DBWAY_T_TEXT && value->len == field->len &&
           (field->len == 0 || memcmp(value->v.text, field->v.text, field->len) == 0);
}

bool query_fetch(struct query* query, uint32_t most, struct call* call) {
    dbway_value record[MAX_COLUMNS], *cell = query->cells;
    int64_t count = 0;
    uint32_t i;
    if (most > BATCH_CELLS / query->n_columns) most = BATCH_CELLS / query->n_columns;
    query->n_rows = 0;
    while (!query->ended && query->n_rows < most) {
        query->ended = !table_next(&query->table, record, call);
        if (query->ended || !matches(query, record)) continue;
        ++count;
        if (query->count) continue;
        for (i = 0; i < query->n_columns; ++i) *cell++ = record[query->fields[i]];
        ++query->n_rows;
    }
    if (query->count) {
        *cell = (dbway_value){.v.i64 = count, .type = DBWAY_T_I64};
        query->n_rows = 1;
    }
    return call->status == DBWAY_OK;
}
