internal import Testing
internal import TidemarkConfig
internal import TidemarkModel

@testable internal import TidemarkPublish

@Suite struct AddressTests {
  @Test(
    "plain http, users in addresses and what is no address are refused",
    arguments: [
      "http://example.org/", "http://127.evil.example/", "http://127.0.0.1.evil.example",
      "https://user:pw@example.org/", "https://token@127.0.0.1/", "ftp://example.org", "https://",
      "https://:80", "https://x:0", "https://x:99999", "https://x y/", "https://x/\n", "/x", "",
      "http://localhost.evil.example", "https://x\\@y/",
    ])
  func refused(text: String) { #expect(throws: Problem.self) { try Address(text) } }

  @Test(
    "an address is written as it was read",
    arguments: [
      "https://api.github.com", "https://h:8443/api/v3?x=1", "http://127.0.0.1:80/a",
      "http://[::1]:9/x", "http://localhost/",
    ])
  func roundTrip(text: String) throws { #expect(try Address(text).description == text) }

  @Test(
    "what is wrong with an address or a proxy is said without what stands in it",
    arguments: [
      "https://user:hunter2@example.org/", "http://example.org/?token=hunter2", "hunter2",
      "https:hunter2", "https://example.org:hunter2/", "https://[hunter2/", "ftp://h/hunter2",
      "https://h/ hunter2", "https://hunter2@h",
    ])
  func silent(text: String) {
    do throws(Problem) {
      _ = try Address(text)
    } catch { #expect(!"\(error)".contains("hunter2")) }
    do throws(Problem) {
      _ = try ProxySettings(PlatformVariables(["HTTPS_PROXY": "socks5://" + text]))
    } catch { #expect(!"\(error)".contains("hunter2")) }
  }

  @Test("a path from outside stays one segment")
  func encoded() throws {
    #expect(Address.encoded("../a b/ü?#%") == "..%2Fa%20b%2F%C3%BC%3F%23%25")
    #expect(Address.encoded("..") == "%2E%2E")
    let address = try Address("https://h/api/").appending("/x", query: [("q", "a&b=c")])
    #expect(address.description == "https://h/api/x?q=a%26b%3Dc")
  }

  @Test("an origin has a port, whether it is written or not")
  func origin() throws {
    #expect(try Address("https://H.org/x").origin == Address("https://h.org:443").origin)
    #expect(try Address("https://h.org").origin != Address("https://h.org:444").origin)
  }

  private func proxy(_ variables: [String: String]) throws(Problem) -> ProxySettings? {
    try ProxySettings(PlatformVariables(variables))
  }

  @Test("a proxy is read with its port and its password")
  func proxies() throws {
    let proxy = try #require(try proxy(["HTTPS_PROXY": "http://u:p%40x@proxy.example:3128/"]))
    #expect(proxy.host == "proxy.example" && proxy.port == 3128 && proxy.credentials == "u:p@x")
    #expect(try self.proxy(["https_proxy": "proxy.example"])?.port == 8080)
    #expect(try self.proxy([:]) == nil)
    for text in ["socks5://p:1", "http://", "http://p:x", "http://u%zz@p:1"] {
      #expect(throws: Problem.self) { try self.proxy(["HTTPS_PROXY": text]) }
    }
  }

  @Test("no proxy stands before this machine, nor before what NO_PROXY names")
  func exceptions() throws {
    let proxy = try #require(
      try proxy(["HTTPS_PROXY": "http://p:1", "NO_PROXY": "corp.example, .x.org,*.y.org:443"]))
    let straight = [
      "http://127.0.0.1:9/", "https://corp.example/", "https://git.corp.example", "https://a.x.org",
      "https://a.y.org",
    ]
    for text in straight { #expect(proxy.excepts(try Address(text))) }
    for text in ["https://notcorp.example", "https://api.github.com"] {
      #expect(!proxy.excepts(try Address(text)))
    }
    let none = try #require(try self.proxy(["HTTPS_PROXY": "http://p:1", "no_proxy": "*"]))
    #expect(none.excepts(try Address("https://api.github.com")))
  }

  @Test("HTTP's dates are read, and nothing else")
  func dates() {
    #expect(
      HTTPDate.parse("Sun, 06 Nov 1994 08:49:37 GMT")?.millisecondsSince1970 == 784_111_777_000)
    for text in ["", "now", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 6 Foo 1994 08:49:37 GMT"] {
      #expect(HTTPDate.parse(text) == nil)
    }
  }

  @Test(
    "base 64 is RFC 4648's",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("foobar", "Zm9vYmFy"),
    ])
  func base64(text: String, encoded: String) {
    #expect(Base64.text(Array(text.utf8)) == encoded)
    #expect(Base64.urlText([0xFB, 0xFF]) == "-_8")
  }
}
