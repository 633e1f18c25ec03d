package import TidemarkModel

extension History {
  /// Takes in the segments of other histories: a set union, for equal names are equal bytes.
  ///
  /// Each is checked whole before it is written; a damaged one is named and left.
  /// - Throws: If a folder is not there or cannot be listed, before anything is taken in, or this one
  ///   cannot be written.
  package func merge(from directories: [String]) throws(Problem) -> MergeResult {
    let sources = try directories.map { (directory) throws(Problem) in
      guard let names = try HistoryFolder(path: directory).segmentNames() else {
        throw Problem(
          "does not exist", path: directory, remedy: "check the path; no other was taken in either")
      }
      return (directory, names)
    }
    var result = MergeResult(added: [], present: 0, damaged: [])
    for (directory, names) in sources {
      for name in names { try take(name, from: directory, &result) }
    }
    result.added.sort(by: utf8Precedes)
    return result
  }

  private func take(
    _ name: String, from directory: String, _ result: inout MergeResult
  ) throws(Problem) {
    let bytes: [UInt8]
    do throws(Problem) {
      let file = try FileBytes(path: "\(directory)/\(name)")
      defer { file.close() }
      bytes = try file.read(0..<file.size)
      guard SegmentLayout.name(of: bytes) == name else {
        throw Problem(
          "its bytes are not the ones that it is named for", path: "\(directory)/\(name)")
      }
    } catch {
      // A compaction beside this merge may have covered it; what covers it comes too, or is
      // there at the next merge.
      if HistoryFolder(path: directory).contains(name) { result.damaged.append(error) }
      return
    }
    if try folder.write(bytes).isNew {
      result.added.append(name)
    } else {
      result.present += 1
    }
  }
}
