// mock.hpp - tells the mock provider at run time what to expect and what to answer: for the tests of an
// application. Header-only; not part of dbway.hpp.
//
//   dbway::Mock mock(host.source("main"));
//   mock.expect(dbway::on::statement("select name from users where id =
//   $1").with(7).columns("name").row("Ann")); mock.expect(dbway::on::commit().fails("40001", "could not
//   serialize access")); …                                                    // run what is to be tested
//   EXPECT_EQ(mock.findings(), "");                      // what was not seen, what was not expected
#pragma once

#include <dbway/ext/mock.h>
#include <dbway/codec.hpp>
#include <dbway/error.hpp>
#include <dbway/source.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway {

namespace detail {

// Values that own what they point to. They do not move once they are made. Not thread-safe.
class MockValues {
  public:
    dbway_value copy(const dbway_value& value) {
        dbway_value result = value;
        switch (value.type) {
            case DBWAY_T_DECIMAL:
            case DBWAY_T_TEXT:
            case DBWAY_T_BLOB:
            case DBWAY_T_UUID:
            case DBWAY_T_JSON:
            case DBWAY_T_NATIVE:
                result.v.bytes = static_cast<const std::uint8_t*>(keep(value.v.bytes, value.len));
                break;
            case DBWAY_T_INTERVAL:
                result.v.interval =
                    static_cast<const dbway_interval*>(keep(value.v.interval, sizeof(dbway_interval)));
                break;
            case DBWAY_T_ARRAY: {
                std::vector<dbway_value> items;
                for (std::uint32_t i = 0; i < value.len; ++i) items.push_back(copy(value.v.items[i]));
                result.v.items =
                    static_cast<const dbway_value*>(keep(items.data(), items.size() * sizeof(dbway_value)));
                break;
            }
            default:
                break;
        }
        return result;
    }
    template <typename T>
    dbway_value encode(const T& value) {
        ItemStore items;
        return copy(encode_parameter(value, items));
    }

  private:
    const void* keep(const void* from, std::size_t size) {
        blocks_.push_back(std::make_unique<std::byte[]>(size + 1));  // operator new aligns for every object
        if (size != 0) std::memcpy(blocks_.back().get(), from, size);
        return blocks_.back().get();
    }

    std::vector<std::unique_ptr<std::byte[]>> blocks_;
};

inline dbway_str mock_str(std::string_view text) noexcept { return {text.data(), text.size()}; }

}  // namespace detail

// What an expected parameter may be instead of a value.
struct AnyValue {};
inline constexpr AnyValue any_value{};
struct NotNull {};
inline constexpr NotNull not_null{};
// Any value of a DBWAY_T_* type but NULL.
struct ValueOfType {
    std::uint32_t type;
};
// A value in whose text the regular expression (ECMAScript) is found.
struct ValueLike {
    std::string pattern;
};

// One request that is expected and what it is answered with: once and at once, without rows, unless more is
// said. Made by the functions of dbway::on; may be added to any number of mocks. Not thread-safe.
class Expectation {
  public:
    Expectation(std::uint32_t kind, std::uint32_t match, std::string text)
        : kind_(kind), match_(match), text_(std::move(text)) {
        flags_ = DBWAY_MOCK_ANY_PARAMETERS;
    }

    // ---- what is expected

    // Exactly these parameters: values, any_value, not_null, ValueOfType, ValueLike. Without with(), any.
    template <typename... Parameters>
    Expectation& with(const Parameters&... parameters) {
        flags_ &= ~std::uint32_t{DBWAY_MOCK_ANY_PARAMETERS};
        parameters_ = {matcher(parameters)...};
        return *this;
    }
    Expectation& times(std::uint32_t count) { return times(count, count); }
    Expectation& times(std::uint32_t least, std::uint32_t most) {
        times_min_ = least;
        times_max_ = most;
        return *this;
    }
    Expectation& any_times() { return times(0, DBWAY_MOCK_UNLIMITED); }
    Expectation& in_any_order() {
        flags_ |= DBWAY_MOCK_ANY_ORDER;
        return *this;
    }
    // See dbway_mock_expectation.track.
    Expectation& on_track(std::uint32_t track) {
        track_ = track;
        return *this;
    }

