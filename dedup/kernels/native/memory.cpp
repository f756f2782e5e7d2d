// Memory that was freed goes back to the system, as in reference/memory.py.
#include "arrays.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace dedup {

namespace {

void give_back_memory() {
#if defined(__GLIBC__)
    nb::gil_scoped_release released;
    malloc_trim(0);
#endif
}

}  // namespace

void bind_memory(nb::module_ &module) { module.def("give_back_memory", &give_back_memory); }

}  // namespace dedup
