/* query.c - the statements of this provider:
 *
 *   SELECT * | column, … | count(*)  FROM table  [WHERE column = $1 [AND column = $2 …]]  [LIMIT number]
 *
 * Keywords match in any case, names exactly; a name that is no plain word stands in "double quotes". */
#include <stdlib.h>

#include "csv.h"

#define TRY(call)                                      \
    do {                                               \
        const dbway_status try_status = (call);        \
        if (try_status != DBWAY_OK) return try_status; \
    } while (0)

static bool same_bytes(const char* left, size_t left_length, const char* right, size_t right_length) {
    return left_length == right_length && (left_length == 0 || memcmp(left, right, left_length) == 0);
}

bool same_columns(const struct result* left, const struct result* right) {
    uint32_t i;
    for (i = 0; i < left->n_columns && i < right->n_columns; ++i) {
        const dbway_str a = left->columns[i].name, b = right->columns[i].name;
        if (!same_bytes(a.ptr, a.len, b.ptr, b.len)) return false;
    }
    return left->n_columns == right->n_columns; /* the types follow from the statement */
}

/* ---- tokens ---- */

struct parser {
    dbway_str sql;
    const char* at; /* behind the token */
    enum { END, WORD, QUOTED, NUMBER, PARAMETER, SYMBOL } kind;
    dbway_str token; /* part of `sql`; of QUOTED without the quotes, of PARAMETER without the $ */
    struct failure* failure;
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
static bool is_word_part(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || is_digit(c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Gives the failure its place, counted in characters. */
static dbway_status at_text(const struct parser* p, dbway_str text) {
    const char* c;
    p->failure->position = 1;
    for (c = p->sql.ptr; c < text.ptr; ++c) p->failure->position += ((unsigned char)*c & 0xC0) != 0x80;
    return p->failure->status;
}

static dbway_status expected(const struct parser* p, const char* what) {
    if (p->kind == END)
        fail(p->failure, DBWAY_ERR_SYNTAX, "42601", "expected %s, found the end", what);
    else
        fail(p->failure, DBWAY_ERR_SYNTAX, "42601", "expected %s, found '%.*s'", what,
             (int)(p->token.len < 60 ? p->token.len : 60), p->token.ptr);
    return at_text(p, p->token);
}

static void next(struct parser* p) {
    const char* const end = p->sql.ptr + p->sql.len;
    const char *at = p->at, *quote;
    while (at < end && (*at == ' ' || (*at >= '\t' && *at <= '\r'))) ++at;
    p->token.ptr = at;
    p->kind = at == end ? END : SYMBOL;
    if (at < end && *at == '"' && (quote = memchr(at + 1, '"', (size_t)(end - at - 1))) != NULL) {
        p->kind = QUOTED;
        p->token.ptr = at + 1;
        p->token.len = (size_t)(quote - at - 1);
        p->at = quote + 1;
        return;
    }
    if (at < end && (is_digit(*at) || *at == '$')) {
        p->kind = *at == '$' ? PARAMETER : NUMBER;
        p->token.ptr += *at == '$';
        for (++at; at < end && is_digit(*at);) ++at;
    } else if (at < end && is_word_part(*at)) {
        p->kind = WORD;
        while (at < end && is_word_part(*at)) ++at;
    } else if (at < end) {
        ++at;
    }
    p->token.len = (size_t)(at - p->token.ptr);
    p->at = at;
}

static bool spells(dbway_str text, const char* keyword) {
    size_t i = 0;
    while (i < text.len && keyword[i] != '\0' && lower(text.ptr[i]) == keyword[i]) ++i;
    return i == text.len && keyword[i] == '\0';
}

/* Is this the token? Then the parser goes behind it. */
static bool accept(struct parser* p, const char* keyword) {
    if ((p->kind != WORD && p->kind != SYMBOL) || !spells(p->token, keyword)) return false;
    next(p);
    return true;
}

static dbway_status take_name(struct parser* p, dbway_str* out, const char* what) {
    if (p->kind != WORD && p->kind != QUOTED) return expected(p, what);
    *out = p->token;
    next(p);
    return DBWAY_OK;
}

static dbway_status take_number(struct parser* p, int kind, uint64_t most, uint64_t* out, const char* what) {
    size_t i;
    *out = 0;
    for (i = 0; i < p->token.len && *out <= most && (int)p->kind == kind; ++i)
        *out = *out * 10 + (uint64_t)(p->token.ptr[i] - '0');
    if (i == 0 || *out > most) return expected(p, what);
    next(p);
    return DBWAY_OK;
}

/* ---- grammar ---- */

static dbway_status too_many(const struct parser* p) {
    fail(p->failure, DBWAY_ERR_RESOURCE, "54001", "more than %d columns or conditions", MAX_COLUMNS);
    return at_text(p, p->token);
}

/* `names` gets the columns; none of them for a star. */
static dbway_status parse_columns(struct parser* p, struct result* result, dbway_str* names) {
    if (accept(p, "*")) return DBWAY_OK;
    do {
        if (result->n_columns == MAX_COLUMNS) return too_many(p);
        TRY(take_name(p, &names[result->n_columns++], "* or a column"));
        if (result->n_columns == 1 && spells(names[0], "count") && accept(p, "(")) {
            result->count = true;
            return accept(p, "*") && accept(p, ")") ? DBWAY_OK : expected(p, "count(*)");
        }
    } while (accept(p, ","));
    return DBWAY_OK;
}

static dbway_status find_field(const struct parser* p, const struct table* table, dbway_str name,
                               uint32_t* out) {
    for (*out = 0; *out < table->n_columns; ++*out) {
        const dbway_value* const cell = &table->cells.items[*out];
        if (same_bytes(name.ptr, name.len, cell->v.text, cell->len)) return DBWAY_OK;
    }
    fail(p->failure, DBWAY_ERR_SYNTAX, "42703", "no column \"%.*s\"", (int)(name.len < 100 ? name.len : 100),
         name.ptr);
    return at_text(p, name);
}

static dbway_status bind_columns(const struct parser* p, struct result* result, const dbway_str* names) {
    const bool star = result->n_columns == 0;
    uint32_t i;
    if (star) result->n_columns = result->table.n_columns;
    for (i = 0; i < result->n_columns; ++i) {
        dbway_column* const column = &result->columns[i];
        result->fields[i] = i;
        if (!star && !result->count) TRY(find_field(p, &result->table, names[i], &result->fields[i]));
        column->struct_size = sizeof *column;
        column->type = result->count ? DBWAY_T_I64 : DBWAY_T_TEXT;
        column->precision = column->scale = -1;
        column->name.ptr = result->count ? "count(*)" : result->table.cells.items[result->fields[i]].v.text;
        column->name.len = result->count ? 8 : result->table.cells.items[result->fields[i]].len;
        result->pointers[i] = column;
    }
    return DBWAY_OK;
}

static dbway_status parse_conditions(struct parser* p, struct result* result) {
    do {
        const uint32_t i = result->n_conditions++;
        uint64_t number;
        dbway_str name;
        if (i == MAX_COLUMNS) return too_many(p);
        TRY(take_name(p, &name, "a column"));
        TRY(find_field(p, &result->table, name, &result->conditions[i].field));
        if (!accept(p, "=")) return expected(p, "=");
        TRY(take_number(p, PARAMETER, MAX_COLUMNS, &number, "a parameter: $1 to $256"));
        if (number == 0) return expected(p, "$1 instead of $0 before it");
        result->conditions[i].parameter = (uint32_t)number - 1;
        if (number > result->n_params) result->n_params = (uint32_t)number;
    } while (accept(p, "and"));
    return DBWAY_OK;
}

static dbway_status parse_select(struct parser* p, struct result* result, const char* directory,
                                 const atomic_bool* cancelled) {
    dbway_str names[MAX_COLUMNS], table;
    next(p);
    if (!accept(p, "select")) return expected(p, "SELECT");
    TRY(parse_columns(p, result, names));
    if (!accept(p, "from")) return expected(p, "FROM");
    TRY(take_name(p, &table, "a table"));
    if (table_read(&result->table, directory, table, cancelled, p->failure) != DBWAY_OK)
        return at_text(p, table);
    TRY(bind_columns(p, result, names));
    if (accept(p, "where")) TRY(parse_conditions(p, result));
    result->limit = UINT64_MAX;
    if (accept(p, "limit")) TRY(take_number(p, NUMBER, INT32_MAX, &result->limit, "a number of rows"));
    accept(p, ";");
    return p->kind == END ? DBWAY_OK : expected(p, "WHERE, LIMIT or the end");
}

dbway_status result_describe(struct result** out, const char* directory, dbway_str sql,
                             const atomic_bool* cancelled, struct failure* failure) {
    struct parser p = {sql, sql.ptr, END, {NULL, 0}, failure};
    if (sql.len == 0) return fail(failure, DBWAY_ERR_INVALID, "42601", "a request without a text");
    if (utf8_prefix(sql.ptr, sql.len) != sql.len)
        return fail(failure, DBWAY_ERR_DATA, "22021", "the statement is not UTF-8");
    *out = calloc(1, sizeof **out);
    return *out != NULL ? parse_select(&p, *out, directory, cancelled) : fail_no_memory(failure);
}

void result_free(struct result* result) {
    if (result == NULL) return;
    table_free(&result->table);
    free(result->cells.items);
    free(result);
}

/* ---- rows ---- */

/* A parameter that is NULL equals nothing. */
static bool matches(const struct result* result, const dbway_value* record, const dbway_value* values) {
    uint32_t i;
    for (i = 0; i < result->n_conditions; ++i) {
        const dbway_value* const cell = &record[result->conditions[i].field];
        const dbway_value* const value = &values[result->conditions[i].parameter];
        if (value->type == DBWAY_T_NULL) return false;
        if (!same_bytes(cell->v.text, cell->len, value->v.text, value->len)) return false;
    }
    return true;
}

static dbway_status run_set(struct result* result, const dbway_value* values, const atomic_bool* cancelled,
                            struct failure* failure) {
    const struct cells* const cells = &result->table.cells;
    uint64_t found = 0;
    dbway_value* cell;
    size_t at;
    uint32_t i;
    for (i = 0; i < result->n_params; ++i)
        if ((values[i].type != DBWAY_T_TEXT && values[i].type != DBWAY_T_NULL) ||
            (values[i].type == DBWAY_T_TEXT && values[i].v.text == NULL && values[i].len != 0))
            return fail(failure, DBWAY_ERR_DATA, "42804", "a field is text: pass text to compare it with");
    for (at = result->table.n_columns; at < cells->count; at += result->table.n_columns) {
        TRY(check_cancelled(cancelled, failure));
        if (!result->count && found == result->limit) break;
        if (!matches(result, &cells->items[at], values)) continue;
        ++found;
        for (i = 0; !result->count && i < result->n_columns; ++i) {
            if ((cell = cells_add(&result->cells)) == NULL) return fail_no_memory(failure);
            *cell = cells->items[at + result->fields[i]];
        }
    }
    if (!result->count || result->limit == 0) return DBWAY_OK;
    if ((cell = cells_add(&result->cells)) == NULL) return fail_no_memory(failure);
    cell->type = DBWAY_T_I64;
    cell->v.i64 = (int64_t)found;
    return DBWAY_OK;
}

dbway_status result_run(struct result* result, const dbway_request* request, const atomic_bool* cancelled,
                        struct failure* failure) {
    const size_t n = result->n_params, n_sets = request->n_sets == 0 ? 1 : request->n_sets;
    size_t set;
    if (request->n_params != n)
        return fail(failure, DBWAY_ERR_INVALID, "07001", "%u parameters for a statement of %zu",
                    request->n_params, n);
    for (set = 0; set < n_sets; ++set)
        TRY(run_set(result, n == 0 ? NULL : request->params + set * n, cancelled, failure));
    return DBWAY_OK;
}