    // ---- what is answered

    // Types are those of the first row().
    template <typename... Names>
    Expectation& columns(const Names&... names) {
        names_ = {std::string(names)...};
        return *this;
    }
    template <typename... Cells>
    Expectation& row(const Cells&... cells) {
        if (sizeof...(cells) != names_.size())
            throw_error(Category::invalid, "a row of " + std::to_string(sizeof...(cells)) + " cells for " +
                                               std::to_string(names_.size()) + " columns");
        (cells_.push_back(values_->encode(cells)), ...);
        ++rows_;
        return *this;
    }
    // All rows that many times.
    Expectation& repeat(std::uint32_t count) {
        repeat_ = count;
        return *this;
    }
    Expectation& affects(std::int64_t rows) {
        affected_ = rows;
        return *this;
    }
    Expectation& generates(std::int64_t key) {
        last_id_ = key;
        return *this;
    }
    Expectation& after(std::chrono::nanoseconds delay) {
        delay_ns_ = static_cast<std::uint64_t>(delay.count());
        return *this;
    }
    // Until the deadline, a cancel or disconnect().
    Expectation& never() {
        delay_ns_ = DBWAY_MOCK_FOREVER;
        return *this;
    }
    Expectation& fails(std::string_view sqlstate, std::string message) {
        sqlstate_ = sqlstate;
        message_ = std::move(message);
        fails_ = true;
        return *this;
    }
    // Of the error: the names that it carries.
    Expectation& constraint(std::string name) {
        constraint_ = std::move(name);
        return *this;
    }
    Expectation& table(std::string name) {
        table_ = std::move(name);
        return *this;
    }
    Expectation& detail(std::string text) {
        detail_ = std::move(text);
        return *this;
    }
    // The connection is lost, and the server has certainly not acted; or it may have.
    Expectation& loses_connection_before() {
        lost_ = DBWAY_MOCK_LOST_BEFORE;
        return *this;
    }
    Expectation& loses_connection_after() {
        lost_ = DBWAY_MOCK_LOST_AFTER;
        return *this;
    }
    // Sent once it is done, to every connection that listens.
    Expectation& notifies(std::string channel, std::string payload = {}) {
        notifications_.emplace_back(std::move(channel), std::move(payload));
        return *this;
    }

  private:
    friend class Mock;

    static dbway_mock_parameter matcher_of(std::uint32_t match, std::uint32_t type = DBWAY_T_NULL) noexcept {
        return {dbway_value{}, match, type};
    }
    static dbway_mock_parameter matcher(AnyValue) noexcept { return matcher_of(DBWAY_MOCK_ANY); }
    static dbway_mock_parameter matcher(NotNull) noexcept { return matcher_of(DBWAY_MOCK_NOT_NULL); }
    static dbway_mock_parameter matcher(ValueOfType given) noexcept {
        return matcher_of(DBWAY_MOCK_TYPE, given.type);
    }
    dbway_mock_parameter matcher(const ValueLike& given) {
        dbway_mock_parameter result = matcher_of(DBWAY_MOCK_LIKE);
        result.value = values_->encode(given.pattern);
        return result;
    }
    template <typename T>
    dbway_mock_parameter matcher(const T& value) {
        dbway_mock_parameter result = matcher_of(DBWAY_MOCK_VALUE);
        result.value = values_->encode(value);
        return result;
    }

    std::shared_ptr<detail::MockValues> values_ = std::make_shared<detail::MockValues>();
    std::uint32_t kind_, match_, flags_ = 0;
    std::string text_;
    std::vector<dbway_mock_parameter> parameters_;
    std::uint32_t times_min_ = 1, times_max_ = 1, track_ = 0;
    std::vector<std::string> names_;
    std::vector<dbway_value> cells_;
    std::uint32_t rows_ = 0, repeat_ = 1, lost_ = 0;
    std::int64_t affected_ = -1;
    std::optional<std::int64_t> last_id_;
    std::uint64_t delay_ns_ = 0;
    bool fails_ = false;
    std::string sqlstate_, message_, detail_, table_, constraint_;
    std::vector<std::pair<std::string, std::string>> notifications_;
};

