import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct JTLTests {
  @Test(
    "the table of an Aggregate Report has a row a label; the total is none, as old ones have it too"
  )
  func aggregate() throws {
    let table = """
      Label,# Samples,Average,Median,90% Line,95% Line,99% Line,Min,Max,Error %,Throughput,Received KB/sec
      HTTP Request,8,328,300,400,410,420,1,500,12.500%,3.5,1.71
      Gone,4,2,2,2,2,2,2,2,100.000%,3.5,1.71
      TOTAL,12,328,328,328,328,328,328,328,0.000%,3.04878,1.71
      """
    #expect(JTL.recognises(head(table)) == .yes)
    let results = try JTL.read(memory(table))
    #expect(
      results.measurements.prefix(7).map { "\($0.metric) \($0.value) \($0.direction.rawValue)" }
        == [
          "elapsed 328.0 lower", "p50 300.0 lower", "p90 400.0 lower", "p95 410.0 lower",
          "p99 420.0 lower", "throughput 3.5 higher", "failure share 0.125 lower",
        ])
    #expect(Set(results.measurements.map(\.name)) == ["HTTP Request", "Gone"])
    #expect(
      results.problems.map { "\($0.isBlocking) \($0.message)" } == [
        "false HTTP Request: 1 of 8 requests failed", "true Gone: all requests failed",
      ])
    let old = """
      sampler_label;aggregate_report_count;average;aggregate_report_error%;aggregate_report_rate
      a;10;5;0.2;1.5
      """
    #expect(JTL.recognises(head(old)) == .yes)
    #expect(try JTL.read(memory(old)).measurements.map(\.value) == [5, 1.5, 0.2])
  }

  @Test("XML and CSV of one run give the same measurements")
  func sameInBoth() throws {
    let csv = """
      timeStamp,elapsed,label,responseCode,success
      1000000000000,10,a,200,true
      1000000000001,30,a,500,false
      1000000000002,5,b,200,true
      """
    let xml = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testResults version="1.2">
      <httpSample t="10" ts="1000000000000" s="true" lb="a" rc="200">
        <httpSample t="9" ts="1000000000000" s="true" lb="a-0" rc="200"/>
        <responseData class="java.lang.String">&lt;sample lb="x"/&gt;</responseData>
      </httpSample>
      <sample t="30" ts="1000000000001" s="false" lb="a" rc="500"/>
      <sample t="5" ts="1000000000002" s="true" lb="b" rc="200"/>
      </testResults>
      """
    #expect(JTLXML.recognises(head(xml)) == .yes)
    let (one, other) = (try JTL.read(memory(csv)), try JTLXML.read(memory(xml)))
    #expect(one.measurements == other.measurements)
    #expect(one.newestTime == other.newestTime)
    #expect(one.problems == other.problems)
    #expect(one.measurements.first?.value == 20)
  }

  @Test("XML: the layout of JMeter 2.0 is read, and a sample without a time counts as 0 ms")
  func oldAndUntimed() throws {
    let old = """
      <testResults><sampleResult timeStamp="1000000000000" dataType="text" threadName="t"
      label="a" time="47" responseMessage="OK" responseCode="200" success="true"/></testResults>
      """
    #expect(JTLXML.recognises(head(old)) == .yes)
    #expect(try JTLXML.read(memory(old)).measurements.first?.value == 47)
    let untimed = #"<testResults version="1.2"><sample s="true" lb="a"/></testResults>"#
    let results = try JTLXML.read(memory(untimed))
    #expect(results.measurements.first?.value == 0)
    #expect(results.problems.map(\.code) == [.valueSkipped])
  }
}
