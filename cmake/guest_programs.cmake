# add_guest_programs(TARGET SOURCES file... FLAGS flag... DEPENDS file...): compiles each source (of the folder's
# programs/) to a riscv64 program of its name in GUEST_PROGRAMS, which is set for the caller. FLAGS_name are further
# flags of one program, LIBRARIES_name its libraries.
function(add_guest_programs target)
    cmake_parse_arguments(ARG "" "" "SOURCES;FLAGS;DEPENDS" ${ARGN})
    find_program(GUEST_CC riscv64-linux-gnu-gcc)
    find_program(GUEST_CXX riscv64-linux-gnu-g++)
    if(NOT GUEST_CC OR NOT GUEST_CXX)
        message(FATAL_ERROR
            "riscv64-linux-gnu-gcc or g++ is missing, guest programs cannot be compiled: run scripts/bootstrap")
    endif()
    set(sources ${CMAKE_CURRENT_SOURCE_DIR}/programs)
    set(folder ${CMAKE_CURRENT_BINARY_DIR}/programs)
    file(MAKE_DIRECTORY ${folder})
    list(TRANSFORM ARG_DEPENDS PREPEND ${sources}/)
    set(built "")
    foreach(source ${ARG_SOURCES})
        get_filename_component(name ${source} NAME_WE)
        set(compiler ${GUEST_CC})
        if(source MATCHES "\\.cpp$")
            set(compiler ${GUEST_CXX})
        endif()
        add_custom_command(
            OUTPUT ${folder}/${name}
            COMMAND ${compiler} ${ARG_FLAGS} ${FLAGS_${name}} -o ${folder}/${name} ${sources}/${source} ${LIBRARIES_${name}}
            DEPENDS ${sources}/${source} ${ARG_DEPENDS}
            COMMENT "Compiling guest program ${name}" VERBATIM)
        list(APPEND built ${folder}/${name})
    endforeach()
    add_custom_target(${target} ALL DEPENDS ${built})
    set(GUEST_PROGRAMS ${folder} PARENT_SCOPE)
endfunction()
