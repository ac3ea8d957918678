/* The ABI as a C author meets it: includes the headers, builds every struct, checks the layout that
 * provider.h promises on this machine. Exits with the number of what failed. */
#include <dbway/ext/conformance.h>
#include <dbway/ext/dialect.h>
#include <dbway/provider.h>
#include <stdio.h>
#include <string.h>

static int failures = 0;

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            ++failures;                                                     \
        }                                                                   \
    } while (0)

#define POINTER sizeof(void*)

/* R7: only fixed-width integers, no implicit padding: each member begins where the one before ends. */
static void r7_offsets(void) {
    CHECK(offsetof(dbway_request, kind) == 4);
    CHECK(offsetof(dbway_request, id) == 8);
    CHECK(offsetof(dbway_request, stmt) == 16);
    CHECK(offsetof(dbway_request, timeout_ns) == 24);
    CHECK(offsetof(dbway_request, flags) == 32);
    CHECK(offsetof(dbway_request, arg) == 36);
    CHECK(offsetof(dbway_request, batch_rows) == 40);
    CHECK(offsetof(dbway_request, n_params) == 44);
    CHECK(offsetof(dbway_request, n_sets) == 48);
    CHECK(offsetof(dbway_request, n_names) == 52);
    CHECK(offsetof(dbway_request, sql) == 56);
    CHECK(offsetof(dbway_request, params) == 56 + 2 * POINTER);
    CHECK(offsetof(dbway_request, source) == 56 + 4 * POINTER);

    CHECK(offsetof(dbway_event, kind) == 4);
    CHECK(offsetof(dbway_event, request_id) == 8);
    CHECK(offsetof(dbway_event, status) == 16);
    CHECK(offsetof(dbway_event, tx_state) == 20);
    CHECK(offsetof(dbway_event, affected) == 24);
    CHECK(offsetof(dbway_event, cells) == 32);
    CHECK(offsetof(dbway_event, n_columns) == 36 + 4 * POINTER);
    CHECK(offsetof(dbway_event, flags) == 44 + 4 * POINTER);
    CHECK(offsetof(dbway_event, tag) == 48 + 4 * POINTER);

    CHECK(offsetof(dbway_diag, request_id) == 16);
    CHECK(offsetof(dbway_diag, native_code) == 24);
    CHECK(offsetof(dbway_diag, sqlstate) == 36);
    CHECK(offsetof(dbway_diag, message) == 48);

    CHECK(offsetof(dbway_entry, struct_size) == 8);
    CHECK(offsetof(dbway_entry, meta) == 24);
    CHECK(offsetof(dbway_entry, create) == 24 + 7 * POINTER);
    CHECK(offsetof(dbway_provider, caps) == 8);
    CHECK(offsetof(dbway_provider, conn) == 16 + POINTER);
    CHECK(offsetof(dbway_open_args, timeout_ns) == 8);
    CHECK(offsetof(dbway_conn_info, caps) == 8);
    CHECK(offsetof(dbway_conn_api, close) == 8);
    CHECK(offsetof(dbway_conn_api, get_extension) == 8 + 7 * POINTER);
    CHECK(offsetof(dbway_column, native_type) == 16);
    CHECK(offsetof(dbway_column, name) == 32);
    CHECK(offsetof(dbway_wait, fd) == 8);
}

