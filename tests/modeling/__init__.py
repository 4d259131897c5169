"""Tests of networks: layers, cells and loops over time."""
