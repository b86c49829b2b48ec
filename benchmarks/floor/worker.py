"""The floor's Celery application and its one task, with the same settings of Celery as the product: one Kubernetes call, one update."""

import json
import logging
import os

import urllib3
from celery import Celery
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.floor.settings")
if not apps.ready:
    import django

    django.setup()

from benchmarks.floor.models import Job

for chatty in ("celery.app.trace", "celery.worker.strategy"):
    logging.getLogger(chatty).setLevel(logging.WARNING)  # two lines for each task, which the product does not write either
app = Celery("floor", fixups=[])  # with it, a new database connection for every task
app.conf.update(
    broker_url=os.environ["FLOOR_REDIS_URL"],
    task_ignore_result=True,
    worker_send_task_events=False,
    task_send_sent_event=False,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    task_default_queue="floor",
    broker_connection_retry_on_startup=True,
)
cluster = urllib3.PoolManager(maxsize=16)
HEADERS = {"Accept": "application/json", "Content-Type": "application/merge-patch+json"}


@app.task(name="floor.scale")
def scale(pk: str, name: str, replicas: int) -> None:
    body = json.dumps({"spec": {"replicas": replicas}}).encode()
    url = f"{os.environ['FLOOR_CLUSTER_URL']}/apis/apps/v1/namespaces/payments-dev/deployments/{name}/scale"
    answer = cluster.request("PATCH", url, body=body, headers=HEADERS)
    Job.objects.filter(pk=pk).update(status="succeeded" if answer.status == 200 else "failed")
