/* mock.h - extension "dbway.mock/1": tells a provider that has no database what to expect and what to answer.
 * Looked up with dbway_provider.get_extension(); lives as long as the provider. The rules of provider.h apply:
 * what is passed in is borrowed for the call and copied (R1), every function but the table itself may be called
 * from any thread (R2), structs grow as in R4, text is UTF-8 (R6).
 *
 * A mock is one set of expectations with the connections that are held to it. A request of such a connection is
 * compared with the expectations, in the order in which they were added; the first that fits and is not used up
 * is met, and its answer is given. */
#ifndef DBWAY_EXT_MOCK_H
#define DBWAY_EXT_MOCK_H

#include <dbway/provider.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DBWAY_EXT_MOCK "dbway.mock/1"

typedef struct dbway_mock dbway_mock;            /* opaque: belongs to the provider, lives as long as it */

/* ---- what is expected --------------------------------------------------- */

/* dbway_mock_expectation.kind: a DBWAY_R_* kind, or one of these. PREPARE, UNPREPARE, PING and RESET are never
 * expected; QUERY and EXECUTE, and each statement of a SCRIPT, are statements. */
#define DBWAY_MOCK_STATEMENT 0u
#define DBWAY_MOCK_OPEN      0xFFFF0001u         /* a connection is opened */

/* dbway_mock_expectation.match: how text is compared. */
#define DBWAY_MOCK_EXACT   0u                    /* the same but for white space and comments */
#define DBWAY_MOCK_PATTERN 1u                    /* an ECMAScript regular expression is found in it */
#define DBWAY_MOCK_ALL     2u                    /* any text */

/* dbway_mock_expectation.flags */
#define DBWAY_MOCK_ANY_ORDER      1u             /* may be met before and after all others */
#define DBWAY_MOCK_ANY_PARAMETERS 2u             /* any number of any parameters */

#define DBWAY_MOCK_UNLIMITED 0xFFFFFFFFu

/* dbway_mock_parameter.match */
#define DBWAY_MOCK_VALUE      0u                 /* the same type and value */
#define DBWAY_MOCK_ANY        1u                 /* any value, NULL too */
#define DBWAY_MOCK_TYPE       2u                 /* any value of `type`, not NULL */
#define DBWAY_MOCK_NOT_NULL   3u
#define DBWAY_MOCK_LIKE       4u                 /* TEXT in `value`: the pattern is found in the value's text */

typedef struct dbway_mock_parameter {            /* FROZEN */
    dbway_value value;                           /* for VALUE and LIKE */
    uint32_t    match;                           /* DBWAY_MOCK_VALUE... */
    uint32_t    type;                            /* DBWAY_T_*, for TYPE */
} dbway_mock_parameter;

/* ---- what is answered --------------------------------------------------- */

typedef struct dbway_mock_notification {         /* FROZEN */
    dbway_str channel;
    dbway_str payload;
    int64_t   sender;
} dbway_mock_notification;

/* dbway_mock_answer.lost: the connection ends with this request. */
#define DBWAY_MOCK_LOST_BEFORE 1u                /* the server has certainly not acted on it */
#define DBWAY_MOCK_LOST_AFTER  2u                /* it may have: for a COMMIT the outcome is unknown */

/* dbway_mock_answer.flags */
#define DBWAY_MOCK_SERIES 1u                     /* one I64 column, the integers from 1 to the first parameter */

#define DBWAY_MOCK_FOREVER UINT64_MAX            /* delay_ns: until the deadline, a cancel or a lost connection */

/* In this order: the delay, then a loss before, then the rows, then the error or a loss after, else DONE and
 * after it the notifications. */
typedef struct dbway_mock_answer {
    uint32_t struct_size;
    uint32_t flags;                              /* DBWAY_MOCK_SERIES */
    uint32_t lost;                               /* 0, DBWAY_MOCK_LOST_* */
    uint32_t n_columns;                          /* 0: the statement yields no rows */
    uint32_t n_rows;
    uint32_t repeat;                             /* the rows come that many times; 0: once */
    uint32_t n_notifications;
    uint32_t reserved;
    uint64_t delay_ns;
    int64_t  affected;                           /* -1: unknown */
    const dbway_column *const *columns;
    const dbway_value *cells;                    /* n_rows * n_columns, row after row */
    const dbway_value *last_id;                  /* I64, or null */
    const dbway_diag  *error;                    /* or null. Status 0: what its sqlstate says */
    const dbway_mock_notification *notifications; /* go to every connection that listens */
    dbway_str tag;
    void    *reserved2;
} dbway_mock_answer;

