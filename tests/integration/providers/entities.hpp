#ifndef DBWAY_TESTS_INTEGRATION_PROVIDERS_ENTITIES_HPP
#define DBWAY_TESTS_INTEGRATION_PROVIDERS_ENTITIES_HPP

#include <dbway/kit.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// What the tests of entities store: a small shop of texts.
namespace dbway::test::entities {

struct Post;
struct Tag;

struct Profile {
    std::int64_t user_id = 0;
    std::string bio;
};

struct User {
    std::int64_t id = 0;
    std::string name;
    std::optional<std::string> email;
    int age = 0;
    std::optional<std::string> role;
    std::int64_t version = 0;
    TimestampTz created{};
    TimestampTz updated{};
    std::optional<TimestampTz> deleted;

    std::vector<Post> posts;
    std::optional<Profile> profile;
};

struct Post {
    std::int64_t id = 0;
    std::optional<std::int64_t> user_id;
    std::string title;

    std::shared_ptr<User> user;
    std::vector<std::shared_ptr<Tag>> tags;
};

struct Tag {
    std::int64_t id = 0;
    std::string name;
};

struct PostTag {
    std::int64_t post_id = 0;
    std::int64_t tag_id = 0;
    std::string note;
};

DBWAY_ENTITY(User, "app_users", (id, key, generated), name, (email, unique), age,
             (role, not_null, default_sql("'reader'")), (version, version), (created, created),
             (updated, updated), (deleted, deleted))
DBWAY_TABLE(User, index(&User::name, &User::age), check("ck_adult", "age >= 0"))
DBWAY_ENTITY(Profile, "app_profiles", (user_id, key, references(&User::id).on_delete_cascade()), bio)
DBWAY_ENTITY(Post, "app_posts", (id, key, generated), (user_id, references(&User::id)), title)
DBWAY_TABLE(Post, index(&Post::user_id))
DBWAY_ENTITY(Tag, "app_tags", (id, key, generated), (name, unique))
DBWAY_ENTITY(PostTag, "app_post_tags", (post_id, key, references(&Post::id).on_delete_cascade()),
             (tag_id, key, references(&Tag::id)), note)

DBWAY_RELATIONS(User, has_many(&User::posts, &Post::user_id), has_one(&User::profile, &Profile::user_id))
DBWAY_RELATIONS(Post, belongs_to(&Post::user, &Post::user_id),
                many_to_many(&Post::tags, &PostTag::post_id, &PostTag::tag_id))

// Every type that every database can keep exactly.
struct Everything {
    std::string code;
    std::int16_t small = 0;
    std::uint32_t natural = 0;
    std::int64_t large = 0;
    double number = 0;
    bool flag = false;
    Decimal price;
    Blob bytes;
    Date day{};
    TimeOfDay time{};
    Timestamp local{};
    TimestampTz instant{};
    Uuid uuid;
    std::optional<std::string> text;
    std::optional<double> none;

    bool operator==(const Everything&) const = default;
};
DBWAY_ENTITY(Everything, "app_everything", (code, key), (small, column("small_one")), natural, large, number,
             flag, (price, decimal(20, 6)), bytes, day, time, local, instant, uuid, text, none)

// Users as a later version of the program has them.
struct LaterUser {
    std::int64_t id = 0;
    std::string name;
    std::optional<std::string> email;
    int age = 0;
    std::optional<std::string> role;
    std::int64_t version = 0;
    TimestampTz created{};
    TimestampTz updated{};
    std::optional<TimestampTz> deleted;
    std::optional<std::string> city;
};
DBWAY_ENTITY(LaterUser, "app_users", (id, key, generated), name, (email, unique), age,
             (role, not_null, default_sql("'reader'")), (version, version), (created, created),
             (updated, updated), (deleted, deleted), city)
DBWAY_TABLE(LaterUser, index(&LaterUser::name, &LaterUser::age), index(&LaterUser::city),
            check("ck_adult", "age >= 0"))

struct Hooked {
    std::int64_t id = 0;
    std::string name;
    std::vector<std::string> calls;
    bool refuse_after = false;

    void before_save(Saving saving) {
        calls.push_back(saving == Saving::insert ? "before insert" : "before update");
        if (name.empty()) throw_error(Category::invalid, "a name is needed");
    }
    void after_save() {
        calls.push_back("after save");
        if (refuse_after) throw_error(Category::invalid, "refused after saving");
    }
    void after_load() { calls.push_back("loaded"); }
    static void before_load(Query<Hooked>& query);
    void before_remove() const {
        if (name == "precious") throw_error(Category::invalid, "is not to be removed");
    }
};
DBWAY_ENTITY(Hooked, "app_hooked", (id, key, generated), name)
inline void Hooked::before_load(Query<Hooked>& query) { query.where(field(&Hooked::name) != "hidden"); }

}  // namespace dbway::test::entities

#endif
