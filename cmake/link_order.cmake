# Links functions in another order for each number that VMBENCH_LINK_SEED or PROJECT_LINK_SEED gives: where code lies
# changes branchy code by up to 30 %, so whoever compares two builds must know what another order of the same code does.
# Each function gets a section of its own, and lld shuffles the sections (ld.lld(1), --shuffle-sections); GNU ld cannot.
set(PROJECT_LINK_SEED "$ENV{VMBENCH_LINK_SEED}" CACHE STRING "Number of a random order of functions (empty: the linker's)")

# shuffle_functions(TARGET): of the interface TARGET, for all that is compiled and linked with it.
function(shuffle_functions target)
    if(PROJECT_LINK_SEED STREQUAL "")
        return()
    endif()
    if(NOT PROJECT_LINK_SEED MATCHES "^[1-9][0-9]*$")
        message(FATAL_ERROR "PROJECT_LINK_SEED (VMBENCH_LINK_SEED) is '${PROJECT_LINK_SEED}': a number from 1 on is wanted")
    endif()
    find_program(LLD ld.lld)
    if(NOT LLD)
        message(FATAL_ERROR "ld.lld is missing, functions cannot be linked in another order: run scripts/bootstrap")
    endif()
    target_compile_options(${target} INTERFACE -ffunction-sections)
    target_link_options(${target} INTERFACE -fuse-ld=lld "LINKER:--shuffle-sections=.text*=${PROJECT_LINK_SEED}")
endfunction()
