// A server that breaks the protocol gets its connection closed, and nothing worse happens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "codec_bytes.hpp"
#include "fake_server.hpp"

namespace dbway::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

constexpr int ended = status_mark + DBWAY_END;
constexpr int lost = status_mark + DBWAY_ERR_CONNECTION;

const std::string nul(1, '\0');

std::string column(const std::string& name, std::uint32_t oid) {
    return name + nul + big_endian(0) + big_endian16(0) + big_endian(oid) + big_endian16(8) +
           big_endian(0xFFFFFFFF) + big_endian16(1);
}

std::string field(std::string_view bytes) {
    return big_endian(static_cast<std::uint32_t>(bytes.size())) + std::string(bytes);
}

std::string complete(const std::string& tag) { return message('C', tag + nul); }

// To the question for all types of the database that a provider's first connection asks.
std::string no_types() { return message('1') + message('2') + complete("SELECT 0") + message('Z', "I"); }

std::string two_columns() { return message('T', big_endian16(2) + column("id", 23) + column("name", 25)); }
std::string row(std::uint32_t id, std::string_view name) {
    return message('D', big_endian16(2) + field(big_endian(id)) + field(name));
}
std::string answer() {
    return message('1') + message('2') + two_columns() + row(1, "one") + row(2, "two") +
           complete("SELECT 2") + message('Z', "I");
}

class LyingServer : public testing::Test {
  protected:
    // What becomes of a query that is answered so.
    std::vector<int> after(const std::string& bytes) {
        server_.answer((first_ ? no_types() : std::string()) + bytes);
        first_ = false;
        return client_.query(server_.port(), "select id, name from t");
    }
    // The connection is lost with a reason that names what was wrong.
    void expect_refused(const std::string& bytes, const std::string& reason) {
        SCOPED_TRACE(reason);
        const std::vector<int> kinds = after(bytes);
        ASSERT_GE(kinds.size(), 2U);
        EXPECT_EQ(kinds[kinds.size() - 2], DBWAY_E_FAILED);
        EXPECT_EQ(kinds.back(), lost);
        EXPECT_THAT(client_.reports, Contains(Field(&WireReport::message, HasSubstr(reason))));
        EXPECT_TRUE(client_.reports.back().flags & DBWAY_DIAG_CONN_DEAD);
    }

    FakeServer server_;
    WireClient client_;
    bool first_ = true;
};

TEST_F(LyingServer, IsBelievedWhileItTellsTheTruth) {
    EXPECT_THAT(after(answer()), ElementsAre(DBWAY_E_ROWS, ended));
    EXPECT_THAT(client_.values, ElementsAre("id:integer", "name:text", "?", "one", "?", "two"));
    server_.answer(message('1') + message('t', big_endian16(0)) + two_columns() + message('2') + row(1, "x") +
                   complete("SELECT 1") + message('Z', "I"));
    EXPECT_THAT(client_.prepared(server_.port(), "select id, name from t"),
                ElementsAre(DBWAY_E_COLUMNS, DBWAY_E_DONE, DBWAY_E_ROWS, ended));
}

// To WireClient::executed(): two rows each time.
std::string answers_to_executions(int times, bool transaction) {
    std::string all = message('1') + message('t', big_endian16(0)) + two_columns();
    if (transaction) all += message('1') + message('2') + complete("BEGIN");
    for (int i = 0; i < times; ++i) {
        all += message('2') + row(1, "one") + row(2, "two") + complete("SELECT 2");
        if (!transaction || i + 1 == times) all += message('Z', transaction ? "T" : "I");
    }
    return all;
}

TEST_F(LyingServer, AnAnswerMayComeInPieces) {
    server_.answer(no_types());
    client_.query(server_.port(), "select");
    for (const bool transaction : {false, true}) {
        const std::string all = answers_to_executions(3, transaction);
        for (std::size_t first = 0; first < all.size(); ++first) {
            SCOPED_TRACE(first);
            server_.answer(all, first);
            const std::vector<int> kinds =
                client_.executed(server_.port(), "select id, name from t", 3, transaction);
            ASSERT_THAT(client_.reports, testing::IsEmpty());
            ASSERT_EQ(kinds.back(), ended);
            std::vector<std::string> cells;
            for (const std::string& value : client_.values)
                if (value.find(':') == std::string::npos) cells.push_back(value);
            ASSERT_THAT(cells,
                        ElementsAre("?", "one", "?", "two", "?", "one", "?", "two", "?", "one", "?", "two"));
        }
    }
}

