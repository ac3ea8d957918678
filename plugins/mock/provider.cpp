#include "provider.hpp"

#include "connection.hpp"
#include "extension.hpp"
#include "script.hpp"

#include <dbway/ext/conformance.h>
#include <dbway/ext/mock.h>
#include <dbway/sdk/option_reader.hpp>

#include <utility>

namespace dbway::mock {
namespace {

// What docs/reference/mock.md promises to a script for `dbway check`.
constexpr dbway_ext_conformance conformance = {
    sizeof(dbway_ext_conformance), 0,   "select sample", "select series($1)", "select failing", "select slow",
    "select sample where a = $1",  "1",
};

}  // namespace

MockProvider::MockProvider(const sdk::Options& options) {
    sdk::OptionReader reader(options);
    conformance_ = reader.boolean("conformance", false);
    reader.finish();
}

std::uint64_t MockProvider::capabilities() const { return mock::capabilities() | recording_capabilities(); }

std::shared_ptr<Stage> MockProvider::stage(const OpenOptions& options) {
    const std::lock_guard lock(mutex_);
    if (const auto found = stages_.find(options.name); found != stages_.end()) {
        const Named& named = found->second;
        if (named.script != options.script || named.dialect != options.dialect)
            throw sdk::Failure(DBWAY_ERR_INVALID,
                               "two sources name the mock \"" + options.name +
                                   "\" but differ in 'script' or 'dialect'; give each a 'name' of its own");
        return named.stage;
    }
    Settings fixed;
    fixed.lenient = options.lenient;
    auto made = std::make_shared<Stage>(options.dialect, fixed);
    if (!options.script.empty()) made->add(read_script_file(options.script));
    stages_.emplace(options.name, Named{made, options.script, options.dialect});
    return made;
}

std::unique_ptr<sdk::Connection> MockProvider::open(const sdk::OpenRequest& request) {
    const OpenOptions options = read_options(request.options);
    if (options.recording()) return recorder_.open(options, request);
    return std::make_unique<MockConnection>(stage(options), options.name, options.report, request);
}

const void* MockProvider::extension(std::string_view id) {
    if (id == DBWAY_EXT_MOCK) return &mock_extension;
    if (id == DBWAY_EXT_CONFORMANCE && conformance_) return &conformance;
    return nullptr;
}

}  // namespace dbway::mock
