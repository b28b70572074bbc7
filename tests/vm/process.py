"""Programs that live no longer than we do."""
import os
import subprocess


def start(command, prefix=(), **options):
    """Starts a program that the kernel ends when we end, however that happens.

    prefix: what enters a namespace; it must come first, since entering one clears the wish.
    """
    command = [*prefix, "setpriv", "--pdeathsig", "KILL", "--", *map(str, command)]
    # Debian keeps servers in a folder that is only on root's PATH.
    environment = dict(os.environ, PATH=os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin")
    return subprocess.Popen(command, env=environment, **options)


def stop(process):
    if process.poll() is None:
        process.kill()
    process.wait()
