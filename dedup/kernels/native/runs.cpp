// Anchors to equal runs, as in reference/runs.py.
#include <algorithm>
#include <iterator>
#include <tuple>
#include <vector>

#include "arrays.h"
#include "documents.h"
#include "radix.h"
#include "repeats.h"
#include "twice.h"

namespace dedup {

namespace {

// Which runs are worth keeping: see reference/runs.py.
struct RunLimits {
    int64_t shortest, max_gap, least;
};

// `Place` is as wide as places and documents' numbers need it: there are many anchors and runs.
template <typename Place>
class RunFinder {
  public:
    RunFinder(const In<uint64_t> &keys, const In<int64_t> &offsets, const RunLimits &limits)
        : keys_(keys.data()), places_(static_cast<int64_t>(keys.size())), offsets_(offsets.data()),
          documents_(offsets.size() - 1), limits_(limits),
          band_width_(static_cast<Place>(std::clamp<int64_t>(limits.max_gap, 1, places_ + 1))),
          document_of_(offsets.data(), offsets.size()), equal_(keys_, offsets_, document_of_) {}

    // Takes some anchors. Nearly all of ordinary text are in short runs that no other one is near to. So the short ones
    // are told apart first, and only those that stay are sorted like the others.
    template <typename Given>
    void add(const Given *left, const Given *right, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            if (i + AHEAD < count) {
                fetch_early(keys_ + left[i + AHEAD]);
                fetch_early(keys_ + right[i + AHEAD]);
            }
            const auto a = static_cast<int64_t>(left[i]), b = static_cast<int64_t>(right[i]);
            if (keys_[a] != keys_[b]) continue;
            Anchor anchor{static_cast<Place>(b - a), static_cast<Place>(a)};
            // Documents need not be looked up to see that no more is equal.
            int64_t ahead = equal_words(a, b, std::min(limits_.least, places_ - b), 1);
            int64_t back = equal_words(a, b, std::min(limits_.least, a + 1), -1) - 1;
            if (back || ahead + back >= limits_.least || ahead + back > b - a) {
                const Room room = room_around(a, b);
                ahead = std::min(ahead, room.ahead);
                back = std::min(back, room.back);
            }
            if (ahead + back >= limits_.least || ahead + back > b - a) {
                anchors_.push_back(anchor);
            } else {
                anchor.left -= static_cast<Place>(back);
                short_.push_back(anchor);
            }
        }
    }

    // Leaves the runs in `runs_`.
    void find() {
        grow();
        separate();
        add_short_runs();
        sort_runs();
        runs_.erase(std::unique(runs_.begin(), runs_.end(), same), runs_.end());
    }

    std::size_t size() const { return runs_.size(); }

    // Writes the runs into columns of `size()` values.
    void write(int64_t *left, int64_t *right, int64_t *length) const {
        for (const Run &run : runs_) {
            *left++ = static_cast<int64_t>(run.left);
            *right++ = static_cast<int64_t>(run.right);
            *length++ = static_cast<int64_t>(run.length);
        }
    }

  private:
    static constexpr std::size_t AHEAD = 12;  // anchors whose words are fetched early

    struct Anchor {
        Place distance, left;
        bool operator==(const Anchor &other) const { return distance == other.distance && left == other.left; }
    };
    struct Run {
        Place left, right, length, left_document, right_document;
        Place distance() const { return right - left; }
        Place right_end() const { return right + length; }
        bool overlaps() const { return length > distance(); }
    };

    static bool same(const Run &a, const Run &b) {
        return a.left == b.left && a.right == b.right && a.length == b.length;
    }
    static bool by_distance(const Run &a, const Run &b) {
        return a.distance() != b.distance() ? a.distance() < b.distance() : a.left < b.left;
    }

    static bool is_before(const Anchor &a, const Anchor &b) {
        return a.distance != b.distance ? a.distance < b.distance : a.left < b.left;
    }

    // Anchors of one distance that lie in the same run follow each other.
    void grow() {
        sort_anchors();
        Anchor in{0, 0};  // of the last run, the distance and where its left side ends
        for (std::size_t i = 0; i < anchors_.size(); ++i) {
            const Anchor &ahead = anchors_[std::min(i + AHEAD, anchors_.size() - 1)], &anchor = anchors_[i];
            fetch_early(keys_ + ahead.left);
            fetch_early(keys_ + (ahead.left + ahead.distance));
            if (anchor.distance == in.distance && anchor.left < in.left) continue;
            runs_.push_back(run_around(anchor));
            in = {anchor.distance, static_cast<Place>(runs_.back().left + runs_.back().length)};
        }
        std::vector<Anchor>().swap(anchors_);
    }

