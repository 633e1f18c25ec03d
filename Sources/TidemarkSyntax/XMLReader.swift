private import CLibXML2
package import TidemarkModel

/// What an ``XMLReader`` finds, in the file's order. Names, attributes and texts are valid during the
/// call only. A ``Problem`` thrown from here ends the reading and comes out of it.
package protocol XMLEvents: AnyObject {
  func start(_ name: XMLName, _ attributes: XMLAttributes) throws(Problem)
  /// Text or CDATA, in pieces of any size; not called while the reader's ``XMLReader/skipsText``.
  func text(_ text: XMLText) throws(Problem)
  func end(_ name: XMLName) throws(Problem)
}

/// Reads XML as events, block by block, with bounded memory: the only file that imports CLibXML2.
///
/// Well-formed files of any size and encoding that reports come in are read; several documents in
/// one file come one after the other. What real producers get wrong and what can be read without
/// doubt is mended, and told in ``repairs``; everything else is a ``Problem`` with line and column.
/// No entity is expanded, no other file is opened.
///
/// Not shared between tasks.
package final class XMLReader {
  /// How deep elements may nest.
  package static let depthLimit = 512
  /// The most bytes of one text, attribute or comment: the parser holds each as a whole.
  package static let pieceLimit = 128 << 20
  /// Bytes that element and attribute names may take together.
  private static let dictionaryLimit = 32 << 20

  private let input: XMLInput
  private let dictionary: xmlDictPtr
  private var failure: Problem?
  private var hasEntities = false
  private let now: UnsafeMutablePointer<Now>
  private var place = (line: 1, column: 1)
  private var found: [XMLRepair: Finding] = [:]

  /// What each event looks at. Behind a pointer, because a class's properties are checked for
  /// exclusive access each time.
  private struct Now {
    var context: xmlParserCtxtPtr?
    var sink: Unmanaged<Sink>?
    var depth = 0
    var skipsText = false
    var hasFailed = false
    var documentEnded = false
    var sinceLastEvent = 0
  }

  /// Holds the one who is told. A constant of an object that is known to live costs no counting of
  /// references each time, as a variable does.
  private final class Sink {
    let events: any XMLEvents
    init(_ events: any XMLEvents) { self.events = events }
  }

  /// How deep the current element is: 1 for a root.
  package var depth: Int { now.pointee.depth }
  /// Whether text is passed over. To be set from within events; false at first.
  package var skipsText: Bool {
    get { now.pointee.skipsText }
    set { now.pointee.skipsText = newValue }
  }

  /// Where a repair was made first.
  private struct Finding {
    var line: Int
    var count: Int
  }

  /// - Parameters:
  ///   - source: The file's bytes as they are.
  ///   - blockSize: How many bytes are read at once.
  package init(_ source: any ByteSource, blockSize: Int = 262_144) throws(Problem) {
    _ = XMLReader.isInitialised
    guard let dictionary = xmlDictCreate() else { throw XMLReader.noMemory }
    self.dictionary = dictionary
    input = XMLInput(source, blockSize: blockSize)
    now = .allocate(capacity: 1)
    now.initialize(to: Now())
  }

  deinit {
    now.deinitialize(count: 1)
    now.deallocate()
    xmlDictFree(dictionary)
  }

  private static let isInitialised: Bool = {
    xmlInitParser()
    return true
  }()

  private static var noMemory: Problem {
    Problem("could not be read for lack of memory", remedy: "split the report")
  }

  /// The interned name `text`: an element of this name has the same ``XMLName``, in each of the
  /// file's documents.
  package func name(_ text: StaticString) -> XMLName {
    guard let start = xmlDictLookup(dictionary, text.utf8Start, Int32(text.utf8CodeUnitCount))
    else { return XMLName(start: text.utf8Start) }
    return XMLName(start: start)
  }

  /// 1-based; in ``XMLEvents/start(_:_:)`` the line on which the tag ends.
  package var line: Int { now.pointee.context.map { Int(xmlSAX2GetLineNumber($0)) } ?? place.line }
  /// 1-based, in bytes; just behind what the event is about.
  package var column: Int {
    now.pointee.context.map { Int(xmlSAX2GetColumnNumber($0)) } ?? place.column
  }

  /// How much of the file was read, from 0 to 1; 0 where its size is not known.
  package var progress: Double { input.progress }

  /// What was mended, with the line of the first and how many there were.
  package var repairs: [(repair: XMLRepair, line: Int?, count: Int)] {
    XMLRepair.allCases.compactMap { repair in
      if let finding = found[repair] { return (repair, finding.line, finding.count) }
      return input.repairs.contains(repair) ? (repair, nil, 1) : nil
    }
  }

  /// Reads the whole file, once.
  ///
  /// - Returns: How many documents it holds; at least 1.
  /// - Throws: ``Problem`` with line and column, but without the file's path.
  @discardableResult
  package func read(_ events: any XMLEvents) throws(Problem) -> Int {
    let sink = Sink(events)
    now.pointee.sink = Unmanaged.passUnretained(sink)
    defer {
      now.pointee.sink = nil
      withExtendedLifetime(sink) {}
    }
    try input.begin()
    var documents = 0
    while try findDocument() {
      try readDocument()
      documents += 1
    }
    guard documents > 0 else {
      throw Problem("holds no XML", line: place.line, remedy: "check what wrote it")
    }
    return documents
  }
}

