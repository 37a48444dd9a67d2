#include "suites/common/suite_main.h"
#include "suites/volatile_vs_plain/cases.h"

int main(int argc, char** argv) {
    return suites::common::run_suite(suites::volatile_vs_plain::suite(), argc, argv);
}
