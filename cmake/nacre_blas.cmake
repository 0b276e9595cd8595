# SPDX-License-Identifier: Apache-2.0
# OpenBLAS and LAPACKE for src/kern/linalg. Debian ships LAPACKE apart; Homebrew's OpenBLAS contains it,
# and both are keg-only there: put their pkgconfig folders into PKG_CONFIG_PATH.
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)
pkg_check_modules(LAPACKE IMPORTED_TARGET lapacke)
set(NACRE_BLAS PkgConfig::OPENBLAS)
set(NACRE_BLAS_PC ", openblas")
if(LAPACKE_FOUND)
    list(APPEND NACRE_BLAS PkgConfig::LAPACKE)
    string(APPEND NACRE_BLAS_PC ", lapacke")
endif()
