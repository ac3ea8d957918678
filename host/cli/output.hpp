// output.hpp - where results go: a file descriptor with a buffer.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace dbway::cli {

// The reader of a pipe has gone (`dbway query … | head`): the program ends quietly.
class OutputClosed : public std::exception {
  public:
    const char* what() const noexcept override { return "the reader of the output has gone"; }
};

// Not thread-safe. Does not own the descriptor. What is not flushed is lost.
class Output {
  public:
    explicit Output(int descriptor, std::string name = "standard output")
        : descriptor_(descriptor), name_(std::move(name)) {}
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    // To append to; spill() afterwards keeps it small.
    std::string& buffer() noexcept { return buffer_; }
    void write(std::string_view text) {
        buffer_ += text;
        spill();
    }
    void spill() {
        if (buffer_.size() >= limit) flush();
    }
    // Throws OutputClosed, or Failure when the file cannot be written to.
    void flush();
    // Bytes that have left the buffer.
    std::uint64_t written() const noexcept { return written_; }

  private:
    static constexpr std::size_t limit = 64 * 1024;

    int descriptor_;
    std::string name_;
    std::string buffer_;
    std::uint64_t written_ = 0;
};

// Standard output of the program.
Output& standard_output();

}  // namespace dbway::cli
