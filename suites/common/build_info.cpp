#include "suites/common/build_info.h"

#include "suites/common/revision.h"

namespace suites::common {

BuildInfo build_info() {
#ifdef __clang__
    return {__VERSION__, SUITES_COMPILE_FLAGS, SUITES_REVISION};
#else
    return {"GCC " __VERSION__, SUITES_COMPILE_FLAGS, SUITES_REVISION};
#endif
}

}  // namespace suites::common
