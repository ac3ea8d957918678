// The table of PostgreSQL's types and the catalog of those that users make.
#include <gtest/gtest.h>

#include <dbway/sdk/failure.hpp>

#include <thread>

#include "codec_server.hpp"
#include "codec_traits.hpp"

namespace dbway::test {
namespace {

using pgx::Codec;
using pgx::Type;
using pgx::TypeCatalog;
using pgx::TypeRow;

TypeRow row(std::string_view oid, std::string_view name, std::string_view kind, std::string_view of = "0",
            std::string_view array = "0", std::string_view send = "", std::string_view fields = "") {
    return {{oid, name, "public", kind, of, array, ",", send, fields, ""}};
}

TEST(CodecTypes, UnknownOids) {
    for (const pgx::Oid oid : {0U, 1U, 6158U, 16384U, 4294967295U})
        EXPECT_EQ(pgx::builtin_type(oid), nullptr) << oid;
}

TEST(CodecTypes, ArraysAndItemsKnowEachOther) {
    int arrays = 0;
    for (pgx::Oid oid = 0; oid < 7000; ++oid) {
        const Type* type = pgx::builtin_type(oid);
        if (type == nullptr) continue;
        EXPECT_EQ(type->oid, oid);
        EXPECT_EQ(TypeCatalog().find(oid), type);
        if (type->array == nullptr) continue;
        ++arrays;
        EXPECT_EQ(type->array->item, type) << type->name;
        EXPECT_EQ(type->array->value_type, DBWAY_T_ARRAY);
    }
    EXPECT_EQ(arrays, 78);
}

// Every type of pg_catalog that a result can have, with the name and the relations that the server knows.
TEST(CodecTypes, TheTableIsThatOfTheServer) {
    DBWAY_NEEDS_POSTGRESQL();
    CodecServer server;
    const auto types = server.query(
        "select t.oid, format_type(t.oid, null), coalesce(e.oid, r.rngsubtype, 0), t.typarray, t.typdelim, "
        "t.typtype, case when e.oid is not null then 'array_send' else p.proname end, t.typelem "
        "from pg_type t left join pg_type e on e.oid = t.typelem and e.typarray = t.oid "
        "left join pg_range r on t.oid in (r.rngtypid, r.rngmultitypid) and t.typtype in ('r', 'm') "
        "left join pg_proc p on p.oid = t.typsend "
        "where t.typnamespace = 'pg_catalog'::regnamespace and coalesce(e.typrelid, 0) = 0 and ("
        "t.typtype in ('b', 'r', 'm') or t.typname in "
        "('record', '_record', 'cstring', 'void', 'unknown', 'anyarray', 'anycompatiblearray'))");
    ASSERT_GT(PQntuples(types.get()), 150);
    for (int i = 0; i < PQntuples(types.get()); ++i) {
        const auto text = [&](int column) { return std::string(PQgetvalue(types.get(), i, column)); };
        const auto number = [&](int column) { return static_cast<pgx::Oid>(std::stoul(text(column))); };
        SCOPED_TRACE(text(0) + " " + text(1));
        const Type* type = pgx::builtin_type(number(0));
        ASSERT_NE(type, nullptr);
        EXPECT_EQ(type->name, text(1));
        EXPECT_EQ(type->schema, "");
        const bool vector = pgx::is_vector(*type);
        EXPECT_EQ(type->item == nullptr ? 0 : type->item->oid, vector ? number(7) : number(2));
        EXPECT_EQ(type->array == nullptr ? 0 : type->array->oid, number(3));
        EXPECT_EQ(std::string(1, type->delimiter), text(4));
        if (text(6) == "array_send")
            EXPECT_EQ(type->value_type, DBWAY_T_ARRAY);
        else
            EXPECT_EQ(type->value_type, pgx::value_type_of(type->codec));
        EXPECT_TRUE(!text(6).empty() || type->codec == Codec::textual);
        EXPECT_NE(type->codec, Codec::unknown);
    }
}

TEST(CodecCatalog, ResolvesWhateverTheOrder) {
    TypeCatalog catalog;
    const TypeRow rows[] = {
        row("20001", "mood[]", "a", "20000"),
        row("20005", "pair", "c", "0", "20006", "record_send", "23 20004 20001"),
        row("20004", "tags", "d", "20003"),
        row("20000", "mood", "e", "0", "20001", "enum_send"),
        row("20003", "labels", "d", "1009"),
        row("20006", "pair[]", "a", "20005"),
        row("20007", "citext", "b", "0", "0", "textsend"),
        row("20008", "hstore", "b", "0", "20009", "public.hstore_send"),
        row("20009", "hstore[]", "a", "20008"),
        row("20010", "holder", "c", "0", "20011", "record_send", "23 20009"),
        row("20011", "holder[]", "a", "20010"),
        row("20012", "mute", "b", "0", "20013"),
        row("20013", "mute[]", "a", "20012"),
        row("20014", "citextrange", "r", "20007"),
        row("20015", "empty", "c", "0", "0", "record_send"),
        row("0", "", "", "0", "0"),
    };
    std::vector<TypeRow> all(std::begin(rows), std::end(rows));
    all.back().columns[TypeRow::money_scale] = "3";
    catalog.add(all);
    EXPECT_EQ(catalog.money_scale(), 3);
    const auto expect = [&](pgx::Oid oid, const char* name, Codec codec, std::uint8_t value_type) {
        const Type* type = catalog.find(oid);
        ASSERT_NE(type, nullptr) << oid;
        EXPECT_EQ(type->oid, oid);
        EXPECT_EQ(type->name, name);
        EXPECT_EQ(type->schema, "public");
        EXPECT_EQ(type->codec, codec) << name;
        EXPECT_EQ(type->value_type, value_type) << name;
    };
    expect(20000, "mood", Codec::text, DBWAY_T_TEXT);
    expect(20001, "mood[]", Codec::array, DBWAY_T_ARRAY);
    expect(20003, "labels", Codec::array, DBWAY_T_ARRAY);
    expect(20004, "tags", Codec::array, DBWAY_T_ARRAY);
    expect(20005, "pair", Codec::record, DBWAY_T_TEXT);
    expect(20006, "pair[]", Codec::array, DBWAY_T_ARRAY);
    expect(20007, "citext", Codec::text, DBWAY_T_TEXT);
    expect(20008, "hstore", Codec::unknown, DBWAY_T_NATIVE);
    expect(20009, "hstore[]", Codec::array, DBWAY_T_ARRAY);
    expect(20010, "holder", Codec::textual, DBWAY_T_TEXT);
    expect(20011, "holder[]", Codec::textual, DBWAY_T_ARRAY);
    expect(20012, "mute", Codec::textual, DBWAY_T_TEXT);
    expect(20013, "mute[]", Codec::textual, DBWAY_T_ARRAY);
    expect(20014, "citextrange", Codec::range, DBWAY_T_TEXT);
    expect(20015, "empty", Codec::record, DBWAY_T_TEXT);
    EXPECT_EQ(catalog.find(20001)->item, catalog.find(20000));
    EXPECT_EQ(catalog.find(20000)->array, catalog.find(20001));
    EXPECT_EQ(catalog.find(20004)->item, pgx::builtin_type(25));
    EXPECT_EQ(catalog.find(20014)->item, catalog.find(20007));
}

TEST(CodecCatalog, LeavesOutWhatIsMadeOfTheUnknown) {
    TypeCatalog catalog;
    const TypeRow rows[] = {
        row("20000", "lost", "d", "30000"),
        row("20001", "lost[]", "a", "20000"),
        row("20002", "rows", "c", "0", "0", "record_send", "23 30001"),
        row("20003", "circle", "d", "20004"),
        row("20004", "circle", "d", "20003"),
        row("20005", "fine", "e"),
        row("25", "not text", "e"),
    };
    catalog.add(rows);
    for (const pgx::Oid oid : {20000U, 20001U, 20002U, 20003U, 20004U})
        EXPECT_EQ(catalog.find(oid), nullptr) << oid;
    EXPECT_NE(catalog.find(20005), nullptr);
    EXPECT_EQ(catalog.find(25)->name, "text");
    const TypeRow later[] = {row("30000", "base", "e"), row("20000", "found", "d", "30000")};
    catalog.add(later);
    ASSERT_NE(catalog.find(20000), nullptr);
    EXPECT_EQ(catalog.find(20000)->codec, Codec::text);
}

TEST(CodecCatalog, ANewDescriptionTakesThePlaceOfTheOld) {
    TypeCatalog catalog;
    catalog.add(std::vector{row("20000", "old", "e")});
    const Type* old = catalog.find(20000);
    catalog.add(std::vector{row("20000", "new", "c", "0", "0", "record_send")});
    EXPECT_EQ(catalog.find(20000)->name, "new");
    EXPECT_EQ(old->name, "old");
}

TEST(CodecCatalog, RefusesWhatIsNoDescription) {
    TypeCatalog catalog;
    for (const auto& bad : {row("x", "a", "e"), row("20000", "a", ""), row("20000", "a", "a", "-1"),
                            row("20000", "a", "c", "0", "0", "", "23 x"), row("99999999999", "a", "e")}) {
        const std::vector<TypeRow> rows = {row("20001", "good", "e"), bad};
        EXPECT_THROW(catalog.add(rows), sdk::Failure);
        EXPECT_EQ(catalog.find(20001), nullptr);
    }
    TypeRow money = row("0", "", "");
    money.columns[TypeRow::money_scale] = "-1";
    EXPECT_THROW(catalog.add(std::vector{money}), sdk::Failure);
    EXPECT_EQ(catalog.money_scale(), 2);
}

TEST(CodecCatalog, IsReadWhileItGrows) {
    TypeCatalog catalog;
    std::atomic<bool> stop = false;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> readers;
    readers.reserve(2);
    for (int i = 0; i < 2; ++i)
        readers.emplace_back([&] {
            while (!stop)
                for (pgx::Oid oid = 20000; oid < 21000; ++oid)
                    if (const Type* type = catalog.find(oid))
                        if (type->oid != oid || type->codec != Codec::text || type->name.size() != 20)
                            ++wrong;
        });
    for (pgx::Oid oid = 20000; oid < 21000; ++oid) {
        const std::string text = std::to_string(oid);
        catalog.add(std::vector{row(text, "a name of 20 letters", "e")});
    }
    stop = true;
    for (std::thread& reader : readers) reader.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_NE(catalog.find(20999), nullptr);
}

TEST(CodecCatalog, DescribesTheTypesOfARealServer) {
    DBWAY_NEEDS_POSTGRESQL();
    CodecServer server;
    server.run(
        "create type mood as enum ('a'); create type pair as (a int, m mood[]);"
        "create table people (id int, p pair); create domain mine as people;"
        "create type of_rows as (r people, n int); create type spans as range (subtype = int2)");
    TypeCatalog catalog;
    {
        const auto all = server.types(TypeCatalog::all_types_sql());
        catalog.add(all.rows);
    }
    EXPECT_EQ(catalog.money_scale(), 2);
    const auto oid = [&](const std::string& type) {
        return static_cast<pgx::Oid>(
            std::stoul(server.fetch("select '" + type + "'::regtype::oid", false)[0].text));
    };
    const auto codec = [&](const std::string& type) {
        const Type* known = catalog.find(oid(type));
        return known == nullptr ? -1 : static_cast<int>(known->codec);
    };
    EXPECT_EQ(codec("mood"), static_cast<int>(Codec::text));
    EXPECT_EQ(codec("mood[]"), static_cast<int>(Codec::array));
    EXPECT_EQ(codec("pair"), static_cast<int>(Codec::record));
    EXPECT_EQ(codec("spans"), static_cast<int>(Codec::range));
    EXPECT_EQ(codec("spans[]"), static_cast<int>(Codec::array));
    EXPECT_EQ(codec("people"), -1) << "the row types of tables are asked for when they are met";
    EXPECT_EQ(codec("mine"), -1);
    EXPECT_EQ(codec("of_rows"), -1);

    for (const char* type : {"mine", "of_rows[]", "information_schema.sql_identifier", "pg_class"}) {
        TypeCatalog fresh;
        const std::string wanted = "{" + std::to_string(oid(type)) + ",23,4294967295}";
        const auto answer = server.types(TypeCatalog::types_sql(), wanted.c_str());
        fresh.add(answer.rows);
        const Type* known = fresh.find(oid(type));
        ASSERT_NE(known, nullptr) << type;
        EXPECT_EQ(known->name, type);
        EXPECT_EQ(fresh.find(4294967295), nullptr);
    }
    TypeCatalog fresh;
    const auto nothing = server.types(TypeCatalog::types_sql(), "{}");
    fresh.add(nothing.rows);
    EXPECT_EQ(nothing.rows.size(), 1U);
}

}  // namespace
}  // namespace dbway::test
