// Entities, on every provider that has them.
#include <dbway/kit.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "entities.hpp"
#include "provider_test.hpp"

namespace dbway::test {
namespace {

using namespace entities;
using testing::ElementsAre;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// Counts the statements of a provider that are executed, by standing before its submit().
class CountedStatements {
  public:
    // Before the first connection of the source.
    explicit CountedStatements(Source& source) : provider_(source.native_provider()) {
        original = provider_->conn;
        counting = *original;
        counting.submit = &submit;
        provider_->conn = &counting;
        count = 0;
    }
    ~CountedStatements() { provider_->conn = original; }
    CountedStatements(const CountedStatements&) = delete;
    CountedStatements& operator=(const CountedStatements&) = delete;

    int take() const { return count.exchange(0); }

  private:
    static dbway_status DBWAY_CALL submit(dbway_conn* connection, const dbway_request* const* requests,
                                          std::size_t n) noexcept {
        for (std::size_t i = 0; i < n; ++i)
            if (requests[i]->kind == DBWAY_R_QUERY || requests[i]->kind == DBWAY_R_EXECUTE) ++count;
        return original->submit(connection, requests, n);
    }

    static inline std::atomic<int> count{0};
    static inline const dbway_conn_api* original = nullptr;
    static inline dbway_conn_api counting{};
    dbway_provider* provider_;
};

User make_user(std::string name, int age, std::optional<std::string> email = std::nullopt) {
    User user;
    user.name = std::move(name);
    user.age = age;
    user.email = std::move(email);
    return user;
}

class Entities : public ProviderTest {
  protected:
    void SetUp() override {
        ProviderTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        try {
            db().require_extension(DBWAY_EXT_ORM);
        } catch (const Unsupported& error) {
            EXPECT_THAT(error.what(), HasSubstr("dbway.orm/1"));
            GTEST_SKIP() << error.what();
        }
        migrate<User, Profile, Post, Tag, PostTag>(db());
    }
    Repository<User> users() { return Repository<User>(db()); }

