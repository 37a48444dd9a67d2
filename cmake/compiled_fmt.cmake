# fmt as a static library: Debian has it as a shared one only, whose loading takes a program that is over at once 2 % of
# its time.
add_library(project_fmt STATIC ${PROJECT_SOURCE_DIR}/cmake/compiled_fmt.cpp)
target_include_directories(project_fmt SYSTEM PUBLIC $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
target_compile_options(project_fmt PRIVATE $<TARGET_PROPERTY:project_options,INTERFACE_COMPILE_OPTIONS>)
