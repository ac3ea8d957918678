// Entry, instances, connections, threads, arguments.
#include <chrono>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include "conformance/check.hpp"

namespace dbway::conformance {
namespace {

using namespace std::chrono_literals;

std::set<std::string> entries_of(const char* directory) {
    std::error_code error;
    std::set<std::string> names;
    for (auto it = std::filesystem::directory_iterator(directory, error);
         !error && it != std::filesystem::directory_iterator(); it.increment(error))
        names.insert(it->path().filename().string());
    if (error) skip(std::string(directory) + " cannot be read on this system");
    return names;
}

// A life from create() to destroy() that uses threads and descriptors if the provider ever does.
void one_life(Environment& environment) {
    Provider provider(environment);
    const auto statements = statements_of(provider);
    Connection first(provider);
    Connection second(provider);
    for (auto* connection : {&first, &second}) {
        if (!statements.sample.empty())
            expect_done(connection->query(statements.sample), "the sample statement");
        connection->run(Request{.kind = DBWAY_R_PING});
    }
}

// How many entries there are after a life that were not there before, whatever else has gone meanwhile; a
// joined thread leaves the directory a moment later.
std::size_t left_behind(Environment& environment, const char* directory) {
    one_life(environment);  // what a library keeps for good after its first use is no leak
    const std::set<std::string> before = entries_of(directory);
    one_life(environment);
    for (int i = 0;; ++i) {
        std::size_t left = 0;
        for (const std::string& name : entries_of(directory)) left += before.contains(name) ? 0 : 1;
        if (left == 0 || i == 40) return left;
        std::this_thread::sleep_for(50ms);
    }
}

void no_thread_left(Context& context) {
    const auto left = left_behind(context.environment(), "/proc/self/task");
    expect(left == 0, std::to_string(left) + " threads are left after destroy(), expected none");
}

void no_descriptor_left(Context& context) {
    const auto left = left_behind(context.environment(), "/proc/self/fd");
    expect(left == 0, std::to_string(left) + " descriptors are left after destroy(), expected none");
}

void entry_is_well_formed(Context& context) {
    const auto* entry = context.environment().entry;
    expect(std::memcmp(entry->magic, DBWAY_MAGIC, sizeof entry->magic) == 0,
           "the entry's magic is not \"" DBWAY_MAGIC "\"");
    expect(entry->abi_major == DBWAY_ABI_MAJOR,
           "the entry's abi_major is " + std::to_string(entry->abi_major) + ", expected 1");
    expect(DBWAY_HAS(dbway_entry, entry, create), "the entry has no create()");
    expect(entry->id != nullptr && entry->version != nullptr, "the entry has no id or no version");
    const std::string id = entry->id;
    bool good = !id.empty() && id.size() <= 63;
    for (std::size_t i = 0; i < id.size(); ++i) {
        const char c = id[i];
        good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                        (i > 0 && (c == '.' || c == '_' || c == '-')));
    }
    expect(good, "the entry's id '" + id + "' does not match [a-z0-9][a-z0-9._-]*");
    expect(entry->meta != nullptr && std::string(entry->meta).starts_with("\177DBWAY-META/1\n"),
           "the entry's meta is no DBWAY_META text");
    expect(std::string(entry->meta).ends_with("\177DBWAY-END\n"),
           "the entry's meta does not end with the end mark");
}

void unknown_extension(Context& context) {
    const auto connection = context.connect();
    expect(context.provider().extension<void>("dbway.no-such-extension/1") == nullptr,
           "the provider answers an unknown extension id");
    if (DBWAY_HAS(dbway_conn_api, &connection->api(), get_extension))
        expect(connection->api().get_extension(connection->raw(), "dbway.no-such-extension/1") == nullptr,
               "the connection answers an unknown extension id");
}

void caps_within_upper_bound(Context& context) {
    const auto more = context.caps() & ~context.provider().caps();
    expect(more == 0, "the connection offers capability bits that the provider does not declare: " +
                          std::to_string(more));
}

void instances_are_independent(Context& context) {
    auto first = std::make_unique<Provider>(context.environment());
    Provider second(context.environment());
    expect(first->raw() != second.raw(), "create() gave the same instance twice");
    Connection survivor(second);
    {
        Connection connection(*first);
        connection.run(Request{.kind = DBWAY_R_PING});
    }
    first.reset();
    const auto statements = statements_of(second);
    if (!statements.sample.empty())
        expect_done(survivor.query(statements.sample),
                    "the sample statement after another instance was destroyed");
    Connection later(second);
    later.run(Request{.kind = DBWAY_R_PING});
}

void work(Context& context, Connection& connection, const std::string& who) {
    const auto& statements = context.statements();
    for (int i = 1; i <= 50; ++i) {
        if (!statements.series.empty()) {
            const auto outcome = connection.query(statements.series, {OwnedValue::i64(i)});
            expect_done(outcome, who + ": the series statement");
            expect_series(outcome.rows(), i, who);
        } else {
            const auto outcome = connection.query(context.need_sample());
            expect_done(outcome, who + ": the sample statement");
            expect(outcome.rows().size() >= 2,
                   who + ": the sample statement gave " + describe_rows(outcome.rows()));
        }
    }
}

// Runs the function on a thread of its own and hands its failure on.
void in_thread(const std::function<void()>& function) {
    std::exception_ptr failure;
    std::thread([&] {
        try {
            function();
        } catch (...) {
            failure = std::current_exception();
        }
    }).join();
    if (failure) std::rethrow_exception(failure);
}

void two_threads(Context& context) {
    context.need_sample();
    context.caps();
    std::exception_ptr failure;
    std::thread other([&] {
        try {
            const auto connection = context.connect();
            work(context, *connection, "connection 1");
        } catch (...) {
            failure = std::current_exception();
        }
    });
    std::exception_ptr own;
    try {
        const auto connection = context.connect();
        work(context, *connection, "connection 2");
    } catch (...) {
        own = std::current_exception();
    }
    other.join();
    if (own) std::rethrow_exception(own);
    if (failure) std::rethrow_exception(failure);
}

void migration(Context& context) {
    context.need_sample();
    std::unique_ptr<Connection> connection;
    in_thread([&] { connection = context.connect(); });
    in_thread([&] { work(context, *connection, "second thread"); });
    // One result read by two threads in turn.
    std::vector<std::uint64_t> ids;
    expect(connection->submit({{.sql = context.need_sample(), .batch_rows = 1}}, &ids) >= 0,
           "submit() refused the sample statement");
    Event event;
    in_thread(
        [&] { expect(connection->next(event) == DBWAY_OK, "next() on the third thread gave no event"); });
    if (!event.is_final()) {
        const auto rest = connection->collect();
        expect(!rest.empty() && rest.front().done(),
               "the rest of the result on another thread did not end with DONE");
    }
    in_thread([&] { connection->close(); });
}

void unknown_source_option(Context& context) {
    auto& provider = context.provider();
    Sink sink(context.environment());
    const std::string key = "no_such_option_of_any_provider";
    std::vector<dbway_option> options;
    for (const auto& [name, value] : context.environment().source_options)
        options.push_back({name.c_str(), to_str(value)});
    options.push_back({key.c_str(), to_str("1")});
    dbway_open_args args{};
    args.struct_size = sizeof args;
    args.options = options.data();
    args.n_options = options.size();
    args.diag = sink.abi();
    dbway_conn* connection = nullptr;
    dbway_status status = DBWAY_OK;
    {
        const Sink::Call call(sink, "open() with an unknown option");
        status = provider.raw()->open(provider.raw(), &args, &connection);
    }
    if (status == DBWAY_OK) provider.raw()->conn->close(connection);
    expect(status == DBWAY_ERR_INVALID,
           "open() with an unknown option answered " + status_label(status) + ", expected INVALID");
    bool named = false;
    for (const auto& diag : sink.take()) named = named || diag.message.find(key) != std::string::npos;
    expect(named, "no report of open() names the unknown option '" + key + "'");
}

void unknown_provider_option(Context& context) {
    Sink sink(context.environment());
    const std::string key = "no_such_option_of_any_provider";
    std::vector<dbway_option> options;
    for (const auto& [name, value] : context.environment().settings.provider_options)
        options.push_back({name.c_str(), to_str(value)});
    options.push_back({key.c_str(), to_str("1")});
    dbway_create_args args{};
    args.struct_size = sizeof args;
    args.options = options.data();
    args.n_options = options.size();
    args.diag = sink.abi();
    dbway_provider* provider = nullptr;
    dbway_status status = DBWAY_OK;
    {
        const Sink::Call call(sink, "create() with an unknown option");
        status = context.environment().entry->create(&test_host(), &args, &provider);
    }
    if (status == DBWAY_OK) provider->destroy(provider);
    expect(status == DBWAY_ERR_INVALID,
           "create() with an unknown option answered " + status_label(status) + ", expected INVALID");
    bool named = false;
    for (const auto& diag : sink.take()) named = named || diag.message.find(key) != std::string::npos;
    expect(named, "no report of create() names the unknown option '" + key + "'");
}

// A request that must be refused with INVALID, by submit() or by its own FAILED.
void refused(Connection& connection, const dbway_request& request, const std::string& what) {
    const dbway_request* pointer = &request;
    const auto status = connection.submit_raw(&pointer, 1);
    if (status < 0) {
        expect(status == DBWAY_ERR_INVALID,
               what + ": submit() answered " + status_label(status) + ", expected INVALID");
        expect(!connection.sink().take().empty(), what + ": submit() answered INVALID without a report");
    } else {
        const auto outcomes = connection.collect();
        expect(outcomes.size() == 1,
               what + ": " + std::to_string(outcomes.size()) + " requests were queued, expected 1");
        expect_failed(outcomes[0], what, DBWAY_ERR_INVALID);
    }
}

dbway_request raw_request(std::uint32_t kind, std::uint64_t id, const std::string& sql = {}) {
    dbway_request request{};
    request.struct_size = sizeof request;
    request.kind = kind;
    request.id = id;
    request.sql = to_str(sql);
    return request;
}

void invalid_arguments(Context& context) {
    const std::string sample = context.need_sample();
    const auto connection = context.connect();
    std::uint64_t id = 1;

    auto request = raw_request(DBWAY_R_QUERY, id++);
    request.sql = {nullptr, 5};
    refused(*connection, request, "a QUERY whose text is null with a length");
    request = raw_request(DBWAY_R_QUERY, id++, sample);
    request.n_params = 2;
    refused(*connection, request, "a QUERY with n_params 2 and null params");
    if ((context.caps() & DBWAY_CAP_PREPARE) != 0) {  // else UNSUPPORTED is as good
        request = raw_request(DBWAY_R_EXECUTE, id++);
        request.stmt = 4711;
        refused(*connection, request, "an EXECUTE of a statement that was never prepared");
    }
    request = raw_request(DBWAY_R_QUERY, 0, sample);
    const dbway_request* pointer = &request;
    auto status = connection->submit_raw(&pointer, 1);
    expect(status == DBWAY_ERR_INVALID,
           "a request with id 0: submit() answered " + status_label(status) + ", expected INVALID");
    pointer = nullptr;
    {
        const Sink::Call call(connection->sink(), "submit() of a null request");
        status = connection->api().submit(connection->raw(), &pointer, 1);
    }
    expect(status == DBWAY_ERR_INVALID,
           "a null request: submit() answered " + status_label(status) + ", expected INVALID");
    status = connection->submit_raw(nullptr, 0);
    expect(status == DBWAY_OK, "submit() of no request answered " + status_label(status) + ", expected OK");
    expect_done(connection->query(sample), "the sample statement after refused requests");
}

void empty_text(Context& context) {
    const std::string sample = context.need_sample();
    const auto connection = context.connect();
    for (const std::string text : {"", " \n\t"}) {
        const auto status = refusal(*connection, Request{.sql = text});
        // A server may take it as a statement that does nothing.
        expect(status == DBWAY_OK || status == DBWAY_ERR_INVALID || status == DBWAY_ERR_SYNTAX,
               "a QUERY of empty text ended " + status_label(status) + ", expected INVALID, SYNTAX or DONE");
    }
    expect_done(connection->query(sample), "the sample statement after an empty one");
}

void all_or_none(Context& context) {
    const std::string sample = context.need_sample();
    const auto connection = context.connect();
    const auto good = raw_request(DBWAY_R_QUERY, 1, sample);
    const auto bad = raw_request(DBWAY_R_QUERY, 0, sample);
    const dbway_request* requests[] = {&good, &bad};
    dbway_status status = DBWAY_OK;
    {
        const Sink::Call call(connection->sink(), "submit() with a bad second request");
        status = connection->api().submit(connection->raw(), requests, 2);
    }
    expect(status < 0, "submit() of a good request and one with id 0 answered " + status_label(status) +
                           ", expected INVALID");
    dbway_event event{};
    event.struct_size = sizeof event;
    const auto next = connection->next_raw(&event);
    expect(next == DBWAY_END, "after a refused submit() next() answered " + status_label(next) +
                                  ", expected END: none of its requests is queued");
}

void use_after_failure(Context& context) {
    const std::string sample = context.need_sample();
    const std::string failing = context.need_failing();
    const auto connection = context.connect();
    for (int i = 0; i < 3; ++i) {
        expect_failed(connection->query(failing), "the failing statement");
        const auto outcome = connection->query(sample);
        expect_done(outcome, "the sample statement after a failure");
        expect(outcome.rows().size() >= 2,
               "the sample statement after a failure gave " + describe_rows(outcome.rows()));
    }
}

void close_with_work_left(Context& context) {
    const std::string sample = context.need_sample();
    {
        const auto connection = context.connect();
        expect(connection->submit({{.sql = sample, .batch_rows = 1}, {.sql = sample}}) >= 0,
               "submit() refused the sample statement");
        Event event;
        expect(connection->next(event) == DBWAY_OK, "next() gave no event");
    }
    {
        const auto connection = context.connect();
        expect(connection->submit({{.sql = sample}}) >= 0, "submit() refused the sample statement");
    }
    const auto connection = context.connect();
    expect_done(connection->query(sample), "the sample statement after others were closed with work left");
}

void text_is_not_nul_terminated(Context& context) {
    const std::string sample = context.need_sample();
    const auto connection = context.connect();
    const std::string longer = sample + " this is no part of the statement";
    auto request = raw_request(DBWAY_R_QUERY, 1);
    request.sql = {longer.data(), sample.size()};
    const dbway_request* pointer = &request;
    expect(connection->submit_raw(&pointer, 1) >= 0, "submit() refused the sample statement");
    const auto outcomes = connection->collect();
    expect(outcomes.size() == 1, "no outcome for the sample statement");
    expect_done(outcomes[0], "a statement with other bytes after its end");
}

}  // namespace

