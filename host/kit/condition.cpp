#include <dbway/kit/condition.hpp>

#include <bit>

namespace dbway::kit {
namespace {

// Lists of similar length share one statement text, and so one prepared statement.
std::size_t padded(std::size_t count) noexcept { return count > 1024 ? count : std::bit_ceil(count); }

}  // namespace

Expression Expression::join(std::uint32_t kind, Expression a, const Expression& b) {
    // A chain stays flat: servers and providers limit the depth of a condition.
    if (a.terms_.front().kind != kind) {
        a.terms_.insert(a.terms_.begin(), Term{kind, 0, 1, nullptr});
    }
    const bool flat = b.terms_.front().kind == kind;
    a.terms_.front().count += flat ? b.terms_.front().count : 1;
    a.terms_.insert(a.terms_.end(), b.terms_.begin() + (flat ? 1 : 0), b.terms_.end());
    return a;
}

Expression Expression::negate(const Expression& a) {
    Expression result(Term{DBWAY_ORM_NOT, 0, 1, nullptr});
    result.terms_.insert(result.terms_.end(), a.terms_.begin(), a.terms_.end());
    return result;
}

void Expression::lower(bool arrays, std::vector<dbway_orm_node>& nodes,
                       std::vector<dbway_value>& values) const {
    for (const Term& term : terms_) {
        dbway_orm_node node{term.kind, term.column, 0, term.count};
        if (term.values != nullptr) {
            const std::vector<dbway_value>& own = term.values->encoded;
            node.value = static_cast<std::uint32_t>(values.size() + 1);
            if (term.kind == DBWAY_ORM_IN && own.empty()) {
                node = {DBWAY_ORM_OR, 0, 0, 0};
            } else if (term.kind == DBWAY_ORM_IN && arrays) {
                node.kind = DBWAY_ORM_IN_ARRAY;
                dbway_value array = dbway::detail::make_value(DBWAY_T_ARRAY);
                array.v.items = own.data();
                array.len = static_cast<std::uint32_t>(own.size());
                values.push_back(array);
            } else {
                values.insert(values.end(), own.begin(), own.end());
                if (term.kind == DBWAY_ORM_IN) {
                    const std::size_t count = padded(own.size());
                    values.insert(values.end(), count - own.size(), own.back());
                    node.count = static_cast<std::uint32_t>(count);
                }
            }
        }
        nodes.push_back(node);
    }
}

std::string escape_pattern(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') result += '\\';
        result += c;
    }
    return result;
}

}  // namespace dbway::kit
