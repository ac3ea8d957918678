#include "request_encoder.hpp"

#include "catalog.hpp"
#include "encode.hpp"
#include "frontend.hpp"

#include <dbway/sdk/postgresql_dialect.hpp>
#include <dbway/sdk/postgresql_schema.hpp>

#include <array>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::pgx {
namespace {

constexpr std::uint32_t parameter_limit = 65'535;

std::string_view view(const dbway_str& text) noexcept { return {text.ptr, text.len}; }

[[noreturn]] void too_many_parameters(std::uint32_t count) {
    throw sdk::Failure(DBWAY_ERR_INVALID, std::to_string(count) + " parameters; PostgreSQL takes at most " +
                                              std::to_string(parameter_limit));
}

// Types to declare, none if the server can infer all of them.
std::vector<Oid> type_hints(const dbway_value* values, std::uint32_t count) {
    std::vector<Oid> hints;
    for (std::uint32_t i = 0; i < count; ++i) {
        const Oid hint = parameter_type_hint(values[i]);
        if (hint == 0) continue;
        hints.resize(i + 1);
        hints[i] = hint;
    }
    return hints;
}

[[gnu::hot]] void put_values(Buffer& out, const dbway_value* values, std::uint32_t count,
                             const Shape* shape) {
    const auto type = [&](std::uint32_t i) {
        return shape != nullptr && i < shape->size() ? shape->type(i) : nullptr;
    };
    out.put_u16(static_cast<std::uint16_t>(count));
    const std::size_t formats_at = out.size();
    std::memset(out.reserve(std::size_t{2} * count), 0, std::size_t{2} * count);
    out.advance(std::size_t{2} * count);
    out.put_u16(static_cast<std::uint16_t>(count));
    for (std::uint32_t i = 0; i < count; ++i) {
        const dbway_value& value = values[i];
        const Type* const known = type(i);
        Format format = Format::binary;
        std::uint8_t* const to = out.reserve(plain_field_size(value));
        if (const std::uint8_t* end = known != nullptr ? put_plain_field(*known, value, to) : nullptr) {
            out.advance_to(end);
        } else if (value.type == DBWAY_T_NULL) {
            out.put_u32(UINT32_MAX);
            continue;
        } else {
            format = parameter_format(known, value);
            const std::size_t at = out.hold();
            encode(known, format, value, out);
            out.fill(at);
        }
        out.data()[formats_at + std::size_t{2} * i + 1] = static_cast<std::uint8_t>(format);
    }
}

void put_result_formats(Buffer& out, const Shape* columns) {
    if (columns == nullptr || columns->all_binary()) {
        out.put_u16(1);
        out.put_u16(static_cast<std::uint16_t>(Format::binary));
        return;
    }
    out.put_u16(static_cast<std::uint16_t>(columns->size()));
    for (std::uint32_t i = 0; i < columns->size(); ++i)
        out.put_u16(static_cast<std::uint16_t>(columns->format(i)));
}

void put_command(Buffer& out, std::string_view sql) {
    put_parse(out, {}, sql, {});
    put_bind(out, {}, nullptr, 0, nullptr, nullptr);
    put_execute(out);
}

// The sets of parameters, one execution each.
[[gnu::hot]] void put_executions(Buffer& out, const Request& request, std::string_view name,
                                 const Shape* parameters, const Shape* columns, bool describe) {
    const dbway_request& host = request.host;
    for (std::uint32_t set = 0; set < request.sets(); ++set) {
        put_bind(out, name, host.params == nullptr ? nullptr : host.params + std::size_t{set} * host.n_params,
                 host.n_params, parameters, columns);
        if (describe && set == 0) put_describe(out, 'P', {});
        put_execute(out);
    }
}

void put_query_request(Buffer& out, const Request& request, std::string_view sql) {
    const dbway_request& host = request.host;
    put_parse(out, {}, sql, type_hints(host.params, host.n_params));
    put_executions(out, request, {}, nullptr, request.columns, true);
}

// Of a statement that is described, and sent by its name.
void make_execution(Statement& statement) {
    Buffer bytes;
    const std::uint32_t count = statement.parameters->size();
    begin_message(bytes, 'B');
    bytes.put_u8(0);  // the unnamed portal
    bytes.put_string(statement.name);
    bytes.put_u16(count == 0 ? 0 : 1);
    if (count != 0) bytes.put_u16(static_cast<std::uint16_t>(Format::binary));
    bytes.put_u16(static_cast<std::uint16_t>(count));
    const std::size_t begin_size = bytes.size();
    put_result_formats(bytes, statement.columns.get());
    put_execute(bytes);
    const std::uint8_t* const from = bytes.data();
    statement.execution_end.assign(from + begin_size, from + bytes.size());
    statement.execution_begin.assign(from, from + begin_size);
}

[[gnu::hot]] void put_execute_request(Buffer& out, const Request& request) {
    const Statement& statement = *request.statement;
    const dbway_request& host = request.host;
    if (statement.failed)
        throw sdk::Failure(DBWAY_ERR_INVALID,
                           "statement " + std::to_string(host.stmt) + " is not prepared: its PREPARE failed");
    if (statement.described && statement.parameters->size() != host.n_params)
        throw sdk::Failure(DBWAY_ERR_INVALID,
                           "the statement has " + std::to_string(statement.parameters->size()) +
                               " parameters, " + std::to_string(host.n_params) + " values were given");
    const bool unnamed = statement.name.empty();
    if (unnamed) {
        std::vector<Oid> types = type_hints(host.params, host.n_params);
        if (statement.described) {
            types.clear();
            for (std::uint32_t i = 0; i < statement.parameters->size(); ++i)
                types.push_back(static_cast<Oid>(statement.parameters->columns()[i]->native_type));
        }
        put_parse(out, {}, statement.sql, types);
    }
    put_executions(out, request, statement.name, statement.described ? statement.parameters.get() : nullptr,
                   statement.described ? statement.columns.get() : nullptr, unnamed);
}

void put_schema_request(Buffer& out, const Request& request) {
    const dbway_request& host = request.host;
    std::array<dbway_value, 2> filter{};
    for (std::size_t i = 0; i < filter.size() && i < host.n_names; ++i) {
        if (host.names[i].len == 0) continue;
        filter[i].v.text = host.names[i].ptr;
        filter[i].len = static_cast<std::uint32_t>(host.names[i].len);
        filter[i].type = DBWAY_T_TEXT;
    }
    put_parse(out, {}, sdk::postgresql_schema_query(host.arg), {});
    put_bind(out, {}, filter.data(), 2, nullptr, nullptr);
    put_describe(out, 'P', {});
    put_execute(out);
}

std::string quoted_name(const Request& request) {
    return sdk::quote_postgresql_identifier(view(request.host.sql));
}

// A typed COPY_OUT is a query: its rows come in binary as those of any other.
std::string select_of(const dbway_request& host) {
    if ((host.flags & DBWAY_RF_SQL) != 0) return std::string(view(host.sql));
    const auto table = sdk::quote_postgresql_name(view(host.sql));
    if (!table)
        throw sdk::Failure(DBWAY_ERR_INVALID,
                           "'" + std::string(view(host.sql)) + "' is not the name of a table", "42602");
    std::string columns;
    for (std::uint32_t i = 0; i < host.n_names; ++i)
        columns.append(i == 0 ? "" : ", ").append(sdk::quote_postgresql_identifier(view(host.names[i])));
    return "SELECT " + (columns.empty() ? "*" : columns) + " FROM " + *table;
}

void put_prepare(Buffer& out, const Statement& statement, const dbway_value* params, std::uint32_t count) {
    put_parse(out, statement.name, statement.sql,
              params == nullptr ? std::vector<Oid>() : type_hints(params, count));
    put_describe(out, 'S', statement.name);
}

}  // namespace