    void sort_anchors() {
        std::vector<Anchor> scratch;
        const unsigned bits = bit_width(static_cast<uint64_t>(places_));
        radix_sort(anchors_, scratch, bits, [](const Anchor &anchor) { return anchor.left; });
        radix_sort(anchors_, scratch, bits, [](const Anchor &anchor) { return anchor.distance; });
    }

    struct Room {
        int64_t ahead, back;
    };

    // How many tokens of both documents follow two places, these included, and how many there are before them.
    Room room_around(int64_t left, int64_t right) const {
        const std::size_t document = document_of_(left), other = document_of_(right);
        return {std::min(offsets_[document + 1] - left, offsets_[other + 1] - right),
                std::min(left - offsets_[document], right - offsets_[other])};
    }

    Run run_around(const Anchor &anchor) {
        const auto left = static_cast<int64_t>(anchor.left), right = left + static_cast<int64_t>(anchor.distance);
        const Room room = room_around(left, right);
        const int64_t ahead = equal_.length(left, right, room.ahead, 1);
        const int64_t back = equal_.length(left, right, room.back + 1, -1) - 1;
        return {static_cast<Place>(left - back),       static_cast<Place>(right - back),
                static_cast<Place>(ahead + back),      static_cast<Place>(document_of_(left)),
                static_cast<Place>(document_of_(right))};
    }

    int64_t equal_words(int64_t left, int64_t right, int64_t room, int direction) const {
        const uint64_t *a = keys_ + left, *b = keys_ + right;
        int64_t count = 0;
        for (; count < room && *a == *b; ++count) a += direction, b += direction;
        return count;
    }

    // Cuts runs that overlap themselves, and leaves out those that only repeat another at a multiple of its period.
    void separate() {
        std::vector<Run> periodic;
        for (const Run &run : runs_) {
            if (run.overlaps()) periodic.push_back(run);
        }
        if (periodic.empty()) return;
        // The least period of the stretches that begin at a place.
        std::stable_sort(periodic.begin(), periodic.end(), [](const Run &a, const Run &b) { return a.left < b.left; });
        const auto one_place = [](const Run &a, const Run &b) { return a.left == b.left; };
        periodic.erase(std::unique(periodic.begin(), periodic.end(), one_place), periodic.end());
        Place longest = 0;
        for (const Run &run : periodic) longest = std::max(longest, static_cast<Place>(run.right_end() - run.left));
        const auto only_repeats = [&](const Anchor &begin) {
            return begin.distance < longest && repeats(run_around(begin), periodic);
        };
        short_.erase(std::remove_if(short_.begin(), short_.end(), only_repeats), short_.end());
        std::vector<Run> kept, pieces;
        for (const Run &run : runs_) {
            if (repeats(run, periodic)) continue;
            if (run.overlaps()) {
                cut(run, pieces);
            } else {
                kept.push_back(run);
            }
        }
        std::sort(pieces.begin(), pieces.end(), [](const Run &a, const Run &b) {
            return std::make_tuple(a.distance(), a.left, a.length) < std::make_tuple(b.distance(), b.left, b.length);
        });
        runs_.clear();
        std::merge(kept.begin(), kept.end(), pieces.begin(), pieces.end(), std::back_inserter(runs_), by_distance);
    }

    static bool repeats(const Run &run, const std::vector<Run> &periodic) {
        if (run.left_document != run.right_document) return false;
        auto stretch = std::upper_bound(periodic.begin(), periodic.end(), run.left,
                                        [](Place left, const Run &other) { return left < other.left; });
        if (stretch == periodic.begin()) return false;
        --stretch;
        return run.right_end() <= stretch->right_end() && run.distance() > stretch->distance() &&
               run.distance() % stretch->distance() == 0;
    }

    void cut(const Run &run, std::vector<Run> &pieces) const {
        const Place period = run.distance(), end = run.left + run.length;
        Run piece = run;
        if (static_cast<int64_t>(period) < limits_.shortest) {
            const Place stretch = run.length + period;  // two halves of it, a multiple of the period apart
            const Place shift = (stretch + 2 * period - 1) / (2 * period) * period;
            piece.right = run.left + shift;
            piece.length = stretch - shift;
            pieces.push_back(piece);
            return;
        }
        for (piece.left = run.left; piece.left < end; piece.left += period) {
            piece.right = piece.left + period;
            piece.length = std::min<Place>(period, end - piece.left);
            pieces.push_back(piece);
        }
    }

