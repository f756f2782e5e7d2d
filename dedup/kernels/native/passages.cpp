// Pairs to passages, as in reference/passages.py.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "arrays.h"
#include "long_runs.h"
#include "sequences.h"

namespace dedup {

namespace {

using Side = std::pair<int64_t, int64_t>;  // a half-open range of places

int64_t length(const Side &side) { return side.second - side.first; }

bool same_occurrence(const Side &a, const Side &b) {
    const int64_t shared = std::min(a.second, b.second) - std::max(a.first, b.first);
    return 5 * shared >= 4 * std::max(length(a), length(b));
}

struct Pair {
    Side left, right;
    double similarity;
    bool reordered;
};

struct Use {
    Side side;
    double similarity;
    bool reordered;
    bool representative;
    bool operator<(const Use &other) const {
        return std::tie(side, similarity, reordered) < std::tie(other.side, other.similarity, other.reordered);
    }
};

// A pair seen from one of its sides.
struct Link {
    Side here, there;
    const Pair *pair;

    // What is taken first: the most similar, of those the longest, of those the first.
    bool operator<(const Link &other) const {
        if (pair->similarity != other.pair->similarity) return pair->similarity > other.pair->similarity;
        if (length(there) != length(other.there)) return length(there) > length(other.there);
        return there < other.there;
    }
};

// Ranges that do not overlap, by place.
class Sides {
public:
    void insert(const Side &side) { sides_.insert(side); }
    auto begin() const { return sides_.begin(); }
    auto end() const { return sides_.end(); }

    bool overlaps(const Side &side) const {
        const auto at = sides_.lower_bound(side);
        return (at != sides_.end() && at->first < side.second) ||
               (at != sides_.begin() && std::prev(at)->second > side.first);
    }

    // Whether a range lies in one of them, but for a fifth that is no passage itself.
    bool explain(const Side &side, int64_t least) const {
        const auto at = sides_.lower_bound(side);
        return (at != sides_.end() && explains(*at, side, least)) ||
               (at != sides_.begin() && explains(*std::prev(at), side, least));
    }

private:
    static bool explains(const Side &use, const Side &side, int64_t least) {
        const int64_t rest = length(side) - std::min(use.second, side.second) + std::max(use.first, side.first);
        return rest < least && 5 * rest <= length(side);
    }

    std::set<Side> sides_;
};

class Gatherer {
public:
    // `runs_between` is asked for the equal runs of ranges of more than `longest` keys.
    Gatherer(In<uint64_t> keys, int64_t least_words, double least_similarity, nb::object runs_between, int64_t longest)
        : keys_(keys.data()),
          least_words_(least_words),
          least_similarity_(least_similarity),
          runs_between_(std::move(runs_between)),
          longest_(longest) {}

    // Begins with the pairs of a component, which must outlive this. They are put in order once and taken out as they
    // are gathered: a component may have as many passages as it has pairs.
    void begin(const Pair *pairs, std::size_t count) {
        for (const Pair *pair = pairs; pair != pairs + count; ++pair) {
            partners_[pair->left].push_back({pair->left, pair->right, pair});
            partners_[pair->right].push_back({pair->right, pair->left, pair});
        }
        for (const auto &[side, links] : partners_) ranked_.insert(rank(side, links));
    }

    // Whether there are pairs left.
    bool any() const { return !ranked_.empty(); }

    // Appends the uses of the passage around the best representative, by place, and returns the pairs that belong to it,
    // which are taken out.
    std::vector<const Pair *> gather(std::vector<Use> &uses) {
        const Side representative = std::get<Side>(*ranked_.begin());
        Sides sides;
        sides.insert(representative);
        std::set<Side> tried{representative};
        const std::size_t begin = uses.size();
        uses.push_back({representative, 1.0, false, true});
        std::vector<Side> fresh{representative};
        while (!fresh.empty()) {  // first the representative's partners, then theirs, ...
            std::vector<std::pair<Link, Side>> links;
            for (const Side &anchor : fresh) collect(anchor, tried, links);
            std::stable_sort(links.begin(), links.end(),
                             [](const auto &a, const auto &b) { return a.first < b.first; });
            fresh.clear();
            for (const auto &[link, anchor] : links) {
                if (!tried.insert(link.there).second) continue;
                const Use use = use_of(representative, anchor, link);
                if (use.similarity >= least_similarity_ && long_enough(use.side) && !sides.overlaps(use.side)) {
                    sides.insert(use.side);
                    uses.push_back(use);
                    fresh.push_back(use.side);
                }
            }
        }
        std::vector<const Pair *> belonging = explained(sides);
        if (belonging.empty()) {  // all of them reach further than the occurrences: take one as it is
            const std::vector<Link> &own = partners_[representative];
            const Link &first = *std::min_element(own.begin(), own.end());
            uses.resize(begin + 1);
            uses.push_back({first.there, first.pair->similarity, first.pair->reordered, false});
            belonging.push_back(first.pair);
        }
        std::sort(uses.begin() + static_cast<std::ptrdiff_t>(begin), uses.end());
        take_out(belonging);
        return belonging;
    }

private:
    // What comes first represents: the side with the most partners, of those the longest, of those the first.
    using Rank = std::tuple<int64_t, int64_t, Side>;
    static Rank rank(const Side &side, const std::vector<Link> &links) {
        return {-static_cast<int64_t>(links.size()), -length(side), side};
    }

