# fmt as a static library: Debian has it as a shared one only, whose loading takes a program that is over at once 2 % of
# its time. As that one, it comes without sanitizers, as programs without them use it, too, and without debug information,
# of which Valgrind does not read all that Clang writes.
add_library(project_fmt STATIC ${PROJECT_SOURCE_DIR}/cmake/compiled_fmt.cpp)
target_include_directories(project_fmt SYSTEM PUBLIC $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
target_compile_options(project_fmt PRIVATE -g0)
