"""What a person reads: the line, what is wrong with it, and how to mend it."""

import io

import pytest

from cli.colours import paint_for
from tests.cli.conftest import GOOD_POD, NO_HOST_NETWORK, POD, Check, Write, WritePolicy

LIST = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: one}
  spec: {hostNetwork: yes, containers: [{name: web, image: "nginx:1.27.3"}]}
"""


def test_a_finding_reads_like_that_of_a_compiler(check: Check, write: Write, policies: str) -> None:
    write("pod.yaml", POD)

    assert (
        check("--policy", policies, "pod.yaml").out
        == """\
error[no-host-network]: The pod uses the node's network.
 --> pod.yaml:7:16  Pod payments/api
  |
7 |   hostNetwork: true # so that it is reached
  |                ^^^^ expected false
  = fix: set /spec/hostNetwork: false
  = hard-mandatory, severity high, at /spec/hostNetwork

error[pinned]: The image can be another one tomorrow.
  --> pod.yaml:10:12  Pod payments/api, container web
   |
10 |     image: nginx:latest
   |            ^^^^^^^^^^^^ expected a fixed tag
   = no fix: only you can know the value
   = hard-mandatory, severity medium, at /spec/containers/0/image

1 object in 1 file: 2 errors, 0 pieces of advice, 0 passed. --diff shows what can be mended, --fix mends it.
"""
    )


def test_what_is_missing_is_shown_at_its_parent(check: Check, write: Write, policy: WritePolicy) -> None:
    file = policy("""
        validations:
        - each: containers
          expression: has(container.resources) && has(container.resources.limits)
          message: No limits.
          path: /resources/limits
          expected: {memory: 128Mi}
          fix: [{set: /resources/limits/memory, value: 128Mi}]
    """)
    write("pod.yaml", GOOD_POD)

    assert (
        check("--policy", str(file), "pod.yaml").out
        == """\
error[tested]: No limits.
 --> pod.yaml:9:5  Pod payments/api, container web
  |
9 |   - name: web
  |     ^^^^^^^^^ resources.limits is missing: expected {"memory": "128Mi"}
  = fix: add /spec/containers/0/resources: {"limits": {"memory": "128Mi"}}
  = hard-mandatory, severity high, at /spec/containers/0/resources/limits

1 object in 1 file: 1 error, 0 pieces of advice, 0 passed. --diff shows what can be mended, --fix mends it.
"""
    )


def test_paths_of_list_items_lead_into_the_list(check: Check, write: Write, policies: str) -> None:
    write("list.yaml", LIST)

    assert (
        check("--policy", policies, "list.yaml").out
        == """\
error[no-host-network]: The pod uses the node's network.
 --> list.yaml:7:23  Pod one
  |
7 |   spec: {hostNetwork: yes, containers: [{name: web, image: "nginx:1.27.3"}]}
  |                       ^^^ expected false
  = fix: set /items/0/spec/hostNetwork: false
  = hard-mandatory, severity high, at /items/0/spec/hostNetwork

1 object in 1 file: 1 error, 0 pieces of advice, 1 passed. --diff shows what can be mended, --fix mends it.
"""
    )


def test_advice_is_shorter(check: Check, write: Write) -> None:
    write("pod.yaml", GOOD_POD)

    out = check("--pack", "best-practices", "pod.yaml").out

    assert "\nadvice[" in "\n" + out
    assert "fix:" not in out
    assert "error[" not in out


def test_nothing_wrong_is_one_line(check: Check, write: Write, policies: str) -> None:
    write("k8s/pod.yaml", GOOD_POD)
    write("k8s/other.yaml", GOOD_POD)

    assert check("--policy", policies, "k8s").out == "2 objects in 2 files: 0 errors, 0 pieces of advice, 4 passed.\n"


def test_what_could_not_be_judged_is_counted(check: Check, write: Write, policies: str) -> None:
    write("pod.yaml", GOOD_POD.replace("name: web", "name: 7") + "---\nx: 1\n")

    assert (
        check("--policy", policies, "pod.yaml").out
        == """\
error[well-formed]: spec.containers[0].name must be text, but it is a number: put it in quotes.
 --> pod.yaml:9:11  Pod payments/api
  |
9 |   - name: 7
  |           ^ expected text
  = hard-mandatory, severity high, at /spec/containers/0/name

1 object in 1 file: 0 errors, 0 pieces of advice, 1 could not be judged, 0 passed. 1 problem kept something from being judged.
"""
    )


def test_a_very_long_line_is_cut_around_its_place(check: Check, write: Write, policies: str) -> None:
    annotations = ", ".join(f"a{n}: x" for n in range(100))
    one_line = f"{{apiVersion: v1, kind: Pod, metadata: {{name: a, annotations: {{{annotations}}}}}, spec: {{hostNetwork: true"
    write("pod.yaml", one_line + ', containers: [{name: a, image: "b:1"}]}}\n')

    lines = check("--policy", policies, "pod.yaml").out.splitlines()

    assert len(lines[3]) == len("1 | ") + 160
    start = lines[4].index("^")
    assert lines[3][start : start + 4] == "true"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], coloured: bool) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert paint_for(Terminal())("error", "x") == ("\x1b[1;31mx\x1b[0m" if coloured else "x")
    assert paint_for(io.StringIO())("error", "x") == "x"


def test_no_finding_needs_the_examples_of_a_policy(check: Check, write: Write, policy: WritePolicy) -> None:
    """What `expected` is left out is not told."""
    file = policy(NO_HOST_NETWORK.replace("  expected: false\n", "").replace("  fix: [{set: /spec/hostNetwork, value: false}]\n", ""))
    write("pod.yaml", POD)

    out = check("--policy", str(file), "pod.yaml").out

    assert "  |                ^^^^\n  = no fix: no safe change is known\n" in out


def test_a_hint_is_given_where_something_can_be_mended(check: Check, write: Write, policies: str) -> None:
    write("pod.yaml", POD)
    pinned, mending = f"{policies}/pinned.yaml", f"{policies}/no-host-network.yaml"
    hint = "--diff shows what can be mended"

    assert hint in check("--policy", mending, "pod.yaml").out
    assert hint not in check("--policy", pinned, "pod.yaml").out
    assert hint not in check("--policy", mending, "pod.yaml", "--diff").err
    assert hint in check("--pack", "best-practices", "pod.yaml").out
    assert hint not in check("--policy", pinned, "--policy", mending, "pod.yaml", "--fix").out


def test_a_manifest_does_not_steer_the_terminal(check: Check, write: Write, policies: str) -> None:
    write("pod.yaml", POD.replace("name: api", 'name: "a\\e[31mpi"').replace("# so", "# \u202eso"))
    write("nul.yaml", "a: \0\x1b\n")

    done = check("--policy", policies, "pod.yaml", "nul.yaml")

    assert " --> pod.yaml:7:16  Pod payments/a\ufffd[31mpi\n" in done.out
    assert "7 |   hostNetwork: true # \ufffdso that" in done.out
    assert "1 | a: \ufffd\ufffd\n" in done.err
    assert not {"\x1b", "\0", "\u202e"} & {*done.out, *done.err}


def test_carets_stand_below_what_is_meant_in_east_asian_text_too(check: Check, write: Write, policies: str) -> None:
    write("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: w, image: '日本:latest'}]}\n")

    assert (
        "4 | spec: {containers: [{name: w, image: '日本:latest'}]}\n"
        "  |                                      ^^^^^^^^^^^^^ expected a fixed tag\n"
    ) in check("--policy", policies, "pod.yaml").out
