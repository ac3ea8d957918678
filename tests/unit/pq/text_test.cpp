// What is read from the texts of statements, messages and options, without a server.
#include "copy_text.hpp"
#include "errors.hpp"
#include "options.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace dbway::pq {
namespace {

TEST(PqErrors, MessagesLoseTheirSeverityOnly) {
    EXPECT_EQ(strip_message("ERROR:  no such thing: a:  b\nDETAIL:  d\n"),
              "no such thing: a:  b\nDETAIL:  d");
    EXPECT_EQ(strip_message("FEHLER:  Relation »x« existiert nicht\n"), "Relation »x« existiert nicht");
    EXPECT_EQ(strip_message("server closed the connection:  why"), "server closed the connection:  why");
    EXPECT_EQ(strip_message(""), "");
}

TEST(PqErrors, ConnectErrorsByTheirCode) {
    const auto wrong_password = connect_diagnostic(
        "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: password authentication "
        "failed "
        "for user \"u\"\nLOCATION:  auth_failed, auth.c:326\n",
        false);
    EXPECT_EQ(wrong_password.sqlstate, "28P01");
    EXPECT_EQ(
        wrong_password.message,
        "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  password authentication failed "
        "for user \"u\"");
    EXPECT_EQ(wrong_password.status, DBWAY_ERR_AUTH);
    EXPECT_EQ(wrong_password.flags & DBWAY_DIAG_RETRY, 0u);
    const auto starting =
        connect_diagnostic("… failed: FATAL:  57P03: the database system is starting up", false);
    EXPECT_EQ(starting.status, DBWAY_ERR_CONNECTION);
    EXPECT_NE(starting.flags & DBWAY_DIAG_RETRY, 0u);
    const auto refused =
        connect_diagnostic("… failed: Connection refused\n\tIs the server running?\n", false);
    EXPECT_EQ(refused.sqlstate, "08001");
    EXPECT_NE(refused.flags & DBWAY_DIAG_NOT_EXECUTED, 0u);
    EXPECT_EQ(connect_diagnostic("fe_sendauth: no password supplied", true).sqlstate, "28P01");
}

class Given {
  public:
    Given(std::initializer_list<std::pair<const std::string, std::string>> options)
        : given_(options.begin(), options.end()) {
        for (const auto& [key, value] : given_) list_.push_back({key.c_str(), {value.data(), value.size()}});
    }
    Given(const Given&) = delete;
    Given& operator=(const Given&) = delete;
    ConnectOptions read() const { return read_options(sdk::Options(list_.data(), list_.size()), false); }
    std::string error() const {
        try {
            read();
        } catch (const sdk::Failure& failure) {
            EXPECT_EQ(failure.diagnostic().status, DBWAY_ERR_INVALID);
            return failure.what();
        }
        return {};
    }

  private:
    std::multimap<std::string, std::string> given_;
    std::vector<dbway_option> list_;
};

TEST(PqOptions, AUrlAndWhatStandsBesideIt) {
    const ConnectOptions options =
        Given({{"url", "postgresql://u:s3cret@db/app?sslmode=require&connect_timeout=7"},
               {"port", "5433"},
               {"database", "other"}})
            .read();
    EXPECT_EQ(options.keywords.at("user"), "u");
    EXPECT_EQ(options.keywords.at("password"), "s3cret");
    ASSERT_EQ(options.targets.size(), 1u);
    EXPECT_EQ(options.targets[0].host, "db");
    EXPECT_EQ(options.targets[0].port, "5433");
    EXPECT_EQ(options.keywords.at("dbname"), "other");
    EXPECT_EQ(options.keywords.at("sslmode"), "require");
    EXPECT_EQ(options.connect_timeout.count(), 7);
    EXPECT_EQ(options.keywords.at("client_encoding"), "UTF8");
    EXPECT_EQ(Given({{"url", "postgresql://a,b/app"}}).read().targets.size(), 2u);
    // A name that looks like a connection string is a name.
    EXPECT_EQ(Given({{"dbname", "a=b host=evil"}}).read().keywords.at("dbname"), "a=b host=evil");
}

TEST(PqOptions, FaultsNameTheOptionAndNoSecret) {
    EXPECT_NE(Given({{"pasword", "s3cret"}}).error().find("did you mean 'password'"), std::string::npos);
    for (const char* url : {"postgresql://u:s3cret@[host", "postgresql://u:s3cret@h/d?s3cret=1",
                            "password=s3cret s3cret", "postgresql://u:s3cret@h:x/%zz"}) {
        const std::string error = Given({{"url", url}}).error();
        EXPECT_NE(error.find("'url'"), std::string::npos) << url;
        EXPECT_EQ(error.find("s3cret"), std::string::npos) << error;
    }
    EXPECT_NE(Given({{"url", "db.example.com/app"}}).error().find("missing … in connection info string"),
              std::string::npos);
    EXPECT_NE(Given({{"client_encoding", "LATIN1"}}).error(), "");
    EXPECT_NE(Given({{"connect_timeout", "soon"}}).error(), "");
    EXPECT_NE(Given({{"host", std::string("a\0b", 3)}}).error(), "");
    EXPECT_NE(Given({{"database", "a"}, {"dbname", "b"}}).error(), "");
}

TEST(PqCopyText, TablesAreQuotedAndStatementsKept) {
    sdk::CopyTarget target;
    target.table = "Public.\"My Table\"";
    target.columns = {"a", "B c"};
    EXPECT_EQ(copy_in_target(target), "\"public\".\"My Table\" (\"a\", \"B c\")");
    EXPECT_EQ(copy_out_target(target), "(SELECT \"a\", \"B c\" FROM \"public\".\"My Table\"\n)");
    target.table = "t; drop table t";
    EXPECT_THROW(copy_in_target(target), sdk::Failure);
    target.table = "copy t from stdin (format csv);";
    target.is_sql = true;
    EXPECT_EQ(copy_in_target(target), " t from stdin (format csv)\n--");
}

}  // namespace
}  // namespace dbway::pq
