import Clips
import Reports

/// Dice over the training, as the model's card tells it.
enum TrainingPlot {
  static func svg(_ points: [ModelCard.TrainingPoint]) -> [HTML] {
    guard points.count > 1, let last = points.last else { return [] }
    var plot = Plot(
      title: "A4C, validation list: ventricle blue, atrium orange", xTitle: "steps", yTitle: "mean Dice",
      x: NiceAxis(from: 0, to: Double(last.step)),
      y: NiceAxis(from: points.map { min($0.ventricle, $0.atrium) }.min() ?? 0, to: 1))
    plot.lines = [
      Plot.Line(points: points.map { (Double($0.step), $0.ventricle) }, style: "a"),
      Plot.Line(points: points.map { (Double($0.step), $0.atrium) }, style: "b"),
    ]
    return [plot.svg()]
  }
}
