// Hashes of integers, as in reference/hashing.py.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dedup {

constexpr uint64_t SHINGLE_MULTIPLIER = 0xE7037ED1A0B428DBull;

inline uint64_t mix64(uint64_t value) {
    value ^= value >> 33;
    value *= 0xFF51AFD7ED558CCDull;
    value ^= value >> 33;
    value *= 0xC4CEB9FE1A85EC53ull;
    value ^= value >> 33;
    return value;
}

inline uint32_t fmix32(uint32_t value) {
    value ^= value >> 16;
    value *= 0x85EBCA6Bu;
    value ^= value >> 13;
    value *= 0xC2B2AE35u;
    value ^= value >> 16;
    return value;
}

// A polynomial in SHINGLE_MULTIPLIER with the values as coefficients, the first one's power being the highest.
template <typename T>
uint64_t polynomial(const T *values, std::size_t count) {
    uint64_t total = 0;
    for (std::size_t i = 0; i < count; ++i) total = total * SHINGLE_MULTIPLIER + values[i];
    return total;
}

}  // namespace dedup
