"""The demo city: a gas company of two towns, its customers, and a year of its work.

Everything is made up and comes from one seed: the same seed and moment make the same city. It goes in by the bulk door,
so what a visitor finds can be worked with like any other order. Begin with figures.py (how many), seasons.py (when),
scripts.py (what happens).
"""

from .city import PASSWORD, Built, CompanyExists, build, load_part, unfinished

__all__ = ["PASSWORD", "Built", "CompanyExists", "build", "load_part", "unfinished"]
