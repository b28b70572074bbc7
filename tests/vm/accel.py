"""How QEMU executes the guest."""


def options():
    return ["-accel", "tcg", "-smp", "1", "-cpu", "qemu64,-cx16"]
