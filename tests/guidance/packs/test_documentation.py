"""The page about policies names every policy that ships, and shows policies that work."""

import re
from pathlib import Path
from textwrap import dedent

from guidance.judging.evaluation import evaluate
from guidance.policies.binding import Context, Object
from guidance.policies.load import PACKS, load_pack
from guidance.policies.packs import names
from tests.guidance.conftest import Write
from tests.guidance.manifests import deployment

PAGE = (Path(__file__).parents[3] / "docs" / "policies.md").read_text()
REGISTRIES = re.compile(r"  paramKind: .*?(?=```)", re.DOTALL)


def test_every_pack_and_policy_is_named() -> None:
    ships = {*names(), *(policy.name for name in names() if name != "main" for policy in load_pack(PACKS / name))}

    assert {name for name in ships if f"`{name}`" not in PAGE} == set()


def test_the_policy_about_registries_works(write: Write) -> None:
    found = REGISTRIES.search(PAGE)
    assert found is not None
    body = re.sub(r"  matchConstraints:.*?(?=  validations:)", "", found.group(), flags=re.DOTALL)
    policy = write(dedent(body))
    params: Object = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a"},
        "data": {"registries": "a.example b.example/shop"},
    }

    def told(image: str) -> list[str]:
        return [finding.message for finding in evaluate([policy], deployment(image=image), context=Context(params=[params])).findings]

    assert told("b.example/shop/api:1.4.2") == []
    assert told("nginx:1.27") == ["Container web runs nginx:1.27, which comes from none of our registries: a.example b.example/shop"]
