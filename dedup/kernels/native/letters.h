// How alike words are in their letters, as in reference/letters.py.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sequences.h"

namespace dedup {

constexpr uint32_t WORD_END = '\n';  // stands in no folded word
constexpr std::size_t MOST_LETTERS = 2000;

using Letters = std::vector<uint32_t>;

// The table of edit distances (Levenshtein 1965), row by row, 64 columns in a word (Myers 1999, Hyyro 2003).
class EditDistance {
public:
    std::size_t distance(const uint32_t *a, std::size_t n, const uint32_t *b, std::size_t m);

    enum Step : uint8_t { EQUAL, REPLACE, DELETE, INSERT };

    // The steps that lead from `a` to `b`, found going back from the end, where a deletion is preferred to an insertion
    // and both to a replacement; last step first. The sequences have no common beginning or end.
    const std::vector<Step> &steps_back(const Middle<uint32_t> &middle);

private:
    std::size_t fill(const uint32_t *a, std::size_t n, const uint32_t *b, std::size_t m, bool keep);

    struct Word {
        uint64_t up;    // columns at which the distance is one more than at the column before
        uint64_t down;  // one less
    };

    Places<uint32_t> places_;
    std::vector<uint64_t> equal_;
    std::vector<Word> row_;
    std::vector<Word> table_;
    std::vector<Step> steps_;
};

// Compares stretches of words; keeps its memory from call to call.
class LetterComparison {
public:
    bool alike(const Letters &a, const Letters &b);
    bool may_be_alike(const Letters &a, const Letters &b);
    std::pair<std::size_t, std::size_t> alike_prefix(const Letters &a, const Letters &b);

private:
    CommonSubsequence<uint32_t> subsequence_;
    EditDistance edits_;
};

}  // namespace dedup
