#include "cli/line_editor.hpp"

#include "cli/interrupt.hpp"

#include <histedit.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <filesystem>

namespace dbway::cli {

struct LineEditor::Libedit {
    const InterruptGuard& interrupt;
    std::string history_file;
    Completer completer;
    std::string prompt;
    EditLine* editor = nullptr;
    History* history = nullptr;

    static Libedit& of(EditLine* editor) {
        void* self = nullptr;
        el_get(editor, EL_CLIENTDATA, &self);
        return *static_cast<Libedit*>(self);
    }
    static const char* show_prompt(EditLine* editor) { return of(editor).prompt.c_str(); }

    // One character of the terminal's encoding. Waits for Ctrl-C as well, which libedit alone would sleep
    // through.
    static int read_character(EditLine* editor, wchar_t* out) {
        Libedit& self = of(editor);
        std::mbstate_t state = {};
        while (true) {
            pollfd ready[2] = {{STDIN_FILENO, POLLIN, 0}, {self.interrupt.descriptor(), POLLIN, 0}};
            if (poll(ready, 2, -1) < 0) {
                if (errno == EINTR) continue;
                return -1;
            }
            if (ready[1].revents != 0) {
                self.interrupt.drain();
                errno = EINTR;
                return -1;
            }
            char byte = 0;
            const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
            if (got == 0) return 0;
            if (got < 0) {
                if (errno == EINTR || errno == EAGAIN) continue;
                return -1;
            }
            const std::size_t length = std::mbrtowc(out, &byte, 1, &state);
            if (length == static_cast<std::size_t>(-2)) continue;
            if (length == static_cast<std::size_t>(-1)) {
                state = {};
                continue;
            }
            if (length == 0) *out = L'\0';
            return 1;
        }
    }

    static unsigned char complete(EditLine* editor, int) {
        Libedit& self = of(editor);
        const LineInfo* info = el_line(editor);
        const std::string_view line(info->buffer, static_cast<std::size_t>(info->cursor - info->buffer));
        const std::string_view word = last_word(line);
        const std::vector<std::string> words = self.completer(line, word);
        if (words.empty()) return CC_ERROR;
        // What was typed is replaced, since the candidate may be written in another case.
        const std::string text = words.size() == 1 ? words[0] + " " : common_prefix(words);
        if (text.size() > word.size() || words.size() == 1) {
            el_deletestr(editor, static_cast<int>(word.size()));
            el_insertstr(editor, text.c_str());
            return CC_REFRESH;
        }
        std::string list = "\n";
        for (const std::string& one : words) list += one + "  ";
        std::fputs((list + "\n").c_str(), stdout);
        std::fflush(stdout);
        return CC_REDISPLAY;
    }
};

LineEditor::LineEditor(const InterruptGuard& interrupt, std::string history_file, Completer completer)
    : libedit_(new Libedit{interrupt, std::move(history_file), std::move(completer), {}, nullptr, nullptr}) {
    std::setlocale(LC_CTYPE, "");
    Libedit& lib = *libedit_;
    lib.history = history_init();
    HistEvent event;
    history(lib.history, &event, H_SETSIZE, 5000);
    history(lib.history, &event, H_SETUNIQUE, 1);
    if (!lib.history_file.empty()) history(lib.history, &event, H_LOAD, lib.history_file.c_str());
    lib.editor = el_init("dbway", stdin, stdout, stderr);
    el_set(lib.editor, EL_CLIENTDATA, &lib);
    el_set(lib.editor, EL_PROMPT, &Libedit::show_prompt);
    el_set(lib.editor, EL_EDITOR, "emacs");
    el_set(lib.editor, EL_SIGNAL, 0);
    el_set(lib.editor, EL_HIST, ::history, lib.history);
    el_set(lib.editor, EL_GETCFN, &Libedit::read_character);
    el_set(lib.editor, EL_ADDFN, "dbway-complete", "Complete a word", &Libedit::complete);
    el_set(lib.editor, EL_BIND, "^I", "dbway-complete", nullptr);
    el_source(lib.editor, nullptr);  // the user's ~/.editrc
}

LineEditor::~LineEditor() {
    HistEvent event;
    if (!libedit_->history_file.empty()) {
        const mode_t before = umask(077);
        history(libedit_->history, &event, H_SAVE, libedit_->history_file.c_str());
        umask(before);
    }
    el_end(libedit_->editor);
    history_end(libedit_->history);
}

LineEditor::Event LineEditor::read(const std::string& prompt, std::string& line) {
    libedit_->prompt = prompt;
    int count = 0;
    errno = 0;
    const char* text = el_gets(libedit_->editor, &count);
    if (text == nullptr) {
        std::fputs("\n", stdout);
        std::fflush(stdout);
        return count < 0 && errno == EINTR ? Event::interrupted : Event::end;
    }
    line.assign(text, static_cast<std::size_t>(count));
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    if (line.find_first_not_of(" \t") != std::string::npos) {
        HistEvent event;
        history(libedit_->history, &event, H_ENTER, line.c_str());
    }
    return Event::line;
}

std::string history_path() {
    namespace fs = std::filesystem;
    const char* state = std::getenv("XDG_STATE_HOME");
    const char* home = std::getenv("HOME");
    fs::path directory;
    if (state != nullptr && *state == '/') {
        directory = state;
    } else if (home != nullptr && *home != '\0') {
        directory = fs::path(home) / ".local/state";
    } else {
        return {};
    }
    directory /= "dbway";
    std::error_code error;
    fs::create_directories(directory, error);
    return error ? std::string() : (directory / "history").string();
}

std::string common_prefix(const std::vector<std::string>& words) {
    if (words.empty()) return {};
    std::string prefix = words.front();
    for (const std::string& word : words) {
        const auto differ = std::mismatch(prefix.begin(), prefix.end(), word.begin(), word.end());
        prefix.erase(differ.first, prefix.end());
    }
    return prefix;
}

std::string_view last_word(std::string_view line) noexcept {
    std::size_t begin = line.size();
    while (begin > 0) {
        const auto c = static_cast<unsigned char>(line[begin - 1]);
        const bool part = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '_' || c == '.' || c == '\\' || c >= 0x80;
        if (!part) break;
        --begin;
    }
    return line.substr(begin);
}

}  // namespace dbway::cli
