#include <config/toml_tree.hpp>
#include <dbway/error.hpp>
#include <loader/metadata.hpp>

#include <dbway/provider.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace dbway::detail {

namespace {

// The byte before each marker is looked at by itself, so that these texts in libdbway are not markers
// themselves.
constexpr char marker_byte = '\177';
constexpr std::string_view start_text = "DBWAY-META/1\n";
constexpr std::string_view end_text = "DBWAY-END\n";
constexpr std::size_t largest_metadata = 64 * 1024;

constexpr std::array<std::string_view, 8> type_names = {"string",   "integer", "number", "boolean",
                                                        "duration", "path",    "secret", "choice"};

[[noreturn]] void malformed(const std::string& reason) {
    throw PluginError(Category::plugin, "its metadata (DBWAY_META) is malformed: " + reason);
}

// Position of the marker byte, or npos.
std::size_t find_marker(std::string_view bytes, std::string_view text, std::size_t from) {
    for (std::size_t at = bytes.find(text, from); at != std::string_view::npos; at = bytes.find(text, at + 1))
        if (at > 0 && bytes[at - 1] == marker_byte) return at - 1;
    return std::string_view::npos;
}

class MetadataReader {
  public:
    PluginMetadata read(const TomlNode& document) {
        metadata_.id = text(document, "id", true);
        if (!is_id(metadata_.id))
            malformed("id \"" + metadata_.id +
                      "\" is not 1 to 63 of a-z 0-9 . _ - that start with a letter or digit");
        metadata_.version = text(document, "version", true);
        read_abi(text(document, "abi", true));
        metadata_.name = text(document, "name", false);
        metadata_.vendor = text(document, "vendor", false);
        metadata_.url = text(document, "url", false);
        metadata_.license = text(document, "license", false);
        metadata_.description = text(document, "description", false);
        if (const TomlMember* options = document.find("option")) {
            if (options->value.kind != TomlNode::Kind::array) malformed("option is not an array of tables");
            for (const TomlNode& option : options->value.items) read_option(option);
        }
        return std::move(metadata_);
    }

  private:
    static bool is_id(std::string_view id) {
        const auto lower_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
        return !id.empty() && id.size() <= 63 && lower_or_digit(id[0]) &&
               std::all_of(id.begin(), id.end(),
                           [&](char c) { return lower_or_digit(c) || c == '.' || c == '_' || c == '-'; });
    }

