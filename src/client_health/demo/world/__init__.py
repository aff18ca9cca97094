"""A simulated application: tenants that log in, work on cases, run campaigns and open tickets."""

from client_health.demo.world.simulation import World
from client_health.demo.world.stories import Story

__all__ = ["Story", "World"]
