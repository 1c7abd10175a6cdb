"""Jingming 景明: customer service management for enterprises that serve whole cities."""
