internal import Testing
internal import TidemarkModel
internal import TidemarkSyntax

@testable internal import TidemarkPublish

@Suite struct ClientTests {
  private typealias Step = Result<Response, TransportFailure>
  private static let good = Step.success(.json("{\"id\":7}"))
  private static let lost = Step.failure(
    TransportFailure("the connection broke", mayHaveArrived: true))
  private static let unsent = Step.failure(
    TransportFailure("no connection", mayHaveArrived: false))

  private static func failed(
    _ status: Int, _ headers: [(name: String, value: String)] = [], _ body: String = "{}"
  ) -> Step { .success(.json(body, status: status, headers: headers)) }

  private func id(_ client: Client, _ call: Call) async throws(Failure) -> Int {
    try await client.json(call) { (root) throws(Failure) in
      guard let id = root["id"]?.int else { throw Failure.unreadable("no id") }
      return id
    }
  }

  @Test("a read is repeated after what the retry table names, with waits that double")
  func readsAreRepeated() async throws {
    let outlet = FakeOutlet([Self.lost, Self.failed(502), Self.unsent, Self.good])
    let answer = try await id(outlet.client(), Call(.get, "/x"))
    #expect(answer == 7)
    #expect(outlet.waits == [1, 2, 4])
  }
}
