"""Tests of variables, the scopes they are made under, and their first values."""
