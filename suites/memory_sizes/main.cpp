#include "suites/common/suite_main.h"
#include "suites/memory_sizes/cases.h"

int main(int argc, char** argv) {
    return suites::common::run_suite(suites::memory_sizes::suite(), argc, argv);
}
