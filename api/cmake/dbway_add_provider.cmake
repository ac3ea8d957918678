# dbway_add_provider(NAME SOURCES file… [LIBRARIES target…] [OUTPUT_DIRECTORY dir] [CXX_STANDARD n])
#
# Builds the plugin dbway_NAME.so (target dbway_NAME) from C or C++ sources, with what a host expects of one:
#   - the only exported symbol is dbway_entry_v1 (version script, hidden visibility, nothing of static libraries);
#   - no STB_GNU_UNIQUE symbols, which would keep the file mapped for ever;
#   - every symbol is resolved when it is linked (-z defs) and when it is loaded (-z now).
#
# C++ sources are compiled as C++20, which the SDK needs, or as CXX_STANDARD for those that use provider.h alone.
# The file goes to OUTPUT_DIRECTORY, by default DBWAY_PROVIDER_OUTPUT_DIRECTORY, by default
# ${CMAKE_BINARY_DIR}/providers. It is installed to DBWAY_PROVIDER_INSTALL_DIR if that is set.
include_guard(GLOBAL)

function(dbway_add_provider name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "OUTPUT_DIRECTORY;CXX_STANDARD" "SOURCES;LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "dbway_add_provider(${name}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT name MATCHES "^[a-z0-9][a-z0-9._-]*$")
    message(FATAL_ERROR "dbway_add_provider(${name}): a provider's name is [a-z0-9][a-z0-9._-]*")
  endif()
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "dbway_add_provider(${name}): SOURCES are missing")
  endif()
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY "${DBWAY_PROVIDER_OUTPUT_DIRECTORY}")
  endif()
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/providers")
  endif()
  if(NOT arg_CXX_STANDARD)
    set(arg_CXX_STANDARD 20)
  endif()

  set(target dbway_${name})
  add_library(${target} MODULE ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE dbway::api ${arg_LIBRARIES})
  set_target_properties(${target} PROPERTIES
    PREFIX ""
    OUTPUT_NAME dbway_${name}
    LIBRARY_OUTPUT_DIRECTORY "${arg_OUTPUT_DIRECTORY}"
    POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)

  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if("CXX" IN_LIST languages)
    set_target_properties(${target} PROPERTIES CXX_STANDARD ${arg_CXX_STANDARD} CXX_STANDARD_REQUIRED ON)
    target_compile_options(${target} PRIVATE "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>")
  endif()

  if(UNIX AND NOT APPLE)
    set(version_script "${CMAKE_CURRENT_BINARY_DIR}/${target}.map")
    file(CONFIGURE OUTPUT "${version_script}" CONTENT "{\n  global: dbway_entry_v1;\n  local: *;\n};\n")
    target_link_options(${target} PRIVATE
      "LINKER:--version-script=${version_script}" LINKER:--exclude-libs,ALL LINKER:-z,now)
    set_target_properties(${target} PROPERTIES LINK_DEPENDS "${version_script}")
    # With a sanitizer its run-time symbols come from the program, not from a library named here.
    if(NOT DBWAY_SANITIZE AND NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize=")
      target_link_options(${target} PRIVATE LINKER:-z,defs)
    endif()
  endif()

  if(DBWAY_PROVIDER_INSTALL_DIR)
    install(TARGETS ${target} LIBRARY DESTINATION "${DBWAY_PROVIDER_INSTALL_DIR}" COMPONENT provider_${name})
  endif()
endfunction()
