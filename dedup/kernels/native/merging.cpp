// Pieces joined to pairs, as in reference/merging.py.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "alignment.h"
#include "arrays.h"
#include "extension.h"
#include "long_runs.h"
#include "sequences.h"
#include "tokens.h"

namespace dedup {

namespace {

std::size_t size(const Range &range) { return static_cast<std::size_t>(range.size()); }

// Rounds down, as Python does.
int64_t floor_divide(int64_t value, int64_t divisor) {
    return value / divisor - (value % divisor != 0 && (value < 0) != (divisor < 0));
}

struct Piece {
    int64_t left, left_end, right, right_end, score, equal;
    bool reordered;

    Range side(int which) const { return which ? Range{right, right_end} : Range{left, left_end}; }
    auto values() const { return std::tie(left, left_end, right, right_end, score, equal, reordered); }
    bool operator<(const Piece &other) const { return values() < other.values(); }
};

using Pieces = std::vector<Piece>;

struct Limits {
    int64_t words;  // twice the words of the shortest passage
    int64_t score;
    double similarity;
    int64_t skip;        // longest stretch over which pieces that follow each other closely on one side are joined
    int64_t near;        // words between two pieces over which they are joined whatever their order
    int64_t close;       // words on one side over which they are joined although a stretch is left out on the other
    int64_t recent;      // pieces before it with which one is compared
    int64_t longest;     // words of the longest sequences that are compared as a whole
    double reordered_gain;
};

struct Accepted {
    Range left, right;
    double similarity;
    bool reordered;
};

class Merger {
public:
    Merger(In<uint64_t> keys, const Texts &texts, const GapCosts &costs, const Limits &limits, nb::object runs_between)
        : keys_(keys.data()),
          limits_(limits),
          runs_between_(std::move(runs_between)),
          scorer_(keys.data(), texts, costs) {}

    // Joins the pieces of one pair of documents, sorted by place, and keeps what is a passage.
    void merge(Pieces &pieces, std::vector<Accepted> &accepted) {
        for (Piece &piece : pieces) piece.equal = shared(piece);
        if (pieces.size() > 1) {
            join_reordered(pieces);
            join(pieces);
        }
        for (const Piece &piece : pieces) accept(piece, accepted);
    }

private:
    // How many words the sides of a piece share; no more than are known to be equal for very long ones.
    int64_t shared(const Piece &piece) {
        const Range a = piece.side(0), b = piece.side(1);
        if (piece.equal == std::max(a.size(), b.size()) || a.size() > limits_.longest) return piece.equal;
        return common(a, b);
    }

    int64_t common(Range a, Range b) {
        return static_cast<int64_t>(subsequence_.length(keys_ + a.begin, size(a), keys_ + b.begin, size(b)));
    }

    int64_t common_sorted(Range a, Range b) {
        sort_keys(a, sorted_left_);
        sort_keys(b, sorted_right_);
        return static_cast<int64_t>(subsequence_.length(sorted_left_.data(), sorted_left_.size(), sorted_right_.data(),
                                                        sorted_right_.size()));
    }

    void sort_keys(Range range, std::vector<uint64_t> &sorted) const {
        sorted.assign(keys_ + range.begin, keys_ + range.end);
        std::sort(sorted.begin(), sorted.end());
    }

    // Joins pieces that together fill one stretch of either side, in another order on each. Pieces are divided where
    // more words than `near` separate them, on the right and on the left in turn, until neither divides them further.
    void join_reordered(Pieces &pieces) {
        std::vector<Pieces> waiting{std::move(pieces)};
        pieces.clear();
        while (!waiting.empty()) {
            Pieces group = std::move(waiting.back());
            waiting.pop_back();
            std::vector<Pieces> parts;
            for (Pieces &stretch : divide(group, 1)) {
                for (Pieces &part : divide(stretch, 0)) parts.push_back(std::move(part));
            }
            if (parts.size() > 1) {
                for (Pieces &part : parts) waiting.push_back(std::move(part));
            } else if (Piece whole; fill(group, whole)) {
                pieces.push_back(whole);
            } else {
                pieces.insert(pieces.end(), group.begin(), group.end());
            }
        }
        std::sort(pieces.begin(), pieces.end());
    }

