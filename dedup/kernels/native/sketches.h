// Tokens to shingles, signatures, bands and fingerprints, as in reference/sketches.py.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dedup {

// Lowers each of `permutations` values in `least` to the minimum of a * element + b over some elements. The number of
// permutations is a multiple of PERMUTATION_STEP.
constexpr std::size_t PERMUTATION_STEP = 32;
using LowerMinima = void (*)(const uint32_t *elements, std::size_t count, const uint32_t *multipliers,
                             const uint32_t *increments, std::size_t permutations, uint32_t *least);

// The fastest way this processor has.
LowerMinima choose_lower_minima();

}  // namespace dedup
