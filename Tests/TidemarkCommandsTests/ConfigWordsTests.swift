import Testing
import TidemarkAnalysis
import TidemarkConfig

@Suite struct ConfigWordsTests {
  @Test("The gate rules that the config takes are those of the judge")
  func gateRules() {
    #expect(ConfigKeys.gateRules == GateRule.allCases.map(\.rawValue))
  }
}
