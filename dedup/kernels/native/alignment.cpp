#include "alignment.h"

#include <algorithm>
#include <utility>

#include "arrays.h"
#include "extension.h"

namespace dedup {

namespace {

constexpr int64_t ALIKE_WORDS = 8;
constexpr int64_t LEAST_GROWN = 9 * SCORE / 2;
constexpr int64_t LETTER_WINDOW = 8;
constexpr int64_t GLANCE = 3;

int64_t cost_of(const std::vector<int64_t> &costs, int64_t words) {
    return costs[static_cast<std::size_t>(std::min<int64_t>(words, static_cast<int64_t>(costs.size()) - 1))];
}

int64_t worth_of(int64_t equal_words) { return SCORE * equal_words - SCORE / 2; }

}  // namespace

int64_t WordScorer::score(Range left, Range right) {
    const auto longest = static_cast<int64_t>(costs_.replaced.size()) - 1;
    if (!left.size() || !right.size()) return -cost_of(costs_.skipped, left.size() + right.size());
    if (std::max(left.size(), right.size()) > longest) return -costs_.replaced.back();
    int64_t total = 0;
    int64_t i = left.begin, j = right.begin;
    for (const Run &run : subsequence_.runs(keys_ + i, static_cast<std::size_t>(left.size()), keys_ + j,
                                            static_cast<std::size_t>(right.size()))) {
        const int64_t run_left = left.begin + static_cast<int64_t>(run.left);
        const int64_t run_right = right.begin + static_cast<int64_t>(run.right);
        const auto size = static_cast<int64_t>(run.size);
        total += score_gap({i, run_left}, {j, run_right}) + worth_of(size);
        i = run_left + size;
        j = run_right + size;
    }
    return total + score_gap({i, left.end}, {j, right.end});
}

int64_t WordScorer::score_gap(Range left, Range right) {
    const int64_t longer = std::max(left.size(), right.size()), shorter = std::min(left.size(), right.size());
    if (!shorter) return -cost_of(costs_.skipped, longer);
    if (longer <= ALIKE_WORDS) {
        left_letters_.clear();
        right_letters_.clear();
        texts_.append(left.begin, left.end, false, left_letters_);
        texts_.append(right.begin, right.end, false, right_letters_);
        if (comparison_.alike(left_letters_, right_letters_)) return SCORE / 2 * shorter;
    }
    return -cost_of(costs_.replaced, longer);
}

void ChainCutter::cut(const int64_t *left, const int64_t *right, const int64_t *length, std::size_t count,
                      std::vector<Stretch> &stretches) {
    spans_.clear();
    holes_.clear();
    for (std::size_t run = 0; run < count; ++run) {
        int64_t a = left[run], b = right[run], size = length[run];
        if (spans_.empty()) {
            begin({{a, a + size}, {b, b + size}});
            continue;
        }
        const Span last = spans_.back();
        const int64_t overlap = std::max({last.left.end - a, last.right.end - b, int64_t{0}});
        a += overlap, b += overlap, size -= overlap;
        if (size <= 0) continue;
        const Span span{{a, a + size}, {b, b + size}};
        if (span.left.end > spans_.front().right.begin) {
            // A text that repeats itself: what comes next on the left is what was the right. A new stretch begins.
            emit(stretches);
            begin(span);
            continue;
        }
        holes_.push_back(scorer_.score({last.left.end, a}, {last.right.end, b}));
        spans_.push_back(span);
    }
    emit(stretches);
}

void ChainCutter::begin(Span span) {
    spans_.assign(1, span);
    holes_.assign(1, 0);
}

// Appends the best stretch of runs and holes, then those of what is left on either side of it.
void ChainCutter::emit(std::vector<Stretch> &stretches) {
    waiting_.assign(1, {0, spans_.size()});
    while (!waiting_.empty()) {
        const auto [first, last] = waiting_.back();
        waiting_.pop_back();
        if (first >= last) continue;
        const Best found = best(first, last);
        const Span &head = spans_[found.begin], &tail = spans_[found.end];
        int64_t equal = 0;
        for (std::size_t k = found.begin; k <= found.end; ++k) equal += spans_[k].left.size();
        stretches.push_back({head.left.begin, tail.left.end, head.right.begin, tail.right.end, found.score, equal});
        waiting_.push_back({first, found.begin});
        waiting_.push_back({found.end + 1, last});
    }
}

ChainCutter::Best ChainCutter::best(std::size_t first, std::size_t last) const {
    int64_t total = worth(spans_[first]);
    std::size_t begin = first;
    Best found{total, first, first};
    for (std::size_t run = first + 1; run < last; ++run) {
        if (total + holes_[run] > 0) {
            total += holes_[run] + worth(spans_[run]);
        } else {
            total = worth(spans_[run]);
            begin = run;
        }
        if (total > found.score) found = {total, begin, run};
    }
    return found;
}

int64_t ChainCutter::worth(const Span &span) { return worth_of(span.left.size()); }

// Over edited words by their keys; then, where words are misread, by their letters; in turn until neither helps.
void EndGrower::grow(End &end) {
    const int64_t shift = direction_ > 0 ? 0 : -1;
    while (end.left_room > 0 && end.right_room > 0) {
        const Extension words = extend_end(keys_ + end.left + shift, keys_ + end.right + shift, end.left_room,
                                           end.right_room, direction_);
        end.score += words.gain;
        take(end, words.left, words.right);
        if (end.score < LEAST_GROWN || end.left_room <= 0 || end.right_room <= 0 || !grow_over_letters(end)) return;
    }
}

bool EndGrower::grow_over_letters(End &end) {
    letters_ahead(end.left, end.left_room, GLANCE, false, left_letters_);
    letters_ahead(end.right, end.right_room, GLANCE, false, right_letters_);
    if (!comparison_.may_be_alike(left_letters_, right_letters_)) return false;
    letters_ahead(end.left, end.left_room, LETTER_WINDOW, true, left_letters_);
    letters_ahead(end.right, end.right_room, LETTER_WINDOW, true, right_letters_);
    const auto [left, right] = comparison_.alike_prefix(left_letters_, right_letters_);
    if (!left) return false;
    take(end, static_cast<int64_t>(left), static_cast<int64_t>(right));
    end.score += SCORE / 2 * static_cast<int64_t>(std::min(left, right));
    return true;
}

// The next few words in the direction, divided, and if so asked the last one ended, by WORD_END.
void EndGrower::letters_ahead(int64_t place, int64_t room, int64_t most, bool word_ends, Letters &letters) const {
    const int64_t count = std::min(room, most);
    letters.clear();
    if (direction_ > 0) {
        texts_.append(place, place + count, true, letters);
    } else {
        texts_.append(place - count, place, true, letters);
        letters.pop_back();
        std::reverse(letters.begin(), letters.end());
        letters.push_back(WORD_END);
    }
    if (!word_ends) letters.pop_back();
}

void EndGrower::take(End &end, int64_t left, int64_t right) const {
    end.left += direction_ * left;
    end.right += direction_ * right;
    end.left_room -= left;
    end.right_room -= right;
}

namespace {

void check_range(int64_t begin, int64_t end, std::size_t count) {
    check(0 <= begin && begin <= end && end <= static_cast<int64_t>(count), "places must be those of the keys");
}

GapCosts gap_costs(const In<int64_t> &skipped, const In<int64_t> &replaced) {
    check(skipped.size() && replaced.size(), "there must be gap costs");
    return {{skipped.data(), skipped.data() + skipped.size()}, {replaced.data(), replaced.data() + replaced.size()}};
}

std::size_t lcs_length(In<uint64_t> a, In<uint64_t> b, std::size_t known) {
    nb::gil_scoped_release released;
    return CommonSubsequence<uint64_t>().length(a.data(), a.size(), b.data(), b.size(), known);
}

Out<int64_t> lcs_runs(In<uint64_t> a, In<uint64_t> b) {
    std::vector<int64_t> flat;
    {
        nb::gil_scoped_release released;
        CommonSubsequence<uint64_t> subsequence;
        for (const Run &run : subsequence.runs(a.data(), a.size(), b.data(), b.size())) {
            for (const std::size_t value : {run.left, run.right, run.size}) flat.push_back(static_cast<int64_t>(value));
        }
    }
    return hand_over(std::move(flat));
}

Out<int64_t> score_words(In<uint64_t> keys, In<int64_t> left, In<int64_t> left_end, In<int64_t> right,
                         In<int64_t> right_end, const Texts &texts, In<int64_t> skipped, In<int64_t> replaced) {
    const std::size_t count = left.size();
    check(left_end.size() == count && right.size() == count && right_end.size() == count,
          "arrays must be of one length");
    const GapCosts costs = gap_costs(skipped, replaced);
    std::vector<int64_t> scores(count);
    {
        nb::gil_scoped_release released;
        WordScorer scorer(keys.data(), texts, costs);
        for (std::size_t k = 0; k < count; ++k) {
            const Range a{left.data()[k], left_end.data()[k]}, b{right.data()[k], right_end.data()[k]};
            check_range(a.begin, a.end, keys.size());
            check_range(b.begin, b.end, keys.size());
            scores[k] = scorer.score(a, b);
        }
    }
    return hand_over(std::move(scores));
}

Out<int64_t> align_runs(In<int64_t> left, In<int64_t> right, In<int64_t> length, In<int64_t> begins,
                        In<uint64_t> keys, const Texts &texts, In<int64_t> skipped, In<int64_t> replaced) {
    const std::size_t count = left.size();
    check(right.size() == count && length.size() == count, "arrays must be of one length");
    const GapCosts costs = gap_costs(skipped, replaced);
    std::vector<int64_t> flat;
    {
        nb::gil_scoped_release released;
        // Within a chain runs follow each other on both sides, so what lies between them is inside the keys as well.
        for (std::size_t run = 0; run < count; ++run) {
            const int64_t a = left.data()[run], b = right.data()[run], size = length.data()[run];
            check(size > 0 && a >= 0 && b >= 0 && size <= static_cast<int64_t>(keys.size()) - std::max(a, b),
                  "runs must be places of the keys");
        }
        WordScorer scorer(keys.data(), texts, costs);
        ChainCutter cutter(scorer);
        std::vector<Stretch> stretches;
        for (std::size_t chain = 0; chain + 1 < begins.size(); ++chain) {
            const int64_t first = begins.data()[chain], last = begins.data()[chain + 1];
            check_range(first, last, count);
            if (first == last) continue;
            stretches.clear();
            cutter.cut(left.data() + first, right.data() + first, length.data() + first,
                       static_cast<std::size_t>(last - first), stretches);
            for (const Stretch &stretch : stretches) flat.insert(flat.end(), stretch.begin(), stretch.end());
        }
    }
    return hand_over(std::move(flat));
}

Out<bool> covered(In<int64_t> left, In<int64_t> left_end, In<int64_t> right, In<int64_t> right_end,
                  In<int64_t> equal, In<int64_t> groups, In<int64_t> order, int64_t shortest) {
    constexpr int64_t STANDS_OUT = 7;
    const std::size_t count = left.size();
    check(left_end.size() == count && right.size() == count && right_end.size() == count && equal.size() == count &&
              groups.size() == count,
          "arrays must be of one length");
    Column<bool> result = make_column<bool>(count);
    {
        nb::gil_scoped_release released;
        std::fill_n(result.get(), count, false);
        const int64_t *a = left.data(), *a_end = left_end.data(), *b = right.data(), *b_end = right_end.data();
        // In a text that repeats itself most are long: to compare each with each would take the square of the time.
        std::vector<std::size_t> coverable;
        for (std::size_t k = 0; k < count; ++k) {
            if (equal.data()[k] < shortest) coverable.push_back(k);
        }
        const auto is_before = [&](std::size_t near, const std::pair<int64_t, int64_t> &place) {
            return std::pair(groups.data()[near], a[near]) < place;
        };
        for (std::size_t k = 0; k < order.size(); ++k) {
            check(order.data()[k] >= 0 && order.data()[k] < static_cast<int64_t>(count),
                  "the order must be of the alignments");
            const auto own = static_cast<std::size_t>(order.data()[k]);
            if (result[own]) continue;
            const int64_t group = groups.data()[own];
            const std::pair first{group, a[own] - STANDS_OUT};
            auto at = std::lower_bound(coverable.begin(), coverable.end(), first, is_before);
            for (; at != coverable.end() && groups.data()[*at] == group && a[*at] < a_end[own]; ++at) {
                const std::size_t near = *at;
                const int64_t left_slack = std::min(STANDS_OUT, (a_end[near] - a[near]) / 5);
                const int64_t right_slack = std::min(STANDS_OUT, (b_end[near] - b[near]) / 5);
                if (near != own && a[near] >= a[own] - left_slack && a_end[near] <= a_end[own] + left_slack &&
                    b[near] >= b[own] - right_slack && b_end[near] <= b_end[own] + right_slack) {
                    result[near] = true;
                }
            }
        }
    }
    return hand_over(std::move(result), count);
}

// Whether words next to aligned ranges may raise their score, wherever documents end.
bool may_gain_around(const In<uint64_t> &keys, Range left, Range right) {
    const auto size = static_cast<int64_t>(keys.size());
    const auto window = [](int64_t room) { return static_cast<int>(std::min<int64_t>(room, WINDOW)); };
    const uint64_t *at = keys.data();
    return may_gain(at + left.end, window(size - left.end), at + right.end, window(size - right.end), 1) ||
           may_gain(at + left.begin - 1, window(left.begin), at + right.begin - 1, window(right.begin), -1);
}

// Whether words next to aligned ranges, in their documents, raise their score.
bool gains_around(const In<uint64_t> &keys, const In<int64_t> &offsets, Range left, Range right) {
    const auto document = [&](Range range) {
        const int64_t *end = offsets.data() + offsets.size();
        const int64_t *after = std::upper_bound(offsets.data(), end, range.begin);
        check(after != end && range.end <= *after, "alignments must lie within documents");
        return Range{after[-1], *after};
    };
    const Range own = document(left), other = document(right);
    const uint64_t *at = keys.data();
    return extend_once(at + left.end, at + right.end, own.end - left.end, other.end - right.end, 1).gain ||
           extend_once(at + left.begin - 1, at + right.begin - 1, left.begin - own.begin, right.begin - other.begin, -1)
               .gain;
}

Out<bool> may_grow(In<uint64_t> keys, In<int64_t> offsets, In<int64_t> left, In<int64_t> left_end, In<int64_t> right,
                   In<int64_t> right_end) {
    constexpr std::size_t AHEAD = 8;  // alignments whose words are fetched early
    const std::size_t count = left.size();
    check(left_end.size() == count && right.size() == count && right_end.size() == count,
          "arrays must be of one length");
    check_offsets(offsets, keys.size());
    for (std::size_t k = 0; k < count; ++k) {
        check_range(left.data()[k], left_end.data()[k], keys.size());
        check_range(right.data()[k], right_end.data()[k], keys.size());
    }
    Column<bool> result = make_column<bool>(count);
    {
        nb::gil_scoped_release released;
        const auto fetch = [&](int64_t place) {
            const int64_t last = static_cast<int64_t>(keys.size()) - 1;
            for (const int64_t step : {-WINDOW, -WINDOW / 2, 0, WINDOW / 2, WINDOW}) {
                fetch_early(keys.data() + std::clamp<int64_t>(place + step, 0, std::max<int64_t>(last, 0)));
            }
        };
        for (std::size_t k = 0; k < count; ++k) {
            if (k + AHEAD < count) {
                fetch(left.data()[k + AHEAD]);
                fetch(right.data()[k + AHEAD]);
            }
            const Range a{left.data()[k], left_end.data()[k]}, b{right.data()[k], right_end.data()[k]};
            result[k] = may_gain_around(keys, a, b) && gains_around(keys, offsets, a, b);
        }
    }
    return hand_over(std::move(result), count);
}

nb::tuple grow(In<uint64_t> keys, const Texts &texts, In<int64_t> left, In<int64_t> right, In<int64_t> left_room,
               In<int64_t> right_room, In<int64_t> score, int direction) {
    const std::size_t count = left.size();
    check(right.size() == count && left_room.size() == count && right_room.size() == count && score.size() == count,
          "arrays must be of one length");
    check(direction == 1 || direction == -1, "the direction must be 1 or -1");
    std::vector<int64_t> lefts(count), rights(count), scores(count);
    {
        nb::gil_scoped_release released;
        EndGrower grower(keys.data(), texts, direction);
        for (std::size_t k = 0; k < count; ++k) {
            EndGrower::End end{left.data()[k], right.data()[k], left_room.data()[k], right_room.data()[k],
                               score.data()[k]};
            if (end.left_room > 0 && end.right_room > 0) {
                const auto size = static_cast<int64_t>(keys.size());
                for (const auto &[place, room] : {std::pair(end.left, end.left_room), {end.right, end.right_room}}) {
                    check_range(place, size, keys.size());
                    check(room <= (direction > 0 ? size - place : place), "places must be those of the keys");
                }
                grower.grow(end);
            }
            lefts[k] = end.left;
            rights[k] = end.right;
            scores[k] = end.score;
        }
    }
    return nb::make_tuple(hand_over(std::move(lefts)), hand_over(std::move(rights)), hand_over(std::move(scores)));
}

}  // namespace

void bind_alignment(nb::module_ &module) {
    module.def("lcs_length", &lcs_length, nb::arg("a"), nb::arg("b"), nb::arg("known") = 0);
    module.def("lcs_runs", &lcs_runs);
    module.def("score_words", &score_words);
    module.def("align_runs", &align_runs);
    module.def("covered", &covered);
    module.def("may_grow", &may_grow);
    module.def("grow", &grow);
}

}  // namespace dedup
