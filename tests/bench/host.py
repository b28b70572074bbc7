"""How fast the host is while something is measured: whoever shares it slows one CPU or all of them
down by a third and more, for seconds or for minutes."""
import os
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


def sample(cpu):
    """Seconds of a CPU's time for a fixed piece of work; the calling thread stays there."""
    os.sched_setaffinity(0, {cpu})
    begin = time.thread_time()
    for _ in range(LOOPS):
        pass
    return time.thread_time() - begin


class Watch:
    """Looks at the host as long as the block runs."""

    def __enter__(self):
        self._over = threading.Event()
        self._seen = {cpu: [] for cpu in os.sched_getaffinity(0)}
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def _look(self):
        over = False
        while not over:
            for cpu, seen in self._seen.items():
                seen.append(sample(cpu))
            over = self._over.wait(PERIOD_S)

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    @property
    def means(self):
        """By CPU: what was measured may have been on any."""
        return {cpu: statistics.mean(seen) for cpu, seen in self._seen.items()}


class Host:
    def __init__(self, watch=Watch, first_look_s=FIRST_LOOK_S):
        self._watch = watch
        with watch() as seen:
            time.sleep(first_look_s)
        self._best = seen.means

    def _slowness(self, means):
        """How many times slower a CPU was than at its best."""
        self._best = {cpu: min(mean, means[cpu]) for cpu, mean in self._best.items()}
        return max(means[cpu] / best for cpu, best in self._best.items())

    def quietly(self, measure):
        """What measure() returned while the host was quiet, and how often it was called before
        for nothing."""
        tries = []
        while len(tries) < TRIES:
            with self._watch() as seen:
                result = measure()
            tries.append((self._slowness(seen.means), result))
            if tries[-1][0] <= SLOW:
                break
        return min(tries, key=lambda each: each[0])[1], len(tries) - 1
