#include "tables.hpp"

#include <dbway/sdk/failure.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>

namespace proc {
namespace {

std::ifstream open_file(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw dbway::sdk::Failure(DBWAY_ERR_CONNECTION, "cannot read " + path, "58030");
    return file;
}

// Names of devices and file systems come from modules; TEXT has to be UTF-8 (R6).
std::string printable(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) - 0x20U >= 0x5F; }, '?');
    return text;
}

std::vector<Row> read_filesystems(std::int64_t) {
    std::vector<Row> rows;
    auto file = open_file("/proc/filesystems");
    for (std::string line; std::getline(file, line);) {
        const auto tab = line.find('\t');
        rows.push_back({printable(line.substr(tab + 1)), std::int64_t{tab == 0}});
    }
    return rows;
}

std::vector<Row> read_load(std::int64_t sample) {
    auto file = open_file("/proc/loadavg");
    double one = 0, five = 0, fifteen = 0;
    file >> one >> five >> fifteen;
    return {{sample, one, five, fifteen}};
}

std::vector<Row> read_memory(std::int64_t) {
    std::vector<Row> rows;
    auto file = open_file("/proc/meminfo");
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(':');
        const auto digit = line.find_first_of("0123456789", colon);
        if (digit == std::string::npos) continue;
        std::int64_t amount = 0;
        std::from_chars(line.data() + digit, line.data() + line.size(), amount);
        rows.push_back(
            {printable(line.substr(0, colon)), amount, line.ends_with(" kB") ? Value("kB") : Value()});
    }
    return rows;
}

}  // namespace

const Table* find_table(std::string_view name) {
    static const std::vector<Table> tables = {
        {"filesystems", {{"name", DBWAY_T_TEXT}, {"needs_device", DBWAY_T_I64}}, read_filesystems},
        {"load",
         {{"sample", DBWAY_T_I64},
          {"minutes_1", DBWAY_T_F64},
          {"minutes_5", DBWAY_T_F64},
          {"minutes_15", DBWAY_T_F64}},
         read_load},
        {"memory", {{"name", DBWAY_T_TEXT}, {"amount", DBWAY_T_I64}, {"unit", DBWAY_T_TEXT}}, read_memory},
    };
    const auto found =
        std::find_if(tables.begin(), tables.end(), [&](const Table& table) { return table.name == name; });
    return found != tables.end() ? &*found : nullptr;
}

}  // namespace proc
