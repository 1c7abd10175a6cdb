"""The live stream as an ASGI application: everything else of the desk is served by wsgi.py."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import jingming.wiring  # noqa: E402, F401  # tells the stream who may hear of what
from jingming.live.stream import Stream  # noqa: E402  # needs Django set up

application = Stream()
