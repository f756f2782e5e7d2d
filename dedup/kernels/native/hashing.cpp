#include "hashing.h"

#include "arrays.h"

namespace dedup {

namespace {

Out<uint64_t> mix64_all(In<uint64_t> values) {
    const std::size_t count = values.size();
    const uint64_t *input = values.data();
    Column<uint64_t> result = make_column<uint64_t>(count);
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < count; ++i) result[i] = mix64(input[i]);
    }
    return hand_over(std::move(result), count);
}

Out<uint64_t> hash_windows(In<uint64_t> keys, In<int64_t> starts, std::size_t size) {
    const std::size_t count = starts.size();
    const uint64_t *key = keys.data();
    const int64_t *start = starts.data();
    // A negative start is a large unsigned one.
    const uint64_t places = keys.size() < size ? 0 : keys.size() - size + 1;
    Column<uint64_t> result = make_column<uint64_t>(count);
    bool inside = true;
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < count && inside; ++i) {
            inside = static_cast<uint64_t>(start[i]) < places;
            if (inside) result[i] = mix64(polynomial(key + start[i], size));
        }
    }
    if (!inside) throw nb::index_error("a window reaches beyond the keys");
    return hand_over(std::move(result), count);
}

}  // namespace

void bind_hashing(nb::module_ &module) {
    module.def("mix64", &mix64_all, nb::arg("values"));
    module.def("hash_windows", &hash_windows, nb::arg("keys"), nb::arg("starts"), nb::arg("size"));
}

}  // namespace dedup
