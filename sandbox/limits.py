"""Limits: every bound that an evaluation runs under, in one frozen value that the scorecard states."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, fields
from typing import Any

MIB = 1024 * 1024
GIB = 1024 * MIB


@dataclass(frozen=True)
class Limits:
    """Units are in the names. `ASSAY_LIMIT_<NAME>` in the environment overrides one (see docs/operating.md)."""

    fetch_s: float = 120.0
    fetch_bytes: int = 200 * MIB
    fetch_files: int = 20_000
    fetch_file_bytes: int = 50 * MIB
    fetch_path_bytes: int = 1_024
    fetch_depth: int = 64
    build_s: float = 900.0
    build_memory_bytes: int = 3 * GIB
    build_cpus: float = 2.0
    build_pids: int = 2_048
    build_download_bytes: int = 4 * GIB
    build_unpacked_bytes: int = 1 * GIB
    build_files: int = 500_000
    build_log_bytes: int = 50 * MIB
    build_log_kept_bytes: int = 1 * MIB
    image_bytes: int = 8 * GIB
    run_memory_bytes: int = 1 * GIB
    run_cpus: float = 1.0
    run_pids: int = 256
    run_writable_bytes: int = 512 * MIB
    run_writable_files: int = 50_000
    run_tmpfs_bytes: int = 64 * MIB
    run_data_bytes: int = 512 * MIB
    run_shm_bytes: int = 64 * MIB
    run_open_files: int = 4_096
    run_log_bytes: int = 10 * MIB
    boot_s: float = 90.0
    job_s: float = 600.0
    tests_s: float = 120.0
    # The load. Durations of its steps, then what it is measured against, then what it may wait for.
    load_warmup_s: float = 5.0
    load_warmup_max_s: float = 20.0
    load_closed_s: float = 5.0
    load_window_s: float = 10.0
    load_level_s: float = 8.0
    load_crowd_s: float = 6.0
    load_overload_s: float = 6.0
    load_recovery_s: float = 10.0
    load_soak_s: float = 30.0
    load_repeats: int = 3
    load_rate_rps: float = 20.0
    load_slo_ms: float = 300.0
    load_users: int = 32
    load_open_users: int = 100
    load_gate_s: float = 600.0
    load_foreign_cpu: float = 0.10
    load_steal: float = 0.02
    load_spin_slack: float = 0.08
    load_speed_slack: float = 0.25
    load_lane_s: float = 600.0
    evaluation_s: float = 2_400.0

    @classmethod
    def from_environment(cls) -> Limits:
        """Defaults, each overridden by ASSAY_LIMIT_<FIELD NAME IN CAPITALS>; ValueError names a bad one."""
        given: dict[str, Any] = {}
        for spec in fields(cls):
            name = f"ASSAY_LIMIT_{spec.name.upper()}"
            raw = os.environ.get(name)
            if raw is None:
                continue
            try:
                given[spec.name] = type(spec.default)(raw)  # type: ignore[misc]
            except ValueError:
                raise ValueError(f"{name} must be a number, not {raw!r}") from None
        return cls(**given)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
