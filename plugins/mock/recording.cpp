#include "recording.hpp"

#include "statement_text.hpp"
#include "toml_text.hpp"
#include "value.hpp"

#include <dbway/sdk/sqlstate.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

namespace dbway::mock {
namespace {

constexpr const char* not_recorded = "(not recorded)";

[[noreturn]] void cannot_write(const std::string& file) {
    throw sdk::Failure(DBWAY_ERR_RESOURCE,
                       "the recording " + file + " cannot be written: " + std::strerror(errno));
}

void line(std::string& text, const char* key, const std::string& value) {
    text.append(key).append(" = ").append(value).append("\n");
}

// A pattern that any literals fit, in place of the statement with its own.
std::string without_literals(std::string_view sql, sdk::Dialect dialect) {
    const std::string text = one_line(sql, dialect);
    std::string pattern = "^";
    sdk::Lexer lexer(text, dialect);
    for (sdk::Token token = lexer.next(); token.kind != sdk::TokenKind::end; token = lexer.next()) {
        if (token.kind == sdk::TokenKind::string || token.kind == sdk::TokenKind::number) {
            pattern += ".*";
            continue;
        }
        for (const char c : token.text) {
            if (std::string_view("\\^$.|?*+()[]{}/").find(c) != std::string_view::npos) pattern += '\\';
            pattern += c;
        }
    }
    return pattern + "$";
}

std::string error_toml(const sdk::Diagnostic& error, bool hidden) {
    std::string text = "{ ";
    const auto add = [&](const char* key, const std::string& value) {
        if (value.empty()) return;
        text.append(text.size() > 2 ? ", " : "").append(key).append(" = ").append(value);
    };
    const auto quoted = [](const std::string& given) { return given.empty() ? given : toml_string(given); };
    static constexpr const char* categories[] = {"unsupported", "invalid",    "invalid",        "resource",
                                                 "database",    "connection", "authentication", "timeout",
                                                 "cancelled",   "syntax",     "permission",     "constraint",
                                                 "data",        "conflict",   "resource",       "database"};
    const int place = -error.status - 1;
    const char* const category =
        place >= 0 && place < static_cast<int>(std::size(categories)) ? categories[place] : "database";
    const std::uint32_t flags = sdk::diagnostic_flags_of_sqlstate(error.sqlstate);
    add("sqlstate", error.sqlstate.size() == 5 ? toml_string(error.sqlstate) : std::string());
    add("category", toml_string(category));
    add("message", toml_string(hidden ? not_recorded : error.message));
    if (!hidden) {
        add("detail", quoted(error.detail));
        add("hint", quoted(error.hint));
        add("context", quoted(error.context));
    }
    add("schema", quoted(error.schema_name));
    add("table", quoted(error.table_name));
    add("column", quoted(error.column_name));
    add("constraint", quoted(error.constraint_name));
    if (error.native_code != 0) add("native_code", std::to_string(error.native_code));
    if (error.position != 0) add("position", std::to_string(error.position));
    const auto flag = [&](const char* key, std::uint32_t bit) {
        if (((error.flags ^ flags) & bit) != 0) add(key, (error.flags & bit) != 0 ? "true" : "false");
    };
    flag("retry", DBWAY_DIAG_RETRY);
    flag("retry_transaction", DBWAY_DIAG_RETRY_TX);
    flag("not_executed", DBWAY_DIAG_NOT_EXECUTED);
    flag("connection_lost", DBWAY_DIAG_CONN_DEAD);
    return text + " }";
}

void append_subject(std::string& text, const RecordedRequest& request, bool hidden, sdk::Dialect dialect) {
    if (request.kind == DBWAY_MOCK_STATEMENT) {
        if (!hidden)
            line(text, "statement", toml_string(request.text));
        else
            line(text, "pattern", toml_string(without_literals(request.text, dialect)));
        return;
    }
    line(text, "on", toml_string(word_of_kind(request.kind)));
    if (!request.text.empty()) line(text, "name", toml_string(request.text));
}

}  // namespace

Redaction::Redaction(const std::string& pattern) {
    if (pattern.empty()) return;
    const Pattern checked(pattern);  // for its message
    pattern_.emplace(pattern, std::regex::ECMAScript | std::regex::icase | std::regex::optimize);
}

bool Redaction::hides(std::string_view name) const {
    if (!pattern_) return false;
    // Looked at in pieces that overlap, since the matcher's recursion is as deep as its text is long.
    constexpr std::size_t piece = Pattern::longest;
    for (std::size_t at = 0; at == 0 || at < name.size(); at += piece / 2) {
        const std::string_view part = name.substr(at, piece);
        if (std::regex_search(part.begin(), part.end(), *pattern_)) return true;
    }
    return false;
}

Recording::Recording(const std::string& file, const std::string& redact, std::string_view provider)
    : file_(file), redaction_(redact) {
    // What a database holds is nobody else's.
    const int made = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (made < 0 || fchmod(made, S_IRUSR | S_IWUSR) != 0) cannot_write(file);
    close(made);
    out_.open(file, std::ios::binary | std::ios::app);
    append("# A session with the provider \"" + std::string(provider) +
           "\", recorded by dbway's mock provider; to replay it, name this file as its script.\n"
           "transactions = \"expected\"\n");
}

std::uint32_t Recording::next_track() {
    const std::lock_guard lock(mutex_);
    return ++tracks_;
}

void Recording::write_server(const sdk::ConnectionInfo& info) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(server_known_, true)) return;
    std::string text =
        "server = { product = " + toml_string(info.product) + ", version = " + toml_string(info.version);
    if (info.server_version <= INT64_MAX) text += ", number = " + std::to_string(info.server_version);
    // The path of a file would tell whose machine it was, and no statement depends on it.
    if (info.database.find_first_of("/\\") == std::string::npos)
        text += ", database = " + toml_string(info.database);
    append(text + " }\n");
}

