#include "sketches.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "arrays.h"
#include "hashing.h"

namespace dedup {

namespace {

// Shingles that are worked on at once: they stay in the first-level cache through all permutations.
constexpr std::size_t PIECE = 1024;

void check_size(std::size_t size) {
    if (size == 0) throw nb::value_error("the size must be at least 1");
}

// The hashes of each `size` consecutive keys of one document after the other.
class Shingles {
public:
    explicit Shingles(std::size_t size) : size_(size) {
        uint64_t square = SHINGLE_MULTIPLIER;
        for (std::size_t bits = size; bits; bits >>= 1, square *= square) {
            if (bits & 1) leaving_ *= square;
        }
    }

    // Goes to a document's `count` keys.
    void begin(const uint64_t *keys, std::size_t count) {
        left_ = count < size_ ? 0 : count - size_ + 1;
        if (!left_) return;
        total_ = polynomial(keys, size_ - 1);
        last_ = 0;
        next_ = keys;
    }

    // How many are not read yet.
    std::size_t left() const { return left_; }

    // Reads the next `count`.
    void read(uint64_t *result, std::size_t count) {
        uint64_t total = total_, last = last_;  // in registers: for all that is known, `result` might change the members
        const uint64_t *entering = next_ + (size_ - 1);
        for (std::size_t i = 0; i < count; ++i) {
            total = total * SHINGLE_MULTIPLIER + (entering[i] - last * leaving_);
            last = next_[i];
            result[i] = mix64(total);
        }
        total_ = total;
        last_ = last;
        next_ += count;
        left_ -= count;
    }

private:
    std::size_t size_;
    uint64_t leaving_ = 1;  // the factor that a key has when its window has passed
    uint64_t total_ = 0;    // polynomial of the window before
    uint64_t last_ = 0;     // the key that leaves it
    const uint64_t *next_ = nullptr;
    std::size_t left_ = 0;
};

// The signature of one document after the other.
class Signature {
public:
    Signature(const In<uint32_t> &multipliers, const In<uint32_t> &increments)
        : permutations_(multipliers.size()),
          padded_((permutations_ + PERMUTATION_STEP - 1) / PERMUTATION_STEP * PERMUTATION_STEP),
          multipliers_(padded_),
          increments_(padded_),
          least_(padded_) {
        if (increments.size() != permutations_) throw nb::value_error("as many increments as multipliers are needed");
        std::copy_n(multipliers.data(), permutations_, multipliers_.begin());
        std::copy_n(increments.data(), permutations_, increments_.begin());
    }

    std::size_t permutations() const { return permutations_; }

    void begin() { std::fill(least_.begin(), least_.end(), 0xFFFFFFFFu); }

    // Adds shingles of the document.
    void add(const uint64_t *shingles, std::size_t count) {
        static const LowerMinima lower_minima = choose_lower_minima();
        uint32_t elements[PIECE];
        for (std::size_t first = 0; first < count; first += PIECE) {
            const std::size_t some = std::min(PIECE, count - first);
            for (std::size_t i = 0; i < some; ++i) elements[i] = fmix32(static_cast<uint32_t>(shingles[first + i] >> 32));
            lower_minima(elements, some, multipliers_.data(), increments_.data(), padded_, least_.data());
        }
    }

    void write(uint32_t *result) const { std::copy_n(least_.begin(), permutations_, result); }

private:
    std::size_t permutations_;
    std::size_t padded_;
    std::vector<uint32_t> multipliers_, increments_, least_;
};

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

OutRows<uint32_t> document_signatures(In<uint64_t> keys, In<int64_t> offsets, std::size_t size,
                                      In<uint32_t> multipliers, In<uint32_t> increments) {
    check_offsets(offsets, keys.size());
    check_size(size);
    Signature signature(multipliers, increments);
    const std::size_t documents = offsets.size() - 1, permutations = signature.permutations();
    auto result = make_column<uint32_t>(documents * permutations);
    {
        nb::gil_scoped_release released;
        const int64_t *at = offsets.data();
        Shingles shingles(size);
        uint64_t piece[PIECE];
        for (std::size_t document = 0; document < documents; ++document) {
            const uint64_t *own = keys.data() + at[document];
            const std::size_t tokens = at[document + 1] - at[document];
            signature.begin();
            shingles.begin(own, tokens);
            while (const std::size_t count = std::min(PIECE, shingles.left())) {
                shingles.read(piece, count);
                signature.add(piece, count);
            }
            if (tokens && tokens < size) {
                const uint64_t whole = mix64(polynomial(own, tokens));
                signature.add(&whole, 1);
            }
            signature.write(result.get() + document * permutations);
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

nb::tuple fingerprints(In<uint64_t> keys, In<int64_t> offsets, std::size_t size, std::size_t window) {
    check_offsets(offsets, keys.size());
    check_size(size);
    check_size(window);
    auto hashes = make_column<uint64_t>(keys.size());
    auto places = make_column<int64_t>(keys.size());
    std::size_t count = 0;
    {
        nb::gil_scoped_release released;
        const int64_t *at = offsets.data();
        Shingles shingles(size);
        std::vector<uint64_t> piece(PIECE + std::min(window, keys.size()));
        for (std::size_t document = 0; document + 1 < offsets.size(); ++document) {
            std::size_t begin = at[document];  // where the first shingle of the piece is
            shingles.begin(keys.data() + begin, at[document + 1] - begin);
            if (shingles.left() < window) continue;
            std::size_t held = 0, newest = SIZE_MAX;
            while (const std::size_t read = std::min(piece.size() - held, shingles.left())) {
                shingles.read(piece.data() + held, read);
                held += read;
                const std::size_t windows = held - window + 1;
                for (std::size_t first = 0; first < windows; ++first) {
                    const std::size_t least = last_least(piece.data(), first, window);
                    hashes[count] = piece[least];  // overwritten by the next, unless it is a new one
                    places[count] = static_cast<int64_t>(begin + least);
                    count += begin + least != newest;
                    newest = begin + least;
                }
                // Windows that begin here end in the next piece.
                std::memmove(piece.data(), piece.data() + windows, (window - 1) * sizeof(uint64_t));
                begin += windows;
                held = window - 1;
            }
        }
    }
    return nb::make_tuple(hand_over(std::move(hashes), count), hand_over(std::move(places), count));
}

}  // namespace

void bind_sketches(nb::module_ &module) {
    module.def("shingle", &shingle, nb::arg("keys"), nb::arg("offsets"), nb::arg("size"));
    module.def("document_signatures", &document_signatures, nb::arg("keys"), nb::arg("offsets"), nb::arg("size"),
               nb::arg("multipliers"), nb::arg("increments"));
    module.def("band_keys", &band_keys, nb::arg("signatures"), nb::arg("rows"), nb::arg("bands"));
    module.def("fingerprints", &fingerprints, nb::arg("keys"), nb::arg("offsets"), nb::arg("size"), nb::arg("window"));
}

}  // namespace dedup
