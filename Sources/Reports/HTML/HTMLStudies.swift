import Platform
import Study

/// What the page of a study shows of others: that there is a later result of the study, and how the numbers of the same
/// patient's studies follow one another. A page is never written anew; its script asks the outbox's index for it when the
/// page is opened. Without scripts, without the index, and away from the outbox nothing of it is shown.
struct HTMLStudies {
  let report: StudyReport

  /// Stands first: whoever opens a result that was replaced should know before reading a number.
  var later: HTML { "<p id=\"later\" class=\"later\" role=\"status\" hidden=\"\"></p>" }

  func section() -> HTML {
    """
    <section class="card" id="studies" aria-labelledby="course" hidden="" data-study="\(report.study.uid)" \
    data-revision="\(report.study.revision)">
    <h2 id="course">Studies of this patient</h2>
    <p class="muted">By the patient ID and date of birth that the files state. The curves join the values of one kind, \
    the earliest on the left; the dot is this study.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Numbers of this patient's studies">
    <table class="stack course"></table></div>
    <p class="muted more" hidden=""></p><svg hidden="" aria-hidden="true"></svg>
    </section>
    """
  }
}
