"""How fast policies are judged: 15 policies x 1,000 Deployments on one core, beside bare calls of the same CEL engine in the same run.

    python -m benchmarks.policies [rounds]

The floor is the least that any program around this engine can do: every Deployment is given to the engine once, as it was parsed, and
each policy is one compiled expression that is evaluated on it. Nothing is checked, nothing is told apart, no pod is looked for.
Policies that do not ship are shown what an API server makes of a Deployment, which the floor knows nothing of: a line of its own.
Times are CPU times of this process, so that other processes matter little; floor and product take turns. Then `benchmarks.command_line`
tells how long the command takes.
"""

import gc
import re
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

from benchmarks import command_line
from benchmarks.manifests import DEPLOYMENTS, Manifest, deployment
from guidance.expressions import cel
from guidance.expressions.engine import engine, runtime
from guidance.judging.compiled import CompiledPolicy, compile_policy, proven_policy
from guidance.judging.evaluation import evaluate
from guidance.judging.subject import VARIABLES, admit
from guidance.judging.together import plans
from guidance.policies import vap
from guidance.policies.load import MAIN_PACK, load_pack
from guidance.policies.policy import Policy

POLICIES = 15
PROMISE = 0.8
Make = Callable[[Policy], CompiledPolicy]


def policies(make: Make = proven_policy) -> tuple[CompiledPolicy, ...]:
    """The main pack, as often as it takes: as what ships, or (`compile_policy`) as policies that others have written."""
    pack = load_pack(MAIN_PACK)
    copies = [make(policy) for _ in range(POLICIES // len(pack) + 1) for policy in pack]
    return tuple(copies[:POLICIES])


def bare_expression(policy: CompiledPolicy) -> str:
    """The policy as somebody would write it for Deployments themselves."""
    text = vap.gate(policy.policy.spec)
    groups = [group for rule in policy.policy.spec.match_constraints.resource_rules for group in rule.api_groups]
    return text if "apps" in groups else re.sub(r"\bobject\s*\.(?=\??(spec|metadata)\b)", "object.spec.template.", text)


def bare(compiled: Sequence[CompiledPolicy]) -> Callable[[Manifest], bool]:
    programs = [cel.compile(bare_expression(policy), VARIABLES).native for policy in compiled]

    def judge(manifest: Manifest) -> bool:
        activation: engine.Activation = runtime().Activation({"object": manifest})
        verdicts = [program.eval(activation).value() for program in programs]
        return all(verdict is True for verdict in verdicts)

    return judge


def microseconds(judge: Callable[[Manifest], object], manifests: Sequence[Manifest]) -> float:
    gc.collect()
    start = time.process_time()
    for manifest in manifests:
        judge(manifest)
    return (time.process_time() - start) / len(manifests) * 1e6


def compare(title: str, manifests: Sequence[Manifest], rounds: int, make: Make = proven_policy) -> float:
    """Print one line; the median of the rounds' ratios, above 1 where the product is faster than the floor."""
    compiled = policies(make)
    judge_bare = bare(compiled)
    assert [judge_bare(manifest) for manifest in manifests] == [not evaluate(compiled, manifest).findings for manifest in manifests]
    pairs = [(microseconds(judge_bare, manifests), microseconds(lambda one: evaluate(compiled, one), manifests)) for _ in range(rounds)]
    ratios = sorted(floor / product for floor, product in pairs)
    floors, products = (median(times) for times in zip(*pairs, strict=True))
    print(f"{title:<28} {floors:>9.1f} {products:>9.1f} {median(ratios):>7.2f}   {ratios[0]:.2f} to {ratios[-1]:.2f}")
    return median(ratios)


def show_parts(manifests: Sequence[Manifest], rounds: int) -> None:
    """Where the time goes when nothing is found: each part alone, on the results of those before it."""
    compiled = policies()
    for manifest in manifests[:10]:
        evaluate(compiled, manifest)
    plan = plans(compiled)(admit(manifests[0]).own.resource, "CREATE")
    parts: dict[str, Callable[[Manifest], object]] = {
        "reading and checking types": admit,
        "+ the pod that it makes": lambda one: admit(one).pod,
        "+ all expressions": lambda one: plan.suspects(admit(one)),
        "all of evaluate": lambda one: evaluate(compiled, one),
    }
    times = {name: median(microseconds(part, manifests) for _ in range(rounds)) for name, part in parts.items()}
    print("\nWhere the time goes (microseconds a Deployment, each line includes those above)")
    print("\n".join(f"  {name:<26} {spent:>9.1f}" for name, spent in times.items()))


def main(rounds: int) -> int:
    print(f"{POLICIES} policies x {DEPLOYMENTS} Deployments, {rounds} rounds, microseconds of CPU a Deployment")
    print(f"{'':<28} {'bare':>9} {'product':>9} {'ratio':>7}   of all rounds")
    ratio = compare("nothing to find", [deployment(number, False) for number in range(DEPLOYMENTS)], rounds)
    compare("one in ten is to be mended", [deployment(number, True) for number in range(DEPLOYMENTS)], rounds)
    compare("with Kubernetes' defaults", [deployment(number, False) for number in range(DEPLOYMENTS)], rounds, compile_policy)
    show_parts([deployment(number, False) for number in range(DEPLOYMENTS)], rounds)
    print(f"\npromised: at least {PROMISE} of the bare engine; found: {ratio:.2f}\n")
    return command_line.main(rounds) or int(ratio < PROMISE)


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7))
