package import TidemarkModel

extension History {
  /// Reads every byte of every segment, and decodes every section.
  ///
  /// - Parameter setsAside: Whether damaged segments are renamed to `NAME.damaged`, so that no
  ///   reader meets them again. Segments of a newer format are named and left as they are.
  package func verify(setsAside: Bool) throws(Problem) -> VerifyResult {
    var result = VerifyResult(segments: 0, bytes: 0, damaged: [], setAside: [])
    for name in try folder.segmentNames() ?? [] {
      let size = folder.size(of: name)
      switch SegmentCheck.check(directory: directory, name: name) {
      case .whole: break
      case .unreadable(let problem):
        // A compaction beside this check may have covered it.
        guard folder.contains(name) else { continue }
        result.damaged.append(problem)
      case .damaged(let problem):
        result.damaged.append(problem)
        if setsAside, let aside = try folder.setAside(name) { result.setAside.append(aside) }
      }
      result.segments += 1
      result.bytes += size
    }
    return result
  }
}

/// Everything about one segment that can be wrong.
enum SegmentCheck {
  case whole
  /// Its bytes are not the ones that were written.
  case damaged(Problem)
  /// It cannot be opened, or is of a format to come: no reason to take it away.
  case unreadable(Problem)

  static func check(directory: String, name: String) -> SegmentCheck {
    let path = "\(directory)/\(name)"
    let bytes: [UInt8]
    do throws(Problem) {
      let file = try FileBytes(path: path)
      defer { file.close() }
      bytes = try file.read(0..<file.size)
    } catch { return .unreadable(error) }
    return check(bytes: bytes, name: name, path: path)
  }

  /// - Parameter path: What problems call it.
  static func check(bytes: [UInt8], name: String, path: String) -> SegmentCheck {
    do throws(Problem) {
      // Section by section first, so that the damaged one is named.
      let segment = try SegmentFile(name: name, path: path, bytes: bytes)
      for entry in segment.entries { _ = try segment.read(entry) }
      guard SegmentLayout.name(of: bytes) == name else {
        throw Problem("its bytes are not the ones that it is named for", path: path)
      }
      try decode(segment)
      return .whole
    } catch {
      return SegmentFile.isOfNewerFormat(bytes) ? .unreadable(error) : .damaged(error)
    }
  }

  private static func decode(_ file: SegmentFile) throws(Problem) {
    let segment = try OpenSegment(file)
    do throws(SegmentFault) {
      let tables = try SegmentTables(segment)
      let tests = tables.tests.indices.map { Int32(truncatingIfNeeded: $0) }
      let series = tables.series.indices.map { Int32(truncatingIfNeeded: $0) }
      do throws(Problem) {
        _ = try file.decode(.testNames) { (reader) throws(Problem) in
          try TestTable.readNames(tests.count, wanted: tests, from: &reader)
        }
        _ = try file.decode(.seriesNames) { (reader) throws(Problem) in
          try SeriesTable.readNames(series.count, wanted: series, from: &reader)
        }
        for (block, size) in segment.blockSizes.enumerated() {
          _ = try BlockReader.read(
            file, block: block, partCount: size, wanted: Array(0..<size), tests: tests.count,
            series: series.count, columns: .all, cellLimit: file.cellLimit)
        }
      } catch { throw .damaged(segment: file.name, block: nil, error) }
    } catch {
      guard case .damaged(_, _, let problem) = error else { return }
      throw problem
    }
  }
}