    // A run of a band of distances: where its left side begins and ends, and its number if it is a short one.
    struct Stretch {
        Place left, distance;
        int64_t end;
        std::size_t number;
    };
    static constexpr std::size_t LONG = SIZE_MAX;
    static bool by_left(const Stretch &a, const Stretch &b) {
        return a.left != b.left ? a.left < b.left : a.distance < b.distance;
    }

    static bool again(const Stretch &a, const Stretch &b) {
        return a.left == b.left && a.distance == b.distance && a.number != LONG && b.number != LONG;
    }

    // Adds the short runs that another run is near to.
    void add_short_runs() {
        drop_lonely();
        std::vector<bool> near(short_.size());
        find_near(near);
        std::size_t size = 0;
        for (std::size_t i = 0; i < short_.size(); ++i) {
            if (near[i]) short_[size++] = short_[i];
        }
        short_.resize(size);
        std::sort(short_.begin(), short_.end(), is_before);
        short_.erase(std::unique(short_.begin(), short_.end()), short_.end());
        std::vector<Run> added, all;
        added.reserve(short_.size());
        for (const Anchor &begin : short_) added.push_back(run_around(begin));
        std::vector<Anchor>().swap(short_);
        all.reserve(runs_.size() + added.size());
        std::merge(added.begin(), added.end(), runs_.begin(), runs_.end(), std::back_inserter(all), by_distance);
        runs_.swap(all);
    }

    // (A narrow division takes half the time of a wide one.)
    std::size_t band_of(Place distance) const { return distance / band_width_; }

    // Leaves out short runs that are alone in their band and have none in the two beside it.
    void drop_lonely() {
        const auto slot = [&](Place distance) { return band_of(distance) + 1; };
        Twice seen;
        seen.begin(slot(static_cast<Place>(places_)) + 2);
        for (const Anchor &begin : short_) seen.add(slot(begin.distance));
        for (const Run &run : runs_) seen.add(slot(run.distance()));
        std::size_t size = 0;
        for (const Anchor &begin : short_) {
            const std::size_t own = slot(begin.distance);
            short_[size] = begin;  // no branch: nobody could foretell it
            size += seen.twice(own) | seen.once(own - 1) | seen.once(own + 1);
        }
        short_.resize(size);
    }

    // Goes through the bands in turn, each together with the one before it. Short runs are sorted by bands first.
    void find_near(std::vector<bool> &near) {
        {
            std::vector<Anchor> scratch;
            radix_sort(short_, scratch, bit_width(band_of(static_cast<Place>(places_))),
                       [&](const Anchor &begin) { return band_of(begin.distance); });
        }
        std::vector<Stretch> before, own, both;
        uint64_t band_before = 0;
        std::size_t begin = 0, run = 0;
        while (begin < short_.size() || run < runs_.size()) {
            uint64_t band = UINT64_MAX;
            if (begin < short_.size()) band = band_of(short_[begin].distance);
            if (run < runs_.size()) band = std::min(band, band_of(runs_[run].distance()));
            own.clear();
            for (; begin < short_.size() && band_of(short_[begin].distance) == band; ++begin) {
                const Anchor &at = short_[begin];
                own.push_back({at.left, at.distance, static_cast<int64_t>(at.left) + limits_.least, begin});
            }
            for (; run < runs_.size() && band_of(runs_[run].distance()) == band; ++run) {
                const auto length = std::max(static_cast<int64_t>(runs_[run].length), limits_.least);
                own.push_back({runs_[run].left, runs_[run].distance(),
                               static_cast<int64_t>(runs_[run].left) + length, LONG});
            }
            std::sort(own.begin(), own.end(), by_left);
            own.erase(std::unique(own.begin(), own.end(), again), own.end());
            if (band != band_before + 1) before.clear();
            both.clear();
            std::merge(before.begin(), before.end(), own.begin(), own.end(), std::back_inserter(both), by_left);
            mark_near(both, near);
            before.swap(own);
            band_before = band;
        }
    }

