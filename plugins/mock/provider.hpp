// provider.hpp - the provider: its mocks by their names, and its extensions.
#pragma once

#include "options.hpp"
#include "recording_connection.hpp"
#include "stage.hpp"

#include <dbway/sdk/provider.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace dbway::mock {

// [any]
class MockProvider final : public sdk::Provider {
  public:
    explicit MockProvider(const sdk::Options& options);

    std::uint64_t capabilities() const override;
    std::unique_ptr<sdk::Connection> open(const sdk::OpenRequest& request) override;
    const void* extension(std::string_view id) override;

    // The mock of connections with these options, made with its script if there was none. Throws Failure.
    std::shared_ptr<Stage> stage(const OpenOptions& options);

  private:
    struct Named {
        std::shared_ptr<Stage> stage;
        std::string script;
        sdk::Dialect dialect;
    };

    bool conformance_ = false;
    std::mutex mutex_;
    std::map<std::string, Named, std::less<>> stages_;
    Recorder recorder_;
};

}  // namespace dbway::mock
