#include "array_text.hpp"
#include "codec_traits.hpp"
#include "encode.hpp"
#include "encode_parts.hpp"

namespace dbway::pgx {

namespace {

bool same_shape(const ArrayShape& shape, std::size_t dimension, const dbway_value& array) noexcept {
    if (array.len != shape.size[dimension]) return false;
    const bool innermost = dimension + 1 == shape.n_dimensions;
    for (std::uint32_t i = 0; i < array.len; ++i) {
        const dbway_value& item = array.v.items[i];
        if ((item.type == DBWAY_T_ARRAY) == innermost) return false;
        if (!innermost && !same_shape(shape, dimension + 1, item)) return false;
    }
    return true;
}

bool has_null(const dbway_value& array) noexcept {
    for (std::uint32_t i = 0; i < array.len; ++i)
        if (array.v.items[i].type == DBWAY_T_NULL) return true;
    return false;
}

bool items_have_binary_form(const Type& item_type, const dbway_value& array) noexcept {
    for (std::uint32_t i = 0; i < array.len; ++i) {
        const dbway_value& item = array.v.items[i];
        if (item.type == DBWAY_T_NULL) continue;
        const bool fine = item.type == DBWAY_T_ARRAY ? items_have_binary_form(item_type, item)
                                                     : has_binary_form(item_type, item);
        if (!fine) return false;
    }
    return true;
}

bool put_items(const Type& item_type, const dbway_value& array, Buffer& out) {
    bool nulls = false;
    for (std::uint32_t i = 0; i < array.len; ++i) {
        const dbway_value& item = array.v.items[i];
        if (item.type == DBWAY_T_ARRAY) {
            nulls = put_items(item_type, item, out) || nulls;
            continue;
        }
        nulls = nulls || item.type == DBWAY_T_NULL;
        encode_field(item_type, item, out);
    }
    return nulls;
}

void put(const Type& type, const dbway_value& value, const ArrayText& text, Buffer& out) {
    const auto shape = array_shape(text.array);
    const bool vector = is_vector(type);
    if (!shape || type.item == nullptr || (text.n_bounds != 0 && text.n_bounds != shape->n_dimensions))
        refuse(type, value);
    const std::size_t n_dimensions = shape->n_dimensions;
    if (vector && n_dimensions != 1) refuse(type, value);
    out.put_u32(static_cast<std::uint32_t>(n_dimensions));
    const std::size_t flags = out.size();
    out.put_u32(0);
    out.put_u32(type.item->oid);
    for (std::size_t i = 0; i < n_dimensions; ++i) {
        out.put_u32(shape->size[i]);
        out.put_u32(static_cast<std::uint32_t>(text.n_bounds != 0 ? text.lower[i] : vector ? 0 : 1));
    }
    if (!put_items(*type.item, text.array, out)) return;
    if (vector) refuse(type, value);
    out.set_u32(flags, 1);
}

}  // namespace

std::optional<ArrayShape> array_shape(const dbway_value& array) noexcept {
    ArrayShape shape;
    if (array.len == 0) return shape;
    const dbway_value* level = &array;
    do {
        if (shape.n_dimensions == shape.size.size() || level->len == 0) return std::nullopt;
        shape.size[shape.n_dimensions++] = level->len;
        level = &level->v.items[0];
    } while (level->type == DBWAY_T_ARRAY);
    if (!same_shape(shape, 0, array)) return std::nullopt;
    return shape;
}

bool array_has_binary_form(const Type& type, const dbway_value& array) noexcept {
    const auto shape = array_shape(array);
    if (type.item == nullptr || !shape) return false;
    // The server makes an array without dimensions of an empty one, and takes that for no vector.
    if (is_vector(type) && (shape->n_dimensions != 1 || has_null(array))) return false;
    return items_have_binary_form(*type.item, array);
}

void put_array(const Type& type, const dbway_value& value, Buffer& out) {
    ArrayText text;
    sdk::Arena arena;
    if (value.type == DBWAY_T_ARRAY) {
        text.array = value;
    } else {
        const char delimiter = type.item != nullptr ? type.item->delimiter : ',';
        const auto parsed = value.type == DBWAY_T_TEXT && !is_vector(type)
                                ? parse_array_text(text_of(value), delimiter, arena)
                                : std::nullopt;
        if (!parsed) refuse(type, value);
        text = *parsed;
    }
    put(type, value, text, out);
}

}  // namespace dbway::pgx
