#include "cli/byte_input.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/line_editor.hpp"
#include "cli/shell.hpp"

#include <unistd.h>

#include <cstring>

namespace dbway::cli {

namespace {

void run_terminal(Shell& shell, InterruptGuard& interrupt) {
    LineEditor editor(interrupt, history_path(), [&](std::string_view line, std::string_view word) {
        return shell.complete(line, word);
    });
    print_message("\\? lists the commands, \\q leaves");
    std::string line;
    while (!shell.quit()) {
        switch (editor.read(shell.prompt(), line)) {
            case LineEditor::Event::line:
                shell.take(line);
                break;
            case LineEditor::Event::interrupted:
                shell.give_up_line();
                break;
            case LineEditor::Event::end:
                return;
        }
    }
}

void run_input(Shell& shell, const InterruptGuard& interrupt) {
    ByteInput input("-", &interrupt);
    input.forget();
    std::string text;
    char block[64 * 1024];
    while (!shell.quit()) {
        const std::size_t got = input.read(block);
        text.append(block, got);
        std::size_t begin = 0;
        for (std::size_t end; !shell.quit() && (end = text.find('\n', begin)) != std::string::npos;
             begin = end + 1)
            shell.take(text.substr(begin, end - begin));
        text.erase(0, begin);
        if (got == 0) break;
    }
    if (shell.quit()) return;
    if (!text.empty()) shell.take(text);
    shell.finish();
}

}  // namespace

ExitCode run(const ShellArguments& arguments) {
    const Format format = parse_format(arguments.format);
    const bool interactive = isatty(STDIN_FILENO) == 1;
    InterruptGuard interrupt;
    try {
        const Host host = open_host(arguments.common);
        Shell shell(host, choose_source(host, arguments.common), format, interrupt, interactive);
        if (interactive) {
            run_terminal(shell, interrupt);
        } else {
            run_input(shell, interrupt);
        }
        return exit_done;
    } catch (const Error& error) {
        return report_exception(error, interrupt.interrupted());
    }
}

}  // namespace dbway::cli
