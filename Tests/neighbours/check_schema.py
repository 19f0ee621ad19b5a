#!/usr/bin/env python3
"""Validates study.json files against the schema that the project ships, and against its strict form.

    check_schema.py study.json...

The shipped schema allows what a later version may add; the strict one allows nothing but what this version writes.
Exit status 1 and a line for each violation otherwise.
"""

import argparse
import copy
import json
import pathlib
import sys

import jsonschema

HERE = pathlib.Path(__file__).resolve().parent
PUBLISHED = HERE.parents[1] / "docs" / "schema" / "study.schema.json"
STRICT = HERE / "study.strict.schema.json"


def validator(path):
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def of_a_later_version(study):
    """The study with a field and a reason that this version does not know."""
    study = copy.deepcopy(study)
    study["new_field"] = {}
    for clip in study["clips"]:
        clip["new_field"] = 1
        if clip["reason"]:
            clip["reason"] = "new-reason"
    return study


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("studies", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    published, strict = validator(PUBLISHED), validator(STRICT)
    violations = 0
    for path in arguments.studies:
        study = json.loads(path.read_text(encoding="utf-8"))
        later = of_a_later_version(study)
        errors = [*published.iter_errors(study), *strict.iter_errors(study), *published.iter_errors(later)]
        for error in errors:
            print(f"{path.name}: {error.json_path}: {error.message}", file=sys.stderr)
        violations += len(errors)
        if strict.is_valid(later):
            violations += 1
            print(f"{path.name}: the strict schema allows an unknown field", file=sys.stderr)
    print(f"{len(arguments.studies)} files, {violations} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
