// What docs/reference/mock.md shows is what happens.
#include <algorithm>
#include <cctype>

#include <loader/provider.hpp>

#include "application.hpp"

namespace dbway::test {
namespace {

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

const std::string& page() {
    static const std::string text = read_file(DBWAY_SOURCE_DIR "/docs/reference/mock.md");
    return text;
}

// The blocks of that language.
std::vector<std::string> blocks(const std::string& language) {
    std::vector<std::string> found;
    const std::string opening = "\n```" + language + "\n";
    for (std::size_t at = page().find(opening); at != std::string::npos; at = page().find(opening, at + 1)) {
        const std::size_t begin = at + opening.size();
        found.push_back(page().substr(begin, page().find("```", begin) - begin));
    }
    return found;
}

std::vector<std::string> scripts() {
    std::vector<std::string> found = blocks("toml");
    std::erase_if(found, [](const std::string& block) { return !block.starts_with("# script\n"); });
    return found;
}

std::string without_blanks(std::string text) {
    std::erase_if(text, [](unsigned char c) { return std::isspace(c) != 0; });
    return text;
}

// What the page calls the application.
void greet_adults(Source db) {
    std::vector<std::string> greetings;
    for (auto [id, name] :
         db.query<std::int64_t, std::optional<std::string>>("select id, name from users where age > $1", 21))
        greetings.push_back("Hello " + name.value_or("number " + std::to_string(id)));
    EXPECT_THAT(greetings, ElementsAre("Hello Ann", "Hello number 2"));
    try {
        db.execute("insert into users (name) values ($1)", "Ann");
        ADD_FAILURE() << "nothing was thrown";
    } catch (const UniqueViolation& error) {
        EXPECT_EQ(error.constraint(), "users_name_key");
    }
}

TEST(Documentation, TheExampleOfTheHeader) {
    const Application application;
    const Host host = application.open("[source.main]\nprovider = \"mock\"\n");
    // example {
    dbway::Mock mock(host.source("main"));
    mock.expect(dbway::on::statement("select id, name from users where age > $1")
                    .with(21)
                    .columns("id", "name")
                    .row(1, "Ann")
                    .row(2, std::optional<std::string>()));
    mock.expect(dbway::on::statement("insert into users (name) values ($1)")
                    .with(dbway::any_value)
                    .fails("23505", "duplicate key")
                    .constraint("users_name_key"));

    greet_adults(host.source("main"));  // what is to be tested

    EXPECT_EQ(mock.findings(), "");
    // }
    const std::string self = read_file(__FILE__);
    const std::size_t begin = self.find("// example {\n") + 13;
    const std::string code = self.substr(begin, self.find("    // }\n") - begin);
    ASSERT_FALSE(blocks("cpp").empty());
    EXPECT_EQ(without_blanks(blocks("cpp").front()), without_blanks(code));
}

TEST(Documentation, TheExampleOfAScript) {
    const Application application;
    ASSERT_GE(scripts().size(), 3U);
    application.write("users.toml", scripts().front());
    const Host host = application.open(blocks("toml").front());
    greet_adults(host.source("main"));
    EXPECT_EQ(Mock(host.source("main")).findings(), "");
}

TEST(Documentation, TheFindings) {
    const Application application;
    const Host host = application.open("[source.main]\nprovider = \"mock\"\n");
    Source db = host.source("main");
    Mock mock(db);
    mock.expect(on::statement("select id, name from users where age > $1").with(21));
    mock.expect(on::statement("insert into users (name) values ($1)").with(any_value));
    error_of([&] { db.query("select id, name from user where age > $1", 18); });
    ASSERT_FALSE(blocks("text").empty());
    EXPECT_EQ(blocks("text").front(), mock.findings());
}

TEST(Documentation, EveryScriptLoads) {
    const Application application;
    const Host host = application.open("[source.main]\nprovider = \"mock\"\n");
    for (const std::string& script : scripts()) {
        Mock mock(host.source("main"));
        EXPECT_NO_THROW(mock.load(script)) << script;
        EXPECT_FALSE(mock.unmet().empty()) << script;
        mock.reset();
    }
}

TEST(Documentation, EveryConfigurationIsValid) {
    for (const std::string& block : blocks("toml")) {
        if (block.starts_with("# script")) continue;
        const Application application;
        EXPECT_NO_THROW(application.open(block)) << block;
    }
}

TEST(Documentation, TheCapabilitiesAreThoseDeclared) {
    const Application application;
    const Host host = application.open("[source.main]\nprovider = \"mock\"\n");
    const Source db = host.source("main");
    std::string declared;
    for (const std::string& name : detail::capability_names(db.capabilities()))
        declared += (declared.empty() ? "" : ", ") + name;
    EXPECT_THAT(page(), HasSubstr("| has | " + declared + " |"));
}

TEST(Documentation, TheTransactionThatRunsAgain) {
    const Application application;
    const Host host = application.open("[source.main]\nprovider = \"mock\"\n");
    Source db = host.source("main");
    Mock mock(db);
    mock.load(scripts().at(1));
    const Error error = error_of([&] {
        db.transaction({.retries = 1},
                       [](Transaction& tx) { tx.execute("update accounts set balance = balance - $1", 10); });
    });
    EXPECT_TRUE(error.outcome_unknown());
    EXPECT_EQ(mock.findings(), "");
}

}  // namespace
}  // namespace dbway::test
