import Testing

@testable import TidemarkCommands

@Suite struct SecretsTests {
  @Test("Values of variables whose names say so, and of named ones, are taken out")
  func masking() {
    let secrets = Secrets(
      in: ["API_KEY": "abcdef123", "PLAIN": "plain-text", "OPENAI": "sk-zzzzzz"],
      names: ["OPENAI"])
    let text = "a abcdef123 b plain-text c sk-zzzzzz d"
    #expect(masked(text, secrets) == "a *** b plain-text c *** d")
  }

  @Test("Of two secrets of which one begins with the other, the whole is taken out")
  func longest() {
    let secrets = Secrets(in: ["A_TOKEN": "secret-1", "B_TOKEN": "secret-1-more"], names: [])
    #expect(masked("x secret-1-more y secret-1 z", secrets) == "x *** y *** z")
  }

  @Test("A short value and our own options are none")
  func none() {
    let secrets = Secrets(in: ["A_TOKEN": "ab", "TIDEMARK_KEY": "nightly"], names: [])
    #expect(masked("ab nightly", secrets) == "ab nightly")
  }

  @Test(
    "A name that says so is a secret's",
    arguments: [
      ("GITHUB_TOKEN", true), ("aws_secret_access_key", true), ("SSH_PRIVATE_KEY_FILE", true),
      ("DB_PASSWORD", true), ("PATH", false), ("TIDEMARK_MODEL", false), ("KEYBOARD", false),
    ])
  func names(name: String, isSecret: Bool) {
    #expect(Secrets.isSecret(name) == isSecret)
  }

  private func masked(_ text: String, _ secrets: Secrets) -> String {
    String(decoding: secrets.masked(Array(text.utf8)), as: UTF8.self)
  }
}
