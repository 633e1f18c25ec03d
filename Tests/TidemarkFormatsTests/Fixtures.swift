import Testing
import TidemarkModel

@testable import TidemarkFormats

/// The head of a file that holds `text`.
func head(_ text: String) -> Head { Head(raw: Array(text.utf8), isWhole: true) }

/// A file in memory that holds `text`.
func memory(_ text: String) -> InputFile { InputFile(path: "x", bytes: Array(text.utf8)) }
