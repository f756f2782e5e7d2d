// Equal runs to chains, as in reference/chains.py.
#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "arrays.h"
#include "documents.h"
#include "extension.h"

namespace dedup {

namespace {

constexpr int64_t NONE = -1;

// The runs of each diagonal band of one pair of documents, from the newest to the oldest. Neighbouring bands stand in
// neighbouring slots of a hash table, unless others were there first.
class Bands {
  public:
    struct Band {
        int64_t number;
        int64_t newest;   // run, or NONE where there is no such band
        int64_t longest;  // length of a run
    };

    void begin(std::size_t runs) {
        std::size_t slots = 8;
        while (slots < 2 * runs) slots *= 2;
        mask_ = slots - 1;
        slots_.assign(slots, {0, NONE, 0});
    }

    // The band, or the free slot that it would have.
    Band &operator[](int64_t number) {
        std::size_t at = static_cast<std::size_t>(number) & mask_;
        while (slots_[at].newest != NONE && slots_[at].number != number) at = (at + 1) & mask_;
        return slots_[at];
    }

  private:
    std::size_t mask_ = 0;
    std::vector<Band> slots_;
};

class Chainer {
  public:
    Chainer(const int64_t *left, const int64_t *right, const int64_t *length, const In<int64_t> &costs,
            int64_t look_back)
        : left_(left), right_(right), length_(length), costs_(costs.data()),
          max_gap_(static_cast<int64_t>(costs.size()) - 1), look_back_(look_back) {}

    // Chains the runs `begin`, ..., `end` - 1, of one pair of documents, and sets the first run of the chain of each.
    void chain(int64_t begin, int64_t end, int64_t *firsts) {
        if (end - begin == 1) {
            firsts[begin] = begin;
            return;
        }
        begin_ = begin;
        runs_.assign(static_cast<std::size_t>(end - begin), {0, NONE, NONE, false});
        bands_.begin(runs_.size());
        for (int64_t run = begin; run < end; ++run) join(run);
        trace(firsts);
    }

  private:
    struct Run {
        int64_t score;
        int64_t predecessor;
        int64_t before;  // the run before it in its band
        bool followed;
    };
    Run &at(int64_t run) { return runs_[static_cast<std::size_t>(run - begin_)]; }

    void join(int64_t run) {
        const int64_t width = std::max<int64_t>(max_gap_, 1);
        const int64_t diagonal = right_[run] - left_[run];
        const int64_t number = diagonal >= 0 ? diagonal / width : -((width - 1 - diagonal) / width);
        int64_t best = 0, predecessor = NONE;
        for (int64_t near = number - 1; near <= number + 1; ++near) {
            const Bands::Band &band = bands_[near];
            int64_t other = band.newest;
            for (int64_t looked = 0; other != NONE && looked < look_back_; ++looked, other = at(other).before) {
                if (left_[run] - left_[other] > max_gap_ + band.longest) break;
                const int64_t score = score_after(other, run);
                if (score > best) best = score, predecessor = other;
            }
        }
        Bands::Band &own = bands_[number];
        at(run) = {best + SCORE * length_[run] - SCORE / 2, predecessor, own.newest, false};
        if (predecessor != NONE) at(predecessor).followed = true;
        own = {number, run, std::max(own.longest, length_[run])};
    }

    // The score of the best chain that ends in `other`, less what it costs to go on to `run`; 0 where it cannot.
    int64_t score_after(int64_t other, int64_t run) {
        if (left_[run] == left_[other] || right_[run] <= right_[other]) return 0;
        int64_t gap_left = left_[run] - left_[other] - length_[other];
        int64_t gap_right = right_[run] - right_[other] - length_[other];
        const int64_t overlap = std::max({-gap_left, -gap_right, int64_t{0}});
        if (gap_left > max_gap_ || gap_right > max_gap_ || overlap >= length_[run]) return 0;
        gap_left += overlap;
        gap_right += overlap;
        const int64_t difference = std::abs(gap_left - gap_right);
        if (difference > max_gap_) return 0;
        return at(other).score - costs_[difference] - std::min(gap_left, gap_right) - SCORE * overlap;
    }

