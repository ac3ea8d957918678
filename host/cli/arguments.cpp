#include "cli/arguments.hpp"

#include "cli/exit_code.hpp"

#include <CLI/CLI.hpp>
#include <config/nearest.hpp>

#include <array>
#include <functional>
#include <utility>

namespace dbway::cli {

namespace {

constexpr const char* examples = R"(Examples:
  dbway init --provider sqlite --database app.db
  dbway query "select * from users where id = $1" -p 7
  dbway copy in --create users users.csv
  dbway copy out --query "select id, name from users" users.csv
  dbway bench --table users --providers pgx,pq
  dbway help query

Exit codes: 0 done; 1 the database refused or failed; 2 usage or configuration; 3 a plugin could not be
loaded; 4 partly done (rows skipped); 130 interrupted.
)";

void add_configuration(CLI::App& command, CommonArguments& common) {
    command
        .add_option("-c,--config", common.configuration,
                    "The configuration (default: $DBWAY_CONFIG, then ./dbway.toml)")
        ->type_name("FILE");
}

void add_directories(CLI::App& command, CommonArguments& common) {
    command.add_option("--dir", common.directories, "A further directory with plugins, repeatable")
        ->type_name("DIR")
        ->allow_extra_args(false);
}

void add_common(CLI::App& command, CommonArguments& common) {
    add_configuration(command, common);
    command.add_option("-s,--source", common.source, "The source (default: the only one, or \"main\")")
        ->type_name("SOURCE");
    add_directories(command, common);
}

CLI::Option* add_choice(CLI::App& command, const std::string& flag, std::string& value,
                        const std::string& help) {
    return command.add_option(flag, value, help);
}

// Every command with the struct it fills; `command` is set by the one that was given.
class CommandLine {
  public:
    CommandLine() : app_("dbway: databases through providers chosen at run time.", "dbway") {
        app_.footer(examples);
        app_.set_version_flag("--version", "dbway " DBWAY_VERSION);
        app_.set_help_flag("-h,--help", "This text");
        app_.require_subcommand(0, 1);
        app_.get_formatter()->column_width(34);
        add_init();
        add_providers();
        add_validate();
        add_query();
        add_shell();
        add_copy();
        add_check();
        add_new();
        add_schema();
        add_bench();
    }

    Command parse(std::vector<std::string> arguments) {
        if (!arguments.empty() && arguments[0] == "help") {
            arguments.erase(arguments.begin());
            arguments.emplace_back("--help");
        }
        if (arguments.empty()) arguments.emplace_back("--help");
        check_command(arguments);
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants them
        try {
            app_.parse(std::move(reversed));
        } catch (const CLI::CallForHelp&) {
            return PrintText{app_.help()};
        } catch (const CLI::CallForVersion&) {
            return PrintText{app_.version() + "\n"};
        } catch (const CLI::ParseError& error) {
            throw UsageError(describe(error));
        }
        if (!command_) throw UsageError(incomplete());
        return std::move(*command_);
    }

  private:
    template <typename Arguments>
    CLI::App* add(CLI::App& parent, const std::string& name, const std::string& help, Arguments& arguments) {
        CLI::App* command = parent.add_subcommand(name, help);
        command->get_formatter()->column_width(34);
        command->callback([this, &arguments] { command_ = std::move(arguments); });
        return command;
    }

    void add_init() {
        CLI::App* command = add(app_, "init", "Write a dbway.toml, by questions or by flags", init_);
        command->add_option("FILE", init_.file, "The file to write (default: dbway.toml)");
        command->add_option("-s,--source", init_.source, "The name of the source (default: main)")
            ->type_name("SOURCE");
        command->add_option("--provider", init_.provider, "The provider of the source")->type_name("NAME");
        command->add_option("--database", init_.database, "The option `database` of the source")
            ->type_name("TEXT");
        command->add_option("--option", init_.options, "Another option of the source, repeatable")
            ->type_name("K=V")
            ->allow_extra_args(false);
        command->add_flag("--force", init_.force, "Replace a file that exists");
        add_directories(*command, init_.common);
    }

