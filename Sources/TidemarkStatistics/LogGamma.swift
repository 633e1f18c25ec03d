private import Glibc

/// ln Γ(x) for x > 0.
func logGamma(_ x: Double) -> Double {
  // lgamma itself leaves the sign in a global that all threads share.
  var sign: Int32 = 0
  return lgamma_r(x, &sign)
}

/// ln of the number of ways to choose `k` of `n`; 0 ≤ k ≤ n.
func logChoose(_ n: Int, _ k: Int) -> Double {
  logGamma(Double(n) + 1) - logGamma(Double(k) + 1) - logGamma(Double(n) - Double(k) + 1)
}
