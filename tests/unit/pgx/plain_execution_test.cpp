// The usual execution takes a way of its own to the same bytes.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "catalog.hpp"
#include "fake_server.hpp"
#include "request_encoder.hpp"

namespace dbway::pgx {
namespace {

constexpr Oid int8 = 20, int4 = 23, float8 = 701, text = 25, bytea = 17, timestamp = 1114, numeric = 1700,
              aclitem = 1033, unknown = 99999;

dbway_value value(std::uint8_t type) {
    dbway_value result{};
    result.type = type;
    return result;
}
dbway_value integer(std::int64_t number, std::uint8_t type = DBWAY_T_I64) {
    dbway_value result = value(type);
    result.v.i64 = number;
    return result;
}
dbway_value number(double number) {
    dbway_value result = value(DBWAY_T_F64);
    result.v.f64 = number;
    return result;
}
dbway_value bytes(std::string_view data, std::uint8_t type) {
    dbway_value result = value(type);
    result.v.text = data.data();
    result.len = static_cast<std::uint32_t>(data.size());
    return result;
}

Message parse(const std::string& message) {
    return {message[0], reinterpret_cast<const std::uint8_t*>(message.data()) + 5,
            static_cast<std::uint32_t>(message.size() - 5)};
}

class PlainExecution : public testing::Test {
  protected:
    PlainExecution() {
        statement.name = "dbway_1";
        statement.described = true;
        request.statement = &statement;
        request.host.kind = DBWAY_R_EXECUTE;
    }
    void describe(const std::vector<Oid>& parameters, const std::vector<Oid>& columns) {
        std::string body = test::big_endian16(static_cast<std::uint16_t>(parameters.size()));
        for (const Oid type : parameters) body += test::big_endian(type);
        statement.parameters = Shape::of_parameters(parse(test::message('t', body)));
        settle(*statement.parameters);
        statement.columns.reset();
        if (!columns.empty()) {
            body = test::big_endian16(static_cast<std::uint16_t>(columns.size()));
            for (const Oid type : columns)
                body += std::string("c\0", 2) + test::big_endian(0) + test::big_endian16(0) +
                        test::big_endian(type) + test::big_endian16(8) + test::big_endian(0xFFFFFFFF) +
                        test::big_endian16(1);
            statement.columns = Shape::of_columns(parse(test::message('T', body)));
            settle(*statement.columns);
        }
        statement.reshaped();
    }
    void settle(Shape& shape) {
        if (!shape.resolve(catalog)) shape.settle();
    }
    // The bytes, empty if it is not plain; then nothing may have been appended.
    std::string plain(const std::vector<dbway_value>& values) {
        request.host.params = values.data();
        request.host.n_params = static_cast<std::uint32_t>(values.size());
        Buffer out;
        out.put("before");
        const bool done = put_plain_execution(request, out);
        const std::string all(reinterpret_cast<const char*>(out.data()), out.size());
        EXPECT_EQ(all.substr(0, 6), "before");
        EXPECT_EQ(done, all.size() != 6);
        return all.substr(6);
    }
    std::string general(const std::vector<dbway_value>& values) {
        request.host.params = values.data();
        request.host.n_params = static_cast<std::uint32_t>(values.size());
        Buffer out;
        encode_request(request, out);
        // The general way writes the format of each parameter.
        std::string all(reinterpret_cast<const char*>(out.data()), out.size());
        if (values.empty()) return all;
        const std::size_t formats = 1 + 4 + 1 + statement.name.size() + 1;
        EXPECT_EQ(all.substr(formats, 2), test::big_endian16(static_cast<std::uint16_t>(values.size())));
        std::string each;
        for (std::size_t i = 0; i < values.size(); ++i) each += test::big_endian16(1);
        EXPECT_EQ(all.substr(formats + 2, each.size()), each);
        all.replace(formats, 2 + each.size(), test::big_endian16(1) + test::big_endian16(1));
        const auto bind = static_cast<std::uint32_t>(all.size() - 10 - 1);
        return all.replace(1, 4, test::big_endian(bind));
    }

    TypeCatalog catalog;
    Statement statement;
    Request request;
};

TEST_F(PlainExecution, IsWhatTheGeneralWayWrites) {
    describe({int8, int4, float8, text, bytea, timestamp}, {int8, text});
    const std::string name(3000, 'n');
    const std::vector<std::vector<dbway_value>> all = {
        {integer(1), integer(-5), number(2.5), bytes("one", DBWAY_T_TEXT), bytes("\1\2", DBWAY_T_BLOB),
         integer(1'000'000, DBWAY_T_TIMESTAMP)},
        {integer(INT64_MIN), integer(INT32_MAX), number(-0.0), bytes("", DBWAY_T_TEXT),
         bytes(name, DBWAY_T_BLOB), integer(-1, DBWAY_T_TIMESTAMP)},
    };
    for (const auto& values : all) {
        const std::string written = plain(values);
        EXPECT_FALSE(written.empty());
        EXPECT_EQ(written, general(values));
    }
}

TEST_F(PlainExecution, WithoutParametersAndWithoutColumns) {
    describe({}, {});
    EXPECT_EQ(plain({}), general({}));
    EXPECT_FALSE(plain({}).empty());
    describe({int8}, {});
    EXPECT_EQ(plain({integer(7)}), general({integer(7)}));
}

TEST_F(PlainExecution, AsksForTextWhereThereIsNoBinaryForm) {
    describe({int8}, {int8, aclitem});
    const std::string written = plain({integer(7)});
    EXPECT_EQ(written, general({integer(7)}));
    const std::string formats = test::big_endian16(2) + test::big_endian16(1) + test::big_endian16(0);
    EXPECT_NE(written.find(formats + "E"), std::string::npos);
}

TEST_F(PlainExecution, FollowsWhatTheStatementBecomes) {
    describe({int8}, {int8});
    const std::string before = plain({integer(7)});
    describe({int4}, {int8, aclitem});
    const std::string after = plain({integer(7)});
    EXPECT_NE(before, after);
    EXPECT_EQ(after, general({integer(7)}));
}

TEST_F(PlainExecution, LeavesTheRestToTheGeneralWay) {
    describe({int4}, {int8});
    EXPECT_NE(plain({integer(1)}), "");
    EXPECT_EQ(plain({integer(INT64_MAX)}), "") << "out of range";
    EXPECT_EQ(plain({value(DBWAY_T_NULL)}), "");
    EXPECT_EQ(plain({bytes("1", DBWAY_T_TEXT)}), "");
    EXPECT_EQ(plain({integer(1), integer(2)}), "");
    EXPECT_EQ(plain({}), "");
    request.host.n_sets = 2;
    EXPECT_EQ(plain({integer(1)}), "");
    request.host.n_sets = 0;
    statement.failed = true;
    EXPECT_EQ(plain({integer(1)}), "");
    statement.failed = false;
    statement.described = false;
    EXPECT_EQ(plain({integer(1)}), "");
    statement.described = true;
    statement.name.clear();
    EXPECT_EQ(plain({integer(1)}), "") << "parsed with every execution";
    statement.name = "dbway_1";
    describe({numeric}, {});
    EXPECT_EQ(plain({bytes("1.5", DBWAY_T_DECIMAL)}), "");
    describe({unknown}, {});
    EXPECT_EQ(plain({integer(1)}), "");
    EXPECT_EQ(plain({bytes("1", DBWAY_T_TEXT)}), "");
}

}  // namespace
}  // namespace dbway::pgx
