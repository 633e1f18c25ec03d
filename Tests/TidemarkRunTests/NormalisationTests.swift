import Testing
import TidemarkRun

@Suite struct NormalisationTests {
  @Test(
    "what varies from run to run is one and the same after normalisation",
    arguments: [
      ("frees 0x7ffee4c0a1b0", "frees 0x55d0c1f2"),
      ("accepts com.acme.Foo@1b2c3d4", "accepts com.acme.Foo@7f00aa1"),
      (
        "loads 123e4567-e89b-12d3-a456-426614174000", "loads 00000000-e89b-42d3-a456-aaaaaaaaaaaa"
      ),
      (
        "writes /tmp/pytest-of-ci/pytest-12/x0/out.txt",
        "writes /tmp/pytest-of-me/pytest-3/x0/out.txt"
      ),
      (
        "writes [C:\\Users\\ci\\AppData\\Local\\Temp\\a1.txt]",
        "writes [C:\\Users\\x\\AppData\\Local\\Temp\\b2.txt]"
      ),
      ("reports for 2026-11-23", "reports for 2026-11-24"),
      ("starts at 2026-11-23T10:00:00Z", "starts at 2026-11-24T11:30:00.123+02:00"),
      ("shuffles (seed=12345)", "shuffles (seed=7)"),
      ("shuffles Seed: 98", "shuffles Seed: 5"),
      ("gets http://localhost:54321/x", "gets http://localhost:8081/x"),
    ])
  func sameAfterNormalisation(first: String, second: String) {
    #expect(first != second)
    #expect(Normalisation.normalise(first) == Normalisation.normalise(second))
  }

  @Test(
    "what names a case stays",
    arguments: [
      "parses 0x10", "adds 1 + 1", "reads v1.2.3", "sorts/1000", "takes 12-31", "mails a@b.org",
      "test[3-4]", "sha256 of abc", "seedling", "port 8080", "2026", "/tmpfoo/x", "a/b/c",
    ])
  func stays(name: String) { #expect(Normalisation.normalise(name) == name) }

  @Test(
    "normalising twice changes nothing more",
    arguments: [
      "a 0x7ffee4c0a1b0 b 2026-11-23T10:00:00Z c seed=1 d /tmp/x e localhost:54321",
      "é 漢字 0xdeadbeef",
    ])
  func idempotent(name: String) {
    let once = Normalisation.normalise(name)
    #expect(Normalisation.normalise(once) == once)
  }
}