    std::vector<std::string> names(const Query<User>& query) {
        std::vector<std::string> result;
        for (const User& user : query.all()) result.push_back(user.name);
        return result;
    }
    std::vector<std::string> names(const Condition<User>& condition) {
        return names(users().where(condition).order_by(field(&User::id)));
    }
};

DBWAY_FOR_ALL_PROVIDERS(Entities);

TEST_P(Entities, MigrationAddsWhatIsMissingAndNothingTheSecondTime) {
    const Migration again = migrate<User, Profile, Post, Tag, PostTag>(db());
    EXPECT_THAT(again.statements, IsEmpty());
    EXPECT_THAT(again.remarks, IsEmpty());

    User ann = users().insert(make_user("Ann", 30));
    const Migration later = Repository<LaterUser>(db()).migrate();
    ASSERT_THAT(later.statements, SizeIs(2));
    EXPECT_THAT(later.statements[0], HasSubstr("city"));
    EXPECT_FALSE(Repository<LaterUser>(db()).migrate().changed());
    LaterUser found = Repository<LaterUser>(db()).get(ann.id);
    EXPECT_EQ(found.name, "Ann");
    EXPECT_EQ(found.city, std::nullopt);
    // The program before it still works, and says what it does not know.
    EXPECT_EQ(users().get(ann.id).name, "Ann");
    EXPECT_FALSE(users().migrate().changed());
}

TEST_P(Entities, InsertBringsKeyVersionTimesAndDefaultsBack) {
    User ann = make_user("Ann", 30);
    users().insert(ann);
    EXPECT_NE(ann.id, 0);
    EXPECT_EQ(ann.version, 1);
    EXPECT_EQ(ann.role, "reader");
    EXPECT_GT(ann.created, TimestampTz(std::chrono::sys_days(std::chrono::year(2020) / 1 / 1)));
    const User found = users().get(ann.id);
    EXPECT_EQ(found.name, "Ann");
    EXPECT_EQ(found.role, "reader");
    EXPECT_EQ(found.created, ann.created);
    EXPECT_EQ(found.updated, ann.updated);
    EXPECT_EQ(found.deleted, std::nullopt);
}

TEST_P(Entities, TenThousandRowsAtOnce) {
    constexpr int n = 10'000;
    std::vector<User> many;
    for (int i = 0; i < n; ++i) {
        many.push_back(make_user("user " + std::to_string(i), i % 90, std::to_string(i) + "@example.org"));
        if (i % 3 == 0) many.back().role = "writer";
    }
    users().insert(many);
    std::map<std::int64_t, const User*> by_id;
    for (const User& user : many) by_id[user.id] = &user;
    EXPECT_THAT(by_id, SizeIs(n));
    int seen = 0;
    for (const User& user : users().query().stream()) {
        ASSERT_TRUE(by_id.contains(user.id));
        const User& inserted = *by_id[user.id];
        ASSERT_EQ(user.name, inserted.name);
        ASSERT_EQ(user.email, inserted.email);
        ASSERT_EQ(user.role, inserted.role);
        ++seen;
    }
    EXPECT_EQ(seen, n);
}

TEST_P(Entities, ABatchIsAllOrNothing) {
    std::vector<User> many(5'000);
    for (std::size_t i = 0; i < many.size(); ++i) {
        many[i].name = "x";
        many[i].email = std::to_string(i);
    }
    many.back().email = "0";
    EXPECT_THROW(users().insert(many), UniqueViolation);
    EXPECT_EQ(users().count(), 0);
    for (const User& user : many) ASSERT_EQ(user.id, 0);
    // In a transaction that goes on, too, where the database lets it.
    db().transaction([&](Transaction& tx) {
        Repository<User> inside(tx);
        inside.insert(make_user("kept", 1));
        EXPECT_THROW(inside.insert(many), UniqueViolation);
        EXPECT_EQ(inside.count(), 1);
    });
    EXPECT_EQ(users().count(), 1);
}

TEST_P(Entities, EveryTypeComesBackAsItWas) {
    Repository<Everything> all(db());
    all.create_table();
    Everything one;
    one.code = "ä'\"\\;--";
    one.small = -32768;
    one.natural = 4'294'967'295u;
    one.large = std::numeric_limits<std::int64_t>::min();
    one.number = 0.1;
    one.flag = true;
    one.price = Decimal("12345678901234.567890");
    one.bytes = {std::byte{0}, std::byte{255}, std::byte{'\''}};
    one.day = std::chrono::sys_days(std::chrono::year(2024) / 2 / 29);
    one.time = {std::chrono::hours(23) + std::chrono::microseconds(1)};
    one.local = Timestamp(std::chrono::seconds(1'700'000'000) + std::chrono::microseconds(123456));
    one.instant = TimestampTz(std::chrono::seconds(1'700'000'000) + std::chrono::microseconds(654321));
    one.uuid = Uuid::parse("00112233-4455-6677-8899-aabbccddeeff");
    one.text = "";
    all.insert(one);
    EXPECT_EQ(all.get(one.code), one);
    const auto found = all.where(field(&Everything::uuid) == one.uuid && field(&Everything::day) == one.day &&
                                 field(&Everything::price) == one.price && field(&Everything::flag) == true &&
                                 field(&Everything::instant) <= one.instant &&
                                 field(&Everything::natural) > 4'000'000'000LL);
    EXPECT_EQ(found.one(), one);
    EXPECT_THAT(all.migrate().statements, IsEmpty());
}

TEST_P(Entities, ConditionsOfEveryKind) {
    std::vector<User> many{make_user("Ann", 20, "ann@x"), make_user("Bob", 30), make_user("Cid", 40, "c%d"),
                           make_user("ann", 50), make_user("A_n", 60)};
    users().insert(many);
    const auto age = field(&User::age);
    const auto name = field(&User::name);
    const auto email = field(&User::email);
    EXPECT_THAT(names(age == 30), ElementsAre("Bob"));
    EXPECT_THAT(names(age != 30), SizeIs(4));
    EXPECT_THAT(names(age < 30), ElementsAre("Ann"));
    EXPECT_THAT(names(age <= 30), ElementsAre("Ann", "Bob"));
    EXPECT_THAT(names(age > 50), ElementsAre("A_n"));
    EXPECT_THAT(names(age >= 50), ElementsAre("ann", "A_n"));
    EXPECT_THAT(names(age.between(30, 40)), ElementsAre("Bob", "Cid"));
    EXPECT_THAT(names(age.in({20, 60, 61})), ElementsAre("Ann", "A_n"));
    EXPECT_THAT(names(age.in(std::vector<int>{})), IsEmpty());
    EXPECT_THAT(names(!age.in(std::vector<int>{})), SizeIs(5));
    EXPECT_THAT(names(name.like("A%")), ElementsAre("Ann", "A_n"));
    EXPECT_THAT(names(name.like("_nn")), ElementsAre("Ann", "ann"));
    EXPECT_THAT(names(name.starts_with("A_")), ElementsAre("A_n"));
    EXPECT_THAT(names(email.contains("%")), ElementsAre("Cid"));
    EXPECT_THAT(names(email.is_null()), ElementsAre("Bob", "ann", "A_n"));
    EXPECT_THAT(names(email.is_not_null()), ElementsAre("Ann", "Cid"));
    EXPECT_THAT(names((age < 30 || age > 50) && !(name == "Ann")), ElementsAre("A_n"));
    EXPECT_THAT(names(name.in(std::vector<std::string>{"Bob", "nobody"})), ElementsAre("Bob"));

    EXPECT_EQ(users().where(age > 25).count(), 4);
    EXPECT_TRUE(users().where(age > 55).exists());
    EXPECT_FALSE(users().where(age > 65).exists());
    EXPECT_EQ(users().where(age > 55).one().name, "A_n");
    EXPECT_THROW(users().where(age > 5).one(), TooManyRows);
    EXPECT_THROW(users().where(age > 65).one(), NoRows);
    EXPECT_FALSE(users().where(age > 65).first());
    EXPECT_EQ(users().query().order_by(age.descending()).first()->name, "A_n");
}

TEST_P(Entities, OrderLimitOffsetAndStream) {
    std::vector<User> many;
    for (int i = 0; i < 30; ++i) many.push_back(make_user("n" + std::to_string(i % 3), i));
    users().insert(many);
    const auto query = users().query().order_by(field(&User::name).descending(), field(&User::age)).limit(3);
    EXPECT_THAT(names(query), ElementsAre("n2", "n2", "n2"));
    std::vector<int> ages;
    for (const User& user : Query<User>(query).offset(9).stream()) ages.push_back(user.age);
    EXPECT_THAT(ages, ElementsAre(29, 1, 4));
    EXPECT_EQ(query.count(), 30);
}

TEST_P(Entities, ValuesNeverBecomeSql) {
    const std::string evil = "x'; drop table app_users; -- \" ` \\ $1 ? :name";
    User user = users().insert(make_user(evil, 1, "'' or 1=1"));
    EXPECT_EQ(users().where(field(&User::name) == evil).one().id, user.id);
    EXPECT_EQ(users().where(field(&User::name).starts_with(evil)).one().id, user.id);
    EXPECT_EQ(users().where(field(&User::name).in({evil, std::string("b")})).one().id, user.id);
    EXPECT_EQ(users().where(field(&User::email) == "' or '1'='1").count(), 0);
    user.email = evil;
    users().update(user);
    const std::string worse = "'); delete from app_users; --";
    EXPECT_EQ(users().where(field(&User::email) == evil).update(set(&User::name, worse)), 1);
    EXPECT_EQ(users().get(user.id).name, worse);
}

TEST_P(Entities, UpdateWritesWhatHasChanged) {
    User user = users().insert(make_user("Ann", 30, "a@x"));
    Tracked<User> tracked = users().track(user.id);
    EXPECT_FALSE(users().update(tracked));
    tracked->age = 0;
    tracked->email.reset();
    // Somebody else changes what this one does not.
    users().where(field(&User::id) == user.id).update(set(&User::name, "Anna"));
    EXPECT_THROW(users().update(tracked), StaleEntity);
    tracked = users().track(user.id);
    tracked->age = 0;
    tracked->email.reset();
    EXPECT_TRUE(users().update(tracked));
    EXPECT_FALSE(users().update(tracked));
    User found = users().get(user.id);
    EXPECT_EQ(found.name, "Anna");
    EXPECT_EQ(found.age, 0);
    EXPECT_EQ(found.email, std::nullopt);
    EXPECT_EQ(found.version, 3);
    EXPECT_EQ(found.version, tracked->version);
    EXPECT_EQ(found.updated, tracked->updated);
    EXPECT_EQ(found.created, user.created);

    found.name = "not written";
    found.age = 7;
    users().update(found, members(&User::age));
    EXPECT_EQ(users().get(user.id).name, "Anna");
    EXPECT_EQ(users().get(user.id).age, 7);
}

TEST_P(Entities, AStaleObjectIsRefusedByName) {
    User user = users().insert(make_user("Ann", 30));
    User other = users().get(user.id);
    other.age = 31;
    users().update(other);
    user.age = 32;
    try {
        users().update(user);
        ADD_FAILURE() << "a stale object was written";
    } catch (const StaleEntity& error) {
        EXPECT_EQ(error.entity(), "User");
        EXPECT_EQ(error.key(), "id = " + std::to_string(user.id));
        EXPECT_THAT(error.what(), HasSubstr("User with id = " + std::to_string(user.id)));
        EXPECT_FALSE(error.retryable());
    }
    EXPECT_THROW(users().remove(user), StaleEntity);
    EXPECT_EQ(users().get(user.id).age, 31);
    Post gone;
    gone.id = 12345;
    EXPECT_THROW(Repository<Post>(db()).update(gone), NoRows);
    EXPECT_THROW(Repository<Post>(db()).remove(gone), NoRows);
}

TEST_P(Entities, SoftDeletesHideAndComeBack) {
    User ann = users().insert(make_user("Ann", 30));
    User bob = users().insert(make_user("Bob", 40));
    users().remove(ann);
    EXPECT_FALSE(users().find(ann.id));
    EXPECT_THAT(names(everything<User>()), ElementsAre("Bob"));
    EXPECT_EQ(users().query().with_deleted().count(), 2);
    const auto deleted = users().query().with_deleted().where(field(&User::deleted).is_not_null());
    EXPECT_EQ(deleted.one().name, "Ann");
    EXPECT_EQ(users().where(field(&User::name) == "Ann").restore(), 1);
    EXPECT_EQ(users().get(ann.id).deleted, std::nullopt);
    EXPECT_THROW(users().query().remove(), InvalidUse);
    EXPECT_EQ(users().where(everything<User>()).remove(), 2);
    EXPECT_EQ(users().count(), 0);
    EXPECT_EQ(users().query().with_deleted().where(everything<User>()).remove_permanently(), 2);
    EXPECT_EQ(users().query().with_deleted().count(), 0);
}

TEST_P(Entities, UpsertAndInsertIfAbsent) {
    std::vector<Tag> tags(3);
    for (std::size_t i = 0; i < tags.size(); ++i) tags[i].name = "tag " + std::to_string(i);
    Repository<Tag> repository(db());
    repository.insert(tags);
    std::vector<Tag> more(4);
    for (std::size_t i = 0; i < more.size(); ++i) more[i].name = "tag " + std::to_string(i + 1);
    repository.insert_if_absent(more, members(&Tag::name));
    EXPECT_EQ(repository.count(), 5);
    EXPECT_EQ(more[0].id, tags[1].id);
    EXPECT_EQ(more[1].id, tags[2].id);
    EXPECT_EQ(repository.get(more[3].id).name, "tag 4");
    std::vector<Tag> twice(2, Tag{0, "twice"});
    repository.insert_if_absent(twice, members(&Tag::name));
    EXPECT_EQ(twice[0].id, twice[1].id);
    EXPECT_NE(twice[0].id, 0);

    Profile profile;
    profile.user_id = users().insert(make_user("Ann", 1)).id;
    Repository<Profile> profiles(db());
    profile.bio = "first";
    profiles.upsert(profile);
    profile.bio = "second";
    profiles.upsert(profile);
    EXPECT_EQ(profiles.count(), 1);
    EXPECT_EQ(profiles.get(profile.user_id).bio, "second");
}

TEST_P(Entities, CompositeKeys) {
    Repository<Post> posts(db());
    Post post;
    post.title = "p";
    posts.insert(post);
    Tag tag;
    tag.name = "t";
    Repository<Tag>(db()).insert(tag);
    Repository<PostTag> links(db());
    PostTag link{post.id, tag.id, "first"};
    links.insert(link);
    EXPECT_EQ(links.get(post.id, tag.id).note, "first");
    link.note = "second";
    links.update(link);
    EXPECT_EQ(links.find(post.id, tag.id)->note, "second");
    const Error absent = error_of([&] { links.get(post.id, tag.id + 1); });
    EXPECT_THAT(absent.what(), HasSubstr("PostTag with post_id = " + std::to_string(post.id) +
                                         ", tag_id = " + std::to_string(tag.id + 1)));
    links.remove(link);
    EXPECT_EQ(links.count(), 0);
}

TEST_P(Entities, ErrorsNameEntityAndMember) {
    users().insert(make_user("Ann", 30, "a@x"));
    try {
        users().insert(make_user("Bob", 30, "a@x"));
        ADD_FAILURE();
    } catch (const UniqueViolation& error) {
        EXPECT_THAT(error.what(), HasSubstr("cannot insert User (User.email)"));
        EXPECT_EQ(error.table(), "app_users");
    }
    EXPECT_THROW(users().insert(make_user("Bob", -1)), CheckViolation);
    Post orphan;
    orphan.user_id = 987654;
    const Error error = error_of([&] { Repository<Post>(db()).insert(orphan); });
    EXPECT_EQ(error.category(), Category::constraint);
    EXPECT_THAT(error.what(), HasSubstr("cannot insert Post"));
}

// Users with posts, profiles and tags; each post of user i has the tags 0 to i % 3.
void fill(Source& db, int n) {
    std::vector<User> users;
    for (int i = 0; i < n; ++i) users.push_back(make_user("u" + std::to_string(i), i));
    Repository<User>(db).insert(users);
    std::vector<Post> posts;
    std::vector<Profile> profiles;
    for (int i = 0; i < n; ++i) {
        if (i % 2 == 0)
            profiles.push_back({users[static_cast<std::size_t>(i)].id, "bio " + std::to_string(i)});
        for (int k = 0; k < i % 4; ++k) {
            Post post;
            post.user_id = users[static_cast<std::size_t>(i)].id;
            post.title = "u" + std::to_string(i) + " p" + std::to_string(k);
            posts.push_back(std::move(post));
        }
    }
    Repository<Profile>(db).insert(profiles);
    Repository<Post>(db).insert(posts);
    std::vector<Tag> tags(3);
    for (std::size_t i = 0; i < tags.size(); ++i) tags[i].name = "tag" + std::to_string(i);
    Repository<Tag>(db).insert(tags);
    std::vector<PostTag> links;
    for (const Post& post : posts)
        for (std::size_t i = 0; i <= static_cast<std::size_t>(std::stoi(post.title.substr(1)) % 3); ++i)
            links.push_back({post.id, tags[i].id, ""});
    Repository<PostTag>(db).insert(links);
}

TEST_P(Entities, RelationsAreLoadedByAStatementEach) {
    constexpr int n = 1'000;
    fill(db(), n);
    Source source = open("");
    const CountedStatements statements(source);
    Repository<User> repository(source);
    const std::vector<User> loaded = repository.query()
                                         .order_by(field(&User::age))
                                         .with(&User::profile)
                                         .with(&User::posts, &Post::tags)
                                         .with(&User::posts, &Post::user)
                                         .all();
    // Users, profiles, posts, links, tags, users of posts.
    EXPECT_EQ(statements.take(), 6);
    ASSERT_THAT(loaded, SizeIs(n));
    for (int i = 0; i < n; ++i) {
        const User& user = loaded[static_cast<std::size_t>(i)];
        ASSERT_EQ(user.profile.has_value(), i % 2 == 0);
        if (user.profile) {
            ASSERT_EQ(user.profile->bio, "bio " + std::to_string(i));
        }
        ASSERT_THAT(user.posts, SizeIs(i % 4));
        for (std::size_t k = 0; k < user.posts.size(); ++k) {
            const Post& post = user.posts[k];
            ASSERT_EQ(post.title, "u" + std::to_string(i) + " p" + std::to_string(k));
            ASSERT_EQ(post.user->name, user.name);
            ASSERT_THAT(post.tags, SizeIs(i % 3 + 1));
            for (std::size_t t = 0; t < post.tags.size(); ++t)
                ASSERT_EQ(post.tags[t]->name, "tag" + std::to_string(t));
        }
    }
    // One object for all who refer to it.
    EXPECT_EQ(loaded[2].posts[0].tags[0], loaded[3].posts[2].tags[0]);
    EXPECT_EQ(loaded[3].posts[0].user, loaded[3].posts[1].user);

    // Of objects that are there already.
    std::vector<Post> posts = Repository<Post>(source).query().limit(50).all();
    statements.take();
    Repository<Post>(source).load(posts, &Post::user, &User::profile);
    EXPECT_EQ(statements.take(), 2);
    for (const Post& post : posts) EXPECT_EQ(post.user->id, post.user_id);
    // With none to load for, nothing is asked.
    EXPECT_THAT(repository.where(field(&User::id) < 0).with(&User::posts).all(), IsEmpty());
    EXPECT_EQ(statements.take(), 1);
    EXPECT_THROW(repository.query().with(&User::posts).stream(), InvalidUse);
}

TEST_P(Entities, AFindUpdateAndInsertAreOneStatementEach) {
    Source source = open("");
    const CountedStatements statements(source);
    Repository<Profile> profiles(source);
    Profile profile{users().insert(make_user("Ann", 1)).id, "x"};
    statements.take();
    profiles.insert(profile);
    EXPECT_EQ(statements.take(), 1);
    profiles.find(profile.user_id);
    EXPECT_EQ(statements.take(), 1);
    profile.bio = "y";
    profiles.update(profile);
    EXPECT_EQ(statements.take(), 1);
    const Profile before = profile;
    EXPECT_FALSE(profiles.update(before, profile));
    EXPECT_EQ(statements.take(), 0);
}

TEST_P(Entities, HooksRunAndMayRefuse) {
    Repository<Hooked> repository(db());
    repository.create_table();
    Hooked one;
    EXPECT_THROW(repository.insert(one), InvalidUse);
    one.name = "a";
    repository.insert(one);
    repository.update(one);
    EXPECT_THAT(one.calls,
                ElementsAre("before insert", "before insert", "after save", "before update", "after save"));
    EXPECT_THAT(repository.get(one.id).calls, ElementsAre("loaded"));

    Hooked refused;
    refused.name = "b";
    refused.refuse_after = true;
    EXPECT_THROW(repository.insert(refused), InvalidUse);
    EXPECT_EQ(refused.id, 0);
    EXPECT_EQ(repository.count(), 1);

    Hooked hidden;
    hidden.name = "hidden";
    repository.insert(hidden);
    EXPECT_EQ(repository.count(), 1);
    EXPECT_THAT(repository.all(), SizeIs(1));

    Hooked precious;
    precious.name = "precious";
    repository.insert(precious);
    EXPECT_THROW(repository.remove(precious), InvalidUse);
    repository.remove(one);
    EXPECT_EQ(repository.count(), 1);
}

TEST_P(Entities, TransactionsAndConnectionsHoldForThem) {
    EXPECT_THROW(db().transaction([&](Transaction& tx) {
        Repository<User>(tx).insert(make_user("gone", 1));
        throw std::runtime_error("no");
    }),
                 std::runtime_error);
    EXPECT_EQ(users().count(), 0);
    Connection connection = db().connection();
    Repository<User> pinned(connection);
    User user = pinned.insert(make_user("stays", 1));
    EXPECT_EQ(pinned.get(user.id).name, "stays");
    Transaction tx = connection.begin();
    pinned.insert(make_user("in it", 1));
    std::vector<User> two{make_user("a", 1), make_user("b", 2)};
    pinned.insert(two);
    tx.rollback();
    EXPECT_EQ(users().count(), 1);
}

TEST_P(Entities, ADryRunShowsTheSqlAndDoesNothing) {
    User user = make_user("secret name", 5);
    const std::vector<std::string> sql = users().dry_run([&](Repository<User>& dry) {
        dry.insert(user);
        dry.where(field(&User::name) == "secret name").all();
        dry.where(everything<User>()).remove();
    });
    ASSERT_THAT(sql, SizeIs(3));
    EXPECT_THAT(sql[0], HasSubstr("INSERT INTO"));
    EXPECT_THAT(sql[1], HasSubstr("SELECT"));
    EXPECT_THAT(sql[2], HasSubstr("UPDATE"));
    for (const std::string& text : sql) EXPECT_THAT(text, testing::Not(HasSubstr("secret")));
    EXPECT_EQ(user.id, 0);
    EXPECT_EQ(users().count(), 0);
}

}  // namespace
}  // namespace dbway::test
