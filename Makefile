# pivotboot. `make run` and `make test` install and fetch what they need by themselves;
# `make help` lists everything.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
SHELL := /bin/sh

B := build
# Library sources, linked here by .deps/fetch.
L := $B/lib
CC := clang
LD := lld-link
AR := llvm-ar
# Debian's own, which has Debian's pytest; another may be first on PATH.
PYTHON := /usr/bin/python3

.PHONY: all help setup run pcr test check format lock clean fuzz
all: $B/pivotboot.efi

help:
	@echo "make run     boot the demo (or LINUX=, INITRD=, ...: see README.md) in QEMU"
	@echo "make test    unit tests, fuzz corpora, VM tests"
	@echo "make check   formatting, purity, static analysis (make test runs it as well)"
	@echo "make         build $B/pivotboot.efi"
	@echo "make trust   ANCHORS=certificates.pem POLICY=file: a loader that only boots what is signed"
	@echo "make size    what takes the space in $B/pivotboot.efi"
	@echo "make soak    boots that take many minutes: initrds beyond 4 GiB"
	@echo "make format  lay out all C sources with clang-format"
	@echo "make pcr ENTRY=file LINUX=file   predict PCR 12 (measured boot, see README.md)"
	@echo "make fuzz T=target SECONDS=60   explore with libFuzzer"
	@echo "make bench-net   throughput beside iPXE, GRUB and the firmware, on clean and lossy links"
	@echo "make bench-root  what a root that pivot_root can leave costs (ROWS=, TURNS=)"
	@echo "make bench-boot  from the first line to init, beside iPXE (ROWS=, ROUNDS=)"
	@echo "make bench-memory  the smallest machine that each loader brings to init (WAYS=, SIZES=)"
	@echo "make lock    take the archive's library versions into .deps/lock"
	@echo "make clean   remove $B (downloads stay in the cache)"

# make V=1 shows the commands.
Q = $(if $(V),,@echo '  $@';)

# ---- what has to be there first -------------------------------------------------------------

setup: $B/.packages $L/.complete

$B/.packages: .deps/packages .deps/install
	@mkdir -p $(@D)
	.deps/install
	@touch $@

LIBRARIES := lwip mbedtls llhttp gnu-efi libzstd zlib lz4 7zip
$L/.complete: .deps/lock .deps/fetch | $B/.packages
	@mkdir -p $L
	@for name in $(LIBRARIES); do \
	    folder=$$(.deps/fetch $$name) && ln -sfn "$$folder" $L/$$name || exit 1; done
	@touch $@

lock:
	.deps/fetch --lock

# ---- sources --------------------------------------------------------------------------------

