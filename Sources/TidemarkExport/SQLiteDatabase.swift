private import CSQLite
internal import TidemarkModel

/// A database file that is being written: the only file that imports CSQLite.
final class SQLiteDatabase {
  private var handle: OpaquePointer?
  private let path: String

  /// Makes a new file. It is written without a journal: until it is whole, nobody knows its name.
  init(path: String) throws(Problem) {
    self.path = path
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK else {
      let problem = failure()
      sqlite3_close(handle)
      handle = nil
      throw problem
    }
    try run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 4096")
  }

  deinit { sqlite3_close(handle) }

  func run(_ statements: String) throws(Problem) {
    guard sqlite3_exec(handle, statements, nil, nil, nil) == SQLITE_OK else { throw failure() }
  }

  func prepare(_ statement: String) throws(Problem) -> Statement {
    var prepared: OpaquePointer?
    guard sqlite3_prepare_v2(handle, statement, -1, &prepared, nil) == SQLITE_OK, let prepared
    else { throw failure() }
    return Statement(prepared, of: self)
  }

  /// Closes the file; all statements must be gone.
  func close() throws(Problem) {
    let status = sqlite3_close(handle)
    if status == SQLITE_OK { handle = nil }
    guard status == SQLITE_OK else { throw failure() }
  }

  fileprivate func failure() -> Problem {
    let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory"
    return Problem(
      "cannot be written (SQLite: \(message))", path: path,
      remedy: "check the disk's space and the folder's permissions")
  }

  /// A statement that is run once for each row.
  final class Statement {
    private let statement: OpaquePointer
    private let database: SQLiteDatabase

    fileprivate init(_ statement: OpaquePointer, of database: SQLiteDatabase) {
      self.statement = statement
      self.database = database
    }

    deinit { sqlite3_finalize(statement) }

    /// Runs the statement with these values in place of its question marks.
    func insert(_ cells: SQLiteCell...) throws(Problem) {
      for (index, cell) in cells.enumerated() {
        guard bind(cell, at: Int32(index + 1)) == SQLITE_OK else { throw database.failure() }
      }
      let status = sqlite3_step(statement)
      sqlite3_reset(statement)
      guard status == SQLITE_DONE else { throw database.failure() }
    }

    private func bind(_ cell: SQLiteCell, at place: Int32) -> Int32 {
      switch cell {
      case .null: return sqlite3_bind_null(statement, place)
      case .integer(let value): return sqlite3_bind_int64(statement, place, value)
      case .number(let value): return sqlite3_bind_double(statement, place, value)
      case .text(var value):
        return value.withUTF8 { bytes in
          bytes.withMemoryRebound(to: CChar.self) {
            // An empty text has no address; a null one would be stored as NULL.
            $0.baseAddress == nil
              ? tm_sqlite3_bind_text(statement, place, "", 0)
              : tm_sqlite3_bind_text(
                statement, place, $0.baseAddress, Int32(truncatingIfNeeded: $0.count))
          }
        }
      }
    }
  }
}

/// A value of a row.
enum SQLiteCell {
  case null
  case integer(Int64)
  case number(Double)
  case text(String)

  init(_ value: Int) { self = .integer(Int64(value)) }
  init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
  init(_ value: String?) { self = value.map { .text($0) } ?? .null }
  /// NULL for what is not finite.
  init(_ value: Double?) { self = value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null }
}