    std::vector<Pieces> divide(Pieces pieces, int which) const {
        std::stable_sort(pieces.begin(), pieces.end(), [which](const Piece &a, const Piece &b) {
            return a.side(which).begin < b.side(which).begin;
        });
        std::vector<Pieces> parts;
        int64_t reached = 0;
        for (const Piece &piece : pieces) {
            const Range side = piece.side(which);
            if (parts.empty() || side.begin - reached > limits_.near) parts.emplace_back();
            parts.back().push_back(piece);
            reached = std::max(reached, side.end);
        }
        return parts;
    }

    static Range bounds(const Pieces &pieces, int which) {
        Range all = pieces.front().side(which);
        for (const Piece &piece : pieces) {
            all = {std::min(all.begin, piece.side(which).begin), std::max(all.end, piece.side(which).end)};
        }
        return all;
    }

    // Makes pieces one if they stand in another order on the right and leave out little of what they span.
    bool fill(const Pieces &pieces, Piece &whole) {
        if (pieces.size() < 2) return false;
        Range left = bounds(pieces, 0), right = bounds(pieces, 1);
        if (left.end > right.begin || left.size() > limits_.longest) return false;
        Pieces by_score = pieces, chosen;
        std::stable_sort(by_score.begin(), by_score.end(),
                         [](const Piece &a, const Piece &b) { return a.score > b.score; });
        int64_t equal = 0;
        for (const Piece &piece : by_score) {
            // A second copy, on one side, of words that are once on the other adds nothing.
            chosen.push_back(piece);
            const int64_t together = common_sorted(bounds(chosen, 0), bounds(chosen, 1));
            if (2 * (together - equal) >= piece.equal) {
                int64_t known = 0;
                for (const Piece &item : chosen) known += item.equal;
                equal = std::min(together, known);
            } else {
                chosen.pop_back();
            }
        }
        std::sort(chosen.begin(), chosen.end());
        if (std::is_sorted(chosen.begin(), chosen.end(),
                           [](const Piece &a, const Piece &b) { return a.right < b.right; })) {
            return false;
        }
        left = bounds(chosen, 0), right = bounds(chosen, 1);
        if (too_unlike(equal, left, right)) return false;
        int64_t score = 0;
        for (const Piece &piece : chosen) score += piece.score;
        whole = {left.begin, left.end, right.begin, right.end, score, equal, true};
        return true;
    }

    bool too_unlike(int64_t equal, Range left, Range right) const {
        return static_cast<double>(2 * equal) < limits_.similarity * static_cast<double>(left.size() + right.size());
    }

    // Joins pieces, sorted by their left side, until nothing more can be joined.
    void join(Pieces &pieces) {
        while (true) {
            Pieces joined;
            for (const Piece &piece : pieces) {
                const auto recent = static_cast<std::size_t>(limits_.recent);
                const std::size_t stop = joined.size() > recent ? joined.size() - recent : 0;
                bool found = false;
                for (std::size_t back = joined.size(); back-- > stop && !found;) found = unite(joined[back], piece);
                if (!found) joined.push_back(piece);
            }
            if (joined.size() == pieces.size()) return;
            std::sort(joined.begin(), joined.end());
            pieces = std::move(joined);
        }
    }

    // Makes of `a`, which begins first on the left, both pieces, unless they do not belong together.
    bool unite(Piece &a, const Piece &b) {
        const bool in_order = b.right >= a.right;
        const int64_t gap_left = b.left - a.left_end;
        const int64_t gap_right = in_order ? b.right - a.right_end : a.right - b.right_end;
        const int64_t narrow = std::min(gap_left, gap_right), wide = std::max(gap_left, gap_right);
        if (wide > std::max(limits_.skip, (a.left_end - a.left) / 4)) return false;
        const Range left{a.left, std::max(a.left_end, b.left_end)};
        const Range right{std::min(a.right, b.right), std::max(a.right_end, b.right_end)};
        if (right.begin == a.right && right.end == a.right_end && left.end == a.left_end) return true;  // b lies inside a
        if (left.end > right.begin) return false;
        const int64_t shorter = std::min({a.left_end - a.left, a.right_end - a.right, b.left_end - b.left,
                                          b.right_end - b.right});
        const bool near = wide <= std::max(limits_.near, shorter / 4);
        const bool skips = in_order && narrow <= limits_.close && wide <= std::max(limits_.skip, shorter);
        if (!near && !skips) return false;
        const bool reordered = a.reordered || b.reordered || !in_order;
        int64_t equal = a.equal + b.equal;
        if (narrow < 0) {
            // Where the pieces overlap on a side they may share words that are there only once.
            if (left.size() > limits_.longest) return false;
            equal = reordered ? common_sorted(left, right) : common(left, right);
            if (equal < std::max(a.equal, b.equal) + std::min(a.equal, b.equal) / 2) return false;
        }
        if (too_unlike(equal, left, right)) return false;
        a = {left.begin, left.end, right.begin, right.end, a.score + b.score, equal, reordered};
        return true;
    }

