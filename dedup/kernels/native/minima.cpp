// The loop that most of a signature's time goes into, in as many lanes as the processor has.
#include <algorithm>
#include <cstring>

#include "sketches.h"

namespace dedup {

namespace {

#if defined(__GNUC__)

// Vectors of the compiler's own: what the target has no instruction for becomes several narrower ones.
typedef uint32_t Lanes4 __attribute__((vector_size(16)));
typedef uint32_t Lanes8 __attribute__((vector_size(32)));
typedef uint32_t Lanes16 __attribute__((vector_size(64)));

// COUNT vectors of permutations stay in registers, with their minima, while the elements go by.
template <typename Lanes, std::size_t COUNT>
__attribute__((always_inline)) inline void lower(const uint32_t *elements, std::size_t count,
                                                 const uint32_t *multipliers, const uint32_t *increments,
                                                 std::size_t permutations, uint32_t *least) {
    constexpr std::size_t STEP = COUNT * sizeof(Lanes) / sizeof(uint32_t);
    static_assert(PERMUTATION_STEP % STEP == 0, "the number of permutations is a multiple of the step");
    for (std::size_t first = 0; first < permutations; first += STEP) {
        Lanes a[COUNT], b[COUNT], low[COUNT];
        std::memcpy(a, multipliers + first, sizeof a);
        std::memcpy(b, increments + first, sizeof b);
        std::memcpy(low, least + first, sizeof low);
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t k = 0; k < COUNT; ++k) {
                const Lanes value = a[k] * elements[i] + b[k];
                low[k] = value < low[k] ? value : low[k];
            }
        }
        std::memcpy(least + first, low, sizeof low);
    }
}

void lower_baseline(const uint32_t *elements, std::size_t count, const uint32_t *multipliers,
                    const uint32_t *increments, std::size_t permutations, uint32_t *least) {
    lower<Lanes4, 4>(elements, count, multipliers, increments, permutations, least);
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) void lower_avx2(const uint32_t *elements, std::size_t count,
                                                const uint32_t *multipliers, const uint32_t *increments,
                                                std::size_t permutations, uint32_t *least) {
    lower<Lanes8, 4>(elements, count, multipliers, increments, permutations, least);
}

__attribute__((target("avx512f"))) void lower_avx512(const uint32_t *elements, std::size_t count,
                                                     const uint32_t *multipliers, const uint32_t *increments,
                                                     std::size_t permutations, uint32_t *least) {
    lower<Lanes16, 2>(elements, count, multipliers, increments, permutations, least);
}

#endif

#else

void lower_baseline(const uint32_t *elements, std::size_t count, const uint32_t *multipliers,
                    const uint32_t *increments, std::size_t permutations, uint32_t *least) {
    for (std::size_t k = 0; k < permutations; ++k) {
        uint32_t low = least[k];
        for (std::size_t i = 0; i < count; ++i) low = std::min(low, multipliers[k] * elements[i] + increments[k]);
        least[k] = low;
    }
}

#endif

}  // namespace

LowerMinima choose_lower_minima() {
#if defined(__GNUC__) && defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return lower_avx512;
    if (__builtin_cpu_supports("avx2")) return lower_avx2;
#endif
    return lower_baseline;
}

}  // namespace dedup
