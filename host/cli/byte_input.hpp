// byte_input.hpp - a file or standard input, with a look ahead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace dbway::cli {

class InterruptGuard;

// Not thread-safe.
class ByteInput {
  public:
    // "-": standard input. Throws UsageError if the file cannot be opened. `interrupt` may be null.
    ByteInput(const std::string& path, const InterruptGuard* interrupt);
    ByteInput(const ByteInput&) = delete;
    ByteInput& operator=(const ByteInput&) = delete;
    ~ByteInput();

    // 0: the end. Throws Failure, or Interrupted.
    std::size_t read(std::span<char> into);

    // Starts over with the first byte: what is read is kept until forget(), and given again.
    void rewind() noexcept {
        kept_at_ = 0;
        bytes_ = 0;
    }
    void forget() noexcept { keeping_ = false; }

    const std::string& name() const noexcept { return name_; }  // for messages
    std::uint64_t bytes() const noexcept { return bytes_; }     // delivered
    std::uint64_t size() const noexcept { return size_; }       // 0: unknown

  private:
    std::size_t read_descriptor(std::span<char> into);

    std::string name_;
    const InterruptGuard* interrupt_;
    int descriptor_ = -1;
    std::uint64_t bytes_ = 0;
    std::uint64_t size_ = 0;
    bool keeping_ = true;
    std::string kept_;
    std::size_t kept_at_ = 0;  // how much of it has been given again
};

// The whole of a file or of standard input, for texts of SQL.
std::string read_all(const std::string& path, const InterruptGuard* interrupt);

}  // namespace dbway::cli
