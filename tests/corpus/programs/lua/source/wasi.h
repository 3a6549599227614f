// Lua's errors are long jumps, which need exceptions of the engine. Here an error ends the program.
#define luai_jmpbuf int
#define LUAI_THROW(state, handler) __builtin_trap()
#define LUAI_TRY(state, handler, action) { action }

#include <stdio.h>
#include <stdlib.h>

// Processes, and names of temporary files, which WASI has not got.
#define tmpfile() NULL
#define system(command) (-1)
#define LUA_TMPNAMBUFSIZE 32
#define lua_tmpnam(buffer, error) { error = 1; }
#define LUA_TMPNAMTEMPLATE ""
#define l_mkstemp(buffer) (-1)