PURE := $(wildcard payload/*.c payload/arch/*.c kernel-cmdline/*.c) \
    $(addprefix net/,url.c content-range.c dhcp-lease.c dns-message.c http-date.c \
        http-headers.c http-request.c http-response.c ip-setting.c ip-text.c mirror-url.c \
        mirrors.c parallel.c range-plan.c retry.c stall.c window.c)
NET  := $(filter-out $(PURE),$(wildcard net/*.c))
EFI  := $(wildcard efi/*.c efi/libc/*.c efi/arch/x86_64/*.c)

MBEDTLS := $(addprefix $L/mbedtls/library/,asn1parse.c asn1write.c bignum.c bignum_core.c \
               constant_time.c ecdsa.c ecp.c ecp_curves.c md.c oid.c pk.c pk_ecc.c pk_wrap.c \
               pkparse.c platform_util.c rsa.c rsa_alt_helpers.c sha256.c sha512.c x509.c \
               x509_crt.c)
# What mbedTLS calls: tests and host tools need it as well.
MBEDTLS_HOOKS := $(addprefix efi/,mbedtls-sha256.c mbedtls-sha256-portable.c)
LLHTTP  := $(addprefix $L/llhttp/usr/src/llhttp/src/,api.c http.c llhttp.c)
LWIP    := $(addprefix $L/lwip/src/core/,def.c inet_chksum.c init.c ip.c mem.c memp.c \
             netif.c pbuf.c stats.c tcp.c tcp_in.c tcp_out.c timeouts.c udp.c \
             ipv4/dhcp.c ipv4/etharp.c ipv4/icmp.c ipv4/ip4.c ipv4/ip4_addr.c \
             ipv6/dhcp6.c ipv6/ethip6.c ipv6/icmp6.c ipv6/ip6.c ipv6/ip6_addr.c ipv6/mld6.c \
             ipv6/nd6.c) \
             $L/lwip/src/netif/ethernet.c
# Decoders only, which get all their memory from payload/decoder.h's allocator.
ZSTD := $(addprefix $L/libzstd/lib/,common/entropy_common.c common/error_private.c \
            common/fse_decompress.c common/xxhash.c common/zstd_common.c \
            decompress/huf_decompress.c decompress/zstd_ddict.c decompress/zstd_decompress.c \
            decompress/zstd_decompress_block.c)
ZLIB := $(addprefix $L/zlib/,adler32.c inffast.c inflate.c inftrees.c)
LZ4  := $L/lz4/lib/lz4.c
LZMA := $(addprefix $L/7zip/C/,Bra86.c Lzma2Dec.c LzmaDec.c)
DECODERS := $(ZSTD) $(ZLIB) $(LZ4) $(LZMA)

VERSION := 0.1
# Where the .sbat section says pivotboot comes from.
URL := https://pivotboot.invalid/

# ---- the EFI application --------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wvla -Wmissing-prototypes -Werror
INCLUDES_LIBRARIES := -isystem $L/llhttp/usr/src/llhttp/include -isystem $L/mbedtls/include \
    -isystem $L/libzstd/lib -isystem $L/zlib -isystem $L/lz4/lib -isystem $L/7zip/C
DEFINES := '-DPIVOTBOOT_VERSION="$(VERSION)"' '-DPIVOTBOOT_URL="$(URL)"' \
    '-DMBEDTLS_CONFIG_FILE="mbedtls-config.h"' \
    -iquote payload -DZ_SOLO
# Paths in debug information and assertions must not depend on where the tree lies.
REPRODUCIBLE := -ffile-prefix-map=$(CURDIR)=. -no-canonical-prefixes

EFI_CFLAGS := --target=x86_64-unknown-windows -fno-ms-compatibility -fno-ms-extensions \
    -U_WIN32 -U_WIN64 -std=gnu11 -ffreestanding -fshort-wchar -mno-red-zone \
    -fno-stack-protector -mno-stack-arg-probe -fno-delete-null-pointer-checks -gdwarf-4 -O2 \
    -ffunction-sections -fdata-sections -MD -MP -nostdlibinc -isystem efi/libc/include \
    $(INCLUDES_LIBRARIES) $(DEFINES) $(REPRODUCIBLE)
EFI_INCLUDES := -isystem $L/gnu-efi/inc -isystem $L/gnu-efi/inc/x86_64 \
    -isystem $L/gnu-efi/inc/protocol
LWIP_INCLUDES := -Inet/lwip -isystem $L/lwip/src/include
LIBRARY_FLAGS := -w
# No assembly, no tracing hooks, and no malloc to fall back to.
ZSTD_FLAGS := $(LIBRARY_FLAGS) -DZSTD_DISABLE_ASM -DZSTD_TRACE=0 -DZSTD_LEGACY_SUPPORT=0 \
    -DZSTD_STRIP_ERROR_STRINGS -DDYNAMIC_BMI2=0 -DXXH_NAMESPACE=ZSTD_ -DXXH_NO_STDLIB \
    -DZSTD_DEPS_MALLOC '-DZSTD_malloc(size)=NULL' '-DZSTD_calloc(count,size)=NULL' \
    '-DZSTD_free(memory)=((void)(memory))'
ZLIB_FLAGS := $(LIBRARY_FLAGS) -DNO_GZIP -DHAVE_MEMCPY -include string.h
LZ4_FLAGS  := $(LIBRARY_FLAGS) -DLZ4_STATIC_LINKING_ONLY_DISABLE_MEMORY_ALLOCATION -DLZ4_HEAPMODE=0
# It reads and writes unaligned words on purpose.
LZMA_FLAGS := $(LIBRARY_FLAGS) -DZ7_EXTRACT_ONLY -fno-sanitize=alignment

# The same in every build: of the EFI application, host tools, unit tests, fuzzers.
define decoder_flags
$(patsubst $L/%.c,$B/$1/lib/%.o,$(ZSTD)): EXTRA = $$(ZSTD_FLAGS)
$(patsubst $L/%.c,$B/$1/lib/%.o,$(ZLIB)): EXTRA = $$(ZLIB_FLAGS)
$(patsubst $L/%.c,$B/$1/lib/%.o,$(LZ4)):  EXTRA = $$(LZ4_FLAGS)
$(patsubst $L/%.c,$B/$1/lib/%.o,$(LZMA)): EXTRA = $$(LZMA_FLAGS)
endef
$(foreach build,efi tool host fuzz,$(eval $(call decoder_flags,$(build))))

efi_object = $(patsubst %.c,$B/efi/%.o,$(subst $L/,lib/,$1))
EFI_OBJECTS := $(call efi_object,$(PURE) $(NET) $(EFI) $(MBEDTLS) $(LLHTTP) $(LWIP) $(DECODERS))

$(call efi_object,$(PURE)): EXTRA = $(WARNINGS)
$(call efi_object,$(NET)):  EXTRA = $(WARNINGS) $(LWIP_INCLUDES)
$(call efi_object,$(EFI)):  EXTRA = $(WARNINGS) $(EFI_INCLUDES)
# It includes a source of the library's.
$(foreach build,efi tool host fuzz analysis,$B/$(build)/efi/mbedtls-sha256-portable.o): \
    EXTRA = $(LIBRARY_FLAGS) -isystem $L/mbedtls/library
$(call efi_object,$(LWIP)): EXTRA = $(LIBRARY_FLAGS) $(LWIP_INCLUDES)
$(call efi_object,$(MBEDTLS)): EXTRA = $(LIBRARY_FLAGS)
$(call efi_object,$(LLHTTP)): EXTRA = $(LIBRARY_FLAGS) -Os

# pivotboot carries the leaf init within itself.
$B/efi/efi/leaf-program.o: $B/leaf-init
LEAF_PROGRAM := '-DLEAF_PROGRAM_FILE="$B/leaf-init"'
$B/efi/efi/leaf-program.o: EXTRA += $(LEAF_PROGRAM)

$B/efi/%.o: %.c Makefile | $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) $(EFI_CFLAGS) $(EXTRA) -c $< -o $@

$B/efi/lib/%.o: $L/.complete Makefile
	@mkdir -p $(@D)
	$(Q)$(CC) $(EFI_CFLAGS) $(EXTRA) -c $L/$*.c -o $@

EFI_LDFLAGS := /nodefaultlib /subsystem:efi_application /entry:efi_main /opt:ref /debug:dwarf \
    /Brepro
$B/pivotboot.debug.efi: $(EFI_OBJECTS)
	$(Q)$(LD) $(EFI_LDFLAGS) /lldmap:$B/pivotboot.map /out:$@ $^

# The file that boots: the same bytes without debug information.
$B/pivotboot.efi: $B/pivotboot.debug.efi
	llvm-strip -o $@ $<

# What takes the space in it.
.PHONY: size
size: $B/pivotboot.efi
	@$(PYTHON) tests/size.py $< $B/pivotboot.map $B/leaf-init

# Fails when pure code has writable data or uses a symbol from outside.
.PHONY: purity
purity: $(call efi_object,$(PURE))
	@tests/check-purity $^

# ---- host tools -----------------------------------------------------------------------------

# Prints the README's table of keys.
KEYS_TABLE := payload/tools/keys-table.c payload/text.c payload/utf8.c \
    $(addprefix kernel-cmdline/,keys.c edit-distance.c root-mode.c)
# Of several sources in one command, the compiler notes what the last one includes.
$B/tools/keys-table: $(KEYS_TABLE) $(wildcard kernel-cmdline/*.h kernel-cmdline/*.def) | $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O1 -MD -MP -I. $(WARNINGS) $(KEYS_TABLE) -o $@

TOOL_CFLAGS := -std=gnu11 -g -O2 -MD -MP $(INCLUDES_LIBRARIES) \
    $(subst mbedtls-config.h,tools/mbedtls-config.h,$(DEFINES)) -I.
TOOL_PURE := $(wildcard payload/*.c payload/arch/*.c kernel-cmdline/*.c)
TOOL_OBJECTS := $(patsubst %.c,$B/tool/%.o,$(subst $L/,lib/,$(TOOL_PURE) $(DECODERS) \
    $(MBEDTLS_HOOKS) $(sort $(MBEDTLS) $(addprefix $L/mbedtls/library/,base64.c sha1.c sha512.c)) \
    payload/tools/mbedtls-memory.c))
$(patsubst %.c,$B/tool/%.o,$(TOOL_PURE) payload/tools/mbedtls-memory.c): EXTRA = $(WARNINGS)
$B/tool/%.o: %.c Makefile | $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) $(TOOL_CFLAGS) $(EXTRA) -c $< -o $@

$B/tool/lib/%.o: $L/.complete Makefile
	@mkdir -p $(@D)
	$(Q)$(CC) $(TOOL_CFLAGS) $(LIBRARY_FLAGS) $(EXTRA) -c $L/$*.c -o $@

# capabilities prints what kernel images can do, pcr predicts what the TPM is told.
$B/tools/capabilities $B/tools/pcr: $B/tools/%: payload/tools/%.c $(TOOL_OBJECTS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TOOL_CFLAGS) $(WARNINGS) $(filter %.c %.o,$^) -o $@

# Settings given to make reach the tool through the environment.
pcr: setup
	@$(MAKE) --silent $B/tools/pcr >&2
	@$B/tools/pcr

# Puts a trust section into the loader.
TRUST_TOOL := $(addprefix payload/tools/,trust.c add-section.c)
$B/tools/trust: $(TRUST_TOOL) $(TOOL_OBJECTS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TOOL_CFLAGS) $(WARNINGS) $(TRUST_TOOL) $(filter %.o,$^) -o $@

comma := ,
.PHONY: trust
trust: $B/pivotboot.efi $B/tools/trust
	@test -n "$(ANCHORS)" && test -n "$(POLICY)" || \
	    { echo "make trust ANCHORS=certificates.pem POLICY=file [OUT=file]: see README.md"; exit 2; }
	@$B/tools/trust $< "$(or $(OUT),$B/pivotboot-trusted.efi)" "$(POLICY)" \
	    $(subst $(comma), ,$(ANCHORS))

# ---- the leaf init: a Linux program -----------------------------------------------------------

LEAF_TARGET := x86_64-linux-gnu
LEAF_OWN  := $(wildcard payload/leaf/*.c)
LEAF_PURE := $(addprefix payload/,cpio.c cpio-reader.c leaf-archive.c leaf-config.c status.c \
                 text.c utf8.c)
# The kernel's own headers, behind the compiler's; of the libc none are used.
LEAF_KERNEL_HEADERS := -idirafter /usr/include/$(LEAF_TARGET) -idirafter /usr/include
LEAF_CFLAGS := --target=$(LEAF_TARGET) -std=gnu11 -ffreestanding -fno-stack-protector -fno-pic \
    -fno-asynchronous-unwind-tables -fomit-frame-pointer -O2 -flto -ffunction-sections \
    -fdata-sections -MMD -MP -nostdlibinc -isystem efi/libc/include \
    -isystem $L/libzstd/lib $(LEAF_KERNEL_HEADERS) \
    -iquote payload $(REPRODUCIBLE)
LEAF_LDFLAGS := --target=$(LEAF_TARGET) -fuse-ld=lld -nostdlib -static -flto -O2 \
    -Wl,--gc-sections,-z,noexecstack,-z,norelro,--build-id=none,-z,max-page-size=4096

leaf_object = $(patsubst %.c,$B/leaf/%.o,$(subst $L/,lib/,$1))
LEAF_OBJECTS := $(call leaf_object,$(LEAF_OWN) $(LEAF_PURE) $(ZSTD) efi/libc/string.c)

$(call leaf_object,$(LEAF_OWN) $(LEAF_PURE)): EXTRA = $(WARNINGS)
# It decompresses hundreds of MB where the loader reads a kernel: worth 46 KB of BMI2 variants.
$(call leaf_object,$(ZSTD)): EXTRA = $(ZSTD_FLAGS) -O3 -UDYNAMIC_BMI2
# The compiler must not find memcpy() in memcpy()'s own loop.
$(call leaf_object,efi/libc/string.c): EXTRA = $(WARNINGS) -fno-lto -fno-builtin

$B/leaf/%.o: %.c Makefile | $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) $(LEAF_CFLAGS) $(EXTRA) -c $< -o $@

$B/leaf/lib/%.o: $L/.complete Makefile
	@mkdir -p $(@D)
	$(Q)$(CC) $(LEAF_CFLAGS) $(EXTRA) -c $L/$*.c -o $@

$B/leaf-init.debug: $(LEAF_OBJECTS)
	$(Q)$(CC) $(LEAF_LDFLAGS) $^ -o $@

$B/leaf-init: $B/leaf-init.debug
	$(Q)llvm-strip --strip-all --strip-sections -o $@ $< 2>/dev/null || llvm-strip -o $@ $<

# ---- unit tests on the host -----------------------------------------------------------------

HOST_CFLAGS := -std=gnu11 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
    -fno-omit-frame-pointer -MD -MP $(INCLUDES_LIBRARIES) $(DEFINES) -I.
host_object = $(patsubst %.c,$B/host/%.o,$(subst $L/,lib/,$1))
# mbedTLS's memory, of which tests say when it is out.
TEST_MEMORY := tests/unit/mbedtls-memory.c efi/mbedtls-memory.c
HOST_OBJECTS := $(call host_object,$(PURE) $(MBEDTLS) $(MBEDTLS_HOOKS) $(LLHTTP) \
    $(DECODERS) $(TEST_MEMORY))

$(call host_object,$(PURE) $(TEST_MEMORY)): EXTRA = $(WARNINGS)
$(call host_object,$(MBEDTLS) $(LLHTTP)): EXTRA = $(LIBRARY_FLAGS)

$B/host/%.o: %.c Makefile | $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(EXTRA) -c $< -o $@

$B/host/lib/%.o: $L/.complete Makefile
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(EXTRA) -c $L/$*.c -o $@

UNIT_TESTS := $(patsubst tests/unit/%.c,$B/unit/%,$(wildcard tests/unit/test-*.c))
$(UNIT_TESTS): $B/unit/%: tests/unit/%.c $(HOST_OBJECTS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(WARNINGS) $(filter %.c %.o,$^) -lcmocka -o $@

# What test-signature verifies: openssl makes keys and signatures anew, in a few seconds.
RELEASES_OPENSSL := bookworm trixie
$B/signatures/.complete: $(wildcard tests/unit/signatures/*.py) .deps/sets | $B/.packages
	@mkdir -p $(@D)
	$(Q)PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/unit/signatures/make.py $(@D) \
	    $(foreach release,$(RELEASES_OPENSSL),$(release)=$$(.deps/fetch openssl-$(release)))
	@touch $@
$B/unit/test-signature $B/unit/test-trust-section: | $B/signatures/.complete

# These run all of net/ on the real lwIP, against a peer with an lwIP of its own. There lwIP's
# assertions end the test.
NET_TEST := $(addprefix tests/unit/,download-job.c http-body.c http-get.c rig.c) \
    $(wildcard tests/unit/peer*.c)
LWIP_HOST_FLAGS = $(LWIP_INCLUDES) '-DLWIP_PLATFORM_ASSERT(message)=__builtin_trap()'
$(call host_object,$(NET) $(NET_TEST)): EXTRA = $(WARNINGS) $(LWIP_HOST_FLAGS)
$(call host_object,$(LWIP)): EXTRA = $(LIBRARY_FLAGS) $(LWIP_HOST_FLAGS)
$(addprefix $B/unit/test-,connection download download-course http http-ahead http-connections \
    network out-of-order): \
    $(call host_object,$(NET) $(NET_TEST) $(LWIP))
# These look into net/.
$B/unit/test-connection $B/unit/test-http-ahead: private HOST_CFLAGS += $(LWIP_HOST_FLAGS)

# What efi/ does with the firmware's memory.
UNNEEDED := $(call host_object,efi/unneeded.c efi/memory.c efi/pages.c)
$(UNNEEDED): EXTRA = $(WARNINGS) $(EFI_INCLUDES)
$B/unit/test-unneeded: $(UNNEEDED)
$B/unit/test-unneeded: private HOST_CFLAGS += $(EFI_INCLUDES)

.PHONY: unit
unit: $(UNIT_TESTS)
	@PIVOTBOOT_KERNELS=$$(tests/unit/kernels) && export PIVOTBOOT_KERNELS && \
	    for test in $(UNIT_TESTS); do $$test || exit 1; done

# ---- the leaf init's VM tests -----------------------------------------------------------------

$B/leaf-initrd: tests/vm/leaf/leaf-initrd.c $(HOST_OBJECTS)
	$(Q)$(CC) $(HOST_CFLAGS) $(WARNINGS) $(filter %.c %.o,$^) -o $@

$B/leaf-checker $B/leaf-setup: $B/leaf-%: tests/vm/leaf/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -static -s $(WARNINGS) -Wno-missing-prototypes $< -o $@

.PHONY: leaf-tools
leaf-tools: $B/leaf-init $B/leaf-initrd $B/leaf-checker $B/leaf-setup

# ---- fuzzing --------------------------------------------------------------------------------

# The same target twice: with libFuzzer to explore, with a small driver to replay corpora.
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz-%.c,%,$(wildcard tests/fuzz/fuzz-*.c))
FUZZ_OBJECTS := $(patsubst %.c,$B/fuzz/%.o,$(subst $L/,lib/,$(PURE) $(MBEDTLS) \
    $(MBEDTLS_HOOKS) $(LLHTTP) $(DECODERS) $(TEST_MEMORY)))
FUZZ_REPLAYS := $(FUZZ_NAMES:%=$B/fuzz/replay-%)

$(patsubst %.c,$B/fuzz/%.o,$(PURE) $(TEST_MEMORY)): EXTRA = $(WARNINGS)
$B/fuzz/%.o: %.c Makefile | $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -fsanitize=fuzzer-no-link $(EXTRA) -c $< -o $@

$B/fuzz/lib/%.o: $L/.complete Makefile
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -fsanitize=fuzzer-no-link $(LIBRARY_FLAGS) $(EXTRA) -c $L/$*.c -o $@

# This one runs all of net/ on lwIP.
FUZZ_NETWORK := $(patsubst %.c,$B/fuzz/%.o,$(subst $L/,lib/,$(NET) $(LWIP)) tests/unit/http-get.c)
$(patsubst %.c,$B/fuzz/%.o,$(NET) tests/unit/http-get.c): EXTRA = $(WARNINGS) $(LWIP_HOST_FLAGS)
$(patsubst $L/%.c,$B/fuzz/lib/%.o,$(LWIP)): EXTRA = $(LWIP_HOST_FLAGS)
$B/fuzz/explore-frames: $(FUZZ_NETWORK)
$B/fuzz/replay-frames: $(call host_object,$(NET) $(LWIP) tests/unit/http-get.c)

# This one leaves out the arithmetic of curves.
$B/fuzz/explore-signature $B/fuzz/replay-signature: FUZZ_LINK = \
    -Wl,--wrap=mbedtls_ecdsa_read_signature

$B/fuzz/explore-%: tests/fuzz/fuzz-%.c $(FUZZ_OBJECTS)
	$(Q)$(CC) $(HOST_CFLAGS) $(WARNINGS) -Wno-missing-prototypes -fsanitize=fuzzer $(FUZZ_LINK) \
	    $(filter %.c %.o,$^) -o $@

$B/fuzz/replay-%: tests/fuzz/fuzz-%.c tests/fuzz/replay.c $(HOST_OBJECTS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(WARNINGS) -Wno-missing-prototypes $(FUZZ_LINK) $(filter %.c %.o,$^) -o $@

SECONDS ?= 60
fuzz: setup
	@test -n "$(T)" || { echo "make fuzz T=one of: $(FUZZ_NAMES)"; exit 2; }
	@$(MAKE) $B/fuzz/explore-$(T)
	@mkdir -p $B/fuzz/found-$(T)
	$B/fuzz/explore-$(T) -max_total_time=$(SECONDS) -artifact_prefix=$B/fuzz/crash-$(T)- \
	    $B/fuzz/found-$(T) tests/fuzz/corpus/$(T)

# ---- style and static analysis --------------------------------------------------------------

OWN_C := $(wildcard payload/*.c payload/arch/*.c payload/leaf/*.c payload/tools/*.c kernel-cmdline/*.c net/*.c efi/*.c efi/*/*.c \
    tests/unit/*.c tests/fuzz/*.c tests/vm/*/*.c tests/bench/*/*.c)
OWN_H := $(wildcard payload/*.h payload/arch/*.h payload/leaf/*.h payload/leaf/arch/*.h payload/tools/*.h kernel-cmdline/*.h net/*.h net/lwip/*.h net/lwip/arch/*.h efi/*.h \
    efi/*/*.h efi/libc/include/*.h tests/unit/*.h tests/vm/*/*.h)

