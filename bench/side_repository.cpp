// Entities of dbway: a repository over one of the providers.
#include "sides.hpp"

#include <dbway/dbway.hpp>
#include <dbway/kit.hpp>

namespace bench {

namespace {

struct Entry {
    std::int64_t id = 0;
    double val = 0;
    std::string name;
    dbway::Timestamp ts;
};
DBWAY_ENTITY(Entry, "t", (id, key), val, name, ts)

class RepositorySide final : public Side {
  public:
    RepositorySide(const std::string& provider, const Database& database)
        : host_(dbway::Host::open(
              dbway::parse_configuration(dbway_configuration(provider, database), "bench.toml", "."))),
          source_(host_.source("main")) {}

    Checksum structs(std::int64_t count) override {
        dbway::Repository<Entry> entries(source_);
        const std::vector<Entry> rows = count >= table_rows
                                            ? entries.query().all()
                                            : entries.where(dbway::field(&Entry::id) <= count).all();
        Checksum sum;
        for (const Entry& row : rows) sum.add(row.id, row.val, row.name, row.ts.time_since_epoch().count());
        return sum;
    }

  private:
    dbway::Host host_;
    dbway::Source source_;
};

}  // namespace

std::unique_ptr<Side> make_repository_side(const std::string& provider, const Database& database) {
    return std::make_unique<RepositorySide>(provider, database);
}

}  // namespace bench
