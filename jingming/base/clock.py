"""The one place that reads the wall clock: views and jobs call `now()`, everything below gets the time handed in."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()
