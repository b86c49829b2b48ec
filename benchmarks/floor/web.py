"""The floor's views, and the WSGI application that serves them: nobody is asked who they are."""

import json
import os
from uuid import UUID

from django import setup
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.floor.settings")
setup()

from benchmarks.floor.models import Job  # noqa: E402 models need the set-up
from benchmarks.floor.worker import scale  # noqa: E402

application = WSGIHandler()


def submit(http: HttpRequest) -> HttpResponse:
    """One insert and one message; with `waits` it is left for `approve`."""
    body = json.loads(http.body)
    job = Job(name=body["name"], replicas=body["replicas"], status="waiting" if body.get("waits") else "queued")
    job.save(force_insert=True)
    if not body.get("waits"):
        scale.delay(str(job.id), job.name, job.replicas)
    return _answer(job, 202)


def approve(_: HttpRequest, pk: UUID) -> HttpResponse:
    """One read, one update and one message."""
    job = Job.objects.get(pk=pk)
    job.status = "queued"
    job.save(update_fields=["status"])
    scale.delay(str(job.id), job.name, job.replicas)
    return _answer(job, 200)


def read(_: HttpRequest, pk: UUID) -> HttpResponse:
    return _answer(Job.objects.get(pk=pk), 200)


def _answer(job: Job, status: int) -> HttpResponse:
    body = json.dumps({"id": str(job.id), "status": job.status}).encode()
    return HttpResponse(body, status=status, content_type="application/json", headers={"Content-Length": str(len(body))})


urlpatterns = [path("jobs/", submit), path("jobs/<uuid:pk>/", read), path("jobs/<uuid:pk>/approve/", approve)]
