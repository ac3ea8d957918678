// recording_connection.hpp - connections that stand in front of another provider's and write down what
// passes.
#pragma once

#include "inner_provider.hpp"
#include "options.hpp"
#include "recording.hpp"

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace dbway::mock {

// The most that a connection which records can do (DBWAY_CAP_*): what the recorded provider can and the SDK
// passes on.
std::uint64_t recording_capabilities() noexcept;

// Opens them. Those that record to one file share its provider and the file, which is begun anew by the
// first. Thread-safe.
class Recorder {
  public:
    // Throws Failure.
    std::unique_ptr<sdk::Connection> open(const OpenOptions& options, const sdk::OpenRequest& request);

  private:
    struct Session {
        std::string provider_file;
        std::shared_ptr<InnerProvider> provider;
        std::shared_ptr<Recording> recording;
    };
    const Session& session(const OpenOptions& options);

    std::mutex mutex_;
    std::map<std::string, Session> sessions_;  // by file
};

}  // namespace dbway::mock
