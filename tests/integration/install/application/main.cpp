// An application as a stranger writes it: it knows a TOML file and SQL, and no database.
#include <dbway/dbway.hpp>
#include <dbway/kit.hpp>

#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

namespace {

struct Planet {
    std::int64_t id = 0;
    std::string name;
    std::optional<double> rings;
};
DBWAY_FIELDS(Planet, id, name, rings)

struct Moon {
    std::int64_t id = 0;
    std::string name;
};
DBWAY_ENTITY(Moon, "moon", (id, key, generated), (name, unique))

void run(const char* configuration) {
    auto host = dbway::Host::open(configuration);
    auto db = host.source("main");
    db.execute("create table planet (id integer primary key, name text not null, rings double precision)");
    db.transaction([](dbway::Transaction& tx) {
        tx.execute("insert into planet values ($1, $2, $3)", 1, "Mercury", std::nullopt);
        tx.execute("insert into planet values ($1, $2, $3)", 6, "Saturn", 282000.0);
    });
    for (auto [id, name] :
         db.query<std::int64_t, std::string_view>("select id, name from planet order by id")) {
        std::cout << id << ' ' << name << '\n';
    }
    const auto saturn = db.query("select id, name, rings from planet where id = $1", 6).one<Planet>();
    std::cout << saturn.name << " has rings of " << saturn.rings.value() << " km\n";
    try {
        db.execute("insert into planet values ($1, $2, $3)", 6, "Saturn again", std::nullopt);
    } catch (const dbway::UniqueViolation& error) {
        std::cout << "refused: " << error.sqlstate() << '\n';
    }
    dbway::Repository<Moon> moons(db);
    moons.migrate();
    moons.insert(Moon{0, "Titan"});
    for (const Moon& moon : moons.where(dbway::field(&Moon::name).starts_with("T")).all())
        std::cout << moon.id << ' ' << moon.name << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: application CONFIGURATION\n";
        return 2;
    }
    try {
        run(argv[1]);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
