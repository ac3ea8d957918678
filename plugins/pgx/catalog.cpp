#include "catalog.hpp"

#include "codec_traits.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/value_text_number.hpp>

#include <algorithm>
#include <string>
#include <unordered_map>

namespace dbway::pgx {

namespace {

// What TypeRow says, read.
struct Description {
    enum class State : std::uint8_t { waiting, in_progress, done, failed };

    Oid of = 0;
    Oid array = 0;
    char kind = 0;
    std::string_view send;
    std::vector<Oid> fields;
    State state = State::waiting;
    std::unique_ptr<Type> type = std::make_unique<Type>();
};

[[noreturn]] void fail(std::string_view what, std::string_view text) {
    std::string message = "The server described a type, but ";
    message += what;
    message += " '";
    message += text.substr(0, 60);
    message += "' is none.";
    throw sdk::Failure(DBWAY_ERR_INTERNAL, std::move(message));
}

Oid read_oid(std::string_view text) {
    const auto oid = sdk::parse_unsigned(text);
    if (!oid || *oid > UINT32_MAX) fail("its OID", text);
    return static_cast<Oid>(*oid);
}

std::vector<Oid> read_oids(std::string_view text) {
    std::vector<Oid> oids;
    while (!text.empty()) {
        const std::size_t size = std::min(text.find(' '), text.size());
        oids.push_back(read_oid(text.substr(0, size)));
        text.remove_prefix(std::min(size + 1, text.size()));
    }
    return oids;
}

Description describe(const TypeRow& row) {
    Description description;
    description.of = read_oid(row[TypeRow::of]);
    description.array = read_oid(row[TypeRow::array]);
    if (row[TypeRow::kind].size() != 1) fail("its kind", row[TypeRow::kind]);
    if (row[TypeRow::delimiter].size() != 1) fail("its delimiter", row[TypeRow::delimiter]);
    description.kind = row[TypeRow::kind][0];
    description.send = row[TypeRow::send];
    description.fields = read_oids(row[TypeRow::fields]);
    description.type->oid = read_oid(row[TypeRow::oid]);
    description.type->delimiter = row[TypeRow::delimiter][0];
    description.type->name = row[TypeRow::name];
    description.type->schema = row[TypeRow::schema];
    return description;
}

// Whether render() cannot make the text of this type from its bytes.
bool only_server_renders(const Type& type) noexcept {
    switch (type.codec) {
        case Codec::unknown:
            return true;
        case Codec::textual:
            return type.oid != char_oid;
        case Codec::array:
        case Codec::range:
        case Codec::multirange:
            return type.item != nullptr && only_server_renders(*type.item);
        default:
            return false;
    }
}

// A base type of an extension. Which of them are text in disguise (citext) is told by the function that sends
// them.
Codec base_codec(std::string_view send) noexcept {
    if (send.empty()) return Codec::textual;
    const bool text =
        send == "textsend" || send == "varcharsend" || send == "bpcharsend" || send == "namesend";
    return text ? Codec::text : Codec::unknown;
}

// Works out what the types of one answer are, each after those that it is made of.
class Resolver {
  public:
    Resolver(const TypeCatalog& known, std::unordered_map<Oid, Description>& described) noexcept
        : known_(known), described_(described) {}

    // Null when it, or something that it is made of, is described nowhere.
    const Type* find(Oid oid) {
        if (const Type* type = builtin_type(oid)) return type;
        const auto at = described_.find(oid);
        if (at == described_.end()) return known_.find(oid);
        Description& description = at->second;
        if (description.state == Description::State::waiting) {
            description.state = Description::State::in_progress;
            const bool done = resolve(description);
            description.state = done ? Description::State::done : Description::State::failed;
        }
        return description.state == Description::State::done ? description.type.get() : nullptr;
    }

  private:
    bool resolve(Description& description) {
        Type& type = *description.type;
        const bool made_of_one = description.kind == 'a' || description.kind == 'd' ||
                                 description.kind == 'r' || description.kind == 'm';
        const Type* of = made_of_one ? find(description.of) : nullptr;
        if (made_of_one && of == nullptr) return false;
        switch (description.kind) {
            case 'a':
                type.codec = of->codec == Codec::textual ? Codec::textual : Codec::array;
                type.value_type = DBWAY_T_ARRAY;
                type.item = of;
                return true;
            case 'd':
                // The text of xml may lie about its encoding; encode_field() knows xml itself only by its
                // OID.
                type.codec = of->oid == xml_oid ? Codec::textual : of->codec;
                type.value_type = of->value_type;
                type.item = of->item;
                return true;
            case 'r':
            case 'm': {
                const Codec codec = description.kind == 'r' ? Codec::range : Codec::multirange;
                type.codec = only_server_renders(*of) ? Codec::textual : codec;
                type.item = of;
                break;
            }
            case 'c':
                if (!resolve_fields(description)) return false;
                break;
            case 'e':
                type.codec = Codec::text;
                break;
            default:
                type.codec = base_codec(description.send);
                break;
        }
        type.value_type = value_type_of(type.codec);
        return true;
    }

    bool resolve_fields(Description& description) {
        description.type->codec = Codec::record;
        for (const Oid oid : description.fields) {
            const Type* field = find(oid);
            if (field == nullptr) return false;
            if (only_server_renders(*field)) description.type->codec = Codec::textual;
        }
        return true;
    }

    const TypeCatalog& known_;
    std::unordered_map<Oid, Description>& described_;
};

}  // namespace

const Type* TypeCatalog::find(Oid oid) const noexcept {
    if (const Type* type = builtin_type(oid)) return type;
    const Node* node = buckets_[oid % n_buckets].load(std::memory_order_acquire);
    while (node != nullptr && node->type->oid != oid) node = node->next;
    return node == nullptr ? nullptr : node->type.get();
}

void TypeCatalog::add(std::span<const TypeRow> rows) {
    std::unordered_map<Oid, Description> described;
    std::int32_t scale = money_scale();
    for (const TypeRow& row : rows) {
        const Oid oid = read_oid(row[TypeRow::oid]);
        if (oid == 0) {
            const auto value = sdk::parse_integer(row[TypeRow::money_scale]);
            if (!value || *value < 0 || *value > 18) fail("the scale of money", row[TypeRow::money_scale]);
            scale = static_cast<std::int32_t>(*value);
        } else if (builtin_type(oid) == nullptr) {
            described.emplace(oid, describe(row));
        }
    }
    const std::lock_guard lock(adding_);
    Resolver resolver(*this, described);
    std::vector<Description*> done;
    for (auto& [oid, description] : described)
        if (resolver.find(oid) != nullptr) done.push_back(&description);
    for (Description* description : done)
        if (description->array != 0) description->type->array = resolver.find(description->array);

    std::vector<std::unique_ptr<Node>> nodes;
    nodes.reserve(done.size());
    for (Description* description : done)
        nodes.push_back(std::make_unique<Node>(Node{std::move(description->type), nullptr}));
    nodes_.reserve(nodes_.size() + nodes.size());
    // Nothing throws from here on.
    for (std::unique_ptr<Node>& node : nodes) {
        std::atomic<const Node*>& bucket = buckets_[node->type->oid % n_buckets];
        node->next = bucket.load(std::memory_order_relaxed);
        bucket.store(node.get(), std::memory_order_release);
        nodes_.push_back(std::move(node));
    }
    money_scale_.store(scale, std::memory_order_relaxed);
}

}  // namespace dbway::pgx
