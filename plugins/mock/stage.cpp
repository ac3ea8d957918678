#include "stage.hpp"

#include "difference.hpp"

#include <algorithm>
#include <utility>

namespace dbway::mock {
namespace {

// More of them tell nothing new.
constexpr std::size_t unexpected_kept = 100;

// How many of those that come next are looked at for the nearest one: a recording may have thousands.
constexpr std::size_t expectations_compared = 200;

bool transactional(std::uint32_t kind) noexcept {
    return kind >= DBWAY_R_BEGIN && kind <= DBWAY_R_ROLLBACK_TO;
}

std::string times(std::uint32_t count) { return count == 1 ? "once" : std::to_string(count) + " times"; }

}  // namespace

void Stage::join(Seat& seat) {
    const std::lock_guard lock(mutex_);
    seats_.push_back(&seat);
}

std::size_t Stage::leave(Seat& seat) {
    const std::lock_guard lock(mutex_);
    std::erase(seats_, &seat);
    for (auto& [number, track] : tracks_)
        if (track.taken_by == &seat) track.taken_by = nullptr;
    return seats_.size();
}

void Stage::add(Script script) {
    for (Expectation& expectation : script.expectations) {
        try {
            complete(expectation, dialect_);
        } catch (const sdk::Failure& failure) {
            if (expectation.place.empty()) throw;
            sdk::Diagnostic diagnostic = failure.diagnostic();
            diagnostic.message = expectation.place + ": " + diagnostic.message;
            throw sdk::Failure(std::move(diagnostic));
        }
    }
    const std::lock_guard lock(mutex_);
    const auto merge = [](auto& into, const auto& from) {
        if (from) into = from;
    };
    merge(settings_.server, script.settings.server);
    merge(settings_.lenient, script.settings.lenient);
    merge(settings_.any_order, script.settings.any_order);
    merge(settings_.expect_transactions, script.settings.expect_transactions);
    merge(settings_.failing_transactions, script.settings.failing_transactions);
    entries_.reserve(entries_.size() + script.expectations.size());
    for (Expectation& expectation : script.expectations) {
        if (settings_.any_order.value_or(false) && expectation.track == 0) expectation.any_order = true;
        (expectation.any_order ? unordered_ : tracks_[expectation.track].entries).push_back(entries_.size());
        entries_.push_back({std::move(expectation)});
    }
}

void Stage::reset() {
    const std::lock_guard lock(mutex_);
    settings_ = {};
    entries_.clear();
    tracks_.clear();
    unordered_.clear();
    unexpected_.clear();
    unexpected_dropped_ = 0;
    for (Seat* seat : seats_) seat->track = 0;
}

bool Stage::finished(const Track& track) const {
    return std::none_of(track.entries.begin() + static_cast<std::ptrdiff_t>(track.first_open),
                        track.entries.end(), [&](std::size_t i) { return entries_[i].open(); });
}

// From the first that is not used up, as far as what lies before may be left out.
template <class Fits>
std::optional<std::size_t> Stage::find_in(const Track& track, Fits& fits) const {
    for (std::size_t i = track.first_open; i < track.entries.size(); ++i) {
        const Entry& entry = entries_[track.entries[i]];
        if (!entry.open()) continue;
        if (fits(entry.expectation)) return track.entries[i];
        if (entry.met < entry.expectation.times_min) return std::nullopt;
    }
    return std::nullopt;
}

template <class Fits>
std::optional<std::size_t> Stage::find(const Seat& seat, Fits fits) const {
    const auto own = seat.track == 0 ? tracks_.end() : tracks_.find(seat.track);
    if (own != tracks_.end() && !finished(own->second)) {
        if (const auto found = find_in(own->second, fits)) return found;
    } else {
        for (const auto& [number, track] : tracks_) {
            if (number != 0 && track.taken_by != nullptr && track.taken_by != &seat && !finished(track))
                continue;
            if (const auto found = find_in(track, fits)) return found;
        }
    }
    for (const std::size_t index : unordered_)
        if (entries_[index].open() && fits(entries_[index].expectation)) return index;
    return std::nullopt;
}

void Stage::meet(std::size_t index, Seat& seat) {
    Entry& entry = entries_[index];
    ++entry.met;
    if (entry.expectation.any_order) return;
    Track& track = tracks_[entry.expectation.track];
    for (; track.entries[track.first_open] != index; ++track.first_open)
        entries_[track.entries[track.first_open]].passed = true;
    if (entry.expectation.track == 0) return;
    seat.track = entry.expectation.track;
    track.taken_by = &seat;
}

bool Stage::is_free(std::uint32_t kind) const {
    if (transactional(kind)) return !settings_.expect_transactions.value_or(false);
    return kind == DBWAY_MOCK_OPEN || kind == DBWAY_R_LISTEN || kind == DBWAY_R_UNLISTEN;
}

std::shared_ptr<const Answer> Stage::take(const Arrival& arrival, Seat& seat) {
    const ArrivalText text(arrival);
    const std::lock_guard lock(mutex_);
    const auto found = find(seat, [&](const Expectation& expectation) {
        return text_fits(expectation, arrival, text) && parameters_fit(expectation, arrival.parameters);
    });
    if (found) {
        meet(*found, seat);
        return entries_[*found].expectation.answer;
    }
    if (is_free(arrival.kind)) return nullptr;
    if (fixed_.lenient.value_or(settings_.lenient.value_or(false))) return nullptr;
    sdk::Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_INVALID;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.message = "the mock did not expect this: " + describe(arrival);
    diagnostic.detail = advice(arrival, text, seat);
    diagnostic.hint = "add an expectation to its script, or set mode = \"lenient\"";
    if (unexpected_.size() < unexpected_kept)
        unexpected_.push_back(diagnostic.message + "\n" + diagnostic.detail);
    else
        ++unexpected_dropped_;
    throw sdk::Failure(std::move(diagnostic));
}

std::string Stage::where(std::size_t index) const {
    const std::string& place = entries_[index].expectation.place;
    return "expectation " + std::to_string(index + 1) + (place.empty() ? "" : " (" + place + ")");
}

// Why nothing fitted, as far as that can be guessed.
std::string Stage::advice(const Arrival& arrival, const ArrivalText& text, const Seat& seat) const {
    std::optional<std::size_t> used_up;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const Entry& entry = entries_[i];
        if (!text_fits(entry.expectation, arrival, text) ||
            !parameters_fit(entry.expectation, arrival.parameters))
            continue;
        if (!entry.open()) {
            used_up = i;
            continue;
        }
        if (entry.expectation.any_order) continue;
        const Track& track = tracks_.at(entry.expectation.track);
        for (const std::size_t before : track.entries) {
            if (before == i) break;
            if (entries_[before].open() && entries_[before].met < entries_[before].expectation.times_min)
                return where(i) + " fits, but " + where(before) +
                       " has to come first: " + describe(entries_[before].expectation);
        }
        return where(i) + " fits, but it belongs to another connection: track " +
               std::to_string(entry.expectation.track) + ", while this one plays track " +
               std::to_string(seat.track);
    }
    if (used_up) {
        const Entry& entry = entries_[*used_up];
        return where(*used_up) + " fits, but " +
               (entry.met < entry.expectation.times_max ? "a later one has been met already"
                                                        : "it was met " + times(entry.met) + " already");
    }
    std::optional<std::size_t> nearest;
    std::size_t least = 0;
    std::size_t left = expectations_compared;
    for (std::size_t i = 0; i < entries_.size() && left > 0; ++i) {
        if (!entries_[i].open()) continue;
        --left;
        const std::size_t distance = difference(entries_[i].expectation, arrival, text);
        if (nearest && distance >= least) continue;
        nearest = i;
        least = distance;
    }
    if (!nearest) return entries_.empty() ? "it expects nothing" : "all its expectations are met";
    return "nearest is " + where(*nearest) + "\n" +
           explain_difference(entries_[*nearest].expectation, arrival, text);
}

