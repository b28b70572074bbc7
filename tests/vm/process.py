"""Programs that live no longer than we do."""
import subprocess


def start(command, prefix=(), **options):
    """Starts a program that the kernel ends when we end, however that happens.

    prefix: what enters a namespace; it must come first, since entering one clears the wish.
    """
    command = [*prefix, "setpriv", "--pdeathsig", "KILL", "--", *map(str, command)]
    return subprocess.Popen(command, **options)


def stop(process):
    if process.poll() is None:
        process.kill()
    process.wait()
