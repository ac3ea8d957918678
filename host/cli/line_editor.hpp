// line_editor.hpp - lines typed on a terminal, with history and completion, by libedit.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::cli {

class InterruptGuard;

// The words that may stand for the word before the cursor; `line` is the text up to there.
using Completer = std::function<std::vector<std::string>(std::string_view line, std::string_view word)>;

// Not thread-safe. Standard input must be a terminal.
class LineEditor {
  public:
    enum class Event : std::uint8_t { line, interrupted, end };

    // The history is read from `history_file` and written back at the end; empty: none.
    LineEditor(const InterruptGuard& interrupt, std::string history_file, Completer completer);
    LineEditor(const LineEditor&) = delete;
    LineEditor& operator=(const LineEditor&) = delete;
    ~LineEditor();

    // A line without its end. `interrupted`: Ctrl-C, the line is given up.
    Event read(const std::string& prompt, std::string& line);

  private:
    struct Libedit;
    std::unique_ptr<Libedit> libedit_;
};

// $XDG_STATE_HOME/dbway/history or ~/.local/state/dbway/history, its directory made; empty when there is no
// home.
std::string history_path();

// The beginning that all words share.
std::string common_prefix(const std::vector<std::string>& words);

// The word that ends a line: what stands after the last blank or punctuation. A dot and a backslash belong to
// it.
std::string_view last_word(std::string_view line) noexcept;

}  // namespace dbway::cli