    // Keeps a piece if it is long, sure and similar enough; else what is left without its worst gap.
    void accept(const Piece &whole, std::vector<Accepted> &accepted) {
        Pieces waiting{whole};
        while (!waiting.empty()) {
            const Piece piece = waiting.back();
            waiting.pop_back();
            if (is_sure(piece) && !keep_similar(piece, accepted)) add_parts(piece, waiting);
        }
    }

    bool is_sure(const Piece &piece) {
        const Range left = piece.side(0), right = piece.side(1);
        if (std::min(count(left), count(right)) < limits_.words) return false;
        return piece.score >= limits_.score || (!piece.reordered && score(left, right) >= limits_.score);
    }

    bool keep_similar(const Piece &piece, std::vector<Accepted> &accepted) {
        const Range left = piece.side(0), right = piece.side(1);
        const double reached = similarity(common(left, right), left, right);
        if (piece.reordered) {
            // What two texts share in order says more: another order must explain what that does not.
            const double by_content = similarity(common_sorted(left, right), left, right);
            if (by_content >= limits_.similarity &&
                (reached < limits_.similarity || by_content - reached >= limits_.reordered_gain)) {
                accepted.push_back({left, right, by_content, true});
                return true;
            }
        }
        if (reached < limits_.similarity) return false;
        accepted.push_back({left, right, reached, false});
        return true;
    }

    // Adds what is left of a piece without its worst gap, the later part first.
    void add_parts(const Piece &piece, Pieces &waiting) {
        const Range left = piece.side(0), right = piece.side(1);
        const std::vector<Run> found = runs(left, right);
        const std::size_t worst = worst_gap(found);
        for (const auto &[begin, end] : {std::pair(worst, found.size()), std::pair(std::size_t{0}, worst)}) {
            if (begin == end) continue;
            const Run &first = found[begin], &last = found[end - 1];
            int64_t equal = 0;
            for (std::size_t k = begin; k < end; ++k) equal += static_cast<int64_t>(found[k].size);
            // Its score is counted anew, since the gap that goes may have cost more than the part is worth.
            const Piece part{left.begin + static_cast<int64_t>(first.left),
                             left.begin + static_cast<int64_t>(last.left + last.size),
                             right.begin + static_cast<int64_t>(first.right),
                             right.begin + static_cast<int64_t>(last.right + last.size),
                             0,
                             equal,
                             false};
            if (part.side(0).size() < left.size() || part.side(1).size() < right.size()) waiting.push_back(part);
        }
    }

    // The run after the longest gap between two runs (of several the middle one, so that there are few steps to the
    // last), or 0.
    static std::size_t worst_gap(const std::vector<Run> &found) {
        std::vector<std::size_t> widest;
        std::size_t longest = 0;
        for (std::size_t k = 1; k < found.size(); ++k) {
            const Run &before = found[k - 1], &after = found[k];
            const std::size_t gap = std::max(after.left - before.left, after.right - before.right) - before.size;
            if (gap > longest) widest.clear();
            longest = std::max(longest, gap);
            if (gap == longest) widest.push_back(k);
        }
        return widest.empty() ? 0 : widest[widest.size() / 2];
    }

    int64_t count(Range side) const { return count_twice(keys_ + side.begin, keys_ + side.end); }

