#include "device-path.h"

static size_t node_length(const EFI_DEVICE_PATH *node)
{
    return (size_t)(node->Length[0] | node->Length[1] << 8);
}

/*
 * The node behind node, which NULL starts with; NULL at the end of the path or when it is
 * broken. The type's highest bit is set in the nodes of some old firmware: EFI 1.02 had it.
 */
static const EFI_DEVICE_PATH *next_node(const EFI_DEVICE_PATH *path, const EFI_DEVICE_PATH *node)
{
    const uint8_t *next = node ? (const uint8_t *)node + node_length(node) : (const uint8_t *)path;
    size_t offset = (size_t)(next - (const uint8_t *)path);

    node = (const EFI_DEVICE_PATH *)next;
    if (!path || offset > DEVICE_PATH_MAX_BYTES || (node->Type & 0x7F) == END_DEVICE_PATH_TYPE ||
        node_length(node) < sizeof(EFI_DEVICE_PATH))
        return NULL;
    return node;
}

EFI_DEVICE_PATH *device_path_of(EFI_BOOT_SERVICES *services, EFI_HANDLE handle)
{
    EFI_GUID guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    void *path = NULL;

    if (!handle || services->HandleProtocol(handle, &guid, &path) != EFI_SUCCESS)
        return NULL;
    return path;
}

size_t device_path_length(const EFI_DEVICE_PATH *path)
{
    const EFI_DEVICE_PATH *node = NULL;
    size_t length = 0;

    while ((node = next_node(path, node)))
        length += node_length(node);
    return length;
}

bool device_path_starts_with(const EFI_DEVICE_PATH *path, const EFI_DEVICE_PATH *start)
{
    size_t start_length = device_path_length(start);

    /* The whole nodes are compared, headers included, so no node is matched half. */
    return start_length > 0 && device_path_length(path) >= start_length &&
           memcmp(path, start, start_length) == 0;
}

bool device_path_has(const EFI_DEVICE_PATH *path, uint8_t type, uint8_t subtype)
{
    const EFI_DEVICE_PATH *node = NULL;

    while ((node = next_node(path, node)))
        if (node->Type == type && node->SubType == subtype)
            return true;
    return false;
}

struct bytes device_path_uri(const EFI_DEVICE_PATH *path)
{
    const EFI_DEVICE_PATH *node = NULL;
    struct bytes uri = { NULL, 0 };

    while ((node = next_node(path, node)))
        if (node->Type == MESSAGING_DEVICE_PATH && node->SubType == MSG_URI_DP)
            uri = (struct bytes){ (const uint8_t *)(node + 1), node_length(node) - sizeof(*node) };
    /* iPXE ends the text with a NUL, the firmware does not. */
    while (uri.size > 0 && uri.data[uri.size - 1] == 0)
        uri.size--;
    return uri;
}

const CHAR16 *device_path_file(const EFI_DEVICE_PATH *path, size_t *ret_units)
{
    const EFI_DEVICE_PATH *node = NULL;
    const CHAR16 *name = NULL;
    size_t units = 0;

    while ((node = next_node(path, node))) {
        if (node->Type != MEDIA_DEVICE_PATH || node->SubType != MEDIA_FILEPATH_DP)
            continue;
        /* Nodes are packed, so the name may lie at an odd address: x86 and arm64 can read it. */
        name = (const CHAR16 *)(const void *)(node + 1);
        units = (node_length(node) - sizeof(*node)) / sizeof(CHAR16);
    }
    while (units > 0 && name[units - 1] == 0)
        units--;
    *ret_units = units;
    return name;
}
