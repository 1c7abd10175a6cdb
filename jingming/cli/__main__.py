"""`python -m jingming.cli` is the same as `jingming`."""

from . import main

main()
