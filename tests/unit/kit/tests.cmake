# Entities: without a database, then the guide's program on SQLite, then what the compiler refuses.
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*_test.cpp)
dbway_add_test(dbway_unit_kit unit SOURCES ${sources} LIBRARIES dbway_kit dbway_test_providers)

find_program(DBWAY_AWK awk)
if(DBWAY_AWK AND TARGET dbway_sqlite)
  set(guide ${CMAKE_SOURCE_DIR}/docs/guide/entities.md)
  add_custom_command(OUTPUT entities_guide.cpp
    COMMAND ${DBWAY_AWK} -f ${CMAKE_CURRENT_LIST_DIR}/guide_program.awk ${guide} > entities_guide.cpp
    DEPENDS ${guide} ${CMAKE_CURRENT_LIST_DIR}/guide_program.awk VERBATIM)
  add_executable(dbway_unit_entities_guide ${CMAKE_CURRENT_BINARY_DIR}/entities_guide.cpp)
  target_compile_options(dbway_unit_entities_guide PRIVATE -O0)
  target_link_libraries(dbway_unit_entities_guide PRIVATE dbway_kit)
  add_dependencies(dbway_unit_entities_guide dbway_sqlite)
  add_test(NAME entities.guide COMMAND ${CMAKE_CURRENT_LIST_DIR}/guide.sh
    $<TARGET_FILE:dbway_unit_entities_guide> ${CMAKE_BINARY_DIR}/providers)
  set_tests_properties(entities.guide PROPERTIES LABELS unit TIMEOUT 300)
endif()

add_test(NAME entities.refused COMMAND ${CMAKE_CURRENT_LIST_DIR}/refused.sh ${CMAKE_CXX_COMPILER}
  ${CMAKE_CURRENT_LIST_DIR}/refused.cpp -I${CMAKE_SOURCE_DIR}/host/include -I${CMAKE_SOURCE_DIR}/api/include)
set_tests_properties(entities.refused PROPERTIES LABELS unit TIMEOUT 300)
