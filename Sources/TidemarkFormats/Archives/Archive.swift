internal import TidemarkModel

/// Files that hold others: what CI systems make of a job's artifacts. Known by their first bytes.
package enum Archive: Hashable, Sendable {
  case gzip, zstandard, zip, tar

  /// How many bytes of a file tell what it is.
  package static let headSize = 512

  /// - Parameter head: At least ``headSize`` bytes of the file, or all of it.
  package init?(_ head: some Collection<UInt8>) {
    if head.starts(with: [0x1F, 0x8B, 0x08]) {
      self = .gzip
    } else if head.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
      self = .zstandard
    } else if head.starts(with: [0x50, 0x4B, 0x03, 0x04])
      || head.starts(with: [0x50, 0x4B, 0x05, 0x06])
    {
      self = .zip
    } else if head.dropFirst(257).starts(with: "ustar".utf8) {
      self = .tar
    } else {
      return nil
    }
  }

  /// How deep archives are opened: one in another, no deeper.
  package static let depthLimit = 2
  /// The most members of one archive.
  package static let memberLimit = 100_000
  /// The most bytes of a member that has to be held in memory whole (one of a tar archive, a zip
  /// archive in another archive).
  package static let memoryLimit = 512 << 20

  /// How a member is shown: `a.zip!/b.xml`.
  static func path(of member: String, in archive: String) -> String { "\(archive)!/\(member)" }

  /// Why a member by this name is not read, if so. Nothing is ever written under it; but a name that
  /// leads elsewhere is no test report's.
  static func fault(inName name: String) -> String? {
    if name.hasPrefix("/") || name.hasPrefix("\\") { return "has an absolute name" }
    let parts = name.split { $0 == "/" || $0 == "\\" }
    if parts.contains("..") { return "has a name that leads out of its archive" }
    if parts.first.map({ $0.count == 2 && $0.hasSuffix(":") }) ?? false {
      return "has an absolute name"
    }
    return name.utf8.contains(0) ? "has a name with a zero byte" : nil
  }
}

/// How far a compressed stream may expand: real reports shrink to a tenth or a fiftieth; what
/// expands a hundredfold and more is made to fill a memory.
struct ExpansionLimit {
  private static let free = 16 << 20
  private static let ratio = 250

  static func check(expanded: Int, from packed: Int) throws(Problem) {
    try checkRatio(expanded: expanded, from: packed)
    if expanded > InputFile.sizeLimit {
      throw Problem("expands to more than 4 GiB", remedy: "split the report")
    }
  }

  static func checkRatio(expanded: Int, from packed: Int) throws(Problem) {
    guard expanded > free, expanded / ratio > packed else { return }
    throw Problem("expands more than \(ratio)-fold", remedy: "pack the reports without padding")
  }

  /// How much of a promised size is believed.
  static func believed(_ size: Int, packed: Int) -> Int {
    let (most, overflow) = packed.multipliedReportingOverflow(by: ratio)
    return max(min(size, max(overflow ? .max : most, free), InputFile.sizeLimit), 0)
  }
}
