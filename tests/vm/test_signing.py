"""The README's signing walk-through, exactly as it is written."""
import os
import re
import shutil
import subprocess

import paths
from conftest import LINUX_SECONDS

SECTION = re.compile(r"(?<=<!-- signing -->\n).*(?=<!-- /signing -->)", re.DOTALL)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_walk_through(tmp_path):
    blocks = COMMANDS.findall(SECTION.search((paths.TREE / "README.md").read_text()).group())
    assert len(blocks) == 4
    tree = tmp_path / "tree"
    # A copy of the source folder as it is after `make`, with the times that make goes by.
    shutil.copytree(paths.TREE, tree, ignore=shutil.ignore_patterns(".git", "build"))
    subprocess.run(["cp", "-a", "--reflink=auto", paths.BUILD, tree / "build"], check=True)
    shutil.copy(paths.kernel("kernel-7"), tree / "vmlinuz")
    shutil.copy(paths.DEMO, tree / "root.cpio.zst")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["sh", "-euc", "\n".join(blocks)],
        cwd=tree, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", timeout=LINUX_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    assert "signed by CN='Example release'" in done.stdout
    assert "Secure boot enabled" in done.stdout
    assert re.search("^pivot_root: ok\r?$", done.stdout, re.MULTILINE), done.stdout[-4000:]
