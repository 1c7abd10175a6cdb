"""What the parts are: web (gunicorn), stream (uvicorn), worker (procrastinate). Each runs until it is asked to end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jingming.base.environment import Environment

from .family import end_for_good_after
from .listening import listen
from .parent import address_of_desk

if TYPE_CHECKING:
    from procrastinate import App

GRACE = 6  # seconds for requests and jobs under way when asked to end; the parent waits a little longer
HEARTBEAT = 3.0  # seconds between two heartbeats of the worker
STALLED = 15.0  # seconds without a heartbeat after which a worker is dead and its jobs are given to another

log = logging.getLogger(__name__)


def web(environment: Environment, listener: socket.socket | None = None) -> None:
    """The desk and the API."""
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # ships no types

    listener = listener or listen(environment.bind, environment.port, "JINGMING_PORT")
    (environment.home / "static").mkdir(parents=True, exist_ok=True)  # collected files, where somebody collects them
    settings: dict[str, object] = {
        "bind": f"fd://{listener.fileno()}",
        "worker_class": "gthread",
        "workers": environment.web_processes,
        "threads": environment.web_threads,
        "preload_app": False,  # each process opens its own database connections
        "graceful_timeout": GRACE,
        "timeout": 60,
        "keepalive": 5,
        "limit_request_line": 8190,  # characters; what is longer is refused without a page of ours
        "secure_scheme_headers": {},  # base.proxies alone says whom to believe that it was HTTPS
        "control_socket_disable": True,
        "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: PTH112, S108  # nosec B108  # heartbeat files
        "loglevel": "warning",
        "post_worker_init": _settle,
    }

    class Web(BaseApplication):  # type: ignore[misc]  # as above
        def load_config(self) -> None:
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> object:
            from django.utils.module_loading import import_string

            return import_string("config.wsgi.application")

    Web().run()


TURN = 0.0005  # seconds that a thread may keep the interpreter while others wait
TIDIED = 50_000  # objects made and still there after which Python looks for those that hold only each other


def _settle(worker: object) -> None:
    """A thread whose answer has come from the database must not wait for the default 5 ms turn of one that computes:
    it may hold a row that all the others wait for, such as the counter of order numbers. And a page makes thousands of
    objects: looking for rings among them every 700 costs a tenth of its time, and finds what one look later finds."""
    sys.setswitchinterval(TURN)
    gc.freeze()  # what has been loaded stays
    gc.set_threshold(TIDIED)


def stream(environment: Environment, listener: socket.socket | None = None) -> None:
    """Live changes to browsers."""
    import uvicorn

    listener = listener or listen(environment.bind, environment.stream_port, "JINGMING_STREAM_PORT")
    config = uvicorn.Config(
        "config.asgi:application",
        log_level="warning",
        access_log=False,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=2,  # streams are endless; browsers come back by themselves
        server_header=False,
        proxy_headers=False,  # nothing here depends on where a browser is, so nobody is believed
    )
    uvicorn.Server(config).run(sockets=[listener])


def worker(environment: Environment) -> None:
    """Reactions to events, and jobs for the outside world."""
    import django

    django.setup()
    _tell_setup_token(environment)
    asyncio.run(_work(environment.worker_jobs))


def _tell_setup_token(environment: Environment) -> None:
    """Where nobody has an account yet, say how the first one is made."""
    from django.db import DatabaseError

    from jingming.accounts import setup
    from jingming.base.clock import now

    try:
        token = None if setup.is_set_up() else setup.make_token(at=now())
    except DatabaseError as error:  # not migrated, or away: whatever else the worker does will say so
        log.warning("cannot look whether anybody has an account: %s", str(error).strip())
        return
    if token:
        log.info("nobody has an account yet: make the first at %s/accounts/setup/", address_of_desk(environment))
        log.info("with this token, once and within 24 hours: %s", token)


async def _work(jobs_at_a_time: int) -> None:
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.utils import connector_params
    from procrastinate.psycopg_connector import PsycopgConnector

    # A connector of the worker's own: what jobs publish must stay in Django's connection and its transaction.
    own = app.with_connector(PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4))
    async with own.open_async():
        working = asyncio.create_task(
            own.run_worker_async(
                concurrency=jobs_at_a_time,
                delete_jobs="successful",  # the audit tells what happened; the queue holds what is still to do
                install_signal_handlers=False,
                shutdown_graceful_timeout=GRACE,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALLED,
            )
        )
        _on_signal(working.cancel)
        rescuing = asyncio.create_task(_rescue_jobs_of_the_dead(own))
        with contextlib.suppress(asyncio.CancelledError):
            await working
        rescuing.cancel()


def _on_signal(stop: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()

    def asked_to_end() -> None:
        end_for_good_after(GRACE + 1)
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_end)


async def _rescue_jobs_of_the_dead(queue: App) -> None:
    """Give the jobs of workers that died without a word to those that live. Jobs are safe to run twice."""
    while True:
        with contextlib.suppress(OSError):
            await rescue(queue)
        await asyncio.sleep(HEARTBEAT)


async def rescue(queue: App) -> None:
    from procrastinate.exceptions import ConnectorException

    try:
        for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
            log.warning("job %s (%s) was left by a worker that died; it runs again", job.id, job.task_name)
            await queue.job_manager.retry_job(job, retry_at=datetime.now(UTC))
    except ConnectorException as error:  # the worker itself sees that the database is away, and ends
        log.warning("cannot look for abandoned jobs: %s", error)
