"""Peers: how a tenant stands among others, without telling what a single other one has."""
