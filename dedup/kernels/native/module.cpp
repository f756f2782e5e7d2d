// The extension module: what its files bind.
#include "arrays.h"

NB_MODULE(_native, module) {
    module.doc() = "The kernels in C++; `dedup.kernels.reference` says what each function means.";
    dedup::bind_hashing(module);
    dedup::bind_grouping(module);
    dedup::bind_linking(module);
    dedup::bind_marking(module);
    dedup::bind_windows(module);
    dedup::bind_runs(module);
    dedup::bind_chains(module);
    dedup::bind_sketches(module);
    dedup::bind_records(module);
    dedup::bind_tokens(module);
    dedup::bind_signatures(module);
    dedup::bind_letters(module);
    dedup::bind_texts(module);
    dedup::bind_alignment(module);
    dedup::bind_merging(module);
    dedup::bind_components(module);
    dedup::bind_passages(module);
    dedup::bind_containers(module);
    dedup::bind_memory(module);
    dedup::bind_strings(module);
}
