// Local alignment at one end of an alignment, as in reference/extension.py.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace dedup {

constexpr int SCORE = 4;    // units a word
constexpr int WINDOW = 16;  // tokens of either side that are looked at together

struct Extension {
    int64_t gain = 0;
    int64_t left = 0;  // tokens taken
    int64_t right = 0;
};

// Whether an alignment of two windows can gain anything: only if the first tokens are equal, or two in a row are. (After
// a skipped token, a single equal one costs as much as it brings.)
inline bool may_gain(const uint64_t *left, int n, const uint64_t *right, int m, int direction) {
    if (n > 0 && m > 0 && *left == *right) return true;
    // Most windows share nothing, and few of their tokens a bit of this set.
    constexpr unsigned WORDS = 64;
    std::array<uint64_t, WORDS> seen{};
    const auto bits = [direction](const uint64_t *two) { return two[0] >> 32 ^ two[direction] >> 40; };
    for (int j = 0; j + 1 < m; ++j) {
        const uint64_t two = bits(right + direction * j);
        seen[two / 64 % WORDS] |= uint64_t{1} << two % 64;
    }
    for (int i = 0; i + 1 < n; ++i) {
        const uint64_t *at = left + direction * i;
        const uint64_t two = bits(at);
        if (!(seen[two / 64 % WORDS] >> two % 64 & 1)) continue;
        for (int j = 0; j + 1 < m; ++j) {
            const uint64_t *other = right + direction * j;
            if (at[0] == other[0] && at[direction] == other[direction]) return true;
        }
    }
    return false;
}

// The best local alignment from the origin of two windows of `n` and `m` tokens, at most 16, going on in `direction`.
// Of several, the one with the fewest tokens, and of those the one with the fewest on the left.
inline Extension best_cell(const uint64_t *left, int n, const uint64_t *right, int m, int direction) {
    constexpr int LOW = -10000, HALF = SCORE / 2;
    // A row of the table: the best that ends in an equal token (`run`) and the best of all others (`gap`).
    struct Cell {
        int run, gap;
        int top() const { return std::max(run, gap); }
    };
    std::array<Cell, WINDOW + 1> row;
    row[0] = {0, LOW};
    for (int j = 1; j <= m; ++j) row[j] = {LOW, row[j - 1].top() - HALF};
    int best = 0, best_i = 0, best_j = 0;
    for (int i = 1; i <= n; ++i) {
        const uint64_t key = left[direction * (i - 1)];
        Cell diagonal = row[0];
        row[0] = {LOW, row[0].top() - HALF};
        for (int j = 1; j <= m; ++j) {
            const Cell above = row[j];
            Cell &cell = row[j];
            cell.gap = std::max({above.top(), row[j - 1].top(), diagonal.top()}) - HALF;
            cell.run = LOW;
            if (key == right[direction * (j - 1)] && key != 0) {
                cell.run = std::max(diagonal.run + SCORE, diagonal.gap + HALF);
                if (cell.run > best || (cell.run == best && best && i + j < best_i + best_j)) {
                    best = cell.run, best_i = i, best_j = j;
                }
            }
            diagonal = above;
        }
    }
    return {best, best_i, best_j};
}

// One step of `extend_end`: over at most as many tokens as are looked at together.
inline Extension extend_once(const uint64_t *left, const uint64_t *right, int64_t left_room, int64_t right_room,
                             int direction) {
    const auto n = static_cast<int>(std::min<int64_t>(left_room, WINDOW));
    const auto m = static_cast<int>(std::min<int64_t>(right_room, WINDOW));
    if (!may_gain(left, n, right, m, direction)) return {};
    return best_cell(left, n, right, m, direction);
}

// Extends from the tokens at `left` and `right` on, over at most so many tokens, all of which must be there.
inline Extension extend_end(const uint64_t *left, const uint64_t *right, int64_t left_room, int64_t right_room,
                            int direction) {
    Extension total;
    while (true) {
        const Extension step = extend_once(left + direction * total.left, right + direction * total.right,
                                           left_room - total.left, right_room - total.right, direction);
        if (!step.gain) return total;
        total = {total.gain + step.gain, total.left + step.left, total.right + step.right};
    }
}

}  // namespace dedup
