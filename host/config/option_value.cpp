#include <config/option_value.hpp>
#include <config/text_value.hpp>
#include <config/units.hpp>
#include <loader/file_trust.hpp>

#include <algorithm>
#include <filesystem>
#include <type_traits>

namespace dbway::detail {

namespace {

// One value on its way into its struct. Overloads by the type of the struct's member.
class ValueReader {
  public:
    ValueReader(const OptionDescriptor& option, const TomlNode& node, std::string what,
                const std::string& directory, Problems& problems)
        : option_(option), node_(node), what_(std::move(what)), directory_(directory), problems_(problems) {}

    void read(std::uint32_t& value) {
        if (node_.kind != TomlNode::Kind::integer) return mismatch();
        if (in_range(node_.number)) value = static_cast<std::uint32_t>(node_.integer);
    }

    void read(double& value) {
        if (node_.kind != TomlNode::Kind::integer && node_.kind != TomlNode::Kind::number) return mismatch();
        if (in_range(node_.number)) value = node_.number;
    }

    void read(bool& value) {
        if (node_.kind != TomlNode::Kind::boolean) return mismatch();
        value = node_.boolean;
    }

    void read(std::chrono::nanoseconds& value) {
        if (node_.kind == TomlNode::Kind::integer || node_.kind == TomlNode::Kind::number)
            return problem("expected a duration with its unit, found " + describe(node_) + "; write \"" +
                           node_.text + "s\" for seconds or \"" + node_.text + "ms\" for milliseconds");
        if (node_.kind != TomlNode::Kind::string) return mismatch();
        const auto duration = parse_duration(node_.text);
        if (!duration)
            return problem(
                "expected a duration such as \"250ms\", \"30s\" or \"1h30m\" (units ns us ms s m h d), "
                "found " +
                describe(node_));
        if (in_range(static_cast<double>(duration->count()))) value = *duration;
    }

    void read(std::uint64_t& value) {
        std::optional<std::uint64_t> size;
        if (node_.kind == TomlNode::Kind::integer && node_.integer >= 0)
            size = static_cast<std::uint64_t>(node_.integer);
        else if (node_.kind == TomlNode::Kind::string)
            size = parse_size(node_.text);
        if (!size)
            return problem("expected a size such as \"512KiB\" or \"64MiB\" (units B KiB MiB GiB), found " +
                           describe(node_));
        if (in_range(static_cast<double>(*size))) value = *size;
    }

    void read(std::string& value) {
        if (const auto text = read_text(node_, what_, directory_, problems_)) {
            if (text->text.empty()) return problem("expected a string, found an empty one");
            value = text->text.reveal();
        }
    }

    void read(Duplicates& value) {
        if (node_.kind != TomlNode::Kind::string) return mismatch();
        if (node_.text == duplicates_values[0])
            value = Duplicates::refuse;
        else if (node_.text == duplicates_values[1])
            value = Duplicates::highest;
        else
            mismatch();
    }

    void read(std::vector<std::string>& paths) {
        if (node_.kind != TomlNode::Kind::array) return mismatch();
        for (const TomlNode& item : node_.items) {
            const auto text = read_text(item, what_, directory_, problems_);
            if (!text) continue;
            if (text->text.empty()) {
                problems_.error(item.where,
                                what_ + ": expected the path of a directory, found an empty string");
                continue;
            }
            paths.push_back(
                (std::filesystem::path(directory_) / text->text.reveal()).lexically_normal().string());
        }
    }

    void read(std::map<std::string, std::string>& pins) {
        if (node_.kind != TomlNode::Kind::table) return mismatch();
        for (const TomlMember& pin : node_.members) {
            const std::string what = "\"" + pin.key + "\" in [plugins.pin]";
            const auto text = read_text(pin.value, what, directory_, problems_);
            if (!text) continue;
            if (!is_pin(text->text.reveal())) {
                problems_.error(
                    pin.value.where,
                    what + ": expected \"sha256:\" and 64 hexadecimal digits" +
                        (text->form == ValueForm::string ? ", found " + describe(pin.value) : std::string()));
                continue;
            }
            std::string digest(text->text.reveal());
            std::transform(digest.begin(), digest.end(), digest.begin(), [](char c) {
                return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
            });
            pins[pin.key] = std::move(digest);
        }
    }

  private:
    void problem(const std::string& message) { problems_.error(node_.where, what_ + ": " + message); }
    void mismatch() { problem("expected " + option_.expectation() + ", found " + describe(node_)); }

    // Written so that NaN is outside.
    bool in_range(double value) {
        if (value >= option_.min && value <= option_.max) return true;
        mismatch();
        return false;
    }

    const OptionDescriptor& option_;
    const TomlNode& node_;
    std::string what_;
    const std::string& directory_;
    Problems& problems_;
};

template <class Value>
Value& member_of(const OptionTarget& target, Value PluginOptions::*member) {
    return target.plugins->*member;
}
template <class Value>
Value& member_of(const OptionTarget& target, Value SourceOptions::*member) {
    return target.source->*member;
}
template <class Value>
Value& member_of(const OptionTarget& target, Value PoolOptions::*member) {
    return target.pool->*member;
}

}  // namespace

void read_option(const OptionDescriptor& option, const TomlMember& member, const OptionTarget& target,
                 const std::string& section, const std::string& directory, Problems& problems) {
    ValueReader reader(option, member.value, "\"" + member.key + "\" in " + section, directory, problems);
    std::visit([&](auto where) { reader.read(member_of(target, where)); }, option.member);
}

}  // namespace dbway::detail
