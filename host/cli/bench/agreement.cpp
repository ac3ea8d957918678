#include "cli/bench/agreement.hpp"

#include "cli/progress.hpp"

#include <algorithm>

namespace dbway::cli::bench {

namespace {

std::string difference_of(const Reading& side, const Reading& base) {
    const ColumnSurvey& ours = side.survey;
    const ColumnSurvey& theirs = base.survey;
    if (ours.width() != theirs.width())
        return std::to_string(ours.width()) + " columns instead of the " + std::to_string(theirs.width()) +
               " of " + base.side;
    if (ours.rows() != theirs.rows())
        return grouped(ours.rows()) + (ours.rows() == 1 ? " row" : " rows") + " instead of the " +
               grouped(theirs.rows()) + " of " + base.side;
    std::string columns;
    for (std::size_t i = 0; i < ours.width(); ++i) {
        if (ours.likeness(i, theirs, side.source == base.source)) continue;
        columns += (columns.empty() ? "\"" : ", \"") + theirs.names()[i] + "\"";
        if (ours.types(i) != theirs.types(i))
            columns += " (" + ours.types(i) + " instead of " + theirs.types(i) + ")";
    }
    return columns.empty() ? "" : "other values than " + base.side + " in the column " + columns;
}

std::string_view compared_by(Likeness likeness) {
    switch (likeness) {
        case Likeness::text:
            return "compared by their text";
        case Likeness::number:
            return "compared as doubles";
        default:
            return "only whether they are NULL is compared";
    }
}

}  // namespace

Agreement agree(const std::vector<Reading>& readings) {
    const Reading& base = readings.front();
    Agreement result;
    result.columns = base.survey.names();
    result.likeness.assign(base.survey.width(), Likeness::value);
    for (const Reading& side : readings) {
        result.refusals.push_back(side.failure.empty() ? difference_of(side, base) : side.failure);
        if (!result.refusals.back().empty()) continue;
        for (std::size_t i = 0; i < result.likeness.size(); ++i)
            if (const auto likeness = side.survey.likeness(i, base.survey, side.source == base.source))
                result.likeness[i] = std::max(result.likeness[i], *likeness);
    }
    for (std::size_t i = 0; i < result.likeness.size(); ++i) {
        if (result.likeness[i] == Likeness::value) continue;
        std::string types;
        for (std::size_t side = 0; side < readings.size(); ++side)
            if (result.refusals[side].empty())
                types += (types.empty() ? "" : ", ") + readings[side].survey.types(i) + " by " +
                         readings[side].side;
        result.notes.push_back("The values of \"" + result.columns[i] + "\" have different types (" + types +
                               "): " + std::string(compared_by(result.likeness[i])) + ".");
    }
    return result;
}

ColumnSurvey survey(Rows& rows) {
    ColumnSurvey result;
    detail::Cursor& cursor = rows.cursor();
    const bool any = cursor.next();
    if (cursor.has_columns()) result.start(cursor.columns());
    for (bool more = any; more; more = cursor.next()) result.add_row(cursor.row());
    return result;
}

}  // namespace dbway::cli::bench
