#include <config/nearest.hpp>
#include <config/option_table.hpp>
#include <config/option_value.hpp>
#include <config/section_reader.hpp>
#include <config/text_value.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace dbway::detail {

namespace {

constexpr std::array<std::string_view, 3> sections = {"plugins", "provider", "source"};

// Names end up in messages, metrics and on command lines.
bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '.';
    });
}

class SectionReader {
  public:
    SectionReader(Configuration& configuration, Problems& problems)
        : configuration_(configuration), problems_(problems) {}

    void read(const TomlNode& document) {
        for (const TomlMember& member : document.members) {
            if (std::find(sections.begin(), sections.end(), member.key) == sections.end())
                unknown_top_level(member);
            else if (member.value.kind != TomlNode::Kind::table)
                problems_.error(member.where, "expected the section " + section_form(member.key) +
                                                  ", found " + describe(member.value, true));
            else if (member.key == "plugins")
                read_known(member.value, "plugins", "[plugins]", {&configuration_.plugins, nullptr, nullptr});
            else
                for (const TomlMember& named : member.value.members) read_named(member.key, named);
        }
        remember_pins(document);
    }

  private:
    static std::string section_form(std::string_view section) {
        return section == "plugins" ? "[plugins]" : "[" + std::string(section) + ".NAME]";
    }

    void unknown_top_level(const TomlMember& member) {
        const bool section =
            member.value.kind == TomlNode::Kind::table || member.value.kind == TomlNode::Kind::array;
        problems_.error(member.where,
                        (section ? "unknown section [" + member.key + "]"
                                 : "unknown key \"" + member.key + "\" outside of any section") +
                            suggestion(member.key, sections,
                                       "the sections are [plugins], [provider.NAME] and [source.NAME]"));
    }

    // The nearest known word, or what there is.
    static std::string suggestion(std::string_view word, std::span<const std::string_view> known,
                                  const std::string& otherwise) {
        const std::string near = did_you_mean(word, known);
        return near.empty() ? "; " + otherwise : near;
    }

    void read_named(const std::string& section, const TomlMember& named) {
        if (named.value.kind != TomlNode::Kind::table) {
            problems_.error(named.where, "expected a section [" + section + ".NAME], found the key \"" +
                                             named.key + "\" directly in [" + section + "]");
            return;
        }
        if (!is_name(named.key)) {
            problems_.error(named.where, "\"" + named.key + "\" cannot be the name of a " + section +
                                             "; expected 1 to 63 letters, digits, '_', '-' or '.'");
            return;
        }
        if (section == "provider")
            read_provider(named);
        else
            read_source(named);
    }

    void read_provider(const TomlMember& named) {
        auto& options = configuration_.providers[named.key];
        configuration_.provider_sections[named.key] = named.where;
        for (const TomlMember& member : named.value.members)
            read_provider_option(member, "[provider." + named.key + "]", options);
        sort_options(options);
    }

    // A key that was meant to be `provider` is taken for one of the provider's options.
    void missing_provider(const TomlMember& named, const std::string& section,
                          const std::vector<ProviderOption>& options) {
        Location where = named.where;
        std::string found;
        for (const ProviderOption& option : options) {
            if (nearest_word(option.key, std::array<std::string_view, 1>{"provider"}).empty()) continue;
            where = option.key_where;
            found = ", found \"" + option.key + "\"";
        }
        problems_.error(where, "source \"" + named.key +
                                   "\" has no provider; expected the key provider = \"ID\" in " + section +
                                   found);
    }

    void read_source(const TomlMember& named) {
        SourceOptions source;
        source.name = named.key;
        source.where = named.where;
        const std::string section = "[source." + named.key + "]";
        for (const TomlMember& member : named.value.members) {
            if (member.key == "pool")
                read_pool(member, named.key, source.pool);
            else if (const OptionDescriptor* option = find_option("source", member.key))
                read_option(*option, member, {nullptr, &source, nullptr}, section, configuration_.directory,
                            problems_);
            else if (member.value.kind == TomlNode::Kind::table && !member.value.is_inline)
                problems_.error(member.where,
                                "unknown section [source." + named.key + "." + member.key + "]" +
                                    suggestion(member.key, std::array<std::string_view, 1>{"pool"},
                                               "a source has the section [source." + named.key + ".pool]"));
            else
                read_provider_option(member, section, source.options);
        }
        const TomlMember* provider = named.value.find("provider");
        if (provider == nullptr)
            missing_provider(named, section, source.options);
        else
            source.provider_where = provider->value.where;
        sort_options(source.options);
        configuration_.sources.push_back(std::move(source));
    }

