// A provider around a scripted one that keeps pointers to its requests and reads them again on every call of
// next() until their final event, as the ABI allows (R1).
#pragma once

#include <dbway/provider.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "support/scripted_provider.hpp"

namespace dbway::test {

// One at a time. Thread-safe.
class LateReader {
  public:
    explicit LateReader(const ScriptedProvider& scripted) : inner_(scripted.entry()), entry_(*inner_) {
        entry_.create = &LateReader::create;
        current = this;
    }
    ~LateReader() { current = nullptr; }
    LateReader(const LateReader&) = delete;
    LateReader& operator=(const LateReader&) = delete;

    const dbway_entry* entry() const { return &entry_; }
    // How often a request was looked at again, and what had changed then.
    std::size_t looks() const {
        const std::lock_guard lock(mutex_);
        return looks_;
    }
    std::vector<std::string> changes() const {
        const std::lock_guard lock(mutex_);
        return changes_;
    }

  private:
    struct Kept {
        const dbway_request* request = nullptr;
        std::string as_submitted;
    };

    static std::string describe_all(const dbway_request& request) {
        std::string text = std::to_string(request.id) + " " + std::to_string(request.kind) + " " +
                           conformance::to_string(request.sql);
        for (std::uint32_t i = 0; i < request.n_names; ++i)
            text += " /" + conformance::to_string(request.names[i]);
        for (std::uint32_t i = 0; i < request.n_params; ++i) {
            const OwnedValue value = OwnedValue::copy(request.params[i]);
            text += " $" + conformance::describe(value) + value.bytes;
            for (const OwnedValue& item : value.items) text += "," + conformance::describe(item) + item.bytes;
        }
        if (request.source != nullptr) text += " of " + std::to_string(request.source->n_columns);
        return text;
    }

    static dbway_status DBWAY_CALL create(const dbway_host* host, const dbway_create_args* args,
                                          dbway_provider** out) noexcept {
        const dbway_status status = current->inner_->create(host, args, out);
        if (status != DBWAY_OK) return status;
        current->inner_api_ = (*out)->conn;
        current->api_ = *current->inner_api_;
        current->api_.submit = &LateReader::submit;
        current->api_.next = &LateReader::next;
        (*out)->conn = &current->api_;
        return DBWAY_OK;
    }
    static dbway_status DBWAY_CALL submit(dbway_conn* connection, const dbway_request* const* requests,
                                          std::size_t count) noexcept {
        const dbway_status status = current->inner_api_->submit(connection, requests, count);
        const std::lock_guard lock(current->mutex_);
        for (std::size_t i = 0; status == DBWAY_OK && i < count; ++i)
            current->kept_[connection].push_back({requests[i], describe_all(*requests[i])});
        return status;
    }
    static dbway_status DBWAY_CALL next(dbway_conn* connection, dbway_event* event) noexcept {
        {
            const std::lock_guard lock(current->mutex_);
            for (const Kept& kept : current->kept_[connection]) {
                ++current->looks_;
                const std::string now = describe_all(*kept.request);
                if (now != kept.as_submitted)
                    current->changes_.push_back(kept.as_submitted + " became " + now);
            }
        }
        const dbway_status status = current->inner_api_->next(connection, event);
        const std::lock_guard lock(current->mutex_);
        std::vector<Kept>& kept = current->kept_[connection];
        const bool final = event->kind == DBWAY_E_DONE || event->kind == DBWAY_E_FAILED ||
                           event->kind == DBWAY_E_SKIPPED || (event->flags & DBWAY_EF_FINAL) != 0;
        if (status < 0) kept.clear();
        if (status == DBWAY_OK && final) kept.erase(kept.begin());
        return status;
    }

    static inline LateReader* current = nullptr;

    const dbway_entry* inner_;
    dbway_entry entry_;
    const dbway_conn_api* inner_api_ = nullptr;
    dbway_conn_api api_{};
    mutable std::mutex mutex_;
    std::map<dbway_conn*, std::vector<Kept>> kept_;
    std::size_t looks_ = 0;
    std::vector<std::string> changes_;
};

}  // namespace dbway::test
