/// How often the alarms about a history's own past held: the record of the detector on these very
/// series, from judging the stored runs again one by one.
package struct ReplayRecord: Hashable, Sendable {
  /// Runs that were judged again.
  package var runs = 0
  /// Judgements of one series in one run; series with too few runs to judge are left out.
  package var judgements = 0
  /// Confirmed regressions, each counted once, in the run that raised it.
  package var alarms = 0
  /// Suspected ones that no earlier alarm was about.
  package var suspicions = 0
  /// Alarms with enough runs after them to tell whether they held.
  package var settled = 0
  /// Those of the settled that the later runs took back: with them in view there is no such change.
  package var takenBack = 0
  /// The judgements in the runs that have enough runs after them.
  package var settledJudgements = 0

  package init() {}

  /// Alarms that were taken back, per 1,000 judgements; nil before there is any.
  package var takenBackPerThousand: Double? {
    settledJudgements == 0 ? nil : Double(takenBack) * 1000 / Double(settledJudgements)
  }
}
