#include "recorded_rows.hpp"

#include <dbway/sdk/failure.hpp>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace dbway::mock {
namespace {

constexpr std::size_t most_in_memory = 256 * 1024;

[[noreturn]] void refuse(const std::string& what) {
    throw sdk::Failure(DBWAY_ERR_RESOURCE, what + ": " + std::strerror(errno));
}

// Readable by its owner alone; gone when it is closed.
std::FILE* open_nameless(const std::string& recording) {
    std::string name = recording + ".XXXXXX";
    const int made = mkostemp(name.data(), O_CLOEXEC);
    if (made < 0) refuse("no file for the rows of a large result can be made beside " + recording);
    unlink(name.c_str());
    std::FILE* const file = fdopen(made, "w+b");
    if (file == nullptr) {
        close(made);
        refuse("the rows of a large result cannot be kept beside " + recording);
    }
    return file;
}

}  // namespace

void RecordedRows::settle(const std::string& recording) {
    if (text_.size() < most_in_memory) return;
    if (file_ == nullptr) file_.reset(open_nameless(recording));
    if (std::fwrite(text_.data(), 1, text_.size(), file_.get()) != text_.size() ||
        std::fflush(file_.get()) != 0)
        refuse("the rows of a large result cannot be written beside " + recording);
    text_.clear();
}

void RecordedRows::write_to(std::ostream& out) const {
    if (file_ != nullptr) {
        std::rewind(file_.get());
        std::array<char, 65536> piece{};
        while (const std::size_t length = std::fread(piece.data(), 1, piece.size(), file_.get()))
            out.write(piece.data(), static_cast<std::streamsize>(length));
        if (std::ferror(file_.get()) != 0) refuse("the rows of a large result cannot be read again");
    }
    out << text_;
}

}  // namespace dbway::mock
