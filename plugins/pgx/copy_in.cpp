#include "copy_in.hpp"

#include "buffer.hpp"
#include "codec_traits.hpp"
#include "connection.hpp"
#include "encode.hpp"
#include "frontend.hpp"
#include "request_encoder.hpp"

#include <dbway/sdk/postgresql_dialect.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace dbway::pgx {
namespace {

// Rows in one CopyData message, roughly; a wider row has its own.
constexpr std::size_t chunk = 32 * 1024;

// What begins binary COPY data: the signature, no flags, no extension (PostgreSQL documentation, COPY).
constexpr char binary_header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
constexpr std::size_t binary_header_size = 19;

// The columns of a table that COPY writes unless it is told which.
constexpr std::string_view writable_columns =
    "SELECT coalesce(string_agg(quote_ident(attname), ', ' ORDER BY attnum), '') FROM "
    "pg_catalog.pg_attribute "
    "WHERE attrelid = ";
constexpr std::string_view writable_columns_end =
    "::pg_catalog.regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''";

void put_escaped(Buffer& out, std::size_t from) {
    // Escapes what was appended since `from`: backslashes, and the characters that end a field or a line.
    const std::size_t size = out.size() - from;
    const std::uint8_t* text = out.data() + from;
    const auto special = [](std::uint8_t c) { return c == '\\' || c == '\t' || c == '\n' || c == '\r'; };
    const auto extra = static_cast<std::size_t>(std::count_if(text, text + size, special));
    if (extra == 0) return;
    out.reserve(extra);
    out.advance(extra);
    std::uint8_t* read = out.data() + from + size;
    std::uint8_t* write = read + extra;
    while (read != write) {
        const std::uint8_t c = *--read;
        *--write = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c;
        if (special(c)) *--write = '\\';
    }
}

}  // namespace

CopyIn::CopyIn(Connection& connection, Request& request) : Conversation(connection, request) {
    const dbway_request& host = request.host;
    const std::string_view text(host.sql.ptr, host.sql.len);
    if ((host.flags & DBWAY_RF_RAW) != 0) form_ = Form::raw;
    if ((host.flags & DBWAY_RF_SQL) != 0) {
        if (form_ != Form::raw) form_ = Form::text;  // nobody tells the types of a statement's columns
        return;
    }
    const auto table = sdk::quote_postgresql_name(text);
    if (!table)
        throw sdk::Failure(DBWAY_ERR_INVALID, "'" + std::string(text) + "' is not the name of a table",
                           "42602");
    table_ = *table;
    for (std::uint32_t i = 0; i < host.n_names; ++i)
        columns_.append(i == 0 ? "" : ", ")
            .append(sdk::quote_postgresql_identifier({host.names[i].ptr, host.names[i].len}));
}

std::uint32_t CopyIn::width() const noexcept { return request_.host.source->n_columns; }

void CopyIn::start() {
    if (form_ == Form::raw || (request_.host.flags & DBWAY_RF_SQL) != 0) return begin_copy();
    if (!columns_.empty()) return describe();
    step_ = Step::columns;
    Buffer& to = out();
    put_parse(to, {},
              std::string(writable_columns) + sdk::quote_postgresql_literal(table_) +
                  std::string(writable_columns_end),
              {});
    put_bind(to, {}, nullptr, 0, nullptr, nullptr);
    put_execute(to);
    put_sync(to);
}

void CopyIn::describe() {
    step_ = Step::describe;
    put_parse(out(), {}, "SELECT " + columns_ + " FROM " + table_, {});
    put_describe(out(), 'S', {});
    put_sync(out());
}

void CopyIn::begin_copy() {
    step_ = Step::open;
    if ((request_.host.flags & DBWAY_RF_SQL) != 0)
        return put_query(out(), {request_.host.sql.ptr, request_.host.sql.len});
    std::string sql = "COPY " + table_;
    if (!columns_.empty()) sql.append(" (").append(columns_).append(")");
    sql += form_ == Form::binary ? " FROM STDIN (FORMAT binary)" : " FROM STDIN";
    put_query(out(), sql);
}

