// The head of a binary array: its dimensions and the type of its items.
#pragma once

#include "decode_reader.hpp"
#include "render.hpp"
#include "type.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace dbway::pgx {

inline constexpr std::size_t array_dimensions_max = 6;

struct ArrayHeader {
    const Type* item = nullptr;    // never null after reading
    std::size_t n_dimensions = 0;  // 0: an empty array
    std::size_t n_items = 0;       // of all dimensions together
    bool plain = true;             // every lower bound is what it is unless somebody chose another
    std::array<std::uint32_t, array_dimensions_max> size{};
    std::array<std::int32_t, array_dimensions_max> lower{};
};

// Reads up to the first item. The type of the items is the one that the value names; if nobody knows it, it
// is noted in `context` and undescribed_type() stands for it.
ArrayHeader read_array_header(Reader& in, RenderContext& context);

// The type that a value names by its OID, `expected` if it is that one.
const Type& named_type(Oid oid, const Type* expected, RenderContext& context) noexcept;

}  // namespace dbway::pgx
