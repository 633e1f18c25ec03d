import FoundationEssentials
import Testing

@testable import TidemarkStatistics

private import Glibc

/// Agreement with rules_cases.json, the expected values kept outside the repository.
@Suite(.enabled(if: getenv("TM_SHARED") != nil))
struct RulesSharedTests {
  private struct Cases: Decodable {
    var fisher: [Pair<[Int], Double>]
    var mcnemar: [Pair<[Int], Double>]
    var newcombe95: [Pair<[Int], [Double]>]
    var outcome_state: [Pair<[Pair<String, Bool>], Outcome>]
  }

  private struct Pair<First: Decodable, Second: Decodable>: Decodable {
    var first: First
    var second: Second

    init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      first = try values.decode(First.self)
      second = try values.decode(Second.self)
    }
  }

  private struct Outcome: Decodable {
    var flips: Int
    var rate: Double
    var entropy: Double
    var same_commit: Int
    var fail_rate: Double
    var p: Double
    var state: String
  }

  private func cases() throws -> Cases {
    let shared = getenv("TM_SHARED").map { String(cString: $0) } ?? ""
    let data = try Data(contentsOf: URL(filePath: shared + "/detect/rules_cases.json"))
    return try JSONDecoder().decode(Cases.self, from: data)
  }

  @Test("Fisher's test agrees")
  func fisher() throws {
    for each in try cases().fisher {
      let table = each.first
      let p = FisherExact.p(table[0], of: table[1], against: table[2], of: table[3])
      #expect(expectClose(p, each.second, within: 1e-11))
    }
  }

  @Test("McNemar's test agrees")
  func mcnemar() throws {
    for each in try cases().mcnemar {
      #expect(
        expectClose(
          McNemar.p(lost: each.first[0], gained: each.first[1]), each.second, within: 1e-11))
    }
  }

  @Test("Newcombe's interval agrees")
  func newcombe() throws {
    for each in try cases().newcombe95 {
      let table = each.first
      let found = Newcombe.interval(table[0], of: table[1], against: table[2], of: table[3])
      let values = [found.difference, found.low, found.high]
      #expect(zip(values, each.second).allSatisfy { abs($0 - $1) < 1e-12 })
    }
  }

  @Test("outcome states and their evidence agree")
  func outcomes() throws {
    for each in try cases().outcome_state {
      var commits: [String: Int] = [:]
      let records = each.first.map { result in
        let commit = commits[result.first] ?? commits.count
        commits[result.first] = commit
        return OutcomeRecord(commit: commit, passed: result.second)
      }
      let found = OutcomeHistory().classify(records)
      let expected = each.second
      #expect(found.state.rawValue == expected.state)
      #expect(found.flips == expected.flips && found.sameCommitFlips == expected.same_commit)
      #expect(expectClose(found.flipRate, expected.rate))
      #expect(expectClose(found.entropy, expected.entropy))
      #expect(expectClose(found.failRate, expected.fail_rate))
      #expect(expectClose(found.streakChance, expected.p))
    }
  }
}
