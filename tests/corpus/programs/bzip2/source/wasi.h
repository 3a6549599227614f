// Owners and permission bits, which WASI has not got.
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static inline int no_owner(int file, uid_t user, gid_t group) { return 0; }
static inline int no_bits(int file, mode_t mode) { return 0; }

#define fchown no_owner
#define fchmod no_bits
#define chmod(path, mode) 0
