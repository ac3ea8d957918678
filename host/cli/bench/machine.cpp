#include "cli/bench/machine.hpp"

#include <dbway/sdk/value_text_time.hpp>

#include <sys/utsname.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

namespace dbway::cli::bench {

Machine this_machine() {
    Machine machine;
    machine.processors = std::thread::hardware_concurrency();
    utsname name{};
    if (uname(&name) == 0) machine.system = std::string(name.sysname) + " " + name.release;
    std::ifstream processors("/proc/cpuinfo");
    for (std::string line; machine.processor.empty() && std::getline(processors, line);)
        if (line.starts_with("model name"))
            if (const std::size_t colon = line.find(": "); colon != std::string::npos)
                machine.processor = line.substr(colon + 2);
    return machine;
}

double load_average() noexcept {
    double load = -1;
    return getloadavg(&load, 1) == 1 ? load : -1;
}

std::string time_text() {
    const auto now = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
    char text[64];
    const std::size_t size =
        sdk::write_timestamp(text, std::chrono::microseconds(now.time_since_epoch()).count());
    return std::string(text, size) + "Z";
}

}  // namespace dbway::cli::bench
