// PostgreSQL's text of arrays: {1,NULL,"a \"b\""}, nested in as many braces as there are dimensions.
#include "cell.hpp"

#include <dbway/sdk/value_text.hpp>

#include <cstring>
#include <new>

namespace dbway::pq {
namespace {

class ArrayReader {
  public:
    ArrayReader(std::string_view text, const CellPlan& item, sdk::Arena& arena,
                std::vector<dbway_value>& items)
        : at_(text.data()), end_(text.data() + text.size()), item_(item), arena_(arena), items_(items) {}

    bool read(dbway_value& cell) {
        items_.clear();
        return read_braces(cell, 1) && at_ == end_;
    }

  private:
    bool take(char c) {
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }

    // Items gather at the end of `items_` until their closing brace moves them into the arena.
    bool read_braces(dbway_value& cell, int depth) {
        if (depth > sdk::array_depth_max || !take('{')) return false;
        const std::size_t first = items_.size();
        if (!take('}')) {
            do {
                dbway_value item{};
                if (at_ == end_ || !(*at_ == '{' ? read_braces(item, depth + 1) : read_item(item)))
                    return false;
                items_.push_back(item);
            } while (take(','));
            if (!take('}')) return false;
        }
        const std::size_t count = items_.size() - first;
        auto* to = static_cast<dbway_value*>(arena_.allocate_aligned(count * sizeof(dbway_value)));
        if (count != 0) std::memcpy(to, items_.data() + first, count * sizeof(dbway_value));
        items_.resize(first);
        cell = dbway_value{};
        cell.v.items = to;
        cell.len = static_cast<std::uint32_t>(count);
        cell.type = DBWAY_T_ARRAY;
        return true;
    }

    bool read_item(dbway_value& item) {
        if (*at_ == '"') return read_quoted(item);
        const char* const begin = at_;
        while (at_ != end_ && *at_ != ',' && *at_ != '}') {
            if (*at_ == '\\' || *at_ == '"' || *at_ == '{') return false;
            ++at_;
        }
        const std::string_view text(begin, static_cast<std::size_t>(at_ - begin));
        if (text == "NULL") return true;
        return !text.empty() && read_scalar(text, item_, item, arena_);
    }

    bool read_quoted(dbway_value& item) {
        const char* const begin = ++at_;
        std::size_t escapes = 0;
        for (; at_ != end_ && *at_ != '"'; ++at_) {
            if (*at_ != '\\') continue;
            ++escapes;
            if (++at_ == end_) return false;
        }
        if (at_ == end_) return false;
        const char* const last = at_++;
        const auto size = static_cast<std::size_t>(last - begin);
        if (escapes == 0) return read_scalar({begin, size}, item_, item, arena_);
        char* const text = reinterpret_cast<char*>(arena_.allocate(size - escapes));
        char* to = text;
        for (const char* from = begin; from != last; ++from) {
            if (*from == '\\') ++from;
            *to++ = *from;
        }
        return read_scalar({text, size - escapes}, item_, item, arena_);
    }

    const char* at_;
    const char* end_;
    const CellPlan& item_;
    sdk::Arena& arena_;
    std::vector<dbway_value>& items_;
};

}  // namespace

bool read_array(std::string_view text, const CellPlan& plan, dbway_value& cell, sdk::Arena& arena,
                ArrayScratch& scratch) {
    if (ArrayReader(text, plan, arena, scratch.items).read(cell)) return true;
    cell = dbway_value{};
    return false;
}

}  // namespace dbway::pq
