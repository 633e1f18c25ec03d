import Testing

@testable import TidemarkStatistics

@Suite struct StudentTTests {
  /// t, degrees, and `2 * scipy.stats.t.sf(abs(t), degrees)` of SciPy 1.17.
  @Test(
    "agrees with SciPy far into the tail",
    arguments: [
      (-76.67, 122.443, 2.4022018614917297e-105), (-0.1703, 1.759, 0.8823103872581994),
      (-2.02, 2.608, 0.15026335602008445), (-2.5956, 1.978, 0.12324218064410031),
      (-1.0579, 13.247, 0.30901150813335415), (-0.668, 83.682, 0.505971846797718),
      (3.8556, 48.974, 0.000336878161390952), (28.7328, 5.791, 1.80854158674808e-07),
      (46.3746, 5.992, 6.873894697177085e-09), (-0.1516, 210.664, 0.8796475119334446),
      (15.4807, 103.509, 1.0723900420384773e-28), (-0.7307, 69.532, 0.4674174922309721),
      (-2.8501, 52.615, 0.006227301283732062), (0.8825, 3.467, 0.43442651605090704),
      (5.3608, 85.673, 6.906157680362723e-07), (8.1705, 3.715, 0.0016659773326631354),
      (-13.343, 13.085, 5.365458463157907e-09), (5.9793, 10.629, 0.00010587229771856355),
      (-6.1657, 66.06, 4.7648158914372816e-08), (1.7522, 186.203, 0.0813855293555292),
    ])
  func agreesWithSciPy(t: Double, degrees: Double, p: Double) {
    #expect(expectClose(StudentT.twoSidedP(t, degrees: degrees), p))
  }

  /// p, degrees, and `scipy.stats.t.isf(p / 2, degrees)` of SciPy 1.17.
  @Test(
    "the quantile agrees with SciPy",
    arguments: [
      (0.05, 1.0, 12.706204736174705), (0.05, 3.5, 2.9400886379827296),
      (0.05, 60.0, 2.0002978220142604), (0.01, 10.0, 3.1692726726169504),
      (1e-6, 250.0, 5.016269586717269), (0.5, 2.0, 0.8164965809277261),
    ])
  func quantileAgreesWithSciPy(p: Double, degrees: Double, t: Double) {
    #expect(expectClose(StudentT.twoSidedQuantile(p, degrees: degrees), t))
  }

  @Test("ends are 1 and 0, and what is no number is no evidence")
  func ends() {
    #expect(StudentT.twoSidedP(0, degrees: 5) == 1)
    #expect(StudentT.twoSidedP(.infinity, degrees: 5) == 0)
    #expect(StudentT.twoSidedP(.nan, degrees: 5) == 1)
    #expect(StudentT.twoSidedQuantile(1, degrees: 5) == 0)
    #expect(StudentT.twoSidedQuantile(0, degrees: 5) == .infinity)
  }

  @Test("a larger t is never likelier")
  func falls() {
    for degrees in [1, 2.5, 30, 500] {
      let p = stride(from: 0.0, to: 60, by: 0.25).map { StudentT.twoSidedP($0, degrees: degrees) }
      #expect(zip(p, p.dropFirst()).allSatisfy { $0 >= $1 })
    }
  }
}
