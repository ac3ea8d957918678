/* large_object.h - extension "dbway.large_object/1": values too large for a column,
 * read and written in parts (large objects of PostgreSQL, chapter 35 of its manual).
 * Looked up with dbway_provider.get_extension(); lives as long as the provider.
 *
 * The operations are statements of the provider's SQL, executed like any other, with
 * parameters $1, $2, ... and one row of one column as the result. So they take part
 * in transactions, deadlines, cancel and pipelines without rules of their own. A
 * descriptor is good until the end of the transaction in which it was opened; a
 * ROLLBACK TO leaves only those older than the savepoint. */
#ifndef DBWAY_EXT_LARGE_OBJECT_H
#define DBWAY_EXT_LARGE_OBJECT_H

#include <dbway/provider.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DBWAY_EXT_LARGE_OBJECT "dbway.large_object/1"

/* Second parameter of `open`. */
#define DBWAY_LARGE_OBJECT_READ  1
#define DBWAY_LARGE_OBJECT_WRITE 2

/* Third parameter of `seek`. */
#define DBWAY_LARGE_OBJECT_FROM_START   0
#define DBWAY_LARGE_OBJECT_FROM_CURRENT 1
#define DBWAY_LARGE_OBJECT_FROM_END     2

typedef struct dbway_ext_large_object {
    uint32_t  struct_size;
    uint32_t  reserved;
    uint64_t  max_size;     /* bytes of one object; 0: no known limit                  */
    uint64_t  max_part;     /* bytes of one read or write; 0: no known limit           */
    dbway_str create;       /* I64 wanted id, 0: any          -> I64 id                */
    dbway_str unlink;       /* I64 id                         -> BOOL removed          */
    dbway_str open;         /* I64 id, I64 READ | WRITE       -> I64 descriptor        */
    dbway_str close;        /* I64 descriptor                 -> BOOL closed           */
    dbway_str read;         /* I64 descriptor, I64 bytes      -> BLOB, shorter at the end */
    dbway_str write;        /* I64 descriptor, BLOB           -> I64 bytes written     */
    dbway_str seek;         /* I64 descriptor, I64 offset, I64 FROM_* -> I64 position  */
    dbway_str tell;         /* I64 descriptor                 -> I64 position          */
    dbway_str truncate;     /* I64 descriptor, I64 size       -> BOOL done             */
} dbway_ext_large_object;

DBWAY_ASSERT_(ext_large_object, sizeof(dbway_ext_large_object) == 24 + 9 * sizeof(dbway_str));

#ifdef __cplusplus
}
#endif
#endif /* DBWAY_EXT_LARGE_OBJECT_H */
