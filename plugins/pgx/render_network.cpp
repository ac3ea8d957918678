#include "render_parts.hpp"

#include <dbway/sdk/value_text_bytes.hpp>

#include <array>

namespace dbway::pgx {

namespace {

void append_hex(std::string& out, std::uint32_t value) {
    constexpr char digits[] = "0123456789abcdef";
    int shift = 12;
    while (shift > 0 && value >> shift == 0) shift -= 4;
    for (; shift >= 0; shift -= 4) out += digits[value >> shift & 15];
}

void append_v4(std::string& out, const std::uint8_t* address) {
    for (int i = 0; i < 4; ++i) {
        if (i != 0) out += '.';
        append_unsigned(out, address[i]);
    }
}

// As the server's inet_net_ntop.c: the first of the longest runs of zeros becomes "::", and addresses that
// embed one of IPv4 end like it.
void append_v6(std::string& out, const std::uint8_t* address) {
    std::array<std::uint32_t, 8> words{};
    for (std::size_t i = 0; i < 8; ++i) words[i] = load<std::uint16_t>(address + 2 * i);
    std::size_t best = 8;
    std::size_t length = 1;  // a single zero is no run
    for (std::size_t i = 0; i < 8;) {
        std::size_t end = i;
        while (end < 8 && words[end] == 0) ++end;
        if (end - i > length) {
            best = i;
            length = end - i;
        }
        i = end + 1;
    }
    if (best == 8) length = 0;
    const bool embeds_v4 =
        best == 0 && (length == 6 || (length == 7 && words[7] != 1) || (length == 5 && words[5] == 0xFFFF));
    for (std::size_t i = 0; i < 8; ++i) {
        if (i >= best && i < best + length) {
            if (i == best) out += ':';
            continue;
        }
        if (i != 0) out += ':';
        if (i == 6 && embeds_v4) {
            append_v4(out, address + 12);
            break;
        }
        append_hex(out, words[i]);
    }
    if (best + length == 8 && length != 0) out += ':';
}

void render_inet(Reader& in, std::string& out) {
    constexpr std::uint8_t family_v4 = 2;
    constexpr std::uint8_t family_v6 = 3;
    const std::uint8_t family = in.u8();
    const std::uint8_t bits = in.u8();
    const bool network = in.u8() != 0;
    const std::size_t size = in.u8();
    const std::size_t expected = family == family_v4 ? 4 : 16;
    if (family != family_v4 && family != family_v6) malformed(in.type(), "its address family is unknown");
    if (size != expected || bits > 8 * size) malformed(in.type(), "its address has a wrong size");
    const Bytes address = in.bytes(size);
    if (family == family_v4)
        append_v4(out, address.data());
    else
        append_v6(out, address.data());
    if (!network && bits == 8 * size) return;
    out += '/';
    append_unsigned(out, bits);
}

}  // namespace

void render_network(Reader& in, std::string& out) {
    if (in.type().codec == Codec::inet) {
        render_inet(in, out);
    } else {
        const std::size_t size = in.type().codec == Codec::macaddr ? 6 : 8;
        const Bytes address = in.bytes(size);
        for (std::size_t i = 0; i < size; ++i) {
            if (i != 0) out += ':';
            char digits[2];
            sdk::detail::put_hex(digits, address[i]);
            out.append(digits, 2);
        }
    }
    in.end();
}

}  // namespace dbway::pgx
