// How flat numpy arrays come in and go out. Everything that comes in is read only and contiguous.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace dedup {

namespace nb = nanobind;

template <typename T>
using In = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <typename T>
using InRows = nb::ndarray<const T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <typename T>
using Out = nb::ndarray<nb::numpy, T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <typename T>
using OutRows = nb::ndarray<nb::numpy, T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

// Hands a vector's memory over to numpy.
template <typename T>
Out<T> hand_over(std::vector<T> &&values) {
    auto *kept = new std::vector<T>(std::move(values));
    nb::capsule owner(kept, [](void *p) noexcept { delete static_cast<std::vector<T> *>(p); });
    return Out<T>(kept->data(), {kept->size()}, owner);
}

// Memory for a result that is not set to anything first: what is never written costs no time, and no memory where the
// system hands out pages when they are touched. So a result can be as long as it might become at most.
struct Freed {
    void operator()(void *memory) const noexcept { std::free(memory); }
};
template <typename T>
using Column = std::unique_ptr<T[], Freed>;

// Large results are written once, and first touches of small pages would take a third of the time. (numpy does the same.)
inline void ask_for_huge_pages([[maybe_unused]] void *memory, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
    constexpr std::uintptr_t PAGE = 4096;
    if (bytes < std::size_t{1} << 22) return;
    const std::uintptr_t ahead = (0 - reinterpret_cast<std::uintptr_t>(memory)) % PAGE;
    madvise(static_cast<char *>(memory) + ahead, bytes - ahead, MADV_HUGEPAGE);
#endif
}

template <typename T>
Column<T> make_column(std::size_t size) {
    if (size > SIZE_MAX / sizeof(T)) throw std::bad_alloc();
    const std::size_t bytes = size ? size * sizeof(T) : 1;
    auto *memory = static_cast<T *>(std::malloc(bytes));
    if (!memory) throw std::bad_alloc();
    ask_for_huge_pages(memory, bytes);
    return Column<T>(memory);
}

// Hands the first elements of a column over to numpy and gives the rest of its memory back.
template <typename T>
Out<T> hand_over(Column<T> column, std::size_t size) {
    if (void *shrunk = std::realloc(column.get(), size ? size * sizeof(T) : 1)) {
        column.release();
        column.reset(static_cast<T *>(shrunk));
    }
    T *data = column.get();
    nb::capsule owner(data, [](void *p) noexcept { std::free(p); });
    column.release();
    return Out<T>(data, {size}, owner);
}

template <typename T>
OutRows<T> hand_over(Column<T> column, std::size_t rows, std::size_t columns) {
    T *data = column.get();
    nb::capsule owner(data, [](void *p) noexcept { std::free(p); });
    column.release();
    return OutRows<T>(data, {rows, columns}, owner);
}

// Asks for memory that will be read soon.
inline void fetch_early([[maybe_unused]] const void *memory) {
#if defined(__GNUC__)
    __builtin_prefetch(memory);
#endif
}

// What a caller must hold to: places outside the arrays would be read otherwise.
inline void check(bool holds, const char *message) {
    if (!holds) throw nb::value_error(message);
}

// Documents lie one after the other and fill an array of `total` elements; nothing else may be read through offsets.
inline void check_offsets(const In<int64_t> &offsets, std::size_t total) {
    const std::size_t count = offsets.size();
    const int64_t *at = offsets.data();
    bool good = count > 0 && at[0] == 0 && at[count - 1] == static_cast<int64_t>(total);
    for (std::size_t i = 1; good && i < count; ++i) good = at[i - 1] <= at[i];
    if (!good) throw nb::value_error("offsets must start with 0, ascend and end with the number of elements");
}

// Ranges of places, of which sums and small multiples are to fit as well.
template <typename Place>
void check_ranges(const Place *first, const Place *last, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
        const auto begin = static_cast<int64_t>(first[k]), end = static_cast<int64_t>(last[k]);
        check(begin >= 0 && begin < end && end <= INT64_MAX / 8, "ranges must be of places");
    }
}

// Fewer tokens than this, and places of them are held in 32 bits: sums of two places and a length fit as well.
constexpr std::size_t NARROW = std::size_t{1} << 30;

// Each file of kernels adds its functions to the module.
void bind_hashing(nb::module_ &module);
void bind_grouping(nb::module_ &module);
void bind_linking(nb::module_ &module);
void bind_marking(nb::module_ &module);
void bind_windows(nb::module_ &module);
void bind_runs(nb::module_ &module);
void bind_chains(nb::module_ &module);
void bind_sketches(nb::module_ &module);
void bind_records(nb::module_ &module);
void bind_tokens(nb::module_ &module);
void bind_signatures(nb::module_ &module);
void bind_letters(nb::module_ &module);
void bind_texts(nb::module_ &module);
void bind_alignment(nb::module_ &module);
void bind_merging(nb::module_ &module);
void bind_components(nb::module_ &module);
void bind_containers(nb::module_ &module);
void bind_memory(nb::module_ &module);
void bind_strings(nb::module_ &module);
void bind_passages(nb::module_ &module);

}  // namespace dedup
