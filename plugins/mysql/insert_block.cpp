#include "insert_block.hpp"

#include <numeric>
#include <vector>

namespace dbway::mysql {
namespace {

std::vector<std::uint32_t> in_order(std::size_t count) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 1U);
    return order;
}

std::string insert_text(const std::string& head, std::uint32_t rows, std::uint32_t columns) {
    std::string row = "(?";
    for (std::uint32_t i = 1; i < columns; ++i) row += ",?";
    row += ')';
    std::string sql = head + row;
    sql.reserve(sql.size() + std::size_t{rows} * (row.size() + 1));
    for (std::uint32_t i = 1; i < rows; ++i) sql.append(",").append(row);
    return sql;
}

}  // namespace

InsertBlock::InsertBlock(Session& session, const std::string& head, std::uint32_t rows, std::uint32_t columns)
    : session_(session), rows_(rows), binder_(in_order(std::size_t{rows} * columns)) {
    session_.translated(
        [&] { prepared_.reset(session_.connection().prepareStatement(insert_text(head, rows, columns))); });
}

void InsertBlock::bind(std::span<const dbway_value> values) {
    session_.translated([&] { binder_.bind(*prepared_, values); });
}

void InsertBlock::insert() {
    session_.translated([&] { prepared_->executeUpdate(); });
}

}  // namespace dbway::mysql
