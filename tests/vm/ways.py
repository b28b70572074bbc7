"""The ways in which pivotboot is started: each gives a running Machine."""
import shutil

import machine
import network
import paths

# The 2019 iPXE is started from the network card's ROM, newer ones by the firmware's PXE.
OLDEST_IPXE = "bookworm"


def by_kernel_option(folder, line, program=paths.LOADER, **options):
    """QEMU's -kernel: the firmware starts the program with the line. The fastest way."""
    return machine.Machine(
        folder, kernel=program, append=line, netdev=network.slirp(), **options
    )


def by_linux_boot(folder, kernel, initrd, line, **options):
    """QEMU loads a Linux image and its initramfs by itself: no firmware and no pivotboot."""
    return machine.Machine(
        folder,
        firmware=None,
        kernel=kernel,
        initrd=initrd,
        append=line,
        netdev=network.slirp(),
        **options,
    )


def by_ipxe(folder, web, ipxe, script, program=None, **options):
    """The firmware's PXE, or the card's ROM, starts iPXE, which runs the script.

    program: an iPXE for the firmware's PXE in place of the suite's own.
    """
    options.setdefault("card", {"bootindex": "1"})
    if ipxe == OLDEST_IPXE and not program:
        path = web.put("boot.ipxe", script)
        netdev = network.slirp(bootfile=f"http://{network.SLIRP_HOST}:{web.port}{path}")
        return machine.Machine(folder, netdev=netdev, rom=paths.ipxe_rom(), **options)
    tftp = folder / "tftp"
    tftp.mkdir()
    shutil.copy(program or paths.ipxe_program(ipxe), tftp / "snponly.efi")
    (tftp / "autoexec.ipxe").write_text(script)
    return machine.Machine(
        folder, netdev=network.slirp(tftp=tftp, bootfile="snponly.efi"), **options
    )


def by_ipxe_in(folder, namespace, ipxe, **options):
    """iPXE as in by_ipxe, from the namespace's dnsmasq; rom: of the card, which has one then."""
    return machine.Machine(
        folder,
        firmware=ipxe,
        netdev=namespace.netdev,
        prefix=namespace.prefix,
        card={"bootindex": "1"},
        **options,
    )


def by_disk(folder, ipxe, script, **options):
    """The firmware starts a suite's iPXE with all its drivers from a disk, with its script."""
    programs = folder / "disk/EFI/BOOT"
    programs.mkdir(parents=True)
    shutil.copy(paths.ipxe_all_drivers(ipxe), programs / "BOOTX64.EFI")
    (programs / "autoexec.ipxe").write_text(script)
    drive = f"if=none,id=disk,format=raw,file=fat:rw:{folder}/disk"
    return machine.Machine(
        folder,
        firmware=ipxe,
        extra=("-drive", drive, "-device", "virtio-blk-pci,drive=disk,bootindex=0"),
        **options,
    )


# PXE and IPv6 would be tried before HTTP boot, and each takes its time to fail.
ONLY_HTTP_BOOT = [
    word
    for name in ("IPv4PXESupport", "IPv6PXESupport", "IPv6Support")
    for word in ("-fw_cfg", f"name=opt/org.tianocore/{name},string=n")
]


def by_firmware(folder, namespace, **options):
    """The firmware's own HTTP boot of what the namespace's DHCP server names."""
    return machine.Machine(
        folder,
        netdev=namespace.netdev,
        prefix=namespace.prefix,
        card={"bootindex": "1"},
        extra=ONLY_HTTP_BOOT,
        **options,
    )


def ipxe_script(*commands):
    """A script that sets the network up and runs the commands.

    2.0 has it up already and 1.21 only believes so: asking again is harmless.
    """
    return "\n".join(("#!ipxe", "dhcp || goto failed", *commands, ""))
