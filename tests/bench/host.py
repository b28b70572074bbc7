"""How fast the host is while something is measured: whoever shares it slows it down by a third and
more, for seconds or for minutes."""
import statistics
import threading
import time

PERIOD_S = 0.1
LOOPS = 40_000  # less than a millisecond
FIRST_LOOK_S = 3

# A measurement counts when the host was at most so many times slower than at its best; after so
# many tries the best of them does.
SLOW = 1.15
TRIES = 5


def sample():
    """Seconds of a CPU's time for a fixed piece of work."""
    begin = time.thread_time()
    for _ in range(LOOPS):
        pass
    return time.thread_time() - begin


class Watch:
    """Looks at the host as long as the block runs; slowness: the mean of what it saw."""

    def __enter__(self):
        self._over = threading.Event()
        self._seen = [sample()]
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def _look(self):
        while not self._over.wait(PERIOD_S):
            self._seen.append(sample())

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    @property
    def slowness(self):
        return statistics.mean(self._seen)


class Host:
    def __init__(self, watch=Watch, first_look_s=FIRST_LOOK_S):
        self._watch = watch
        with watch() as seen:
            time.sleep(first_look_s)
        self._best = seen.slowness

    def quietly(self, measure):
        """What measure() returned while the host was quiet, and how often it was called before
        for nothing."""
        tries = []
        while len(tries) < TRIES:
            with self._watch() as seen:
                result = measure()
            self._best = min(self._best, seen.slowness)
            tries.append((seen.slowness, result))
            if seen.slowness <= SLOW * self._best:
                break
        return min(tries, key=lambda each: each[0])[1], len(tries) - 1
