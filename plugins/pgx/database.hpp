// What the connections of one provider share: the type catalogs of the databases, and what repeats cancels.
#pragma once

#include "cancel_repeater.hpp"
#include "catalog.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace dbway::pgx {

// One database as one provider sees it. [any]
struct Database {
    TypeCatalog types;
    std::atomic<bool> loading{false};  // a connection has taken it on to ask for all types
};

// [any]
class Shared {
  public:
    // The database of that name; lives as long as this object.
    Database& database(const std::string& key) {
        const std::lock_guard lock(mutex_);
        auto& found = databases_[key];
        if (!found) found = std::make_unique<Database>();
        return *found;
    }

    CancelRepeater& repeater() noexcept { return repeater_; }

  private:
    CancelRepeater repeater_;
    std::mutex mutex_;
    std::map<std::string, std::unique_ptr<Database>> databases_;
};

}  // namespace dbway::pgx
