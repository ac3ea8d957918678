// relations.hpp - eager loading: one statement for each relation and chunk of keys, never one for each
// object; targets find their owners by a hash table.
#pragma once

#include <dbway/kit/reader.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace dbway::kit {

// A relation to load, and what to load of its targets. `owners`: a std::vector<Owner*>.
struct Load {
    void (*run)(Executor& executor, const std::vector<Load>& nested, void* owners);
    std::vector<Load> nested;
};

template <typename T>
concept Related = requires {
    dbway_relations(static_cast<const T*>(nullptr));
};

// ---- what holds a target
// ---------------------------------------------------------------------------------------

template <typename Holder>
struct HolderTraits;
template <typename T>
struct HolderTraits<std::optional<T>> {
    using Target = T;
    static constexpr bool many = false, shared = false;
};
template <typename T>
struct HolderTraits<std::unique_ptr<T>> {
    using Target = T;
    static constexpr bool many = false, shared = false;
};
template <typename T>
struct HolderTraits<std::shared_ptr<T>> {
    using Target = T;
    static constexpr bool many = false, shared = true;
};
template <typename T>
struct HolderTraits<std::vector<T>> {
    using Target = T;
    static constexpr bool many = true, shared = false;
};
template <typename T>
struct HolderTraits<std::vector<std::shared_ptr<T>>> {
    using Target = T;
    static constexpr bool many = true, shared = true;
};

template <typename T>
void put(std::optional<T>& holder, T&& target) {
    holder.emplace(std::move(target));
}
template <typename T>
void put(std::unique_ptr<T>& holder, T&& target) {
    holder = std::make_unique<T>(std::move(target));
}
template <typename T>
void put(std::vector<T>& holder, T&& target) {
    holder.push_back(std::move(target));
}
template <typename T>
void put(std::shared_ptr<T>& holder, const std::shared_ptr<T>& target) {
    holder = target;
}
template <typename T>
void put(std::vector<std::shared_ptr<T>>& holder, const std::shared_ptr<T>& target) {
    holder.push_back(target);
}

// The targets of one load, each given to one owner or to several: shared where the holders share, copied
// otherwise, but moved to the last one.
template <typename Holder>
class Targets {
    using Traits = HolderTraits<Holder>;
    using T = typename Traits::Target;

  public:
    explicit Targets(std::vector<T>&& targets) : targets_(std::move(targets)), uses_(targets_.size(), 0) {
        if constexpr (Traits::shared) shared_.resize(targets_.size());
    }
    const T& operator[](std::size_t i) const { return targets_[i]; }
    std::size_t size() const noexcept { return targets_.size(); }
    void expect_use(std::size_t i) { ++uses_[i]; }
    void give(std::size_t i, Holder& holder) {
        if constexpr (Traits::shared) {
            if (!shared_[i]) shared_[i] = std::make_shared<T>(std::move(targets_[i]));
            put(holder, shared_[i]);
        } else if (--uses_[i] == 0) {
            put(holder, std::move(targets_[i]));
        } else if constexpr (std::is_copy_constructible_v<T>) {
            put(holder, T(targets_[i]));
        } else {
            throw_misuse(description<T>(),
                         "several objects own one that cannot be copied; hold it by a std::shared_ptr");
        }
    }

  private:
    std::vector<T> targets_;
    std::vector<std::uint32_t> uses_;
    std::vector<std::shared_ptr<T>> shared_;
};

// ---- keys
// ------------------------------------------------------------------------------------------------------

template <typename T>
std::size_t hash_value(const T& value) {
    if constexpr (std::is_same_v<T, Uuid>)
        return std::hash<std::string_view>()(
            {reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()});
    else if constexpr (std::is_same_v<T, Decimal>)
        return std::hash<std::string>()(value.str());
    else if constexpr (std::is_same_v<T, Blob>)
        return std::hash<std::string_view>()({reinterpret_cast<const char*>(value.data()), value.size()});
    else if constexpr (requires { value.time_since_epoch().count(); })
        return std::hash<typename T::rep>()(value.time_since_epoch().count());
    else
        return std::hash<T>()(value);
}

