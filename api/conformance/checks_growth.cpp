// R4: structs of older and newer headers, unknown flags.
#include <algorithm>
#include <array>
#include <cstring>

#include "conformance/check.hpp"
#include "conformance/row_source.hpp"

namespace dbway::conformance {
namespace {

constexpr std::size_t tail_size = 64;
constexpr unsigned char garbage = 0xa5;

// A struct as a newer header would have it: `tail_size` bytes more.
template <typename T>
struct Grown {
    T base{};
    std::array<unsigned char, tail_size> tail{};

    Grown() {
        static_assert(sizeof(Grown) == sizeof(T) + tail_size, "the tail follows without padding");
        base.struct_size = sizeof(Grown);
    }
};

// A struct of `size` bytes whose memory goes on with garbage, as with a header older than the provider's.
template <typename T>
struct Short {
    std::array<unsigned char, sizeof(T)> bytes{};

    Short(const T& from, std::size_t size) {
        bytes.fill(garbage);
        std::memcpy(bytes.data(), &from, size);
        const auto struct_size = static_cast<std::uint32_t>(size);
        std::memcpy(bytes.data(), &struct_size, sizeof struct_size);
    }
    // Through a copy with the right alignment.
    T value() const {
        T copy;
        std::memcpy(&copy, bytes.data(), sizeof copy);
        return copy;
    }
};

struct OpenTrial {
    explicit OpenTrial(Context& context) : sink(context.environment()) {
        for (const auto& [name, value] : context.environment().source_options)
            options.push_back({name.c_str(), to_str(value)});
    }
    void fill(dbway_open_args& args) {
        args.options = options.data();
        args.n_options = options.size();
        args.diag = sink.abi();
    }
    dbway_status open(Provider& provider, const dbway_open_args* args) {
        dbway_conn* connection = nullptr;
        const Sink::Call call(sink, "open()");
        const auto status = provider.raw()->open(provider.raw(), args, &connection);
        if (status == DBWAY_OK) provider.raw()->conn->close(connection);
        return status;
    }

