#include "tables.hpp"

#include <dbway/sdk/failure.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace proc {
namespace {

std::ifstream open_file(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw dbway::sdk::Failure(DBWAY_ERR_CONNECTION, "cannot read " + path, "58030");
    return file;
}

std::int64_t to_integer(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// A process may call itself what it likes, TEXT has to be UTF-8 (R6).
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
        rows.push_back({line.substr(tab + 1), tab == 0});
    }
    return rows;
}

std::vector<Row> read_load(std::int64_t sample) {
    auto file = open_file("/proc/loadavg");
    double one = 0, five = 0, fifteen = 0;
    file >> one >> five >> fifteen;
    const auto now = std::chrono::system_clock::now();
    return {{sample, std::chrono::floor<std::chrono::microseconds>(now), one, five, fifteen}};
}

std::vector<Row> read_memory(std::int64_t) {
    std::vector<Row> rows;
    auto file = open_file("/proc/meminfo");
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(':');
        const auto digit = line.find_first_of("0123456789", colon);
        if (digit == std::string::npos) continue;
        rows.push_back({line.substr(0, colon), to_integer(std::string_view(line).substr(digit)),
                        line.ends_with(" kB") ? Value("kB") : Value()});
    }
    return rows;
}

std::vector<Row> read_processes(std::int64_t) {
    std::vector<Row> rows;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string pid = entry.path().filename();
        if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream file(entry.path() / "status");
        Row row{to_integer(pid), {}, {}, {}, {}, {}};
        for (std::string key, rest; std::getline(file, key, ':') && std::getline(file >> std::ws, rest);) {
            if (key == "Name") row[1] = printable(rest);
            if (key == "State") row[2] = rest.substr(0, 1);
            if (key == "PPid") row[3] = to_integer(rest);
            if (key == "Threads") row[4] = to_integer(rest);
            if (key == "VmRSS") row[5] = to_integer(rest);
        }
        if (!std::holds_alternative<std::monostate>(row[1]))
            rows.push_back(std::move(row));  // else it has ended
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

}  // namespace

const Table* find_table(std::string_view name) {
    static const std::vector<Table> tables = {
        {"filesystems", {{"name", DBWAY_T_TEXT}, {"needs_device", DBWAY_T_BOOL}}, read_filesystems},
        {"load",
         {{"sample", DBWAY_T_I64},
          {"at", DBWAY_T_TIMESTAMPTZ},
          {"minutes_1", DBWAY_T_F64},
          {"minutes_5", DBWAY_T_F64},
          {"minutes_15", DBWAY_T_F64}},
         read_load},
        {"memory", {{"name", DBWAY_T_TEXT}, {"amount", DBWAY_T_I64}, {"unit", DBWAY_T_TEXT}}, read_memory},
        {"processes",
         {{"pid", DBWAY_T_I64},
          {"name", DBWAY_T_TEXT},
          {"state", DBWAY_T_TEXT},
          {"parent", DBWAY_T_I64},
          {"threads", DBWAY_T_I64},
          {"resident_kb", DBWAY_T_I64}},
         read_processes},
    };
    const auto found =
        std::find_if(tables.begin(), tables.end(), [&](const Table& table) { return table.name == name; });
    return found != tables.end() ? &*found : nullptr;
}

}  // namespace proc
