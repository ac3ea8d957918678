// copy_scope.hpp - what makes a COPY_IN all or nothing: a transaction of its own or, inside one, a savepoint.
#pragma once

#include "session.hpp"

namespace dbway::mysql {

// Holds for engines with transactions (InnoDB); in others (MyISAM, Aria, MEMORY) rows stay. [serial] with its
// session.
class CopyScope {
  public:
    explicit CopyScope(Session& session);
    ~CopyScope() { take_back(); }
    CopyScope(const CopyScope&) = delete;
    CopyScope& operator=(const CopyScope&) = delete;

    void keep();
    // Errors are of no use here: a connection that cannot roll back is lost, and the server rolls back.
    void take_back() noexcept;

  private:
    Session& session_;
    bool nested_;
    bool open_ = false;
};

}  // namespace dbway::mysql
