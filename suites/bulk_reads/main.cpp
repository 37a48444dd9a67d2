#include "suites/bulk_reads/cases.h"
#include "suites/common/suite_main.h"

int main(int argc, char** argv) { return suites::common::run_suite(suites::bulk_reads::suite(), argc, argv); }
