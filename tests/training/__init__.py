"""Tests of lazytf/training."""
