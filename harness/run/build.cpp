#include "harness/run/build.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include <xxhash.h>

#include "harness/run/git.h"

namespace harness::run {

namespace {

std::string value_or(const std::map<std::string, std::string>& context, const char* key,
                     const std::string& other) {
    const auto found = context.find(key);
    return found == context.end() ? other : found->second;
}

}  // namespace

Revision git_revision(const std::filesystem::path& folder, Interrupts& interrupts) {
    Revision revision;
    const auto commit = git(folder, {"rev-parse", "--verify", "HEAD"}, interrupts);
    if (!commit) return revision;
    revision.commit = *commit;
    const auto changes = git(folder, {"status", "--porcelain", "--untracked-files=no"}, interrupts);
    revision.dirty = !changes || !changes->empty();
    return revision;
}

Result<std::string> hash_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail("cannot read '{}': {}", path.string(), std::strerror(errno));
    const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), &XXH3_freeState);
    XXH3_128bits_reset(state.get());
    std::array<char, 65536> buffer;
    while (file.read(buffer.data(), buffer.size()), file.gcount() > 0) {
        XXH3_128bits_update(state.get(), buffer.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (file.bad()) return fail("cannot read '{}': {}", path.string(), std::strerror(errno));
    const XXH128_hash_t hash = XXH3_128bits_digest(state.get());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

model::Build describe_build(const std::string& program_hash, const Revision& around,
                            const std::map<std::string, std::string>& context) {
    constexpr std::string_view kDirty = "-dirty";
    model::Build build;
    build.program_hash = program_hash;
    build.compiler = value_or(context, "compiler", "");
    build.flags = value_or(context, "flags", "");
    build.revision = value_or(context, "revision", "");
    if (build.revision.empty()) {
        build.revision = around.commit;
        build.dirty = around.dirty;
    } else if (build.revision.ends_with(kDirty)) {
        build.revision.resize(build.revision.size() - kDirty.size());
        build.dirty = true;
    }
    return build;
}

}  // namespace harness::run
