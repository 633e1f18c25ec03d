#include "tm_simdjson.h"

#include <new>
#include <simdjson.h>
#include <sys/mman.h>
#include <unistd.h>

struct tm_json_parser {
  simdjson::dom::parser parser;
};

// A large document needs hundreds of megabytes that are written once: page faults took more time
// than the parsing did (150 MB: 0.26 s, with large pages 0.11 s).
static void use_large_pages(const void *start, size_t count) {
#ifdef MADV_HUGEPAGE
  auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  auto first = (reinterpret_cast<uintptr_t>(start) + page - 1) & ~(page - 1);
  auto end = (reinterpret_cast<uintptr_t>(start) + count) & ~(page - 1);
  if (end > first) madvise(reinterpret_cast<void *>(first), end - first, MADV_HUGEPAGE);
#endif
}

static int make_room(simdjson::dom::parser &parser, size_t length) {
  if (length < (size_t{16} << 20) || parser.doc.capacity() >= length) return 0;
  if (length > simdjson::SIMDJSON_MAXSIZE_BYTES) return simdjson::CAPACITY;
  if (auto error = parser.allocate(length, parser.max_depth())) return error;
  if (auto error = parser.doc.allocate(length)) return error;
  // A document of `length` bytes has at most as many words on the tape (doc/tape.md); most have a
  // fifth, and what is not written to takes no memory.
  use_large_pages(parser.doc.tape.get(), length * sizeof(uint64_t));
  use_large_pages(parser.doc.string_buf.get(), length);
  use_large_pages(parser.implementation->structural_indexes.get(), length * sizeof(uint32_t));
  return 0;
}

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
  if (int error = make_room(parser->parser, length)) return error;
  return static_cast<int>(parser->parser.parse(bytes, length, false).error());
}

const uint64_t *tm_json_tape(const tm_json_parser *parser) { return parser->parser.doc.tape.get(); }

const uint8_t *tm_json_strings(const tm_json_parser *parser) {
  return parser->parser.doc.string_buf.get();
}

const char *tm_json_message(int code) {
  return simdjson::error_message(static_cast<simdjson::error_code>(code));
}
