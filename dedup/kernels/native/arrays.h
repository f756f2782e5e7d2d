// How flat numpy arrays come in and go out. Everything that comes in is read only, one-dimensional and contiguous.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace dedup {

namespace nb = nanobind;

template <typename T>
using In = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <typename T>
using Out = nb::ndarray<nb::numpy, T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

// Hands a vector's memory over to numpy.
template <typename T>
Out<T> hand_over(std::vector<T> &&values) {
    auto *kept = new std::vector<T>(std::move(values));
    nb::capsule owner(kept, [](void *p) noexcept { delete static_cast<std::vector<T> *>(p); });
    return Out<T>(kept->data(), {kept->size()}, owner);
}

// Each file of kernels adds its functions to the module.
void bind_hashing(nb::module_ &module);
void bind_letters(nb::module_ &module);
void bind_texts(nb::module_ &module);
void bind_alignment(nb::module_ &module);

}  // namespace dedup
