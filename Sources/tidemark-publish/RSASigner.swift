private import CryptoExtras
private import FoundationEssentials
internal import TidemarkModel
internal import TidemarkPublish

/// RS256 (RFC 7518 section 3.3) by swift-crypto.
struct RSASigner: Signer {
  func signature(of message: [UInt8], key: String) throws(Problem) -> [UInt8] {
    do {
      let key = try _RSA.Signing.PrivateKey(pemRepresentation: key)
      let signature = try key.signature(for: message, padding: .insecurePKCS1v1_5)
      return Array(signature.rawRepresentation)
    } catch {
      throw Problem(
        "the app's private key cannot be used", remedy: "give its PEM text, of 2048 bits or more")
    }
  }
}
