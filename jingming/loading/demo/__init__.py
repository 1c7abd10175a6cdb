"""The demo company: a small gas and cable-TV enterprise in two cities, its customers, and sixty days of its work.

Everything is made up and comes from one seed: the same seed and moment make the same company. It goes in by the bulk
door, so what a visitor finds can be worked with like any other order.
"""

from .build import PASSWORD, Built, CompanyExists, build

__all__ = ["PASSWORD", "Built", "CompanyExists", "build"]
