/*
 * Everything that one boot owns. There is one instance, in main.c; the steps of main.c fill it
 * from top to bottom, and boot_release gives all of it back.
 */
#ifndef EFI_BOOT_H
#define EFI_BOOT_H

#include "../kernel-cmdline/config.h"
#include "../kernel-cmdline/root-choice.h"
#include "../net/mirrors.h"
#include "../net/network.h"
#include "../net/url.h"
#include "../payload/initrd-format.h"
#include "../payload/initrd-layout.h"
#include "../payload/kernel-image.h"
#include "../payload/leaf-archive.h"
#include "../payload/text.h"
#include "../payload/trust-section.h"
#include "../payload/unzstd.h"
#include "clock.h"
#include "console.h"
#include "efi.h"
#include "fetch.h"
#include "handoff.h"
#include "initrd.h"
#include "pages.h"
#include "platform.h"
#include "snp.h"
#include "stages.h"

#define BOOT_DETAIL_BYTES 1024

/* A file in memory. */
struct blob {
    struct pages pages;
    struct bytes bytes;
};

/* Most initrds that can be configured. */
#define BOOT_INITRDS_MOST 16

/* What stands around a file that the leaf init unpacks itself. */
struct initrd_wrapping {
    uint8_t head[LEAF_PART_HEAD_BYTES];
    uint8_t tail[LEAF_PART_TAIL_MAX];
};

/* One configured initrd. */
struct initrd_file {
    uint64_t size_bytes; /* pinned, or what the server says; SINK_SIZE_UNKNOWN */
    struct initrd_walk walk;
    bool walk_over;
    bool unseen;      /* the server does not send parts of it: its format is not known */
    bool streamed;    /* fetched when the kernel asks for it */
    struct blob blob; /* else: fetched and verified before */
    bool unpacked;    /* the kernel gets what is in it, ... */
    uint64_t unpacked_bytes;
    bool blob_is_unpacked; /* ... which is what blob has already */
};

/* How the initrds become what the kernel gets: see initrd-plan.h. */
struct initrd_plan {
    struct initrd_file files[BOOT_INITRDS_MOST];
    size_t count;
    const char *stream_reason; /* NULL: nothing is streamed; static */
    bool roomy; /* what is packed may be unpacked here without a thought for memory */
    bool wrap;
    struct initrd_wrapping wrappings[BOOT_INITRDS_MOST];
    struct pages leaf_pages; /* the leaf init's archive */
    struct initrd_layout layout;
};

/* Unpacks an initrd while it arrives: efi/initrd-load.c. */
struct initrd_unpacking {
    struct timed_sink timed; /* where the bytes go */
    struct unzstd unzstd;
    struct allocator allocator;
};

/* An initrd that arrives in memory, step by step: efi/initrd-load.c. */
struct initrd_arrival {
    bool is_under_way;
    bool is_done;
    enum status failure;
    size_t index;
    char url_memory[URL_MAX_BYTES];
    struct text url;
    char detail_memory[BOOT_DETAIL_BYTES];
    struct text detail; /* its own: meanwhile others have something to say */
    struct initrd_unpacking unpacking;
    struct fetch_job job;
};

struct boot {
    EFI_HANDLE image;
    EFI_SYSTEM_TABLE *system;
    EFI_BOOT_SERVICES *services;
    EFI_LOADED_IMAGE *loaded;

    struct clock clock;
    struct console console;
    struct unneeded unneeded;
    struct platform platform;
    struct stages stages;

    /* What the trust section says; trust points into the loaded image. */
    bool has_anchors;
    struct bytes trust_section;
    struct trust trust;
    bool entry_is_verified;
    uint64_t floor; /* the rollback floor of the entry's name */

    char detail_memory[BOOT_DETAIL_BYTES];
    struct text detail; /* of the step that failed */

    /* The configuration, and the texts that it points into. */
    struct pages line_pages;
    struct blob conf;
    struct blob entry; /* also the .conf's, where that is an entry */
    struct config config;
    /* The words of the line or the .conf as they came: reading them removes their quotes. */
    struct blob words;

    /* The URL that pivotboot came from, "" when nothing tells; relative URLs start there. */
    char origin_memory[URL_MAX_BYTES];
    struct text origin;
    /* The URL that the entry came from, after redirects; else the origin. */
    char base_memory[URL_MAX_BYTES];
    struct text base;

    struct snp snp;
    struct network *network; /* NULL: not open */
    struct mirrors mirrors;  /* what has been seen of the places that files come from */
    size_t line_mirror_count;

    struct blob kernel;
    struct kernel_image kernel_image;
    struct capabilities capabilities;
    bool capabilities_asked;
    struct pages options_pages;
    struct text options; /* the user's, joined */
    struct root_choice root;
    struct initrd_plan plan;
    struct initrd_arrival arrival;
    struct initrd initrd;
    struct pages cmdline_pages;
    struct text cmdline;
    struct handoff_image handoff;
};

#endif
