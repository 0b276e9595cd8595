# SPDX-License-Identifier: Apache-2.0
# How every target of the project is compiled, and how rooms become libraries.

add_library(nacre_flags INTERFACE)
target_compile_definitions(nacre_flags INTERFACE _GNU_SOURCE)
target_include_directories(nacre_flags INTERFACE
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/src>)
target_compile_options(nacre_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wstrict-prototypes
    -Wmissing-prototypes -Wcast-qual -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2
    -Wimplicit-fallthrough -ffp-contract=off -fno-math-errno)
if(CMAKE_C_COMPILER_ID STREQUAL "Clang" AND CMAKE_C_COMPILER_VERSION VERSION_GREATER_EQUAL 17)
    # Our named sizes are enumerators; arithmetic of a double with one is meant.
    target_compile_options(nacre_flags INTERFACE -Wno-enum-float-conversion)
endif()
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(nacre_flags INTERFACE -Wnull-dereference)
endif()
if(NACRE_WERROR)
    target_compile_options(nacre_flags INTERFACE -Werror)
endif()
if(NACRE_SANITIZE STREQUAL "address")
    set(NACRE_SANITIZE_FLAGS -fsanitize=address,undefined -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
elseif(NACRE_SANITIZE STREQUAL "thread")
    set(NACRE_SANITIZE_FLAGS -fsanitize=thread -fno-omit-frame-pointer)
endif()
if(NACRE_FUZZ)
    list(APPEND NACRE_SANITIZE_FLAGS -fsanitize=fuzzer-no-link,address,undefined)
endif()
if(NACRE_SANITIZE_FLAGS)
    target_compile_options(nacre_flags INTERFACE ${NACRE_SANITIZE_FLAGS})
    target_link_options(nacre_flags INTERFACE ${NACRE_SANITIZE_FLAGS})
endif()

# nacre_room(NAME source...): one room's objects. Reads the room's sources relative to its folder.
function(nacre_room name)
    add_library(room_${name} OBJECT ${ARGN})
    target_link_libraries(room_${name} PRIVATE nacre_flags ${NACRE_ROOM_LIBS})
    set_property(GLOBAL APPEND PROPERTY NACRE_ROOMS room_${name})
endfunction()

# nacre_isa(ROOM FLAGS source...): instruction-set flags for exactly these files of a room.
function(nacre_isa flags)
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "${flags}")
endfunction()

# nacre_library(NAME KIND): all rooms as one library.
function(nacre_library name kind)
    get_property(rooms GLOBAL PROPERTY NACRE_ROOMS)
    set(objects)
    foreach(room ${rooms})
        list(APPEND objects $<TARGET_OBJECTS:${room}>)
    endforeach()
    add_library(${name} ${kind} ${objects})
    target_include_directories(${name} PUBLIC
        $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
    target_link_libraries(${name} PRIVATE ${NACRE_DEPS} $<BUILD_INTERFACE:nacre_flags>)
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE C)
endfunction()