.PHONY: check-format check-analysis
check: check-format purity check-analysis

format: | setup
	clang-format -i $(OWN_C) $(OWN_H)

# Other versions of clang-format lay out a few constructs differently.
check-format: | setup
	@if clang-format --version | grep -q 'version 14\.'; then \
	    clang-format --dry-run --Werror $(OWN_C) $(OWN_H); \
	else echo 'check-format: skipped: the layout is that of clang-format 14'; fi

ANALYSED := $(patsubst %.c,$B/analysis/%.ok,$(PURE) $(NET) \
    $(filter-out efi/mbedtls-sha256-portable.c,$(EFI)))
$(patsubst %.c,$B/analysis/%.ok,$(NET)): EXTRA = $(LWIP_INCLUDES)
$(patsubst %.c,$B/analysis/%.ok,$(EFI)): EXTRA = $(EFI_INCLUDES) $(LEAF_PROGRAM)
check-analysis: $(ANALYSED)
$B/analysis/%.ok: %.c | $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) --analyze -Xanalyzer -analyzer-werror -Xanalyzer -analyzer-output=text \
	    $(filter-out -MD -MP -gdwarf-4,$(EFI_CFLAGS)) $(EXTRA) $<
	@touch $@

# ---- running it: the demo, the VM tests -----------------------------------------------------

