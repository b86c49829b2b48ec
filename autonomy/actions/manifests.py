"""Parameters that carry a whole manifest."""

from typing import Any

from pydantic import JsonValue, field_validator

from autonomy.actions.base import Ask, Parameters, Target
from autonomy.actions.in_cluster import ClusterAction, manifest_errors
from autonomy.errors import BadParameters
from clusters.gateway import Gateway
from clusters.objects import RESOURCES, Object, Precondition, Written


class ManifestParameters(Parameters):
    """`manifest` is the whole object; its name and namespace are the target's."""

    manifest: dict[str, JsonValue]

    @field_validator("manifest")
    @classmethod
    def _numbers_have_one_form(cls, manifest: dict[str, Any]) -> dict[str, Any]:
        """A quantity such as 0.5 becomes "0.5", which means the same and is hashed, stored and sent as the same bytes."""
        return {key: _without_floats(value) for key, value in manifest.items()}


class ApplyManifest(ClusterAction[ManifestParameters]):
    """Server-side apply of a whole manifest: create and update in one."""

    Parameters = ManifestParameters

    def check(self, target: Target, parameters: ManifestParameters) -> None:
        wrong = manifest_errors(parameters.manifest, kind=self.kind, namespace=target.namespace, name=target.name)
        expected = RESOURCES[self.kind].api_version
        if parameters.manifest.get("apiVersion") != expected:
            wrong.append(("/apiVersion", f"is {parameters.manifest.get('apiVersion')!r}, but {self.kind} is {expected!r}"))
        if wrong:
            at, message = wrong[0]
            raise BadParameters(f"manifest{at.replace('/', '.')} {message}.", pointer=f"/parameters/manifest{at}")

    def manifest(self, target: Target, parameters: ManifestParameters) -> Object:  # noqa: ARG002
        return parameters.manifest

    def write(self, ask: Ask[ManifestParameters], cluster: Gateway, *, dry_run: bool, precondition: Precondition | None) -> Written:
        manifest: Object = dict(ask.parameters.manifest)
        manifest["metadata"] = {**manifest["metadata"], "namespace": ask.target.namespace}
        return cluster.apply(manifest, dry_run=dry_run, precondition=precondition)

    def done(self, ask: Ask[ManifestParameters], written: Written) -> str:
        return f"The {self.kind} {ask.target.name} {'was created' if written.created else 'is as its manifest says'}."


def _without_floats(value: Any) -> Any:
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {key: _without_floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_floats(item) for item in value]
    return value
