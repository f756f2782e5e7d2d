// Sorting by whole numbers, digit by digit from the lowest (LSD radix sort): stable, and linear.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dedup {

// The number of bits that a value takes.
inline unsigned bit_width(uint64_t value) {
    unsigned bits = 0;
    for (; value; value >>= 1) ++bits;
    return bits;
}

// Sorts items by the lowest `bits` of `key(item)`, all higher ones being equal. `scratch` is of the same size after it.
template <typename Item, typename Key>
void radix_sort(std::vector<Item> &items, std::vector<Item> &scratch, unsigned bits, Key key) {
    constexpr unsigned MOST = 11;  // places for 2048 digits stay in the first-level cache
    const unsigned passes = (bits + MOST - 1) / MOST;
    scratch.resize(items.size());
    for (unsigned pass = 0, shift = 0; pass < passes; ++pass) {
        const unsigned width = (bits - shift) / (passes - pass);
        const auto digit = [=](const Item &item) {
            return static_cast<std::size_t>(key(item) >> shift) & ((std::size_t{1} << width) - 1);
        };
        std::array<std::size_t, std::size_t{1} << MOST> at{};
        for (const Item &item : items) ++at[digit(item)];
        std::size_t total = 0;
        for (std::size_t i = 0; i < std::size_t{1} << width; ++i) {
            const std::size_t count = at[i];
            at[i] = total;
            total += count;
        }
        for (const Item &item : items) scratch[at[digit(item)]++] = item;
        items.swap(scratch);
        shift += width;
    }
}

}  // namespace dedup
