#include "cli/interrupt.hpp"

#include "cli/exit_code.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <system_error>

namespace dbway::cli {

namespace {

std::atomic<int> signals_since_begin{0};
std::atomic<int> handler_pipe{-1};

std::mutex source_mutex;
std::stop_source current_source;

extern "C" void on_interrupt(int) {
    const int saved = errno;
    // The statement does not stop, or nobody listens: the user has the last word.
    if (signals_since_begin.fetch_add(1) >= 1) _exit(exit_interrupted);
    const int descriptor = handler_pipe.load();
    const char byte = 1;
    if (descriptor >= 0 && write(descriptor, &byte, 1) < 0) {
        // A full pipe has woken the watcher already.
    }
    errno = saved;
}

void install(void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;  // without SA_RESTART: a read() of standard input must end
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
    if (pipe2(pipe_, O_CLOEXEC) != 0 || pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    signals_since_begin = 0;
    handler_pipe = pipe_[1];
    // The watcher must not be the thread that gets the signal: the one that reads or writes has to wake up.
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    watcher_ = std::thread([this] { watch(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    install(on_interrupt);
}

InterruptGuard::~InterruptGuard() {
    install(SIG_DFL);
    handler_pipe = -1;
    close(pipe_[1]);
    watcher_.join();
    close(pipe_[0]);
    close(wake_[0]);
    close(wake_[1]);
}

void InterruptGuard::watch() {
    char byte = 0;
    while (true) {
        const ssize_t got = read(pipe_[0], &byte, 1);
        if (got == 0) return;
        if (got < 0) {
            if (errno == EINTR) continue;
            return;
        }
        std::stop_source source;
        {
            const std::lock_guard lock(source_mutex);
            source = current_source;
        }
        source.request_stop();
        if (write(wake_[1], &byte, 1) < 0) {
            // Full: whoever waits is awake.
        }
    }
}

std::stop_token InterruptGuard::begin() {
    const std::lock_guard lock(source_mutex);
    current_source = std::stop_source();
    signals_since_begin = 0;
    return current_source.get_token();
}

bool InterruptGuard::interrupted() const noexcept { return signals_since_begin.load() != 0; }

void InterruptGuard::check() const {
    if (interrupted()) throw Interrupted();
}

void InterruptGuard::drain() const noexcept {
    char bytes[16];
    while (read(wake_[0], bytes, sizeof bytes) > 0) {
    }
}

}  // namespace dbway::cli
