// questions.cpp - a program that knows no database: which provider answers is a line of the configuration.
//   questions dbway.toml ASSIGNMENT…        tells whose a MAC address block is
#include <dbway/dbway.hpp>

#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: questions CONFIGURATION [ASSIGNMENT…]\n";
        return 2;
    }
    try {
        const auto host = dbway::Host::open(argv[1]);
        auto registry = host.source("registry");
        std::cout << "answers by the provider \"" << registry.provider() << "\"\n";

        const auto blocks = registry.query("select count(*) from oui").one<std::int64_t>();
        std::cout << blocks << " address blocks are registered\n";

        for (int i = 2; i < argc; ++i) {
            const auto owner = registry
                                   .query(
                                       "select \"Organization Name\", \"Organization Address\" from oui "
                                       "where \"Assignment\" = $1",
                                       argv[i])
                                   .one_or_none<std::tuple<std::string, std::string>>();
            if (owner)
                std::cout << argv[i] << ": " << std::get<0>(*owner) << ", " << std::get<1>(*owner) << '\n';
            else
                std::cout << argv[i] << ": nobody's\n";
        }

        std::int64_t length = 0;
        std::string longest;
        for (auto [name] : registry.query<std::string_view>("select \"Organization Name\" from oui")) {
            if (static_cast<std::int64_t>(name.size()) <= length) continue;
            length = static_cast<std::int64_t>(name.size());
            longest = name;
        }
        std::cout << "the longest name has " << length << " bytes: " << longest << '\n';
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "questions: " << error.what() << '\n';
        return 1;
    }
}