    void add_providers() {
        CLI::App* command =
            add(app_, "providers", "What was found where, and why a file was refused", providers_);
        add_configuration(*command, providers_.common);
        add_directories(*command, providers_.common);
        command->add_flag("--json", providers_.json, "For programs");
    }

    void add_validate() {
        CLI::App* command = add(app_, "validate", "Check a configuration, all errors at once", validate_);
        command->add_option("FILE", validate_.file, "The configuration (default: as for -c)");
        add_configuration(*command, validate_.common);
        add_directories(*command, validate_.common);
        command->add_flag("--json", validate_.json, "For programs");
        CLI::Option* schema =
            command->add_flag("--schema", validate_.schema,
                              "Print the JSON schema of dbway.toml, with the options of the plugins found");
        command->add_flag("--reference", validate_.reference, "Print the reference of dbway.toml as Markdown")
            ->excludes(schema);
    }

    void add_query() {
        CLI::App* command = add(app_, "query", "Run SQL and print the rows", query_);
        command->add_option("SQL", query_.sql, "One or more statements; - or none: read from standard input");
        command->add_option("PARAM", query_.more_parameters, "Further values, after those of -p");
        add_common(*command, query_.common);
        add_choice(*command, "--format", query_.format,
                   "table (default), csv, tsv, json, jsonl, markdown or vertical");
        command->add_option("-p,--param", query_.parameters, "The value of $1, $2, … as text, repeatable")
            ->type_name("VALUE")
            ->allow_extra_args(false);
        command
            ->add_option("--types", query_.types,
                         "Types of the values in order: text (default), integer, …, null")
            ->type_name("T,T,…")
            ->delimiter(',')
            ->allow_extra_args(false);
        command->add_option("--null", query_.null_text, "A value equal to TEXT is NULL")->type_name("TEXT");
        command->add_option("-f,--file", query_.file, "Run the statements of a file; - is standard input")
            ->type_name("SQLFILE");
    }

    void add_shell() {
        CLI::App* command = add(app_, "shell", "Statements by hand: history, completion, \\d", shell_);
        add_common(*command, shell_.common);
        add_choice(*command, "--format", shell_.format, "As for query");
    }

    void add_copy() {
        copy_ = app_.add_subcommand("copy", "Bulk load and unload of CSV and JSON lines");
        copy_->require_subcommand(0, 1);
        CLI::App* in = add(*copy_, "in", "Load a file into a table", copy_in_);
        in->add_option("TABLE", copy_in_.table, "The table, with or without its schema")->required();
        in->add_option("FILE", copy_in_.file, "The file; - is standard input")->required();
        add_common(*in, copy_in_.common);
        in->add_flag("--create", copy_in_.create,
                     "Make the table first, with types guessed from the first rows");
        in->add_flag("--header,!--no-header", copy_in_.header,
                     "The first record names the columns (default)");
        in->add_option("--columns", copy_in_.columns, "The columns that the fields go to, in order")
            ->type_name("A,B,…")
            ->delimiter(',')
            ->allow_extra_args(false);
        in->add_option("--null", copy_in_.null_text,
                       "What stands for NULL outside of quotes (default: nothing)")
            ->type_name("TEXT");
        add_choice(*in, "--on-error", copy_in_.on_error,
                   "stop (default): nothing is loaded; skip: the other rows are");
        add_choice(*in, "--format", copy_in_.format, "csv or jsonl (default: by the name of the file)");
        in->add_option("--delimiter", copy_in_.delimiter, "Between fields (default: a comma; \\t is a tab)")
            ->type_name("CHAR");

        CLI::App* out = add(*copy_, "out", "Unload a table or a query", copy_out_);
        out->add_option("TABLE", copy_out_positionals_,
                        "TABLE [FILE]; with --query: [FILE] (default: standard output)")
            ->expected(0, 2);
        out->add_option("--query", copy_out_.query, "The rows of a query instead of a table")
            ->type_name("SQL");
        add_common(*out, copy_out_.common);
        add_choice(*out, "--format", copy_out_.format, "csv or jsonl (default: by the name of the file)");
        out->add_flag("--header,!--no-header", copy_out_.header,
                      "Begin with the names of the columns (default)");
        out->add_option("--null", copy_out_.null_text, "What stands for NULL (default: nothing)")
            ->type_name("TEXT");
        out->add_option("--delimiter", copy_out_.delimiter, "Between fields (default: a comma; \\t is a tab)")
            ->type_name("CHAR");
        out->callback([this] {
            take_copy_out_positionals();
            command_ = std::move(copy_out_);
        });
    }