// What can be expected.
namespace on {

// The same text but for white space and comments.
inline Expectation statement(std::string sql) {
    return {DBWAY_MOCK_STATEMENT, DBWAY_MOCK_EXACT, std::move(sql)};
}
// The regular expression (ECMAScript) is found in the text, which has been put on one line.
inline Expectation statement_like(std::string pattern) {
    return {DBWAY_MOCK_STATEMENT, DBWAY_MOCK_PATTERN, std::move(pattern)};
}
inline Expectation any_statement() { return {DBWAY_MOCK_STATEMENT, DBWAY_MOCK_ALL, {}}; }
// Any other kind of request, DBWAY_R_*, with the name that it carries if one is given: of a savepoint, a
// channel, a table to copy.
inline Expectation request(std::uint32_t kind, std::string name = {}) {
    return {kind, name.empty() ? DBWAY_MOCK_ALL : DBWAY_MOCK_EXACT, std::move(name)};
}
inline Expectation begin() { return request(DBWAY_R_BEGIN); }
inline Expectation commit() { return request(DBWAY_R_COMMIT); }
inline Expectation rollback() { return request(DBWAY_R_ROLLBACK); }
inline Expectation copy_in(std::string table) { return request(DBWAY_R_COPY_IN, std::move(table)); }
inline Expectation listen(std::string channel) { return request(DBWAY_R_LISTEN, std::move(channel)); }
inline Expectation opening() { return request(DBWAY_MOCK_OPEN); }

}  // namespace on

// The mock behind a source. Thread-safe. Keeps the source's provider alive.
class Mock {
  public:
    // Throws InvalidUse if the source's provider is no mock, or what is wrong with its script.
    explicit Mock(Source source) : source_(std::move(source)) {
        table_ = static_cast<const dbway_ext_mock*>(source_.extension(DBWAY_EXT_MOCK));
        if (table_ == nullptr)
            throw_error(Category::invalid, "the source \"" + source_.name() + "\" has the provider \"" +
                                               source_.provider() + "\", not \"mock\"");
        std::vector<dbway_option> options;
        for (const ProviderOption& option : source_.options().options)
            options.push_back({option.key.c_str(), detail::mock_str(option.value.reveal())});
        ErrorDetails details;
        const dbway_diag_sink sink = sink_of(details);
        check(table_->find(source_.native_provider(), options.data(), options.size(), &sink, &mock_),
              details);
    }

    // After all that it expects already.
    Mock& expect(const Expectation& expectation) {
        const CForm names(expectation);
        ErrorDetails details;
        const dbway_diag_sink sink = sink_of(details);
        check(table_->expect(mock_, &names.expectation, &sink), details);
        return *this;
    }
    // A script, as a file has it.
    Mock& load(std::string_view toml) {
        ErrorDetails details;
        const dbway_diag_sink sink = sink_of(details);
        const dbway_str text = detail::mock_str(toml);
        check(table_->load(mock_, &text, &sink), details);
        return *this;
    }
    void notify(std::string_view channel, std::string_view payload = {}, std::int64_t sender = 0) {
        const dbway_mock_notification notification{detail::mock_str(channel), detail::mock_str(payload),
                                                   sender};
        check(table_->notify(mock_, &notification), {});
    }
    // Every connection that is open now is lost.
    void disconnect() { check(table_->disconnect(mock_), {}); }
    // Forgets all that it expects and has seen.
    void reset() { check(table_->reset(mock_), {}); }

    std::vector<std::string> unmet() const { return read(DBWAY_MOCK_UNMET); }
    std::vector<std::string> unexpected() const { return read(DBWAY_MOCK_UNEXPECTED); }
    // Both, a line or more each; empty if all is as expected.
    std::string findings() const {
        std::string text;
        for (const std::string& finding : read(DBWAY_MOCK_UNMET | DBWAY_MOCK_UNEXPECTED))
            text += finding + "\n";
        return text;
    }