# The EFI application that stands in for a kernel in most VM tests.
PROBE := $(patsubst tests/vm/probe/%.c,$B/vm/%.o,$(wildcard tests/vm/probe/*.c))
$B/vm/%.o: tests/vm/probe/%.c | $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) $(EFI_CFLAGS) $(WARNINGS) $(EFI_INCLUDES) -c $< -o $@

$B/vm/probe-pe.efi: $(PROBE)
	$(Q)$(LD) $(filter-out /debug:dwarf,$(EFI_LDFLAGS)) /out:$@ $^

# Takes the firmware's frames away.
$B/vm/deaf.o: tests/vm/deaf/deaf.c | $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) $(EFI_CFLAGS) $(WARNINGS) $(EFI_INCLUDES) -c $< -o $@

$B/vm/deaf.efi: $B/vm/deaf.o
	$(Q)$(LD) $(filter-out /debug:dwarf,$(EFI_LDFLAGS)) /out:$@ $^

$B/vm/probe.efi: $B/vm/probe-pe.efi tests/vm/bzimage.py
	$(Q)$(PYTHON) tests/vm/bzimage.py $< $@

$B/vm/pivot-root: tests/vm/demo/pivot-root.c | $B/.packages
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -static -s $(WARNINGS) $< -o $@

$B/vm/demo.cpio.zst: $B/vm/pivot-root tests/vm/archive.py $(wildcard tests/vm/demo/*)
	$(Q)$(PYTHON) tests/vm/demo/make-archive.py $< $@

$B/vm/escape: tests/vm/runc/escape.c | $B/.packages
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -static -s $(WARNINGS) $< -o $@

# Debian's runc with bundles, for a root that a container runtime has to leave.
$B/vm/runc.cpio.zst: $B/vm/pivot-root $B/vm/escape tests/vm/archive.py $(wildcard tests/vm/runc/*)
	$(Q)$(PYTHON) tests/vm/runc/make-archive.py $B/vm/pivot-root $B/vm/escape $@

.PHONY: run-needs test-needs test-kernels
# Patched kernels, kept outside the clone: minutes the first time, nothing afterwards.
test-kernels: | setup
	@tests/kernels/build words > /dev/null
	@tests/kernels/build user-root > /dev/null

run-needs: setup $B/pivotboot.efi $B/vm/probe.efi $B/vm/demo.cpio.zst

# Variables given to make reach the program through the environment.
# make itself would end with 2 for every failure: $(exit) ends it with the run's own status.
ifeq ($(MAKECMDGOALS),run)
-load $B/vm/make-exit.so(make_exit_setup)
endif
$B/vm/make-exit.so: tests/vm/make-exit.c | setup
	@mkdir -p $(@D)
	$(Q)$(CC) -shared -fPIC -Wall -Wextra -Werror $< -o $@

.PHONY: run-machine
run-machine: run-needs
	@$(PYTHON) tests/vm/run.py; echo $$? > $B/vm/run-status-$$PPID
# Several runs may go on side by side: $$PPID is this make in a recipe and in $(shell).
run: run-machine
	@$(exit $(or $(shell cat $B/vm/run-status-$$PPID && rm $B/vm/run-status-$$PPID),125))false

test-needs: run-needs test-kernels $B/vm/runc.cpio.zst $B/vm/deaf.efi $B/bench/forwarder $(UNIT_TESTS) $(FUZZ_REPLAYS) \
    $B/tools/keys-table $B/tools/trust $B/tools/pcr leaf-tools
test: test-needs
	@$(PYTHON) tests/run

.PHONY: soak
soak: test-needs
	@$(PYTHON) tests/run soak

# ---- benches ---------------------------------------------------------------------------------

$B/bench/forwarder: tests/bench/link/forwarder.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 $(WARNINGS) $< -o $@

$B/bench/congestion.so: tests/bench/link/congestion.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -shared -fPIC $(WARNINGS) $< -o $@

# The loader once more, which counts the cycles of a download's stages (tests/bench/stages).
STAGED := $(call efi_object,net/network.c net/connection.c net/download-part.c efi/snp-wire.c \
    efi/console.c efi/mbedtls-sha256.c)
STAGED_OBJECTS := $(STAGED:$B/efi/%=$B/bench/efi/%) $B/bench/efi/tests/bench/stages/stages.o
STAGED_NAMES := network_poll connection_acknowledge snp_wire_receive snp_wire_send console_line \
    console_overwrite mbedtls_sha256_update_blocks
STAGED_FLAGS := $(LWIP_INCLUDES) $(EFI_INCLUDES) $(foreach name,$(STAGED_NAMES),-D$(name)=real_$(name))
$B/bench/efi/net/download-part.o: STAGED_FLAGS += -Dmemcpy=copy_counted
$B/bench/efi/tests/bench/stages/stages.o: STAGED_FLAGS = $(WARNINGS) -I. $(LWIP_INCLUDES) $(EFI_INCLUDES)

$B/bench/efi/%.o: %.c Makefile | $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) $(EFI_CFLAGS) $(STAGED_FLAGS) -c $< -o $@

$B/bench/pivotboot-stages.efi: $(filter-out $(STAGED),$(EFI_OBJECTS)) $(STAGED_OBJECTS)
	$(Q)$(LD) $(EFI_LDFLAGS) /out:$@ $^
	$(Q)llvm-strip $@

.PHONY: bench-net
bench-net: test-needs $B/bench/congestion.so $B/bench/pivotboot-stages.efi
	@$(PYTHON) tests/bench/net.py

$B/bench/init: tests/bench/root/init.c | $B/.packages
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -static -s $(WARNINGS) $< -o $@

.PHONY: bench-root
bench-root: setup test-kernels $B/bench/init $B/leaf-init $B/leaf-initrd
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/bench/root.py

.PHONY: bench-boot
bench-boot: test-needs $B/bench/congestion.so
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/bench/boot.py

.PHONY: bench-memory
bench-memory: run-needs
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/bench/memory.py

clean:
	rm -rf $B

-include $(shell find $B -name '*.d' 2>/dev/null)
