"""What the model card says of the view head."""

VIEW = """
## The view

The second output, `view` [1, 5, 1, 1], speaks of the whole picture: A4C as usually shown, A4C mirrored, A2C, A2C
mirrored, none of them. The mean of a clip's logits over its frames, divided by {temperature}, gives the probabilities
by a softmax; shown and mirrored are added. From {claim} on a view is claimed; a clip that is apical with less than
{apical} is taken for another view. Five-chamber views look like four-chamber ones to it, three-chamber views like
two-chamber ones: no claim excludes them.

The head ({parameters:,} parameters of its own) stands on inner maps of the network, frozen. It was trained on the
pictures of all CAMUS patients and on {number} public loops of other scanners (`training/loops.py`): test data of
fo-dicom (MS-PL), pydicom (MIT), dicom (MIT), dcm4che and others, mglev1n/echocv (UC Regents, non-commercial), loops of
LITFL (J. Rippey, CC BY-NC-SA 4.0) and ECHOpedia (CC BY-SA 3.0). Seed {seed}. By `training/view_head.py --folds`, a clip
being the two pictures of a patient and view:

| | clips | right | claimed | claimed wrongly | taken for none |
|---|---|---|---|---|---|
| all CAMUS patients, by heads that did not see them | {out_of_fold} |
| those of the validation list, which the network did not see either | {validation_list} |

A mirrored clip was told from one that is not in {mirrored:.1%}. The threshold is the least at which fewer than 0.5 % of
the clips out of fold are claimed wrongly. Real loops, by a head that saw none of their scanner:

| loop | shows | A4C | A2C | other |
|---|---|---|---|---|
{loops}"""


def view_section(view: dict, shows: dict[str, str]) -> str:
    """Of the card's `view`; `shows` says what a person sees in each loop."""
    found = view["figures"]
    rows = (
        f"| `{name}` | {shows[name]} | " + " | ".join(f"{p[key]:.3f}" for key in ("A4C", "A2C", "other")) + " |\n"
        for name, p in found["loops_without_their_scanner"].items()
    )
    return VIEW.format(
        temperature=view["temperature"],
        claim=view["claim"],
        apical=view["apical"],
        seed=found["seed"],
        parameters=view["parameters"],
        number=len(shows),
        out_of_fold=cells(found["out_of_fold"]),
        validation_list=cells(found["validation_list"]),
        mirrored=found["mirrored_told"],
        loops="".join(rows),
    )


def cells(line: dict) -> str:
    shares = [f"{line['right']:.1%}", f"{line['claimed']:.1%}"]
    return " | ".join([str(line["clips"]), *shares, str(line["claimed_wrongly"]), str(line["taken_for_none"])])
