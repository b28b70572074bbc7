/*
 * A plugin for GNU make (its manual, "Loading Dynamic Objects"): $(exit N) ends make with the
 * exit status N. Without it make ends with 2 whatever went wrong, and whoever boots an image
 * in CI with `make run` wants to know what the guest said.
 */
#include <gnumake.h>
#include <stdlib.h>

/* GNU make only loads what declares this; BSD-2-Clause is compatible. */
int plugin_is_GPL_compatible;

int make_exit_setup(const gmk_floc *location);

static char *make_exit(const char *name, unsigned int count, char **values)
{
    (void)name;
    (void)count;
    exit(atoi(values[0]));
}

int make_exit_setup(const gmk_floc *location)
{
    (void)location;
    gmk_add_function("exit", make_exit, 1, 1, GMK_FUNC_DEFAULT);
    return 1;
}
