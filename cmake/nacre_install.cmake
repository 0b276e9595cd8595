# SPDX-License-Identifier: Apache-2.0
# Install: program, shared and static library, headers, pkg-config file, man page, example.
set_target_properties(nacre PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
set_target_properties(nacre_static PROPERTIES OUTPUT_NAME nacre)
file(RELATIVE_PATH NACRE_PC_UP /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/nacre.pc.in nacre.pc @ONLY)
install(TARGETS nacre_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(TARGETS nacre LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
    NAMELINK_COMPONENT dev)
install(TARGETS nacre_static ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(DIRECTORY include/nacre DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev
    FILES_MATCHING PATTERN "*.h")
install(FILES ${CMAKE_BINARY_DIR}/nacre.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
install(FILES LICENSE THIRD-PARTY.md README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