// MARK: - Documents

extension XMLReader {
  /// What stands between documents.
  private enum Between {
    case nothing, blanks(Int), byteOrderMark, comment, instruction, text
    /// A document, and how many bytes its declaration takes.
    case document(declaration: Int)
  }

  /// Goes to the next document's first tag, past its XML declaration.
  ///
  /// - Returns: false at the end of the file.
  private func findDocument() throws(Problem) -> Bool {
    while true {
      try input.ensure(1024)
      switch input.withWindow(XMLReader.whatBegins) {
      case .nothing: return false
      case .blanks(let count): advance(count)
      case .byteOrderMark: advance(3)
      case .comment: if try !skip(to: "-->") { return false }
      case .instruction: if try !skip(to: "?>") { return false }
      case .text:
        note(.textOutside, line: place.line)
        try skipOutsideText()
      case .document(let declaration):
        advance(declaration)
        return true
      }
    }
  }

  private static func whatBegins(_ window: UnsafeBufferPointer<UInt8>) -> Between {
    guard let ink = window.firstIndex(where: { $0 > 0x20 }) else {
      return window.isEmpty ? .nothing : .blanks(window.count)
    }
    if ink > 0 { return .blanks(ink) }
    if window.starts(with: [0xEF, 0xBB, 0xBF]) { return .byteOrderMark }
    if XMLDeclaration.startsDeclaration(window, at: 0) {
      return .document(
        declaration: XMLDeclaration.read(window, from: 0)?.range.upperBound ?? 0)
    }
    if window.starts(with: "<!--".utf8) { return .comment }
    if window.starts(with: "<?".utf8) { return .instruction }
    return window[0] == UInt8(ascii: "<") ? .document(declaration: 0) : .text
  }

  /// Passes over text up to the next `<?xml` or the next line that begins with `<`.
  private func skipOutsideText() throws(Problem) {
    while input.windowCount > 0 {
      let (skipped, isDone) = input.withWindow { window -> (Int, Bool) in
        let lineEnd = window.firstIndex(of: 0x0A).map { $0 + 1 } ?? window.count
        let line = UnsafeBufferPointer(rebasing: window[..<lineEnd])
        if let start = XMLDeclaration.find(in: line) { return (start, true) }
        if lineEnd < window.count { return (lineEnd, window[lineEnd] == UInt8(ascii: "<")) }
        // The last bytes may be the beginning of a declaration.
        return (max(window.count - 6, 0), false)
      }
      advance(skipped)
      if isDone { return }
      let left = input.windowCount
      try input.ensure(left + 1024)
      if input.windowCount == left { return advance(left) }
    }
  }

