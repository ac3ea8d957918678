#include "array_text.hpp"

#include "blanks.hpp"
#include "decode.hpp"

#include <dbway/sdk/value_text_number.hpp>

#include <vector>

namespace dbway::pgx {

namespace {

class Parser {
  public:
    Parser(std::string_view text, char delimiter, sdk::Arena& arena) noexcept
        : at_(text.data()), end_(at_ + text.size()), delimiter_(delimiter), arena_(arena) {}

    bool whole(ArrayText& out) { return bounds(out) && array(out.array, 1) && (skip_blanks(), at_ == end_); }

  private:
    void skip_blanks() noexcept {
        while (at_ < end_ && is_blank(*at_)) ++at_;
    }
    bool accept(char c) noexcept {
        skip_blanks();
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }

    bool number(std::int32_t& out) noexcept {
        const char* first = at_;
        if (at_ < end_ && (*at_ == '-' || *at_ == '+')) ++at_;
        while (at_ < end_ && sdk::detail::is_digit(*at_)) ++at_;
        const auto value =
            sdk::detail::parse_whole<std::int32_t>({first, static_cast<std::size_t>(at_ - first)});
        out = value.value_or(0);
        return value.has_value();
    }

    bool bounds(ArrayText& out) noexcept {
        while (accept('[')) {
            if (out.n_bounds == array_dimensions_max) return false;
            std::int32_t first = 1;
            std::int32_t last = 0;
            if (!number(last)) return false;
            if (at_ < end_ && *at_ == ':') {
                first = last;
                ++at_;
                if (!number(last)) return false;
            }
            if (last < first || !accept(']')) return false;
            out.lower[out.n_bounds++] = first;
        }
        return out.n_bounds == 0 || accept('=');
    }

    bool array(dbway_value& out, std::size_t depth) {
        if (depth > array_dimensions_max || !accept('{')) return false;
        std::vector<dbway_value> items;
        if (!accept('}')) {
            do {
                skip_blanks();
                dbway_value item{};
                if (at_ < end_ && *at_ == '{' ? !array(item, depth + 1) : !scalar(item)) return false;
                items.push_back(item);
            } while (accept(delimiter_));
            if (!accept('}')) return false;
        }
        const std::size_t size = items.size() * sizeof(dbway_value);
        void* to = arena_.allocate_aligned(size);
        if (size != 0) std::memcpy(to, items.data(), size);
        out = dbway_value{};
        out.v.items = static_cast<const dbway_value*>(to);
        out.len = static_cast<std::uint32_t>(items.size());
        out.type = DBWAY_T_ARRAY;
        return true;
    }

    // Blanks at the end of an unquoted item are none of it, unless a backslash is in front of them.
    bool scalar(dbway_value& out) {
        const bool quoted = at_ < end_ && *at_ == '"';
        if (quoted) ++at_;
        auto* const to = reinterpret_cast<char*>(arena_.allocate(static_cast<std::size_t>(length(quoted))));
        std::size_t size = 0;
        std::size_t kept = 0;
        bool escaped = quoted;
        for (;; ++at_) {
            if (at_ == end_) return false;
            char c = *at_;
            if (quoted ? c == '"' : c == delimiter_ || c == '}') break;
            if (!quoted && (c == '{' || c == '"')) return false;
            const bool blank = !quoted && is_blank(c);
            if (c == '\\') {
                if (++at_ == end_) return false;
                c = *at_;
                escaped = true;
            }
            to[size++] = c;
            if (!blank) kept = size;
        }
        if (quoted) ++at_;
        if (!quoted && kept == 0) return false;
        const std::string_view text(to, kept);
        if (!escaped && sdk::detail::equals_ignoring_case(text, "null")) return true;
        detail::set_bytes(out, DBWAY_T_TEXT, {reinterpret_cast<const std::uint8_t*>(to), kept});
        return true;
    }

    // Of the item at the cursor, at most.
    std::ptrdiff_t length(bool quoted) const noexcept {
        const char* p = at_;
        for (; p < end_; ++p) {
            if (*p == '\\') {
                if (++p == end_) break;
            } else if (quoted ? *p == '"' : *p == delimiter_ || *p == '}') {
                break;
            }
        }
        return p - at_;
    }

    const char* at_;
    const char* const end_;
    const char delimiter_;
    sdk::Arena& arena_;
};

}  // namespace

std::optional<ArrayText> parse_array_text(std::string_view text, char delimiter, sdk::Arena& arena) {
    if (text.size() > UINT32_MAX) return std::nullopt;
    ArrayText result;
    if (!Parser(text, delimiter, arena).whole(result)) return std::nullopt;
    return result;
}

}  // namespace dbway::pgx