  private:
    // The C form of an expectation, which borrows from it.
    struct CForm {
        explicit CForm(const Expectation& from) {
            for (std::size_t i = 0; i < from.names_.size(); ++i) {
                dbway_column column{};
                column.struct_size = sizeof column;
                column.name = detail::mock_str(from.names_[i]);
                // A NULL does not tell what the column is of.
                if (i < from.cells_.size())
                    column.type =
                        from.cells_[i].type != DBWAY_T_NULL ? from.cells_[i].type : from.cells_[i].aux;
                column.precision = -1;
                column.scale = -1;
                columns.push_back(column);
            }
            for (const dbway_column& column : columns) pointers.push_back(&column);
            for (const auto& [channel, payload] : from.notifications_)
                notifications.push_back({detail::mock_str(channel), detail::mock_str(payload), 0});
            fill_answer(from);
            expectation.struct_size = sizeof expectation;
            expectation.kind = from.kind_;
            expectation.match = from.match_;
            expectation.flags = from.flags_;
            expectation.times_min = from.times_min_;
            expectation.times_max = from.times_max_;
            expectation.track = from.track_;
            expectation.n_parameters = static_cast<std::uint32_t>(from.parameters_.size());
            expectation.text = detail::mock_str(from.text_);
            expectation.parameters = from.parameters_.data();
            expectation.answer = &answer;
        }
        CForm(const CForm&) = delete;
        CForm& operator=(const CForm&) = delete;

        void fill_answer(const Expectation& from) {
            answer.struct_size = sizeof answer;
            answer.lost = from.lost_;
            answer.n_columns = static_cast<std::uint32_t>(columns.size());
            answer.n_rows = from.rows_;
            answer.repeat = from.repeat_;
            answer.n_notifications = static_cast<std::uint32_t>(notifications.size());
            answer.delay_ns = from.delay_ns_;
            answer.affected = from.affected_;
            answer.columns = pointers.data();
            answer.cells = from.cells_.data();
            answer.notifications = notifications.data();
            if (from.last_id_) {
                last_id.type = DBWAY_T_I64;
                last_id.v.i64 = *from.last_id_;
                answer.last_id = &last_id;
            }
            if (!from.fails_) return;
            error.struct_size = sizeof error;
            std::memcpy(error.sqlstate, from.sqlstate_.data(),
                        from.sqlstate_.size() < 5 ? from.sqlstate_.size() : 5);
            error.message = detail::mock_str(from.message_);
            error.detail = detail::mock_str(from.detail_);
            error.table_name = detail::mock_str(from.table_);
            error.constraint_name = detail::mock_str(from.constraint_);
            answer.error = &error;
        }

        std::vector<dbway_column> columns;
        std::vector<const dbway_column*> pointers;
        std::vector<dbway_mock_notification> notifications;
        dbway_value last_id{};
        dbway_diag error{};
        dbway_mock_answer answer{};
        dbway_mock_expectation expectation{};
    };

    static dbway_diag_sink sink_of(ErrorDetails& details) noexcept {
        return {&details, [](void* into, const dbway_diag* diag) noexcept {
                    try {
                        static_cast<ErrorDetails*>(into)->message.assign(diag->message.ptr,
                                                                         diag->message.len);
                    } catch (...) {
                        // Then without the message.
                    }
                }};
    }
    // By reference, since the call that is the first argument fills the second.
    static void check(dbway_status status, const ErrorDetails& reported) {
        if (status >= 0) return;
        ErrorDetails details = reported;
        details.category = status == DBWAY_ERR_NOMEM ? Category::out_of_memory : Category::invalid;
        if (details.message.empty())
            details.message = "the mock failed with status " + std::to_string(status);
        throw_error(std::move(details));
    }

    std::vector<std::string> read(std::uint32_t kinds) const {
        struct Findings {
            std::uint32_t kinds;
            std::vector<std::string> texts;
        } findings{kinds, {}};
        const dbway_mock_reader reader{&findings,
                                       [](void* into, std::uint32_t kind, const dbway_str* text) noexcept {
                                           auto& found = *static_cast<Findings*>(into);
                                           try {
                                               if ((found.kinds & kind) != 0)
                                                   found.texts.emplace_back(text->ptr, text->len);
                                           } catch (...) {
                                               // A finding that does not fit into memory is left out.
                                           }
                                       }};
        check(table_->report(mock_, &reader), {});
        return std::move(findings.texts);
    }

    Source source_;
    const dbway_ext_mock* table_ = nullptr;
    dbway_mock* mock_ = nullptr;
};

}  // namespace dbway