struct KeyHash {
    template <typename... K>
    std::size_t operator()(const std::tuple<K...>& key) const {
        std::size_t hash = 0;
        std::apply(
            [&](const auto&... part) {
                ((hash ^= hash_value(part) + 0x9e3779b97f4a7c15u + (hash << 6) + (hash >> 2)), ...);
            },
            key);
        return hash;
    }
};

template <typename... M>
using KeyOf = std::tuple<PlainType<M>...>;

// The values of some members; none if one of them is empty.
template <typename T, typename... M>
std::optional<KeyOf<M...>> key_of(const T& object, const std::tuple<M T::*...>& members) {
    return std::apply(
        [&](auto... member) -> std::optional<KeyOf<M...>> {
            const auto present = [](const auto& value) {
                if constexpr (dbway::detail::is_optional<std::remove_cvref_t<decltype(value)>>::value)
                    return value.has_value();
                else
                    return true;
            };
            const auto plain = [](const auto& value) -> const auto& {
                if constexpr (dbway::detail::is_optional<std::remove_cvref_t<decltype(value)>>::value)
                    return *value;
                else
                    return value;
            };
            if (!(present(object.*member) && ...)) return std::nullopt;
            return KeyOf<M...>(plain(object.*member)...);
        },
        members);
}

// Pointers to the members of an entity's key.
template <Entity T>
constexpr auto key_members() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return std::tuple{std::get<Traits<T>::keys[I]>(definition<T>.members).pointer...};
    }
    (std::make_index_sequence<Traits<T>::key_count>{});
}

// ---- loading by key
// ----------------------------------------------------------------------------------------------

