/* Moving, copying and removing whole directory trees, with all that a file can have. */
#ifndef LEAF_TREE_H
#define LEAF_TREE_H

#include "leaf.h"
#include "links.h"

struct tree {
    struct leaf *leaf;
    struct arena *arena;
    int from; /* descriptors of the top directories */
    int to;
    const char *from_path; /* and their paths, without a slash at the end */
    const char *to_path;
    bool keep;          /* copy: from stays as it is */
    bool top_is_dated;  /* to itself gets from's times only, not its mode, owner, attributes */
    bool has_set_group; /* result: a directory gives its group to what is made in it */
};

/*
 * Moves everything below from, except LEAF_DIRECTORY there, to the directory to, and gives
 * that what from itself has. Names that to has already are kept, with from's contents: with from
 * and to exchanged, it takes back a move that failed half-way. Directories and names of files
 * with several links may be left over in from; tree_clear() removes them.
 * Returns a negative errno after leaf_fail(). Needs memory for the hard links only.
 */
int tree_move(struct tree *tree);

/* Removes everything below the directory, except the name spared (may be NULL) in it. */
int tree_clear(struct leaf *leaf, int directory, const char *spared);

#endif
