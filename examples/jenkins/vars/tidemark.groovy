// tidemark in a Jenkins pipeline: install, collect, report, publish, and a matrix.
//
// As a shared library this file stands in vars/ and the steps are `tidemark.report()`; without one, in the repository:
// `tidemark = load 'ci/tidemark.groovy'`. It uses sh, withEnv and withCredentials, and of the plugins junit, htmlpublisher,
// warnings-ng and plot what is installed.

/** Puts tidemark on the PATH of `body`. Options: downloadUrl, sha256; else TIDEMARK_URL, TIDEMARK_SHA256. */
def within(Map options = [:], Closure body) {
  withEnv(["DOWNLOAD_URL=${options.downloadUrl ?: env.TIDEMARK_URL ?: ''}", "SHA256=${options.sha256 ?: env.TIDEMARK_SHA256 ?: ''}"]) {
    sh label: 'Install tidemark', script: '''
      set -e
      # install: begin
      # A variable that is not set may arrive as its own name.
      case ${DOWNLOAD_URL:-} in '$'*) DOWNLOAD_URL= ;; esac
      case ${SHA256:-} in '$'*) SHA256= ;; esac
      if [ -n "${DOWNLOAD_URL:-}" ]; then
        mkdir -p .tidemark-bin
        curl -fsSL --retry 3 -o .tidemark-bin/archive "$DOWNLOAD_URL"
        [ -z "${SHA256:-}" ] || echo "$SHA256  .tidemark-bin/archive" | sha256sum -c -
        tar -xzf .tidemark-bin/archive -C .tidemark-bin --strip-components=1
      fi
      PATH="$PWD/.tidemark-bin:$PATH"
      tidemark --version
      # install: end
    '''
  }
  withEnv(["PATH+TIDEMARK=${pwd()}/.tidemark-bin"]) { body() }
}

/** One job's results as a run document, stashed for `report`. Options: name, paths (a list). */
def collect(Map options = [:]) {
  String name = options.name ?: env.STAGE_NAME ?: 'default'
  String file = "tidemark-runs/${name.replaceAll(/[^A-Za-z0-9_.-]/, '_')}.json"
  within(options) {
    withEnv(["TIDEMARK_INPUTS=${(options.paths ?: []).join('\n')}", "TIDEMARK_JOB=${name}", "OUT=${file}"]) {
      sh label: 'Collect', script: 'tidemark collect --out "$OUT" --allow-empty'
    }
  }
  stash name: "tidemark-${name}", includes: file
}

/**
 * Brings the history, reports, keeps the history, and shows the report by the plugins that are there.
 *
 * Options: paths (a list; else `inputs` of tidemark.yml), stashes (names given to `collect`), gate (a list), key,
 * historyBranch, credentialsId (a secret text that may push and comment), platform (github, gitlab or azure: where the
 * change request lives), repository.
 *
 * A failed gate makes the build unstable; wrong usage, and a run that brought no result, fail it.
 */
def report(Map options = [:]) {
  for (name in (options.stashes ?: [])) { unstash "tidemark-${name}" }
  List settings = [
    "TIDEMARK_INPUTS=${(options.paths ?: (options.stashes ? ['tidemark-runs'] : [])).join('\n')}",
    "TIDEMARK_GATE=${(options.gate ?: []).join('\n')}",
    "TIDEMARK_KEY=${options.key ?: ''}",
    "HISTORY_BRANCH=${options.historyBranch ?: 'tidemark-history'}",
  ]
  int status = 0
  within(options) {
    withEnv(settings) {
      withToken(options) { sh label: 'Bring the history', script: 'tidemark history pull --branch "$HISTORY_BRANCH"' }
      status = sh(label: 'Report', returnStatus: true, script: 'tidemark report --out tidemark-report')
      if (status != 2) { withToken(options) { keep(options) } }
    }
  }
  if (status != 2) { show(options) }
  if (status == 1) {
    unstable 'tidemark: a gate failed; the report says which'
  } else if (status != 0) {
    error "tidemark: nothing could be reported (exit status ${status})"
  }
}

/** What needs a token: without one, and for a fork's change request, nothing is pushed and nothing is sent. */
def keep(Map options) {
  if (!isTrusted(options)) { return }
  sh label: 'Keep the history', script: 'tidemark history push --branch "$HISTORY_BRANCH"'
  if (options.platform) {
    withEnv(["PLATFORM=${options.platform}", "REPOSITORY=${options.repository ?: ''}"]) {
      sh label: 'Publish', script: '''
        set -- "$PLATFORM" --report tidemark-report
        [ -z "$REPOSITORY" ] || set -- "$@" --repository "$REPOSITORY"
        [ -z "${CHANGE_ID:-}" ] || set -- "$@" --pull-request "$CHANGE_ID"
        tidemark publish "$@"
      '''
    }
  }
}

boolean isTrusted(Map options) { return options.credentialsId && !env.CHANGE_FORK }

/** Binds the token under the name that the platform's own is known by, around `body` alone. */
def withToken(Map options, Closure body) {
  if (!isTrusted(options)) {
    body()
    return
  }
  Map names = [github: 'GITHUB_TOKEN', gitlab: 'GITLAB_TOKEN', azure: 'SYSTEM_ACCESSTOKEN']
  String variable = names[options.platform] ?: 'GITHUB_TOKEN'
  withCredentials([string(credentialsId: options.credentialsId, variable: variable)]) { body() }
}

/** The report in Jenkins itself: tests, the site, warnings and a plot. */
def show(Map options = [:]) {
  optional('junit') {
    junit testResults: 'tidemark-report/jenkins/junit*.xml', allowEmptyResults: true, skipPublishingChecks: true
  }
  optional('htmlpublisher') {
    publishHTML target: [
      reportDir: 'tidemark-report/site', reportFiles: 'index.html', reportName: 'Tidemark', keepAll: true,
      alwaysLinkToLastBuild: true, allowMissing: true,
    ]
  }
  optional('warnings-ng') {
    recordIssues tools: [issues(pattern: 'tidemark-report/jenkins/warnings.json', id: 'tidemark', name: 'Tidemark')]
  }
  optional('plot') {
    // The name stays as it is: another one would begin a new plot.
    plot csvFileName: "plot-tidemark-${options.key ?: 'main'}.csv", group: 'Tidemark', title: 'Benchmarks', style: 'line',
      csvSeries: [[file: 'tidemark-report/jenkins/tidemark-plot.csv', inclusionFlag: 'OFF', url: '']]
  }
  archiveArtifacts artifacts: 'tidemark-report/**', allowEmptyArchive: true
}

/** A step of a plugin that may not be installed. */
def optional(String plugin, Closure step) {
  try {
    step()
  } catch (NoSuchMethodError missing) {
    echo "tidemark: the plugin ${plugin} is not installed, so its part of the report is not shown"
  }
}

/**
 * The jobs of `tidemark matrix jenkins` as branches for `parallel`.
 *
 * @param json What `tidemark matrix jenkins` printed.
 * @param body Run in each with its variables set: a checkout, then `tidemark run`. It gets the job's name.
 */
Map branches(String json, Closure body) {
  Map branches = [:]
  for (job in new groovy.json.JsonSlurperClassic().parseText(json)) {
    String name = job.name
    List variables = job.environment
    branches[name] = { withEnv(variables) { body(name) } }
  }
  return branches
}

/** What `tidemark matrix jenkins` prints in this checkout. */
String matrix(Map options = [:]) {
  String json = ''
  within(options) { json = sh(label: 'List what is measured', returnStdout: true, script: 'tidemark matrix jenkins') }
  return json
}

return this
