// Pairs to passages, as in reference/passages.py.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "arrays.h"
#include "long_runs.h"
#include "partners.h"
#include "sequences.h"

namespace dedup {

namespace {

bool same_occurrence(const Side &a, const Side &b) {
    const int64_t shared = std::min(a.second, b.second) - std::max(a.first, b.first);
    return 5 * shared >= 4 * std::max(length(a), length(b));
}

struct Use {
    Side side;
    double similarity;
    bool reordered;
    bool representative;
    bool operator<(const Use &other) const {
        return std::tie(side, similarity, reordered) < std::tie(other.side, other.similarity, other.reordered);
    }
};

// Ranges that do not overlap, by place.
class Sides {
public:
    void insert(const Side &side) { sides_.insert(follows(side) ? sides_.end() : sides_.lower_bound(side), side); }

    bool overlaps(const Side &side) const {
        if (follows(side)) return false;
        const auto at = sides_.lower_bound(side);
        return (at != sides_.end() && at->first < side.second) ||
               (at != sides_.begin() && std::prev(at)->second > side.first);
    }

    std::vector<Side> in_order() const { return {sides_.begin(), sides_.end()}; }

private:
    // Most ranges come in the order of their places, and need no search.
    bool follows(const Side &side) const { return sides_.empty() || sides_.rbegin()->second <= side.first; }

    std::set<Side> sides_;
};

// Whether a range lies in one of some that do not overlap, but for a fifth that is no passage itself.
bool explain(const std::vector<Side> &sides, const Side &side, int64_t least) {
    const auto explains = [&](const Side &use) {
        const int64_t rest = length(side) - std::min(use.second, side.second) + std::max(use.first, side.first);
        return rest < least && 5 * rest <= length(side);
    };
    const auto at = std::lower_bound(sides.begin(), sides.end(), side);
    return (at != sides.end() && explains(*at)) || (at != sides.begin() && explains(*std::prev(at)));
}

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
        left_.begin(pairs, count);
        tried_.assign(left_.size(), 0);
        explained_.assign(left_.size(), 0);
        found_.assign(count, 0);
        round_ = 0;
    }

    // Whether there are pairs left.
    bool any() const { return left_.any(); }

    // Appends the uses of the passage around the best representative, by place, and returns the numbers of the pairs that
    // belong to it, which are taken out.
    std::vector<std::size_t> gather(std::vector<Use> &uses) {
        ++round_;
        const std::size_t number = left_.representative();
        const Side representative = left_.side(number);
        Sides sides;
        sides.insert(representative);
        tried_[number] = round_;
        const std::size_t begin = uses.size();
        uses.push_back({representative, 1.0, false, true});
        std::vector<Side> fresh{representative};
        while (!fresh.empty()) {  // first the representative's partners, then theirs, ...
            std::vector<Candidate> candidates;
            for (const Side &anchor : fresh) collect(anchor, candidates);
            std::stable_sort(candidates.begin(), candidates.end());
            fresh.clear();
            for (const Candidate &candidate : candidates) {
                uint64_t &tried = tried_[left_.side_there(candidate.link)];
                if (tried == round_) continue;
                tried = round_;
                const Use use = use_of(representative, candidate.anchor, candidate.link);
                if (use.similarity >= least_similarity_ && long_enough(use.side) && !sides.overlaps(use.side)) {
                    sides.insert(use.side);
                    uses.push_back(use);
                    fresh.push_back(use.side);
                }
            }
        }
        std::vector<std::size_t> belonging = explained(sides.in_order());
        if (belonging.empty()) {  // all of them reach further than the occurrences: take one as it is
            std::vector<Candidate> own;
            left_.each_link(number, [&](std::size_t link) { own.push_back(candidate(link, representative)); });
            const std::size_t first = std::min_element(own.begin(), own.end())->link;
            uses.resize(begin + 1);
            uses.push_back({left_.there(first), left_.pair(first).similarity, left_.pair(first).reordered, false});
            belonging.push_back(first / 2);
        }
        std::sort(uses.begin() + static_cast<std::ptrdiff_t>(begin), uses.end());
        left_.take_out(belonging);
        return belonging;
    }

private:
    // A link that leads on from an occurrence, its anchor.
    struct Candidate {
        double similarity;
        Side there, anchor;
        std::size_t link;

