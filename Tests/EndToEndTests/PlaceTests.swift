import Testing

@Test func placeholderIsReplaced() { #expect(Bool(true)) }
