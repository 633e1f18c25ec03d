// Unit tests of vars/tidemark.groovy, with every pipeline step replaced by one that notes its call:
//   groovy examples/jenkins/test/TidemarkTest.groovy JENKINSFILE…     the Jenkinsfiles are compiled
import org.codehaus.groovy.control.CompilerConfiguration

class Steps extends Script {
  Map env = [:]
  List calls = []
  Set missing = []
  Map statuses = [:]
  List environment = []

  def run() { null }

  /** Not by `library.env = …`: a script puts that among its variables. */
  void set(Map settings) {
    env.putAll(settings.env ?: [:])
    missing.addAll(settings.missing ?: [])
    statuses.putAll(settings.statuses ?: [:])
  }

  def note(String name, details) {
    if (name in missing) { throw new NoSuchMethodError("No such DSL method '${name}' found among steps") }
    calls << [name, details]
    return null
  }

  def sh(Map options) {
    note('sh', options.script.trim())
    calls.last() << environment.collect { it }
    if (options.returnStatus) { return statuses.find { options.script.contains(it.key) }?.value ?: 0 }
    if (options.returnStdout) { return '[{"name":"a__x","environment":["TIDEMARK_JOB=a__x","TIDEMARK_CELL=a__x"]}]' }
    return null
  }

  def withEnv(List variables, Closure body) {
    environment.addAll(variables*.toString())
    try { body() } finally { variables.size().times { environment.remove(environment.size() - 1) } }
  }

  def withCredentials(List bindings, Closure body) {
    note('withCredentials', bindings)
    withEnv(bindings.collect { "${it.variable}=secret" }, body)
  }

  def string(Map options) { options }
  def pwd() { '/work space' }
  def stash(Map options) { note('stash', options) }
  def unstash(String name) { note('unstash', name) }
  def junit(Map options) { note('junit', options) }
  def publishHTML(Map options) { note('publishHTML', options) }
  def issues(Map options) { options }
  def recordIssues(Map options) { note('recordIssues', options) }
  def plot(Map options) { note('plot', options) }
  def archiveArtifacts(Map options) { note('archiveArtifacts', options) }
  def echo(String text) { note('echo', text) }
  def unstable(String text) { note('unstable', text) }
  def error(String text) { throw new IllegalStateException(text) }

  List named(String name) { calls.findAll { it[0] == name } }
  List commands(String part) { named('sh').findAll { it[1].contains(part) } }
}

def folder = new File(getClass().protectionDomain.codeSource.location.toURI()).parentFile.parentFile
def load = { Map settings = [:] ->
  def configuration = new CompilerConfiguration(scriptBaseClass: 'Steps')
  def library = new GroovyShell(getClass().classLoader, new Binding(), configuration)
    .parse(new File(folder, 'vars/tidemark.groovy'))
  assert library.run().is(library): 'the library must return itself, for `load`'
  library.set(settings)
  return library
}

int passed = 0
int failed = 0
def test = { String claim, Closure body ->
  try {
    body()
    passed++
  } catch (Throwable problem) {
    failed++
    println "not ok: ${claim}: ${problem}"
  }
}

test('a report brings the history, reports and shows; without a token it pushes nothing') {
  def library = load()
  library.report()
  assert library.commands('history pull').size() == 1
  assert library.commands('tidemark report').size() == 1
  assert library.commands('history push').empty && library.commands('publish').empty
  assert ['junit', 'publishHTML', 'recordIssues', 'plot', 'archiveArtifacts'].every { library.named(it).size() == 1 }
  assert library.named('withCredentials').empty
}

test('the token is bound around pulling, pushing and publishing alone') {
  def library = load()
  library.report(credentialsId: 'tidemark', platform: 'gitlab', repository: 'group/project')
  assert library.commands('history push')[0][2].contains('GITLAB_TOKEN=secret')
  assert library.commands('publish')[0][2].contains('REPOSITORY=group/project')
  assert !library.commands('tidemark report')[0][2].any { it.contains('secret') }
}

test("a fork's change request gets no token") {
  def library = load(env: [CHANGE_FORK: 'stranger'])
  library.report(credentialsId: 'tidemark', platform: 'github')
  assert library.named('withCredentials').empty
  assert library.commands('history push').empty && library.commands('publish').empty
}

test('a failed gate is unstable, and the report is shown all the same') {
  def library = load(statuses: ['tidemark report': 1])
  library.report(gate: ['new-failures', 'regressions'])
  assert library.named('unstable').size() == 1 && library.named('publishHTML').size() == 1
  assert library.commands('tidemark report')[0][2].contains('TIDEMARK_GATE=new-failures\nregressions')
}

test('no result fails the build, but shows and keeps what was written') {
  def library = load(statuses: ['tidemark report': 3])
  def message = null
  try { library.report() } catch (IllegalStateException problem) { message = problem.message }
  assert message == 'tidemark: nothing could be reported (exit status 3)'
  assert library.named('archiveArtifacts').size() == 1
}

test('wrong usage shows nothing, as nothing was written') {
  def library = load(statuses: ['tidemark report': 2])
  try { library.report() } catch (IllegalStateException ignored) { }
  assert library.named('junit').empty
}

test('a plugin that is not there costs its part alone') {
  def library = load(missing: ['plot', 'recordIssues'])
  library.report()
  assert library.named('echo').size() == 2
  assert library.named('junit').size() == 1 && library.named('archiveArtifacts').size() == 1
}

test('names and paths reach the shell by the environment alone') {
  def library = load()
  library.collect(name: 'a b$(id)/../c', paths: ['results/*.xml', 'x y'])
  def command = library.commands('tidemark collect')[0]
  assert command[1] == 'tidemark collect --out "$OUT" --allow-empty'
  assert command[2].contains('OUT=tidemark-runs/a_b__id__.._c.json')
  assert command[2].contains('TIDEMARK_INPUTS=results/*.xml\nx y')
  assert library.named('stash')[0][1].includes == 'tidemark-runs/a_b__id__.._c.json'
}

test('the matrix becomes branches, each with its variables') {
  def library = load()
  def seen = []
  def branches = library.branches(library.matrix()) { name -> seen << [name, library.environment.collect { it }] }
  assert branches.keySet() == ['a__x'] as Set
  branches['a__x'].call()
  assert seen == [['a__x', ['TIDEMARK_JOB=a__x', 'TIDEMARK_CELL=a__x']]]
}

test('the Jenkinsfiles compile') {
  def shell = new GroovyShell()
  args.eachWithIndex { path, index -> shell.parse(new File(path).text, "Jenkinsfile${index}.groovy") }
}

println "${passed} passed, ${failed} failed"
System.exit(failed == 0 ? 0 : 1)
