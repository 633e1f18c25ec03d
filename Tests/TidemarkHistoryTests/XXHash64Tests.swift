import Testing
import TidemarkHistory

@Suite struct XXHash64Tests {
  @Test(
    "Known hashes come out",
    arguments: [
      ("", 0xEF46_DB37_51D8_E999), ("a", 0xD24E_C4F1_A98C_6E5B),
      ("as", 0x1C33_0FB2_D66B_E179), ("asd", 0x631C_37CE_72A9_7393),
      ("asdf", 0x4158_72F5_99CE_A71E),
      (
        "Call me Ishmael. Some years ago--never mind how long precisely-",
        0x02A2_E854_70D6_FD96
      ),
    ] as [(String, UInt64)])
  func known(text: String, hash: UInt64) {
    #expect(XXHash64.hash(Array(text.utf8)) == hash)
  }
}
