# The headers of the ABI by themselves: every standard and compiler they promise, and a program in C.
find_program(DBWAY_SHELL sh REQUIRED)
add_test(NAME header_compile_r7
  COMMAND ${DBWAY_SHELL} ${CMAKE_CURRENT_LIST_DIR}/header_compile_test.sh ${PROJECT_SOURCE_DIR}/api/include)
add_executable(dbway_header_c_test ${CMAKE_CURRENT_LIST_DIR}/header_c_test.c)
target_link_libraries(dbway_header_c_test PRIVATE dbway::api)
add_test(NAME header_c_r4_r5_r7 COMMAND dbway_header_c_test)
set_tests_properties(header_compile_r7 header_c_r4_r5_r7 PROPERTIES LABELS unit TIMEOUT 300)