    void read_pool(const TomlMember& member, const std::string& source, PoolOptions& pool) {
        const std::string section = "[source." + source + ".pool]";
        if (member.value.kind != TomlNode::Kind::table) {
            problems_.error(member.value.where,
                            "expected the section " + section + ", found " + describe(member.value, true));
            return;
        }
        read_known(member.value, "source.pool", section, {nullptr, nullptr, &pool});
        if (pool.min <= pool.max) return;
        const TomlMember* min = member.value.find("min");
        const TomlMember* max = member.value.find("max");
        problems_.error((min != nullptr ? min : max)->value.where,
                        "min in " + section + " is " + std::to_string(pool.min) +
                            ", more than max, which is " + std::to_string(pool.max) +
                            (max == nullptr ? " by default" : ""));
    }

    // A section that has nothing but keys of the table.
    void read_known(const TomlNode& table, std::string_view section, const std::string& shown,
                    const OptionTarget& target) {
        const auto keys = option_keys(section);
        for (const TomlMember& member : table.members) {
            if (const OptionDescriptor* option = find_option(section, member.key))
                read_option(*option, member, target, shown, configuration_.directory, problems_);
            else
                problems_.error(member.where, "unknown key \"" + member.key + "\" in " + shown +
                                                  suggestion(member.key, keys, "the keys are " + join(keys)));
        }
    }

    static std::string join(const std::vector<std::string_view>& keys) {
        std::string text;
        for (const std::string_view key : keys) text += (text.empty() ? "" : ", ") + std::string(key);
        return text;
    }

    void read_provider_option(const TomlMember& member, const std::string& section,
                              std::vector<ProviderOption>& options) {
        ProviderOption option;
        option.key = member.key;
        option.where = member.value.where;
        option.key_where = member.where;
        const TomlNode& value = member.value;
        const std::string what = "\"" + member.key + "\" in " + section;
        switch (value.kind) {
            case TomlNode::Kind::integer:
                option.form = ValueForm::integer;
                break;
            case TomlNode::Kind::number:
                if (!std::isfinite(value.number)) {
                    problems_.error(value.where,
                                    what + ": expected a finite number, found " + describe(value));
                    return;
                }
                option.form = ValueForm::number;
                break;
            case TomlNode::Kind::boolean:
                option.form = ValueForm::boolean;
                break;
            case TomlNode::Kind::string:
            case TomlNode::Kind::table: {
                auto text = read_text(value, what, configuration_.directory, problems_);
                if (!text) return;
                option.value = std::move(text->text);
                option.form = text->form;
                option.secret = text->form != ValueForm::string;
                options.push_back(std::move(option));
                return;
            }
            default:
                problems_.error(value.where, what + ": expected a string, a number, true or false, found " +
                                                 describe(value, true));
                return;
        }
        option.value = Secret(value.text);
        options.push_back(std::move(option));
    }

    static void sort_options(std::vector<ProviderOption>& options) {
        std::sort(options.begin(), options.end(),
                  [](const ProviderOption& a, const ProviderOption& b) { return a.key < b.key; });
    }

    void remember_pins(const TomlNode& document) {
        const TomlMember* plugins = document.find("plugins");
        const TomlMember* pins = plugins == nullptr ? nullptr : plugins->value.find("pin");
        if (pins == nullptr) return;
        for (const TomlMember& pin : pins->value.members) configuration_.pin_places[pin.key] = pin.where;
    }

    Configuration& configuration_;
    Problems& problems_;
};

}  // namespace

void read_sections(const TomlNode& document, Configuration& configuration, Problems& problems) {
    SectionReader(configuration, problems).read(document);
}

}  // namespace dbway::detail
