#include "array_header.hpp"

#include "catalog.hpp"
#include "codec_traits.hpp"

#include <limits>

namespace dbway::pgx {

const Type& named_type(Oid oid, const Type* expected, RenderContext& context) noexcept {
    if (expected != nullptr && expected->oid == oid) return *expected;
    const Type* type = context.catalog != nullptr ? context.catalog->find(oid) : builtin_type(oid);
    if (type != nullptr) return *type;
    context.undescribed = oid;
    return undescribed_type();
}

ArrayHeader read_array_header(Reader& in, RenderContext& context) {
    ArrayHeader header;
    const std::int32_t n_dimensions = in.i32();
    in.u32();  // whether there are NULLs, which the items tell themselves
    header.item = &named_type(in.u32(), in.type().item, context);
    if (n_dimensions < 0 || static_cast<std::size_t>(n_dimensions) > array_dimensions_max)
        malformed(in.type(), "an array has at most 6 dimensions");
    header.n_dimensions = static_cast<std::size_t>(n_dimensions);
    header.n_items = n_dimensions == 0 ? 0 : 1;
    const std::int32_t usual = is_vector(in.type()) ? 0 : 1;
    for (std::size_t i = 0; i < header.n_dimensions; ++i) {
        const std::int32_t size = in.i32();
        header.lower[i] = in.i32();
        if (size < 0 || header.lower[i] > std::numeric_limits<std::int32_t>::max() - size)
            malformed(in.type(), "a dimension is out of range");
        header.size[i] = static_cast<std::uint32_t>(size);
        header.plain = header.plain && header.lower[i] == usual;
        // Each item takes four bytes or more; so the product stays small enough not to overflow.
        header.n_items *= header.size[i];
        if (header.n_items > in.left() / 4) malformed(in.type(), "it has more items than bytes");
    }
    if (header.n_items == 0) header.n_dimensions = 0;
    return header;
}

}  // namespace dbway::pgx
