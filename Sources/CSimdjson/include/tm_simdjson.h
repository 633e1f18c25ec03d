#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A parser with the tape of the last document that it parsed.
typedef struct tm_json_parser tm_json_parser;

/// NULL if there is no memory. `max_depth`: how deep arrays and objects may nest.
tm_json_parser *_Nullable tm_json_create(size_t max_depth);
void tm_json_destroy(tm_json_parser *_Nullable parser);

/// Parses `length` bytes, behind which 64 further bytes must be readable.
/// Answers 0, or simdjson's error code.
int tm_json_parse(tm_json_parser *_Nonnull parser, const uint8_t *_Nonnull bytes, size_t length);

/// The tape of the last document that was parsed without error, as simdjson's doc/tape.md has it.
const uint64_t *_Nullable tm_json_tape(const tm_json_parser *_Nonnull parser);
/// The strings that the tape points into: a length of 4 bytes, then UTF-8.
const uint8_t *_Nullable tm_json_strings(const tm_json_parser *_Nonnull parser);

/// What simdjson says of an error code.
const char *_Nonnull tm_json_message(int code);

#ifdef __cplusplus
}
#endif
