"""Tests of lazytf/control_flow."""
