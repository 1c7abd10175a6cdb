"""The settings of the installation that is attacked: those of the product, with what `planted` adds around them."""

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE

MIDDLEWARE = ["tests.probes.planted.Noted", "tests.probes.planted.Undone", *MIDDLEWARE]
ROOT_URLCONF = "tests.probes.planted"
