# The sources of the binary codecs; they need only the api.
set(DBWAY_PGX_CODEC_SOURCES
  array_header.cpp array_text.cpp calendar.cpp catalog.cpp catalog_sql.cpp decode.cpp encode.cpp encode_array.cpp
  encode_number.cpp encode_scalar.cpp encode_text.cpp encode_time.cpp interval_text.cpp numeric.cpp render.cpp
  render_composite.cpp render_float.cpp render_geometry.cpp render_network.cpp render_search.cpp render_time.cpp type.cpp)
