#pragma once
#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast, which is no constant to Swift: the text is copied.
static inline int tm_sqlite3_bind_text(sqlite3_stmt *statement, int place, const char *text, int count) {
  return sqlite3_bind_text(statement, place, text, count, SQLITE_TRANSIENT);
}
