# SPDX-License-Identifier: Apache-2.0
# yyjson from the system where it is packaged, else the source that tools/deps put under build/deps.
add_library(nacre_yyjson INTERFACE)
pkg_check_modules(YYJSON QUIET IMPORTED_TARGET yyjson>=0.10)
set(NACRE_YYJSON_DIR ${CMAKE_SOURCE_DIR}/build/deps/yyjson)
if(YYJSON_FOUND)
    target_link_libraries(nacre_yyjson INTERFACE PkgConfig::YYJSON)
elseif(EXISTS ${NACRE_YYJSON_DIR}/yyjson.c)
    # Its header would export every function of it from our shared library.
    add_library(nacre_yyjson_objects OBJECT ${NACRE_YYJSON_DIR}/yyjson.c)
    target_compile_definitions(nacre_yyjson_objects PRIVATE yyjson_api=)
    target_include_directories(nacre_yyjson INTERFACE $<BUILD_INTERFACE:${NACRE_YYJSON_DIR}>)
    target_sources(nacre_yyjson INTERFACE $<BUILD_INTERFACE:$<TARGET_OBJECTS:nacre_yyjson_objects>>)
else()
    message(FATAL_ERROR "yyjson not found: run tools/deps (or install libyyjson-dev >= 0.10)")
endif()
