/// The ends of a smoothed and finer contact line.
extension HingeExtractor {
  /// The ends by the smoothed method.
  struct Refined {
    var ends: ContactEnds
    /// Of the network's own pixels, moved to where the two chambers are equally likely: along the annulus they are the
    /// same pixels in all frames, so that the annulus's displacement is not that of a corner's shape.
    var levelled: ContactEnds
  }

  /// How far around the plain contact line the smoothed labels are looked at, in millimetres.
  private static let refinementMargin = 15.0
  /// A refined end farther than this from the plain one, in millimetres, has found something else.
  private static let largestRefinement = 6.0

  /// The ends by the smoothed method, `nil` where it is not asked for or does not confirm the plain line.
  func refined(
    _ plain: ContactLine, in part: GridBox, _ probabilities: ClassProbabilities
  ) -> Refined? {
    guard case .smoothed(let sigma, let chamberLogOdds) = options.method else { return nil }
    let box = plain.box(
      margin: Self.refinementMargin, origin: part, width: probabilities.width, height: probabilities.height)
    let parts = max(1, Int((max(plain.spacing.x, plain.spacing.y) / options.finestStep).rounded(.up)))
    let smooth = probabilities.cropped(to: box).smoothed(sigma: sigma)
    let labels = smooth.divided(into: parts).labels(chamberLogOdds: chamberLogOdds)
    guard let line = ContactLine(Chambers(labels, leakRadius: options.leakRadius), labels.spacing) else {
      return nil
    }
    let ends = ContactEnds(line, origin: box, parts: parts)
    let before = ContactEnds(plain, origin: part)
    let shift = max(
      plain.spacing.distance(ends.left, before.left), plain.spacing.distance(ends.right, before.right))
    guard shift <= Self.largestRefinement else { return nil }
    let coarse = ContactLine(Chambers(smooth.labels(), leakRadius: options.leakRadius), plain.spacing)
    let own = coarse.map { ContactEnds($0, origin: box) } ?? ends
    return Refined(ends: ends, levelled: own.levelled(ContactLevel(smooth, at: box)))
  }
}
