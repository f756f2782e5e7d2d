#include "sketches.h"

#include <algorithm>
#include <vector>

#include "arrays.h"
#include "hashing.h"

namespace dedup {

namespace {

// Elements that are worked on at once: they stay in the first-level cache through all permutations.
constexpr std::size_t PIECE = 2048;

void check_size(std::size_t size) {
    if (size == 0) throw nb::value_error("the size must be at least 1");
}

nb::tuple shingle(In<uint64_t> keys, In<int64_t> offsets, std::size_t size) {
    check_offsets(offsets, keys.size());
    check_size(size);
    const std::size_t documents = offsets.size() - 1;
    auto result = make_column<uint64_t>(keys.size());
    auto bounds = make_column<int64_t>(documents + 1);
    std::size_t count = 0;
    {
        nb::gil_scoped_release released;
        const uint64_t *key = keys.data();
        const int64_t *at = offsets.data();
        uint64_t leaving = 1;  // the factor that a key has when its window has passed
        for (std::size_t i = 0; i < size && i < keys.size(); ++i) leaving *= SHINGLE_MULTIPLIER;
        bounds[0] = 0;
        for (std::size_t document = 0; document < documents; ++document) {
            const std::size_t begin = at[document], end = at[document + 1];
            if (end - begin >= size) {
                uint64_t total = polynomial(key + begin, size);
                result[count++] = mix64(total);
                for (std::size_t i = begin + size; i < end; ++i) {
                    total = total * SHINGLE_MULTIPLIER + (key[i] - key[i - size] * leaving);
                    result[count++] = mix64(total);
                }
            }
            bounds[document + 1] = static_cast<int64_t>(count);
        }
    }
    return nb::make_tuple(hand_over(std::move(result), count), hand_over(std::move(bounds), documents + 1));
}

OutRows<uint32_t> signatures(In<uint64_t> shingles, In<int64_t> offsets, In<uint32_t> multipliers,
                             In<uint32_t> increments) {
    check_offsets(offsets, shingles.size());
    const std::size_t permutations = multipliers.size();
    if (increments.size() != permutations) throw nb::value_error("as many increments as multipliers are needed");
    const std::size_t documents = offsets.size() - 1;
    auto result = make_column<uint32_t>(documents * permutations);
    {
        nb::gil_scoped_release released;
        static const LowerMinima lower_minima = choose_lower_minima();
        const std::size_t padded = (permutations + PERMUTATION_STEP - 1) / PERMUTATION_STEP * PERMUTATION_STEP;
        std::vector<uint32_t> a(padded), b(padded), least(padded), elements(PIECE);
        std::copy_n(multipliers.data(), permutations, a.begin());
        std::copy_n(increments.data(), permutations, b.begin());
        const uint64_t *shingle = shingles.data();
        const int64_t *at = offsets.data();
        for (std::size_t document = 0; document < documents; ++document) {
            std::fill(least.begin(), least.end(), 0xFFFFFFFFu);
            const std::size_t end = at[document + 1];
            for (std::size_t first = at[document]; first < end; first += PIECE) {
                const std::size_t count = std::min(PIECE, end - first);
                for (std::size_t i = 0; i < count; ++i) {
                    elements[i] = fmix32(static_cast<uint32_t>(shingle[first + i] >> 32));
                }
                lower_minima(elements.data(), count, a.data(), b.data(), padded, least.data());
            }
            std::copy_n(least.begin(), permutations, result.get() + document * permutations);
        }
    }
    return hand_over(std::move(result), documents, permutations);
}

OutRows<uint64_t> band_keys(InRows<uint32_t> signatures, std::size_t rows, std::size_t bands) {
    const std::size_t documents = signatures.shape(0);
    const std::size_t columns = signatures.shape(1);
    if (bands && rows > columns / bands) throw nb::index_error("more bands than the signatures have values for");
    auto result = make_column<uint64_t>(bands * documents);
    {
        nb::gil_scoped_release released;
        const uint32_t *signature = signatures.data();
        for (std::size_t document = 0; document < documents; ++document, signature += columns) {
            for (std::size_t band = 0; band < bands; ++band) {
                result[band * documents + document] = mix64(polynomial(signature + band * rows, rows));
            }
        }
    }
    return hand_over(std::move(result), bands, documents);
}

// The place of the least of `window` values from `first` on; of equal ones, of the last.
inline std::size_t last_least(const uint64_t *values, std::size_t first, std::size_t window) {
    std::size_t place = first;
    uint64_t least = values[first];
    for (std::size_t i = first + 1; i < first + window; ++i) {
        const uint64_t smaller = 0 - static_cast<uint64_t>(values[i] <= least);  // no branch: nobody could foretell it
        place ^= (place ^ i) & smaller;
        least ^= (least ^ values[i]) & smaller;
    }
    return place;
}

Out<int64_t> winnow(In<uint64_t> shingles, In<int64_t> offsets, std::size_t window) {
    check_offsets(offsets, shingles.size());
    check_size(window);
    auto result = make_column<int64_t>(shingles.size());
    std::size_t count = 0;
    {
        nb::gil_scoped_release released;
        const uint64_t *values = shingles.data();
        const int64_t *at = offsets.data();
        for (std::size_t document = 0; document + 1 < offsets.size(); ++document) {
            const std::size_t begin = at[document], end = at[document + 1];
            if (end - begin < window) continue;
            const std::size_t last = end - window;
            std::size_t newest = SIZE_MAX;
            for (std::size_t first = begin; first <= last; ++first) {
                const std::size_t place = last_least(values, first, window);
                result[count] = static_cast<int64_t>(place);  // overwritten by the next, unless it is a new one
                count += place != newest;
                newest = place;
            }
        }
    }
    return hand_over(std::move(result), count);
}

}  // namespace

void bind_sketches(nb::module_ &module) {
    module.def("shingle", &shingle, nb::arg("keys"), nb::arg("offsets"), nb::arg("size"));
    module.def("signatures", &signatures, nb::arg("shingles"), nb::arg("offsets"), nb::arg("multipliers"),
               nb::arg("increments"));
    module.def("band_keys", &band_keys, nb::arg("signatures"), nb::arg("rows"), nb::arg("bands"));
    module.def("winnow", &winnow, nb::arg("shingles"), nb::arg("offsets"), nb::arg("window"));
}

}  // namespace dedup
