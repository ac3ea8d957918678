/* connection.h - requests in, events out. */
#ifndef CSV_CONNECTION_H
#define CSV_CONNECTION_H

#include "scan.h"

#define CSV_CAPS                                                                                       \
    (DBWAY_CAP_STREAM | DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE | DBWAY_CAP_SCHEMA | DBWAY_CAP_COPY_OUT | \
     DBWAY_CAP_BINARY)

extern const dbway_conn_api csv_conn_api;

/* Takes over what `database` owns, also when it fails (null: out of memory). */
dbway_conn* connection_make(const struct database* database, const dbway_diag_sink* sink);

/* Hands a failure to the host. `flags`: DBWAY_DIAG_*. */
void report(const dbway_diag_sink* sink, uint64_t request_id, uint32_t flags, const struct failure* failure);

#endif
