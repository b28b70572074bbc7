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

.PHONY: all help setup run test check format lock clean fuzz
all: $B/pivotboot.efi

help:
	@echo "make run     boot the demo (or LINUX=, INITRD=, ...: see README.md) in QEMU"
	@echo "make test    unit tests, fuzz corpora, VM tests"
	@echo "make check   formatting, purity, static analysis (make test runs it as well)"
	@echo "make         build $B/pivotboot.efi"
	@echo "make format  lay out all C sources with clang-format"
	@echo "make fuzz T=target SECONDS=60   explore with libFuzzer"
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

LIBRARIES := lwip mbedtls llhttp gnu-efi
$L/.complete: .deps/lock .deps/fetch | $B/.packages
	@mkdir -p $L
	@for name in $(LIBRARIES); do \
	    folder=$$(.deps/fetch $$name) && ln -sfn "$$folder" $L/$$name || exit 1; done
	@touch $@

lock:
	.deps/fetch --lock

# ---- sources --------------------------------------------------------------------------------

PURE := $(wildcard payload/*.c kernel-cmdline/*.c) net/url.c net/http-response.c
NET  := $(filter-out $(PURE),$(wildcard net/*.c))
EFI  := $(wildcard efi/*.c efi/libc/*.c efi/arch/x86_64/*.c)

MBEDTLS := $(addprefix $L/mbedtls/library/,sha256.c platform_util.c)
LLHTTP  := $(addprefix $L/llhttp/usr/src/llhttp/src/,api.c http.c llhttp.c)
LWIP    := $(addprefix $L/lwip/src/core/,def.c dns.c inet_chksum.c init.c ip.c mem.c memp.c \
             netif.c pbuf.c tcp.c tcp_in.c tcp_out.c timeouts.c udp.c \
             ipv4/dhcp.c ipv4/etharp.c ipv4/icmp.c ipv4/ip4.c ipv4/ip4_addr.c) \
             $L/lwip/src/netif/ethernet.c

VERSION := 0.1

# ---- the EFI application --------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wvla -Wmissing-prototypes -Werror
INCLUDES_LIBRARIES := -isystem $L/llhttp/usr/src/llhttp/include -isystem $L/mbedtls/include
DEFINES := '-DPIVOTBOOT_VERSION="$(VERSION)"' '-DMBEDTLS_CONFIG_FILE="mbedtls-config.h"' -iquote payload
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

efi_object = $(patsubst %.c,$B/efi/%.o,$(subst $L/,lib/,$1))
EFI_OBJECTS := $(call efi_object,$(PURE) $(NET) $(EFI) $(MBEDTLS) $(LLHTTP) $(LWIP))

$(call efi_object,$(PURE)): EXTRA = $(WARNINGS)
$(call efi_object,$(NET)):  EXTRA = $(WARNINGS) $(LWIP_INCLUDES)
$(call efi_object,$(EFI)):  EXTRA = $(WARNINGS) $(EFI_INCLUDES)
$(call efi_object,$(LWIP)): EXTRA = $(LIBRARY_FLAGS) $(LWIP_INCLUDES)
$(call efi_object,$(MBEDTLS)): EXTRA = $(LIBRARY_FLAGS)
$(call efi_object,$(LLHTTP)): EXTRA = $(LIBRARY_FLAGS) -Os

$B/efi/%.o: %.c | $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) $(EFI_CFLAGS) $(EXTRA) -c $< -o $@

$B/efi/lib/%.o: $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) $(EFI_CFLAGS) $(EXTRA) -c $L/$*.c -o $@

EFI_LDFLAGS := /nodefaultlib /subsystem:efi_application /entry:efi_main /opt:ref /debug:dwarf \
    /Brepro
$B/pivotboot.debug.efi: $(EFI_OBJECTS)
	$(Q)$(LD) $(EFI_LDFLAGS) /out:$@ $^

# The file that boots: the same bytes without debug information.
$B/pivotboot.efi: $B/pivotboot.debug.efi
	llvm-strip -o $@ $<

# Fails when pure code has writable data or uses a symbol from outside.
.PHONY: purity
purity: $(call efi_object,$(PURE))
	@tests/check-purity $^

# ---- host tools -----------------------------------------------------------------------------

# Prints the README's table of keys.
KEYS_TABLE := payload/tools/keys-table.c payload/text.c payload/utf8.c \
    $(addprefix kernel-cmdline/,keys.c edit-distance.c root-mode.c)
$B/tools/keys-table: $(KEYS_TABLE) | $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O1 -MD -MP -I. $(WARNINGS) $(KEYS_TABLE) -o $@

# ---- unit tests on the host -----------------------------------------------------------------

HOST_CFLAGS := -std=gnu11 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
    -fno-omit-frame-pointer -MD -MP $(INCLUDES_LIBRARIES) $(DEFINES) -I.
host_object = $(patsubst %.c,$B/host/%.o,$(subst $L/,lib/,$1))
HOST_OBJECTS := $(call host_object,$(PURE) $(MBEDTLS) $(LLHTTP))

$(call host_object,$(PURE)): EXTRA = $(WARNINGS)
$(call host_object,$(MBEDTLS) $(LLHTTP)): EXTRA = $(LIBRARY_FLAGS)

$B/host/%.o: %.c | $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(EXTRA) -c $< -o $@

$B/host/lib/%.o: $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(EXTRA) -c $L/$*.c -o $@

UNIT_TESTS := $(patsubst tests/unit/%.c,$B/unit/%,$(wildcard tests/unit/test-*.c))
$(UNIT_TESTS): $B/unit/%: tests/unit/%.c $(HOST_OBJECTS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(WARNINGS) $(filter %.c %.o,$^) -lcmocka -o $@

.PHONY: unit
unit: $(UNIT_TESTS)
	@for test in $(UNIT_TESTS); do $$test || exit 1; done

# ---- fuzzing --------------------------------------------------------------------------------

# The same target twice: with libFuzzer to explore, with a small driver to replay corpora.
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz-%.c,%,$(wildcard tests/fuzz/fuzz-*.c))
FUZZ_OBJECTS := $(patsubst %.c,$B/fuzz/%.o,$(subst $L/,lib/,$(PURE) $(MBEDTLS) $(LLHTTP)))
FUZZ_REPLAYS := $(FUZZ_NAMES:%=$B/fuzz/replay-%)

$(patsubst %.c,$B/fuzz/%.o,$(PURE)): EXTRA = $(WARNINGS)
$B/fuzz/%.o: %.c | $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -fsanitize=fuzzer-no-link $(EXTRA) -c $< -o $@

$B/fuzz/lib/%.o: $L/.complete
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -fsanitize=fuzzer-no-link $(LIBRARY_FLAGS) -c $L/$*.c -o $@

$B/fuzz/explore-%: tests/fuzz/fuzz-%.c $(FUZZ_OBJECTS)
	$(Q)$(CC) $(HOST_CFLAGS) $(WARNINGS) -Wno-missing-prototypes -fsanitize=fuzzer \
	    $(filter %.c %.o,$^) -o $@

$B/fuzz/replay-%: tests/fuzz/fuzz-%.c tests/fuzz/replay.c $(HOST_OBJECTS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(WARNINGS) -Wno-missing-prototypes $(filter %.c %.o,$^) -o $@

SECONDS ?= 60
fuzz: setup
	@test -n "$(T)" || { echo "make fuzz T=one of: $(FUZZ_NAMES)"; exit 2; }
	@$(MAKE) $B/fuzz/explore-$(T)
	@mkdir -p $B/fuzz/found-$(T)
	$B/fuzz/explore-$(T) -max_total_time=$(SECONDS) -artifact_prefix=$B/fuzz/crash-$(T)- \
	    $B/fuzz/found-$(T) tests/fuzz/corpus/$(T)

# ---- style and static analysis --------------------------------------------------------------

OWN_C := $(wildcard payload/*.c payload/tools/*.c kernel-cmdline/*.c net/*.c efi/*.c efi/*/*.c \
    tests/unit/*.c tests/fuzz/*.c tests/vm/*/*.c)
OWN_H := $(wildcard payload/*.h kernel-cmdline/*.h net/*.h net/lwip/*.h net/lwip/arch/*.h efi/*.h \
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

ANALYSED := $(patsubst %.c,$B/analysis/%.ok,$(PURE) $(NET) $(EFI))
$(patsubst %.c,$B/analysis/%.ok,$(NET)): EXTRA = $(LWIP_INCLUDES)
$(patsubst %.c,$B/analysis/%.ok,$(EFI)): EXTRA = $(EFI_INCLUDES)
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

$B/vm/probe.efi: $B/vm/probe-pe.efi tests/vm/probe/make-bzimage.py
	$(Q)$(PYTHON) tests/vm/probe/make-bzimage.py $< $@

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
run: run-needs
	@$(PYTHON) tests/vm/run.py

test-needs: run-needs test-kernels $B/vm/runc.cpio.zst $(UNIT_TESTS) $(FUZZ_REPLAYS) \
    $B/tools/keys-table
test: test-needs
	@$(PYTHON) tests/run

clean:
	rm -rf $B

-include $(shell find $B -name '*.d' 2>/dev/null)
