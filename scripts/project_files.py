"""The project's files, for the checks: what git would track, or a walk where git cannot tell."""

import fnmatch
import os
import subprocess
from pathlib import Path

SKIPPED_FOLDERS = {".git", "build", "results", "__pycache__"}


def ignored_names(root):
    """Names and patterns of files that .gitignore lists, for a walk; folders are skipped above."""
    listed = Path(root, ".gitignore")
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    return [line.strip("/") for line in lines if line and not line.endswith("/")]


def tracked_files(root):
    """Paths relative to root, sorted: tracked files and new ones that are not ignored."""
    command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        listed = []  # no git, no repository, or one of another user
    if not listed:
        ignored = ignored_names(root)
        listed = [str(Path(folder, name).relative_to(root))
                  for folder, folders, names in os.walk(root)
                  for name in names
                  if not SKIPPED_FOLDERS.intersection(Path(folder).relative_to(root).parts)
                  and not any(fnmatch.fnmatch(name, pattern) for pattern in ignored)]
    return sorted(Path(name) for name in set(listed) if Path(root, name).is_file())


def is_cpp(path):
    return path.suffix in {".hpp", ".cpp"}
