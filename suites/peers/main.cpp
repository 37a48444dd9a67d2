#include "suites/common/suite_main.h"
#include "suites/peers/cases.h"

int main(int argc, char** argv) { return suites::common::run_suite(suites::peers::suite(), argc, argv); }
