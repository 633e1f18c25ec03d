internal import Foundation
internal import Testing
internal import TidemarkReport

@testable internal import TidemarkPublish

/// The real transport: certificates and proxies, with a server and a proxy on this machine.
@Suite(.enabled(if: MockForge.isAvailable), .serialized)
struct TransportSharedTests {
  /// Answers like GitHub's statuses over TLS, behind a proxy that leads every name to it.
  private static let program = """
    import http.server, socket, ssl, sys, threading
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def answer(self, status, body):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        def do_GET(self): self.answer(200, b'{"statuses":[]}')
        def do_POST(self): self.answer(201, b'{"state":"failure"}')
        def log_message(self, *a): pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("cert.pem", "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    proxy = socket.create_server(("127.0.0.1", 0))
    open("ports.tmp", "w").write(f"{server.server_address[1]} {proxy.getsockname()[1]}")
    import os; os.rename("ports.tmp", "ports")
    def pump(a, b):
        try:
            while data := a.recv(65536): b.sendall(data)
        except OSError: pass
    def serve(client):
        head = b""
        while b"\\r\\n\\r\\n" not in head: head += client.recv(4096)
        open("proxy.log", "ab").write(head)
        there = socket.create_connection(("127.0.0.1", server.server_address[1]))
        client.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n")
        threading.Thread(target=pump, args=(client, there), daemon=True).start()
        pump(there, client)
    while True:
        threading.Thread(target=serve, args=(proxy.accept()[0],), daemon=True).start()
    """

  @Test("a certificate is believed if its authority is named, also through a proxy")
  func certificates() async throws {
    let forge = try await MockForge()
    let folder = forge.folder
    let makeKey = Process()
    makeKey.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    makeKey.arguments = [
      "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out",
      "cert.pem", "-days", "2", "-subj", "/CN=t", "-addext",
      "subjectAltName=IP:127.0.0.1,DNS:api.example.test",
    ]
    makeKey.currentDirectoryURL = folder
    makeKey.standardError = FileHandle.nullDevice
    try makeKey.run()
    makeKey.waitUntilExit()
    let server = Process()
    server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    server.arguments = ["python3", "-c", Self.program]
    server.currentDirectoryURL = folder
    try server.run()
    // Not `terminate`: see MockForge.
    defer { kill(server.processIdentifier, SIGKILL) }
    var ports: [Substring] = []
    let file = folder.appendingPathComponent("ports")
    for _ in 0..<200 where ports.count < 2 {
      try await Task.sleep(for: .milliseconds(50))
      ports = ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: " ")
        .map { $0.prefix { $0.isNumber } }
    }
    try #require(ports.count == 2)

    let certificate = folder.appendingPathComponent("cert.pem").path
    let straight = ["GITHUB_API_URL": "https://127.0.0.1:\(ports[0])"]
    let unknown = try await publish(forge, straight)
    #expect(unknown.status == 4 && unknown.errors.contains("certificate"))
    let known = try await publish(forge, straight, ["--ca-file", certificate])
    #expect(known.status == 0, "\(known.errors)")
    let proxied = try await publish(
      forge,
      [
        "GITHUB_API_URL": "https://api.example.test", "SSL_CERT_FILE": certificate,
        "HTTPS_PROXY": "http://user:proxy-password@127.0.0.1:\(ports[1])",
      ])
    #expect(proxied.status == 0, "\(proxied.errors)")
    #expect(!proxied.everything.contains("proxy-password"))
    let log = try String(
      contentsOf: folder.appendingPathComponent("proxy.log"), encoding: .utf8)
    #expect(log.contains("CONNECT api.example.test:443"))
    #expect(log.lowercased().contains("proxy-authorization: basic"))
    #expect(!log.contains("ghs_test"))
  }

  private func publish(
    _ forge: MockForge, _ variables: [String: String], _ arguments: [String] = []
  ) async throws -> MockForge.Answer {
    var environment = [
      "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo/demo", "GITHUB_TOKEN": "ghs_test",
      "GITHUB_EVENT_NAME": "push", "GITHUB_REF_NAME": "main", "GITHUB_RUN_ID": "1",
      "GITHUB_SHA": SampleReport.commit,
    ]
    environment.merge(variables) { $1 }
    // The stand-in of the pull request's lookup would be another server's: main has none.
    let event = try forge.write(
      "push.json", Array("{\"repository\":{\"default_branch\":\"main\"}}".utf8))
    environment["GITHUB_EVENT_PATH"] = event
    return try await forge.publish(
      ["github", "--only", "status", "--max-wait", "1"] + arguments, SampleReport.report(),
      environment: environment)
  }
}
