#include "cli/parameters.hpp"

#include "cli/exit_code.hpp"
#include "cli/value_type.hpp"

#include <dbway/sdk/value_text.hpp>

namespace dbway::cli {

std::vector<dbway_value> parse_parameters(const std::vector<std::string>& texts,
                                          const std::vector<std::string>& types,
                                          const std::optional<std::string>& null_text, sdk::Arena& arena) {
    if (types.size() > texts.size())
        throw UsageError("--types has " + std::to_string(types.size()) + " types for " +
                         std::to_string(texts.size()) + " values");
    std::vector<dbway_value> values;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::uint32_t type =
            i < types.size() ? parse_type_label(types[i]) : std::uint32_t{DBWAY_T_TEXT};
        if (type == DBWAY_T_NULL || (null_text && texts[i] == *null_text)) {
            dbway_value null{};
            null.aux = static_cast<std::uint16_t>(type);
            values.push_back(null);
            continue;
        }
        const auto value = sdk::parse_value(type, texts[i], arena);
        if (!value)
            throw UsageError("value $" + std::to_string(i + 1) + ": \"" + texts[i] + "\" is no " +
                             type_label(type));
        values.push_back(*value);
    }
    return values;
}

}  // namespace dbway::cli
