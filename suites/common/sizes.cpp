#include "suites/common/sizes.h"

#include <fmt/format.h>

namespace suites::common {

std::string size_text(std::uint64_t bytes) {
    if (bytes != 0 and bytes % kMiB == 0) {
        return fmt::format("{}MiB", bytes / kMiB);
    }
    if (bytes != 0 and bytes % kKiB == 0) {
        return fmt::format("{}KiB", bytes / kKiB);
    }
    return fmt::format("{}B", bytes);
}

}  // namespace suites::common
