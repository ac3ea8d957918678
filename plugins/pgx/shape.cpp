#include "shape.hpp"

#include "catalog.hpp"
#include "codec_traits.hpp"

#include <algorithm>
#include <string_view>

namespace dbway::pgx {
namespace {

dbway_str to_str(std::string_view text) noexcept { return {text.data(), text.size()}; }

// What a type's modifier says (PostgreSQL's src/backend/utils/adt: numeric.c, varchar.c, timestamp.c).
void set_modifier(const Type& type, std::int32_t modifier, dbway_column& column) noexcept {
    constexpr std::int32_t header =
        4;  // VARHDRSZ, which the modifiers of numeric and character types include
    if (modifier < 0) return;
    switch (type.codec) {
        case Codec::numeric: {
            const std::int32_t packed = modifier - header;
            column.precision = (packed >> 16) & 0xFFFF;
            column.scale = ((packed & 0x7FF) ^ 1024) - 1024;  // 11 bits, signed
            break;
        }
        case Codec::text:
            if (modifier >= header) column.precision = modifier - header;
            break;
        case Codec::bits:
            column.precision = modifier;
            break;
        case Codec::time:
        case Codec::timetz:
        case Codec::timestamp:
        case Codec::timestamptz:
            column.scale = modifier;
            break;
        default:
            break;
    }
}

}  // namespace

std::unique_ptr<Shape> Shape::of_columns(const Message& row_description) {
    std::unique_ptr<Shape> shape(new Shape);
    BodyReader body(row_description);
    const std::uint32_t count = body.u16();
    shape->fields_.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        Field& field = shape->fields_.emplace_back();
        const std::string_view name = body.string();
        field.name_at = static_cast<std::uint32_t>(shape->names_.size());
        field.name_size = static_cast<std::uint32_t>(name.size());
        shape->names_.append(name);
        body.u32();  // the table, by OID
        body.u16();  // the column's number in it
        field.oid = body.u32();
        body.u16();  // the size of the type
        field.modifier = static_cast<std::int32_t>(body.u32());
        body.u16();  // the format
    }
    shape->types_.assign(count, &undescribed_type());
    return shape;
}

std::unique_ptr<Shape> Shape::of_parameters(const Message& parameter_description) {
    std::unique_ptr<Shape> shape(new Shape);
    BodyReader body(parameter_description);
    const std::uint32_t count = body.u16();
    shape->fields_.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) shape->fields_.emplace_back().oid = body.u32();
    shape->types_.assign(count, &undescribed_type());
    return shape;
}

bool Shape::resolve(const TypeCatalog& catalog) {
    unknown_.clear();
    for (Field& field : fields_) {
        field.type = catalog.find(field.oid);
        if (field.type == nullptr) unknown_.push_back(field.oid);
    }
    if (!unknown_.empty()) return false;
    describe();
    return true;
}

void Shape::settle() {
    unknown_.clear();
    describe();
}

void Shape::describe() {
    settled_ = true;
    columns_.clear();
    pointers_.clear();
    columns_.reserve(fields_.size());
    pointers_.reserve(fields_.size());
    all_binary_ = true;
    for (std::size_t i = 0; i < fields_.size(); ++i)
        types_[i] = fields_[i].type != nullptr ? fields_[i].type : &undescribed_type();
    for (const Field& field : fields_) {
        dbway_column& column = columns_.emplace_back();
        column = dbway_column{};
        column.struct_size = sizeof column;
        column.type = DBWAY_T_NATIVE;
        column.native_type = field.oid;
        column.precision = -1;
        column.scale = -1;
        column.name = to_str(std::string_view(names_).substr(field.name_at, field.name_size));
        if (field.type != nullptr) {
            column.type = field.type->value_type;
            if (field.type->codec == Codec::array && field.type->item != nullptr)
                column.item_type = field.type->item->value_type;
            column.native_name = to_str(field.type->name);
            set_modifier(*field.type, field.modifier, column);
            all_binary_ = all_binary_ && field.type->codec != Codec::textual;
        }
        pointers_.push_back(&column);
    }
}

bool Shape::same_as(const Shape& other) const noexcept {
    return names_ == other.names_ && std::equal(fields_.begin(), fields_.end(), other.fields_.begin(),
                                                other.fields_.end(), [](const Field& a, const Field& b) {
                                                    return a.oid == b.oid && a.modifier == b.modifier &&
                                                           a.name_size == b.name_size;
                                                });
}

}  // namespace dbway::pgx