// Objects whose `members` have one of the keys, in the order of their own keys.
template <Entity T, typename... M>
std::vector<T> fetch(Executor& executor, const std::tuple<M T::*...>& members,
                     const std::vector<KeyOf<M...>>& keys) {
    std::vector<T> result;
    const auto columns = std::apply([](auto... member) { return std::array{column_of(member)...}; }, members);
    constexpr std::size_t width = sizeof...(M);
    const bool arrays = width == 1 && executor.can(DBWAY_ORM_ARRAYS);
    const std::size_t most = executor.max_params();
    const std::size_t chunk = arrays ? 65'536
                              : width == 1
                                  ? std::bit_floor(std::min<std::size_t>(most, 4'096))
                                  : std::max<std::size_t>(1, std::min<std::size_t>(most / width, 512));
    for (std::size_t from = 0; from < keys.size(); from += chunk) {
        const std::size_t count = std::min(chunk, keys.size() - from);
        Expression expression;
        if constexpr (width == 1) {
            std::deque<std::tuple_element_t<0, KeyOf<M...>>> values;
            for (std::size_t i = 0; i < count; ++i) values.push_back(std::get<0>(keys[from + i]));
            expression = Expression({DBWAY_ORM_IN, columns[0], 0, own(std::move(values))});
        } else {
            expression = Expression({DBWAY_ORM_OR, 0, 0, nullptr});
            for (std::size_t i = 0; i < count; ++i) {
                Expression all;
                std::apply(
                    [&](const auto&... part) {
                        std::size_t at = 0;
                        ((all = Expression::join(
                              DBWAY_ORM_AND, std::move(all),
                              Expression({DBWAY_ORM_EQ, columns[at++], 0,
                                          own(std::deque<std::remove_cvref_t<decltype(part)>>{part})}))),
                         ...);
                    },
                    keys[from + i]);
                expression = Expression::join(DBWAY_ORM_OR, std::move(expression), all);
            }
        }
        Operation operation(DBWAY_ORM_FIND);
        expression.lower(arrays, operation.where, operation.values);
        for (const std::uint32_t column : Traits<T>::keys) operation.orders.push_back({column, 0});
        const Description& description = kit::description<T>();
        executor.run(description, "load", executor.plan_one(description, operation), operation.values,
                     [&](const dbway::detail::Cursor& cursor) {
                         if (cursor.width() != Traits<T>::count) cursor.throw_width(Traits<T>::count);
                         read_row(result.emplace_back(), cursor);
                     });
    }
    return result;
}

template <Entity T>
void load_relations(Executor& executor, const std::vector<Load>& loads, std::vector<T>& objects) {
    if (loads.empty() || (objects.empty() && !executor.dry())) return;
    std::vector<T*> pointers;
    pointers.reserve(objects.size());
    for (T& object : objects) pointers.push_back(&object);
    for (const Load& load : loads) load.run(executor, load.nested, &pointers);
}

// The distinct keys of objects, and which objects have one: those of a key form a chain.
template <typename Key>
class KeyIndex {
  public:
    explicit KeyIndex(std::size_t objects) : next_(objects, npos) { first_.reserve(objects); }

    void add(const Key& key, std::size_t object) {
        const auto [found, inserted] = first_.try_emplace(key, object);
        if (inserted) {
            keys_.push_back(key);
        } else {
            next_[object] = found->second;
            found->second = object;
        }
    }
    const std::vector<Key>& keys() const noexcept { return keys_; }
    template <typename Function>
    void each(const Key& key, Function&& function) const {
        const auto found = first_.find(key);
        if (found == first_.end()) return;
        for (std::size_t i = found->second; i != npos; i = next_[i]) function(i);
    }

  private:
    static constexpr std::size_t npos = static_cast<std::size_t>(-1);
    std::unordered_map<Key, std::size_t, KeyHash> first_;
    std::vector<std::size_t> next_;
    std::vector<Key> keys_;
};

template <typename Owner, typename Holder, typename... M>
void load(const entity::BelongsTo<Owner, Holder, M...>& relation, Executor& executor,
          const std::vector<Load>& nested, std::vector<Owner*>& owners) {
    using Target = typename HolderTraits<Holder>::Target;
    static_assert(!HolderTraits<Holder>::many, "belongs_to() is held by a std::optional or a pointer");
    constexpr auto target_key = key_members<Target>();
    using Key = KeyOf<M...>;
    static_assert(
        std::is_same_v<decltype(key_of(std::declval<const Target&>(), target_key)), std::optional<Key>>,
        "the types of a foreign key are those of the key that it refers to");
    KeyIndex<Key> index(owners.size());
    for (std::size_t i = 0; i < owners.size(); ++i) {
        owners[i]->*relation.member = Holder{};
        if (const auto key = key_of(*owners[i], relation.foreign_key)) index.add(*key, i);
    }
    std::vector<Target> loaded = fetch<Target>(executor, target_key, index.keys());
    load_relations(executor, nested, loaded);
    Targets<Holder> targets(std::move(loaded));
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const Key key = *key_of(targets[i], target_key);
        index.each(key, [&](std::size_t) { targets.expect_use(i); });
        index.each(key, [&](std::size_t owner) { targets.give(i, owners[owner]->*relation.member); });
    }
}

template <typename Owner, typename Holder, typename Target, typename... M>
void load(const entity::Has<Owner, Holder, Target, M...>& relation, Executor& executor,
          const std::vector<Load>& nested, std::vector<Owner*>& owners) {
    static_assert(std::is_same_v<typename HolderTraits<Holder>::Target, Target>,
                  "the foreign key of has_one() and has_many() is a member of what the holder holds");
    constexpr auto owner_key = key_members<Owner>();
    using Key = KeyOf<M...>;
    static_assert(
        std::is_same_v<decltype(key_of(std::declval<const Owner&>(), owner_key)), std::optional<Key>>,
        "the types of a foreign key are those of the key that it refers to");
    KeyIndex<Key> index(owners.size());
    for (std::size_t i = 0; i < owners.size(); ++i) {
        owners[i]->*relation.member = Holder{};
        index.add(*key_of(*owners[i], owner_key), i);
    }
    std::vector<Target> loaded = fetch<Target>(executor, relation.foreign_key, index.keys());
    load_relations(executor, nested, loaded);
    Targets<Holder> targets(std::move(loaded));
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const auto key = key_of(targets[i], relation.foreign_key);
        if (!key) continue;
        index.each(*key, [&](std::size_t) { targets.expect_use(i); });
        index.each(*key, [&](std::size_t owner) { targets.give(i, owners[owner]->*relation.member); });
    }
}