Conversation::Taken CopyIn::take(const Message& message, dbway_event& event) {
    switch (message.type) {
        case 'T':
            if (step_ != Step::describe) return Taken::nothing;
            shape_ = Shape::of_columns(message);
            types_known(*shape_);
            return Taken::nothing;
        case 'D': {
            if (step_ != Step::columns) return Taken::nothing;
            BodyReader body(message);
            body.u16();
            const std::uint32_t size = body.u32();
            columns_.assign(reinterpret_cast<const char*>(body.take(size)), size);
            return Taken::nothing;
        }
        case 'G':
            step_ = Step::send;
            if (form_ == Form::binary) {
                const std::size_t at = begin_message(out(), 'd');
                out().put(binary_header, binary_header_size);
                end_message(out(), at);
            }
            return Taken::nothing;
        case 'C':
            if (step_ != Step::close && step_ != Step::open) return Taken::nothing;
            if (step_ == Step::open && !request_.failed) {
                sdk::Diagnostic wrong;
                wrong.status = DBWAY_ERR_INVALID;
                wrong.message = "the statement is no COPY … FROM STDIN";
                fail(wrong);
            }
            return Conversation::take(message, event);
        case '1':
        case '2':
        case 't':
        case 'n':
            return Taken::nothing;
        default:
            return Conversation::take(message, event);
    }
}

Conversation::Taken CopyIn::ready(dbway_event& event) {
    if (request_.failed) return finish(event);
    switch (step_) {
        case Step::columns:
            if (columns_.empty()) {
                sdk::Diagnostic none;
                none.status = DBWAY_ERR_INVALID;
                none.flags = DBWAY_DIAG_NOT_EXECUTED;
                none.message = "table " + table_ + " has no column that can be written";
                fail(none);
                return finish(event);
            }
            describe();
            return Taken::nothing;
        case Step::describe: {
            types_known(*shape_);
            if (shape_->size() != width()) {
                sdk::Diagnostic wrong;
                wrong.status = DBWAY_ERR_INVALID;
                wrong.flags = DBWAY_DIAG_NOT_EXECUTED;
                wrong.message = "the rows have " + std::to_string(width()) + " values, table " + table_ +
                                " takes " + std::to_string(shape_->size()) + " (" + columns_ + ")";
                fail(wrong);
                return finish(event);
            }
            for (std::uint32_t i = 0; i < shape_->size(); ++i)
                if (shape_->type(i) == nullptr || !binary_field(*shape_->type(i))) form_ = Form::text;
            if (form_ == Form::binary) plan_fields();
            begin_copy();
            return Taken::nothing;
        }
        default:
            return finish(event);
    }
}

[[gnu::hot]] dbway_status CopyIn::produce() {
    if (step_ != Step::send) return DBWAY_END;
    if (request_.failed) {
        // The server has refused a row; it takes no more.
        step_ = Step::close;
        return DBWAY_END;
    }
    const dbway_row_source& source = *request_.host.source;
    const dbway_value* cells = nullptr;
    std::uint32_t rows = 0;
    const dbway_status status = source.pull(source.ctx, &cells, &rows);
    if (status == DBWAY_AGAIN) return status;
    if (status != DBWAY_OK) {
        end_copy(status);
        return DBWAY_END;
    }
    if (rows == 0 || (cells == nullptr && width() != 0)) {
        sdk::Diagnostic wrong;
        wrong.status = DBWAY_ERR_INVALID;
        wrong.message = "the row source announced rows and gave none";
        abort(wrong);
        return DBWAY_END;
    }
    put_rows(cells, rows);
    return step_ == Step::send ? DBWAY_OK : DBWAY_END;
}

[[gnu::hot]] void CopyIn::put_rows(const dbway_value* cells, std::uint32_t rows) {
    Buffer& to = out();
    const std::uint32_t width = this->width();
    std::size_t at = begin_message(to, 'd');
    std::size_t row_at = to.size();
    try {
        for (std::uint32_t i = 0; i < rows; ++i, cells += width) {
            if (to.size() - at > chunk) {
                end_message(to, at);
                at = begin_message(to, 'd');
            }
            row_at = to.size();
            if (form_ == Form::binary) {
                put_binary_row(cells, to);
            } else if (form_ == Form::text) {
                put_text_row(cells);
            } else {
                const bool bytes = width == 1 && (cells->type == DBWAY_T_BLOB || cells->type == DBWAY_T_TEXT);
                if (!bytes)
                    throw sdk::Failure(DBWAY_ERR_INVALID, "a raw COPY takes one BLOB or TEXT per row");
                to.put(cells->v.bytes, cells->len);
            }
            ++row_;
        }
        end_message(to, at);
    } catch (const sdk::Failure& failure) {
        to.truncate(row_at);
        end_message(to, at);
        sdk::Diagnostic why = failure.diagnostic();
        if (!why.context.empty()) why.context += '\n';
        why.context += "row " + std::to_string(row_ + 1) + " of COPY";
        abort(why);
    }
}