    // Control characters would reach terminals and logs.
    static const std::string& printable(const std::string& key, const std::string& value) {
        if (std::any_of(value.begin(), value.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
            malformed(key + " holds a control character");
        return value;
    }

    static std::string text(const TomlNode& table, const std::string& key, bool required) {
        const TomlMember* member = table.find(key);
        if (member == nullptr) {
            if (required) malformed("it has no " + key);
            return {};
        }
        if (member->value.kind != TomlNode::Kind::string) malformed(key + " is not a string");
        if (required && member->value.text.empty()) malformed(key + " is empty");
        return printable(key, member->value.text);
    }

    void read_abi(const std::string& abi) {
        const char* const end = abi.data() + abi.size();
        const auto [point, major_error] = std::from_chars(abi.data(), end, metadata_.abi_major);
        if (major_error == std::errc() && point != end && *point == '.') {
            const auto [rest, minor_error] = std::from_chars(point + 1, end, metadata_.abi_minor);
            if (minor_error == std::errc() && rest == end) return;
        }
        malformed("abi \"" + abi + "\" is not MAJOR.MINOR");
    }

    static std::vector<std::string> texts(const TomlNode& option, const std::string& key,
                                          const std::string& name) {
        std::vector<std::string> result;
        const TomlMember* member = option.find(key);
        if (member == nullptr) return result;
        if (member->value.kind != TomlNode::Kind::array) malformed(name + ": " + key + " is not an array");
        for (const TomlNode& item : member->value.items) {
            if (item.kind != TomlNode::Kind::string)
                malformed(name + ": " + key + " holds something else than strings");
            result.push_back(printable(key, item.text));
        }
        return result;
    }

    static std::optional<double> bound(const TomlNode& option, const std::string& key,
                                       const std::string& name) {
        const TomlMember* member = option.find(key);
        if (member == nullptr) return std::nullopt;
        if (member->value.kind != TomlNode::Kind::integer && member->value.kind != TomlNode::Kind::number)
            malformed(name + ": " + key + " is not a number");
        return member->value.number;
    }

    // A type that a newer header may have added is taken as a string: the provider checks it itself.
    DeclaredType read_type(const std::string& type, const std::string& name) const {
        if (type.empty()) return DeclaredType::string;
        const auto found = std::find(type_names.begin(), type_names.end(), type);
        if (found != type_names.end()) return static_cast<DeclaredType>(found - type_names.begin());
        if (metadata_.abi_minor <= DBWAY_ABI_MINOR) malformed(name + ": type \"" + type + "\" is unknown");
        return DeclaredType::string;
    }

    void read_option(const TomlNode& table) {
        if (table.kind != TomlNode::Kind::table) malformed("option is not an array of tables");
        DeclaredOption option;
        option.name = text(table, "name", true);
        const std::string name = "option \"" + option.name + "\"";
        const std::string scope = text(table, "scope", false);
        if (!scope.empty() && scope != "source" && scope != "provider")
            malformed(name + ": scope \"" + scope + "\" is neither \"source\" nor \"provider\"");
        option.scope = scope == "provider" ? OptionScope::provider : OptionScope::source;
        option.type = read_type(text(table, "type", false), name);
        if (const TomlMember* value = table.find("default")) {
            if (value->value.kind > TomlNode::Kind::boolean) malformed(name + ": default is not a text");
            option.default_value = printable("default", value->value.text);
        }
        if (const TomlMember* required = table.find("required")) {
            if (required->value.kind != TomlNode::Kind::boolean)
                malformed(name + ": required is not true or false");
            option.required = required->value.boolean;
        }
        option.min = bound(table, "min", name);
        option.max = bound(table, "max", name);
        if (option.min && option.max && *option.min > *option.max) malformed(name + ": min is more than max");
        option.values = texts(table, "values", name);
        option.literals = texts(table, "literal", name);
        option.help = text(table, "help", false);
        if (option.type == DeclaredType::choice && option.values.empty())
            malformed(name + ": a choice without values");
        if (metadata_.find_option(option.scope, option.name) != nullptr) malformed(name + " is there twice");
        metadata_.options.push_back(std::move(option));
    }

    PluginMetadata metadata_;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes the next run of digits, without leading zeros, or of other characters but '.', off the front.
std::string_view take_part(std::string_view& text) {
    while (!text.empty() && text[0] == '.') text.remove_prefix(1);
    if (text.empty()) return {};
    const bool digits = is_digit(text[0]);
    std::size_t length = 0;
    while (length < text.size() && text[length] != '.' && is_digit(text[length]) == digits) ++length;
    std::string_view part = text.substr(0, length);
    text.remove_prefix(length);
    while (digits && part.size() > 1 && part[0] == '0') part.remove_prefix(1);
    return part;
}

}  // namespace

std::string_view to_string(DeclaredType type) noexcept { return type_names[static_cast<std::size_t>(type)]; }

const DeclaredOption* PluginMetadata::find_option(OptionScope scope, std::string_view wanted) const noexcept {
    const auto found = std::find_if(options.begin(), options.end(), [&](const DeclaredOption& option) {
        return option.scope == scope && option.name == wanted;
    });
    return found == options.end() ? nullptr : &*found;
}

std::optional<std::string_view> find_metadata(std::string_view bytes) {
    std::optional<std::string_view> result;
    std::size_t from = 0;
    while (true) {
        const std::size_t start = find_marker(bytes, start_text, from);
        if (start == std::string_view::npos) return result;
        const std::size_t body = start + 1 + start_text.size();
        const std::string_view rest = bytes.substr(body, largest_metadata + 1 + end_text.size());
        const std::size_t end = find_marker(rest, end_text, 0);
        if (end == std::string_view::npos)
            malformed(bytes.size() - body > largest_metadata ? "no end of it within 64 KiB"
                                                             : "it has no end");
        const std::string_view text = rest.substr(0, end);
        if (result && *result != text) malformed("it is there twice, with different text");
        result = text;
        from = body + end;
    }
}

PluginMetadata parse_metadata(std::string_view toml) {
    try {
        return MetadataReader().read(parse_toml(toml));
    } catch (const TomlSyntaxError& error) {
        malformed("line " + std::to_string(error.where.line) + ": " + error.what());
    }
}

int compare_versions(std::string_view a, std::string_view b) noexcept {
    while (true) {
        const std::string_view x = take_part(a);
        const std::string_view y = take_part(b);
        if (x.empty() && y.empty()) return 0;
        // A further number makes a version higher, a further word ("-rc1") lower.
        if (x.empty()) return is_digit(y[0]) ? -1 : 1;
        if (y.empty()) return is_digit(x[0]) ? 1 : -1;
        if (is_digit(x[0]) != is_digit(y[0])) return is_digit(x[0]) ? 1 : -1;
        if (is_digit(x[0]) && x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
        if (const int order = x.compare(y); order != 0) return order < 0 ? -1 : 1;
    }
}

}  // namespace dbway::detail
