"""The figures that follow from memory."""

from __future__ import annotations

from pathlib import Path

from jingming.database import tuning
from jingming.database.tuning import GB, MB, settings_for


def figures(memory: int) -> tuple[str, str, str]:
    settings = settings_for(memory, shared_memory=GB)
    return settings["shared_buffers"], settings["work_mem"], settings["max_wal_size"]


def test_a_small_machine_and_a_large_one_stay_within_sense() -> None:
    assert figures(512 * MB) == ("85MB", "4MB", "1024MB")
    assert figures(16 * GB) == ("2730MB", "16MB", "2048MB")
    assert figures(256 * GB) == ("8192MB", "64MB", "8192MB")


def test_a_container_with_little_shared_memory_does_not_depend_on_it() -> None:
    assert settings_for(GB, shared_memory=64 * MB)["dynamic_shared_memory_type"] == "mmap"
    assert settings_for(GB, shared_memory=GB)["dynamic_shared_memory_type"] == "posix"


def test_the_lowest_limit_of_a_control_group_and_those_above_it_counts(tmp_path: Path) -> None:
    (tmp_path / "cgroup").write_text("4:memory:/service\n0::/service/web\n")
    for name, text in {
        "service/memory.max": "2147483648",
        "service/web/memory.max": "max",
        "memory/service/memory.limit_in_bytes": "9223372036854771712",
    }.items():
        file = tmp_path / "mount" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n")

    assert min(tuning._group_limits(tmp_path / "cgroup", tmp_path / "mount")) == 2 * GB
