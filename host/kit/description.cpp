#include <dbway/kit/description.hpp>

#include <dbway/sdk/orm_names.hpp>

#include <utility>

namespace dbway::kit {
namespace {

std::string_view view(const dbway_str& text) noexcept { return {text.ptr, text.len}; }
dbway_str text(std::string_view view) noexcept { return {view.data(), view.size()}; }

template <typename T>
std::vector<const T*> pointers(const std::deque<T>& items) {
    std::vector<const T*> result;
    for (const T& item : items) result.push_back(&item);
    return result;
}

// Whether `name` stands in `text` as a word of its own, as in 'constraint "uq_users__email"'.
bool names(std::string_view text, std::string_view name) {
    const auto part_of_name = [&](std::size_t at) {
        const char c = text[at];
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if ((at == 0 || !part_of_name(at - 1)) && (end == text.size() || !part_of_name(end))) return true;
    }
    return false;
}

}  // namespace

Description::Description(std::string_view name, std::string_view table) : name_(name), table_(table) {}
Description::~Description() = default;

void Description::add_column(std::string_view member, const dbway_orm_column& column) {
    members_.push_back(member);
    columns_.push_back(column);
}

void Description::add_index(std::vector<std::uint32_t> columns, std::uint32_t flags, std::string_view name) {
    dbway_orm_index index{};
    index.struct_size = sizeof index;
    index.flags = flags;
    index.n_columns = static_cast<std::uint32_t>(columns.size());
    index.columns = lists_.emplace_back(std::move(columns)).data();
    index.name = text(name);
    indexes_.push_back(index);
}

void Description::add_check(std::string_view name, std::string_view sql) {
    dbway_orm_check check{};
    check.struct_size = sizeof check;
    check.name = text(name);
    check.sql = text(sql);
    checks_.push_back(check);
}

void Description::add_reference(std::vector<std::uint32_t> columns, const Description& target,
                                const std::vector<std::uint32_t>& referenced, entity::Action on_delete,
                                entity::Action on_update) {
    std::vector<dbway_str>& names = names_.emplace_back();
    for (const std::uint32_t column : referenced) names.push_back(text(target.column(column)));
    dbway_orm_reference reference{};
    reference.struct_size = sizeof reference;
    reference.n_columns = static_cast<std::uint32_t>(columns.size());
    reference.on_delete = static_cast<std::uint32_t>(on_delete);
    reference.on_update = static_cast<std::uint32_t>(on_update);
    reference.columns = lists_.emplace_back(std::move(columns)).data();
    reference.referenced = names.data();
    reference.schema = text(target.schema());
    reference.table = text(target.table());
    references_.push_back(reference);
}

void Description::finish() {
    column_pointers_ = pointers(columns_);
    index_pointers_ = pointers(indexes_);
    check_pointers_ = pointers(checks_);
    reference_pointers_ = pointers(references_);
    entity_.struct_size = sizeof entity_;
    entity_.n_columns = static_cast<std::uint32_t>(columns_.size());
    entity_.n_indexes = static_cast<std::uint32_t>(indexes_.size());
    entity_.n_checks = static_cast<std::uint32_t>(checks_.size());
    entity_.n_references = static_cast<std::uint32_t>(references_.size());
    entity_.columns = column_pointers_.data();
    entity_.indexes = index_pointers_.data();
    entity_.checks = check_pointers_.data();
    entity_.references = reference_pointers_.data();
    entity_.schema = text(schema_);
    entity_.table = text(table_);

    const auto add = [&](std::string_view prefix, std::vector<std::uint32_t> columns,
                         std::string_view name = {}) {
        std::vector<std::string_view> parts{table_};
        for (const std::uint32_t column : columns) parts.push_back(this->column(column));
        constraints_.push_back(
            {name.empty() ? sdk::orm::derived_name(prefix, parts) : std::string(name), std::move(columns)});
    };
    std::vector<std::uint32_t> key;
    for (std::uint32_t i = 0; i < columns_.size(); ++i) {
        if ((columns_[i].flags & DBWAY_ORM_PRIMARY) != 0) key.push_back(i);
        if ((columns_[i].flags & DBWAY_ORM_UNIQUE) != 0) add("uq", {i});
    }
    constraints_.push_back({sdk::orm::derived_name("pk", {table_}), std::move(key)});
    for (const dbway_orm_index& index : indexes_)
        if ((index.flags & DBWAY_ORM_UNIQUE) != 0)
            add("uq", {index.columns, index.columns + index.n_columns}, view(index.name));
    for (const dbway_orm_reference& reference : references_)
        add("fk", {reference.columns, reference.columns + reference.n_columns});
}

std::string Description::members(const std::vector<std::uint32_t>& columns) const {
    std::string result(name_);
    result += columns.size() == 1 ? "." : ".(";
    for (std::size_t i = 0; i < columns.size(); ++i)
        result.append(i == 0 ? "" : ", ").append(members_[columns[i]]);
    return columns.size() == 1 ? result : result + ")";
}

std::string Description::members_of(std::string_view constraint, std::string_view column,
                                    std::string_view text) const {
    for (const Constraint& one : constraints_)
        if (one.name == constraint) return members(one.columns);
    for (std::uint32_t i = 0; i < columns_.size(); ++i)
        if (this->column(i) == column) return members({i});
    for (const Constraint& one : constraints_)
        if (names(text, one.name)) return members(one.columns);
    for (std::uint32_t i = 0; i < columns_.size(); ++i) {
        const std::string name(this->column(i));
        if (text.find("\"" + name + "\"") != text.npos || text.find("'" + name + "'") != text.npos)
            return members({i});
    }
    return {};
}

}  // namespace dbway::kit
