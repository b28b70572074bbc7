"""Makes the linked probe a well-formed bzImage as well: bzimage.py IN OUT

pivotboot looks at the x86 setup header (Documentation/arch/x86/boot.rst) before it hands a
kernel to the firmware. Here the PE header moves behind that header, the sections follow at
4 KiB, and the version string lies between the two. Behind the sections lies a payload: what
a kernel would be when unpacked, here only words by which a kernel shows what it can do.
"""
import gzip
import struct
import sys

PE_AT = 0x400  # behind the setup header, which ends at 0x268
VERSION_AT = 0x300
SETUP_BYTES = 0x1000  # what boot.rst calls the real-mode code: headers only, here
SETUP_SECTS = SETUP_BYTES // 512 - 1
VERSION = b"7.0.0-probe (pivotboot) #1\0"
CMDLINE_SIZE = 2047

# By default it can do what Linux 7 can, so that rootfs=auto has nothing to add.
NULLFS = b"rootfs on nullfs"
ZSTD = b"ZSTD-compressed data is corrupt"
WORDS = (NULLFS, b"initramfs_options=", ZSTD)


def u16(data, at):
    return struct.unpack_from("<H", data, at)[0]


def u32(data, at):
    return struct.unpack_from("<I", data, at)[0]


def payload_of(words):
    contents = b"\0".join((b"", *words, b""))
    return gzip.compress(contents + bytes(4096), mtime=0)


def make_bzimage(pe, words=WORDS, payload=None):
    """payload: the compressed kernel as it is, instead of one that holds words."""
    pe_at = u32(pe, 0x3C)
    assert pe[pe_at : pe_at + 4] == b"PE\0\0"
    section_count = u16(pe, pe_at + 6)
    optional_at = pe_at + 24
    table_at = optional_at + u16(pe, pe_at + 20)
    table_end = table_at + 40 * section_count
    old_headers = u32(pe, optional_at + 60)
    shift = SETUP_BYTES - old_headers

    header = bytearray(pe[pe_at:table_end])
    assert PE_AT + len(header) <= SETUP_BYTES
    optional = 24
    struct.pack_into("<HH", header, optional + 44, 1, 1)  # ImageVersion: LoadFile2 initrd
    struct.pack_into("<I", header, optional + 60, SETUP_BYTES)  # SizeOfHeaders
    struct.pack_into("<I", header, optional + 64, 0)  # CheckSum
    struct.pack_into("<II", header, optional + 112 + 6 * 8, 0, 0)  # no debug directory
    for section in range(section_count):
        raw_at = table_at - pe_at + 40 * section + 20
        if u32(header, raw_at) != 0:
            struct.pack_into("<I", header, raw_at, u32(header, raw_at) + shift)
        virtual_at = u32(header, raw_at - 8)
        assert virtual_at >= SETUP_BYTES, "the headers are mapped in front of the sections"

    body = bytes(pe[old_headers:])
    payload_at = len(body)
    payload = payload_of(words) if payload is None else payload
    body += payload
    body += bytes(-len(body) % 16)
    setup = bytearray(SETUP_BYTES)
    setup[0:2] = b"MZ"
    struct.pack_into("<I", setup, 0x3C, PE_AT)
    setup[PE_AT : PE_AT + len(header)] = header
    setup[VERSION_AT : VERSION_AT + len(VERSION)] = VERSION
    for at, layout, value in (
        (0x1F1, "<B", SETUP_SECTS),
        (0x1F4, "<I", len(body) // 16),  # syssize
        (0x1FE, "<H", 0xAA55),
        (0x200, "<H", 0x66EB),  # jump over the header
        (0x202, "<4s", b"HdrS"),
        (0x206, "<H", 0x020F),  # boot protocol 2.15
        (0x20E, "<H", VERSION_AT - 0x200),
        (0x211, "<B", 0x01),  # loadflags: LOADED_HIGH
        (0x22C, "<I", 0x7FFFFFFF),  # initrd_addr_max
        (0x230, "<I", 0x1000),  # kernel_alignment
        (0x234, "<B", 1),  # relocatable_kernel
        (0x235, "<B", 12),  # min_alignment
        (0x236, "<H", 0x000B),  # xloadflags: 64 bit, above 4 GiB, EFI handover
        (0x238, "<I", CMDLINE_SIZE),
        (0x248, "<I", payload_at),  # payload_offset
        (0x24C, "<I", len(payload)),  # payload_length
        (0x258, "<Q", 0x1000000),  # pref_address
        (0x260, "<I", len(body) + 0x10000),  # init_size
    ):
        struct.pack_into(layout, setup, at, value)
    return bytes(setup) + body


def main():
    source, target = sys.argv[1:]
    with open(source, "rb") as file:
        image = make_bzimage(file.read())
    with open(target, "wb") as file:
        file.write(image)


if __name__ == "__main__":
    main()
