private import Glibc
internal import TidemarkHistory
internal import TidemarkModel
private import TidemarkSyntax

/// A branch that holds segments, seen through a bare repository of its own in a temporary folder:
/// the user's work tree, index, HEAD, refs and objects are never touched, and a shallow clone or a
/// detached head makes no difference.
struct HistoryBranch: Sendable {
  let name: String
  let remote: BranchRemote
  /// The temporary folder: `git` is the repository, `tip` the segments of the branch's tip.
  private let scratch: String
  private let git: GitProcess
  /// Until when everything must be done.
  private let deadline: ContinuousClock.Instant
  private let limits = ExchangeLimits()

  private static let localTip = "refs/tidemark/tip"
  private static let note = """
    # The stored runs of tidemark

    This branch is a history: `tidemark history push` adds to it and `tidemark history pull` reads
    it. Its `.tms` files are described in Tidemark's docs/history-format.md. Nothing here is edited
    by hand, and the branch is never merged into another one.

    """

  /// What stands at the branch's tip.
  struct Tip: Sendable {
    var commit: String
    /// Everything at the top of its tree.
    var entries: [Entry]

    var segments: [Entry] { entries.filter(\.isSegment) }
  }

  struct Entry: Hashable, Sendable {
    var mode: String
    var kind: String
    var object: String
    var size: Int
    var name: [UInt8]

    /// A plain file of a segment's name; a link, a folder or a program is none.
    var isSegment: Bool {
      mode == "100644" && kind == "blob" && History.isSegment(String(decoding: name, as: UTF8.self))
    }
  }

  /// Why something could not be done.
  enum Failure: Error {
    /// Another try may do: the network, or somebody else was first.
    case passing(Problem)
    case lasting(Problem)
    /// There is no such repository.
    case noRepository(Problem)
  }

  enum PushAnswer: Sendable {
    case done
    /// The branch is not where it was when it was read.
    case lost
    /// The server does not take it, and will not take it later.
    case refused(Problem)
  }

