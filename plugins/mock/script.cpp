#include "script.hpp"

#include "script_value.hpp"

#include <dbway/sdk/sqlstate.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

namespace dbway::mock {
namespace {

constexpr std::int64_t most = 0xFFFFFFFF;

struct CategoryName {
    std::string_view name;
    dbway_status status;
};
constexpr CategoryName categories[] = {
    {"unsupported", DBWAY_ERR_UNSUPPORTED}, {"invalid", DBWAY_ERR_INVALID},
    {"connection", DBWAY_ERR_CONNECTION},   {"authentication", DBWAY_ERR_AUTH},
    {"timeout", DBWAY_ERR_TIMEOUT},         {"cancelled", DBWAY_ERR_CANCELLED},
    {"syntax", DBWAY_ERR_SYNTAX},           {"permission", DBWAY_ERR_PERMISSION},
    {"constraint", DBWAY_ERR_CONSTRAINT},   {"data", DBWAY_ERR_DATA},
    {"conflict", DBWAY_ERR_CONFLICT},       {"resource", DBWAY_ERR_RESOURCE},
    {"database", DBWAY_ERR_DATABASE},
};

dbway_status read_category(const std::string& name, const toml::node& at, const std::string& file) {
    std::string list;
    for (const CategoryName& category : categories) {
        if (category.name == name) return category.status;
        list.append(list.empty() ? "" : ", ").append(category.name);
    }
    script_error(file, at, "'" + name + "' is no category; categories are " + list);
}

sdk::Diagnostic read_error(const toml::table& table, const std::string& file) {
    TableReader reader(table, file, "an error");
    sdk::Diagnostic error;
    error.sqlstate = reader.string("sqlstate").value_or("");
    const auto category = reader.string("category");
    if (error.sqlstate.empty() && !category)
        reader.fail(table, "an error needs a \"sqlstate\" or a \"category\"");
    if (!error.sqlstate.empty() && error.sqlstate.size() != 5)
        reader.fail(table, "the SQLSTATE '" + error.sqlstate + "' has not five characters");
    error.status = category ? read_category(*category, table, file) : sdk::status_of_sqlstate(error.sqlstate);
    error.flags = sdk::diagnostic_flags_of_sqlstate(error.sqlstate);
    const auto flag = [&](std::string_view key, std::uint32_t bit) {
        if (const auto given = reader.boolean(key))
            error.flags = *given ? error.flags | bit : error.flags & ~bit;
    };
    flag("retry", DBWAY_DIAG_RETRY);
    flag("retry_transaction", DBWAY_DIAG_RETRY_TX);
    flag("not_executed", DBWAY_DIAG_NOT_EXECUTED);
    flag("connection_lost", DBWAY_DIAG_CONN_DEAD);
    error.message = reader.string("message").value_or("the mock was told to fail");
    error.detail = reader.string("detail").value_or("");
    error.hint = reader.string("hint").value_or("");
    error.context = reader.string("context").value_or("");
    error.schema_name = reader.string("schema").value_or("");
    error.table_name = reader.string("table").value_or("");
    error.column_name = reader.string("column").value_or("");
    error.constraint_name = reader.string("constraint").value_or("");
    error.native_code = reader.integer("native_code").value_or(0);
    error.position = static_cast<std::uint32_t>(reader.integer("position", 0, most).value_or(0));
    reader.finish();
    return error;
}

std::vector<sdk::Notification> read_notifications(TableReader& expect) {
    std::vector<sdk::Notification> result;
    for (const toml::table* const table : expect.tables("notify")) {
        TableReader reader(*table, expect.file(), "a notification");
        sdk::Notification notification;
        const auto channel = reader.string("channel");
        if (!channel) reader.fail(*table, "a notification needs a \"channel\"");
        notification.channel = *channel;
        notification.payload = reader.string("payload").value_or("");
        notification.sender = reader.integer("sender").value_or(0);
        reader.finish();
        result.push_back(std::move(notification));
    }
    return result;
}

void read_rows(TableReader& reader, Answer& answer) {
    if (const toml::array* const columns = reader.array("columns"))
        for (const toml::node& column : *columns)
            answer.columns.push_back(read_column(column, reader.file()));
    if (const toml::array* const rows = reader.array("rows")) {
        if (answer.columns.empty()) reader.fail(*rows, "\"rows\" need \"columns\"");
        for (const toml::node& node : *rows) {
            const toml::array* const row = node.as_array();
            if (row == nullptr) reader.expected("rows", node, "an array of arrays");
            if (row->size() != answer.columns.size())
                reader.fail(node, "a row of " + std::to_string(row->size()) + " cells for " +
                                      std::to_string(answer.columns.size()) + " columns");
            for (std::size_t i = 0; i < row->size(); ++i)
                answer.cells.push_back(read_cell((*row)[i], answer.columns[i], *answer.arena, reader.file()));
            ++answer.rows;
        }
    }
    answer.repeat = static_cast<std::uint32_t>(reader.integer("repeat", 0, most).value_or(1));
    if (const auto name = reader.string("series")) {
        if (!answer.columns.empty()) reader.fail(reader.table(), "\"series\" brings its own column");
        answer.series = true;
        answer.columns.emplace_back();
        answer.columns.back().name = *name;
        answer.columns.back().type = DBWAY_T_I64;
    }
}

std::shared_ptr<const Answer> read_answer(TableReader& reader, const std::shared_ptr<sdk::Arena>& arena) {
    auto answer = std::make_shared<Answer>();
    answer->arena = arena;
    read_rows(reader, *answer);
    answer->affected = reader.integer("affected", -1).value_or(-1);
    answer->last_id = reader.integer("last_id");
    answer->tag = reader.string("tag").value_or("");
    answer->delay = reader.duration("delay").value_or(std::chrono::nanoseconds(0));
    if (const toml::node* const error = reader.node("error")) {
        if (!error->is_table()) reader.expected("error", *error, "a table");
        answer->error = read_error(*error->as_table(), reader.file());
    }
    if (const auto before = reader.either("lost", "before", "after"))
        answer->lost = *before ? Lost::before : Lost::after;
    answer->notifications = read_notifications(reader);
    return answer;
}

void read_times(TableReader& reader, Expectation& expectation) {
    const toml::node* const times = reader.node("times");
    if (times == nullptr) return;
    constexpr const char* wanted = "a number, [least, most], \"any\" (0 or more) or \"some\" (1 or more)";
    const auto count = [&](const toml::node& node) {
        const auto* const number = node.as_integer();
        if (number == nullptr || number->get() < 0 || number->get() > most)
            reader.expected("times", node, wanted);
        return static_cast<std::uint32_t>(number->get());
    };
    if (const auto* const word = times->as_string()) {
        if (word->get() != "any" && word->get() != "some") reader.expected("times", *times, wanted);
        expectation.times_min = word->get() == "some" ? 1 : 0;
        expectation.times_max = DBWAY_MOCK_UNLIMITED;
    } else if (const auto* const range = times->as_array()) {
        if (range->size() != 2) reader.expected("times", *times, wanted);
        expectation.times_min = count((*range)[0]);
        expectation.times_max = count((*range)[1]);
    } else {
        expectation.times_min = expectation.times_max = count(*times);
    }
}

// What the expectation is about: `statement`, `pattern`, or `on` with a `name`.
void read_subject(TableReader& reader, Expectation& expectation) {
    const auto statement = reader.string("statement");
    const auto pattern = reader.string("pattern");
    const auto on = reader.string("on");
    const auto name = reader.string("name");
    if ((statement ? 1 : 0) + (on ? 1 : 0) > 1 || (!statement && !pattern && !on) || (statement && pattern))
        reader.fail(reader.table(), "an [[expect]] has one of \"statement\", \"pattern\" and \"on\"");
    if (on) {
        const auto kind = kind_by_word(*on);
        if (!kind)
            reader.fail(*reader.node("on"), "'" + *on + "' cannot be expected; it is one of " + kind_words());
        expectation.kind = *kind;
    }
    if (name && (!on || pattern))
        reader.fail(reader.table(), "\"name\" goes with \"on\", and without \"pattern\"");
    expectation.text = statement ? *statement : pattern ? *pattern : name.value_or("");
    if (pattern) expectation.match = DBWAY_MOCK_PATTERN;
    if (on == "statement" && !pattern) expectation.match = DBWAY_MOCK_ALL;
}

Expectation read_expectation(const toml::table& table, const std::shared_ptr<sdk::Arena>& arena,
                             const std::string& file) {
    TableReader reader(table, file, "an [[expect]]");
    Expectation expectation;
    expectation.arena = arena;
    expectation.place = file + ":" + std::to_string(table.source().begin.line);
    // An unknown key is most likely what one of these was meant to be, so that is told first.
    for (const char* const subject : {"statement", "pattern", "on", "name"}) reader.node(subject);
    if (const toml::array* const parameters = reader.array("parameters")) {
        expectation.any_parameters = false;
        for (const toml::node& node : *parameters)
            expectation.parameters.push_back(read_parameter(node, *arena, file));
    }
    read_times(reader, expectation);
    expectation.any_order = reader.either("order", "any", "written").value_or(false);
    expectation.track = static_cast<std::uint32_t>(reader.integer("track", 0, most).value_or(0));
    expectation.answer = read_answer(reader, arena);
    reader.finish();
    read_subject(reader, expectation);
    return expectation;
}

Server read_server(const toml::table& table, const std::string& file) {
    TableReader reader(table, file, "\"server\"");
    Server server;
    server.product = reader.string("product").value_or(server.product);
    server.version = reader.string("version").value_or("");
    server.database = reader.string("database");
    server.number = static_cast<std::uint64_t>(reader.integer("number", 0).value_or(0));
    reader.finish();
    return server;
}

std::string short_name(const std::filesystem::path& file) { return file.filename().string(); }

}  // namespace

Script read_script(std::string_view toml, const std::string& name) {
    toml::table document;
    try {
        document = toml::parse(toml);
    } catch (const toml::parse_error& error) {
        throw sdk::Failure(DBWAY_ERR_INVALID, name + ":" + std::to_string(error.source().begin.line) + ":" +
                                                  std::to_string(error.source().begin.column) + ": " +
                                                  std::string(error.description()));
    }
    Script script;
    TableReader reader(document, name, "a script");
    if (const toml::node* const server = reader.node("server")) {
        if (!server->is_table()) reader.expected("server", *server, "a table");
        script.settings.server = read_server(*server->as_table(), name);
    }
    script.settings.lenient = reader.either("mode", "lenient", "strict");
    script.settings.any_order = reader.either("order", "any", "written");
    script.settings.expect_transactions = reader.either("transactions", "expected", "free");
    script.settings.failing_transactions = reader.boolean("failing_transactions");
    const auto arena = std::make_shared<sdk::Arena>();
    for (const toml::table* const table : reader.tables("expect")) {
        try {
            script.expectations.push_back(read_expectation(*table, arena, name));
        } catch (const sdk::Failure& failure) {
            // A fault of a pattern does not know its place.
            if (failure.diagnostic().message.starts_with(name + ":")) throw;
            reader.fail(*table, failure.diagnostic().message);
        }
    }
    reader.finish();
    return script;
}

Script read_script_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in.good() && !in.eof())
        throw sdk::Failure(DBWAY_ERR_INVALID,
                           "the script " + file.string() + " cannot be read: " + std::strerror(errno));
    return read_script(text, short_name(file));
}

}  // namespace dbway::mock
