#include "calendar.hpp"
#include "decode.hpp"
#include "render_parts.hpp"

#include <dbway/sdk/value_text_interval.hpp>

#include <limits>

namespace dbway::pgx {

namespace {

std::int64_t time_of_day(Reader& in) {
    const std::int64_t micros = in.i64();
    if (micros < 0 || micros > sdk::micros_per_day) malformed(in.type(), "a time beyond 24 hours");
    return micros;
}

// EncodeInterval() of the server's datetime.c, style postgres: a part is written if it is not zero, with a
// plus sign when it follows a negative one.
class IntervalText {
  public:
    explicit IntervalText(std::string& out) noexcept : out_(out) {}

    void part(std::int64_t value, std::string_view unit) {
        if (value == 0) return;
        if (!first_) out_ += ' ';
        if (negative_ && value > 0) out_ += '+';
        append_integer(out_, value);
        out_ += ' ';
        out_ += unit;
        if (value != 1) out_ += 's';
        negative_ = value < 0;
        first_ = false;
    }

    void time(std::int64_t micros) {
        if (!first_ && micros == 0) return;
        if (!first_) out_ += ' ';
        if (micros < 0)
            out_ += '-';
        else if (negative_)
            out_ += '+';
        const std::uint64_t rest = sdk::detail::magnitude(micros);
        constexpr std::uint64_t hour = 3'600'000'000;
        if (rest / hour < 10) out_ += '0';
        append_unsigned(out_, rest / hour);
        // What is left is shorter than an hour: its text is "00:mm:ss…".
        const std::size_t at = out_.size();
        append_time(out_, static_cast<std::int64_t>(rest % hour));
        out_.erase(at, 2);
    }

  private:
    std::string& out_;
    bool first_ = true;
    bool negative_ = false;
};

void render_interval(Reader& in, std::string& out) {
    const std::int64_t micros = in.i64();
    const std::int32_t days = in.i32();
    const std::int32_t months = in.i32();
    IntervalText text(out);
    text.part(months / 12, "year");
    text.part(months % 12, "mon");
    text.part(days, "day");
    text.time(micros);
}

}  // namespace

void render_time(Reader& in, std::string& out) {
    switch (in.type().codec) {
        case Codec::date: {
            const std::int32_t days = in.i32();
            if (days == std::numeric_limits<std::int32_t>::max())
                append_date(out, std::numeric_limits<std::int64_t>::max());
            else if (days == std::numeric_limits<std::int32_t>::min())
                append_date(out, std::numeric_limits<std::int64_t>::min());
            else
                append_date(out, days + epoch_days);
            break;
        }
        case Codec::time:
            append_time(out, time_of_day(in));
            break;
        case Codec::timetz: {
            append_time(out, time_of_day(in));
            const std::int32_t zone = in.i32();
            constexpr std::int32_t limit = 16 * 3600;
            if (zone <= -limit || zone >= limit) malformed(in.type(), "its time zone is none");
            append_zone(out, zone);
            break;
        }
        case Codec::interval:
            render_interval(in, out);
            break;
        default:
            append_timestamp(out, in.i64(), in.type().codec == Codec::timestamptz);
            break;
    }
    in.end();
}

}  // namespace dbway::pgx
