// What may have come twice: two bits for each of many slots, which several things may share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dedup {

class Twice {
  public:
    // Begins anew, with so many slots or more: a power of two, of which `bits()` is the exponent.
    void begin(std::size_t slots) {
        bits_ = LEAST_BITS;
        while (bits_ < MOST_BITS && std::size_t{1} << bits_ < slots) ++bits_;
        words_.assign((std::size_t{1} << bits_) / SLOTS, 0);
    }

    unsigned bits() const { return bits_; }

    void add(std::size_t slot) {
        uint64_t &held = words_[slot / SLOTS];
        const uint64_t once = uint64_t{1} << slot % SLOTS * 2;
        held |= (held & once) << 1 | once;
    }
    bool once(std::size_t slot) const { return words_[slot / SLOTS] >> slot % SLOTS * 2 & 1; }
    bool twice(std::size_t slot) const { return words_[slot / SLOTS] >> slot % SLOTS * 2 & 2; }

  private:
    static constexpr std::size_t SLOTS = 32;  // in a word
    static constexpr unsigned LEAST_BITS = 6, MOST_BITS = 40;

    unsigned bits_ = LEAST_BITS;
    std::vector<uint64_t> words_;
};

}  // namespace dedup
