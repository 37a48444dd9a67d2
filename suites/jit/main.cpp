#include "suites/common/suite_main.h"
#include "suites/jit/cases.h"

int main(int argc, char** argv) { return suites::common::run_suite(suites::jit::suite(), argc, argv); }