std::vector<sdk::Column> Stage::columns_of(std::string_view sql, const Seat& seat) const {
    Arrival arrival;
    arrival.text = sql;
    arrival.dialect = dialect_;
    const ArrivalText text(arrival);
    const std::lock_guard lock(mutex_);
    const auto fits = [&](const Expectation& expectation) { return text_fits(expectation, arrival, text); };
    if (const auto found = find(seat, fits)) return entries_[*found].expectation.answer->columns;
    // It may be prepared long before its turn.
    for (const Entry& entry : entries_)
        if (entry.open() && fits(entry.expectation)) return entry.expectation.answer->columns;
    return {};
}

Server Stage::server() const {
    const std::lock_guard lock(mutex_);
    return settings_.server.value_or(Server{});
}

bool Stage::failing_transactions() const {
    const std::lock_guard lock(mutex_);
    return settings_.failing_transactions.value_or(false);
}

void Stage::notify(const sdk::Notification& notification) {
    const std::lock_guard lock(mutex_);
    for (Seat* seat : seats_) seat->mailbox.deliver(notification);
}

void Stage::disconnect() {
    const std::lock_guard lock(mutex_);
    for (Seat* seat : seats_) seat->mailbox.lose();
}

std::vector<std::string> Stage::unmet() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> findings;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const Entry& entry = entries_[i];
        const Expectation& expectation = entry.expectation;
        if (entry.met >= expectation.times_min) continue;
        const bool once = expectation.times_min == 1 && entry.met == 0;
        findings.push_back(where(i) + " was not met" +
                           (once ? std::string()
                                 : " often enough (" + std::to_string(entry.met) + " of " +
                                       times(expectation.times_min) + ")") +
                           ": " + describe(expectation));
    }
    return findings;
}

std::vector<std::string> Stage::unexpected() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> findings = unexpected_;
    if (unexpected_dropped_ != 0)
        findings.push_back("… and " + std::to_string(unexpected_dropped_) + " more that were not expected");
    return findings;
}

}  // namespace dbway::mock