    void take_copy_out_positionals() {
        auto& given = copy_out_positionals_;
        if (copy_out_.query.empty()) {
            if (given.empty()) throw CLI::RequiredError("TABLE or --query");
            copy_out_.table = given[0];
            given.erase(given.begin());
        } else if (given.size() > 1) {
            throw CLI::ExtrasError({given[1]});
        }
        if (!given.empty()) copy_out_.file = given[0];
    }

    void add_check() {
        CLI::App* command =
            add(app_, "check", "Conformance and hygiene report for a plugin's author", check_);
        command->add_option("PLUGIN", check_.plugin, "The plugin's file")->required();
        command->add_option("--config-options", check_.options, "An option for the provider, repeatable")
            ->type_name("K=V")
            ->allow_extra_args(false);
        command->add_option("--only", check_.only, "Run only the checks whose names begin so, repeatable")
            ->type_name("CHECK")
            ->allow_extra_args(false);
        command->add_flag("--json", check_.json, "For programs");
        command->add_flag("-v,--verbose", check_.verbose, "A line for every check");
    }

    void add_new() {
        new_ = app_.add_subcommand("new", "Make a project");
        new_->require_subcommand(0, 1);
        CLI::App* provider =
            add(*new_, "provider", "A plugin project that builds outside of dbway", new_provider_);
        provider->add_option("NAME", new_provider_.name, "The id of the provider: [a-z][a-z0-9_]*")
            ->required();
        provider->add_option("--dir", new_provider_.directory, "Where (default: ./NAME)")->type_name("DIR");
        add_choice(*provider, "--language", new_provider_.language, "c++ (default, the only one)");
    }

    void add_schema() {
        CLI::App* command = add(app_, "schema", "Tables, columns, indexes and constraints", schema_);
        command->add_option("TABLE", schema_.table, "Only this one, with or without its schema");
        add_common(*command, schema_.common);
        command->add_flag("--json", schema_.json, "For programs");
    }

    void add_bench() {
        CLI::App* command =
            add(app_, "bench", "Compare sources and providers on your own server and table", bench_);
        const auto list = [&](const char* flag, std::vector<std::string>& values, const char* type,
                              const char* help) {
            command->add_option(flag, values, help)->type_name(type)->delimiter(',')->allow_extra_args(false);
        };
        const auto repeatable = [&](const char* flag, std::vector<std::string>& values, const char* type,
                                    const char* help) {
            command->add_option(flag, values, help)->type_name(type)->allow_extra_args(false);
        };
        add_configuration(*command, bench_.common);
        repeatable("-s,--source", bench_.sources, "SOURCE",
                   "A source, repeatable (default: the only one, or \"main\")");
        add_directories(*command, bench_.common);
        list("--providers", bench_.providers, "P,P,…", "Try each source with these providers as well");
        command->add_option("--base", bench_.base, "What the others are compared with (default: the first)")
            ->type_name("SIDE");
        command->add_option("--table", bench_.table, "A table to read; it is never changed")
            ->type_name("TABLE");
        command->add_option("--key", bench_.key, "Its key (default: the primary key)")->type_name("COLUMN");
        command->add_option("--query", bench_.query, "A query to run, beside a table or instead of one")
            ->type_name("SQL");
        repeatable("-p,--param", bench_.parameters, "VALUE", "The value of $1, $2, … as text, repeatable");
        list("--types", bench_.types, "T,T,…", "Types of the values, as for query");
        list(
            "--jobs", bench_.jobs, "J,J,…",
            "connect, point, batch, scan, query, transaction, pool, insert (default: all that are possible)");
        list("--threads", bench_.threads, "N,N,…", "Threads that share the pool (default: 1,8,64)");
        command
            ->add_option("--rounds", bench_.rounds, "Rounds that count, after one that does not (default: 7)")
            ->type_name("N");
        command->add_option("--time", bench_.time, "How long each job takes in a round (default: 300ms)")
            ->type_name("DURATION");
        command
            ->add_option("--rows", bench_.rows, "Most rows of the table that a scan reads (default: 100000)")
            ->type_name("N");
        command->add_flag("--write", bench_.write,
                          "Measure bulk insert too, into a table that it makes and drops");
        add_choice(*command, "--format", bench_.format, "table (default), markdown or json");
        command->add_flag("--json", bench_.json, "For programs: --format json");
    }