typedef struct dbway_mock_expectation {
    uint32_t struct_size;
    uint32_t kind;                               /* DBWAY_MOCK_STATEMENT, DBWAY_R_*... */
    uint32_t match;                              /* DBWAY_MOCK_EXACT... */
    uint32_t flags;
    uint32_t times_min;                          /* both 0: once */
    uint32_t times_max;                          /* or DBWAY_MOCK_UNLIMITED */
    uint32_t track;                              /* 0: of all connections. n: the order holds within track n,
                                                    which one connection takes for itself until it is done */
    uint32_t n_parameters;                       /* 0 without ANY_PARAMETERS: the statement has none */
    dbway_str text;                              /* statement, name of a savepoint, channel, table to copy */
    const dbway_mock_parameter *parameters;
    const dbway_mock_answer *answer;             /* null: DONE without rows, affected unknown */
} dbway_mock_expectation;

/* ---- the functions ------------------------------------------------------ */

#define DBWAY_MOCK_UNMET      1u                 /* an expectation that was not met as often as it should be */
#define DBWAY_MOCK_UNEXPECTED 2u                 /* a request that fitted none */

/* Gets the findings of report() one by one, within the call. */
typedef struct dbway_mock_reader {               /* FROZEN */
    void *ctx;
    void (DBWAY_CALL *finding)(void *ctx, uint32_t kind, const dbway_str *text) DBWAY_NOEXCEPT;
} dbway_mock_reader;

typedef struct dbway_ext_mock {
    uint32_t struct_size;
    uint32_t reserved;
    /* [any] The mock of the connections that are opened with these options. Makes it, and reads its script, if
     * no connection has done so. Connections that record another provider have none: DBWAY_ERR_INVALID. */
    dbway_status (DBWAY_CALL *find)(dbway_provider *, const dbway_option *options, size_t n_options,
                                    const dbway_diag_sink *diag, dbway_mock **out) DBWAY_NOEXCEPT;
    /* [any] Adds what a script (TOML, as in the file) says; nothing of it if it has a fault. */
    dbway_status (DBWAY_CALL *load)(dbway_mock *, const dbway_str *script, const dbway_diag_sink *diag) DBWAY_NOEXCEPT;
    /* [any] Adds one expectation, after all others. */
    dbway_status (DBWAY_CALL *expect)(dbway_mock *, const dbway_mock_expectation *,
                                      const dbway_diag_sink *diag) DBWAY_NOEXCEPT;
    /* [any] Sends a notification to the connections that listen to its channel now. */
    dbway_status (DBWAY_CALL *notify)(dbway_mock *, const dbway_mock_notification *) DBWAY_NOEXCEPT;
    /* [any] Every open connection is lost, those that wait in a delay at once. */
    dbway_status (DBWAY_CALL *disconnect)(dbway_mock *) DBWAY_NOEXCEPT;
    /* [any] Tells what is unmet and what came unexpectedly. DBWAY_OK: all is as expected; DBWAY_END: not so. */
    dbway_status (DBWAY_CALL *report)(dbway_mock *, const dbway_mock_reader *) DBWAY_NOEXCEPT;
    /* [any] Forgets all expectations and findings, and what scripts have set; the file is not read again. */
    dbway_status (DBWAY_CALL *reset)(dbway_mock *) DBWAY_NOEXCEPT;
    void *reserved2;
} dbway_ext_mock;

DBWAY_ASSERT_(mock_parameter,    sizeof(dbway_mock_parameter) == 24);
DBWAY_ASSERT_(mock_notification, sizeof(dbway_mock_notification) == 8 + 4 * sizeof(void *));
DBWAY_ASSERT_(mock_answer,       sizeof(dbway_mock_answer) == 48 + 8 * sizeof(void *));
DBWAY_ASSERT_(mock_expectation,  sizeof(dbway_mock_expectation) == 32 + 4 * sizeof(void *));
DBWAY_ASSERT_(ext_mock,          sizeof(dbway_ext_mock) == 8 + 8 * sizeof(void *));

#ifdef __cplusplus
}
#endif
#endif /* DBWAY_EXT_MOCK_H */
