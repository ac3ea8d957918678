#include "statement.h"

#include <stdlib.h>
#include <string.h>

enum token { T_END, T_WORD, T_QUOTED, T_STRING, T_NUMBER, T_PARAMETER, T_SYMBOL };

struct parser {
    char* begin; /* our copy of the text; quoted tokens are rewritten in place */
    char* at;    /* behind the current token */
    char* end;
    const char* original;
    size_t counted; /* `position` is that of this byte of the original */
    uint32_t position;
    enum token token;
    dbway_str text; /* of the token, without its quotes */
    uint32_t token_position;
    struct failure* failure;
};

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool same_text(dbway_str left, const char* right, size_t length) {
    size_t i;
    if (left.len != length) return false;
    for (i = 0; i < length; ++i)
        if (lower(left.ptr[i]) != lower(right[i])) return false;
    return true;
}

bool same_name(const struct name* name, dbway_str text) {
    if (!name->exact) return same_text(name->text, text.ptr, text.len);
    return name->text.len == text.len && (text.len == 0 || memcmp(name->text.ptr, text.ptr, text.len) == 0);
}

/* ---- tokens
 * ---------------------------------------------------------------------------------------------------- */

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_word_part(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || is_digit(c) || c == '_' || (unsigned char)c >= 0x80;
}

static dbway_status syntax_error(struct parser* p, const char* what) {
    if (p->token == T_END)
        fail(p->failure, DBWAY_ERR_SYNTAX, "42601", "%s, found the end of the statement", what);
    else
        fail(p->failure, DBWAY_ERR_SYNTAX, "42601", "%s, found '%.*s'", what,
             (int)(p->text.len < 60 ? p->text.len : 60), p->text.ptr);
    p->failure->position = p->token_position;
    return DBWAY_ERR_SYNTAX;
}

/* Text between quotes; a doubled quote stands for one. */
static dbway_status quoted(struct parser* p, enum token token) {
    const char quote = *p->at;
    char* in = p->at + 1;
    char* out = in;
    p->text.ptr = out;
    for (;; ++in) {
        if (in == p->end) {
            p->token = T_END;
            return syntax_error(p,
                                quote == '"' ? "a quoted name is never closed" : "a string is never closed");
        }
        if (*in == quote && (in + 1 == p->end || *++in != quote)) break;
        *out++ = *in;
    }
    p->token = token;
    p->text.len = (size_t)(out - p->text.ptr);
    p->at = in < p->end && *in != quote ? in : in + 1;
    return DBWAY_OK;
}

/* The 1-based character at the current byte. */
static uint32_t position(struct parser* p) {
    const size_t here = (size_t)(p->at - p->begin);
    for (; p->counted < here; ++p->counted)
        p->position += ((unsigned char)p->original[p->counted] & 0xC0) != 0x80;
    return p->position;
}

static dbway_status next(struct parser* p) {
    const char* start;
    for (;;) {
        while (p->at < p->end && is_blank(*p->at)) ++p->at;
        if (p->end - p->at < 2 || p->at[0] != '-' || p->at[1] != '-') break;
        while (p->at < p->end && *p->at != '\n') ++p->at;
    }
    p->token_position = position(p);
    start = p->at;
    p->text.ptr = start;
    p->text.len = 0;
    if (p->at == p->end) {
        p->token = T_END;
        return DBWAY_OK;
    }
    if (*start == '"') return quoted(p, T_QUOTED);
    if (*start == '\'') return quoted(p, T_STRING);
    if (is_digit(*start) || (*start == '-' && p->at + 1 < p->end && is_digit(start[1]))) {
        p->token = T_NUMBER;
        for (++p->at; p->at < p->end && (is_digit(*p->at) || *p->at == '.');) ++p->at;
    } else if (is_word_part(*start)) {
        p->token = T_WORD;
        while (p->at < p->end && is_word_part(*p->at)) ++p->at;
    } else if (*start == '$' && p->at + 1 < p->end && is_digit(start[1])) {
        p->token = T_PARAMETER;
        for (++p->at; p->at < p->end && is_digit(*p->at);) ++p->at;
    } else {
        p->token = T_SYMBOL;
        ++p->at;
    }
    p->text.len = (size_t)(p->at - start);
    return DBWAY_OK;
}

