#include <dbway/batch.hpp>

#include <session/value_copy.hpp>

#include <cstring>
#include <memory>

namespace dbway {

void Batch::add_copy(std::string_view sql, const dbway_value* values, const std::string_view* names,
                     std::uint32_t count) {
    const auto copy_text = [this](std::string_view text) {
        std::uint8_t* to = arena_.allocate(text.size());
        if (!text.empty()) std::memcpy(to, text.data(), text.size());
        return std::string_view(reinterpret_cast<const char*>(to), text.size());
    };
    detail::BatchItem item;
    item.count = count;
    // Often one statement many times.
    item.sql = !items_.empty() && items_.back().sql == sql ? items_.back().sql : copy_text(sql);
    if (count != 0) {
        auto* copies = static_cast<dbway_value*>(arena_.allocate_aligned(count * sizeof(dbway_value)));
        detail::copy_values(values, count, copies, arena_);
        item.values = copies;
    }
    if (names != nullptr) {
        auto* copies =
            static_cast<std::string_view*>(arena_.allocate_aligned(count * sizeof(std::string_view)));
        for (std::uint32_t i = 0; i < count; ++i) std::construct_at(copies + i, copy_text(names[i]));
        item.names = copies;
    }
    items_.push_back(item);
}

void Batch::clear() noexcept {
    items_.clear();
    arena_.clear();
}

}  // namespace dbway
