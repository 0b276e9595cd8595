# SPDX-License-Identifier: Apache-2.0
# Cross build for arm64 Linux with clang-19 against the libraries that `tools/deps arm64` unpacked, and
# qemu-user to run what was built. The macOS build shares its compiler, not this file.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
get_filename_component(NACRE_ROOT ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
set(CMAKE_SYSROOT ${NACRE_ROOT}/build/deps/arm64/root)
set(NACRE_ARM64_LIB ${CMAKE_SYSROOT}/usr/lib/aarch64-linux-gnu)

set(CMAKE_C_COMPILER clang-19)
set(CMAKE_C_COMPILER_TARGET aarch64-linux-gnu)
set(CMAKE_AR llvm-ar-19 CACHE FILEPATH "")
set(CMAKE_RANLIB llvm-ranlib-19 CACHE FILEPATH "")
set(CMAKE_C_FLAGS_INIT "-B${CMAKE_SYSROOT}/usr/lib/gcc/aarch64-linux-gnu/12")
# OpenBLAS lies in a folder of its own, which only a package's installation would make the default.
set(linker "-fuse-ld=lld -Wl,-rpath-link,${NACRE_ARM64_LIB}/openblas-pthread -L${NACRE_ARM64_LIB}/openblas-pthread")
set(CMAKE_EXE_LINKER_FLAGS_INIT "${linker}")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "${linker}")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${CMAKE_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR}
    "${NACRE_ARM64_LIB}/openblas-pthread/pkgconfig:${NACRE_ARM64_LIB}/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig")

# An ordinary core without SME; tests that need another name it themselves (NACRE_QEMU_CPU).
set(NACRE_QEMU ${NACRE_ROOT}/build/deps/qemu/root/usr/bin/qemu-aarch64)
set(CMAKE_CROSSCOMPILING_EMULATOR
    ${NACRE_QEMU} -L ${CMAKE_SYSROOT} -E LD_LIBRARY_PATH=/usr/lib/aarch64-linux-gnu/openblas-pthread)
