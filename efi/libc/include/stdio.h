/* Some library sources include <stdio.h> and use nothing of it here. */
