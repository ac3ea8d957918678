/* schema.h - answers to SCHEMA requests. */
#ifndef CSV_SCHEMA_H
#define CSV_SCHEMA_H

#include "scan.h"

/* Who hears of a file that is left out because it cannot be read. */
struct listener {
    void* context;
    void (*notice)(void* context, const struct failure* failure);
};

/* All rows of DBWAY_SCHEMA_* `kind`. `schema` and `table` filter; empty: any. */
dbway_status schema_rows(struct database* database, uint32_t kind, dbway_str schema, dbway_str table,
                         const struct listener* listener, struct batch* batch, struct columns** columns,
                         struct failure* failure);

#endif
