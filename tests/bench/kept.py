"""What a bench has measured so far, in a file, so that an interrupted one goes on where it was."""
import json

import payloads


def read(path):
    """What write() left there; {} before that."""
    return json.loads(path.read_text()) if path.exists() else {}


def write(path, known):
    path.parent.mkdir(parents=True, exist_ok=True)
    payloads.write(path, json.dumps(known, indent=1).encode())
