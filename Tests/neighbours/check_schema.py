#!/usr/bin/env python3
"""Validates study.json files against the schema that the project ships.

    check_schema.py study.json...

Exit status 1 and a line for each violation otherwise.
"""

import argparse
import json
import pathlib
import sys

import jsonschema

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs" / "schema" / "study.schema.json"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("studies", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    violations = 0
    for path in arguments.studies:
        for error in validator.iter_errors(json.loads(path.read_text(encoding="utf-8"))):
            violations += 1
            print(f"{path.name}: {error.json_path}: {error.message}", file=sys.stderr)
    print(f"{len(arguments.studies)} files, {violations} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
