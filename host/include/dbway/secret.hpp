// secret.hpp - a text that must not be shown: a password, or any value that may hold one.
#pragma once

#include <dbway/export.hpp>

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string_view>

namespace dbway {

// Owns a copy of a text, prints as "***" and overwrites its bytes when it goes. It keeps them out of messages
// and freed memory; it does not protect them from code of the same process. Not thread-safe, but const access
// from many threads is.
class DBWAY_API Secret {
  public:
    Secret() noexcept = default;
    explicit Secret(std::string_view text);
    Secret(const Secret& other);
    Secret(Secret&& other) noexcept;
    Secret& operator=(const Secret& other);
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    // The text itself; valid until this object is assigned to or destroyed.
    std::string_view reveal() const noexcept { return {bytes_.get(), size_}; }
    bool empty() const noexcept { return size_ == 0; }

    friend bool operator==(const Secret& a, const Secret& b) noexcept { return a.reveal() == b.reveal(); }

  private:
    void wipe() noexcept;

    std::unique_ptr<char[]> bytes_;  // a heap block, since a std::string leaves copies behind when it moves
    std::size_t size_ = 0;
};

// Writes "***", for an empty secret too.
DBWAY_API std::ostream& operator<<(std::ostream& out, const Secret& secret);

// Overwrites memory in a way that the optimizer keeps.
DBWAY_API void wipe_memory(void* bytes, std::size_t size) noexcept;

}  // namespace dbway
