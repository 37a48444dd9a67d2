#include "harness/cli/app.h"

int main(int argc, char** argv) { return harness::cli::run_app(argc, argv); }
