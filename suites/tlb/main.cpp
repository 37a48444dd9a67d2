#include "suites/common/suite_main.h"
#include "suites/tlb/cases.h"

int main(int argc, char** argv) { return suites::common::run_suite(suites::tlb::suite(), argc, argv); }
