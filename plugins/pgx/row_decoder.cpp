#include "row_decoder.hpp"

#include <string>

namespace dbway::pgx {
[[gnu::hot]] void RowDecoder::start(const Shape& shape, std::uint32_t capacity, const TypeCatalog& catalog,
                                    std::int32_t money_scale) {
    clear();
    context_.catalog = &catalog;
    context_.money_scale = money_scale;
    width_ = shape.size();
    types_ = shape.types();
    capacity_ = capacity;
    std::size_t need = std::size_t{width_} * capacity_;
    if (need > cell_limit) {
        capacity_ = static_cast<std::uint32_t>(std::max<std::size_t>(cell_limit / width_, 1));
        need = std::size_t{width_} * capacity_;
    }
    if (need > cell_room_) {
        cells_.reset(new dbway_value[need]);
        cell_room_ = need;
    }
}

void RowDecoder::wrong_width(const Message& row) const {
    throw ProtocolError("a row of " + std::to_string(row.size < 2 ? 0 : load<std::uint16_t>(row.body)) +
                        " columns in a result of " + std::to_string(width_));
}

void RowDecoder::too_short() { throw ProtocolError("a row is shorter than its columns"); }

}  // namespace dbway::pgx
