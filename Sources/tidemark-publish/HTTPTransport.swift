private import AsyncHTTPClient
private import Glibc
private import NIOCore
private import NIOHTTP1
private import NIOPosix
private import NIOSSL
internal import TidemarkModel
internal import TidemarkPublish

/// Requests over async-http-client: the one place that opens a connection.
struct HTTPTransport: Transport {
  private let straight: HTTPClient
  /// Over the proxy, where there is one.
  private let proxied: HTTPClient?
  private let proxy: ProxySettings?

  /// - Parameter certificates: A PEM file of authorities that are believed besides the system's.
  /// - Throws: ``Problem`` where that cannot be read.
  init(proxy: ProxySettings?, certificates: String?) throws(Problem) {
    var configuration = HTTPClient.Configuration()
    // Whether a request is followed or sent again is its maker's decision.
    configuration.redirectConfiguration = .disallow
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.timeout = .init(connect: .seconds(10), read: .seconds(30))
    configuration.httpVersion = .http1Only
    if let certificates {
      configuration.tlsConfiguration = try HTTPTransport.trusting(certificates)
    }
    straight = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    self.proxy = proxy
    if let proxy {
      let authorization = proxy.credentials.map { pair in
        HTTPClient.Authorization.basic(
          username: String(pair.prefix { $0 != ":" }),
          password: String(pair.drop { $0 != ":" }.dropFirst()))
      }
      configuration.proxy = .server(
        host: proxy.host, port: proxy.port, authorization: authorization)
      proxied = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    } else {
      proxied = nil
    }
  }

  /// The system's authorities, and those of `file`.
  private static func trusting(_ file: String) throws(Problem) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    do {
      let own = try NIOSSLCertificate.fromPEMFile(file)
      configuration.additionalTrustRoots = [.certificates(own)]
    } catch {
      throw Problem(
        "the bundle of certificates cannot be read", path: file,
        remedy: "give a file of PEM certificates")
    }
    return configuration
  }

  func close() async {
    try? await straight.shutdown()
    try? await proxied?.shutdown()
  }

  private func client(for address: Address) -> HTTPClient {
    guard let proxied, let proxy, !proxy.excepts(address) else { return straight }
    return proxied
  }

  func send(_ request: Request) async throws(TransportFailure) -> Response {
    var message = HTTPClientRequest(url: request.address.description)
    message.method = HTTPMethod(rawValue: request.method.rawValue)
    for header in request.headers { message.headers.add(name: header.name, value: header.value) }
    if !request.body.isEmpty || request.method != .get {
      message.body = .bytes(ByteBuffer(bytes: request.body))
    }
    do {
      let answer = try await client(for: request.address).execute(
        message, timeout: .milliseconds(Int64(request.timeout * 1000)))
      let body = try await answer.body.collect(upTo: request.answerLimit)
      return Response(
        status: Int(answer.status.code),
        headers: answer.headers.map { (name: $0.name, value: $0.value) },
        body: Array(body.readableBytesView))
    } catch {
      throw HTTPTransport.failure(error)
    }
  }

  /// What never left this machine may be sent again, whatever it was.
  private static func failure(_ error: any Error) -> TransportFailure {
    if let error = error as? HTTPClientError {
      let unsent: [HTTPClientError] = [
        .connectTimeout, .tlsHandshakeTimeout, .proxyAuthenticationRequired, .invalidProxyResponse,
        .getConnectionFromPoolTimeout, .socksHandshakeTimeout, .httpProxyHandshakeTimeout,
      ]
      return TransportFailure("\(error)", mayHaveArrived: !unsent.contains(error))
    }
    let code = (error as? IOError)?.errnoCode
    if error is NIOConnectionError || [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(code) {
      return TransportFailure("there is no connection to the server", mayHaveArrived: false)
    }
    if error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError {
      return TransportFailure(
        "there is no secure connection to the server (its certificate may be of an authority that "
          + "is not known here)", mayHaveArrived: false)
    }
    if error is NIOTooManyBytesError {
      return TransportFailure("the answer is too long", mayHaveArrived: true)
    }
    return TransportFailure("the connection broke", mayHaveArrived: true)
  }
}
