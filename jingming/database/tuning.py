"""PostgreSQL settings that follow from the machine: pure arithmetic over the memory we may use."""

from __future__ import annotations

import os
from pathlib import Path

MB = 1024 * 1024
GB = 1024 * MB


def settings_for(memory: int, shared_memory: int) -> dict[str, str]:
    """Settings for a machine whose `memory` bytes are shared by the database, web, stream and worker.

    - shared_buffers: a sixth, not the quarter usual for a machine of its own; beyond 8 GB it gains little.
    - effective_cache_size: half; what shared_buffers and the kernel's page cache will hold together.
    - work_mem: a thousandth, 4 to 64 MB: a hundred connections with two sorts each stay below a fifth.
    - maintenance_work_mem: a sixteenth, up to 1 GB: index builds and vacuum, of which few run at a time.
    - max_wal_size: an eighth, 1 to 8 GB: bulk loads then run into fewer forced checkpoints; recovery stays minutes.
    - random_page_cost 1.1 and jit off: solid-state disks, and short queries that compiling would only delay.
    - min_dynamic_shared_memory: parallel queries and statistics get their memory at start, so that a /dev/shm that is
      small (`shared_memory` bytes; 64 MB in many containers) or swept at logout does not fail them.
    """
    return {
        "max_connections": "100",
        "shared_buffers": _megabytes(memory // 6, 64, 8 * 1024),
        "effective_cache_size": _megabytes(memory // 2, 128, 1024 * 1024),
        "work_mem": _megabytes(memory // 1000, 4, 64),
        "maintenance_work_mem": _megabytes(memory // 16, 64, 1024),
        "wal_buffers": "16MB",
        "min_wal_size": "256MB",
        "max_wal_size": _megabytes(memory // 8, 1024, 8 * 1024),
        "checkpoint_timeout": "15min",
        "min_dynamic_shared_memory": _megabytes(memory // 128, 16, 256),
        "dynamic_shared_memory_type": "posix" if shared_memory >= 256 * MB else "mmap",
        "random_page_cost": "1.1",
        "jit": "off",
    }


def _megabytes(size: int, least: int, most: int) -> str:
    return f"{min(max(size // MB, least), most)}MB"


def usable_memory() -> int:
    """Bytes of memory this process may use: the machine's, or less where its control group says so."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([machine, *_group_limits(Path("/proc/self/cgroup"), Path("/sys/fs/cgroup"))])


def _group_limits(membership: Path, mount: Path) -> list[int]:
    """Memory limits of our control group and those above it; version 2 says `0::/path`, version 1 `4:memory:/path`."""
    limits: list[int] = []
    try:
        lines = membership.read_text().splitlines()
    except OSError:  # not Linux
        return limits
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            root, name = mount, "memory.max"
        elif "memory" in controllers.split(","):
            root, name = mount / "memory", "memory.limit_in_bytes"
        else:
            continue
        group = root / path.lstrip("/")
        for level in [group, *group.parents]:
            if level.is_relative_to(root):
                limits += _limit(level / name)
    return limits


def _limit(file: Path) -> list[int]:
    try:
        text = file.read_text().strip()
    except OSError:
        return []
    return [int(text)] if text.isdigit() and int(text) > 0 else []


def shared_memory_room() -> int:
    """Bytes that /dev/shm can hold; 0 where there is none."""
    try:
        room = os.statvfs("/dev/shm")  # noqa: S108  # nosec B108  # only looked at
    except OSError:
        return 0
    return room.f_blocks * room.f_frsize
