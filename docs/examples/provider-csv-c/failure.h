/* failure.h - what went wrong, on its way from where it was found to the host's diagnostic sink. */
#ifndef CSV_FAILURE_H
#define CSV_FAILURE_H

#include <dbway/provider.h>

struct failure {
    dbway_status status;
    uint32_t position; /* 1-based character in the statement; 0: none */
    int64_t native_code;
    char sqlstate[6];
    char message[480];
};

/* Fills *failure and returns the status, so that a caller can write `return fail(…)`. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
dbway_status
fail(struct failure* failure, dbway_status status, const char* sqlstate, const char* format, ...);

dbway_status fail_no_memory(struct failure* failure);

/* The bytes before the first that is not well-formed UTF-8 (RFC 3629); `length` if all are. */
size_t utf8_prefix(const char* text, size_t length);

#endif
