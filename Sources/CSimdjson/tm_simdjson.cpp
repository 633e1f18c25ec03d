#include "tm_simdjson.h"

#include <new>
#include <simdjson.h>

struct tm_json_parser {
  simdjson::dom::parser parser;
};

tm_json_parser *tm_json_create(size_t max_depth) {
  auto *made = new (std::nothrow) tm_json_parser();
  if (made == nullptr) return nullptr;
  if (made->parser.allocate(0, max_depth) != simdjson::SUCCESS) {
    delete made;
    return nullptr;
  }
  return made;
}

void tm_json_destroy(tm_json_parser *parser) { delete parser; }

int tm_json_parse(tm_json_parser *parser, const uint8_t *bytes, size_t length) {
  return static_cast<int>(parser->parser.parse(bytes, length, false).error());
}

const uint64_t *tm_json_tape(const tm_json_parser *parser) { return parser->parser.doc.tape.get(); }

const uint8_t *tm_json_strings(const tm_json_parser *parser) {
  return parser->parser.doc.string_buf.get();
}

const char *tm_json_message(int code) {
  return simdjson::error_message(static_cast<simdjson::error_code>(code));
}
