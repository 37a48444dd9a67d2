#include "suites/common/worker.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "suites/common/slice_runner.h"

namespace suites::common {
namespace {

namespace model = harness::model;

// Lines over private copies of standard input and output, which children do not inherit.
class Lines {
  public:
    Lines()
        : input_(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)),
          output_(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)) {
        const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::dup2(nothing, STDIN_FILENO);
        ::close(nothing);
        ::dup2(STDERR_FILENO, STDOUT_FILENO);
    }
    ~Lines() {
        ::close(input_);
        ::close(output_);
    }
    Lines(const Lines&) = delete;
    Lines& operator=(const Lines&) = delete;

    // The next line without its end; none when the input has ended. A line too long is cut, and then refused
    // by its parser.
    std::optional<std::string> read() {
        std::size_t end = 0;
        while ((end = pending_.find('\n')) == std::string::npos) {
            if (pending_.size() > model::kLongestWorkerLine or not read_more()) {
                break;
            }
        }
        if (pending_.empty()) {
            return std::nullopt;
        }
        std::string line = pending_.substr(0, end);
        pending_.erase(0, end == std::string::npos ? end : end + 1);
        return line;
    }

    // Whether all of it could be written.
    bool write(const std::string& line) const {
        for (std::size_t done = 0; done != line.size();) {
            const ssize_t count = ::write(output_, line.data() + done, line.size() - done);
            if (count < 0 and errno != EINTR) {
                return false;
            }
            done += count < 0 ? 0 : static_cast<std::size_t>(count);
        }
        return true;
    }

  private:
    bool read_more() {
        std::array<char, 4096> buffer;
        ssize_t count = 0;
        while ((count = ::read(input_, buffer.data(), buffer.size())) < 0 and errno == EINTR) {
        }
        if (count > 0) {
            pending_.append(buffer.data(), static_cast<std::size_t>(count));
        }
        return count > 0;
    }

    int input_;
    int output_;
    std::string pending_;
};

std::int64_t clock_resolution_ns() {
    timespec resolution{};
    ::clock_getres(CLOCK_PROCESS_CPUTIME_ID, &resolution);
    return resolution.tv_sec * 1'000'000'000 + resolution.tv_nsec;
}

model::TimeSource source_of(const Case& entry) {
    switch (entry.time_source) {
        case TimeSource::real:
            return model::TimeSource::real;
        case TimeSource::manual:
            return model::TimeSource::manual;
        default:
            return model::TimeSource::cpu;
    }
}

}  // namespace

model::WorkerHello greeting(const Suite& suite, const Case& entry, double slowdown) {
    model::WorkerHello hello{.suite = suite.name,
                             .case_id = entry.id,
                             .definition_version = entry.version,
                             .time_source = source_of(entry),
                             .metrics = {},
                             .clock_resolution_ns = clock_resolution_ns(),
                             .slowdown = slowdown};
    for (const Metric& metric : entry.metrics) {
        hello.metrics.push_back(
            {metric.name, metric.unit,
             metric.direction == Direction::lower ? model::Direction::lower : model::Direction::higher});
    }
    return hello;
}

int run_worker(const Suite& suite, const Case& entry, double slowdown) {
    Lines lines;
    SliceRunner runner(entry, slowdown);
    bool heard = lines.write(to_line(greeting(suite, entry, slowdown)));
    while (heard) {
        const auto line = lines.read();
        if (not line) {
            return 0;
        }
        const auto request = model::parse_request(*line);
        if (not request) {
            fmt::print(stderr, "{}: {}\n", suite.name, request.error().message);
            return 2;
        }
        heard = lines.write(to_line(runner.run(*request)));
    }
    return 0;
}

}  // namespace suites::common
