// option_reader.hpp - typed access to the options of a connection or a provider.
//
//   OptionReader options(request.options);
//   const std::string_view database = options.required_string("database");
//   const auto busy_timeout = options.duration("busy_timeout", 5s, 0s, 1h);
//   const std::string_view mode = options.choice("mode", {"rwc", "rw", "ro"}, "rwc");
//   options.finish();
#pragma once

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/option_text.hpp>
#include <dbway/sdk/provider.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sdk {

// Every fault is a Failure of DBWAY_ERR_INVALID that names the option, what was found and what was expected;
// only string() and required_string() never show a value, since it may be a secret. Views borrow from the
// options. Not thread-safe.
class OptionReader {
  public:
    explicit OptionReader(const Options& options) : options_(options) {}

    std::optional<std::string_view> string(std::string_view key) {
        asked_.push_back(key);
        std::optional<std::string_view> found;
        for (const dbway_option& option : options_.all()) {
            if (key != option.key) continue;
            if (found) fail(key, "is given twice");
            found = std::string_view(option.value.len == 0 ? "" : option.value.ptr, option.value.len);
        }
        return found;
    }
    std::string_view string(std::string_view key, std::string_view otherwise) {
        return string(key).value_or(otherwise);
    }
    std::string_view required_string(std::string_view key) {
        const std::optional<std::string_view> found = string(key);
        if (!found) fail(key, "is required but missing");
        return *found;
    }

    // In [least, most].
    std::int64_t integer(std::string_view key, std::int64_t otherwise,
                         std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                         std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
        const std::optional<std::string_view> text = string(key);
        if (!text) return otherwise;
        const std::optional<std::int64_t> value = detail::parse_number<std::int64_t>(*text);
        if (!value) expected(key, *text, "an integer");
        if (*value < least || *value > most)
            expected(key, *text, "an integer from " + std::to_string(least) + " to " + std::to_string(most));
        return *value;
    }

    double number(std::string_view key, double otherwise,
                  double least = std::numeric_limits<double>::lowest(),
                  double most = std::numeric_limits<double>::max()) {
        const std::optional<std::string_view> text = string(key);
        if (!text) return otherwise;
        const std::optional<double> value = detail::parse_number<double>(*text);
        if (!value || !std::isfinite(*value)) expected(key, *text, "a number");
        if (*value < least || *value > most)
            expected(key, *text, "a number from " + std::to_string(least) + " to " + std::to_string(most));
        return *value;
    }

    bool boolean(std::string_view key, bool otherwise) {
        const std::optional<std::string_view> text = string(key);
        if (!text) return otherwise;
        const std::optional<bool> value = detail::parse_boolean(*text);
        if (!value) expected(key, *text, "true or false");
        return *value;
    }

    std::chrono::nanoseconds duration(std::string_view key, std::chrono::nanoseconds otherwise,
                                      std::chrono::nanoseconds least = std::chrono::nanoseconds::zero(),
                                      std::chrono::nanoseconds most = std::chrono::nanoseconds::max()) {
        const std::optional<std::string_view> text = string(key);
        if (!text) return otherwise;
        const std::optional<std::chrono::nanoseconds> value = detail::parse_duration(*text);
        if (!value) expected(key, *text, "a duration such as 5s, 200ms or 1m");
        if (*value < least || *value > most)
            expected(key, *text, "a duration from " + in_words(least) + " to " + in_words(most));
        return *value;
    }

    // One of `values`, as it is written there.
    std::string_view choice(std::string_view key, std::initializer_list<std::string_view> values,
                            std::string_view otherwise) {
        const std::optional<std::string_view> text = string(key);
        if (!text) return otherwise;
        const auto* const found = std::find(values.begin(), values.end(), *text);
        if (found != values.end()) return *found;
        std::string list;
        for (const std::string_view value : values) list.append(list.empty() ? "" : ", ").append(value);
        expected(key, *text, "one of " + list + suggestion(*text, {values.begin(), values.size()}));
    }

    // Refuses every option that was not asked for. Call it last.
    void finish() const {
        for (const dbway_option& option : options_.all()) {
            if (std::find(asked_.begin(), asked_.end(), option.key) != asked_.end()) continue;
            throw Failure(DBWAY_ERR_INVALID, "unknown option '" + std::string(option.key) + "'" +
                                                 suggestion(option.key, asked_));
        }
    }

  private:
    static std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
        const std::string_view near = detail::nearest(word, known);
        return near.empty() ? std::string() : "; did you mean '" + std::string(near) + "'?";
    }

    [[noreturn]] static void fail(std::string_view key, const std::string& what) {
        throw Failure(DBWAY_ERR_INVALID, "option '" + std::string(key) + "' " + what);
    }
    [[noreturn]] static void expected(std::string_view key, std::string_view found,
                                      const std::string& wanted) {
        constexpr std::size_t shown = 60;
        fail(key, "is '" + std::string(found.substr(0, shown)) + (found.size() > shown ? "…" : "") +
                      "', expected " + wanted);
    }

    static std::string in_words(std::chrono::nanoseconds duration) {
        const std::int64_t count = duration.count();
        if (count % 1'000'000'000 == 0) return std::to_string(count / 1'000'000'000) + "s";
        if (count % 1'000'000 == 0) return std::to_string(count / 1'000'000) + "ms";
        return std::to_string(count) + "ns";
    }

    const Options& options_;
    std::vector<std::string_view> asked_;
};

}  // namespace dbway::sdk
