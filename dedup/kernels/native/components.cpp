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
        std::size_t distinct = 0;
        for (std::size_t k = 0; k < count; ++k) {
            if (k == 0 || range(order[k - 1]) != range(order[k])) ++distinct;
            numbers_[order[k]] = static_cast<Index>(distinct - 1);
        }
        ranges_.resize(distinct);
        for (std::size_t k = 0; k < count; ++k) ranges_[numbers_[k]] = range(k);
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

template <typename Index, typename Place>
nb::tuple distinct(const In<Place> &first, const In<Place> &last) {
    Column<Place> firsts, lasts;
    std::vector<Index> numbers;
    std::size_t count = 0;
    {
        nb::gil_scoped_release released;
        DistinctRanges<Index> found(first.size(), [&](Index k) {
            return std::pair<int64_t, int64_t>(first.data()[k], last.data()[k]);
        });
        count = found.ranges().size();
        firsts = make_column<Place>(count), lasts = make_column<Place>(count);
        for (std::size_t k = 0; k < count; ++k) {
            firsts[k] = static_cast<Place>(found.ranges()[k].first);
            lasts[k] = static_cast<Place>(found.ranges()[k].second);
        }
        numbers = std::move(found.numbers());
    }
    return nb::make_tuple(hand_over(std::move(firsts), count), hand_over(std::move(lasts), count),
                          hand_over(std::move(numbers)));
}

template <typename Place>
nb::tuple distinct_ranges(In<Place> first, In<Place> last) {
    check(first.size() == last.size(), "arrays must be of one length");
    return first.size() < NARROW ? distinct<uint32_t, Place>(first, last) : distinct<int64_t, Place>(first, last);
}

template <typename Index, typename Place>
void connect(const In<Place> &left, const In<Place> &left_end, const In<Place> &right, const In<Place> &right_end,
             int64_t *components) {
    const std::size_t pairs = left.size();
    DistinctRanges<Index> sides(2 * pairs, [&](std::size_t k) {
        return k < pairs ? std::pair<int64_t, int64_t>(left.data()[k], left_end.data()[k])
                         : std::pair<int64_t, int64_t>(right.data()[k - pairs], right_end.data()[k - pairs]);
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

template <typename Place>
Out<int64_t> connect_pairs(In<Place> left, In<Place> left_end, In<Place> right, In<Place> right_end) {
    const std::size_t count = left.size();
    check(left_end.size() == count && right.size() == count && right_end.size() == count,
          "arrays must be of one length");
    check_ranges(left.data(), left_end.data(), count);
    check_ranges(right.data(), right_end.data(), count);
    auto components = make_column<int64_t>(count);
    {
        nb::gil_scoped_release released;
        if (2 * count < NARROW) {
            connect<uint32_t, Place>(left, left_end, right, right_end, components.get());
        } else {
            connect<int64_t, Place>(left, left_end, right, right_end, components.get());
        }
    }
    return hand_over(std::move(components), count);
}

}  // namespace

void bind_components(nb::module_ &module) {
    const auto exact = [](const char *name) { return nb::arg(name).noconvert(); };
    module.def("connect_pairs", &connect_pairs<uint32_t>, exact("left"), exact("left_end"), exact("right"),
               exact("right_end"));
    module.def("connect_pairs", &connect_pairs<int64_t>);
    module.def("distinct_ranges", &distinct_ranges<uint32_t>, exact("first"), exact("last"));
    module.def("distinct_ranges", &distinct_ranges<int64_t>);
}

}  // namespace dedup
