#include "cli/exit_code.hpp"

#include <gtest/gtest.h>

namespace dbway::cli {
namespace {

TEST(Secrets, are_taken_out_of_texts) {
    hide_secret("s3cr3t-of-this-test");
    hide_secret("abc");  // too short to be one
    EXPECT_EQ(without_secrets("url s3cr3t-of-this-test, again s3cr3t-of-this-test; abc"),
              "url ***, again ***; abc");
    EXPECT_EQ(without_secrets(""), "");
}

}  // namespace
}  // namespace dbway::cli