template <typename Owner, typename Holder, typename Link, typename OwnerKey, typename TargetKey>
void load(const entity::ManyToMany<Owner, Holder, Link, OwnerKey, TargetKey>& relation, Executor& executor,
          const std::vector<Load>& nested, std::vector<Owner*>& owners) {
    using Target = typename HolderTraits<Holder>::Target;
    static_assert(HolderTraits<Holder>::many, "many_to_many() is held by a std::vector");
    constexpr auto owner_key = key_members<Owner>();
    constexpr auto target_key = key_members<Target>();
    using Key = KeyOf<TargetKey>;
    static_assert(
        std::is_same_v<decltype(key_of(std::declval<const Owner&>(), owner_key)),
                       std::optional<KeyOf<OwnerKey>>> &&
            std::is_same_v<decltype(key_of(std::declval<const Target&>(), target_key)), std::optional<Key>>,
        "the members of the link have the types of the keys that they refer to, one each");
    KeyIndex<KeyOf<OwnerKey>> index(owners.size());
    for (std::size_t i = 0; i < owners.size(); ++i) {
        (owners[i]->*relation.member).clear();
        index.add(*key_of(*owners[i], owner_key), i);
    }
    const std::vector<Link> links = fetch<Link>(executor, std::tuple{relation.owner_key}, index.keys());
    KeyIndex<Key> wanted(links.size());
    for (std::size_t i = 0; i < links.size(); ++i)
        if (const auto key = key_of(links[i], std::tuple{relation.target_key})) wanted.add(*key, i);
    std::vector<Target> loaded = fetch<Target>(executor, target_key, wanted.keys());
    load_relations(executor, nested, loaded);
    Targets<Holder> targets(std::move(loaded));
    const auto each = [&](const auto& function) {
        for (std::size_t i = 0; i < targets.size(); ++i)
            wanted.each(*key_of(targets[i], target_key), [&](std::size_t link) {
                const auto owner = key_of(links[link], std::tuple{relation.owner_key});
                index.each(*owner, [&](std::size_t at) { function(i, at); });
            });
    };
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    each([&](std::size_t target, std::size_t owner) {
        targets.expect_use(target);
        pairs.emplace_back(target, owner);
    });
    for (const auto& [target, owner] : pairs) targets.give(target, owners[owner]->*relation.member);
}

template <Entity T, std::size_t I>
void run_load(Executor& executor, const std::vector<Load>& nested, void* owners) {
    constexpr auto relations = dbway_relations(static_cast<const T*>(nullptr));
    load(std::get<I>(relations), executor, nested, *static_cast<std::vector<T*>*>(owners));
}

// Adds the relation held by `member` to `loads`, and those of `rest` below it.
template <Entity T, typename Holder, typename... Rest>
void add_load(std::vector<Load>& loads, Holder T::*member, Rest... rest) {
    static_assert(Related<T>, "with() needs DBWAY_RELATIONS of this entity");
    Load* found = nullptr;
    if constexpr (Related<T>) {
        constexpr auto relations = dbway_relations(static_cast<const T*>(nullptr));
        const auto look = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
            const auto& relation = std::get<I>(relations);
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(relation.member)>, Holder T::*>) {
                if (relation.member != member) return;
                for (Load& load : loads)
                    if (load.run == &run_load<T, I>) found = &load;
                if (found == nullptr) found = &loads.emplace_back(Load{&run_load<T, I>, {}});
            }
        };
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (look(std::integral_constant<std::size_t, I>{}), ...);
        }
        (std::make_index_sequence<std::tuple_size_v<decltype(relations)>>{});
    }
    if (found == nullptr) throw_misuse(description<T>(), "with() of a member that is no relation of it");
    if constexpr (sizeof...(Rest) != 0)
        add_load<typename HolderTraits<Holder>::Target>(found->nested, rest...);
}

}  // namespace dbway::kit
