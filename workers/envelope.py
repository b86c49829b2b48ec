"""A message as Celery's workers expect to find it in Redis: what `apply_async` writes there, made without its detours."""

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from celery import Task


class Envelope:
    """Messages for one task. Celery itself makes the headers, once; only ids and arguments differ from message to message."""

    def __init__(self, task: Task[Any, Any]) -> None:
        made = task.app.amqp.as_task_v2("", task.name, ignore_result=True, argsrepr="", kwargsrepr="")
        _, _, self._embedded = made.body
        self._headers = made.headers

    def seal(self, arguments: Sequence[str | int], queue: str) -> str:
        """The element of the queue's list."""
        task_id = str(uuid4())
        body = json.dumps([arguments, {}, self._embedded]).encode()
        return json.dumps(
            {
                "body": b64encode(body).decode(),
                "content-type": "application/json",
                "content-encoding": "utf-8",
                "headers": {**self._headers, "id": task_id, "root_id": task_id},
                "properties": {
                    "correlation_id": task_id,
                    "delivery_tag": str(uuid4()),
                    "delivery_info": {"exchange": "", "routing_key": queue},
                    "delivery_mode": 2,
                    "body_encoding": "base64",
                    "priority": 0,
                },
            }
        )
