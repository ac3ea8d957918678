// statement_cache.hpp - which statements are prepared on a connection: least recently used goes first.
#pragma once

#include <dbway/cursor.hpp>

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dbway::detail {

// One statement that the provider knows under `id`.
struct CachedStatement {
    std::string text;  // as the application wrote it: the key
    std::string sql;   // as the provider gets it, when :name was replaced by $n; otherwise empty
    std::vector<std::string> names;  // of $1, $2, … in `sql`
    std::uint64_t id = 0;
    std::shared_ptr<const ColumnSet> columns;  // null: no result set
    bool prepared = false;                     // PREPARE was answered

    std::string_view provider_sql() const noexcept { return sql.empty() ? text : sql; }
};

// Data in, decision out: sends nothing. Not thread-safe.
class StatementCache {
  public:
    explicit StatementCache(std::size_t capacity) : capacity_(capacity) {}

    std::size_t capacity() const noexcept { return capacity_; }
    std::size_t size() const noexcept { return index_.size(); }

    // The statement of that text, now the most recently used, or null.
    CachedStatement* find(std::string_view text) {
        if (!statements_.empty() && statements_.front().text == text) return &statements_.front();
        const auto found = index_.find(text);
        if (found == index_.end()) return nullptr;
        statements_.splice(statements_.begin(), statements_, found->second);
        return &statements_.front();
    }

    CachedStatement* find_id(std::uint64_t id) {
        for (CachedStatement& statement : statements_)
            if (statement.id == id) return &statement;
        return nullptr;
    }

    // Adds a statement as the most recently used. It stays where it is until erased or evicted.
    CachedStatement& insert(std::string_view text, std::uint64_t id) {
        CachedStatement& statement = statements_.emplace_front();
        statement.text = text;
        statement.id = id;
        index_.emplace(statement.text, statements_.begin());
        return statement;
    }

    // The least recently used statement, taken out, when there are more than the capacity; 0 otherwise.
    std::uint64_t evict() {
        if (index_.size() <= capacity_) return 0;
        const std::uint64_t id = statements_.back().id;
        index_.erase(statements_.back().text);
        statements_.pop_back();
        return id;
    }

    void erase(std::string_view text) {
        const auto found = index_.find(text);
        if (found == index_.end()) return;
        const auto place = found->second;
        index_.erase(found);
        statements_.erase(place);
    }

    // Takes all statements out, adding their numbers to `ids`.
    void clear(std::vector<std::uint64_t>& ids) {
        for (const CachedStatement& statement : statements_) ids.push_back(statement.id);
        index_.clear();
        statements_.clear();
    }

  private:
    std::size_t capacity_;
    std::list<CachedStatement> statements_;
    std::unordered_map<std::string_view, std::list<CachedStatement>::iterator> index_;
};

}  // namespace dbway::detail
