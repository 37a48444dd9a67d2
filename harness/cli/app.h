#pragma once

namespace harness::cli {

// The vmbench program: returns its exit code (model::ExitCode).
int run_app(int argc, char** argv);

}  // namespace harness::cli