        // What is taken first: the most similar, of those the longest, of those the first.
        bool operator<(const Candidate &other) const {
            if (similarity != other.similarity) return similarity > other.similarity;
            if (length(there) != length(other.there)) return length(there) > length(other.there);
            return there < other.there;
        }
    };

    Candidate candidate(std::size_t link, const Side &anchor) const {
        return {left_.pair(link).similarity, left_.there(link), anchor, link};
    }

    // The pairs that some ranges explain on both sides.
    std::vector<std::size_t> explained(const std::vector<Side> &sides) {
        std::vector<std::size_t> found;
        const auto is_explained = [&](std::size_t number) {
            uint64_t &known = explained_[number];  // of a side of many pairs it is asked many times
            if (known / 2 != round_) known = 2 * round_ + explain(sides, left_.side(number), least_words_);
            return known % 2 == 1;
        };
        for (const Side &use : sides) {  // what begins long before a range stands out too far
            left_.each_side(use.first - least_words_, use.second, [&](std::size_t number) {
                if (!is_explained(number)) return;
                left_.each_link(number, [&](std::size_t link) {
                    if (found_[link / 2] == round_ || !is_explained(left_.side_there(link))) return;
                    found_[link / 2] = round_;
                    found.push_back(link / 2);
                });
            });
        }
        return found;
    }

    // Appends the links of all sides that are the same occurrence as `anchor`, those to sides that were tried left out.
    void collect(const Side &anchor, std::vector<Candidate> &candidates) {
        const int64_t reach = length(anchor) / 4 + 1;
        left_.each_side(anchor.first - reach, anchor.first + reach + 1, [&](std::size_t number) {
            if (!same_occurrence(left_.side(number), anchor)) return;
            left_.each_link(number, [&](std::size_t link) {
                if (tried_[left_.side_there(link)] != round_) candidates.push_back(candidate(link, anchor));
            });
        });
    }

    // The far side of a link as an occurrence: what of it is aligned with the occurrence `anchor`.
    Use use_of(const Side &representative, const Side &anchor, std::size_t link) {
        const Side &here = left_.here(link), &there = left_.there(link);
        const bool reordered = left_.pair(link).reordered;
        if (here == representative) return {there, left_.pair(link).similarity, reordered, false};
        Side side = there;
        const int64_t before = std::max<int64_t>(anchor.first - here.first, 0);
        const int64_t after = std::max<int64_t>(here.second - anchor.second, 0);
        if (!reordered && (before || after)) {
            // The pair reaches further than the occurrence; its excess was aligned with words that are not in that.
            const int64_t stop = length(here) - after;
            const Run *first = nullptr, *last = nullptr;
            for (const Run &run : runs(here, there)) {
                const auto left = static_cast<int64_t>(run.left);
                if (left + static_cast<int64_t>(run.size) <= before || left >= stop) continue;
                if (!first) first = &run;
                last = &run;
            }
            if (first) {
                const auto left = static_cast<int64_t>(first->left);
                const auto end = static_cast<int64_t>(last->left + last->size);
                side = {there.first + static_cast<int64_t>(first->right) + std::max<int64_t>(before - left, 0),
                        there.first + static_cast<int64_t>(last->right + last->size) -
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
    Partners left_;
    uint64_t round_ = 0;  // of passages of the component; what is marked with it was seen in it
    std::vector<uint64_t> tried_, explained_;  // of each side
    std::vector<uint64_t> found_;              // of each pair
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
                for (const std::size_t pair : gatherer.gather(uses)) {
                    passage_of_pair[static_cast<std::size_t>(begin) + pair] = number;
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
