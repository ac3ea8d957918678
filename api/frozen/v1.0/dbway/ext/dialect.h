/* dialect.h - extension "dbway.dialect/1": what an SQL builder, a bulk loader or a
 * conformance script must know of a provider's SQL. Looked up with
 * dbway_provider.get_extension() and, where that has none because the connections of
 * one provider speak to different databases, with dbway_conn_api.get_extension(). Lives
 * as long as the provider. */
#ifndef DBWAY_EXT_DIALECT_H
#define DBWAY_EXT_DIALECT_H

#include <dbway/provider.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DBWAY_EXT_DIALECT "dbway.dialect/1"

/* What the server itself wants; applications always write $1. */
#define DBWAY_PLACEHOLDER_QUESTION 1             /* ?      */
#define DBWAY_PLACEHOLDER_DOLLAR   2             /* $1     */
#define DBWAY_PLACEHOLDER_COLON    3             /* :name  */

#define DBWAY_UPSERT_NONE          0
#define DBWAY_UPSERT_ON_CONFLICT   1
#define DBWAY_UPSERT_ON_DUPLICATE  2
#define DBWAY_UPSERT_MERGE         3

typedef struct dbway_ext_dialect {
    uint32_t    struct_size;
    uint32_t    placeholder;
    uint32_t    upsert;
    uint32_t    max_params;                    /* 0: no known limit          */
    uint32_t    max_identifier;                /* bytes; 0: no known limit   */
    uint32_t    reserved;
    const char *name;                          /* "postgresql", "sqlite"...  */
    const char *identifier_quote;              /* opening then closing char  */
    /* [any] How to declare a column that keeps every value of a DBWAY_T_* type exactly,
     * with precision and scale where they apply (-1: as large as the server can);
     * "" if there is none. For DBWAY_T_ARRAY, precision is the item's type. Lives
     * as long as the provider. */
    const char *(DBWAY_CALL *type_name)(dbway_provider *, uint32_t type, int32_t precision, int32_t scale) DBWAY_NOEXCEPT;
    void       *reserved2;
} dbway_ext_dialect;

DBWAY_ASSERT_(ext_dialect, sizeof(dbway_ext_dialect) == 24 + 4 * sizeof(void *));

#ifdef __cplusplus
}
#endif
#endif /* DBWAY_EXT_DIALECT_H */