TEST_F(LyingServer, Lengths) {
    const std::string start = message('1') + message('2') + two_columns();
    expect_refused(start + "D" + big_endian(3), "length 3");
    expect_refused(start + "D" + big_endian(0xFFFFFFFF) + "abc", "length 4294967295");
    expect_refused(start + "D" + big_endian(0x40000000) + "abc", "closed the connection unexpectedly");
    expect_refused(start + message('D'), "0 columns");
    expect_refused(start + message('D', big_endian16(3)), "a row of 3 columns in a result of 2");
    expect_refused(start + message('D', big_endian16(2) + field(big_endian(1))), "shorter than its columns");
    expect_refused(start + message('D', big_endian16(2) + field(big_endian(1)) + big_endian(9) + "abc"),
                   "shorter than its columns");
    expect_refused(start + message('D', big_endian16(2) + field(big_endian(1)) + big_endian(0xFFFFFFFE)),
                   "shorter than its columns");
    expect_refused(message('1') + message('2') + message('T', big_endian16(2) + column("id", 23)),
                   "'T' is too short");
    expect_refused(message('1') + message('2') + message('T', "x"), "'T' is too short");
    expect_refused(start + message('C', "SELECT 1"), "'C' is too short");
    expect_refused(start + complete("SELECT 0") + message('Z'), "'Z' is too short");
    expect_refused(message('E', "SERROR"), "'E' is too short");
    expect_refused(message('A', big_endian(1) + "channel"), "'A' is too short");
}

TEST_F(LyingServer, MessagesOutOfPlace) {
    expect_refused(message('1') + message('2') + row(1, "one"), "type 'D' out of place");
    expect_refused(message('d', "data"), "closed the connection unexpectedly");
    expect_refused(message('t', big_endian16(0)), "type 't' out of place");
    expect_refused(message('W', "x"), "type 'W' out of place");
    expect_refused(message('R', big_endian(0)), "type 'R' out of place");
    expect_refused(message('?'), "type '?' out of place");
    expect_refused(message('1') + message('2') + two_columns() + complete("SELECT 0") + message('Z', "X"),
                   "unknown state");
}

TEST_F(LyingServer, AWrongValueIsAnErrorOfTheRequestOnly) {
    EXPECT_THAT(after(message('1') + message('2') + two_columns() +
                      message('D', big_endian16(2) + field("abc") + field("text")) + complete("SELECT 1") +
                      message('Z', "I")),
                ElementsAre(DBWAY_E_FAILED, ended));
    EXPECT_THAT(client_.reports, Contains(Field(&WireReport::message, HasSubstr("integer"))));
    EXPECT_FALSE(client_.reports.back().flags & DBWAY_DIAG_CONN_DEAD);
}

TEST_F(LyingServer, ItsLastWordsAreKept) {
    const std::string farewell = "SFATAL" + nul + "VFATAL" + nul + "C57P01" + nul +
                                 "Mterminating connection due to administrator command" + nul + nul;
    const std::vector<int> kinds =
        after(message('1') + message('2') + two_columns() + message('E', farewell));
    EXPECT_THAT(kinds, ElementsAre(DBWAY_E_FAILED, lost));
    ASSERT_FALSE(client_.reports.empty());
    EXPECT_EQ(client_.reports.front().sqlstate, "57P01");
    EXPECT_TRUE(client_.reports.front().flags & DBWAY_DIAG_CONN_DEAD);
}

TEST_F(LyingServer, AnotherEncodingIsRefused) {
    expect_refused(message('S', "client_encoding" + nul + "LATIN1" + nul) + answer(),
                   "dbway's text is UTF-8");
}

// Everything at once, and then each answer with some bytes that are wrong. The seed is fixed, so that a
// failure comes back.
std::string all_types() {
    std::string columns, fields;
    std::uint16_t count = 0;
    for (const Sample& sample : samples()) {
        const ByteVector value = bytes(sample.hex);
        columns += column("c" + std::to_string(count), sample.type);
        fields += field({reinterpret_cast<const char*>(value.data()), value.size()});
        ++count;
    }
    const std::string described = message('T', big_endian16(count) + columns);
    const std::string data = message('D', big_endian16(count) + fields);
    const std::string notice = message('N', "SNOTICE" + nul + "C00000" + nul + "Mhello" + nul + nul);
    const std::string note = message('A', big_endian(1) + "channel" + nul + "payload" + nul);
    return message('1') + message('2') + described + notice + data + note + data + complete("SELECT 2") +
           message('Z', "I");
}

