"""Tests of lazytf/ops."""
