#include "hashing.h"

#include "arrays.h"

namespace dedup {

namespace {

Out<uint64_t> mix64_all(In<uint64_t> values) {
    std::vector<uint64_t> result(values.size());
    const uint64_t *input = values.data();
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < result.size(); ++i) result[i] = mix64(input[i]);
    }
    return hand_over(std::move(result));
}

}  // namespace

void bind_hashing(nb::module_ &module) { module.def("mix64", &mix64_all, nb::arg("values")); }

}  // namespace dedup