    // What the words of two aligned ranges count; those too long for one table by their runs and holes.
    int64_t score(Range left, Range right) {
        int64_t total = 0;
        int64_t i = left.begin, j = right.begin;
        if (is_long(left, right)) {
            for (const Run &run : runs(left, right)) {
                const int64_t begin = left.begin + static_cast<int64_t>(run.left);
                const int64_t other_begin = right.begin + static_cast<int64_t>(run.right);
                const auto size = static_cast<int64_t>(run.size);
                total += scorer_.score({i, begin}, {j, other_begin}) + SCORE * size - SCORE / 2;
                i = begin + size, j = other_begin + size;
            }
        }
        total += scorer_.score({i, left.end}, {j, right.end});
        return floor_divide(total * count(left), 2 * left.size());
    }

    bool is_long(Range a, Range b) const { return std::max(a.size(), b.size()) > limits_.longest; }

    static double similarity(int64_t shared, Range left, Range right) {
        return indel_similarity(shared, left.size() + right.size());
    }

    std::vector<Run> runs(Range a, Range b) {
        if (!is_long(a, b)) {
            return subsequence_.runs(keys_ + a.begin, size(a), keys_ + b.begin, size(b));
        }
        return ask_for_runs(runs_between_, a.begin, a.end, b.begin, b.end);
    }

    const uint64_t *keys_;
    Limits limits_;
    nb::object runs_between_;
    WordScorer scorer_;
    CommonSubsequence<uint64_t> subsequence_;
    std::vector<uint64_t> sorted_left_, sorted_right_;
};

nb::tuple merge_pieces(In<int64_t> left, In<int64_t> left_end, In<int64_t> right, In<int64_t> right_end,
                       In<int64_t> score, In<int64_t> equal, In<int64_t> bounds, In<uint64_t> keys,
                       const Texts &texts, In<int64_t> skipped, In<int64_t> replaced,
                       int64_t least_words, int64_t least_score, double least_similarity, int64_t skip, int64_t near,
                       int64_t close, int64_t recent, int64_t longest, double reordered_gain, nb::object runs_between) {
    const std::size_t count = left.size();
    check(left_end.size() == count && right.size() == count && right_end.size() == count && score.size() == count &&
              equal.size() == count,
          "arrays must be of one length");
    Pieces all(count);
    for (std::size_t k = 0; k < count; ++k) {
        all[k] = {left.data()[k],      left_end.data()[k], right.data()[k], right_end.data()[k],
                  score.data()[k], equal.data()[k],    false};
        for (const int side : {0, 1}) {
            const Range range = all[k].side(side);
            check(range.begin >= 0 && range.begin < range.end && range.end <= static_cast<int64_t>(keys.size()),
                  "pieces must be ranges of places of the keys");
        }
    }
    const GapCosts costs{{skipped.data(), skipped.data() + skipped.size()},
                         {replaced.data(), replaced.data() + replaced.size()}};
    const Limits limits{least_words, least_score, least_similarity, skip, near, close, recent, longest, reordered_gain};
    Merger merger(keys, texts, costs, limits, std::move(runs_between));
    std::vector<Accepted> accepted;
    {
        nb::gil_scoped_release released;
        for (std::size_t group = 0; group + 1 < bounds.size(); ++group) {
            const int64_t begin = bounds.data()[group], end = bounds.data()[group + 1];
            check(begin >= 0 && begin <= end && end <= static_cast<int64_t>(count), "bounds must be those of the pieces");
            Pieces pieces(all.begin() + begin, all.begin() + end);
            merger.merge(pieces, accepted);
        }
    }
    std::vector<int64_t> lefts, left_ends, rights, right_ends;
    std::vector<double> similarity;
    std::vector<uint8_t> reordered;
    for (const Accepted &pair : accepted) {
        lefts.push_back(pair.left.begin);
        left_ends.push_back(pair.left.end);
        rights.push_back(pair.right.begin);
        right_ends.push_back(pair.right.end);
        similarity.push_back(pair.similarity);
        reordered.push_back(pair.reordered);
    }
    return nb::make_tuple(hand_over(std::move(lefts)), hand_over(std::move(left_ends)), hand_over(std::move(rights)),
                          hand_over(std::move(right_ends)), hand_over(std::move(similarity)),
                          hand_over(std::move(reordered)));
}

}  // namespace

void bind_merging(nb::module_ &module) {
    module.def("merge_pieces", &merge_pieces);
}

}  // namespace dedup
