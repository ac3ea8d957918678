#include <dbway/secret.hpp>

#include <cstring>
#include <ostream>
#include <utility>

namespace dbway {

Secret::Secret(std::string_view text)
    : bytes_(text.empty() ? nullptr : std::make_unique<char[]>(text.size())), size_(text.size()) {
    if (size_ != 0) std::memcpy(bytes_.get(), text.data(), size_);
}

Secret::Secret(const Secret& other) : Secret(other.reveal()) {}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(const Secret& other) {
    if (this != &other) *this = Secret(other);
    return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        bytes_ = std::move(other.bytes_);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

Secret::~Secret() { wipe(); }

void Secret::wipe() noexcept {
    if (bytes_) wipe_memory(bytes_.get(), size_);
}

std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "***"; }

void wipe_memory(void* bytes, std::size_t size) noexcept { ::explicit_bzero(bytes, size); }

}  // namespace dbway