    Sink sink;
    std::vector<dbway_option> options;
};

void open_args(Context& context) {
    OpenTrial trial(context);
    Grown<dbway_open_args> args;
    trial.fill(args.base);
    auto status = trial.open(context.provider(), &args.base);
    expect(status == DBWAY_OK,
           "open() with newer args and a zero tail answered " + status_label(status) + ", expected OK");
    args.tail[3] = 1;
    status = trial.open(context.provider(), &args.base);
    expect(status == DBWAY_ERR_TOO_NEW, "open() with newer args and a tail in use answered " +
                                            status_label(status) + ", expected TOO_NEW");
    dbway_open_args flags{};
    flags.struct_size = sizeof flags;
    trial.fill(flags);
    flags.flags = 0x4000'0000u;
    status = trial.open(context.provider(), &flags);
    expect(status == DBWAY_ERR_TOO_NEW,
           "open() with an unknown flag answered " + status_label(status) + ", expected TOO_NEW");
    // Without a sink: reports go nowhere, but nothing may be called through what lies behind the struct.
    dbway_open_args whole{};
    trial.fill(whole);
    const auto older = Short<dbway_open_args>(whole, offsetof(dbway_open_args, diag)).value();
    status = trial.open(context.provider(), &older);
    expect(status == DBWAY_OK,
           "open() with args that end before diag answered " + status_label(status) + ", expected OK");
}

dbway_status try_create(Context& context, Sink& sink, const dbway_host* host, const dbway_create_args* args) {
    dbway_provider* provider = nullptr;
    const Sink::Call call(sink, "create()");
    const auto status = context.environment().entry->create(host, args, &provider);
    if (status == DBWAY_OK) provider->destroy(provider);
    return status;
}

void create_args(Context& context) {
    Sink sink(context.environment());
    std::vector<dbway_option> options;
    for (const auto& [name, value] : context.environment().settings.provider_options)
        options.push_back({name.c_str(), to_str(value)});
    const auto fill = [&](dbway_create_args& args) {
        args.options = options.data();
        args.n_options = options.size();
        args.diag = sink.abi();
    };
    Grown<dbway_create_args> args;
    fill(args.base);
    auto status = try_create(context, sink, &test_host(), &args.base);
    expect(status == DBWAY_OK,
           "create() with newer args and a zero tail answered " + status_label(status) + ", expected OK");
    args.tail[0] = 1;
    status = try_create(context, sink, &test_host(), &args.base);
    expect(status == DBWAY_ERR_TOO_NEW, "create() with newer args and a tail in use answered " +
                                            status_label(status) + ", expected TOO_NEW");
    dbway_create_args flags{};
    flags.struct_size = sizeof flags;
    fill(flags);
    flags.flags = 1;
    status = try_create(context, sink, &test_host(), &flags);
    expect(status == DBWAY_ERR_TOO_NEW,
           "create() with an unknown flag answered " + status_label(status) + ", expected TOO_NEW");
    dbway_create_args whole{};
    fill(whole);
    const auto older = Short<dbway_create_args>(whole, offsetof(dbway_create_args, diag)).value();
    status = try_create(context, sink, &test_host(), &older);
    expect(status == DBWAY_OK,
           "create() with args that end before diag answered " + status_label(status) + ", expected OK");
}

void host_table(Context& context) {
    Sink sink(context.environment());
    std::vector<dbway_option> options;
    for (const auto& [name, value] : context.environment().settings.provider_options)
        options.push_back({name.c_str(), to_str(value)});
    dbway_create_args args{};
    args.struct_size = sizeof args;
    args.options = options.data();
    args.n_options = options.size();
    args.diag = sink.abi();
    Grown<dbway_host> host;
    host.base = test_host();
    host.base.struct_size = sizeof host;
    host.base.abi_minor = 7;
    host.tail.fill(garbage);
    auto status = try_create(context, sink, &host.base, &args);
    expect(status == DBWAY_OK, "create() with the table of a host 1.7 answered " + status_label(status) +
                                   ", expected OK: unknown functions are ignored");
    dbway_host bare = test_host();
    bare.log = nullptr;
    bare.now_ns = nullptr;
    bare.get_extension = nullptr;
    status = try_create(context, sink, &bare, &args);
    expect(status == DBWAY_OK,
           "create() with a host table of null functions answered " + status_label(status) + ", expected OK");
}

void grown_request(Context& context) {
    const std::string sample = context.need_sample();
    const auto connection = context.connect();
    Grown<dbway_request> request;
    request.base.kind = DBWAY_R_QUERY;
    request.base.id = 1;
    request.base.sql = to_str(sample);
    auto status = refusal(*connection, request.base);
    expect(status == DBWAY_OK,
           "a newer request with a zero tail ended " + status_label(status) + ", expected OK");
    request.base.id = 2;
    request.tail[tail_size - 1] = 1;
    status = refusal(*connection, request.base);
    expect(status == DBWAY_ERR_TOO_NEW,
           "a newer request with a tail in use ended " + status_label(status) + ", expected TOO_NEW");
    expect_done(connection->query(sample), "the sample statement after it");
}

void short_request(Context& context) {
    const std::string sample = context.need_sample();
    const auto connection = context.connect();
    dbway_request request{};
    request.kind = DBWAY_R_QUERY;
    request.sql = to_str(sample);
    std::uint64_t id = 1;
    for (const std::size_t size : {offsetof(dbway_request, reserved), offsetof(dbway_request, source),
                                   offsetof(dbway_request, names), offsetof(dbway_request, params)}) {
        request.id = id++;
        const auto older = Short<dbway_request>(request, size).value();
        const auto status = refusal(*connection, older);
        expect(status == DBWAY_OK, "a QUERY of " + std::to_string(size) + " bytes ended " +
                                       status_label(status) +
                                       ", expected OK: members that are missing are zero");
    }
    dbway_request ping{};
    ping.kind = DBWAY_R_PING;
    ping.id = id++;
    const auto older = Short<dbway_request>(ping, offsetof(dbway_request, timeout_ns)).value();
    const auto status = refusal(*connection, older);
    expect(status == DBWAY_OK || status == DBWAY_ERR_UNSUPPORTED,
           "a PING of " + std::to_string(offsetof(dbway_request, timeout_ns)) + " bytes ended " +
               status_label(status) + ", expected OK");
    // Too short to have an id.
    dbway_request tiny{};
    tiny.kind = DBWAY_R_PING;
    tiny.id = id++;
    const auto cut = Short<dbway_request>(tiny, 8).value();
    const auto* pointer = &cut;
    dbway_status answered = DBWAY_OK;
    {
        const Sink::Call call(connection->sink(), "submit() of a request of 8 bytes");
        answered = connection->api().submit(connection->raw(), &pointer, 1);
    }
    expect(answered == DBWAY_ERR_INVALID, "submit() of a request of 8 bytes answered " +
                                              status_label(answered) + ", expected INVALID: it has no id");
    expect_done(connection->query(sample), "the sample statement after it");
}

void unknown_request_flag(Context& context) {
    const std::string sample = context.need_sample();
    const auto connection = context.connect();
    for (const std::uint32_t flag : {0x20u, 0x8000'0000u}) {
        const auto status = refusal(*connection, Request{.sql = sample, .flags = flag});
        expect(status == DBWAY_ERR_TOO_NEW, "a request with the unknown flag " + std::to_string(flag) +
                                                " ended " + status_label(status) + ", expected TOO_NEW");
        expect_done(connection->query(sample), "the sample statement after it");
    }
}

void grown_row_source(Context& context) {
    context.need(DBWAY_CAP_COPY_IN, "COPY_IN");
    context.need_tables();
    const auto connection = context.connect();
    const auto table = context.create_numbers(*connection);
    ScriptedSource source(*connection, 2);
    source.numbers(1, 3);
    Grown<dbway_row_source> grown;
    grown.base = *source.abi();
    grown.base.struct_size = sizeof grown;
    Request request{.kind = DBWAY_R_COPY_IN, .sql = table, .names = {"id", "v"}, .source = &grown.base};
    auto status = refusal(*connection, request);
    expect(status == DBWAY_OK,
           "COPY_IN from a newer source with a zero tail ended " + status_label(status) + ", expected OK");
    grown.tail[7] = 1;
    ScriptedSource second(*connection, 2);
    second.numbers(10, 3);
    grown.base = *second.abi();
    grown.base.struct_size = sizeof grown;
    status = refusal(*connection, request);
    expect(status == DBWAY_ERR_TOO_NEW, "COPY_IN from a newer source with a tail in use ended " +
                                            status_label(status) + ", expected TOO_NEW");
    expect(context.ids(*connection, table).size() == 3, "the refused COPY_IN changed the table");
}

// Memory for an output struct of any size, followed by guard bytes.
template <typename T>
struct Output {
    alignas(T) std::array<unsigned char, sizeof(T) + 2 * tail_size> bytes;

    explicit Output(std::size_t size) {
        bytes.fill(garbage);
        const auto struct_size = static_cast<std::uint32_t>(size);
        std::memcpy(bytes.data(), &struct_size, sizeof struct_size);
    }
    T* pointer() { return reinterpret_cast<T*>(bytes.data()); }
    std::uint32_t written() const {
        std::uint32_t size = 0;
        std::memcpy(&size, bytes.data(), sizeof size);
        return size;
    }
    // The bytes from `from` on are as they were.
    bool untouched(std::size_t from) const {
        return std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end(),
                           [](unsigned char byte) { return byte == garbage; });
    }
    void verify(std::size_t given, const std::string& what) const {
        expect(written() <= given, what + " set struct_size to " + std::to_string(written()) + ", given " +
                                       std::to_string(given));
        expect(untouched(given), what + " wrote past the " + std::to_string(given) + " bytes given");
        expect(untouched(std::max<std::size_t>(written(), 4)),
               what + " wrote past the struct_size " + std::to_string(written()) + " that it set");
    }
};

void event_sizes(Context& context) {
    const auto sample = context.need_sample();
    const auto connection = context.connect();
    for (const std::size_t size : {offsetof(dbway_event, tag), offsetof(dbway_event, n_params),
                                   sizeof(dbway_event), sizeof(dbway_event) + tail_size}) {
        const std::string what = "next() with an event of " + std::to_string(size) + " bytes";
        expect(connection->submit({{.sql = sample, .batch_rows = 1}}) >= 0,
               "submit() refused the sample statement");
        dbway_status status = DBWAY_OK;
        while (status == DBWAY_OK || status == DBWAY_AGAIN) {
            Output<dbway_event> event(size);
            status = connection->next_raw(event.pointer());
            event.verify(size, what);
            if (status == DBWAY_OK) {
                expect(event.written() >= std::min(size, sizeof(dbway_event)) || event.written() == size,
                       what + " set struct_size to " + std::to_string(event.written()) +
                           ": members are missing");
                expect(event.pointer()->request_id != 0 && event.pointer()->kind >= DBWAY_E_COLUMNS &&
                           event.pointer()->kind <= DBWAY_E_DONE,
                       what + " gave an event of kind " + std::to_string(event.pointer()->kind));
            }
        }
        expect(status == DBWAY_END, what + " answered " + status_label(status) + ", expected END");
    }
}

void info_sizes(Context& context) {
    const auto connection = context.connect();
    if (!DBWAY_HAS(dbway_conn_api, &connection->api(), info)) skip("the provider has no info()");
    for (const std::size_t size :
         {std::size_t{8}, offsetof(dbway_conn_info, session_id), offsetof(dbway_conn_info, user),
          sizeof(dbway_conn_info), sizeof(dbway_conn_info) + tail_size}) {
        Output<dbway_conn_info> info(size);
        const Sink::Call call(connection->sink(), "info()");
        const auto status = connection->api().info(connection->raw(), info.pointer());
        expect(status == DBWAY_OK, "info() with " + std::to_string(size) + " bytes answered " +
                                       status_label(status) + ", expected OK");
        info.verify(size, "info() with " + std::to_string(size) + " bytes");
    }
}

void wait_sizes(Context& context) {
    const auto connection = context.connect();
    if (!DBWAY_HAS(dbway_conn_api, &connection->api(), wait_info)) skip("the provider has no wait_info()");
    for (const std::size_t size : {offsetof(dbway_wait, fd), offsetof(dbway_wait, timeout_ns),
                                   sizeof(dbway_wait), sizeof(dbway_wait) + tail_size}) {
        Output<dbway_wait> wait(size);
        const Sink::Call call(connection->sink(), "wait_info()");
        const auto status = connection->api().wait_info(connection->raw(), wait.pointer());
        expect(status == DBWAY_OK || status == DBWAY_ERR_UNSUPPORTED,
               "wait_info() with " + std::to_string(size) + " bytes answered " + status_label(status));
        wait.verify(size, "wait_info() with " + std::to_string(size) + " bytes");
    }
}

}  // namespace

std::vector<Check> growth_checks() {
    return {
        {{"r4_create_args_sizes", {"R4"}, "create(): newer args, a tail in use, unknown flags, older args"},
         create_args},
        {{"r4_open_args_sizes", {"R4"}, "open(): newer args, a tail in use, unknown flags, older args"},
         open_args},
        {{"r4_host_table_sizes", {"R4"}, "create(): the table of a newer host, null functions"}, host_table},
        {{"r4_request_newer", {"R4"}, "A newer request: zero tail accepted, tail in use TOO_NEW"},
         grown_request},
        {{"r4_request_older", {"R4"}, "An older request: members that are missing are zero"}, short_request},
        {{"r4_request_unknown_flags", {"R4"}, "Unknown request flags are TOO_NEW"}, unknown_request_flag},
        {{"r4_row_source_newer", {"R4"}, "A newer row source: zero tail accepted, tail in use TOO_NEW"},
         grown_row_source},
        {{"r4_event_sizes", {"R4"}, "next() writes within older and newer events"}, event_sizes},
        {{"r4_conn_info_sizes", {"R4"}, "info() writes within older and newer structs"}, info_sizes},
        {{"r4_wait_sizes", {"R4"}, "wait_info() writes within older and newer structs"}, wait_sizes},
    };
}

}  // namespace dbway::conformance