static bool is_word(const struct parser* p, const char* keyword) {
    return p->token == T_WORD && same_text(p->text, keyword, strlen(keyword));
}
static bool is_symbol(const struct parser* p, char symbol) {
    return p->token == T_SYMBOL && p->text.ptr[0] == symbol;
}

/* ---- grammar. Each function starts at the current token and leaves the parser behind what it has read.
 * ------------ */

#define TRY(call)                               \
    do {                                        \
        const dbway_status try_status = (call); \
        if (try_status < 0) return try_status;  \
    } while (0)

static bool is_reserved(const struct parser* p) {
    static const char* const words[] = {"select", "from", "where", "and", "order", "by", "limit", "as"};
    size_t i;
    for (i = 0; i < sizeof words / sizeof *words; ++i)
        if (is_word(p, words[i])) return true;
    return false;
}

static dbway_status parse_name(struct parser* p, struct name* out, const char* expected) {
    if ((p->token != T_WORD || is_reserved(p)) && p->token != T_QUOTED) return syntax_error(p, expected);
    out->text = p->text;
    out->exact = p->token == T_QUOTED;
    out->position = p->token_position;
    return next(p);
}

static dbway_status parse_alias(struct parser* p, struct name* out) {
    if (is_word(p, "as")) {
        TRY(next(p));
        return parse_name(p, out, "expected a name behind AS");
    }
    if (p->token == T_QUOTED || (p->token == T_WORD && !is_reserved(p))) return parse_name(p, out, "");
    return DBWAY_OK;
}

static dbway_status parse_column(struct parser* p, struct column_name* out) {
    TRY(parse_name(p, &out->column, "expected a column"));
    if (!is_symbol(p, '.')) return DBWAY_OK;
    TRY(next(p));
    out->table = out->column;
    return parse_name(p, &out->column, "expected a column behind the point");
}

static dbway_status parse_value(struct parser* p, struct select* select, struct value* out) {
    out->position = p->token_position;
    out->text = p->text;
    if (p->token == T_PARAMETER) {
        size_t i;
        for (i = 1; i < p->text.len && out->parameter < 65536; ++i)
            out->parameter = out->parameter * 10 + (uint32_t)(p->text.ptr[i] - '0');
        if (out->parameter == 0 || out->parameter > 65535) return syntax_error(p, "expected $1 to $65535");
        if (out->parameter > select->n_params) select->n_params = out->parameter;
    } else if (p->token != T_STRING && p->token != T_NUMBER) {
        return syntax_error(p, "expected a string, a number or a parameter such as $1");
    }
    return next(p);
}

static dbway_status too_many(struct parser* p, const char* what, unsigned limit) {
    fail(p->failure, DBWAY_ERR_RESOURCE, "54001", "more than %u %s in one statement", limit, what);
    p->failure->position = p->token_position;
    return DBWAY_ERR_RESOURCE;
}

static dbway_status parse_items(struct parser* p, struct select* select) {
    for (;;) {
        struct select_item* item;
        if (select->n_items == MAX_ITEMS) return too_many(p, "columns", MAX_ITEMS);
        item = &select->items[select->n_items++];
        if (is_symbol(p, '*')) {
            item->star = true;
            TRY(next(p));
        } else {
            TRY(parse_column(p, &item->source));
            if (select->n_items == 1 && is_symbol(p, '(') && item->source.table.text.ptr == NULL &&
                !item->source.column.exact && same_text(item->source.column.text, "count", 5)) {
                TRY(next(p));
                if (!is_symbol(p, '*')) return syntax_error(p, "expected count(*)");
                TRY(next(p));
                if (!is_symbol(p, ')')) return syntax_error(p, "expected count(*)");
                TRY(next(p));
                select->count = true;
                select->n_items = 0;
                return parse_alias(p, &select->count_alias);
            }
            TRY(parse_alias(p, &item->alias));
        }
        if (!is_symbol(p, ',')) return DBWAY_OK;
        TRY(next(p));
    }
}

