// What the macros say of a struct, as data.
#include "planner_fixture.hpp"

namespace app {

enum class Level : std::int16_t { low, high };

struct Team {
    std::int64_t number = 0;
};
DBWAY_ENTITY(Team, "teams", (number, key))
DBWAY_TABLE(Team, schema("staff"))

struct Person {
    std::int64_t id = 0;
    std::string name;
    std::optional<std::string> email;
    std::optional<std::int64_t> team;
    dbway::Decimal pay;
    Level level = Level::low;
    std::vector<std::string> tags;
    std::optional<dbway::TimestampTz> gone;
    std::uint32_t version = 0;
    int not_a_column = 0;
};
DBWAY_ENTITY(Person, "people", (id, key, generated), name, (email, unique, column("e_mail")),
             (team, references(&Team::number).on_delete_set_null().on_update_cascade()),
             (pay, decimal(10, 2), default_sql("0")), level, (tags, type_sql("text[]")), (gone, deleted),
             (version, version))
DBWAY_TABLE(Person, index(&Person::name, &Person::team),
            unique_index(&Person::team, &Person::name).named("one_name"), check("paid", "pay >= 0"))

struct Pair {
    int a = 0;
    std::string b;
};
DBWAY_ENTITY(Pair, "pairs", (a, key), (b, key))

struct PairUse {
    int id = 0;
    int a = 0;
    std::string b;
};
DBWAY_ENTITY(PairUse, "pair_uses", (id, key), a, b)
DBWAY_TABLE(PairUse, foreign_key(&PairUse::a, &PairUse::b).to(&Pair::a, &Pair::b).on_delete_cascade())

}  // namespace app

