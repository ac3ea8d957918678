// large_object.hpp - values too large for a column, read and written in parts.
#pragma once

#include <dbway/connection.hpp>
#include <dbway/export.hpp>
#include <dbway/types.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

struct dbway_ext_large_object;

namespace dbway {

// A large object of PostgreSQL, open within a transaction, which must outlive it: its end closes the object.
// What is written belongs to the transaction. Up to 4 TB; positions and sizes in bytes. One thread at a time,
// that of the transaction. Everything throws Unsupported if the provider has no large objects, and Error for
// what the server refuses: of an id that does not exist (SQLSTATE 42704), beyond the end of what is allowed,
// without permission.
class DBWAY_API LargeObject {
  public:
    enum class Mode : std::uint32_t { read = 1, write = 2, read_write = 3 };
    enum class From : std::uint32_t { start = 0, current = 1, end = 2 };

    // An empty one. Its id is for a column of type oid or bigint; 0: the server chooses. Nobody removes an
    // object whose id has been forgotten.
    static std::int64_t create(Transaction& transaction, std::int64_t id = 0);
    static void remove(Transaction& transaction, std::int64_t id);

    LargeObject(Transaction& transaction, std::int64_t id, Mode mode = Mode::read);
    LargeObject(LargeObject&& other) noexcept;
    LargeObject& operator=(LargeObject&&) = delete;
    // Closes it, if the transaction is still good. An error of that is of no consequence.
    ~LargeObject();

    std::int64_t id() const noexcept { return id_; }

    // Reads from the position on, and advances it. Fewer bytes than asked for only at the end, 0 there.
    std::size_t read(std::span<std::byte> into);
    // The rest, from the position on. Throws InvalidUse beyond `limit` bytes.
    Blob read_rest(std::size_t limit = std::size_t{1} << 30);
    // Writes all of it at the position, and advances it. What was never written reads as zeros.
    void write(BlobView bytes);
    // The new position. It may lie behind the end, but not before the start.
    std::int64_t seek(std::int64_t offset, From from = From::start);
    std::int64_t position();
    std::int64_t size();
    void truncate(std::int64_t size);
    // To learn of an error that the destructor would keep to itself.
    void close();

  private:
    void check_open() const;

    Transaction* transaction_;
    const dbway_ext_large_object* statements_;
    std::int64_t id_;
    std::int64_t descriptor_ = -1;  // -1: closed
};

}  // namespace dbway
