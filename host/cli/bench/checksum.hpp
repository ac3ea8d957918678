// checksum.hpp - whether two sides have read the same values, in whatever order the rows came.
#pragma once

#include <dbway/cursor.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dbway::cli::bench {

// By what the values of a column are compared: the first of these that holds for all sides.
enum class Likeness : std::uint8_t {
    value,     // as they are: the sides give the same types
    text,      // their canonical text
    number,    // the number that it is, to the precision of a double
    presence,  // whether it is NULL
};

// Of one set of rows. A sum over the rows, so that their order does not matter. One thread at a time.
class Checksum {
  public:
    // Columns beyond those of `likeness` are compared by value. It must outlive the checksum.
    explicit Checksum(const std::vector<Likeness>& likeness) : likeness_(&likeness) {}

    void add_row(const dbway_value* cells, std::uint32_t width);
    void add(const Checksum& other);

    std::uint64_t rows() const noexcept { return rows_; }
    // One number for all of it.
    std::uint64_t digest() const noexcept;
    bool operator==(const Checksum& other) const noexcept {
        return rows_ == other.rows_ && of_rows_ == other.of_rows_ && of_columns_ == other.of_columns_;
    }
    // In which way it differs from `base`: "1,000 rows instead of 999", "column 2 (\"name\") has other
    // values". Empty: in none.
    std::string difference(const Checksum& base, const std::vector<std::string>& names) const;

  private:
    const std::vector<Likeness>* likeness_;
    std::vector<std::uint64_t> of_columns_;
    std::uint64_t of_rows_ = 0;  // which values stand together
    std::uint64_t rows_ = 0;
};

// What one side gives for the columns of the same rows, in every way in which it can be compared.
class ColumnSurvey {
  public:
    void start(const std::vector<Column>& columns);
    void add_row(const dbway_value* cells);

    std::uint64_t rows() const noexcept { return rows_; }
    std::size_t width() const noexcept { return columns_.size(); }
    const std::vector<std::string>& names() const noexcept { return names_; }
    // "integer", or "integer and double" where the cells differ; "null" without a value.
    std::string types(std::size_t column) const;

    // By what a column can be compared with that of `base`; nothing: they are different data. `related`: both
    // sides read one database, so that values without a common form are the providers' doing.
    std::optional<Likeness> likeness(std::size_t column, const ColumnSurvey& base, bool related) const;

  private:
    struct Facts {
        std::uint32_t types = 0;  // a bit for each DBWAY_T_*
        std::uint64_t nulls = 0;
        std::uint64_t values = 0, texts = 0, numbers = 0;  // sums of hashes
    };

    std::vector<std::string> names_;
    std::vector<Facts> columns_;
    std::uint64_t rows_ = 0;
    std::string text_;
};

}  // namespace dbway::cli::bench
