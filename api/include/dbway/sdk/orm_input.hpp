// orm_input.hpp - what comes over the C boundary, read without trust: growth (O7), pointers, texts, names.
#pragma once

#include <dbway/ext/orm.h>
#include <dbway/sdk/diagnostics.hpp>
#include <dbway/sdk/growth.hpp>
#include <dbway/sdk/orm_entity.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dbway::sdk::orm {

// Lists of a description and of an operation beyond this are taken for a mistake of the caller.
inline constexpr std::uint32_t max_items = 4096;
inline constexpr std::uint32_t max_nodes = 65'535;

// Reads a struct of the caller; `what` names it in the error. `minimum`: the bytes without which it says
// nothing. A size that cuts a pointer in two is refused.
template <class T>
T read(const T* from, std::size_t minimum, const Entity& entity, std::string_view what) {
    const auto fault = [&](dbway_status status, const char* reason) {
        refuse(status, entity, {}, std::string(what) + reason);
    };
    if (from == nullptr) fault(DBWAY_ERR_INVALID, " is a null pointer");
    if (from->struct_size < sizeof(T) && from->struct_size % alignof(T) != 0)
        fault(DBWAY_ERR_INVALID, " has a struct_size that no version of it has");
    T to{};
    const dbway_status status = detail::read_struct(from, minimum, to);
    if (status == DBWAY_ERR_TOO_NEW) fault(status, " has a field that this provider does not know");
    if (status != DBWAY_OK) fault(status, " has a struct_size that is too small");
    return to;
}

// A list of the caller: `items` may be null only if there are none.
template <class T>
void check_list(const T* items, std::uint32_t count, std::uint32_t most, const Entity& entity,
                std::string_view what) {
    if (count != 0 && items == nullptr)
        refuse(entity, {}, std::string(what) + ": a null pointer in place of " + std::to_string(count));
    if (count > most)
        refuse(entity, {},
               std::string(what) + ": " + std::to_string(count) + " are more than the " +
                   std::to_string(most) + " that are possible");
}

inline std::string_view read_text(dbway_str text, const Entity& entity, std::string_view column,
                                  std::string_view what) {
    if (text.ptr == nullptr && text.len != 0)
        refuse(entity, column, std::string(what) + " is a null pointer with a length");
    const std::string_view view = detail::to_view(text);
    if (view.find('\0') != std::string_view::npos)
        refuse(entity, column, std::string(what) + " contains a NUL character");
    return view;
}

// Well-formed UTF-8: no surrogates, no overlong forms, nothing beyond U+10FFFF.
inline bool is_utf8(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
        const unsigned char lead = byte(i);
        const std::size_t size = lead < 0x80   ? 1
                                 : lead < 0xC2 ? 0
                                 : lead < 0xE0 ? 2
                                 : lead < 0xF0 ? 3
                                 : lead < 0xF5 ? 4
                                               : 0;
        if (size == 0 || text.size() - i < size) return false;
        for (std::size_t k = 1; k < size; ++k)
            if ((byte(i + k) & 0xC0) != 0x80) return false;
        if ((lead == 0xE0 && byte(i + 1) < 0xA0) || (lead == 0xED && byte(i + 1) > 0x9F) ||
            (lead == 0xF0 && byte(i + 1) < 0x90) || (lead == 0xF4 && byte(i + 1) > 0x8F))
            return false;
        i += size;
    }
    return true;
}

// A name that can be quoted. `longest`: bytes, 0 without limit.
inline std::string_view read_name(dbway_str text, std::uint32_t longest, const Entity& entity,
                                  std::string_view column, std::string_view what) {
    const std::string_view name = read_text(text, entity, column, what);
    if (!is_utf8(name)) refuse(entity, {}, std::string(what) + " is not UTF-8");
    if (longest != 0 && name.size() > longest)
        refuse(DBWAY_ERR_UNSUPPORTED, entity, column,
               std::string(what) + " \"" + std::string(name) + "\" is longer than the " +
                   std::to_string(longest) + " bytes of an identifier here");
    return name;
}

inline bool same_name(std::string_view a, std::string_view b, bool fold_case) noexcept {
    if (a.size() != b.size()) return false;
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] != b[i] && !(fold_case && lower(a[i]) == lower(b[i]))) return false;
    return true;
}

}  // namespace dbway::sdk::orm
