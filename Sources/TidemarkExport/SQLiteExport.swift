package import TidemarkHistory
package import TidemarkModel
private import TidemarkSyntax

/// A history as a database: docs/history-export.md has its tables.
package enum SQLiteExport {
  /// The version of the tables, `PRAGMA user_version`: it grows when a column changes its meaning or
  /// goes.
  package static let schemaVersion = 1

  /// The statements that make the tables, as docs/history-export.md shows them.
  package static let schema = """
    CREATE TABLE runs (
      run INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      attempt INTEGER NOT NULL,
      time TEXT NOT NULL,
      time_ms INTEGER NOT NULL,
      commit_hash TEXT,
      branch TEXT,
      base TEXT,
      merge_base TEXT,
      pull_request TEXT,
      url TEXT,
      labels TEXT NOT NULL,
      verdict TEXT,
      newly_failing INTEGER,
      regressed INTEGER,
      suspected INTEGER
    );
    CREATE TABLE jobs (
      job INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs,
      name TEXT NOT NULL,
      attempt INTEGER NOT NULL,
      url TEXT,
      machine TEXT,
      environment TEXT NOT NULL
    );
    CREATE TABLE tests (
      test INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      suite TEXT NOT NULL,
      class TEXT NOT NULL,
      name TEXT NOT NULL,
      parameters TEXT NOT NULL,
      labels TEXT NOT NULL,
      ordinal INTEGER NOT NULL
    );
    CREATE TABLE outcomes (
      test INTEGER NOT NULL REFERENCES tests,
      job INTEGER NOT NULL REFERENCES jobs,
      outcome TEXT NOT NULL,
      flaky INTEGER NOT NULL,
      duration_s REAL
    );
    CREATE TABLE series (
      series INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      parameters TEXT NOT NULL,
      metric TEXT NOT NULL,
      labels TEXT NOT NULL,
      quantity TEXT NOT NULL,
      unit TEXT NOT NULL,
      direction TEXT NOT NULL
    );
    CREATE TABLE measurements (
      measurement INTEGER PRIMARY KEY,
      series INTEGER NOT NULL REFERENCES series,
      job INTEGER NOT NULL REFERENCES jobs,
      value REAL NOT NULL,
      n INTEGER,
      stderr REAL,
      sample_count INTEGER
    );
    CREATE TABLE samples (
      measurement INTEGER NOT NULL REFERENCES measurements,
      place INTEGER NOT NULL,
      value REAL NOT NULL,
      PRIMARY KEY (measurement, place)
    ) WITHOUT ROWID;
    CREATE TABLE items (
      measurement INTEGER NOT NULL REFERENCES measurements,
      item TEXT NOT NULL,
      score REAL NOT NULL
    );
    CREATE TABLE records (
      kind TEXT NOT NULL,
      id TEXT,
      run TEXT,
      commit_hash TEXT,
      reason TEXT NOT NULL,
      author TEXT
    );

    """

  /// Made when all rows are there: rows come faster into tables without them.
  private static let indexes = """
    CREATE INDEX outcomes_by_test ON outcomes (test, job);
    CREATE INDEX outcomes_by_job ON outcomes (job);
    CREATE INDEX measurements_by_series ON measurements (series, job);
    CREATE INDEX measurements_by_job ON measurements (job);
    CREATE INDEX jobs_by_run ON jobs (run);
    """

  /// Writes a new database at `path`, where nothing may be yet.
  package static func write(_ contents: HistoryContents, to path: String) throws(Problem) {
    let database = try SQLiteDatabase(path: path)
    try database.run("BEGIN; PRAGMA user_version = \(schemaVersion)")
    try database.run(schema)
    do {
      try writeNames(contents, to: database)
      try writeRuns(contents, to: database)
      try writeRecords(contents.records, to: database)
    }
    try database.run(indexes)
    try database.run("COMMIT")
    try database.close()
  }

  private static func writeNames(
    _ contents: HistoryContents, to database: SQLiteDatabase
  ) throws(Problem) {
    let test = try database.prepare("INSERT INTO tests VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    for (index, stored) in contents.tests.enumerated() {
      let identity = stored.identity
      var suite = JSONWriter()
      suite.array(identity.suite) { $0.string($1) }
      try test.insert(
        SQLiteCell(index + 1), SQLiteCell(stored.id.description),
        .text(String(decoding: suite.bytes, as: UTF8.self)), .text(identity.className),
        .text(identity.name), .text(identity.parameters), .text(identity.labels.jsonText),
        SQLiteCell(identity.ordinal))
    }
    let series = try database.prepare("INSERT INTO series VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    for (index, stored) in contents.series.enumerated() {
      let identity = stored.identity
      try series.insert(
        SQLiteCell(index + 1), SQLiteCell(stored.id.description), .text(identity.name),
        .text(identity.parameters.jsonText), .text(identity.metric),
        .text(identity.labels.jsonText), .text(identity.quantity.name), .text(stored.unit.text),
        .text(stored.direction.rawValue))
    }
  }

  private static func writeRuns(
    _ contents: HistoryContents, to database: SQLiteDatabase
  ) throws(Problem) {
    let run = try database.prepare(
      "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    let job = try database.prepare("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?)")
    let outcome = try database.prepare("INSERT INTO outcomes VALUES (?, ?, ?, ?, ?)")
    let values = try ValueRows(database)
    var jobs = 0
    for (index, stored) in contents.runs.enumerated() {
      let header = stored.header
      try run.insert(
        SQLiteCell(index + 1), .text(header.id), SQLiteCell(header.attempt),
        .text(TimeText.rfc3339(header.time)), .integer(header.time.millisecondsSince1970),
        SQLiteCell(header.commit), SQLiteCell(header.branch), SQLiteCell(header.base),
        SQLiteCell(header.mergeBase), SQLiteCell(header.pullRequest), SQLiteCell(header.url),
        .text(header.labels.jsonText), SQLiteCell(stored.judgement?.verdict),
        SQLiteCell(stored.judgement?.newlyFailing), SQLiteCell(stored.judgement?.regressed),
        SQLiteCell(stored.judgement?.suspected))
      for (place, machine) in stored.machines.enumerated() {
        let facts = Labels(stored.jobs[place].environment.map { ($0.key, $0.value) })
        try job.insert(
          SQLiteCell(jobs + place + 1), SQLiteCell(index + 1), .text(stored.jobs[place].name),
          SQLiteCell(stored.jobs[place].attempt), SQLiteCell(stored.jobs[place].url),
          SQLiteCell(machine), .text(facts.jsonText))
      }
      for entry in stored.outcomes {
        try outcome.insert(
          SQLiteCell(Int(entry.test) + 1), SQLiteCell(jobs + Int(entry.job) + 1),
          .text(entry.outcome.name), SQLiteCell(entry.isFlaky ? 1 : 0),
          SQLiteCell(entry.durationOrNaN))
      }
      for value in stored.values { try values.insert(value, contents, firstJob: jobs) }
      jobs += stored.jobs.count
    }
  }

  /// Values with their samples and items.
  private final class ValueRows {
    private let measurement: SQLiteDatabase.Statement
    private let sample: SQLiteDatabase.Statement
    private let item: SQLiteDatabase.Statement
    private var count = 0

    init(_ database: SQLiteDatabase) throws(Problem) {
      measurement = try database.prepare(
        "INSERT INTO measurements VALUES (?, ?, ?, ?, ?, ?, ?)")
      sample = try database.prepare("INSERT INTO samples VALUES (?, ?, ?)")
      item = try database.prepare("INSERT INTO items VALUES (?, ?, ?)")
    }

    func insert(
      _ value: StoredValue, _ contents: HistoryContents, firstJob: Int
    ) throws(Problem) {
      let series = contents.series[Int(value.series)]
      func own(_ number: Double) -> Double { series.value(number, scale: value.unitScale) }
      count += 1
      try measurement.insert(
        SQLiteCell(count), SQLiteCell(Int(value.series) + 1),
        SQLiteCell(firstJob + Int(value.job) + 1), .number(own(value.value)), SQLiteCell(value.n),
        SQLiteCell(value.standardError.map { own($0) }), SQLiteCell(value.samples?.count))
      for (place, number) in (value.samples?.values ?? []).enumerated() {
        try sample.insert(SQLiteCell(count), SQLiteCell(place + 1), .number(own(number)))
      }
      for score in value.items {
        try item.insert(
          SQLiteCell(count), .text(Identifier(bits: score.id).description), .number(score.score))
      }
    }
  }

  private static func writeRecords(
    _ records: [HistoryRecord], to database: SQLiteDatabase
  ) throws(Problem) {
    let record = try database.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)")
    for entry in records {
      switch entry {
      case .accept(let id, let commit, let run, let reason, let author):
        try record.insert(
          .text("accept"), .text(id.description), SQLiteCell(run), SQLiteCell(commit),
          .text(reason), SQLiteCell(author))
      case .exclude(let run, let reason):
        try record.insert(.text("exclude"), .null, .text(run), .null, .text(reason), .null)
      case .prune(let policy, let runs):
        for run in runs {
          try record.insert(.text("prune"), .null, .text(run), .null, .text(policy), .null)
        }
      }
    }
  }
}
