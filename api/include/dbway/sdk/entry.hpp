// entry.hpp - the one exported datum of a provider and its metadata, from the same strings.
//
//   DBWAY_PROVIDER(CsvProvider, "csv", "1.0.0", "CSV files", "Example Ltd", "https://example.org/csv",
//                  DBWAY_ENTRY_UNLOAD_SAFE, DBWAY_SCHEMES("csv"),
//                  R"([[option]]
//                     name = "directory"
//                     type = "path"
//                     required = true)")
//
// CsvProvider is made by `CsvProvider(const Options&)`, from the options of the provider as a whole; unknown
// keys must be refused (OptionReader does). The flags are 0, or DBWAY_ENTRY_UNLOAD_SAFE by an author who
// vouches for it. The last argument is any further TOML of DBWAY_META: licence, description, [[option]]
// tables; it may be absent.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/option_reader.hpp>
#include <dbway/sdk/provider.hpp>
#include <dbway/sdk/shell.hpp>

#include <array>
#include <memory>
#include <string_view>

namespace dbway::sdk::detail {

constexpr bool is_provider_id(std::string_view id) noexcept {
    if (id.empty() || id.size() > 63) return false;
    for (std::size_t i = 0; i < id.size(); ++i) {
        const char c = id[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && (i == 0 || (c != '.' && c != '_' && c != '-'))) return false;
    }
    return true;
}

// May stand between the quotes of a TOML string as it is.
constexpr bool is_plain_toml(std::string_view text) noexcept {
    for (const char c : text)
        if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
    return true;
}

// Null-terminated, as dbway_entry wants it.
template <class... Scheme>
constexpr std::array<const char*, sizeof...(Scheme) + 1> scheme_list(Scheme... schemes) noexcept {
    return {schemes..., nullptr};
}

template <class ProviderClass>
dbway_status create_provider(const dbway_host* host, const dbway_create_args* args,
                             dbway_provider** out) noexcept {
    return ProviderShell::create(host, args, out, [](const Options& options) -> std::unique_ptr<Provider> {
        return std::make_unique<ProviderClass>(options);
    });
}

}  // namespace dbway::sdk::detail

#define DBWAY_SDK_TEXT_(x) #x
#define DBWAY_SDK_TEXT(x) DBWAY_SDK_TEXT_(x)

// The URL schemes that name the provider, none for DBWAY_SCHEMES().
#define DBWAY_SCHEMES(...) ::dbway::sdk::detail::scheme_list(__VA_ARGS__)

// For a provider with a create() of its own, and with a symbol of its own where it is linked into a program.
#define DBWAY_ENTRY_AS(symbol, create_function, id, version, name, vendor, url, flags, schemes, ...)         \
    static_assert(::dbway::sdk::detail::is_provider_id(id),                                                  \
                  "an id is [a-z0-9][a-z0-9._-]*, at most 63 long");                                         \
    static_assert(                                                                                           \
        ::dbway::sdk::detail::is_plain_toml(version name vendor url),                                        \
        "version, name, vendor and url must not contain quotes, backslashes or control characters");         \
    namespace {                                                                                              \
    constexpr auto symbol##_schemes = schemes;                                                               \
    constexpr char symbol##_meta[] =                                                                         \
        DBWAY_META("id = \"" id "\"\nversion = \"" version "\"\nabi = \"" DBWAY_SDK_TEXT(                    \
            DBWAY_ABI_MAJOR) "." DBWAY_SDK_TEXT(DBWAY_ABI_MINOR) "\"\nname = \"" name                        \
                                                                 "\"\nvendor = \"" vendor "\"\nurl = \"" url \
                                                                 "\"\n" __VA_ARGS__ "\n");                   \
    static_assert(sizeof symbol##_meta <= 64 * 1024, "the metadata are larger than 64 KiB");                 \
    }                                                                                                        \
    extern "C" {                                                                                             \
    extern DBWAY_EXPORT const dbway_entry symbol;                                                            \
    const dbway_entry symbol = {{'D', 'B', 'W', 'A', 'Y', '_', 'P', 'V'},                                    \
                                sizeof(dbway_entry),                                                         \
                                DBWAY_ABI_MAJOR,                                                             \
                                DBWAY_ABI_MINOR,                                                             \
                                flags,                                                                       \
                                symbol##_meta,                                                               \
                                id,                                                                          \
                                version,                                                                     \
                                name,                                                                        \
                                vendor,                                                                      \
                                url,                                                                         \
                                symbol##_schemes.data(),                                                     \
                                create_function};                                                            \
    }                                                                                                        \
    static_assert(true)

// The same with a symbol of its own, for providers that are linked into a program.
#define DBWAY_PROVIDER_AS(symbol, provider_class, ...) \
    DBWAY_ENTRY_AS(symbol, ::dbway::sdk::detail::create_provider<provider_class>, __VA_ARGS__)

// A provider that fills the tables of provider.h itself, by its own create().
#define DBWAY_PROVIDER_MADE_BY(create_function, ...) \
    DBWAY_ENTRY_AS(dbway_entry_v1, create_function, __VA_ARGS__)

#define DBWAY_PROVIDER(provider_class, id, version, name, vendor, url, flags, ...) \
    DBWAY_PROVIDER_AS(dbway_entry_v1, provider_class, id, version, name, vendor, url, flags, __VA_ARGS__)