namespace dbway::test {
namespace {

using namespace app;

std::string_view view(const dbway_str& text) { return {text.ptr, text.len}; }

TEST(EntityDescription, columns_have_the_types_of_their_members) {
    const dbway_orm_entity& entity = kit::description<Person>().abi();
    EXPECT_EQ(view(entity.table), "people");
    ASSERT_EQ(entity.n_columns, 9u);
    struct Expected {
        const char* name;
        std::uint32_t type;
        std::uint32_t flags;
    };
    const Expected expected[] = {
        {"id", DBWAY_T_I64, DBWAY_ORM_PRIMARY | DBWAY_ORM_GENERATED | DBWAY_ORM_NOT_NULL},
        {"name", DBWAY_T_TEXT, DBWAY_ORM_NOT_NULL},
        {"e_mail", DBWAY_T_TEXT, DBWAY_ORM_UNIQUE},
        {"team", DBWAY_T_I64, 0},
        {"pay", DBWAY_T_DECIMAL, DBWAY_ORM_NOT_NULL},
        {"level", DBWAY_T_I64, DBWAY_ORM_NOT_NULL},
        {"tags", DBWAY_T_ARRAY, DBWAY_ORM_NOT_NULL},
        {"gone", DBWAY_T_TIMESTAMPTZ, DBWAY_ORM_DELETED},
        {"version", DBWAY_T_I64, DBWAY_ORM_VERSION | DBWAY_ORM_NOT_NULL},
    };
    for (std::size_t i = 0; i < 9; ++i) {
        EXPECT_EQ(view(entity.columns[i]->name), expected[i].name);
        EXPECT_EQ(entity.columns[i]->type, expected[i].type) << expected[i].name;
        EXPECT_EQ(entity.columns[i]->flags, expected[i].flags) << expected[i].name;
    }
    EXPECT_EQ(entity.columns[4]->precision, 10);
    EXPECT_EQ(entity.columns[4]->scale, 2);
    EXPECT_EQ(view(entity.columns[4]->default_sql), "0");
    EXPECT_EQ(entity.columns[6]->item_type, std::uint32_t{DBWAY_T_TEXT});
    EXPECT_EQ(view(entity.columns[6]->type_sql), "text[]");
}

TEST(EntityDescription, indexes_checks_and_references) {
    const dbway_orm_entity& entity = kit::description<Person>().abi();
    ASSERT_EQ(entity.n_indexes, 2u);
    EXPECT_EQ(entity.indexes[0]->n_columns, 2u);
    EXPECT_EQ(entity.indexes[0]->columns[0], 1u);
    EXPECT_EQ(entity.indexes[0]->columns[1], 3u);
    EXPECT_EQ(entity.indexes[1]->flags, std::uint32_t{DBWAY_ORM_UNIQUE});
    EXPECT_EQ(view(entity.indexes[1]->name), "one_name");
    ASSERT_EQ(entity.n_checks, 1u);
    EXPECT_EQ(view(entity.checks[0]->sql), "pay >= 0");
    ASSERT_EQ(entity.n_references, 1u);
    const dbway_orm_reference& team = *entity.references[0];
    EXPECT_EQ(view(team.table), "teams");
    EXPECT_EQ(view(team.schema), "staff");
    EXPECT_EQ(view(team.referenced[0]), "number");
    EXPECT_EQ(team.columns[0], 3u);
    EXPECT_EQ(team.on_delete, std::uint32_t{DBWAY_ORM_SET_NULL});
    EXPECT_EQ(team.on_update, std::uint32_t{DBWAY_ORM_CASCADE});

    const dbway_orm_entity& use = kit::description<PairUse>().abi();
    ASSERT_EQ(use.n_references, 1u);
    EXPECT_EQ(use.references[0]->n_columns, 2u);
    EXPECT_EQ(view(use.references[0]->referenced[1]), "b");
    EXPECT_EQ(use.references[0]->on_delete, std::uint32_t{DBWAY_ORM_CASCADE});
}

TEST(EntityDescription, members_behind_an_error) {
    const kit::Description& person = kit::description<Person>();
    EXPECT_EQ(person.members_of("uq_people__e_mail", "", ""), "Person.email");
    EXPECT_EQ(person.members_of("one_name", "", ""), "Person.(team, name)");
    EXPECT_EQ(person.members_of("", "e_mail", ""), "Person.email");
    EXPECT_EQ(person.members_of("", "", "violates \"fk_people__team\""), "Person.team");
    EXPECT_EQ(person.members_of("", "", "null value in column \"name\" is bad"), "Person.name");
    EXPECT_EQ(person.members_of("other", "other", "the name of it"), "");
}

TEST(EntityDescription, an_entity_is_mapped_for_queries_as_well) {
    static_assert(Mapped<Person>);
    constexpr auto fields = dbway_fields(static_cast<const Person*>(nullptr));
    EXPECT_EQ(std::get<2>(fields).name, "e_mail");
}

TEST(EntityConditions, become_nodes_and_values) {
    const auto condition =
        field(&Person::name).like("A%") &&
        (field(&Person::team) > 21 || !field(&Person::level).in({Level::low, Level::high})) &&
        field(&Person::gone).is_null();
    std::vector<dbway_orm_node> nodes;
    std::vector<dbway_value> values;
    condition.expression().lower(false, nodes, values);
    const auto kinds = [&] {
        std::vector<std::uint32_t> result;
        for (const dbway_orm_node& node : nodes) result.push_back(node.kind);
        return result;
    };
    EXPECT_THAT(kinds(), ::testing::ElementsAre(DBWAY_ORM_AND, DBWAY_ORM_LIKE, DBWAY_ORM_OR, DBWAY_ORM_GT,
                                                DBWAY_ORM_NOT, DBWAY_ORM_IN, DBWAY_ORM_IS_NULL));
    EXPECT_EQ(nodes[0].count, 3u);
    EXPECT_EQ(nodes[3].column, 3u);
    EXPECT_EQ(nodes[3].value, 2u);
    EXPECT_EQ(nodes[5].value, 3u);
    EXPECT_EQ(nodes[5].count, 2u);
    ASSERT_EQ(values.size(), 4u);
    EXPECT_EQ(std::string_view(values[0].v.text, values[0].len), "A%");
    EXPECT_EQ(values[1].v.i64, 21);
    EXPECT_EQ(values[3].v.i64, 1);
}

TEST(EntityConditions, lists_are_padded_so_that_texts_repeat_or_are_one_array) {
    const auto condition = field(&Person::id).in(std::vector<int>{1, 2, 3, 4, 5});
    std::vector<dbway_orm_node> nodes;
    std::vector<dbway_value> values;
    condition.expression().lower(false, nodes, values);
    EXPECT_EQ(nodes[0].count, 8u);
    ASSERT_EQ(values.size(), 8u);
    EXPECT_EQ(values[7].v.i64, 5);
    nodes.clear();
    values.clear();
    condition.expression().lower(true, nodes, values);
    EXPECT_EQ(nodes[0].kind, std::uint32_t{DBWAY_ORM_IN_ARRAY});
    ASSERT_EQ(values.size(), 1u);
    EXPECT_EQ(values[0].len, 5u);
    nodes.clear();
    field(&Person::id).in(std::vector<int>{}).expression().lower(true, nodes, values);
    EXPECT_EQ(nodes[0].kind, std::uint32_t{DBWAY_ORM_OR});
    EXPECT_EQ(nodes[0].count, 0u);
}

TEST(EntityConditions, long_chains_stay_flat) {
    Condition<Person> any = field(&Person::id) == 0;
    for (int i = 1; i < 500; ++i) any = any || field(&Person::id) == i;
    std::vector<dbway_orm_node> nodes;
    std::vector<dbway_value> values;
    any.expression().lower(false, nodes, values);
    EXPECT_EQ(nodes.size(), 501u);
    EXPECT_EQ(nodes[0].count, 500u);
}

TEST(EntityConditions, patterns_that_mean_themselves) {
    EXPECT_EQ(kit::escape_pattern("100%_\\"), "100\\%\\_\\\\");
}

}  // namespace
}  // namespace dbway::test