  /// Passes over a comment or an instruction between documents.
  private func skip(to mark: StaticString) throws(Problem) -> Bool {
    while true {
      let (skipped, isDone) = input.withWindow { window -> (Int, Bool) in
        let mark = UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount)
        let start = (0..<max(window.count - mark.count + 1, 0)).first {
          UnsafeBufferPointer(rebasing: window[$0..<$0 + mark.count]).elementsEqual(mark)
        }
        if let start { return (start + mark.count, true) }
        return (max(window.count - mark.count + 1, 0), false)
      }
      advance(skipped)
      if isDone { return true }
      let left = input.windowCount
      try input.ensure(left + 1024)
      if input.windowCount == left { return false }
    }
  }

  /// Passes over `count` bytes, and keeps count of lines.
  private func advance(_ count: Int) {
    input.withWindow { window in
      for byte in window.prefix(count) {
        if byte == 0x0A {
          place = (place.line &+ 1, 1)
        } else {
          place.column &+= 1
        }
      }
    }
    input.consume(count)
  }

  private func readDocument() throws(Problem) {
    var handler = XMLReader.handler
    guard let context = xmlCreatePushParserCtxt(&handler, nil, nil, 0, nil) else {
      throw XMLReader.noMemory
    }
    now.pointee.context = context
    defer {
      now.pointee.context = nil
      // The parser makes a document for declarations of entities, even for a handler of events.
      if let document = context.pointee.myDoc { xmlFreeDoc(document) }
      xmlFreeParserCtxt(context)
    }
    let options = XML_PARSE_RECOVER.rawValue | XML_PARSE_HUGE.rawValue | XML_PARSE_NONET.rawValue
    xmlCtxtUseOptions(
      context, Int32(bitPattern: options | UInt32(XML_PARSE_IGNORE_ENC.rawValue)))
    xmlDictFree(context.pointee.dict)
    xmlDictReference(dictionary)
    context.pointee.dict = dictionary
    xmlDictSetLimit(dictionary, XMLReader.dictionaryLimit)
    try attachInput(to: context)

    now.pointee.depth = 0
    now.pointee.documentEnded = false
    now.pointee.sinceLastEvent = 0
    hasEntities = false
    context.pointee.progressive = 0
    // As if the DTD went on elsewhere: then an entity that is not defined is no error of
    // well-formedness, after which the parser would drop `&lt;` too.
    context.pointee.hasPErefs = 1
    // Else the parser leaves `&#38;` for `&amp;` in attributes. No entity comes of it: none that a
    // file declares is ever handed back.
    context.pointee.replaceEntities = 1
    xmlParseDocument(context)
    if let failure { throw failure }
    if !now.pointee.documentEnded {
      throw Problem(
        "ends before its last element is closed", line: line, column: column,
        remedy: XMLReader.truncated)
    }
  }

  private func attachInput(to context: xmlParserCtxtPtr) throws(Problem) {
    let me = Unmanaged.passUnretained(self).toOpaque()
    context.pointee.userData = me
    guard
      let buffer = xmlParserInputBufferCreateIO(
        XMLReader.readCallback, nil, me, XML_CHAR_ENCODING_NONE),
      let stream = xmlNewIOInputStream(context, buffer, XML_CHAR_ENCODING_NONE)
    else { throw XMLReader.noMemory }
    if let empty = inputPop(context) { xmlFreeInputStream(empty) }
    stream.pointee.line = Int32(clamping: place.line)
    stream.pointee.col = Int32(clamping: place.column)
    inputPush(context, stream)
  }

  private static let truncated =
    "the file is cut off: look why its writer stopped, or whether a copy was incomplete"

  private static let readCallback: xmlInputReadCallback = { reader, target, count in
    guard let reader, let target, count > 0 else { return 0 }
    return Unmanaged<XMLReader>.fromOpaque(reader)._withUnsafeGuaranteedRef {
      $0.give(UnsafeMutableRawPointer(target).assumingMemoryBound(to: UInt8.self), Int(count))
    }
  }

  private func give(_ target: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int32 {
    guard !now.pointee.hasFailed, !now.pointee.documentEnded else { return 0 }
    do throws(Problem) {
      let got = try input.read(into: target, count: count)
      now.pointee.sinceLastEvent &+= got
      if now.pointee.sinceLastEvent > XMLReader.pieceLimit {
        throw Problem(
          "has a text, attribute or comment of more than 128 MiB", line: line,
          remedy: "keep such output out of the report")
      }
      return Int32(truncatingIfNeeded: got)
    } catch {
      fail(error)
      return 0
    }
  }
}

