// Large objects, read and written in parts within a transaction.
#include <algorithm>

#include "provider_test.hpp"

namespace dbway::test {
namespace {

Blob pattern(std::size_t size, unsigned seed) {
    Blob bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>((i * 2654435761U + seed) >> 13);
    return bytes;
}

class LargeObjects : public ProviderTest {
  protected:
    std::int64_t stored(BlobView bytes) {
        return db().transaction([&](Transaction& tx) {
            const std::int64_t id = LargeObject::create(tx);
            LargeObject(tx, id, LargeObject::Mode::write).write(bytes);
            return id;
        });
    }
    Blob contents(std::int64_t id) {
        return db().transaction([&](Transaction& tx) { return LargeObject(tx, id).read_rest(); });
    }
};

DBWAY_FOR_POSTGRESQL_PROVIDERS(LargeObjects);

TEST_P(LargeObjects, KeepEveryByte) {
    const Blob bytes = pattern(5'000'003, 7);
    const std::int64_t id = stored(bytes);
    EXPECT_GT(id, 0);
    EXPECT_EQ(contents(id), bytes);
    EXPECT_EQ(
        database().value("select sum(length(data)) from pg_largeobject where loid = " + std::to_string(id)),
        "5000003");
}

TEST_P(LargeObjects, ReadAndWriteAnywhere) {
    const std::int64_t id = stored(pattern(100, 1));
    db().transaction([&](Transaction& tx) {
        LargeObject object(tx, id, LargeObject::Mode::read_write);
        EXPECT_EQ(object.size(), 100);
        EXPECT_EQ(object.position(), 0);
        EXPECT_EQ(object.seek(-10, LargeObject::From::end), 90);
        std::array<std::byte, 20> buffer{};
        EXPECT_EQ(object.read(buffer), 10U);
        EXPECT_EQ(buffer[0], pattern(100, 1)[90]);
        EXPECT_EQ(object.read(buffer), 0U) << "at the end";
        EXPECT_EQ(object.seek(50), 50);
        object.write(Blob(5, std::byte{0xAB}));
        EXPECT_EQ(object.position(), 55);
        EXPECT_EQ(object.seek(-5, LargeObject::From::current), 50);
        EXPECT_EQ(object.read(std::span(buffer).first(6)), 6U);
        EXPECT_EQ(buffer[4], std::byte{0xAB});
        EXPECT_EQ(buffer[5], pattern(100, 1)[55]);
        object.truncate(60);
        EXPECT_EQ(object.size(), 60);
        object.truncate(70);
        object.seek(60);
        EXPECT_EQ(object.read_rest(), Blob(10)) << "what was never written is zero";
        object.close();
        EXPECT_THROW(object.position(), InvalidUse);
    });
}

TEST_P(LargeObjects, BeyondFourGigabytes) {
    const std::int64_t id = stored({});
    const std::int64_t far = std::int64_t{5} << 30;
    db().transaction([&](Transaction& tx) {
        LargeObject object(tx, id, LargeObject::Mode::read_write);
        EXPECT_EQ(object.seek(far), far);
        object.write(Blob(3, std::byte{1}));
        EXPECT_EQ(object.size(), far + 3);
        object.seek(far - 2);
        EXPECT_EQ(object.read_rest(),
                  (Blob{std::byte{0}, std::byte{0}, std::byte{1}, std::byte{1}, std::byte{1}}));
    });
}

TEST_P(LargeObjects, BelongToTheTransaction) {
    const Blob bytes = pattern(1'000, 3);
    const std::int64_t id = stored(bytes);
    {
        Connection connection = db().connection();
        Transaction tx = connection.begin();
        LargeObject(tx, id, LargeObject::Mode::write).write(Blob(1'000));
        LargeObject::create(tx, id + 1);
        tx.rollback();
    }
    EXPECT_EQ(contents(id), bytes);
    EXPECT_EQ(error_of([&] { contents(id + 1); }).sqlstate(), "42704");
}

TEST_P(LargeObjects, AreCreatedUnderAnIdAndRemoved) {
    db().transaction([&](Transaction& tx) { EXPECT_EQ(LargeObject::create(tx, 54'321), 54'321); });
    EXPECT_EQ(contents(54'321), Blob());
    EXPECT_EQ(error_of([&] {
                  db().transaction([](Transaction& tx) { LargeObject::create(tx, 54'321); });
              }).sqlstate(),
              "23505");
    db().transaction([](Transaction& tx) { LargeObject::remove(tx, 54'321); });
    EXPECT_EQ(error_of([&] { contents(54'321); }).sqlstate(), "42704");
}

TEST_P(LargeObjects, ManyAtOnceAndMoved) {
    const std::int64_t first = stored(pattern(10, 1));
    const std::int64_t second = stored(pattern(10, 2));
    db().transaction([&](Transaction& tx) {
        LargeObject a(tx, first);
        LargeObject b(tx, second);
        LargeObject moved = std::move(a);
        EXPECT_EQ(moved.read_rest(), pattern(10, 1));
        EXPECT_EQ(b.read_rest(), pattern(10, 2));
        EXPECT_EQ(moved.id(), first);
    });
}

TEST_P(LargeObjects, AnErrorFailsTheTransactionAndNothingElse) {
    const std::int64_t id = stored(pattern(10, 1));
    const Error error = error_of([&] {
        db().transaction([&](Transaction& tx) {
            LargeObject object(tx, id, LargeObject::Mode::read);
            object.write(Blob(1));
        });
    });
    EXPECT_THAT(error.what(), HasSubstr("not opened for writing"));
    EXPECT_EQ(contents(id), pattern(10, 1));
}

TEST_P(LargeObjects, ReadRestKnowsItsLimit) {
    const std::int64_t id = stored(pattern(2'000'000, 1));
    EXPECT_THAT(error_of([&] {
                    db().transaction(
                        [&](Transaction& tx) { return LargeObject(tx, id).read_rest(1'500'000).size(); });
                }).what(),
                HasSubstr("read it in parts"));
}

class LargeObjectSupport : public ProviderTest {};
DBWAY_FOR_ALL_PROVIDERS(LargeObjectSupport);

TEST_P(LargeObjectSupport, IsAnExtensionOrAClearError) {
    if (on_postgresql()) {
        EXPECT_NE(db().connection().extension("dbway.large_object/1"), nullptr);
        EXPECT_EQ(db().connection().extension("dbway.large_object/2"), nullptr);
        return;
    }
    const Error error = error_of([&] { db().transaction([](Transaction& tx) { LargeObject::create(tx); }); });
    EXPECT_EQ(error.category(), Category::unsupported);
    EXPECT_THAT(error.what(), HasSubstr("no large objects"));
}

}  // namespace
}  // namespace dbway::test
