#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

dbway_status fail(struct failure* failure, dbway_status status, const char* sqlstate, const char* format,
                  ...) {
    va_list arguments;
    memset(failure, 0, sizeof *failure);
    failure->status = status;
    snprintf(failure->sqlstate, sizeof failure->sqlstate, "%s", sqlstate);
    va_start(arguments, format);
    vsnprintf(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
    /* A message that was cut may end in the middle of a character, which R6 does not allow. */
    failure->message[utf8_prefix(failure->message, strlen(failure->message))] = '\0';
    return status;
}

dbway_status fail_no_memory(struct failure* failure) {
    return fail(failure, DBWAY_ERR_NOMEM, "53200", "out of memory");
}

/* The length of the sequence at `s`; 0 if it is malformed. */
static size_t utf8_sequence(const unsigned char* s, size_t left) {
    size_t length, i;
    if (s[0] < 0x80) return 1;
    if (s[0] >= 0xC2 && s[0] <= 0xDF)
        length = 2;
    else if ((s[0] & 0xF0) == 0xE0)
        length = 3;
    else if (s[0] >= 0xF0 && s[0] <= 0xF4)
        length = 4;
    else
        return 0;
    if (left < length) return 0;
    for (i = 1; i < length; ++i)
        if ((s[i] & 0xC0) != 0x80) return 0;
    if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90)) return 0; /* overlong */
    if ((s[0] == 0xED && s[1] >= 0xA0) || (s[0] == 0xF4 && s[1] >= 0x90)) return 0;
    return length;
}

size_t utf8_prefix(const char* text, size_t length) {
    size_t at = 0;
    while (at < length) {
        const size_t step = utf8_sequence((const unsigned char*)text + at, length - at);
        if (step == 0) break;
        at += step;
    }
    return at;
}