// MARK: - Events

extension XMLReader {
  private static var handler: xmlSAXHandler {
    var handler = xmlSAXHandler()
    handler.initialized = UInt32(XML_SAX2_MAGIC)
    handler.startElementNs = { reader, name, _, _, _, _, count, _, attributes in
      guard let reader, let name else { return }
      Unmanaged<XMLReader>.fromOpaque(reader)._withUnsafeGuaranteedRef {
        $0.started(XMLName(start: name), XMLAttributes(base: attributes, count: Int(count)))
      }
    }
    handler.endElementNs = { reader, name, _, _ in
      guard let reader, let name else { return }
      Unmanaged<XMLReader>.fromOpaque(reader)._withUnsafeGuaranteedRef {
        $0.ended(XMLName(start: name))
      }
    }
    let text: charactersSAXFunc = { reader, start, count in
      guard let reader else { return }
      Unmanaged<XMLReader>.fromOpaque(reader)._withUnsafeGuaranteedRef {
        $0.textCame(XMLText(UnsafeBufferPointer(start: start, count: Int(count))))
      }
    }
    handler.characters = text
    handler.ignorableWhitespace = text
    handler.cdataBlock = text
    handler.entityDecl = { reader, _, _, _, _, _ in
      guard let reader else { return }
      Unmanaged<XMLReader>.fromOpaque(reader)._withUnsafeGuaranteedRef { $0.hasEntities = true }
    }
    handler.serror = { reader, error in
      guard let reader, let error else { return }
      Unmanaged<XMLReader>.fromOpaque(reader)._withUnsafeGuaranteedRef { $0.erred(error.pointee) }
    }
    return handler
  }

  private func started(_ name: XMLName, _ attributes: XMLAttributes) {
    beginEvent()
    now.pointee.depth &+= 1
    guard now.pointee.depth <= XMLReader.depthLimit else {
      return fail(
        Problem(
          "nests elements more than \(XMLReader.depthLimit) deep", line: line, column: column,
          remedy: "check what wrote it"))
    }
    guard !now.pointee.hasFailed else { return }
    tell { sink throws(Problem) in try sink.events.start(name, attributes) }
  }

  private func textCame(_ text: XMLText) {
    now.pointee.sinceLastEvent = 0
    guard !now.pointee.skipsText, now.pointee.depth > 0, !now.pointee.hasFailed else { return }
    beginEvent()
    tell { sink throws(Problem) in try sink.events.text(text) }
  }

  private func ended(_ name: XMLName) {
    beginEvent()
    guard !now.pointee.hasFailed, !now.pointee.documentEnded else { return }
    tell { sink throws(Problem) in try sink.events.end(name) }
    now.pointee.depth &-= 1
    if now.pointee.depth == 0 { endDocument() }
  }

  @inline(__always)
  private func tell(_ body: (Sink) throws(Problem) -> Void) {
    now.pointee.sink?._withUnsafeGuaranteedRef { sink in
      do throws(Problem) { try body(sink) } catch { fail(error) }
    }
  }

  private func beginEvent() {
    now.pointee.sinceLastEvent = 0
    // After an error the parser drops even `&lt;`: the errors let through are no reason to.
    now.pointee.context?.pointee.wellFormed = 1
  }

  /// Takes back what was read beyond the root's end.
  private func endDocument() {
    now.pointee.documentEnded = true
    guard let context = now.pointee.context, let stream = context.pointee.input else { return }
    place = (Int(stream.pointee.line), Int(stream.pointee.col))
    if let next = stream.pointee.cur, let end = stream.pointee.end, next < end {
      input.unread(UnsafeBufferPointer(start: next, count: end - next))
    }
    context.pointee.disableSAX = 1
  }

  /// Keeps the first problem, and lets the parser run out: it gets no more bytes, and no event comes.
  private func fail(_ problem: Problem) {
    if failure == nil { failure = problem }
    now.pointee.hasFailed = true
    now.pointee.context?.pointee.disableSAX = 1
  }