    // CLI11 knows no suggestions, and takes an unknown command for a stray argument.
    void check_command(const std::vector<std::string>& arguments) const {
        const CLI::App* app = &app_;
        for (const std::string& word : arguments) {
            if (word.empty() || word[0] == '-') return;
            if (app->get_subcommands({}).empty()) return;
            const CLI::App* next = nullptr;
            std::vector<std::string_view> names(app == &app_ ? std::vector<std::string_view>{"help"}
                                                             : std::vector<std::string_view>{});
            for (const CLI::App* command : app->get_subcommands({})) {
                names.push_back(command->get_name());
                if (command->get_name() == word) next = command;
            }
            if (next == nullptr)
                throw UsageError("no command \"" + (app == &app_ ? word : app->get_name() + " " + word) +
                                 "\"" + detail::did_you_mean(word, names) +
                                 " (`dbway help` lists the commands)");
            app = next;
        }
    }

    const CLI::App* deepest() const {
        const CLI::App* app = &app_;
        while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
        return app;
    }

    std::string help_hint() const {
        std::string name;
        for (const CLI::App* app = deepest(); app != nullptr && app != &app_; app = app->get_parent())
            name.insert(0, " " + app->get_name());
        return "dbway help" + name;
    }

    std::string describe(const CLI::ParseError& error) const {
        std::string message = error.what();
        if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) message = describe_extras(message);
        while (!message.empty() && (message.back() == '\n' || message.back() == '.')) message.pop_back();
        return message + " (`" + help_hint() + "` tells more)";
    }

    std::string describe_extras(const std::string& fallback) const {
        const CLI::App* command = deepest();
        const std::vector<std::string> extras = command->remaining();
        if (extras.empty()) return fallback;
        const std::string& word = extras.front();
        if (word[0] != '-') return "\"" + word + "\" is one argument too many";
        std::vector<std::string> flags;
        for (const CLI::Option* option : command->get_options()) {
            for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
            for (const std::string& name : option->get_snames()) flags.push_back("-" + name);
        }
        const std::vector<std::string_view> known(flags.begin(), flags.end());
        const std::string flag = word.substr(0, word.find('='));
        return "no option " + flag + detail::did_you_mean(flag, known);
    }

    std::string incomplete() const {
        if (copy_->parsed()) return "copy in or copy out? `dbway help copy in` tells more";
        if (new_->parsed()) return "new what? `dbway help new provider` tells more";
        return "a command is missing. `dbway help` lists them";
    }

    CLI::App app_;
    CLI::App* copy_ = nullptr;
    CLI::App* new_ = nullptr;
    InitArguments init_;
    ProvidersArguments providers_;
    ValidateArguments validate_;
    QueryArguments query_;
    ShellArguments shell_;
    CopyInArguments copy_in_;
    CopyOutArguments copy_out_;
    std::vector<std::string> copy_out_positionals_;
    CheckArguments check_;
    NewProviderArguments new_provider_;
    SchemaArguments schema_;
    BenchArguments bench_;
    std::optional<Command> command_;
};

}  // namespace

Command parse_arguments(int count, const char* const* arguments) {
    CommandLine line;
    return line.parse({arguments + (count > 0 ? 1 : 0), arguments + count});
}

std::pair<std::string, std::string> split_setting(std::string_view text, std::string_view flag) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        throw UsageError(std::string(flag) + " wants KEY=VALUE, not \"" + std::string(text) + "\"");
    return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

}  // namespace dbway::cli
