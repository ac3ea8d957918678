#include "cli/csv_writer.hpp"

namespace dbway::cli {

void append_csv_field(std::string& out, std::string_view text, char delimiter) {
    const char specials[] = {delimiter, '"', '\r', '\n'};
    if (!text.empty() &&
        text.find_first_of(std::string_view(specials, sizeof specials)) == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    for (std::size_t at = 0;;) {
        const std::size_t quote = text.find('"', at);
        if (quote == std::string_view::npos) {
            out.append(text, at);
            break;
        }
        out.append(text, at, quote + 1 - at);
        out += '"';
        at = quote + 1;
    }
    out += '"';
}

void quote_csv_tail(std::string& out, std::size_t begin, char delimiter) {
    const char specials[] = {delimiter, '"', '\r', '\n'};
    if (out.size() > begin && out.find_first_of({specials, sizeof specials}, begin) == std::string::npos)
        return;
    const std::string text = out.substr(begin);
    out.resize(begin);
    append_csv_field(out, text, delimiter);
}

}  // namespace dbway::cli
