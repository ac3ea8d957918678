/* conformance.h - extension "dbway.conformance/1": statements for the script behind
 * `dbway check`. A provider of ordinary SQL needs none (its dialect tells enough);
 * one with a query language of its own, or with data it cannot change, tells here
 * what to ask it. Looked up with dbway_provider.get_extension(). */
#ifndef DBWAY_EXT_CONFORMANCE_H
#define DBWAY_EXT_CONFORMANCE_H

#include <dbway/provider.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DBWAY_EXT_CONFORMANCE "dbway.conformance/1"

/* NULL: there is no such statement; the checks that need it are reported as skipped. */
typedef struct dbway_ext_conformance {
    uint32_t    struct_size;
    uint32_t    reserved;
    const char *sample;        /* no parameter; yields 2 rows or more, always the same  */
    const char *series;        /* $1 (I64): yields one column, the integers 1 to $1     */
    const char *failing;       /* no parameter; always fails, the connection stays usable */
    const char *slow;          /* no parameter; runs for minutes unless it is cancelled  */
    const char *lookup;        /* $1: yields the rows that match it                     */
    const char *lookup_value;  /* as text: a value of $1 that matches one row or more   */
} dbway_ext_conformance;

DBWAY_ASSERT_(ext_conformance, sizeof(dbway_ext_conformance) == 8 + 6 * sizeof(void *));

#ifdef __cplusplus
}
#endif
#endif /* DBWAY_EXT_CONFORMANCE_H */
