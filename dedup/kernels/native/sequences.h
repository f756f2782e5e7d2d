// Sequences of symbols (token keys, letters): where they agree, and longest common subsequences.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dedup {

// Equal symbols from `left` and `right` on.
struct Run {
    std::size_t left;
    std::size_t right;
    std::size_t size;
};

// The Indel similarity of two sequences of so many symbols together that share a subsequence of `shared`.
inline double indel_similarity(int64_t shared, int64_t both) {
    return 1.0 - static_cast<double>(both - 2 * shared) / static_cast<double>(both);
}

// Two sequences without what they have in common at the beginning and at the end.
template <typename Symbol>
struct Middle {
    Middle(const Symbol *left, std::size_t left_length, const Symbol *right, std::size_t right_length)
        : a(left), n(left_length), b(right), m(right_length) {
        while (prefix < std::min(n, m) && a[prefix] == b[prefix]) ++prefix;
        a += prefix, b += prefix, n -= prefix, m -= prefix;
        while (suffix < std::min(n, m) && a[n - 1 - suffix] == b[m - 1 - suffix]) ++suffix;
        n -= suffix, m -= suffix;
    }

    const Symbol *a;
    std::size_t n;
    const Symbol *b;
    std::size_t m;
    std::size_t prefix = 0;
    std::size_t suffix = 0;
};

// Where each symbol stands in a sequence, in ascending order: a hash table of first places, and from each place the next.
template <typename Symbol>
class Places {
public:
    static constexpr std::size_t END = SIZE_MAX - 1;  // beyond a symbol's last place

    void index(const Symbol *symbols, std::size_t count) {
        unsigned bits = 2;
        while ((std::size_t{1} << bits) < 2 * count) ++bits;
        shift_ = 64 - bits;
        table_.assign(std::size_t{1} << bits, {Symbol{}, FREE});
        next_.resize(count);
        for (std::size_t place = count; place-- > 0;) {
            Entry &entry = table_[find(symbols[place])];
            next_[place] = entry.first == FREE ? END : entry.first;
            entry = {symbols[place], place};
        }
    }

    // The first place of a symbol, END or more where it stands nowhere.
    std::size_t first(Symbol symbol) const { return table_[find(symbol)].first; }

    // The same, from `low` on; places before that are forgotten.
    std::size_t first_from(Symbol symbol, std::size_t low) {
        std::size_t &place = table_[find(symbol)].first;
        while (place < low) place = next_[place];
        return place;
    }

    std::size_t next(std::size_t place) const { return next_[place]; }

private:
    static constexpr std::size_t FREE = SIZE_MAX;

    struct Entry {
        Symbol symbol;
        std::size_t first;
    };

    std::size_t find(Symbol symbol) const {
        const uint64_t hash = static_cast<uint64_t>(symbol) * 0x9E3779B97F4A7C15ull;
        std::size_t at = static_cast<std::size_t>(hash >> shift_);
        while (table_[at].first != FREE && table_[at].symbol != symbol) at = (at + 1) & (table_.size() - 1);
        return at;
    }

    std::vector<Entry> table_;
    std::vector<std::size_t> next_;
    unsigned shift_ = 62;
};

// Longest common subsequences, row by row of the table, 64 columns in a word (Hyyro 2004, "Bit-parallel LCS-length
// computation revisited"). Bit i of a row is clear where the table grows from column i to the next. Only those words of
// a row are visited where a symbol stands or a carry arrives.
template <typename Symbol>
class CommonSubsequence {
public:
    // The length. That it is at least `known` spares the corners of the table that no such path enters.
    std::size_t length(const Symbol *a, std::size_t n, const Symbol *b, std::size_t m, std::size_t known = 0) {
        const Middle<Symbol> middle(a, n, b, m);
        const std::size_t outside = middle.prefix + middle.suffix;
        const std::size_t inside = known > outside ? std::min({known - outside, middle.n, middle.m}) : 0;
        const std::size_t found = outside + fill(middle, inside, false);
        return found >= known || !inside ? found : outside + fill(middle, 0, false);
    }

    // The equal runs of the subsequence that going back from the end finds when it prefers to leave out a symbol of `a`,
    // then one of `b`. The table takes n * m bits.
    const std::vector<Run> &runs(const Symbol *a, std::size_t n, const Symbol *b, std::size_t m) {
        const Middle<Symbol> middle(a, n, b, m);
        fill(middle, 0, true);
        runs_.clear();
        for (std::size_t k = 0; k < middle.suffix; ++k) prepend(n - 1 - k, m - 1 - k);
        std::size_t column = middle.n, row = middle.m;
        while (column && row) {
            if (!grows(row, column)) {
                --column;
            } else if (--row == 0 || !grows(row, column)) {
                --column;
                prepend(middle.prefix + column, middle.prefix + row);
            }
        }
        for (std::size_t k = middle.prefix; k-- > 0;) prepend(k, k);
        std::reverse(runs_.begin(), runs_.end());
        return runs_;
    }

private:
    std::size_t fill(const Middle<Symbol> &middle, std::size_t least, bool keep) {
        row_.assign((middle.n + 63) / 64, ~uint64_t{0});
        touched_ = 0;
        table_.clear();
        if (keep) table_.reserve(middle.m * row_.size());
        places_.index(middle.a, middle.n);
        for (std::size_t j = 0; j < middle.m; ++j) {
            const std::size_t spare = middle.m - least;  // symbols of b that such a path leaves out
            advance(places_.first_from(middle.b[j], j > spare ? j - spare : 0), j + (middle.n - least));
            if (keep) table_.insert(table_.end(), row_.begin(), row_.end());
        }
        std::size_t count = 0;
        for (const uint64_t word : row_) count += std::bitset<64>(~word).count();
        return count;
    }

    // Makes the next row; its symbol stands at `place` and further places up to `last`.
    void advance(std::size_t place, std::size_t last) {
        bool carry = false;
        std::size_t word = place / 64;
        while (carry ? word < row_.size() : place <= last && place < Places<Symbol>::END) {
            if (!carry) word = place / 64;
            uint64_t equal = 0;
            for (; place <= last && place / 64 == word; place = places_.next(place)) equal |= uint64_t{1} << place % 64;
            if (equal) touched_ = std::max(touched_, word + 1);
            const uint64_t before = row_[word], both = before & equal;
            const uint64_t sum = before + both, total = sum + carry;
            carry = sum < before || total < sum;
            row_[word] = total | (before - both);
            ++word;
            // A carry runs unchanged through what is all ones still.
            if (carry && word >= touched_) {
                if (place > last) return;
                word = place / 64;
            }
        }
    }

    bool grows(std::size_t row, std::size_t column) const {
        return !(table_[(row - 1) * row_.size() + (column - 1) / 64] >> (column - 1) % 64 & 1);
    }

    void prepend(std::size_t left, std::size_t right) {
        if (!runs_.empty() && runs_.back().left == left + 1 && runs_.back().right == right + 1) {
            runs_.back() = {left, right, runs_.back().size + 1};
        } else {
            runs_.push_back({left, right, 1});
        }
    }

    Places<Symbol> places_;
    std::vector<uint64_t> row_;
    std::size_t touched_ = 0;  // words of the row that may not be all ones
    std::vector<uint64_t> table_;
    std::vector<Run> runs_;
};

}  // namespace dedup
