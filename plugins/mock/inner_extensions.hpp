// inner_extensions.hpp - the extensions by which a recorded provider describes its SQL, passed on as tables
// of the mock's own. A host calls their functions with the mock's provider, behind which there may be several
// recorded ones, so each table has functions of its own that know whose they are.
#pragma once

#include <dbway/ext/dialect.h>
#include <dbway/ext/orm.h>

#include <cstddef>
#include <deque>
#include <mutex>

namespace dbway::mock {

// The tables of one recorded provider, or of its connections where those have them: alive as long as this
// object, which must not outlive the provider. Thread-safe.
class InnerExtensions {
  public:
    explicit InnerExtensions(dbway_provider* provider) : provider_(provider) {}
    ~InnerExtensions();
    InnerExtensions(const InnerExtensions&) = delete;
    InnerExtensions& operator=(const InnerExtensions&) = delete;

    // The table that stands for `inner`, the same at every call. The number of those with functions is
    // limited in a process: beyond it a dialect comes without type_name(), and there are no entities (null).
    const dbway_ext_dialect* dialect(const dbway_ext_dialect& inner);
    const dbway_ext_orm* orm(const dbway_ext_orm& inner);

  private:
    template <class Table>
    struct Passed {
        const Table* inner;
        std::size_t place;  // of its functions; `places` when it has none
        Table table;
    };

    dbway_provider* const provider_;
    std::mutex mutex_;
    // Their elements stay where they are.
    std::deque<Passed<dbway_ext_dialect>> dialects_;
    std::deque<Passed<dbway_ext_orm>> orms_;
};

}  // namespace dbway::mock