  /// Makes the temporary repository. Whoever calls this calls ``close()``.
  static func open(
    _ name: String, at remote: BranchRemote, session: Session, seconds: Double
  ) async throws(Failure) -> HistoryBranch {
    let folder = session.environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    var template = Array("\(folder)/tidemark-branch-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
    guard let scratch = made else {
      throw .lasting(
        Problem(
          "no folder can be made there (\(String(cString: strerror(errno))))", path: folder,
          remedy: "set TMPDIR to a folder that can be written"))
    }
    let branch = HistoryBranch(
      name: name, remote: remote, scratch: scratch,
      git: GitProcess(
        environment: remote.environment(session.environment, repository: "\(scratch)/git"),
        folder: remote.folder),
      deadline: .now + .seconds(seconds))
    do throws(Failure) {
      let format = remote.objectFormat == "sha1" ? [] : ["--object-format=\(remote.objectFormat)"]
      _ = try await branch.local(
        ["init", "--bare", "--quiet", "--template="] + format + ["\(scratch)/git"])
      guard await branch.run(["check-ref-format", branch.reference]).isSuccess else {
        throw .lasting(Problem("--branch \(name) is no name of a branch", remedy: "name another"))
      }
    } catch {
      branch.close()
      throw error
    }
    return branch
  }

  private init(
    name: String, remote: BranchRemote, scratch: String, git: GitProcess,
    deadline: ContinuousClock.Instant
  ) {
    self.name = name
    self.remote = remote
    self.scratch = scratch
    self.git = git
    self.deadline = deadline
  }

  /// Removes the temporary folder.
  func close() { HistoryBranch.remove(scratch) }

  private var reference: String { "refs/heads/\(name)" }

  /// Seconds that are left.
  var secondsLeft: Double {
    let left = deadline - .now
    return Double(left.components.seconds) + Double(left.components.attoseconds) / 1e18
  }

  // MARK: Reading

  /// Fetches the newest commit alone, and lists it; nil where there is no such branch.
  func fetchTip() async throws(Failure) -> Tip? {
    let answer = await run([
      "fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--end-of-options",
      remote.name, "+\(reference):\(HistoryBranch.localTip)",
    ])
    guard answer.isSuccess else {
      if answer.errors.lowercased().contains("couldn't find remote ref") { return nil }
      throw failure(answer)
    }
    let commit = try await line(["rev-parse", HistoryBranch.localTip])
    let listing = try await local(["ls-tree", "-z", "-l", "--full-tree", commit])
    return Tip(commit: commit, entries: try HistoryBranch.entries(listing.output))
  }

  /// `MODE SP KIND SP OBJECT SP+ SIZE TAB NAME NUL`, as `git ls-tree -z -l` writes them.
  private static func entries(_ bytes: [UInt8]) throws(Failure) -> [Entry] {
    var entries: [Entry] = []
    for row in bytes.split(separator: 0) {
      guard let tab = row.firstIndex(of: UInt8(ascii: "\t")) else { continue }
      let fields = String(decoding: row[..<tab], as: UTF8.self).split(separator: " ")
      guard fields.count == 4 else { continue }
      entries.append(
        Entry(
          mode: String(fields[0]), kind: String(fields[1]), object: String(fields[2]),
          size: Int(fields[3]) ?? 0, name: Array(row[(tab + 1)...])))
    }
    return entries
  }

  /// Writes the tip's segments into an empty folder of their own.
  ///
  /// - Returns: The folder, and what was refused.
  func unpack(_ tip: Tip?) async throws(Failure) -> (History, [Problem]) {
    let folder = "\(scratch)/tip"
    HistoryBranch.remove(folder)
    mkdir(folder, 0o700)
    var refused: [Problem] = []
    var taken: [Entry] = []
    var bytes = 0
    for entry in tip?.segments ?? [] {
      bytes += entry.size
      if entry.size <= limits.segmentBytes, bytes <= limits.bytes, taken.count < limits.segments {
        taken.append(entry)
      } else {
        bytes -= entry.size
        refused.append(
          Problem(
            "it has \(NumberText.count(entry.size)) bytes, more than is taken in",
            path: "\(name):\(entry.shownName)"))
      }
    }
    for entry in tip?.entries ?? [] where !entry.isSegment && entry.looksLikeSegment {
      refused.append(
        Problem("it is no plain file, and was left", path: "\(name):\(entry.shownName)"))
    }
    for share in HistoryBranch.shares(taken) { try await write(share, to: folder) }
    return (History(directory: folder), refused)
  }

  /// Objects that are read at once: some 64 MB.
  private static func shares(_ entries: [Entry]) -> [[Entry]] {
    var shares: [[Entry]] = []
    var bytes = Int.max
    for entry in entries {
      if bytes.addingReportingOverflow(entry.size).overflow || bytes + entry.size > 64 << 20 {
        shares.append([])
        bytes = 0
      }
      shares[shares.count - 1].append(entry)
      bytes += entry.size
    }
    return shares
  }

  private func write(_ entries: [Entry], to folder: String) async throws(Failure) {
    let input = entries.map { $0.object + "\n" }.joined()
    let size = entries.reduce(0) { $0 + $1.size + 128 }
    let answer = try await local(
      ["cat-file", "--batch"], input: Array(input.utf8), limit: size)
    var rest = answer.output[...]
    for entry in entries {
      // `OBJECT SP blob SP SIZE LF BYTES LF`
      guard let end = rest.firstIndex(of: UInt8(ascii: "\n")),
        rest.distance(from: end, to: rest.endIndex) > entry.size + 1
      else { throw .lasting(Problem("git did not give \(entry.shownName)")) }
      let start = end + 1
      do throws(Problem) {
        try FileBytes.create(
          Array(rest[start..<start + entry.size]), at: "\(folder)/\(entry.shownName)")
      } catch { throw .lasting(error) }
      rest = rest[(start + entry.size + 1)...]
    }
  }

  // MARK: Writing

  /// Puts the folder's segments into a commit on top of `tip`, and offers it to the remote.
  ///
  /// - Parameters:
  ///   - added: Names of segments that the tip lacks, or has with other bytes.
  ///   - covered: Names of segments of the tip that the folder's others hold all of. Only these
  ///     leave the branch.
  /// - Returns: The commit, and what became of it.
  func push(
    _ folder: History, on tip: Tip?, added: Set<String>, covered: Set<String>, message: String
  ) async throws(Failure) -> (commit: String, PushAnswer) {
    let tree = try await makeTree(folder, on: tip, added: added, covered: covered)
    let parent = tip.map { ["-p", $0.commit] } ?? []
    let commit = try await line(
      ["commit-tree", tree] + parent, input: Array(message.utf8))
    let answer = await run([
      "push", "--porcelain", "--no-verify", "--end-of-options", remote.name,
      "\(commit):\(reference)",
    ])
    return (commit, try self.answer(answer))
  }

  private func makeTree(
    _ folder: History, on tip: Tip?, added: Set<String>, covered: Set<String>
  ) async throws(Failure) -> String {
    var objects: [String: String] = [:]
    for entry in tip?.segments ?? [] where !covered.contains(entry.shownName) {
      objects[entry.shownName] = entry.object
    }
    let names: [String]
    do throws(Problem) { names = try folder.segmentNames() } catch { throw .lasting(error) }
    let fresh = names.filter { objects[$0] == nil || added.contains($0) }
    for (name, object) in zip(fresh, try await store(fresh, of: folder)) { objects[name] = object }
    // What else stands on the branch stays as it is.
    var rows: [UInt8] = []
    for entry in tip?.entries ?? [] where !entry.isSegment {
      rows += "\(entry.mode) \(entry.kind) \(entry.object)\t".utf8
      rows += entry.name + [0]
    }
    if tip == nil {
      let note = try await line(
        ["hash-object", "-w", "--no-filters", "--stdin"], input: Array(HistoryBranch.note.utf8))
      rows += Array("100644 blob \(note)\tREADME.md\0".utf8)
    }
    for (name, object) in objects.sorted(by: { $0.key < $1.key }) {
      rows += Array("100644 blob \(object)\t\(name)\0".utf8)
    }
    return try await line(["mktree", "-z", "--missing"], input: rows)
  }

  /// Makes objects of segments; their names, in the same order.
  private func store(_ names: [String], of folder: History) async throws(Failure) -> [String] {
    if names.isEmpty { return [] }
    let paths = names.map { "\(folder.directory)/\($0)\n" }.joined()
    let objects = try await local(
      ["hash-object", "-w", "--no-filters", "--stdin-paths"], input: Array(paths.utf8)
    ).text.split(separator: "\n").map { String($0) }
    guard objects.count == names.count else {
      throw .lasting(Problem("git did not take the segments in"))
    }
    return objects
  }

  /// Reads git's `FLAG TAB FROM:TO TAB SUMMARY (REASON)` lines.
  private func answer(_ answer: GitProcess.Answer) throws(Failure) -> PushAnswer {
    if answer.isSuccess { return .done }
    let row = answer.text.split(separator: "\n").first { $0.hasPrefix("!\t") }
    guard let row else { throw failure(answer) }
    let summary = String(row.split(separator: "\t").last ?? "")
    let isLost =
      summary.hasPrefix("[rejected]") || HistoryBranch.lostRaces.contains { summary.contains($0) }
    if isLost { return .lost }
    return .refused(
      Problem(
        "\(remote.shown) refused \(name): \(remote.said(summary + "\n" + answer.errors))",
        remedy: "let this job push to the branch \(name), or name another with --branch"))
  }

  /// What servers say when another push was first, or the branch went away meanwhile.
  private static let lostRaces = [
    "failed to update ref", "cannot lock ref", "failed to lock", "already exists",
    "incorrect old value", "shallow update not allowed", "stale info", "is at ",
    "reference conflicts", "unable to resolve reference",
  ]

  // MARK: git

  /// Whatever may talk to the remote: it has the time that is left.
  private func run(_ arguments: [String]) async -> GitProcess.Answer {
    await git.run(arguments, seconds: secondsLeft)
  }

  /// What must succeed, because it works on files of our own alone.
  private func local(
    _ arguments: [String], input: [UInt8] = [], limit: Int = 16 << 20
  ) async throws(Failure) -> GitProcess.Answer {
    let answer = await git.run(arguments, input: input, seconds: 120, limit: limit)
    guard answer.isSuccess else {
      throw .lasting(
        Problem(
          "git \(arguments[0]) failed: \(remote.said(answer.errors))",
          remedy: "check the space in the temporary folder, and git's version (2.31 or newer)"))
    }
    return answer
  }

  private func line(
    _ arguments: [String], input: [UInt8] = []
  ) async throws(Failure) -> String {
    let answer = try await local(arguments, input: input)
    guard let line = answer.line else {
      throw .lasting(Problem("git \(arguments[0]) said nothing"))
    }
    return line
  }

  /// What a call that talks to the remote failed of.
  private func failure(_ answer: GitProcess.Answer) -> Failure {
    if answer.hasRunOut {
      return .lasting(
        Problem("\(remote.shown) did not answer in time", remedy: "give --max-wait more seconds"))
    }
    guard answer.status != nil else {
      return .lasting(Problem(answer.errors.isEmpty ? "git was ended" : answer.errors))
    }
    let problem = Problem("\(remote.shown): \(remote.said(answer.errors))")
    let errors = answer.errors.lowercased()
    if errors.contains("does not appear to be a git repository"), !remote.shown.contains("@"),
      !remote.shown.contains("://") || remote.shown.hasPrefix("file://")
    {
      return .noRepository(problem)
    }
    let lasting = [
      "authentication failed", "could not read username", "could not read password",
      "permission denied", "returned error: 401", "returned error: 403", "returned error: 404",
      "repository not found", "not found", "does not appear to be a git repository",
      "host key verification failed", "dubious ownership",
    ]
    return lasting.contains { errors.contains($0) } ? .lasting(problem) : .passing(problem)
  }

  private static func remove(_ path: String) {
    var facts = stat()
    guard lstat(path, &facts) == 0 else { return }
    guard facts.st_mode & S_IFMT == S_IFDIR, let stream = opendir(path) else {
      unlink(path)
      return
    }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    closedir(stream)
    for name in names { remove("\(path)/\(name)") }
    rmdir(path)
  }
}

extension HistoryBranch.Entry {
  /// Of a segment its name as it is.
  var shownName: String { SafeText.oneLine(String(decoding: name, as: UTF8.self)) }

  var looksLikeSegment: Bool { name.count > 4 && name.suffix(4).elementsEqual(".tms".utf8) }
}
