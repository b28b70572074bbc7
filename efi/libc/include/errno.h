/* Numbers that 7-Zip's headers name and nothing here uses. */
#ifndef LIBC_ERRNO_H
#define LIBC_ERRNO_H

#define ENOMEM 12
#define EINVAL 22

#endif
