"""API tokens: everybody issues and revokes her own, superusers those of service accounts. A secret is shown once."""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin.access import account_of, actor
from accounts.models import Account, ApiToken, Scope
from accounts.services.tokens import DEFAULT_LIFE, IssuedToken, TokenRefused, issue, revoke

LIVES = [(7, "a week"), (30, "30 days"), (DEFAULT_LIFE.days, "90 days"), (180, "180 days"), (365, "a year")]
PAGE = 50


class TokenForm(forms.Form):
    """Whose token, what it may do, and how long."""

    account = forms.ModelChoiceField(Account.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget())
    name = forms.CharField(
        max_length=80, help_text="What it is for, such as the name of the pipeline.", widget=UnfoldAdminTextInputWidget()
    )
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices, initial=[Scope.READ, Scope.WRITE], widget=UnfoldAdminCheckboxSelectMultipleWidget()
    )
    days = forms.TypedChoiceField(choices=LIVES, coerce=int, initial=DEFAULT_LIFE.days, label="Valid for", widget=UnfoldAdminSelectWidget())

    def __init__(self, http: HttpRequest) -> None:
        super().__init__(http.POST if http.method == "POST" else None, initial={"account": http.user.pk})
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = manageable(account_of(http))


def manageable(account: Account) -> QuerySet[Account]:
    """The accounts whose tokens this account issues and revokes."""
    own = Q(pk=account.pk)
    return Account.objects.filter(own | Q(kind=Account.Kind.SERVICE) if account.is_superuser else own, is_active=True).order_by("username")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("issued")
def tokens(http: HttpRequest) -> HttpResponse:
    """The list, and the form that issues one; its answer is the only time that the secret is shown."""
    form = TokenForm(http)
    issued = _issue(form, http) if http.method == "POST" and form.is_valid() else None
    rows = (
        ApiToken.objects.filter(account__in=manageable(account_of(http)))
        .select_related("account", "created_by")
        .order_by("-created_at", "-id")
    )
    context = {
        **admin.site.each_context(http),
        "title": "API tokens",
        "form": form,
        "issued": issued,
        "tokens": Paginator(rows, PAGE).get_page(http.GET.get("page")),
        "now": timezone.now(),
    }
    return TemplateResponse(http, "accounts/tokens.html", context, status=400 if form.errors else 200)


def _issue(form: TokenForm, http: HttpRequest) -> IssuedToken | None:
    wish = form.cleaned_data
    scopes = [Scope(scope) for scope in wish["scopes"]]
    try:
        return issue(wish["account"], name=wish["name"], scopes=scopes, life=timedelta(days=wish["days"]), actor=actor(http))
    except TokenRefused as error:
        form.add_error(None, f"{error.detail} {error.suggestion}")
        return None


@require_POST
def revoke_token(http: HttpRequest, pk: UUID) -> HttpResponse:
    """End a token now. Somebody else's is as unknown as one that never was."""
    if not ApiToken.objects.filter(pk=pk, account__in=manageable(account_of(http))).exists():
        raise Http404
    token = revoke(pk, actor=actor(http))
    messages.success(http, f"The token {token} is revoked: no call with it is answered any more.")
    return redirect("tokens:list")
