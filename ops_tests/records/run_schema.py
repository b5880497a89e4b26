"""The JSON Schema of the run record, published beside it as ``run.schema.json``."""

from __future__ import annotations

import json
from pathlib import Path

from ops_tests.records.run import RunRecord

PUBLISHED = Path(__file__).with_name("run.schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_text() -> str:
    """The schema as it is to be published, from the models themselves."""
    version = RunRecord.model_fields["schema_version"].default
    head = {"$schema": DIALECT, "$id": f"urn:ops-tests:run:{version}"}
    return json.dumps(head | RunRecord.model_json_schema(mode="serialization"), indent=2) + "\n"
