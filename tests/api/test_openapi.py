"""The OpenAPI document, for tools and for people."""

import json
from pathlib import Path

from django.test import Client

COMMITTED = Path(__file__).resolve().parents[2] / "docs/openapi.json"


def test_what_is_served_is_what_is_committed() -> None:
    served = Client().get("/api/v1/openapi.json")
    assert (served.status_code, served["Content-Type"]) == (200, "application/json")
    assert json.loads(served.content) == json.loads(COMMITTED.read_text())


def test_every_operation_tells_its_problems() -> None:
    document = json.loads(COMMITTED.read_text())
    operations = [(path, operation) for path, item in document["paths"].items() for operation in item.values()]
    assert len(operations) == 15
    for path, operation in operations:
        codes = set(operation["responses"])
        assert {"401", "403", "500", "503"} <= codes, path
        problems = [told for code, told in operation["responses"].items() if int(code) >= 400]
        assert {media for told in problems for media in told["content"]} == {"application/problem+json"}


def test_the_page_for_people_shows_every_operation() -> None:
    page = Client().get("/api/docs/").content.decode()
    document = json.loads(COMMITTED.read_text())
    for item in document["paths"].values():
        for operation in item.values():
            assert f'<details id="{operation["operationId"]}">' in page


def test_it_tells_that_fixes_do_not_add_up_and_what_to_send_instead() -> None:
    document = json.loads(COMMITTED.read_text())
    schemas = document["components"]["schemas"]

    assert "To take all of them, send `mended`." in schemas["FindingOut"]["properties"]["fix"]["description"]
    for answer in ("PolicyFailedOut", "RequestOut"):
        assert schemas[answer]["properties"]["mended"]["description"].startswith("The manifest with all fixes")
    assert "`mended`" in document["paths"]["/api/v1/requests/"]["post"]["description"]