    // The pairs that some ranges explain on both sides, by address.
    std::vector<const Pair *> explained(const Sides &sides) const {
        std::vector<const Pair *> found;
        for (const Side &use : sides) {
            auto at = partners_.lower_bound({use.first - least_words_, 0});  // what begins before that stands out too far
            for (; at != partners_.end() && at->first.first < use.second; ++at) {
                if (!sides.explain(at->first, least_words_)) continue;
                for (const Link &link : at->second) {
                    if (sides.explain(link.there, least_words_)) found.push_back(link.pair);
                }
            }
        }
        std::sort(found.begin(), found.end());
        found.erase(std::unique(found.begin(), found.end()), found.end());
        return found;
    }

    // Forgets pairs, which are sorted by address.
    void take_out(const std::vector<const Pair *> &pairs) {
        std::set<Side> changed;
        for (const Pair *pair : pairs) changed.insert({pair->left, pair->right});
        for (const Side &side : changed) {
            const auto at = partners_.find(side);
            std::vector<Link> &links = at->second;
            ranked_.erase(rank(side, links));
            const auto gone = [&](const Link &link) { return std::binary_search(pairs.begin(), pairs.end(), link.pair); };
            links.erase(std::remove_if(links.begin(), links.end(), gone), links.end());
            if (links.empty()) {
                partners_.erase(at);
            } else {
                ranked_.insert(rank(side, links));
            }
        }
    }

    // Appends the links of all sides that are the same occurrence as `anchor`, those to sides that were tried left out.
    void collect(const Side &anchor, const std::set<Side> &tried, std::vector<std::pair<Link, Side>> &links) const {
        const int64_t reach = length(anchor) / 4 + 1;
        for (auto at = partners_.lower_bound({anchor.first - reach, 0});
             at != partners_.end() && at->first.first <= anchor.first + reach; ++at) {
            if (!same_occurrence(at->first, anchor)) continue;
            for (const Link &link : at->second) {
                if (!tried.count(link.there)) links.emplace_back(link, anchor);
            }
        }
    }

    // The far side of a link as an occurrence: what of it is aligned with the occurrence `anchor`.
    Use use_of(const Side &representative, const Side &anchor, const Link &link) {
        const bool reordered = link.pair->reordered;
        if (link.here == representative) return {link.there, link.pair->similarity, reordered, false};
        Side side = link.there;
        const int64_t before = std::max<int64_t>(anchor.first - link.here.first, 0);
        const int64_t after = std::max<int64_t>(link.here.second - anchor.second, 0);
        if (!reordered && (before || after)) {
            // The pair reaches further than the occurrence; its excess was aligned with words that are not in that.
            const int64_t stop = length(link.here) - after;
            const Run *first = nullptr, *last = nullptr;
            for (const Run &run : runs(link.here, link.there)) {
                const auto left = static_cast<int64_t>(run.left);
                if (left + static_cast<int64_t>(run.size) <= before || left >= stop) continue;
                if (!first) first = &run;
                last = &run;
            }
            if (first) {
                const auto left = static_cast<int64_t>(first->left);
                const auto end = static_cast<int64_t>(last->left + last->size);
                side = {link.there.first + static_cast<int64_t>(first->right) + std::max<int64_t>(before - left, 0),
                        link.there.first + static_cast<int64_t>(last->right + last->size) -
                            std::max<int64_t>(end - stop, 0)};
            }
        }
        return {side, similarity(representative, side, reordered), reordered, false};
    }

    const std::vector<Run> &runs(const Side &a, const Side &b) {
        if (std::max(length(a), length(b)) <= longest_) {
            return subsequence_.runs(keys_ + a.first, size(a), keys_ + b.first, size(b));
        }
        long_found_ = ask_for_runs(runs_between_, a.first, a.second, b.first, b.second);
        return long_found_;
    }