// The columns whose usual values need neither parsing nor a check: see put_plain_field().
void CopyIn::plan_fields() {
    fields_.clear();
    for (std::uint32_t i = 0; i < shape_->size(); ++i) {
        Field& field = fields_.emplace_back();
        field.type = shape_->type(i);
        const auto usual = [&](std::uint8_t value_type, Field::Form form) {
            field.usual = value_type;
            field.form = form;
        };
        switch (field.type->codec) {
            case Codec::int8:
                usual(DBWAY_T_I64, Field::Form::word);
                break;
            case Codec::float8:
                usual(DBWAY_T_F64, Field::Form::word);
                break;
            case Codec::text:
                if (field.type->oid != xml_oid) usual(DBWAY_T_TEXT, Field::Form::bytes);
                break;
            case Codec::bytea:
                usual(DBWAY_T_BLOB, Field::Form::bytes);
                break;
            case Codec::timestamp:
            case Codec::timestamptz:
                usual(field.type->value_type, Field::Form::time);
                break;
            default:
                break;
        }
    }
}

// In registers as long as the values are the usual ones: there is always room for the rest of the row at 12
// bytes a field.
[[gnu::hot]] void CopyIn::put_binary_row(const dbway_value* cells, Buffer& to) {
    constexpr std::size_t usual_size = 12;
    std::size_t rest = usual_size * fields_.size();
    std::uint8_t* at = to.reserve(sizeof(std::uint16_t) + rest);
    const std::uint8_t* end = to.room_end();
    const std::uint16_t count = network_order(static_cast<std::uint16_t>(fields_.size()));
    std::memcpy(at, &count, sizeof count);
    at += sizeof count;
    // What is written could be anything as far as the compiler knows, these included.
    const Field* const last = fields_.data() + fields_.size();
    for (const Field* next = fields_.data(); next != last; ++next) {
        const Field field = *next;
        const dbway_value& value = *cells++;
        rest -= usual_size;
        std::int64_t word = value.v.i64;
        if (value.type == field.usual) [[likely]] {
            if (field.form == Field::Form::bytes) {
                const std::size_t need = value.len + usual_size + rest;
                if (static_cast<std::size_t>(end - at) < need) [[unlikely]] {
                    to.advance_to(at);
                    at = to.reserve(need);
                    end = to.room_end();
                }
                at = detail::put_field_bytes(at, value);
                continue;
            }
            if (field.form == Field::Form::word || detail::server_micros(word, word)) [[likely]] {
                at = detail::put_field_u64(at, static_cast<std::uint64_t>(word));
                continue;
            }
        }
        to.advance_to(at);
        encode_field(*field.type, value, to);
        at = to.reserve(rest);
        end = to.room_end();
    }
    to.advance_to(at);
}

void CopyIn::put_text_row(const dbway_value* cells) {
    Buffer& to = out();
    for (std::uint32_t i = 0; i < width(); ++i) {
        if (i != 0) to.put_u8('\t');
        if (cells[i].type == DBWAY_T_NULL) {
            to.put("\\N");
            continue;
        }
        const std::size_t from = to.size();
        encode(shape_ == nullptr ? nullptr : shape_->type(i), Format::text, cells[i], to);
        put_escaped(to, from);
    }
    to.put_u8('\n');
}

void CopyIn::end_copy(dbway_status status) {
    if (status < 0) {
        sdk::Diagnostic why;
        why.status = status;
        why.message = "the source of the rows has ended the COPY after " + std::to_string(row_) + " rows";
        return abort(why);
    }
    step_ = Step::close;
    if (form_ == Form::binary) {
        const std::size_t at = begin_message(out(), 'd');
        out().put_u16(UINT16_MAX);
        end_message(out(), at);
    }
    put_copy_done(out());
}

// Nothing of it stays. What the server says to that is no news.
void CopyIn::abort(const sdk::Diagnostic& why) {
    step_ = Step::close;
    put_copy_fail(out(), "aborted by the client");
    fail(why);
}

void CopyIn::explain(sdk::Diagnostic& error) {
    if (step_ == Step::describe || step_ == Step::columns) error.position = 0;  // of a statement nobody wrote
}

}  // namespace dbway::pgx
