// How stretches of words are aligned and scored, as in reference/alignment.py.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "letters.h"
#include "sequences.h"
#include "texts.h"

namespace dedup {

// What gaps of 0, 1, ... words cost: those with nothing opposite, and those with other words.
struct GapCosts {
    std::vector<int64_t> skipped;
    std::vector<int64_t> replaced;
};

// The places [begin, end) of one side.
struct Range {
    int64_t begin;
    int64_t end;
    int64_t size() const { return end - begin; }
};

// Scores two aligned ranges of places; keeps its memory from call to call.
class WordScorer {
public:
    WordScorer(const uint64_t *keys, const Texts &texts, const GapCosts &costs)
        : keys_(keys), texts_(texts), costs_(costs) {}

    int64_t score(Range left, Range right);

private:
    int64_t score_gap(Range left, Range right);

    const uint64_t *keys_;
    const Texts &texts_;
    const GapCosts &costs_;
    CommonSubsequence<uint64_t> subsequence_;
    LetterComparison comparison_;
    Letters left_letters_, right_letters_;
};

// left, left end, right, right end, score, equal words
using Stretch = std::array<int64_t, 6>;

// Cuts chains where the words between two runs cost more than what follows is worth.
class ChainCutter {
public:
    explicit ChainCutter(WordScorer &scorer) : scorer_(scorer) {}

    // Appends the stretches of one chain of `count` runs.
    void cut(const int64_t *left, const int64_t *right, const int64_t *length, std::size_t count,
             std::vector<Stretch> &stretches);

private:
    struct Span {
        Range left, right;
    };
    struct Best {
        int64_t score;
        std::size_t begin, end;  // first and last run
    };

    void begin(Span span);
    void emit(std::vector<Stretch> &stretches);
    Best best(std::size_t first, std::size_t last) const;
    static int64_t worth(const Span &span);

    WordScorer &scorer_;
    std::vector<Span> spans_;
    std::vector<int64_t> holes_;  // what the words before each span count
    std::vector<std::array<std::size_t, 2>> waiting_;
};

// Moves one end of alignments outwards over edited and misread words; keeps its memory from call to call.
class EndGrower {
public:
    EndGrower(const uint64_t *keys, const Texts &texts, int direction)
        : keys_(keys), texts_(texts), direction_(direction) {}

    struct End {
        int64_t left, right, left_room, right_room, score;
    };

    void grow(End &end);

private:
    bool grow_over_letters(End &end);
    void letters_ahead(int64_t place, int64_t room, int64_t most, bool word_ends, Letters &letters) const;
    void take(End &end, int64_t left, int64_t right) const;

    const uint64_t *keys_;
    const Texts &texts_;
    int direction_;
    LetterComparison comparison_;
    Letters left_letters_, right_letters_;
};

}  // namespace dedup
