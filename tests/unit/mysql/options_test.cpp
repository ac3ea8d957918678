// Options and URLs.
#include "options.hpp"
#include "url.hpp"

#include <dbway/sdk/failure.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace dbway::mysql {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

ConnectOptions read(const Pairs& pairs, bool read_only = false) {
    std::vector<dbway_option> options;
    for (const auto& [key, value] : pairs) options.push_back({key.c_str(), {value.data(), value.size()}});
    return read_options(sdk::Options(options.data(), options.size()), read_only);
}

std::string refusal(const Pairs& pairs) {
    try {
        read(pairs);
    } catch (const sdk::Failure& failure) {
        EXPECT_EQ(failure.diagnostic().status, DBWAY_ERR_INVALID);
        return failure.what();
    }
    ADD_FAILURE() << "accepted";
    return {};
}

TEST(MysqlOptions, Defaults) {
    const ConnectOptions options = read({});
    EXPECT_EQ(options.host, "127.0.0.1");
    EXPECT_EQ(options.port, 3306);
    EXPECT_EQ(options.tls, Tls::prefer);
    EXPECT_EQ(options.connect_timeout, std::chrono::seconds(10));
    EXPECT_EQ(options.cancel_timeout, std::chrono::seconds(1));
    EXPECT_EQ(options.zero_dates, ZeroDates::native);
    EXPECT_TRUE(options.found_rows && options.tinyint1_is_bool && options.generated_keys);
    EXPECT_FALSE(options.lock_timeout || options.sql_mode || options.read_only);
    EXPECT_TRUE(read({}, true).read_only);
}

TEST(MysqlOptions, TextIsRead) {
    const ConnectOptions options = read({{"port", "3307"},
                                         {"unix_socket", "/run/x.sock"},
                                         {"zero_dates", "null"},
                                         {"results", "streamed"},
                                         {"lock_timeout", "1500ms"},
                                         {"sql_mode", "ANSI_QUOTES,STRICT_ALL_TABLES"},
                                         {"tinyint1_is_bool", "false"}});
    EXPECT_EQ(options.port, 3307);
    EXPECT_EQ(options.unix_socket, "/run/x.sock");
    EXPECT_EQ(options.zero_dates, ZeroDates::null);
    EXPECT_EQ(options.results, Results::streamed);
    EXPECT_EQ(options.lock_timeout, std::chrono::milliseconds(1500));
    EXPECT_EQ(options.sql_mode, "ANSI_QUOTES,STRICT_ALL_TABLES");
    EXPECT_FALSE(options.tinyint1_is_bool);
}

TEST(MysqlOptions, WhatIsWrongIsNamed) {
    EXPECT_THAT(refusal({{"zero_date", "null"}}), testing::HasSubstr("did you mean 'zero_dates'"));
    EXPECT_THAT(refusal({{"port", "70000"}}), testing::HasSubstr("from 1 to 65535"));
    EXPECT_THAT(refusal({{"port", "1"}, {"port", "2"}}), testing::HasSubstr("twice"));
    EXPECT_THAT(refusal({{"host", std::string("a\0b", 3)}}), testing::HasSubstr("NUL"));
    EXPECT_THAT(refusal({{"zero_dates", "maybe"}}), testing::HasSubstr("native, null, error"));
    EXPECT_THAT(refusal({{"sql_mode", "x'; drop table t"}}), testing::HasSubstr("sql_mode"));
    EXPECT_THAT(refusal({{"sql_mode", "no_backslash_escapes"}}), testing::HasSubstr("NO_BACKSLASH_ESCAPES"));
    EXPECT_THAT(refusal({{"host", ""}}), testing::HasSubstr("host"));
    EXPECT_THAT(refusal({{"tls_cert", "c.pem"}}), testing::HasSubstr("tls_key"));
}

TEST(MysqlOptions, VerificationNeedsAnAuthority) {
    EXPECT_EQ(read({{"tls_ca", "ca.pem"}}).tls, Tls::verify_ca);
    EXPECT_EQ(read({{"tls_ca", "ca.pem"}, {"tls", "verify-full"}}).tls, Tls::verify_full);
    EXPECT_THAT(refusal({{"tls", "verify-full"}}), testing::HasSubstr("tls_ca"));
    EXPECT_THAT(refusal({{"tls", "require"}, {"tls_ca", "ca.pem"}}), testing::HasSubstr("verify-ca"));
}

TEST(MysqlOptions, UrlIsTakenApart) {
    EXPECT_EQ(parse_url("mysql://us%40er:p%3Aw@db1:3307/orders?tls=require&zero_dates=null"),
              (Pairs{{"user", "us@er"},
                     {"password", "p:w"},
                     {"host", "db1"},
                     {"port", "3307"},
                     {"database", "orders"},
                     {"tls", "require"},
                     {"zero_dates", "null"}}));
    EXPECT_EQ(parse_url("mariadb://[::1]:3306"), (Pairs{{"host", "::1"}, {"port", "3306"}}));
    EXPECT_EQ(parse_url("mysql:///orders"), (Pairs{{"database", "orders"}}));
    EXPECT_EQ(parse_url("mysql://a@b@host/"), (Pairs{{"user", "a@b"}, {"host", "host"}}));
}

TEST(MysqlOptions, UrlIsWeakerThanWhatIsBesideIt) {
    const ConnectOptions options = read({{"url", "mysql://me:pw@db1/orders"}, {"database", "other"}});
    EXPECT_EQ(options.user, "me");
    EXPECT_EQ(options.password, "pw");
    EXPECT_EQ(options.host, "db1");
    EXPECT_EQ(options.database, "other");
}

TEST(MysqlOptions, NoMessageShowsAPassword) {
    for (const char* url : {"postgres://me:S3CR3T@db1", "mysql://me:S3CR3T%zz@db1", "mysql://me:S3CR3T@[::1",
                            "mysql://me:S3CR3T@[::1]x", "mysql://me:S3CR3T@h?=x"})
        EXPECT_THAT(refusal({{"url", url}}), testing::Not(testing::HasSubstr("S3CR3T"))) << url;
    EXPECT_THAT(refusal({{"password", "S3CR3T"}, {"port", "x"}}), testing::Not(testing::HasSubstr("S3CR3T")));
}

}  // namespace
}  // namespace dbway::mysql
