"""What pivotboot tells the operating system (systemd's Boot Loader Interface), in efivarfs."""
import base64
import re
import struct

import guest_script
import paths
from conftest import LINUX_SECONDS

VENDOR = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
# Boot services and runtime access, and not non-volatile: the next reset forgets it.
VOLATILE = 6
FEATURE_REPORT_URL = 1 << 15
HOUR_US = 3600 * 1000 * 1000

REPORT = f"""
insmod /efivarfs.ko
mount -t efivarfs efivarfs /sys/firmware/efi/efivars
cd /sys/firmware/efi/efivars
for name in *-{VENDOR}; do
    echo "guest: $name $(base64 -w 0 $name)"
done
echo "guest: end"
"""


def variables(console):
    """Each variable's value, without its vendor."""
    assert re.search("^guest: end$", console, re.MULTILINE), console[-3000:]
    values = {}
    for name, data in re.findall(rf"^guest: (\w+)-{VENDOR} (\S+)$", console, re.MULTILINE):
        (attributes,) = struct.unpack_from("<I", base64.b64decode(data))
        assert attributes == VOLATILE, name
        values[name] = base64.b64decode(data)[4:]
    return values


def text(value):
    decoded = value.decode("utf-16-le")
    assert decoded.endswith("\0") and "\0" not in decoded[:-1]
    return decoded[:-1]


def test_variables(ipxe, web):
    kernel = paths.kernel("kernel-6.1")
    (module,) = kernel.parents[1].glob("lib/modules/*/kernel/fs/efivarfs/efivarfs.ko")
    web.put("vmlinuz", kernel)
    web.put("initrd", guest_script.initramfs(REPORT, {"efivarfs.ko": module.read_bytes()}))
    web.put(
        "fleet/worker 1.conf",
        "linux /vmlinuz\ninitrd /initrd\nrootfs none\noptions console=ttyS0 panic=-1\n",
    )
    line = "chain --autofree @/pivotboot.efi entry=@/fleet/worker%201.conf?x=/y"
    with ipxe("sid", line, memory="1024") as vm:
        assert vm.wait(LINUX_SECONDS) == 0, vm.report()
        console = vm.console
    assert re.search(r"pivotboot: times: configuration .* initrd \d+ ms,.* in all$", console, re.M)
    found = variables(console)
    init_us, exec_us = (int(text(found.pop(f"LoaderTime{name}USec"))) for name in ("Init", "Exec"))
    assert 0 < init_us < exec_us < HOUR_US
    assert struct.unpack("<Q", found.pop("LoaderFeatures")) == (FEATURE_REPORT_URL,)
    found = {name: text(value) for name, value in found.items()}
    assert re.fullmatch(r"pivotboot \d+\.\d+", found.pop("LoaderInfo"))
    assert re.fullmatch(r".+ \d+\.\d\d", found.pop("LoaderFirmwareInfo"))
    assert re.fullmatch(r"UEFI 2\.\d\d", found.pop("LoaderFirmwareType"))
    assert found == {
        "LoaderDeviceURL": f"{web.base}/pivotboot.efi",
        "LoaderEntrySelected": "worker_201.conf",
    }