/* R4: the struct_size comes first in every struct that grows; DBWAY_HAS and dbway_check_tail work on it. */
static void r4_growth_helpers(void) {
    struct {
        dbway_open_args args;
        unsigned char tail[16];
    } newer;
    dbway_host host;

    CHECK(offsetof(dbway_host, struct_size) == 0);
    CHECK(offsetof(dbway_create_args, struct_size) == 0);
    CHECK(offsetof(dbway_open_args, struct_size) == 0);
    CHECK(offsetof(dbway_provider, struct_size) == 0);
    CHECK(offsetof(dbway_row_source, struct_size) == 0);
    CHECK(offsetof(dbway_request, struct_size) == 0);
    CHECK(offsetof(dbway_event, struct_size) == 0);
    CHECK(offsetof(dbway_column, struct_size) == 0);
    CHECK(offsetof(dbway_diag, struct_size) == 0);
    CHECK(offsetof(dbway_wait, struct_size) == 0);
    CHECK(offsetof(dbway_conn_info, struct_size) == 0);
    CHECK(offsetof(dbway_conn_api, struct_size) == 0);
    CHECK(offsetof(dbway_ext_dialect, struct_size) == 0);
    CHECK(offsetof(dbway_ext_conformance, struct_size) == 0);

    memset(&newer, 0, sizeof newer);
    CHECK(dbway_check_tail(&newer, sizeof newer, sizeof newer.args) == DBWAY_OK);
    newer.tail[15] = 1;
    CHECK(dbway_check_tail(&newer, sizeof newer, sizeof newer.args) == DBWAY_ERR_TOO_NEW);
    CHECK(dbway_check_tail(&newer, sizeof newer - 1, sizeof newer.args) == DBWAY_OK);
    CHECK(dbway_check_tail(&newer, 8, sizeof newer.args) == DBWAY_OK);

    memset(&host, 0, sizeof host);
    host.struct_size = (uint32_t)sizeof host;
    CHECK(!DBWAY_HAS(dbway_host, &host, name));
    host.name = "c";
    CHECK(DBWAY_HAS(dbway_host, &host, name));
    host.struct_size = (uint32_t)offsetof(dbway_host, name);
    CHECK(!DBWAY_HAS(dbway_host, &host, name));
}

/* R5: the entry as a plugin in C writes it. */
static const char meta[] = DBWAY_META("id='c'\nversion='1.0.0'\nabi='1.0'\n");
static const char* const schemes[] = {"c", NULL};

static dbway_status DBWAY_CALL create(const dbway_host* host, const dbway_create_args* args,
                                      dbway_provider** out) {
    (void)host;
    (void)args;
    *out = NULL;
    return DBWAY_ERR_UNSUPPORTED;
}

static const dbway_entry entry = {{'D', 'B', 'W', 'A', 'Y', '_', 'P', 'V'},
                                  sizeof(dbway_entry),
                                  DBWAY_ABI_MAJOR,
                                  DBWAY_ABI_MINOR,
                                  DBWAY_ENTRY_UNLOAD_SAFE,
                                  meta,
                                  "c",
                                  "1.0.0",
                                  "C provider",
                                  "dbway",
                                  "",
                                  schemes,
                                  create};

static void r5_entry(void) {
    dbway_provider* provider = (dbway_provider*)1;
    CHECK(sizeof DBWAY_MAGIC == 9);
    CHECK(memcmp(entry.magic, DBWAY_MAGIC, 8) == 0);
    CHECK(strcmp(DBWAY_ENTRY_SYMBOL, "dbway_entry_v1") == 0);
    CHECK(entry.create(NULL, NULL, &provider) == DBWAY_ERR_UNSUPPORTED && provider == NULL);
    CHECK(strncmp(entry.meta, "\177DBWAY-META/1\n", 14) == 0);
    CHECK(strstr(entry.meta, "\177DBWAY-END\n") != NULL);
}

/* R7: one frozen value of 16 bytes for everything. */
static void r7_values(void) {
    dbway_value items[2];
    dbway_value array;
    const dbway_interval interval = {1, -2, 3};
    memset(items, 0, sizeof items);
    memset(&array, 0, sizeof array);
    items[0].type = DBWAY_T_F64;
    items[0].v.f64 = 1.5;
    items[1].type = DBWAY_T_INTERVAL;
    items[1].v.interval = &interval;
    array.type = DBWAY_T_ARRAY;
    array.v.items = items;
    array.len = 2;
    CHECK(sizeof array == 16);
    CHECK(array.v.items[1].v.interval->days == -2);
    CHECK(sizeof(dbway_payload) == 8);
}

/* The numbers are the contract; a renumbering must not go unnoticed. */
static void r5_numbers(void) {
    CHECK(DBWAY_OK == 0 && DBWAY_AGAIN == 1 && DBWAY_END == 2);
    CHECK(DBWAY_ERR_UNSUPPORTED == -1 && DBWAY_ERR_DATABASE == -16);
    CHECK(DBWAY_T_NULL == 0 && DBWAY_T_NATIVE == 16);
    CHECK(DBWAY_R_QUERY == 1 && DBWAY_R_SCHEMA == 18);
    CHECK(DBWAY_E_READY == 1 && DBWAY_E_NOTIFY == 7);
    CHECK(DBWAY_CAP_BINARY == 1u << 19);
}

int main(void) {
    r7_offsets();
    r4_growth_helpers();
    r5_entry();
    r7_values();
    r5_numbers();
    return failures;
}
