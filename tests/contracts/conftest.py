"""Torch and llama.cpp meet in this process, and share the OpenMP of the one that is imported first."""

from __future__ import annotations

from rag.models.openmp import let_barriers_sleep

let_barriers_sleep()
