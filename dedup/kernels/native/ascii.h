// ASCII letters and digits, 64 bytes at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(_MSC_VER)
#include <intrin.h>
#endif
#if defined(__SSE2__) || defined(_M_X64)
#define DEDUP_SSE2
#include <emmintrin.h>
#endif

namespace dedup {

constexpr uint64_t each_byte(uint64_t value) { return value * 0x0101010101010101ull; }

// Setting this bit makes letters lower-case and leaves digits as they are.
constexpr uint64_t LOWER = each_byte(0x20);

// Compilers make one load of this.
inline uint64_t load(const uint8_t *bytes) {
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value |= static_cast<uint64_t>(bytes[i]) << 8 * i;
    return value;
}

inline unsigned lowest_bit(uint64_t bits) {
#if defined(_MSC_VER) && (defined(_M_X64) || defined(_M_ARM64))
    unsigned long place;
    _BitScanForward64(&place, bits);
    return place;
#elif defined(__GNUC__)
    return static_cast<unsigned>(__builtin_ctzll(bits));
#else
    unsigned place = 0;
    for (; !(bits & 1); bits >>= 1) ++place;
    return place;
#endif
}

inline unsigned count_bits(uint64_t bits) {
    bits -= (bits >> 1) & each_byte(0x55);
    bits = (bits & each_byte(0x33)) + ((bits >> 2) & each_byte(0x33));
    return static_cast<unsigned>((((bits + (bits >> 4)) & each_byte(0x0F)) * each_byte(1)) >> 56);
}

// What 64 bytes are.
struct Classes {
    uint64_t word = 0;  // a bit for each byte: ASCII letter or digit
    uint64_t wide = 0;  // not ASCII
};

#if defined(DEDUP_SSE2)

inline Classes classify(const uint8_t *bytes) {
    // Whether each byte is one of `count` values from `first` on.
    const auto within = [](__m128i value, char first, char count) {
        const __m128i from = _mm_sub_epi8(value, _mm_set1_epi8(first));
        return _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8(count - 1)), from);
    };
    Classes result;
    for (int i = 0; i < 4; ++i) {
        const __m128i value = _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes) + i);
        const __m128i letter = within(_mm_or_si128(value, _mm_set1_epi8(0x20)), 'a', 26);
        const __m128i word = _mm_or_si128(letter, within(value, '0', 10));
        result.word |= static_cast<uint64_t>(static_cast<uint16_t>(_mm_movemask_epi8(word))) << 16 * i;
        result.wide |= static_cast<uint64_t>(static_cast<uint16_t>(_mm_movemask_epi8(value))) << 16 * i;
    }
    return result;
}

#else

// The highest bit of each byte, in order.
inline uint64_t pack(uint64_t value) { return ((value & each_byte(0x80)) >> 7) * 0x0102040810204080ull >> 56; }

inline Classes classify(const uint8_t *bytes) {
    Classes result;
    for (int i = 0; i < 8; ++i) {
        const uint64_t value = load(bytes + 8 * i);
        const uint64_t low = value & each_byte(0x7F);
        const uint64_t lower = low | LOWER;
        // In each byte the sum reaches 0x80 where the byte is at least 'a', and more than 'z'; the same for digits.
        const uint64_t letter = (lower + each_byte(0x80 - 'a')) & ~(lower + each_byte(0x7F - 'z'));
        const uint64_t digit = (low + each_byte(0x80 - '0')) & ~(low + each_byte(0x7F - '9'));
        result.word |= pack((letter | digit) & ~value) << 8 * i;
        result.wide |= pack(value) << 8 * i;
    }
    return result;
}

#endif

// The same of as many bytes as there are, and zeros.
inline Classes classify(const uint8_t *bytes, std::size_t left) {
    if (left >= 64) return classify(bytes);
    uint8_t padded[64] = {};
    std::memcpy(padded, bytes, left);
    return classify(padded);
}

}  // namespace dedup
