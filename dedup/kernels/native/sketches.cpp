#include "sketches.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "arrays.h"
#include "hashing.h"

namespace dedup {

namespace {

nb::tuple shingle(In<uint64_t> keys, In<int64_t> offsets, std::size_t size) {
    check_offsets(offsets, keys.size());
    check_size(size);
    const std::size_t documents = offsets.size() - 1;
    auto result = make_column<uint64_t>(keys.size());
    auto bounds = make_column<int64_t>(documents + 1);
    std::size_t count = 0;
    {
        nb::gil_scoped_release released;
        const int64_t *at = offsets.data();
        Shingles shingles(size);
        bounds[0] = 0;
        for (std::size_t document = 0; document < documents; ++document) {
            shingles.begin(keys.data() + at[document], at[document + 1] - at[document]);
            const std::size_t own = shingles.left();
            shingles.read(result.get() + count, own);
            count += own;
            bounds[document + 1] = static_cast<int64_t>(count);
        }
    }
    return nb::make_tuple(hand_over(std::move(result), count), hand_over(std::move(bounds), documents + 1));
}

// Sorts hashes: they are spread evenly, so as many buckets as there are hashes leave one or two to a bucket.
class HashSorter {
public:
    // Writes to `sorted` what is in `hashes`, which must not overlap.
    void sort(const uint64_t *hashes, std::size_t count, uint64_t *sorted) {
        unsigned bits = 1;
        while (bits < MOST_BITS && count >> bits) ++bits;
        const unsigned shift = 64 - bits;
        ends_.assign((std::size_t{1} << bits) + 1, 0);
        for (std::size_t i = 0; i < count; ++i) ++ends_[(hashes[i] >> shift) + 1];
        for (std::size_t bucket = 1; bucket < ends_.size(); ++bucket) ends_[bucket] += ends_[bucket - 1];
        for (std::size_t i = 0; i < count; ++i) sorted[ends_[hashes[i] >> shift]++] = hashes[i];
        for (std::size_t bucket = 0, begin = 0; bucket + 1 < ends_.size(); begin = ends_[bucket++]) {
            sort_few(sorted + begin, sorted + ends_[bucket]);
        }
    }

private:
    static constexpr unsigned MOST_BITS = 11;  // their counts stay in the first-level cache
    static constexpr std::ptrdiff_t FEW = 16;

    static void sort_few(uint64_t *begin, uint64_t *end) {
        if (end - begin > FEW) return std::sort(begin, end);
        for (uint64_t *next = begin + 1; next < end; ++next) {
            const uint64_t hash = *next;
            uint64_t *at = next;
            for (; at > begin && hash < at[-1]; --at) *at = at[-1];
            *at = hash;
        }
    }

    std::vector<std::size_t> ends_;  // of buckets; before they are filled, where the one before begins
};

nb::tuple shingle_sets(In<uint64_t> keys, In<int64_t> offsets, std::size_t size) {
    check_offsets(offsets, keys.size());
    check_size(size);
    const std::size_t documents = offsets.size() - 1;
    auto result = make_column<uint64_t>(keys.size());
    auto bounds = make_column<int64_t>(documents + 1);
    uint64_t *end = result.get();
    {
        nb::gil_scoped_release released;
        const int64_t *at = offsets.data();
        Shingles shingles(size);
        HashSorter sorter;
        std::vector<uint64_t> unsorted;
        bounds[0] = 0;
        for (std::size_t document = 0; document < documents; ++document) {
            const uint64_t *own = keys.data() + at[document];
            const std::size_t tokens = at[document + 1] - at[document];
            uint64_t *const begin = end;
            shingles.begin(own, tokens);
            const std::size_t count = shingles.left();
            if (count) {
                unsorted.resize(count);
                shingles.read(unsorted.data(), count);
                sorter.sort(unsorted.data(), count, begin);
                end = std::unique(begin, begin + count);
            } else if (tokens) {
                *end++ = mix64(polynomial(own, tokens));
            }
            bounds[document + 1] = end - result.get();
        }
    }
    const std::size_t count = bounds[documents];
    return nb::make_tuple(hand_over(std::move(result), count), hand_over(std::move(bounds), documents + 1));
}

OutRows<uint32_t> document_signatures(In<uint64_t> keys, In<int64_t> offsets, std::size_t size,
                                      In<uint32_t> multipliers, In<uint32_t> increments) {
    check_offsets(offsets, keys.size());
    Signer signer(size, multipliers, increments);
    const std::size_t documents = offsets.size() - 1, permutations = signer.permutations();
    auto result = make_column<uint32_t>(documents * permutations);
    {
        nb::gil_scoped_release released;
        const int64_t *at = offsets.data();
        for (std::size_t document = 0; document < documents; ++document) {
            signer.sign(keys.data() + at[document], at[document + 1] - at[document],
                        result.get() + document * permutations);
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

Out<bool> fingerprint_starts(In<uint64_t> keys, In<int64_t> offsets, std::size_t size, std::size_t window) {
    check_offsets(offsets, keys.size());
    check_size(size);
    check_size(window);
    auto starts = make_column<bool>(keys.size());
    {
        nb::gil_scoped_release released;
        std::fill_n(starts.get(), keys.size(), false);
        const int64_t *at = offsets.data();
        Shingles shingles(size);
        std::vector<uint64_t> piece(PIECE + std::min(window, keys.size()));
        for (std::size_t document = 0; document + 1 < offsets.size(); ++document) {
            std::size_t begin = at[document];  // where the first shingle of the piece is
            shingles.begin(keys.data() + begin, at[document + 1] - begin);
            if (shingles.left() < window) continue;
            std::size_t held = 0;
            while (const std::size_t read = std::min(piece.size() - held, shingles.left())) {
                shingles.read(piece.data() + held, read);
                held += read;
                const std::size_t windows = held - window + 1;
                for (std::size_t first = 0; first < windows; ++first) {
                    starts[begin + last_least(piece.data(), first, window)] = true;
                }
                // Windows that begin here end in the next piece.
                std::memmove(piece.data(), piece.data() + windows, (window - 1) * sizeof(uint64_t));
                begin += windows;
                held = window - 1;
            }
        }
    }
    return hand_over(std::move(starts), keys.size());
}

}  // namespace

void bind_sketches(nb::module_ &module) {
    module.def("shingle", &shingle, nb::arg("keys"), nb::arg("offsets"), nb::arg("size"));
    module.def("shingle_sets", &shingle_sets, nb::arg("keys"), nb::arg("offsets"), nb::arg("size"));
    module.def("document_signatures", &document_signatures, nb::arg("keys"), nb::arg("offsets"), nb::arg("size"),
               nb::arg("multipliers"), nb::arg("increments"));
    module.def("band_keys", &band_keys, nb::arg("signatures"), nb::arg("rows"), nb::arg("bands"));
    module.def("fingerprint_starts", &fingerprint_starts, nb::arg("keys"), nb::arg("offsets"), nb::arg("size"),
               nb::arg("window"));
}

}  // namespace dedup