    // Of stretches by left place, marks the short ones that are near to one before or after in the same document. (Of
    // those before in one document none reaches less far than what is in documents before it.)
    void mark_near(const std::vector<Stretch> &stretches, std::vector<bool> &near) const {
        int64_t furthest = 0;
        for (std::size_t i = 1; i < stretches.size(); ++i) {
            furthest = std::max(furthest, stretches[i - 1].end);
            if (static_cast<int64_t>(stretches[i].left) - furthest > limits_.max_gap) continue;
            if (document_of_(stretches[i - 1].left) != document_of_(stretches[i].left)) continue;
            for (const std::size_t number : {stretches[i - 1].number, stretches[i].number}) {
                if (number != LONG) near[number] = true;
            }
        }
    }

    // By documents, then left place; what is equal in these is sorted by distance already.
    void sort_runs() {
        int64_t longest = 0;
        for (std::size_t i = 0; i < documents_; ++i) longest = std::max(longest, offsets_[i + 1] - offsets_[i]);
        const unsigned bits = bit_width(documents_);
        std::vector<Run> scratch;
        radix_sort(runs_, scratch, bit_width(static_cast<uint64_t>(longest)),
                   [this](const Run &run) { return run.left - static_cast<Place>(offsets_[run.left_document]); });
        radix_sort(runs_, scratch, bits, [](const Run &run) { return run.right_document; });
        radix_sort(runs_, scratch, bits, [](const Run &run) { return run.left_document; });
    }

    const uint64_t *keys_;
    int64_t places_;
    const int64_t *offsets_;
    std::size_t documents_;
    RunLimits limits_;
    Place band_width_;
    DocumentIndex document_of_;
    EqualStretches<Place> equal_;
    std::vector<Anchor> anchors_, short_;
    std::vector<Run> runs_;
};

// Takes anchors whose places are of the width `Given`.
template <typename Given, typename Place>
void add_checked(nb::handle part, std::size_t places, RunFinder<Place> &finder) {
    const auto [left, right] = nb::cast<std::pair<In<Given>, In<Given>>>(part);
    if (left.size() != right.size()) throw nb::value_error("left and right must be of one length");
    const auto end = static_cast<int64_t>(places);
    bool inside = true;
    const nb::gil_scoped_release released;
    for (std::size_t i = 0; i < left.size(); ++i) {
        const auto a = static_cast<int64_t>(left.data()[i]), b = static_cast<int64_t>(right.data()[i]);
        inside &= 0 <= a && a < b && b < end;
    }
    check(inside, "anchors must be two places of tokens, left before right");
    finder.add(left.data(), right.data(), left.size());
}

template <typename Place>
nb::tuple find_runs(const nb::iterable &anchors, const In<uint64_t> &keys, const In<int64_t> &offsets,
                    const RunLimits &limits) {
    Column<int64_t> columns[3];
    std::size_t size = 0;
    RunFinder<Place> finder(keys, offsets, limits);
    for (nb::handle part : anchors) {
        const bool narrow = nb::cast<nb::ndarray<nb::ro>>(part[0]).dtype() == nb::dtype<uint32_t>();
        narrow ? add_checked<uint32_t>(part, keys.size(), finder) : add_checked<int64_t>(part, keys.size(), finder);
    }
    {
        nb::gil_scoped_release released;
        finder.find();
        size = finder.size();
        for (auto &column : columns) column = make_column<int64_t>(size);
        finder.write(columns[0].get(), columns[1].get(), columns[2].get());
    }
    return nb::make_tuple(hand_over(std::move(columns[0]), size), hand_over(std::move(columns[1]), size),
                          hand_over(std::move(columns[2]), size));
}

nb::tuple equal_runs(nb::iterable anchors, In<uint64_t> keys, In<int64_t> offsets, int64_t shortest, int64_t max_gap,
                     int64_t least) {
    check_offsets(offsets, keys.size());
    if (shortest < 1) throw nb::value_error("the shortest passage must have a token");
    constexpr int64_t MOST = int64_t{1} << 60;  // nothing that is added up can overflow
    if (max_gap < 0 || max_gap > MOST) throw nb::value_error("the gap must be a number of tokens");
    if (least < 1 || least > MOST) throw nb::value_error("the least run must have a token");
    const RunLimits limits{shortest, max_gap, least};
    return keys.size() < NARROW && offsets.size() < NARROW ? find_runs<uint32_t>(anchors, keys, offsets, limits)
                                                           : find_runs<uint64_t>(anchors, keys, offsets, limits);
}

}  // namespace

void bind_runs(nb::module_ &module) {
    module.def("equal_runs", &equal_runs, nb::arg("anchors"), nb::arg("keys"), nb::arg("offsets"),
               nb::arg("shortest"), nb::arg("max_gap"), nb::arg("least"));
}

}  // namespace dedup