    // The Indel similarity, of both ranges sorted where pieces stand in another order.
    double similarity(const Side &a, const Side &b, bool reordered) {
        const uint64_t *left = keys_ + a.first, *right = keys_ + b.first;
        if (length(a) == length(b) && std::equal(left, left + length(a), right)) return 1.0;
        if (reordered) {
            sorted_left_.assign(left, left + length(a));
            sorted_right_.assign(right, right + length(b));
            std::sort(sorted_left_.begin(), sorted_left_.end());
            std::sort(sorted_right_.begin(), sorted_right_.end());
            left = sorted_left_.data(), right = sorted_right_.data();
        }
        const auto shared = static_cast<int64_t>(subsequence_.length(left, size(a), right, size(b)));
        return indel_similarity(shared, length(a) + length(b));
    }

    bool long_enough(const Side &side) const {
        int64_t twice = 2 * length(side);
        for (int64_t place = side.first; place < side.second; ++place) twice -= static_cast<int64_t>(keys_[place] & 1);
        return twice >= 2 * least_words_;
    }

    static std::size_t size(const Side &side) { return static_cast<std::size_t>(length(side)); }

    const uint64_t *keys_;
    int64_t least_words_;
    double least_similarity_;
    nb::object runs_between_;
    int64_t longest_;
    std::map<Side, std::vector<Link>> partners_;
    std::set<Rank> ranked_;  // of all sides
    CommonSubsequence<uint64_t> subsequence_;
    std::vector<Run> long_found_;
    std::vector<uint64_t> sorted_left_, sorted_right_;
};

nb::tuple gather_passages(In<int64_t> left, In<int64_t> left_end, In<int64_t> right, In<int64_t> right_end,
                          In<double> similarity, In<bool> reordered, In<int64_t> bounds, In<uint64_t> keys,
                          int64_t least_words, double least_similarity, nb::object runs_between, int64_t longest) {
    const std::size_t count = left.size();
    check(left_end.size() == count && right.size() == count && right_end.size() == count &&
              similarity.size() == count && reordered.size() == count,
          "arrays must be of one length");
    std::vector<Pair> pairs(count);
    for (std::size_t k = 0; k < count; ++k) {
        pairs[k] = {{left.data()[k], left_end.data()[k]},
                    {right.data()[k], right_end.data()[k]},
                    similarity.data()[k],
                    reordered.data()[k]};
        for (const Side &side : {pairs[k].left, pairs[k].right}) {
            check(side.first >= 0 && side.first < side.second && side.second <= static_cast<int64_t>(keys.size()),
                  "pairs must be ranges of places of the keys");
        }
    }
    std::vector<Use> uses;
    std::vector<int64_t> passage_of_use, passage_of_pair(count);
    Gatherer gatherer(keys, least_words, least_similarity, std::move(runs_between), longest);
    {
        nb::gil_scoped_release released;
        int64_t number = 0;
        for (std::size_t component = 0; component + 1 < bounds.size(); ++component) {
            const int64_t begin = bounds.data()[component], end = bounds.data()[component + 1];
            check(begin >= 0 && begin <= end && end <= static_cast<int64_t>(count), "bounds must be those of the pairs");
            gatherer.begin(pairs.data() + begin, static_cast<std::size_t>(end - begin));
            for (; gatherer.any(); ++number) {
                for (const Pair *pair : gatherer.gather(uses)) {
                    passage_of_pair[static_cast<std::size_t>(pair - pairs.data())] = number;
                }
                passage_of_use.resize(uses.size(), number);
            }
        }
    }
    std::vector<int64_t> first(uses.size()), last(uses.size());
    std::vector<double> likeness(uses.size());
    std::vector<uint8_t> in_other_order(uses.size()), represents(uses.size());
    for (std::size_t k = 0; k < uses.size(); ++k) {
        std::tie(first[k], last[k]) = uses[k].side;
        likeness[k] = uses[k].similarity;
        in_other_order[k] = uses[k].reordered;
        represents[k] = uses[k].representative;
    }
    return nb::make_tuple(hand_over(std::move(passage_of_use)), hand_over(std::move(first)), hand_over(std::move(last)),
                          hand_over(std::move(likeness)), hand_over(std::move(in_other_order)),
                          hand_over(std::move(represents)), hand_over(std::move(passage_of_pair)));
}

}  // namespace

void bind_passages(nb::module_ &module) { module.def("gather_passages", &gather_passages); }

}  // namespace dedup
