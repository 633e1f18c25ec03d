import Testing

@testable import TidemarkCommands

@Suite struct UnifiedDiffTests {
  @Test("A new file is all added, and an equal one is nothing")
  func wholeFiles() {
    #expect(
      UnifiedDiff(path: "a", old: nil, new: "x\ny\n").text
        == "--- /dev/null\n+++ b/a\n@@ -0,0 +1,2 @@\n+x\n+y\n")
    #expect(UnifiedDiff(path: "a", old: "x\n", new: "x\n").text.isEmpty)
  }

  @Test("A change has three lines around it, and what is far away is another hunk")
  func hunks() {
    let old = (1...20).map { "\($0)\n" }.joined()
    let new = old.replacing("2\n3\n", with: "2\n3b\n").replacing("19\n", with: "")
    #expect(
      UnifiedDiff(path: "a", old: old, new: new).text == """
        --- a/a
        +++ b/a
        @@ -1,6 +1,6 @@
         1
         2
        -3
        +3b
         4
         5
         6
        @@ -16,5 +16,4 @@
         16
         17
         18
        -19
         20

        """)
  }
}