void Recording::append(const std::string& text, const RecordedRows& rows, const std::string& after) {
    out_ << text;
    rows.write_to(out_);
    out_ << after << std::flush;
    if (!out_) cannot_write(file_);
}

void Recording::write(std::uint32_t track, const RecordedRequest& request, sdk::Dialect dialect) {
    const bool hidden = request.kind == DBWAY_MOCK_STATEMENT && redaction_.hides(request.text);
    std::string text = "\n[[expect]]\n", after;
    line(text, "track", std::to_string(track));
    append_subject(text, request, hidden, dialect);
    if (request.kind == DBWAY_MOCK_STATEMENT) {
        std::string list;
        for (const std::string& parameter : request.parameters)
            list.append(list.empty() ? "" : ", ").append(parameter);
        line(text, "parameters", "[" + list + "]");
    }
    if (!request.columns.empty()) {
        std::string list;
        for (const sdk::Column& column : request.columns) list += "  " + toml_column(column) + ",\n";
        line(text, "columns", "[\n" + list + "]");
        text += "rows = [";
        if (!request.rows.empty()) text += "\n";
        after = "]\n";
    }
    if (request.affected >= 0) line(after, "affected", std::to_string(request.affected));
    if (request.last_id) line(after, "last_id", std::to_string(*request.last_id));
    if (!request.tag.empty()) line(after, "tag", toml_string(request.tag));
    if (request.error) line(after, "error", error_toml(*request.error, hidden));
    const std::lock_guard lock(mutex_);
    append(text, request.rows, after);
}

void Recording::write(const sdk::Notification& notification) {
    std::string text = "\n[[expect.notify]]\n";
    line(text, "channel", toml_string(notification.channel));
    if (!notification.payload.empty()) line(text, "payload", toml_string(notification.payload));
    if (notification.sender != 0) line(text, "sender", std::to_string(notification.sender));
    const std::lock_guard lock(mutex_);
    append(text);
}

std::string parameter_toml(const dbway_value& value, bool hidden) {
    if (!hidden) return toml_value(value, DBWAY_T_NULL);
    if (value.type == DBWAY_T_NULL) return "{ any = true }";
    return "{ type = \"" + std::string(value.type == DBWAY_T_ARRAY ? "array" : type_name(value.type)) +
           "\" }";
}

void append_row(std::string& toml, std::span<const dbway_value> cells,
                const std::vector<sdk::Column>& columns, const std::vector<bool>& hidden) {
    toml += "  [";
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i != 0) toml += ", ";
        if (!hidden[i] || cells[i].type == DBWAY_T_NULL)
            toml += toml_value(cells[i], columns[i].type, columns[i].item_type);
        else
            toml += cells[i].type == DBWAY_T_TEXT ? "{ type = \"text\", value = \"***\" }" : "{}";
    }
    toml += "],\n";
}

}  // namespace dbway::mock
