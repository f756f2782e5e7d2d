#include "letters.h"

#include <algorithm>

#include "arrays.h"

namespace dedup {

namespace {

constexpr int64_t LEAST_GAIN = 3;

// The prefix of two texts that counts most, as steps from text to text pass by.
class BestPrefix {
public:
    BestPrefix(const Letters &a, const Letters &b) : a_(a), b_(b) {}

    void equal(std::size_t letters) { run_ += letters; }

    void edit(bool on_a, bool on_b) {
        close();
        i_ += on_a;
        j_ += on_b;
        total_ -= 2;
    }

    std::pair<std::size_t, std::size_t> words() {
        close();
        const auto count = [](const Letters &text, std::size_t end) {
            const auto begin = text.begin();
            return static_cast<std::size_t>(std::count(begin, begin + static_cast<std::ptrdiff_t>(end), WORD_END));
        };
        return {count(a_, best_i_), count(b_, best_j_)};
    }

private:
    // The prefix may end with the last word that ends within an equal run.
    void close() {
        std::size_t size = run_;
        while (size && a_[i_ + size - 1] != WORD_END) --size;
        if (size && total_ + static_cast<int64_t>(size) - 1 > best_) {
            best_ = total_ + static_cast<int64_t>(size) - 1;
            best_i_ = i_ + size;
            best_j_ = j_ + size;
        }
        i_ += run_;
        j_ += run_;
        total_ += static_cast<int64_t>(run_);
        run_ = 0;
    }

    const Letters &a_;
    const Letters &b_;
    std::size_t i_ = 0, j_ = 0, run_ = 0;
    int64_t total_ = 0, best_ = LEAST_GAIN - 1;
    std::size_t best_i_ = 0, best_j_ = 0;
};

}  // namespace

std::size_t EditDistance::distance(const uint32_t *a, std::size_t n, const uint32_t *b, std::size_t m) {
    return n && m ? fill(a, n, b, m, false) : n + m;
}

std::size_t EditDistance::fill(const uint32_t *a, std::size_t n, const uint32_t *b, std::size_t m, bool keep) {
    const std::size_t words = (n + 63) / 64;
    const uint64_t last = uint64_t{1} << (n - 1) % 64;
    row_.assign(words, {~uint64_t{0}, 0});
    equal_.assign(words, 0);
    table_.clear();
    if (keep) table_.reserve(words * m);
    places_.index(a, n);
    std::size_t distance = n;
    for (std::size_t j = 0; j < m; ++j) {
        for (std::size_t i = places_.first(b[j]); i < n; i = places_.next(i)) equal_[i / 64] |= uint64_t{1} << i % 64;
        // From row to row: columns at which the distance grows, and at which it falls. In the first column it grows.
        uint64_t grows_before = 1, falls_before = 0;
        for (std::size_t k = 0; k < words; ++k) {
            auto &[up, down] = row_[k];
            const uint64_t equal = equal_[k] | falls_before;
            const uint64_t same = (((equal & up) + up) ^ up) | equal | down;  // as at the diagonal predecessor
            uint64_t grows = down | ~(same | up), falls = same & up;
            if (k + 1 == words) distance = distance + ((grows & last) != 0) - ((falls & last) != 0);
            const uint64_t grows_carry = grows >> 63, falls_carry = falls >> 63;
            grows = grows << 1 | grows_before;
            falls = falls << 1 | falls_before;
            up = falls | ~(same | grows);
            down = grows & same;
            grows_before = grows_carry;
            falls_before = falls_carry;
            equal_[k] = 0;
        }
        if (keep) table_.insert(table_.end(), row_.begin(), row_.end());
    }
    return distance;
}

const std::vector<EditDistance::Step> &EditDistance::steps_back(const Middle<uint32_t> &middle) {
    steps_.clear();
    std::size_t column = middle.n, row = middle.m;
    if (column && row) fill(middle.a, column, middle.b, row, true);
    const auto at = [&](std::size_t j, std::size_t i) { return table_[(j - 1) * row_.size() + (i - 1) / 64]; };
    while (column && row) {
        if (at(row, column).up >> (column - 1) % 64 & 1) {
            --column;
            steps_.push_back(DELETE);
        } else if (--row && at(row, column).down >> (column - 1) % 64 & 1) {
            steps_.push_back(INSERT);
        } else {
            --column;
            steps_.push_back(middle.a[column] == middle.b[row] ? EQUAL : REPLACE);
        }
    }
    steps_.insert(steps_.end(), column, DELETE);
    steps_.insert(steps_.end(), row, INSERT);
    return steps_;
}

bool LetterComparison::alike(const Letters &a, const Letters &b) {
    const std::size_t both = a.size() + b.size();
    if (std::max(a.size(), b.size()) > MOST_LETTERS) return false;
    // Six tenths of all letters are in the common subsequence, which is no longer than the shorter.
    if (10 * std::min(a.size(), b.size()) < 3 * both) return false;
    return 10 * subsequence_.length(a.data(), a.size(), b.data(), b.size()) >= 3 * both;
}

bool LetterComparison::may_be_alike(const Letters &a, const Letters &b) {
    const std::size_t length = std::min({a.size(), b.size(), MOST_LETTERS});
    return 2 * edits_.distance(a.data(), length, b.data(), length) <= length;
}

std::pair<std::size_t, std::size_t> LetterComparison::alike_prefix(const Letters &a, const Letters &b) {
    const std::size_t n = std::min(a.size(), MOST_LETTERS), m = std::min(b.size(), MOST_LETTERS);
    const Middle<uint32_t> middle(a.data(), n, b.data(), m);
    const auto &steps = edits_.steps_back(middle);
    BestPrefix prefix(a, b);
    prefix.equal(middle.prefix);
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        if (*step == EditDistance::EQUAL) {
            prefix.equal(1);
        } else {
            prefix.edit(*step != EditDistance::INSERT, *step != EditDistance::DELETE);
        }
    }
    prefix.equal(middle.suffix);
    return prefix.words();
}

namespace {

Letters letters(const In<uint32_t> &text) { return Letters(text.data(), text.data() + text.size()); }

}  // namespace

void bind_letters(nb::module_ &module) {
    module.def("alike", [](In<uint32_t> a, In<uint32_t> b) { return LetterComparison().alike(letters(a), letters(b)); });
    module.def("may_be_alike", [](In<uint32_t> a, In<uint32_t> b) {
        return LetterComparison().may_be_alike(letters(a), letters(b));
    });
    module.def("alike_prefix", [](In<uint32_t> a, In<uint32_t> b) {
        return LetterComparison().alike_prefix(letters(a), letters(b));
    });
}

}  // namespace dedup
