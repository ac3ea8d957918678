// Full text search: tsvectorsend() and tsvectorout(), tsquerysend() and tsqueryout() of the server's
// tsvector.c and tsquery.c.
#include "render_parts.hpp"

#include <array>
#include <vector>

namespace dbway::pgx {

namespace {

void append_lexeme(std::string& out, std::string_view lexeme) {
    out += '\'';
    for (const char c : lexeme) {
        if (c == '\'' || c == '\\') out += c;
        out += c;
    }
    out += '\'';
}

struct QueryNode {
    enum Kind : std::uint8_t { value, negation, conjunction, disjunction, phrase };
    Kind kind = value;
    std::uint8_t weight = 0;  // value: a bit for each of A to D
    bool prefix = false;
    std::uint16_t distance = 0;  // phrase
    std::string_view lexeme;
    std::size_t left = 0;
    std::size_t right = 0;

    int priority() const noexcept {
        constexpr std::array<int, 5> of = {5, 4, 2, 1, 3};
        return of[kind];
    }
    std::string_view sign() const noexcept {
        return kind == conjunction ? " & " : kind == disjunction ? " | " : "";
    }
};

QueryNode read_node(Reader& in) {
    QueryNode node;
    const std::uint8_t kind = in.u8();
    if (kind == 1) {
        node.weight = in.u8();
        node.prefix = in.u8() != 0;
        node.lexeme = in.string();
        return node;
    }
    const std::uint8_t operation = in.u8();
    if (kind != 2 || operation < QueryNode::negation || operation > QueryNode::phrase)
        malformed(in.type(), "an operator within it is unknown");
    node.kind = static_cast<QueryNode::Kind>(operation);
    if (node.kind == QueryNode::phrase) node.distance = in.u16();
    return node;
}

// The nodes stand in prefix order, the right operand before the left one. Read from the end, each operator
// finds its operands on a stack.
void link_nodes(std::vector<QueryNode>& nodes, const Type& type) {
    std::vector<std::size_t> waiting;
    for (std::size_t i = nodes.size(); i-- > 0;) {
        QueryNode& node = nodes[i];
        const std::size_t operands = node.kind == QueryNode::value      ? 0
                                     : node.kind == QueryNode::negation ? 1
                                                                        : 2;
        if (waiting.size() < operands) malformed(type, "an operator within it has no operand");
        if (operands > 0) {
            node.right = waiting.back();
            waiting.pop_back();
        }
        if (operands > 1) {
            node.left = waiting.back();
            waiting.pop_back();
        }
        waiting.push_back(i);
    }
    if (waiting.size() != 1) malformed(type, "operands are left over in it");
}

void append_value(std::string& out, const QueryNode& node) {
    append_lexeme(out, node.lexeme);
    if (node.weight == 0 && !node.prefix) return;
    out += ':';
    if (node.prefix) out += '*';
    for (int i = 3; i >= 0; --i)
        if ((node.weight >> i & 1) != 0) out += static_cast<char>('D' - i);
}

void append_operator(std::string& out, const QueryNode& node) {
    if (node.kind != QueryNode::phrase) {
        out += node.sign();
    } else if (node.distance == 1) {
        out += " <-> ";
    } else {
        out += " <";
        append_unsigned(out, node.distance);
        out += "> ";
    }
}

}  // namespace

void render_text_vector(Reader& in, std::string& out) {
    const std::size_t count = in.count(3);
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) out += ' ';
        append_lexeme(out, in.string());
        const std::uint16_t positions = in.u16();
        for (std::uint16_t k = 0; k < positions; ++k) {
            const std::uint16_t position = in.u16();
            out += k == 0 ? ':' : ',';
            append_unsigned(out, position & 0x3FFFU);
            const int weight = position >> 14;
            if (weight != 0) out += static_cast<char>('D' - weight);
        }
    }
    in.end();
}

// Without recursion: a query of many operators may be nested as deep as it is long.
void render_text_query(Reader& in, std::string& out) {
    std::vector<QueryNode> nodes(in.count(2));
    for (QueryNode& node : nodes) node = read_node(in);
    in.end();
    if (nodes.empty()) return;
    link_nodes(nodes, in.type());

    struct Step {
        enum Kind : std::uint8_t { node, sign, close };
        Kind kind = node;
        std::size_t index = 0;
        int parent_priority = 0;
        bool right_of_phrase = false;
    };
    std::vector<Step> steps = {{Step::node, 0, -1, false}};
    while (!steps.empty()) {
        const Step step = steps.back();
        steps.pop_back();
        const QueryNode& node = nodes[step.index];
        if (step.kind == Step::close) {
            out += " )";
            continue;
        }
        if (step.kind == Step::sign) {
            append_operator(out, node);
            continue;
        }
        if (node.kind == QueryNode::value) {
            append_value(out, node);
            continue;
        }
        const bool phrase = node.kind == QueryNode::phrase;
        if (node.priority() < step.parent_priority || (phrase && step.right_of_phrase)) {
            out += "( ";
            steps.push_back({Step::close, step.index, 0, false});
        }
        steps.push_back({Step::node, node.right, node.priority(), phrase});
        if (node.kind == QueryNode::negation) {
            out += '!';
            continue;
        }
        steps.push_back({Step::sign, step.index, 0, false});
        steps.push_back({Step::node, node.left, node.priority(), false});
    }
}

}  // namespace dbway::pgx