static dbway_status parse_tables(struct parser* p, struct select* select) {
    for (;;) {
        const uint32_t i = select->n_tables;
        if (i == MAX_TABLES) return too_many(p, "tables", MAX_TABLES);
        TRY(parse_name(p, &select->tables[i], "expected a table"));
        TRY(parse_alias(p, &select->table_aliases[i]));
        ++select->n_tables;
        if (!is_symbol(p, ',')) return DBWAY_OK;
        TRY(next(p));
    }
}

static dbway_status parse_conditions(struct parser* p, struct select* select) {
    do {
        const uint32_t i = select->n_conditions;
        if (i == MAX_CONDITIONS) return too_many(p, "conditions", MAX_CONDITIONS);
        TRY(next(p)); /* WHERE, AND */
        TRY(parse_column(p, &select->condition_columns[i]));
        if (!is_symbol(p, '=')) return syntax_error(p, "expected =");
        TRY(next(p));
        TRY(parse_value(p, select, &select->condition_values[i]));
        ++select->n_conditions;
    } while (is_word(p, "and"));
    return DBWAY_OK;
}

static dbway_status parse_select(struct parser* p, struct select* select) {
    TRY(next(p));
    if (!is_word(p, "select")) return syntax_error(p, "expected SELECT");
    TRY(next(p));
    TRY(parse_items(p, select));
    if (!is_word(p, "from")) return syntax_error(p, "expected FROM");
    TRY(next(p));
    TRY(parse_tables(p, select));
    if (is_word(p, "where")) TRY(parse_conditions(p, select));
    if (is_word(p, "order")) {
        TRY(next(p));
        if (!is_word(p, "by")) return syntax_error(p, "expected BY");
        TRY(next(p));
        TRY(parse_column(p, &select->order));
        select->ordered = true;
        select->descending = is_word(p, "desc");
        if (select->descending || is_word(p, "asc")) TRY(next(p));
    }
    if (is_word(p, "limit")) {
        TRY(next(p));
        TRY(parse_value(p, select, &select->limit));
        select->limited = true;
    }
    if (is_symbol(p, ';')) TRY(next(p));
    if (p->token != T_END) return syntax_error(p, "expected WHERE, ORDER BY, LIMIT or the end");
    return DBWAY_OK;
}

dbway_status select_parse(dbway_str sql, struct select** out, struct failure* failure) {
    struct parser p = {0};
    struct select* select;
    dbway_status status;
    *out = NULL;
    if (utf8_prefix(sql.ptr, sql.len) != sql.len)
        return fail(failure, DBWAY_ERR_DATA, "22021", "the statement is not UTF-8");
    select = calloc(1, sizeof *select);
    if (select == NULL || (select->text = malloc(sql.len + 1)) == NULL) {
        free(select);
        return fail_no_memory(failure);
    }
    if (sql.len != 0) memcpy(select->text, sql.ptr, sql.len);
    p.begin = p.at = select->text;
    p.end = select->text + sql.len;
    p.original = sql.ptr;
    p.position = 1;
    p.failure = failure;
    status = parse_select(&p, select);
    if (status < 0)
        select_free(select);
    else
        *out = select;
    return status;
}

dbway_status select_make(dbway_str table, const dbway_str* columns, uint32_t n_columns, struct select** out,
                         struct failure* failure) {
    struct select* select;
    uint32_t i;
    *out = NULL;
    if (n_columns > MAX_ITEMS)
        return fail(failure, DBWAY_ERR_RESOURCE, "54001", "more than %d columns in one statement", MAX_ITEMS);
    select = calloc(1, sizeof *select);
    if (select == NULL) return fail_no_memory(failure);
    select->n_tables = 1;
    select->tables[0].text = table;
    select->tables[0].exact = true;
    select->n_items = n_columns == 0 ? 1 : n_columns;
    select->items[0].star = n_columns == 0;
    for (i = 0; i < n_columns; ++i) {
        select->items[i].source.column.text = columns[i];
        select->items[i].source.column.exact = true;
    }
    *out = select;
    return DBWAY_OK;
}

void select_free(struct select* select) {
    if (select == NULL) return;
    free(select->text);
    free(select);
}