// Some of its bytes are wrong, missing or there twice.
std::string damaged(const std::string& whole, std::mt19937& random) {
    const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random()) % limit; };
    std::string wrong = whole;
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
        const std::size_t at = below(wrong.size());
        switch (below(5)) {
            case 0:
                wrong[at] = static_cast<char>(random());
                break;
            case 1:
                wrong[at] = static_cast<char>(wrong[at] ^ (1 << below(8)));
                break;
            case 2:
                wrong.erase(at, 1 + below(8));
                break;
            case 3:
                wrong.insert(at, wrong.substr(below(wrong.size()), 1 + below(40)));
                break;
            default:
                wrong.replace(at, std::min<std::size_t>(4, wrong.size() - at),
                              big_endian(below(2) == 0 ? 0xFFFFFFFF : static_cast<std::uint32_t>(random())));
                break;
        }
        if (wrong.empty()) wrong = "x";
    }
    return wrong;
}

TEST(LyingServerRandom, NothingThatIsWrongDoesHarm) {
    std::mt19937 random(20261123);
    FakeServer server;
    const std::string whole = all_types();
    WireClient client;
    server.answer(no_types() + whole);
    ASSERT_THAT(client.query(server.port(), "select"), Contains(DBWAY_E_NOTIFY));
    int survived = 0;
    constexpr int rounds = 3000;
    for (int round = 0; round < rounds; ++round) {
        server.answer(damaged(whole, random));
        const std::vector<int> kinds = client.query(server.port(), "select");
        ASSERT_FALSE(kinds.empty());
        ASSERT_TRUE(kinds.back() == ended || kinds.back() == lost) << kinds.back();
        if (kinds.back() == ended) ++survived;
    }
    EXPECT_GT(survived, rounds / 20) << "most changes were of no consequence to the framing of some";
    EXPECT_LT(survived, rounds);
}

TEST(LyingServerRandom, NorWrongAnswersToPreparedStatements) {
    std::mt19937 random(7);
    FakeServer server;
    WireClient client;
    server.answer(no_types());
    client.query(server.port(), "select");
    int survived = 0;
    constexpr int rounds = 1500;
    for (int round = 0; round < rounds; ++round) {
        const bool transaction = round % 2 == 0;
        server.answer(damaged(answers_to_executions(3, transaction), random));
        const std::vector<int> kinds =
            client.executed(server.port(), "select id, name from t", 3, transaction);
        ASSERT_FALSE(kinds.empty());
        ASSERT_TRUE(kinds.back() == ended || kinds.back() == lost) << kinds.back();
        if (kinds.back() == ended) ++survived;
    }
    EXPECT_GT(survived, 0);
    EXPECT_LT(survived, rounds);
}

TEST(LyingServerRandom, NorWrongDescriptionsOfTypes) {
    std::mt19937 random(1);
    FakeServer server;
    std::string types = message('1') + message('2');
    const auto type = [&](std::initializer_list<std::string_view> columns) {
        std::string fields;
        for (const std::string_view text : columns) fields += field(text);
        types += message('D', big_endian16(static_cast<std::uint16_t>(columns.size())) + fields);
    };
    type({"0", "", "", "", "0", "0", "", "", "", "2"});
    type({"90001", "mood", "public", "e", "0", "90002", ",", "enum_send", "", ""});
    type({"90002", "mood[]", "public", "a", "90001", "0", ",", "array_send", "", ""});
    type({"90003", "pair", "public", "c", "0", "0", ",", "record_send", "90001 23", ""});
    type({"90004", "small", "public", "d", "23", "0", ",", "int4send", "", ""});
    types += complete("SELECT 5") + message('Z', "I");
    const std::string rows = message('1') + message('2') +
                             message('T', big_endian16(2) + column("m", 90002) + column("s", 90004)) +
                             message('D', big_endian16(2) +
                                              field(big_endian(1) + big_endian(0) + big_endian(90001) +
                                                    big_endian(1) + big_endian(1) + field("sad")) +
                                              field(big_endian(7))) +
                             complete("SELECT 1") + message('Z', "I");
    {
        WireClient client;
        server.answer(types + rows);
        ASSERT_THAT(client.query(server.port(), "select"), ElementsAre(DBWAY_E_ROWS, ended))
            << testing::PrintToString(client.reports.empty() ? "" : client.reports[0].message);
        EXPECT_THAT(client.values, ElementsAre("m:mood[]", "s:small", "sad", "?"));
    }
    for (int round = 0; round < 500; ++round) {
        std::string wrong = types;
        for (int changes = 0; changes < 3; ++changes)
            wrong[random() % wrong.size()] =
                static_cast<char>(round % 2 == 0 ? random() : '0' + random() % 10);
        WireClient client;
        server.answer(wrong + rows);
        const std::vector<int> kinds = client.query(server.port(), "select");
        ASSERT_TRUE(kinds.back() == ended || kinds.back() == lost) << kinds.back();
    }
}

}  // namespace
}  // namespace dbway::test
