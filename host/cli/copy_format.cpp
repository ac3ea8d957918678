#include "cli/copy_format.hpp"

#include "cli/exit_code.hpp"

#include <config/nearest.hpp>

#include <array>

namespace dbway::cli {

bool is_jsonl(std::string_view format, std::string_view file) {
    constexpr std::array<std::string_view, 2> known = {"csv", "jsonl"};
    if (format.empty()) return file.ends_with(".jsonl") || file.ends_with(".ndjson");
    if (format != "csv" && format != "jsonl")
        throw UsageError("no copy format \"" + std::string(format) + "\"" +
                         detail::did_you_mean(format, known) + " (there are csv and jsonl)");
    return format == "jsonl";
}

char parse_delimiter(std::string_view text) {
    if (text == "\\t") return '\t';
    const bool usable = text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 && text[0] != '"' &&
                        text[0] != '\n' && text[0] != '\r' && text[0] != '\0';
    if (!usable)
        throw UsageError("--delimiter wants one ASCII character or \\t, not \"" + std::string(text) + "\"");
    return text[0];
}

}  // namespace dbway::cli
