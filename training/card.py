"""The sidecar (facts for programs) and the model card (the same for people)."""

from card_view import view_section
from doubtful import doubtful
from labels import CLASSES
from loops import SHOWS

CITATION = (
    "S. Leclerc et al., Deep Learning for Segmentation Using an Open Large-Scale Dataset in 2D "
    "Echocardiography, IEEE Transactions on Medical Imaging 38(9), 2019, "
    "doi 10.1109/TMI.2019.2900516"
)
METHOD = (
    "C. Schmidt, H. M. Overhoff, Estimation of mitral valve hinge point coordinates - deep neural "
    "net for echocardiogram segmentation, arXiv 2301.08782, 2023"
)
LICENCE_URL = "https://creativecommons.org/licenses/by-nc-sa/4.0/"
RESAMPLING = (
    "A picture of rows x cols pixels spaced sx, sy mm is resampled to square pixels of side "
    "s = max(cols*sx, rows*sy)/256 mm, centred, zero outside the picture. The centre of input "
    "pixel (u, v), counted from 0, lies at ((u+0.5)*s - ox, (v+0.5)*s - oy) mm from the "
    "picture's top left corner (the corner of pixel 0), ox = (256*s - cols*sx)/2, "
    "oy = (256*s - rows*sy)/2. The filter is a separable triangle whose half width on an axis "
    "is the larger of one picture pixel and s, weights normalised over the samples inside the "
    "picture; input pixels whose centre is outside the picture are 0."
)
HEADER = """# {name} {version}

Research use only. Not a medical device, not for diagnosis.

A U-Net that labels the left ventricular cavity, the left ventricular myocardium and the left
atrium in apical four- and two-chamber echocardiograms, and says where the hinge points of the
mitral valve lie: as the ends of the line where cavity and atrium touch, and as landmarks.

| | |
|---|---|
| file | `{file}` (ONNX, opset 13), SHA-256 `{sha256}` |
| input | `input` [1, 1, 256, 256] float32, grey / 255 |
| output | `logits` [1, 6, 256, 256]: {classes}; 4 left and 5 right hinge point, each by the softmax over the picture |
| size | {parameters} parameters |
| licence | [{licence}]({licence_url}) |

## Input

{resampling}

The picture is shown with the apex up. A fifth of the training pictures are mirrored, so both
display conventions are known to the network.

## Training data

CAMUS, the {patients} patients of the official training list: {pictures} pictures, end-diastole
and end-systole, four-chamber at 0.308 mm and two-chamber from a copy resampled to 224 x 224.
{doubts} All come from one hospital and one
vendor (GE Vivid E95). The validation list trained nothing; it chose the
checkpoint, and how the points are weighed and calibrated.

The weights are derived from CAMUS, which is CC BY-NC-SA 4.0: so are they, whatever the licence
of the code. Cite:

> {citation}

Hinge points from a U-Net's segmentation follow

> {method}

## Recipe

{recipe}

## Figures

CAMUS validation list (50 patients), at the ground truth's own grid, by
`python training/validate.py models/{file}`. LV, myo and LA are the mean Dice of LV cavity,
myocardium and left atrium; found is the share of pictures that gave points; then, for the plain
contact line, for the landmarks and for the middle of both, the errors of the hinge points in mm:
median |dx| and |dy|, median and mean distance, and the median error of the diameter. The list
chose the checkpoint, so the figures lean a little to the good side. The two-chamber truth is on
the coarser resampled grid.

| | n | LV | myo | LA | found | points | median \\|dx\\| | median \\|dy\\| | median | mean | diameter |
|---|---|---|---|---|---|---|---|---|---|---|---|
"""
PAPER = """
## Beside the paper's recipe

The recipe of the method's paper (VGG16 encoder, three classes, no augmentation, batch 4, 350 patients
of the training list, weights random at first) at {size} x {size} pixels, {epochs} of its
{epochs_of_recipe} epochs, the weights those of epoch {epoch_chosen}, which the validation list chose; its points
are the ends of the plain contact line. "Held out" are the patients of the training list that it did
not see; this model did. All by `hinged evaluate`, lengths in mm, a missing point counting as 10 mm
off. The paper's figures are its own, errors across and down after subtracting each subgroup's
median, those and Dice of both views together.

| | paper | recipe, held out | recipe, validation list | this model, validation list |
|---|---|---|---|---|
"""
LIMITS = """
## Limits

- Trained on still pictures at end-diastole and end-systole; frames between them, with the valve
  open, are seen only by way of augmentation.
- One vendor. Other scanners' greys are covered by augmentation, not by examples; on their loops
  the output was looked at, not measured. Specks of a chamber can appear on burnt-in text: take
  the largest component of each.
- In the two-chamber view the contact line comes out too long (see the diameter above).
- Children, prosthetic valves and contrast were neither trained nor looked at.
"""
UNTOLD = """- Apical four- and two-chamber views only. In other views the output means nothing, and nothing
  in the output says so by itself.
"""
TOLD = """- Apical four- and two-chamber views only. In other views the labels mean nothing; the view output
  says so of most of them.
"""


def sidecar(name: str, version: str, file: str, digest: str, figures: dict, recipe: dict, training: list) -> dict:
    return {
        "name": name,
        "version": version,
        "file": file,
        "sha256": digest,
        "input": {
            "name": "input",
            "width": 256,
            "height": 256,
            "channels": 1,
            "normalisation": "grey / 255",
            "resampling": RESAMPLING,
        },
        "output": {"name": "logits", "width": 256, "height": 256, "channels": len(CLASSES) + 2},
        "classes": [{"index": index, "label": label} for index, label in enumerate(CLASSES)],
        "landmarks": {
            "left": len(CLASSES),
            "right": len(CLASSES) + 1,
            "temperature": 1.0,
            "weight": {"apical": 0.5},
        },
        "views": ["A4C", "A2C"],
        "training_data": "CAMUS, official training list, 4CH and 2CH, ED and ES",
        "recipe": recipe,
        "seed": recipe["seed"],
        "training": training,
        "licence": "CC BY-NC-SA 4.0",
        "citation": CITATION,
        "method": METHOD,
        "intended_use": "Research use only. Not for diagnosis.",
        "validation": {"data": "CAMUS, official validation list", "figures": figures},
    }


