"""The queue worked off, as the worker does it."""

from __future__ import annotations

import asyncio

from procrastinate.contrib.django import app as queue
from procrastinate.contrib.django.utils import connector_params
from procrastinate.periodic import PeriodicRegistry
from procrastinate.psycopg_connector import PsycopgConnector


def work(*queues: str) -> None:
    """Do what is queued (in these queues, in all without any) until nothing is left that is due; nothing that only the
    clock asks for."""

    async def until_done() -> None:
        own = queue.with_connector(PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=2))
        own.periodic_registry = PeriodicRegistry()
        async with own.open_async():
            await own.run_worker_async(
                queues=list(queues) or None, wait=False, delete_jobs="successful", install_signal_handlers=False
            )

    asyncio.run(until_done())