[[gnu::hot]] void put_bind(Buffer& out, std::string_view statement, const dbway_value* values,
                           std::uint32_t count, const Shape* parameters, const Shape* columns) {
    const std::size_t at = begin_message(out, 'B');
    out.put_u8(0);  // the unnamed portal
    out.put_string(statement);
    if (count == 0) {
        out.put_u32(0);
    } else {
        put_values(out, values, count, parameters);
    }
    put_result_formats(out, columns);
    end_message(out, at);
}

[[gnu::hot]] bool put_plain_execution(const Request& request, Buffer& out) {
    Statement& statement = *request.statement;
    const dbway_request& host = request.host;
    if (!statement.described || statement.failed || statement.name.empty() || host.n_sets > 1 ||
        statement.parameters->size() != host.n_params)
        return false;
    if (statement.execution_begin.empty()) {
        const bool settled =
            statement.parameters->settled() && (!statement.columns || statement.columns->settled());
        if (!settled) return false;
        make_execution(statement);
    }
    const std::vector<std::uint8_t>& begin = statement.execution_begin;
    const std::vector<std::uint8_t>& end = statement.execution_end;
    std::size_t most = begin.size() + end.size();
    for (std::uint32_t i = 0; i < host.n_params; ++i) most += plain_field_size(host.params[i]);
    std::uint8_t* const at = out.reserve(most);
    std::memcpy(at, begin.data(), begin.size());
    std::uint8_t* to = at + begin.size();
    const Type* const* const types = statement.parameters->types();
    for (std::uint32_t i = 0; i < host.n_params; ++i) {
        to = put_plain_field(*types[i], host.params[i], to);
        if (to == nullptr) return false;
    }
    std::memcpy(to, end.data(), end.size());
    to += end.size();
    const std::uint32_t length =
        network_order(static_cast<std::uint32_t>(to - at - 1 - static_cast<std::ptrdiff_t>(execute_size)));
    std::memcpy(at + 1, &length, sizeof length);
    out.advance_to(to);
    return true;
}

