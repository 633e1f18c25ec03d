/// A text that is kept up to a limit, however long it comes.
package struct BoundedText {
  private let limit: Int
  private var bytes: [UInt8] = []
  private var dropped = 0

  /// - Parameter limit: In bytes.
  package init(limit: Int) { self.limit = limit }

  /// Forgets what is there, and keeps the room for it.
  package mutating func reset() {
    bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
    dropped = 0
  }

  package mutating func append(_ text: XMLText) {
    let room = max(limit - bytes.count, 0)
    bytes.append(contentsOf: text.bytes.prefix(room))
    dropped &+= max(text.bytes.count - room, 0)
  }

  /// What was kept, without control characters and the white space around it (the first line's
  /// indentation stays); with a note where something is missing; nil where nothing is left.
  package var string: String? {
    bytes.withUnsafeBufferPointer { buffer -> String? in
      var end = buffer.count
      while end > 0, buffer[end - 1] <= 0x20 { end -= 1 }
      if dropped > 0 { end = wholeCharacters(buffer, upTo: end) }
      var start = 0
      for index in 0..<end {
        if buffer[index] == 0x0A { start = index + 1 }
        if buffer[index] > 0x20 { break }
      }
      guard start < end else { return nil }
      let text = XMLText(UnsafeBufferPointer(rebasing: buffer[start..<end])).string
      return dropped > 0 ? text + "\n… \(dropped) more bytes" : text
    }
  }

  /// `end`, or the beginning of a character that is cut there.
  private func wholeCharacters(_ buffer: UnsafeBufferPointer<UInt8>, upTo end: Int) -> Int {
    var start = end
    while start > 0, start > end - 4, buffer[start - 1] & 0xC0 == 0x80 { start -= 1 }
    guard start > 0, buffer[start - 1] >= 0xC0 else { return end }
    let lead = buffer[start - 1]
    let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
    return end - start + 1 == length ? end : start - 1
  }
}

/// The last bytes of a text, however long it comes.
package struct TextTail {
  private let limit: Int
  private var bytes: [UInt8] = []
  private var hasMore = false

  /// - Parameter limit: In bytes.
  package init(limit: Int) { self.limit = limit }

  package mutating func reset() {
    bytes.removeAll(keepingCapacity: true)
    hasMore = false
  }

  package mutating func append(_ text: XMLText) {
    if text.bytes.count >= limit {
      hasMore = hasMore || !bytes.isEmpty || text.bytes.count > limit
      bytes.removeAll(keepingCapacity: true)
      bytes.append(contentsOf: text.bytes.suffix(limit))
      return
    }
    if bytes.count + text.bytes.count > limit * 2 {
      bytes.removeFirst(bytes.count - limit)
      hasMore = true
    }
    bytes.append(contentsOf: text.bytes)
  }

  /// The tail, from the beginning of a line where it was cut; nil where there is none.
  package var string: String? {
    bytes.withUnsafeBufferPointer { buffer -> String? in
      var start = max(buffer.count - limit, 0)
      if hasMore || start > 0 {
        let lineEnd = buffer[start...].firstIndex(of: 0x0A) ?? start
        if lineEnd + 1 < buffer.count { start = lineEnd + (lineEnd > start ? 1 : 0) }
        while start < buffer.count, buffer[start] & 0xC0 == 0x80 { start += 1 }
      }
      let text = XMLText(UnsafeBufferPointer(rebasing: buffer[start...]))
      let end = text.bytes.lastIndex { $0 > 0x20 } ?? -1
      guard end >= 0 else { return nil }
      return XMLText(UnsafeBufferPointer(rebasing: text.bytes[...end])).string
    }
  }
}
