/* growth.h - rule R4: structs of an older or a newer header than this provider was built with. */
#ifndef CSV_GROWTH_H
#define CSV_GROWTH_H

#include <string.h>

#include <dbway/provider.h>

/* Copies a struct that came in. Fields its sender does not know are zero; a tail that we do not know must be.
 * `minimum`: the bytes without which it makes no sense. */
static inline dbway_status take_struct(void* to, size_t known, const void* from, size_t minimum) {
    uint32_t given;
    if (from == NULL) return DBWAY_ERR_INVALID;
    memcpy(&given, from, sizeof given);
    if (given < minimum) return DBWAY_ERR_INVALID;
    if (dbway_check_tail(from, given, known) != DBWAY_OK) return DBWAY_ERR_TOO_NEW;
    memset(to, 0, known);
    memcpy(to, from, given < known ? given : known);
    return DBWAY_OK;
}

/* Writes a struct out: no more than there is room for, and says how much that was. */
static inline dbway_status give_struct(void* to, const void* from, size_t known, size_t minimum) {
    uint32_t room;
    if (to == NULL) return DBWAY_ERR_INVALID;
    memcpy(&room, to, sizeof room);
    if (room < minimum) return DBWAY_ERR_INVALID;
    if (room > known) room = (uint32_t)known;
    memcpy(to, from, room);
    memcpy(to, &room, sizeof room);
    return DBWAY_OK;
}

#endif
