// Pairs by their sides: which ranges are aligned with which others, as pairs are taken out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "arrays.h"

namespace dedup {

using Side = std::pair<int64_t, int64_t>;  // a half-open range of places

inline int64_t length(const Side &side) { return side.second - side.first; }

struct Pair {
    Side left, right;
    double similarity;
    bool reordered;
};

// The pairs of a component that are left, and their sides by place. A link is a pair seen from one of its sides: link
// 2 k + 0 is pair k from its left side, 2 k + 1 from its right one.
class Partners {
    using Number = uint32_t;  // of links and sides

public:
    // The pairs must outlive this.
    void begin(const Pair *pairs, std::size_t count) {
        check(count <= UINT32_MAX / 4, "there are more pairs in a component than can be told apart");
        pairs_ = pairs;
        left_ = count;
        gone_.assign(count, false);
        side_of_.resize(2 * count);
        links_.resize(2 * count);
        for (Number link = 0; link < 2 * count; ++link) links_[link] = link;
        std::sort(links_.begin(), links_.end(), [&](Number a, Number b) {
            return std::make_pair(here(a), a) < std::make_pair(here(b), b);
        });
        sides_.clear(), begins_.clear(), ends_.clear(), counts_.clear();
        for (Number at = 0; at < 2 * count; ++at) {
            const Side side = here(links_[at]);
            if (at == 0 || side != sides_.back()) {
                sides_.push_back(side);
                begins_.push_back(at);
                ends_.push_back(at);
                counts_.push_back(0);
            }
            ++ends_.back(), ++counts_.back();
            side_of_[links_[at]] = static_cast<Number>(sides_.size() - 1);
        }
        next_.resize(sides_.size() + 1);
        ranked_.resize(sides_.size());
        for (Number number = 0; number < next_.size(); ++number) next_[number] = number;
        for (Number number = 0; number < ranked_.size(); ++number) ranked_[number] = {counts_[number], number};
        std::make_heap(ranked_.begin(), ranked_.end(), Later{*this});
    }

    bool any() const { return left_ > 0; }
    std::size_t size() const { return sides_.size(); }
    const Side &side(std::size_t number) const { return sides_[number]; }
    const Pair &pair(std::size_t link) const { return pairs_[link / 2]; }
    const Side &here(std::size_t link) const { return link % 2 ? pair(link).right : pair(link).left; }
    const Side &there(std::size_t link) const { return here(link ^ 1); }
    std::size_t side_there(std::size_t link) const { return side_of_[link ^ 1]; }

    // What comes first represents: the side with the most partners, of those the longest, of those the first.
    std::size_t representative() {
        for (;;) {  // partners only become fewer: a rank is looked at again once it is the first
            const Rank rank = ranked_.front();
            if (rank.partners == counts_[rank.side]) return rank.side;
            std::pop_heap(ranked_.begin(), ranked_.end(), Later{*this});
            ranked_.pop_back();
            if (!counts_[rank.side]) continue;
            ranked_.push_back({counts_[rank.side], rank.side});
            std::push_heap(ranked_.begin(), ranked_.end(), Later{*this});
        }
    }

    // Calls a function with the sides that have links left and begin from one place on and before another, by place.
    template <typename See>
    void each_side(int64_t from, int64_t before, See see) {
        const auto begin = std::lower_bound(sides_.begin(), sides_.end(), Side{from, 0}) - sides_.begin();
        for (std::size_t number = next(static_cast<std::size_t>(begin));
             number < sides_.size() && sides_[number].first < before; number = next(number + 1)) {
            see(number);
        }
    }

    // Calls a function with the links that a side has left.
    template <typename See>
    void each_link(std::size_t side, See see) const {
        for (std::size_t at = begins_[side]; at < ends_[side]; ++at) {
            if (!gone_[links_[at] / 2]) see(links_[at]);
        }
    }

    void take_out(const std::vector<std::size_t> &pairs) {
        left_ -= pairs.size();
        for (const std::size_t pair : pairs) gone_[pair] = true;
        for (const std::size_t pair : pairs) {
            for (const Number side : {side_of_[2 * pair], side_of_[2 * pair + 1]}) {
                if (--counts_[side] == 0) next_[side] = static_cast<Number>(side + 1);
                if (2 * counts_[side] >= ends_[side] - begins_[side]) continue;
                const auto gone = [&](Number link) { return gone_[link / 2]; };
                const auto own = links_.begin() + static_cast<std::ptrdiff_t>(begins_[side]);
                const auto own_end = links_.begin() + static_cast<std::ptrdiff_t>(ends_[side]);
                ends_[side] = static_cast<Number>(std::remove_if(own, own_end, gone) - links_.begin());
            }
        }
    }

private:
    struct Rank {
        Number partners, side;
    };

    // Orders a heap whose first element is the first to represent.
    struct Later {
        const Partners &own;
        bool operator()(const Rank &a, const Rank &b) const {
            const int64_t size = length(own.sides_[a.side]), other_size = length(own.sides_[b.side]);
            if (a.partners != b.partners) return a.partners < b.partners;
            return size != other_size ? size < other_size : a.side > b.side;
        }
    };

    // The first side from a number on that has links left.
    std::size_t next(std::size_t number) {
        while (next_[number] != number) number = next_[number] = next_[next_[number]];
        return number;
    }

    const Pair *pairs_ = nullptr;
    std::size_t left_ = 0;
    std::vector<bool> gone_;           // of each pair
    std::vector<Number> side_of_;  // of each link, the number of the side that it is seen from
    std::vector<Side> sides_;
    std::vector<Number> links_, begins_, ends_;  // the links of a side, and where these are; some of them are gone
    std::vector<Number> counts_;                 // how many are not
    std::vector<Number> next_;
    std::vector<Rank> ranked_;  // a heap; ranks of long ago among them
};

}  // namespace dedup
