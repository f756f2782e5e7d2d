// Which pairs hang together, and distinct ranges of places, as in reference/components.py.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "arrays.h"

namespace dedup {

namespace {

// Ranges of places, sorted and each once. `Index` is as narrow as their number allows.
template <typename Index>
class DistinctRanges {
public:
    using Range = std::pair<int64_t, int64_t>;

    // `range(k)` returns one of `count` ranges.
    template <typename RangeOf>
    DistinctRanges(std::size_t count, RangeOf range) : numbers_(count) {
        std::vector<Index> order(count);
        std::iota(order.begin(), order.end(), Index{0});
        std::sort(order.begin(), order.end(), [&](Index a, Index b) { return range(a) < range(b); });
        for (const Index k : order) {
            const Range own = range(k);
            if (ranges_.empty() || ranges_.back() != own) ranges_.push_back(own);
            numbers_[k] = static_cast<Index>(ranges_.size() - 1);
        }
    }

    const std::vector<Range> &ranges() const { return ranges_; }
    // Which one each of the given ranges is.
    std::vector<Index> &numbers() { return numbers_; }

private:
    std::vector<Range> ranges_;
    std::vector<Index> numbers_;
};

// Sets that are united: each is known by its least member.
template <typename Index>
class Sets {
public:
    explicit Sets(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), Index{0}); }

    Index least(Index member) {
        while (parent_[member] != member) member = parent_[member] = parent_[parent_[member]];
        return member;
    }

    void unite(Index a, Index b) {
        a = least(a), b = least(b);
        parent_[std::max(a, b)] = std::min(a, b);
    }

private:
    std::vector<Index> parent_;
};

template <typename Index>
nb::tuple distinct(const In<int64_t> &first, const In<int64_t> &last) {
    Column<int64_t> firsts, lasts;
    std::vector<Index> numbers;
    std::size_t count = 0;
    {
        nb::gil_scoped_release released;
        DistinctRanges<Index> found(first.size(), [&](Index k) { return std::pair(first.data()[k], last.data()[k]); });
        count = found.ranges().size();
        firsts = make_column<int64_t>(count), lasts = make_column<int64_t>(count);
        for (std::size_t k = 0; k < count; ++k) std::tie(firsts[k], lasts[k]) = found.ranges()[k];
        numbers = std::move(found.numbers());
    }
    return nb::make_tuple(hand_over(std::move(firsts), count), hand_over(std::move(lasts), count),
                          hand_over(std::move(numbers)));
}

nb::tuple distinct_ranges(In<int64_t> first, In<int64_t> last) {
    check(first.size() == last.size(), "arrays must be of one length");
    return first.size() < NARROW ? distinct<uint32_t>(first, last) : distinct<int64_t>(first, last);
}

template <typename Index>
void connect(const In<int64_t> &left, const In<int64_t> &left_end, const In<int64_t> &right,
             const In<int64_t> &right_end, int64_t *components) {
    const std::size_t pairs = left.size();
    DistinctRanges<Index> sides(2 * pairs, [&](std::size_t k) {
        return k < pairs ? std::pair(left.data()[k], left_end.data()[k])
                         : std::pair(right.data()[k - pairs], right_end.data()[k - pairs]);
    });
    const auto &ranges = sides.ranges();
    const std::vector<Index> &number = sides.numbers();
    Sets<Index> sets(ranges.size());
    for (std::size_t k = 0; k < pairs; ++k) sets.unite(number[k], number[pairs + k]);
    for (std::size_t here = 0; here < ranges.size(); ++here) {
        const auto [first, last] = ranges[here];
        for (std::size_t there = here + 1; there < ranges.size(); ++there) {
            const auto [other_first, other_last] = ranges[there];
            // One that begins so late covers less than four fifths of this one, and so do all after it.
            if (5 * (other_first - first) > last - first) break;
            const int64_t shared = std::min(last, other_last) - other_first;
            if (5 * shared >= 4 * std::max(last - first, other_last - other_first)) {
                sets.unite(static_cast<Index>(here), static_cast<Index>(there));
            }
        }
    }
    for (std::size_t k = 0; k < pairs; ++k) components[k] = static_cast<int64_t>(sets.least(number[k]));
}

Out<int64_t> connect_pairs(In<int64_t> left, In<int64_t> left_end, In<int64_t> right, In<int64_t> right_end) {
    const std::size_t count = left.size();
    check(left_end.size() == count && right.size() == count && right_end.size() == count,
          "arrays must be of one length");
    check_ranges(left.data(), left_end.data(), count);
    check_ranges(right.data(), right_end.data(), count);
    auto components = make_column<int64_t>(count);
    {
        nb::gil_scoped_release released;
        if (2 * count < NARROW) {
            connect<uint32_t>(left, left_end, right, right_end, components.get());
        } else {
            connect<int64_t>(left, left_end, right, right_end, components.get());
        }
    }
    return hand_over(std::move(components), count);
}

}  // namespace

void bind_components(nb::module_ &module) {
    module.def("connect_pairs", &connect_pairs);
    module.def("distinct_ranges", &distinct_ranges);
}

}  // namespace dedup
