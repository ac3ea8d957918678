// The types of one database: those of PostgreSQL, and those its users have made.
#pragma once

#include "type.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

namespace dbway::pgx {

// The columns of all_types_sql() and types_sql(), each in text format, none ever NULL.
struct TypeRow {
    enum Column : std::uint8_t {
        oid,        // 0: no type, but the row that carries money_scale; it comes always
        name,       // format_type(oid, null)
        schema,     // empty: pg_catalog
        kind,       // typtype, but 'a' for an array
        of,         // array: its items, domain: its base type, range and multirange: the bounds' type; else 0
        array,      // the array of this type, or 0
        delimiter,  // typdelim
        send,    // what makes the binary form: a function of the server, or schema.name; empty: there is none
        fields,  // composite: the OIDs of its fields' types, separated by blanks
        money_scale,  // digits behind the point of the type money, in the row of OID 0
    };
    static constexpr std::size_t n_columns = 10;

    std::array<std::string_view, n_columns> columns;
    std::string_view operator[](Column column) const noexcept { return columns[column]; }
};

// Shared by all connections of a provider to one database. Published types never change and live as long as
// the catalog; when a type is described anew, a new Type takes its place in find(). [any]
class TypeCatalog {
  public:
    TypeCatalog() = default;
    TypeCatalog(const TypeCatalog&) = delete;
    TypeCatalog& operator=(const TypeCatalog&) = delete;

    // Null: not described yet. Waits for nobody.
    const Type* find(Oid oid) const noexcept;

    // Takes the rows of one answer to types_sql() or all_types_sql(), which name each other. A type that is
    // made of one described neither in them nor before is left out, and types_sql() has to be asked for it;
    // types known from the start stay as they are. Throws sdk::Failure(DBWAY_ERR_INTERNAL) when a row is not
    // what the statements return; then none is added.
    void add(std::span<const TypeRow> rows);

    std::int32_t money_scale() const noexcept { return money_scale_.load(std::memory_order_relaxed); }

    // Everything that users and extensions have made, except the row types of tables. No parameters.
    static std::string_view all_types_sql();
    // The types of $1 (oid[]) and whatever they are made of. A type that does not exist gives no row.
    static std::string_view types_sql();

  private:
    struct Node {
        std::unique_ptr<const Type> type;
        const Node* next = nullptr;
    };
    static constexpr std::size_t n_buckets = 256;

    std::array<std::atomic<const Node*>, n_buckets> buckets_{};
    std::atomic<std::int32_t> money_scale_{2};
    std::mutex adding_;
    std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace dbway::pgx
