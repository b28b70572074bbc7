"""Downloads on networks and from servers as they are: connections, ranges, retries, mirrors."""
from conftest import blob, sha256

END = "-- probe-exit=0"


def test_one_connection_for_all_files(boot, web):
    web.put("x/worker.conf", "linux ../probe.efi\ninitrd a\ninitrd b\noptions probe-exit=0\n")
    web.put("x/a", blob(300_000, 1))
    web.put("x/b", blob(300_000, 2))
    seen = boot.succeeds("entry=@/x/worker.conf")
    assert seen.initrd_sha256 == sha256(blob(300_000, 1) + blob(300_000, 2))
    exchanges = web.exchanges()
    assert {e.path for e in exchanges} == {"/x/worker.conf", "/probe.efi", "/x/a", "/x/b"}
    assert len({e.connection for e in exchanges}) == 1


def test_server_that_closes_idle_connections(boot, web):
    web.configure("keepalive_requests 1;")
    web.put("worker.conf", "linux probe.efi\ninitrd a\noptions probe-exit=0\n")
    web.put("a", blob(300_000))
    assert boot.succeeds("entry=@/worker.conf").initrd_sha256 == sha256(blob(300_000))
    assert len({e.connection for e in web.exchanges()}) == len(web.exchanges()) >= 3