def card(facts: dict) -> str:
    recipe = facts["recipe"]
    text = HEADER.format(
        name=facts["name"],
        version=facts["version"],
        file=facts["file"],
        sha256=facts["sha256"],
        classes=", ".join(f"{c['index']} {c['label']}" for c in facts["classes"]),
        parameters=f"{recipe['parameters']:,}",
        licence=facts["licence"],
        resampling=facts["input"]["resampling"],
        patients=recipe["patients"],
        pictures=recipe["pictures"],
        doubts=doubts(recipe),
        citation=facts["citation"],
        method=facts["method"],
        licence_url=LICENCE_URL,
        recipe=prose(recipe),
    )
    for group, line in facts["validation"]["figures"].items():
        for way, prefix in (("contact", ""), ("landmarks", "landmark_"), ("middle", "fused_")):
            text += "| " + " | ".join(cells(group, line, way, prefix)) + " |\n"
    if "beside_paper" in facts:
        text += beside_paper(facts["beside_paper"])
    if "view" in facts:
        text += view_section(facts["view"], SHOWS)
    return text + LIMITS + (TOLD if "view" in facts else UNTOLD)


def doubts(recipe: dict) -> str:
    """What training did with pictures whose labels are in doubt; of recipes that do not say, what they left out."""
    if "left_out" not in recipe:
        return (
            "`patient0418_2CH_ED`, whose mask is broken, is left out;\n`patient0185_2CH_ED` and "
            "`patient0185_2CH_ES`, exchanged against their masks, were trained on as they are."
        )
    reasons = {doubt.picture: doubt.reason for doubt in doubtful()}
    told = "; ".join(f"`{name}` ({reasons.get(name, 'in doubt')})" for name in recipe["left_out"])
    used = sum(doubt.training == "used" for doubt in doubtful())
    return f"Left out: {told}. {used} more are in doubt and used as they are (`training/doubtful.csv`)."


def beside_paper(facts: dict) -> str:
    """What `beside_paper.py` found, a table for both views."""
    text = PAPER.format(**facts)
    for view, bias in (("A4C", "-3.1% / -13.8%"), ("A2C", "-1.3% / +0.8%")):
        published = ("0.931 / 0.915", "", "1.35, 0.75", "", bias, "", "")
        columns = [paper_rows(facts[column][view]) for column in ("held_out", "recipe", "shipped")]
        for name, of_paper, *ours in zip(PAPER_ROWS, published, *columns, strict=True):
            text += f"| {view} {name} | " + " | ".join([of_paper, *ours]) + " |\n"
    return text


PAPER_ROWS = (
    "Dice LV, ED / ES",
    "Dice LA",
    "median \\|dx\\|, \\|dy\\|",
    "mean distance",
    "diameter, median error over median true, ED / ES",
    "diameter, median absolute error",
    "pictures with points",
)


def paper_rows(line: dict) -> list[str]:
    def of_phases(key: str, form: str) -> str:
        values = (line[phase][key] for phase in ("ED", "ES"))
        return " / ".join("-" if value is None else format(value, form) for value in values)

    absolute = line["diameter_median_absolute"]
    return [
        of_phases("dice_lv", ".3f"),
        f"{line['dice_la']:.3f}",
        f"{line['median_dx']:.2f}, {line['median_dy']:.2f}",
        f"{line['mean_distance']:.2f}",
        of_phases("diameter_bias", "+.1%"),
        "-" if absolute is None else f"{absolute:.2f}",
        f"{line['with_points']} of {line['pictures']}",
    ]


def cells(group: str, line: dict, way: str, prefix: str) -> list[str]:
    """A row of the card's table; what does not depend on the way to take the points stands once."""
    shared = [
        group.replace("4CH", "A4C").replace("2CH", "A2C"),
        str(line["pictures"]),
        *(f"{line[key]:.3f}" for key in ("dice_lv", "dice_myocardium", "dice_la")),
        f"{100 * line['found']:.1f} %",
    ]
    errors = ("median_dx", "median_dy", "median_distance", "mean_distance")
    return [
        *(shared if not prefix else [""] * len(shared)),
        way,
        *(f"{line[prefix + key]:.2f}" for key in errors),
        f"{line[prefix + 'diameter_bias']:+.2f}",
    ]


def prose(recipe: dict) -> str:
    stages = ", ".join(f"{size} x {size} from {share:.0%}" for share, size in recipe["sizes"])
    return (
        (f"Began with the weights of {recipe['start']}. " if recipe.get("start") else "")
        + f"{recipe.get('optimiser', 'AdamW')}, batch {recipe['batch']}, "
        f"learning rate to {recipe['rate']:g} and by a cosine to nearly 0 "
        f"over {recipe['minutes']:g} minutes on {recipe['threads']} CPU threads "
        f"({recipe['steps']:,} steps); sizes by share of the time: {stages}. "
        "Cross-entropy, weighted at the cavity-atrium contact, plus Dice loss, with soft targets; "
        "for the landmarks cross-entropy over the places and the distance of the mean. "
        f"At the last size {recipe['last_strength']:.0%} as many samples were altered as before. "
        f"Seed {recipe['seed']}. The file holds the running average of the weights."
        + (f" {recipe['note']}" if recipe.get("note") else "")
    )