  private func note(_ repair: XMLRepair, line: Int) {
    found[repair, default: Finding(line: line, count: 0)].count += 1
  }
}

// MARK: - Errors

extension XMLReader {
  /// Decides by the kind of an error whether reading goes on.
  ///
  /// - Source: the numbers are libxml2's `xmlParserErrors`.
  private func erred(_ error: xmlError) {
    guard !now.pointee.hasFailed, !now.pointee.documentEnded else { return }
    let message = error.message.map { String(cString: $0) } ?? ""
    let isNamespaceFault = error.domain == Int32(XML_FROM_NAMESPACE.rawValue)
    switch xmlParserErrors(rawValue: UInt32(bitPattern: error.code)) {
    case _ where isNamespaceFault: break
    case XML_ERR_INVALID_CHARREF, XML_ERR_INVALID_DEC_CHARREF, XML_ERR_INVALID_HEX_CHARREF,
      XML_ERR_INVALID_CHAR:
      note(.illegalReference, line: Int(error.line))
    case XML_ERR_UNDECLARED_ENTITY, XML_WAR_UNDECLARED_ENTITY:
      // Outside of all elements it is one parameter entity more in a DTD, none of which count.
      if depth > 0, hasEntities {
        fail(error, "uses an entity that the file defines itself; such entities are not expanded")
      } else {
        note(.unknownEntity, line: Int(error.line))
      }
    case XML_ERR_ENTITYREF_SEMICOL_MISSING: note(.bareAmpersand, line: Int(error.line))
    case XML_ERR_NAME_REQUIRED where message.contains("EntityRef"):
      note(.bareAmpersand, line: Int(error.line))
    case XML_ERR_ATTRIBUTE_REDEFINED: note(.repeatedAttribute, line: Int(error.line))
    case XML_ERR_MISPLACED_CDATA_END, XML_ERR_RESERVED_XML_NAME, XML_ERR_HYPHEN_IN_COMMENT:
      note(.smallFault, line: Int(error.line))
    case _ where error.level == XML_ERR_WARNING: break
    default: fail(error, describe(error, message))
    }
  }

  private func fail(_ error: xmlError, _ what: String) {
    let isCut = documentIsCut(error)
    fail(
      Problem(
        isCut ? "ends in the middle" : what, line: Int(error.line),
        column: error.int2 > 0 ? Int(error.int2) : nil,
        remedy: isCut ? XMLReader.truncated : "have its writer mended, or exclude the file"))
  }

  /// Whether the parser had come to the end of the file.
  private func documentIsCut(_ error: xmlError) -> Bool {
    guard error.code != Int32(XML_ERR_TAG_NAME_MISMATCH.rawValue), depth > 0, input.isExhausted,
      let stream = now.pointee.context?.pointee.input,
      let next = stream.pointee.cur, let end = stream.pointee.end
    else { return false }
    return end <= next
  }

  private func describe(_ error: xmlError, _ message: String) -> String {
    let second = error.str2.map { String(cString: $0) }
    switch xmlParserErrors(rawValue: UInt32(bitPattern: error.code)) {
    case XML_ERR_TAG_NAME_MISMATCH:
      let open = error.str1.map { String(cString: $0) } ?? "?"
      return "closes <\(second ?? "?")> where <\(open)> of line \(error.int1) is open"
    case XML_ERR_TAG_NOT_FINISHED: return "has an element that is never closed"
    case XML_ERR_LT_IN_ATTRIBUTE: return "has an unescaped `<` in an attribute"
    case XML_ERR_DOCUMENT_EMPTY: return "holds no XML element"
    case XML_ERR_NAME_REQUIRED where atMergeMark:
      return "holds the marks of an unfinished merge"
    default:
      let words = message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      return "is not well-formed XML (\(words))"
    }
  }

  /// Whether the parser stands in a line of a merge conflict.
  private var atMergeMark: Bool {
    guard let stream = now.pointee.context?.pointee.input, let next = stream.pointee.cur,
      let end = stream.pointee.end
    else { return false }
    return UnsafeBufferPointer(start: next, count: end - next).starts(with: "<<<<<".utf8)
  }
}
