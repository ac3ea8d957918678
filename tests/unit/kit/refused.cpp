// Mistakes that must not compile; refused.sh looks for what the compiler says of each.
#include <dbway/kit.hpp>

struct Good {
    std::int64_t id = 0;
    std::string name;
    std::optional<int> age;
    int other = 0;
};
DBWAY_ENTITY(Good, "good", (id, key, generated), name, age)

struct Keyless {
    std::int64_t id = 0;
};
DBWAY_ENTITY(Keyless, "keyless", id)

struct Textual {
    std::int64_t id = 0;
    std::string version;
};
DBWAY_ENTITY(Textual, "textual", (id, key), (version, version))

struct Dangling {
    std::int64_t id = 0;
    std::string_view name;
};
DBWAY_ENTITY(Dangling, "dangling", (id, key), name)

using dbway::field;

void mistakes(dbway::Source db) {
    static_cast<void>(field(&Good::name) > 21);
    static_cast<void>(field(&Good::age) == "x");
    static_cast<void>(field(&Good::age) == std::nullopt);
    static_cast<void>(field(&Good::name).is_null());
    static_cast<void>(field(&Good::id).like("x"));
    static_cast<void>(field(&Good::other) == 1);
    dbway::Repository<Good>(db).find(1, 2);
    dbway::Repository<Keyless>(db).count();
    dbway::Repository<Textual>(db).count();
    dbway::Repository<Dangling>(db).count();
}
