// recorded_rows.hpp - the rows of a result while it is recorded. Those of a large one wait on the disk: a
// result that streams through the mock takes no more memory for it.
#pragma once

#include <cstdio>
#include <memory>
#include <ostream>
#include <string>

namespace dbway::mock {

class RecordedRows {
  public:
    bool empty() const noexcept { return text_.empty() && file_ == nullptr; }
    // For the TOML of more rows; settle() must follow.
    std::string& end() noexcept { return text_; }
    // `recording`: the file beside which they may wait, in one without a name. Throws Failure when the disk
    // is full.
    void settle(const std::string& recording);
    // Throws Failure when they cannot be read; what `out` says of itself is the caller's to look at.
    void write_to(std::ostream& out) const;

  private:
    struct Close {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };

    std::string text_;  // what follows the file's
    std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace dbway::mock
