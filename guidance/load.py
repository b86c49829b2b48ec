"""Policies from files."""

from collections.abc import Iterable
from pathlib import Path

from guidance.compiled import CompiledPolicy, compile_policy
from guidance.policy import Policy, parse_policy
from guidance.source import PolicyError, Problem

MAIN_PACK = Path(__file__).parent / "packs" / "main"


def load_pack(path: Path) -> list[Policy]:
    """Every `*.yaml` in a folder (or the one file), in the order of names. Raises PolicyError with the problems of all files."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise PolicyError(Problem(str(path), 1, 1, "the folder holds no policy: a policy is a file *.yaml"))
    policies: dict[str, Policy] = {}
    problems: list[Problem] = []
    for file in files:
        try:
            policy = load_policy(file)
            if twin := policies.get(policy.name):
                problems.append(
                    policy.source.problem(("metadata", "name"), f"{twin.source.file} has this name already: rename one of them")
                )
            policies[policy.name] = policy
        except PolicyError as error:
            problems += error.problems
    if problems:
        raise PolicyError(*problems)
    return list(policies.values())


def load_policy(file: Path) -> Policy:
    """Raises PolicyError."""
    try:
        return parse_policy(file.read_text(encoding="utf-8"), str(file))
    except OSError as error:
        raise PolicyError(Problem(str(file), 1, 1, f"cannot be read: {error.strerror}")) from error
    except UnicodeDecodeError as error:
        raise PolicyError(Problem(str(file), 1, 1, "is not UTF-8 text")) from error


def compile_policies(policies: Iterable[Policy]) -> tuple[CompiledPolicy, ...]:
    """Ready to judge. Raises PolicyError with every expression that does not compile, in all of them."""
    compiled: list[CompiledPolicy] = []
    problems: list[Problem] = []
    for policy in policies:
        try:
            compiled.append(compile_policy(policy))
        except PolicyError as error:
            problems += error.problems
    if problems:
        raise PolicyError(*problems)
    return tuple(compiled)
