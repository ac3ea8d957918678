// The suite from the other side: a provider that breaks one rule fails the checks of that rule, and no
// others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/suite.hpp"
#include "support/reference_provider.hpp"

namespace dbway::test {
namespace {

struct Expectation {
    Fault fault;
    std::vector<std::string> failing;  // exactly these checks
};

void PrintTo(const Expectation& expectation, std::ostream* out) { *out << fault_name(expectation.fault); }

std::vector<std::string> failed_ids(const conformance::Report& report) {
    std::vector<std::string> ids;
    for (const auto& result : report.results)
        if (result.status == conformance::Status::failed) ids.push_back(result.check.id);
    return ids;
}

class ReferenceFault : public testing::TestWithParam<Expectation> {};

TEST_P(ReferenceFault, FailsExactlyItsChecks) {
    const auto& [fault, failing] = GetParam();
    conformance::Settings settings;
    settings.patience = std::chrono::seconds(20);
    const auto report = conformance::run(reference_entry(fault), {{"database", "faults"}}, settings);
    EXPECT_THAT(failed_ids(report), testing::UnorderedElementsAreArray(failing))
        << conformance::report_text(report);
}

const std::vector<Expectation> expectations = {
    {Fault::none, {}},
};

INSTANTIATE_TEST_SUITE_P(Faults, ReferenceFault, testing::ValuesIn(expectations),
                         [](const testing::TestParamInfo<Expectation>& info) {
                             return fault_name(info.param.fault);
                         });

}  // namespace
}  // namespace dbway::test
