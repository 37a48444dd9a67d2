#include "vm/tests/differential/engine_runs.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sys/stat.h>
#include <sys/wait.h>

#include <unistd.h>

#include "vm/base/check.h"

namespace vm::tests {
namespace {

// An executable file that goes when this does.
class TemporaryProgram {
  public:
    static Result<TemporaryProgram> create(std::span<const std::byte> bytes) {
        std::string path = (std::filesystem::temp_directory_path() / "differential.XXXXXX").string();
        const int file = mkstemp(path.data());
        if (file < 0) return fail("cannot create '{}': {}", path, std::strerror(errno));
        TemporaryProgram program(path);
        const bool written = fchmod(file, 0700) == 0 &&
                             write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
        const int reason = errno;
        close(file);
        if (!written) return fail("cannot write '{}': {}", path, std::strerror(reason));
        return program;
    }
    TemporaryProgram(TemporaryProgram&& other) noexcept : path_(std::move(other.path_)) {
        other.path_.clear();
    }
    TemporaryProgram& operator=(TemporaryProgram&&) = delete;
    ~TemporaryProgram() {
        if (!path_.empty()) unlink(path_.c_str());
    }

    const std::string& path() const { return path_; }

  private:
    explicit TemporaryProgram(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

Result<FILE*> start(const std::string& engine, const std::string& path) {
    const std::string command = fmt::format("exec timeout 60 {} {}", engine, path);
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return fail("cannot start '{}': {}", command, std::strerror(errno));
    return pipe;
}

Outcome finish(FILE* pipe) {
    Outcome outcome;
    std::array<std::byte, 65536> buffer;
    for (;;) {
        const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe);
        if (size == 0) break;
        outcome.output.insert(outcome.output.end(), buffer.begin(),
                              buffer.begin() + static_cast<std::ptrdiff_t>(size));
    }
    const int status = pclose(pipe);
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
}

}  // namespace

Result<Outcomes> run_on_both(const Engines& engines, std::span<const std::byte> elf) {
    const auto program = TemporaryProgram::create(elf);
    if (!program) return tl::unexpected(program.error());
    const auto vm = start(engines.vm, program->path());
    if (!vm) return tl::unexpected(vm.error());
    const auto qemu = start(engines.qemu, program->path());
    Outcomes outcomes;
    outcomes.vm = finish(*vm);
    if (!qemu) return tl::unexpected(qemu.error());
    outcomes.qemu = finish(*qemu);
    return outcomes;
}

}  // namespace vm::tests
