// process.hpp - what this process has used.
#pragma once

#include <sys/resource.h>

#include <fstream>
#include <string>

namespace bench {

// Of all threads, in user space and in the kernel.
inline double processor_micros() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto micros = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return micros(usage.ru_utime) + micros(usage.ru_stime);
}

// In KiB, by its name in /proc/self/status: VmHWM, the most since the program started (the rusage's would be
// the parent's, if that is more), or VmRSS, now.
inline long memory_kib(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (word == name + ":") {
            long kibibytes = 0;
            status >> kibibytes;
            return kibibytes;
        }
    return 0;
}

}  // namespace bench
