/* query.c - the statements of this provider:
 *
 *   SELECT * | column, … | count(*)  FROM table  [WHERE column = $1 [AND column = $2 …]]  [LIMIT number]
 *
 * Names match exactly; one that is no plain word stands in "double quotes". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "csv.h"

/* ---- columns ---- */

static struct columns* columns_make(uint32_t n, const dbway_str* names, uint32_t type) {
    size_t size = sizeof(struct columns) + n * (sizeof(dbway_column) + sizeof(dbway_column*));
    struct columns* columns;
    char* text;
    uint32_t i;
    for (i = 0; i < n; ++i) size += names[i].len;
    columns = calloc(1, size);
    if (columns == NULL) return NULL;
    columns->count = n;
    columns->items = (dbway_column*)(void*)(columns + 1);
    columns->pointers = (const dbway_column**)(void*)(columns->items + n);
    text = (char*)(columns->pointers + n);
    for (i = 0; i < n; ++i) {
        dbway_column* const column = &columns->items[i];
        column->struct_size = sizeof *column;
        column->type = type;
        column->precision = column->scale = -1;
        column->name.ptr = text;
        column->name.len = names[i].len;
        if (names[i].len != 0) memcpy(text, names[i].ptr, names[i].len);
        text += names[i].len;
        columns->pointers[i] = column;
    }
    return columns;
}

struct columns* columns_of_params(uint32_t n) {
    dbway_str* const names = calloc((size_t)n + 1, sizeof *names);
    struct columns* const columns = names != NULL ? columns_make(n, names, DBWAY_T_TEXT) : NULL;
    free(names);
    return columns;
}

static bool same_text(dbway_str left, const char* right, size_t length) {
    return left.len == length && (length == 0 || memcmp(left.ptr, right, length) == 0);
}

bool columns_equal(const struct columns* left, const struct columns* right) {
    uint32_t i;
    if (left->count != right->count) return false;
    for (i = 0; i < left->count; ++i) {
        const dbway_column *a = &left->items[i], *b = &right->items[i];
        if (a->type != b->type || !same_text(a->name, b->name.ptr, b->name.len)) return false;
    }
    return true;
}

/* ---- tokens ---- */

enum kind { END, WORD, QUOTED, NUMBER, PARAMETER, SYMBOL };

struct name {
    dbway_str text;
    size_t offset; /* in the statement */
};

struct parser {
    dbway_str sql;
    char* copy; /* quoted names are rewritten in it; what comes behind stays where it was */
    size_t at;  /* behind the token */
    enum kind kind;
    struct name token; /* without its quotes */
    struct failure* failure;

    bool star;
    uint32_t n_names;
    struct name names[MAX_COLUMNS], table;
    struct name conditions[MAX_CONDITIONS];
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_word_part(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* Gives the failure its place, counted in characters. */
static dbway_status at_offset(const struct parser* p, size_t offset, dbway_status status) {
    size_t i;
    p->failure->position = 1;
    for (i = 0; i < offset; ++i) p->failure->position += ((unsigned char)p->sql.ptr[i] & 0xC0) != 0x80;
    return status;
}

static dbway_status syntax_error(const struct parser* p, const char* expected) {
    const dbway_str found = p->token.text;
    if (p->kind == END)
        fail(p->failure, DBWAY_ERR_SYNTAX, "42601", "expected %s, found the end of the statement", expected);
    else
        fail(p->failure, DBWAY_ERR_SYNTAX, "42601", "expected %s, found '%.*s'", expected,
             (int)(found.len < 60 ? found.len : 60), found.ptr);
    return at_offset(p, p->token.offset, DBWAY_ERR_SYNTAX);
}

static dbway_status next(struct parser* p) {
    const char* const text = p->copy;
    const size_t end = p->sql.len;
    size_t start, at = p->at;
    while (at < end && (text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r'))) ++at;
    p->token.offset = start = at;
    if (at == end) {
        p->kind = END;
    } else if (text[at] == '"') {
        char* out = p->copy + ++start;
        p->kind = QUOTED;
        while (++at < end && (text[at] != '"' || (at + 1 < end && text[++at] == '"'))) *out++ = text[at];
        /* It stopped behind the quote that closes, on that quote if it is the last character, or at the end. */
        if (at == end || text[at] != '"') at -= at < end;
        p->token.text.ptr = text + start;
        p->token.text.len = (size_t)(out - (p->copy + start));
        p->at = at + 1;
        return DBWAY_OK;
    } else if (is_word_part(text[at]) || (text[at] == '$' && at + 1 < end && is_digit(text[at + 1]))) {
        p->kind = text[at] == '$' ? PARAMETER : is_digit(text[at]) ? NUMBER : WORD;
        for (++at; at < end && (p->kind == WORD ? is_word_part(text[at]) : is_digit(text[at]));) ++at;
    } else {
        p->kind = SYMBOL;
        ++at;
    }
    p->token.text.ptr = text + start;
    p->token.text.len = at - start;
    p->at = at;
    return DBWAY_OK;
}
