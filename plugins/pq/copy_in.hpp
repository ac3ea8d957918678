// copy_in.hpp - bulk load through libpqxx's stream_to.
#pragma once

#include "copy_scope.hpp"
#include "session.hpp"

#include <dbway/sdk/provider.hpp>

#include <pqxx/pqxx>

#include <memory>
#include <string>

namespace dbway::pq {

// COPY into a table, from rows or from text in the server's own format. [serial] with its session.
class CopyInto final : public sdk::CopyIn {
  public:
    CopyInto(Session& session, const sdk::CopyTarget& target);
    ~CopyInto() override;
    CopyInto(const CopyInto&) = delete;
    CopyInto& operator=(const CopyInto&) = delete;

    void write(const dbway_value* cells, std::uint32_t rows) override;
    void finish(sdk::Outcome& outcome) override;

  private:
    void write_rows(const dbway_value* cells, std::uint32_t rows);
    void write_raw(const dbway_value* cells, std::uint32_t rows);
    void send(std::size_t size);
    void end_stream();

    Session& session_;
    CopyScope scope_;
    std::unique_ptr<pqxx::stream_to> stream_;
    std::uint32_t columns_;
    bool raw_;
    std::string lines_;
    std::string scratch_;
    std::int64_t rows_ = 0;
    std::string tag_;
};

// For a COPY_IN: COPY into a table, a whole COPY statement, or any statement that takes a row as its
// parameters.
std::unique_ptr<sdk::CopyIn> make_copy_in(Session& session, const sdk::CopyTarget& target);

}  // namespace dbway::pq
