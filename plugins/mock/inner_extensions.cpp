#include "inner_extensions.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <utility>

namespace dbway::mock {
namespace {

// Of recorded providers at one time, each with its tables; a source seldom records more than one.
constexpr std::size_t places = 64;

// What the functions of one place stand for. Taken by setting `provider`; the table follows before anybody
// can know the functions.
template <class Table>
struct Place {
    std::atomic<dbway_provider*> provider{nullptr};
    std::atomic<const Table*> inner{nullptr};
};
template <class Table>
std::array<Place<Table>, places> taken;

template <std::size_t I>
const char* DBWAY_CALL type_name(dbway_provider*, std::uint32_t type, std::int32_t precision,
                                 std::int32_t scale) noexcept {
    const Place<dbway_ext_dialect>& place = taken<dbway_ext_dialect>[I];
    return place.inner.load(std::memory_order_acquire)
        ->type_name(place.provider.load(std::memory_order_acquire), type, precision, scale);
}

template <std::size_t I>
dbway_status DBWAY_CALL plan(dbway_provider*, const dbway_orm_entity* entity,
                             const dbway_orm_operation* operation, const dbway_orm_sink* sink,
                             const dbway_diag_sink* diag) noexcept {
    const Place<dbway_ext_orm>& place = taken<dbway_ext_orm>[I];
    return place.inner.load(std::memory_order_acquire)
        ->plan(place.provider.load(std::memory_order_acquire), entity, operation, sink, diag);
}

template <std::size_t... I>
constexpr auto all_of_type_name(std::index_sequence<I...>) {
    return std::array{type_name<I>...};
}
template <std::size_t... I>
constexpr auto all_of_plan(std::index_sequence<I...>) {
    return std::array{plan<I>...};
}
constexpr auto type_names = all_of_type_name(std::make_index_sequence<places>());
constexpr auto plans = all_of_plan(std::make_index_sequence<places>());

// `places` when none is left.
template <class Table>
std::size_t take(dbway_provider* provider, const Table& inner) noexcept {
    for (std::size_t i = 0; i < places; ++i) {
        dbway_provider* nobody = nullptr;
        if (!taken<Table>[i].provider.compare_exchange_strong(nobody, provider, std::memory_order_acq_rel))
            continue;
        taken<Table>[i].inner.store(&inner, std::memory_order_release);
        return i;
    }
    return places;
}

template <class Passed>
void give_back(const std::deque<Passed>& all) noexcept {
    for (const Passed& passed : all)
        if (passed.place != places)
            taken<decltype(passed.table)>[passed.place].provider.store(nullptr, std::memory_order_release);
}

// As much of a table as both sides know.
template <class Table>
Table copy(const Table& inner) noexcept {
    Table table{};
    std::memcpy(&table, &inner, std::min<std::size_t>(inner.struct_size, sizeof table));
    table.struct_size = sizeof table;
    return table;
}

template <class Passed, class Table>
const Passed* find(const std::deque<Passed>& all, const Table& inner) noexcept {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Passed& passed) { return passed.inner == &inner; });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace

InnerExtensions::~InnerExtensions() {
    give_back(dialects_);
    give_back(orms_);
}

const dbway_ext_dialect* InnerExtensions::dialect(const dbway_ext_dialect& inner) {
    const std::lock_guard lock(mutex_);
    if (const auto* known = find(dialects_, inner)) return &known->table;
    Passed<dbway_ext_dialect>& made = dialects_.emplace_back();
    made = {&inner, places, copy(inner)};
    made.table.type_name = nullptr;
    made.table.reserved2 = nullptr;
    if (DBWAY_HAS(dbway_ext_dialect, &inner, type_name)) made.place = take(provider_, inner);
    if (made.place != places) made.table.type_name = type_names[made.place];
    return &made.table;
}

const dbway_ext_orm* InnerExtensions::orm(const dbway_ext_orm& inner) {
    if (!DBWAY_HAS(dbway_ext_orm, &inner, plan)) return nullptr;
    const std::lock_guard lock(mutex_);
    if (const auto* known = find(orms_, inner)) return &known->table;
    Passed<dbway_ext_orm>& made = orms_.emplace_back();
    made = {&inner, take(provider_, inner), copy(inner)};
    if (made.place == places) {
        orms_.pop_back();
        return nullptr;
    }
    made.table.plan = plans[made.place];
    return &made.table;
}

}  // namespace dbway::mock
