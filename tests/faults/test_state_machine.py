"""Random acts by random people never break the heart. HYPOTHESIS_PROFILE=thorough plays much longer."""

from __future__ import annotations

import logging

import pytest
from hypothesis import settings

from jingming.accounts.models import Staff
from tests.faults.heart import play, ready


def test_random_acts_of_everybody_never_break_the_heart(
    company: dict[str, Staff], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "django.request")  # refusals are what is asked for here
    play(ready(company), stories=settings().max_examples // 10, steps=45)
