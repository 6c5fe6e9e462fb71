"""The project's files, for the checks: what git would track, or a walk where git cannot tell."""

import os
import subprocess
from pathlib import Path

SKIPPED_FOLDERS = {".git", "build", "results", "__pycache__"}


def tracked_files(root):
    """Paths relative to root, sorted: tracked files and new ones that are not ignored."""
    command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        listed = []  # no git, no repository, or one of another user
    if not listed:
        listed = [str(Path(folder, name).relative_to(root))
                  for folder, folders, names in os.walk(root)
                  for name in names
                  if not SKIPPED_FOLDERS.intersection(Path(folder).relative_to(root).parts)]
    return sorted(Path(name) for name in set(listed) if Path(root, name).is_file())


def is_cpp(path):
    return path.suffix in {".hpp", ".cpp"}
