// Tokens to shingles, signatures, bands and fingerprints, as in reference/sketches.py.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "arrays.h"
#include "hashing.h"

namespace dedup {

// Lowers each of `permutations` values in `least` to the minimum of a * element + b over some elements. The number of
// permutations is a multiple of PERMUTATION_STEP.
constexpr std::size_t PERMUTATION_STEP = 32;
using LowerMinima = void (*)(const uint32_t *elements, std::size_t count, const uint32_t *multipliers,
                             const uint32_t *increments, std::size_t permutations, uint32_t *least);

// The fastest way this processor has.
LowerMinima choose_lower_minima();

// Shingles that are worked on at once: they stay in the first-level cache through all permutations.
constexpr std::size_t PIECE = 1024;

inline void check_size(std::size_t size) {
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

// Makes the signatures of documents, of their shingles of `size` tokens.
class Signer {
public:
    Signer(std::size_t size, const In<uint32_t> &multipliers, const In<uint32_t> &increments)
        : size_(size),
          shingles_(size),
          permutations_(multipliers.size()),
          padded_((permutations_ + PERMUTATION_STEP - 1) / PERMUTATION_STEP * PERMUTATION_STEP),
          multipliers_(padded_),
          increments_(padded_),
          least_(padded_) {
        check_size(size);
        if (increments.size() != permutations_) throw nb::value_error("as many increments as multipliers are needed");
        std::copy_n(multipliers.data(), permutations_, multipliers_.begin());
        std::copy_n(increments.data(), permutations_, increments_.begin());
    }

    std::size_t permutations() const { return permutations_; }

    // Writes the signature of a document with these keys; one of fewer than `size` has one shingle, of all its tokens.
    void sign(const uint64_t *keys, std::size_t tokens, uint32_t *result) {
        begin();
        read(keys, tokens);
        end(keys, tokens, result);
    }

    // The same of keys that come one piece after the other: each must begin with the last `size` - 1 before it, or with
    // all if there are fewer.
    void begin() { std::fill(least_.begin(), least_.end(), 0xFFFFFFFFu); }

    void read(const uint64_t *keys, std::size_t tokens) {
        uint64_t piece[PIECE];
        shingles_.begin(keys, tokens);
        while (const std::size_t count = std::min(PIECE, shingles_.left())) {
            shingles_.read(piece, count);
            add(piece, count);
        }
    }

    // `keys` are all if there are fewer than `size`.
    void end(const uint64_t *keys, std::size_t tokens, uint32_t *result) {
        if (tokens && tokens < size_) {
            const uint64_t whole = mix64(polynomial(keys, tokens));
            add(&whole, 1);
        }
        std::copy_n(least_.begin(), permutations_, result);
    }

private:
    // Adds up to PIECE shingles.
    void add(const uint64_t *shingles, std::size_t count) {
        uint32_t elements[PIECE];
        for (std::size_t i = 0; i < count; ++i) elements[i] = fmix32(static_cast<uint32_t>(shingles[i] >> 32));
        lower_minima_(elements, count, multipliers_.data(), increments_.data(), padded_, least_.data());
    }

    std::size_t size_;
    Shingles shingles_;
    std::size_t permutations_;
    std::size_t padded_;
    std::vector<uint32_t> multipliers_, increments_, least_;
    LowerMinima lower_minima_ = choose_lower_minima();
};

}  // namespace dedup