void encode_prepare_again(const Statement& statement, Buffer& out) {
    put_close(out, statement.name);
    put_prepare(out, statement, nullptr, 0);
}

[[gnu::hot]] void encode_request(Request& request, Buffer& out) {
    const dbway_request& host = request.host;
    if (host.n_params > parameter_limit) too_many_parameters(host.n_params);
    switch (host.kind) {
        case DBWAY_R_QUERY:
            return put_query_request(out, request, view(host.sql));
        case DBWAY_R_PREPARE:
            return put_prepare(out, *request.statement, host.params, host.n_params);
        case DBWAY_R_EXECUTE:
            return put_execute_request(out, request);
        case DBWAY_R_UNPREPARE:
            if (!request.doomed->name.empty()) put_close(out, request.doomed->name);
            return;
        case DBWAY_R_BEGIN:
            return put_command(out, sdk::postgresql_begin(host.arg));
        case DBWAY_R_COMMIT:
            return put_command(out, "COMMIT");
        case DBWAY_R_ROLLBACK:
            return put_command(out, "ROLLBACK");
        case DBWAY_R_SAVEPOINT:
            return put_command(out, "SAVEPOINT " + quoted_name(request));
        case DBWAY_R_RELEASE:
            return put_command(out, "RELEASE SAVEPOINT " + quoted_name(request));
        case DBWAY_R_ROLLBACK_TO:
            return put_command(out, "ROLLBACK TO SAVEPOINT " + quoted_name(request));
        case DBWAY_R_COPY_OUT:
            request.text = select_of(host);
            return put_query_request(out, request, request.text);
        case DBWAY_R_LISTEN:
            return put_command(out, "LISTEN " + quoted_name(request));
        case DBWAY_R_UNLISTEN:
            return put_command(out, host.sql.len == 0 ? "UNLISTEN *" : "UNLISTEN " + quoted_name(request));
        case DBWAY_R_PING:
            return;  // the Sync is enough
        case DBWAY_R_SCHEMA:
            return put_schema_request(out, request);
        case kind_describe_types: {
            // In text, as TypeCatalog wants it.
            put_parse(out, {}, request.text.empty() ? TypeCatalog::all_types_sql() : TypeCatalog::types_sql(),
                      {});
            const std::size_t at = begin_message(out, 'B');
            out.put_u16(0);  // unnamed portal and statement
            out.put_u16(0);  // formats: all text
            out.put_u16(request.text.empty() ? 0 : 1);
            if (!request.text.empty()) {
                const std::size_t value = out.hold();
                out.put(request.text);
                out.fill(value);
            }
            out.put_u16(0);
            end_message(out, at);
            return put_execute(out);
        }
        case kind_set_up:
            return put_command(out, request.text);
        default:
            throw sdk::Failure(DBWAY_ERR_UNSUPPORTED, "this provider does not know this kind of request");
    }
}

}  // namespace dbway::pgx
