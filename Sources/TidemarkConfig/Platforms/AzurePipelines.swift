private import TidemarkSyntax

/// Azure Pipelines.
///
/// - Source: https://learn.microsoft.com/azure/devops/pipelines/build/variables
enum AzurePipelines {
  static func facts(_ variables: PlatformVariables) -> PlatformFacts {
    var facts = PlatformFacts()
    facts.platform = .azure
    facts.runID = variables["BUILD_BUILDID"]
    facts.attempt = variables.number("SYSTEM_JOBATTEMPT")
    // Of a pull request BUILD_SOURCEVERSION is the merge.
    facts.commit = variables.first("SYSTEM_PULLREQUEST_SOURCECOMMITID", "BUILD_SOURCEVERSION")
    facts.branch = variables.first("SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH")
      .map(branchName)
    // Documented as a full ref, seen without refs/heads/ too.
    facts.base = variables["SYSTEM_PULLREQUEST_TARGETBRANCH"].map(branchName)
    // The number that GitHub's pages show, where the repository is there.
    facts.pullRequest = variables.first(
      "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "SYSTEM_PULLREQUEST_PULLREQUESTID")
    if let collection = variables["SYSTEM_COLLECTIONURI"],
      let project = variables["SYSTEM_TEAMPROJECT"], let build = facts.runID
    {
      let slash = collection.hasSuffix("/") ? "" : "/"
      facts.url =
        "\(collection)\(slash)\(percentEncoded(project))/_build/results?buildId=\(build)"
    }
    facts.job = variables.first("SYSTEM_JOBNAME", "AGENT_JOBNAME")
    facts.startTime = variables["SYSTEM_PIPELINESTARTTIME"].flatMap { TimeText.parse($0) }
    facts.isFork = variables.isTrue("SYSTEM_PULLREQUEST_ISFORK")
    facts.isScheduled = variables["BUILD_REASON"] == "Schedule"
    return facts
  }

  /// A path segment: projects may have blanks in their names.
  private static func percentEncoded(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, 45, 46, 95, 126:
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default: encoded += "%" + Digest.hex([byte]).uppercased()
      }
    }
    return encoded
  }
}
