#include "cli/bench/report.hpp"

#include <config/units.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace dbway::cli::bench {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Quartiles& quartiles) {
    return {{"median", quartiles.median}, {"low", quartiles.low}, {"high", quartiles.high}};
}

Json json_of(const std::vector<LeftOut>& sides) {
    Json list = Json::array();
    for (const LeftOut& side : sides) list.push_back({{"side", side.name}, {"reason", side.reason}});
    return list;
}

const char* outcome_name(Outcome outcome) {
    switch (outcome) {
        case Outcome::refused:
            return "refused";
        case Outcome::failed:
            return "failed";
        case Outcome::unsupported:
            return "unsupported";
        default:
            return "measured";
    }
}

std::string hexadecimal(std::uint64_t number) {
    char text[20];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(number));
    return text;
}

Json side_json(const JobResult& job, std::size_t index, const Report& report) {
    const SideResult& side = job.sides[index];
    Json json = {{"side", report.sides[index].name}, {"outcome", outcome_name(side.outcome)}};
    if (side.outcome != Outcome::measured) {
        json["reason"] = side.reason;
        return json;
    }
    json["items"] = side.items;
    json["rows"] = side.rows;
    json["wall_us"] = json_of(quartiles(side.wall));
    json["cpu_us"] = json_of(quartiles(side.cpu));
    if (!side.rows_per_second.empty()) {
        json["rows_per_second"] = json_of(quartiles(side.rows_per_second));
        json["checksum"] = hexadecimal(side.digest);
    }
    if (!side.p50.empty()) {
        json["p50_us"] = json_of(quartiles(side.p50));
        json["p99_us"] = json_of(quartiles(side.p99));
        json["fairness"] = json_of(quartiles(side.fairness));
    }
    if (const auto comparison = compare(side, job.sides.front()); comparison && index != 0)
        json["ratio"] = {{"wall", json_of(comparison->wall)}, {"cpu", json_of(comparison->cpu)}};
    json["rounds"] = Json::array();
    for (std::size_t i = 0; i < side.wall.size(); ++i)
        json["rounds"].push_back({{"wall_us", side.wall[i]}, {"cpu_us", side.cpu[i]}});
    return json;
}

}  // namespace

std::string report_json(const Report& report) {
    Json json = {
        {"dbway", DBWAY_VERSION},
        {"started", report.started},
        {"rounds", report.plan.rounds},
        {"time", detail::duration_text(report.plan.time)},
        {"machine",
         {{"processor", report.machine.processor},
          {"processors", report.machine.processors},
          {"system", report.machine.system},
          {"load_before", report.load_before},
          {"load_after", report.load_after}}},
        {"table", nullptr},
        {"query", nullptr},
        {"base", report.sides.front().name},
        {"sides", Json::array()},
        {"left_out", json_of(report.left_out)},
        {"refused", json_of(report.refused)},
        {"notes", report.notes},
        {"jobs", Json::array()},
    };
    if (report.table)
        json["table"] = {{"name", report.table->name},
                         {"key", report.table->key},
                         {"rows", report.table->rows},
                         {"rows_read", report.table->rows_read},
                         {"keys", report.table->keys}};
    if (!report.query.empty()) json["query"] = report.query;
    for (const SideFacts& side : report.sides)
        json["sides"].push_back({{"name", side.name},
                                 {"source", side.source},
                                 {"provider", side.provider},
                                 {"version", side.provider_version},
                                 {"server", side.server}});
    for (const JobResult& job : report.jobs) {
        Json one = {
            {"job", job.name}, {"unit", job.unit}, {"threads", job.threads}, {"sides", Json::array()}};
        for (std::size_t i = 0; i < job.sides.size(); ++i) one["sides"].push_back(side_json(job, i, report));
        json["jobs"].push_back(std::move(one));
    }
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace dbway::cli::bench
