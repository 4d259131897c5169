"""Tests of lazytf/core."""
