#include <dbway/large_object.hpp>

#include <dbway/ext/large_object.h>
#include <dbway/error.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace dbway {
namespace {

// A round trip is worth so many bytes, and they fit into memory many times.
constexpr std::uint64_t part = 1024 * 1024;

std::size_t part_size(const dbway_ext_large_object& statements, std::size_t left) {
    const std::uint64_t most = statements.max_part == 0 ? part : std::min(part, statements.max_part);
    return static_cast<std::size_t>(std::min<std::uint64_t>(most, left));
}

std::string_view view(const dbway_str& text) noexcept { return {text.ptr, text.len}; }

const dbway_ext_large_object& statements_of(const Transaction& transaction) {
    const auto* found =
        static_cast<const dbway_ext_large_object*>(transaction.extension(DBWAY_EXT_LARGE_OBJECT));
    if (found == nullptr || found->struct_size < sizeof(dbway_ext_large_object))
        throw_error(Category::unsupported,
                    "the provider of this source has no large objects; those of PostgreSQL have");
    return *found;
}

void check(bool done, const char* what, std::int64_t id) {
    if (!done)
        throw_error(Category::database, "large object " + std::to_string(id) + " could not be " + what);
}

}  // namespace

std::int64_t LargeObject::create(Transaction& transaction, std::int64_t id) {
    return transaction.query(view(statements_of(transaction).create), id).template one<std::int64_t>();
}

void LargeObject::remove(Transaction& transaction, std::int64_t id) {
    check(transaction.query(view(statements_of(transaction).unlink), id).template one<bool>(), "removed", id);
}

LargeObject::LargeObject(Transaction& transaction, std::int64_t id, Mode mode)
    : transaction_(&transaction), statements_(&statements_of(transaction)), id_(id) {
    descriptor_ = transaction.query(view(statements_->open), id, static_cast<std::int64_t>(mode))
                      .template one<std::int64_t>();
}

LargeObject::LargeObject(LargeObject&& other) noexcept
    : transaction_(other.transaction_),
      statements_(other.statements_),
      id_(other.id_),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

LargeObject::~LargeObject() {
    if (descriptor_ < 0 || !transaction_->usable()) return;
    try {
        close();
    } catch (...) {
        // The end of the transaction closes it as well.
    }
}

void LargeObject::check_open() const {
    if (descriptor_ < 0)
        throw_error(Category::invalid, "large object " + std::to_string(id_) + " was closed or moved away");
}

std::size_t LargeObject::read(std::span<std::byte> into) {
    check_open();
    std::size_t done = 0;
    while (done < into.size()) {
        const std::size_t wanted = part_size(*statements_, into.size() - done);
        Rows rows =
            transaction_->query(view(statements_->read), descriptor_, static_cast<std::int64_t>(wanted));
        std::size_t got = 0;
        for (const Row row : rows) {
            const BlobView bytes = row.template get<BlobView>(0);
            got = bytes.size();
            if (got > wanted) throw_error(Category::internal, "more bytes of a large object than asked for");
            if (got != 0) std::memcpy(into.data() + done, bytes.data(), got);
        }
        done += got;
        if (got < wanted) break;
    }
    return done;
}

Blob LargeObject::read_rest(std::size_t limit) {
    Blob all;
    for (;;) {
        const std::size_t wanted = part_size(*statements_, part);
        const std::size_t before = all.size();
        all.resize(before + wanted);
        const std::size_t got = read(std::span(all).subspan(before));
        all.resize(before + got);
        if (all.size() > limit)
            throw_error(Category::invalid, "large object " + std::to_string(id_) + " has more than " +
                                               std::to_string(limit) + " bytes left; read it in parts");
        if (got < wanted) return all;
    }
}

void LargeObject::write(BlobView bytes) {
    check_open();
    while (!bytes.empty()) {
        const std::size_t size = part_size(*statements_, bytes.size());
        const auto written = transaction_->query(view(statements_->write), descriptor_, bytes.first(size))
                                 .template one<std::int64_t>();
        check(written == static_cast<std::int64_t>(size), "written", id_);
        bytes = bytes.subspan(size);
    }
}

std::int64_t LargeObject::seek(std::int64_t offset, From from) {
    check_open();
    return transaction_->query(view(statements_->seek), descriptor_, offset, static_cast<std::int64_t>(from))
        .template one<std::int64_t>();
}

std::int64_t LargeObject::position() {
    check_open();
    return transaction_->query(view(statements_->tell), descriptor_).template one<std::int64_t>();
}

std::int64_t LargeObject::size() {
    const std::int64_t here = position();
    const std::int64_t end = seek(0, From::end);
    seek(here);
    return end;
}

void LargeObject::truncate(std::int64_t size) {
    check_open();
    check(transaction_->query(view(statements_->truncate), descriptor_, size).template one<bool>(),
          "truncated", id_);
}

void LargeObject::close() {
    check_open();
    const std::int64_t descriptor = std::exchange(descriptor_, -1);
    check(transaction_->query(view(statements_->close), descriptor).template one<bool>(), "closed", id_);
}

}  // namespace dbway