std::vector<Check> lifecycle_checks() {
    return {
        {{"r7_entry_is_well_formed", {"R5", "R7"}, "The entry has magic, version, id and metadata"},
         entry_is_well_formed},
        {{"r5_unknown_extension_is_null", {"R5"}, "get_extension() of an unknown id is null"},
         unknown_extension},
        {{"r5_connection_caps_within_provider_caps",
          {"R5"},
          "A connection offers no more than its provider declares"},
         caps_within_upper_bound},
        {{"r2_instances_are_independent",
          {"R2"},
          "create() twice gives two instances that live and die alone"},
         instances_are_independent},
        {{"r2_two_connections_in_two_threads", {"R2"}, "Two connections work at once in two threads"},
         two_threads},
        {{"r2_connection_changes_thread",
          {"R2"},
          "A connection is opened, used and closed by different threads"},
         migration},
        {{"r2_no_thread_left_behind", {"R2"}, "No thread is left after destroy()"}, no_thread_left},
        {{"r2_no_descriptor_left_behind", {"R2"}, "No descriptor is left after destroy()"},
         no_descriptor_left},
        {{"r3_unknown_source_option_refused",
          {"R3"},
          "open() refuses an unknown option with INVALID and names it"},
         unknown_source_option},
        {{"r3_unknown_provider_option_refused",
          {"R3"},
          "create() refuses an unknown option with INVALID and names it"},
         unknown_provider_option},
        {{"r3_invalid_arguments_refused",
          {"R3"},
          "Null text, missing parameters, unknown statements and id 0 are refused"},
         invalid_arguments},
        {{"r3_empty_statement", {"R3"}, "A statement without text is refused or does nothing"}, empty_text},
        {{"r8_submit_takes_all_or_none", {"R8"}, "A refused submit() queues none of its requests"},
         all_or_none},
        {{"r8_usable_after_failure", {"R8"}, "A failed request leaves the connection usable"},
         use_after_failure},
        {{"r8_close_with_work_left", {"R8"}, "close() ends unread rows and queued requests"},
         close_with_work_left},
        {{"r6_text_is_pointer_and_length", {"R6"}, "Text ends by its length, not at a NUL"},
         text_is_not_nul_terminated},
    };
}

}  // namespace dbway::conformance
