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
install(DIRECTORY bench/peers DESTINATION ${CMAKE_INSTALL_DATADIR}/nacre COMPONENT program
    FILES_MATCHING PATTERN "*.py")
find_program(SCDOC scdoc)
if(SCDOC)
    add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/nacre.1
        COMMAND ${SCDOC} <${CMAKE_SOURCE_DIR}/docs/man/nacre.1.scd >${CMAKE_BINARY_DIR}/nacre.1
        DEPENDS docs/man/nacre.1.scd)
    add_custom_target(nacre_man ALL DEPENDS ${CMAKE_BINARY_DIR}/nacre.1)
    install(FILES ${CMAKE_BINARY_DIR}/nacre.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
endif()