    void trace(int64_t *firsts) {
        const auto end = begin_ + static_cast<int64_t>(runs_.size());
        ends_.clear();
        for (int64_t run = begin_; run < end; ++run) {
            firsts[run] = NONE;
            if (at(run).predecessor != NONE || at(run).followed) {
                ends_.push_back(run);
            } else {
                firsts[run] = run;
            }
        }
        std::sort(ends_.begin(), ends_.end(), [this](int64_t a, int64_t b) {
            return at(a).score != at(b).score ? at(a).score > at(b).score : a < b;
        });
        for (const int64_t best : ends_) {
            members_.clear();
            // What is taken belongs to a better chain: this one starts after it.
            for (int64_t run = best; run != NONE && firsts[run] == NONE; run = at(run).predecessor) {
                members_.push_back(run);
                firsts[run] = run;
            }
            for (const int64_t run : members_) firsts[run] = members_.back();
        }
    }

    const int64_t *left_, *right_, *length_;
    const int64_t *costs_;
    int64_t max_gap_, look_back_;
    int64_t begin_ = 0;
    std::vector<Run> runs_;
    Bands bands_;
    std::vector<int64_t> ends_, members_;
};

// Numbers the chains in the order of their first runs and lists the runs chain by chain.
void number_chains(std::size_t count, const int64_t *firsts, int64_t *chains, int64_t *order) {
    std::vector<int64_t> ends;  // of chains, in the order: first their sizes, then where each is written next
    for (std::size_t run = 0; run < count; ++run) {
        if (firsts[run] == static_cast<int64_t>(run)) {
            chains[run] = static_cast<int64_t>(ends.size());
            ends.push_back(1);
        } else {
            chains[run] = chains[firsts[run]];
            ++ends[static_cast<std::size_t>(chains[run])];
        }
    }
    int64_t total = 0;
    for (int64_t &end : ends) {
        const int64_t size = end;
        end = total;
        total += size;
    }
    for (std::size_t run = 0; run < count; ++run) {
        order[ends[static_cast<std::size_t>(chains[run])]++] = static_cast<int64_t>(run);
    }
}

bool are_runs(const In<int64_t> &left, const In<int64_t> &right, const In<int64_t> &length, int64_t end) {
    const auto ends_inside = [end](int64_t begin, int64_t size) {
        return 0 <= begin && begin < end && size <= end - begin;
    };
    for (std::size_t i = 0; i < left.size(); ++i) {
        const int64_t size = length.data()[i];
        if (size < 0 || !ends_inside(left.data()[i], size) || !ends_inside(right.data()[i], size)) return false;
    }
    return true;
}

nb::tuple chain(In<int64_t> left, In<int64_t> right, In<int64_t> length, In<int64_t> offsets, In<int64_t> costs,
                int64_t look_back) {
    const std::size_t count = left.size();
    if (right.size() != count || length.size() != count) throw nb::value_error("arrays must be of one length");
    if (!costs.size()) throw nb::value_error("there must be gap costs");
    check_offsets(offsets, offsets.size() ? static_cast<std::size_t>(offsets.data()[offsets.size() - 1]) : 0);
    if (!are_runs(left, right, length, offsets.data()[offsets.size() - 1])) {
        throw nb::value_error("runs must lie within the documents");
    }
    auto chains = make_column<int64_t>(count);
    auto order = make_column<int64_t>(count);
    {
        nb::gil_scoped_release released;
        const DocumentIndex document_of(offsets.data(), offsets.size());
        Chainer chainer(left.data(), right.data(), length.data(), costs, look_back);
        const auto firsts = make_column<int64_t>(count);
        const auto pair_of = [&](std::size_t run) {
            return std::make_pair(document_of(left.data()[run]), document_of(right.data()[run]));
        };
        for (std::size_t begin = 0, end; begin < count; begin = end) {
            const auto pair = pair_of(begin);
            end = begin + 1;
            while (end < count && pair_of(end) == pair) ++end;
            chainer.chain(static_cast<int64_t>(begin), static_cast<int64_t>(end), firsts.get());
        }
        number_chains(count, firsts.get(), chains.get(), order.get());
    }
    return nb::make_tuple(hand_over(std::move(chains), count), hand_over(std::move(order), count));
}

}  // namespace

void bind_chains(nb::module_ &module) {
    module.def("chain", &chain, nb::arg("left"), nb::arg("right"), nb::arg("length"), nb::arg("offsets"),
               nb::arg("costs"), nb::arg("look_back"));
}

}  // namespace dedup
