"""`manage.py load_rules` on an installation of one's own."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import Account, Group
from accounts.services.groups import join
from approvals.models import ApprovalRule
from audit.actor import Actor


def test_rules_that_nobody_could_approve_by_are_not_loaded_until_there_are_people(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    groups = [Group.objects.create(slug=slug, name=slug, kind=Group.Kind.ROLE) for slug in ("security", "platform-admins")]

    with pytest.raises(CommandError) as refused:
        call_command("load_rules")
    assert str(refused.value) == (
        "parameters.needs: security has 0 people, so 1 of them could never approve. "
        "Put that right (manage.py load_organisation adds people), then load them again."
    )
    assert not ApprovalRule.objects.exists()

    dave = Account.objects.create(username="dave")
    for group in groups:
        join(dave, group.slug, actor=Actor.command("test"))
    call_command("load_rules")
    assert set(ApprovalRule.objects.values_list("slug", flat=True)) == {"network-by-security", "cluster-by-admins", "rules-by-admins"}
