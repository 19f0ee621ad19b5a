import Glibc

/// Memory for floats, aligned as the kernels want it, and zeroed unless said otherwise.
///
/// Large blocks are aligned to 2 MiB and offered to the kernel as huge pages: the convolutions walk over many
/// megabytes, and would miss in the TLB otherwise.
final class AlignedFloats {
  let pointer: UnsafeMutablePointer<Float>
  let count: Int
  private let memory: UnsafeMutableRawPointer

  private static let hugePage = 2 << 20

  init(count: Int, isZeroed: Bool = true) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    let isLarge = bytes >= Self.hugePage
    memory = .allocate(byteCount: bytes, alignment: isLarge ? Self.hugePage : 64)
    if isLarge { madvise(memory, bytes, MADV_HUGEPAGE) }
    if isZeroed { memset(memory, 0, bytes) }
    pointer = memory.bindMemory(to: Float.self, capacity: max(count, 1))
    self.count = count
  }

  deinit { memory.deallocate() }

  /// A copy of `list`, padded with zeros to a multiple of 16.
  convenience init(padding list: [Float]) {
    self.init(count: (list.count + 15) / 16 * 16)
    list.withUnsafeBufferPointer {
      pointer.update(from: $0.baseAddress ?? UnsafePointer(pointer), count: $0.count)
    }
  }
}

/// Weights in the order of the kernels.
///
/// `@unchecked Sendable`: the memory is filled by `init` and never written afterwards.
final class ConstantFloats: @unchecked Sendable {
  private let storage: AlignedFloats

  /// `fill` writes all the elements.
  init(count: Int, fill: (UnsafeMutablePointer<Float>) -> Void) {
    storage = AlignedFloats(count: count, isZeroed: false)
    fill(storage.pointer)
  }

  /// A copy of `list`, padded with zeros to a multiple of 16.
  init(padding list: [Float]) {
    storage = AlignedFloats(padding: list)
  }

  var pointer: UnsafePointer<Float> { UnsafePointer(storage.pointer) }

  /// The same memory, where `fill` wrote smaller elements.
  func elements<Element: BitwiseCopyable>(_: Element.Type) -> UnsafePointer<Element> {
    UnsafeRawPointer(storage.pointer).assumingMemoryBound(to: Element.self)
  }
}
