// What the columns of a result or the parameters of a statement are, as the host is told and as rows are
// decoded.
#pragma once

#include "encode.hpp"
#include "message.hpp"
#include "type.hpp"

#include <dbway/provider.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dbway::pgx {

class TypeCatalog;

// Immutable once resolve() has found every type. Not copyable: the host is given pointers into it.
class Shape {
  public:
    // From RowDescription or ParameterDescription.
    static std::unique_ptr<Shape> of_columns(const Message& row_description);
    static std::unique_ptr<Shape> of_parameters(const Message& parameter_description);
    Shape(const Shape&) = delete;
    Shape& operator=(const Shape&) = delete;

    std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(fields_.size()); }
    // Null: unknown, its values are DBWAY_T_NATIVE.
    const Type* type(std::uint32_t i) const noexcept { return fields_[i].type; }
    // The same for all, one that is unknown as undescribed_type().
    const Type* const* types() const noexcept { return types_.data(); }

    // Looks the types up. False: the catalog does not describe all of them; unknown() are those.
    bool resolve(const TypeCatalog& catalog);
    const std::vector<Oid>& unknown() const noexcept { return unknown_; }
    // Goes on without the types that are unknown.
    void settle();
    bool settled() const noexcept { return settled_; }

    // The format in which values of a column can be had: text for a type without a binary form.
    Format format(std::uint32_t i) const noexcept {
        return fields_[i].type != nullptr && fields_[i].type->codec == Codec::textual ? Format::text
                                                                                      : Format::binary;
    }
    bool all_binary() const noexcept { return all_binary_; }

    // Same names and types in the same order.
    bool same_as(const Shape& other) const noexcept;

    const dbway_column* const* columns() const noexcept { return pointers_.data(); }

  private:
    struct Field {
        Oid oid = 0;
        std::int32_t modifier = -1;
        std::uint32_t name_at = 0;
        std::uint32_t name_size = 0;
        const Type* type = nullptr;
    };

    Shape() = default;
    void describe();

    std::vector<Field> fields_;
    std::vector<const Type*> types_;
    std::string names_;
    std::vector<Oid> unknown_;
    bool all_binary_ = true;
    bool settled_ = false;
    std::vector<dbway_column> columns_;
    std::vector<const dbway_column*> pointers_;
};

}  // namespace dbway::pgx
