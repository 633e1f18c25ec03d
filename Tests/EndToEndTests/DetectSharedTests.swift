import Foundation
import Subprocess
import SystemPackage
import Testing

/// Against a reference of the detector's algorithm, which stands in the folder that `TM_SHARED` names.
@Suite struct DetectSharedTests {
  private static let shared = ProcessInfo.processInfo.environment["TM_SHARED"]

  @Test(
    "Detector and reference agree on thousands of random series: changes, states, and p to 1e-9",
    .enabled(if: shared != nil), arguments: [1])
  func agreement(seed: Int) async throws {
    let reference = try #require(Self.shared) + "/detect/reference.py"
    let result = try await Subprocess.run(
      .name("python3"),
      arguments: Arguments([
        Program.root.appendingPathComponent("benchmarks/agreement.py").path, Program.path,
        reference, "2000", "\(seed)",
      ]), output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    #expect(
      result.terminationStatus.isSuccess, "\(result.standardOutput)\(result.standardError)")
  }
}
