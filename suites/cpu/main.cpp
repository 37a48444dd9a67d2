#include "suites/common/suite_main.h"
#include "suites/cpu/cases.h"

int main(int argc, char** argv) { return suites::common::run_suite(suites::cpu::suite(), argc, argv); }
