// Anchors to equal runs, as in reference/runs.py.
#include <algorithm>
#include <iterator>
#include <tuple>
#include <vector>

#include "arrays.h"
#include "documents.h"
#include "radix.h"

namespace dedup {

namespace {

inline void fetch_early([[maybe_unused]] const void *memory) {
#if defined(__GNUC__)
    __builtin_prefetch(memory);
#endif
}

// `Place` is as wide as places and documents' numbers need it: there are many anchors and runs.
template <typename Place>
class RunFinder {
  public:
    RunFinder(const In<uint64_t> &keys, const In<int64_t> &offsets, int64_t shortest)
        : keys_(keys.data()), offsets_(offsets.data()), documents_(offsets.size() - 1), shortest_(shortest),
          document_of_(offsets.data(), offsets.size()) {}

    // Leaves the runs in `runs_`.
    void find(const int64_t *left, const int64_t *right, std::size_t count) {
        sort_anchors(left, right, count);
        grow();
        std::vector<Anchor>().swap(anchors_);
        separate();
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
    struct Anchor {
        Place distance, left;
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

    void sort_anchors(const int64_t *left, const int64_t *right, std::size_t count) {
        anchors_.resize(count);
        uint64_t most = 0;
        for (std::size_t i = 0; i < count; ++i) {
            anchors_[i] = {static_cast<Place>(right[i] - left[i]), static_cast<Place>(left[i])};
            most = std::max<uint64_t>(most, static_cast<uint64_t>(right[i]));
        }
        std::vector<Anchor> scratch;
        radix_sort(anchors_, scratch, bit_width(most), [](const Anchor &anchor) { return anchor.left; });
        radix_sort(anchors_, scratch, bit_width(most), [](const Anchor &anchor) { return anchor.distance; });
    }

    // Anchors of one distance that lie in the same run follow each other.
    void grow() {
        constexpr std::size_t AHEAD = 12;
        runs_.reserve(anchors_.size());  // memory that is never written to is never taken
        Anchor in{0, 0};  // of the last run, the distance and where its left side ends
        for (std::size_t i = 0; i < anchors_.size(); ++i) {
            if (i + AHEAD < anchors_.size()) {
                const Anchor &next = anchors_[i + AHEAD];
                fetch_early(keys_ + next.left);
                fetch_early(keys_ + next.left + next.distance);
            }
            const Anchor &anchor = anchors_[i];
            if (anchor.distance == in.distance && anchor.left < in.left) continue;
            const Place left = anchor.left, right = left + anchor.distance;
            if (keys_[left] != keys_[right]) continue;
            const std::size_t document = document_of_(left), other = document_of_(right);
            const auto a = static_cast<int64_t>(left), b = static_cast<int64_t>(right);
            const int64_t room_ahead = std::min(offsets_[document + 1] - a, offsets_[other + 1] - b);
            const int64_t room_back = std::min(a - offsets_[document], b - offsets_[other]) + 1;
            const int64_t ahead = equal_words(left, right, room_ahead, 1);
            const int64_t back = equal_words(left, right, room_back, -1) - 1;
            runs_.push_back({static_cast<Place>(left - back), static_cast<Place>(right - back),
                             static_cast<Place>(ahead + back), static_cast<Place>(document),
                             static_cast<Place>(other)});
            in = {anchor.distance, static_cast<Place>(left + ahead)};
        }
    }

    int64_t equal_words(Place left, Place right, int64_t room, int direction) const {
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
        if (static_cast<int64_t>(period) < shortest_) {
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
    const int64_t *offsets_;
    std::size_t documents_;
    int64_t shortest_;
    DocumentIndex document_of_;
    std::vector<Anchor> anchors_;
    std::vector<Run> runs_;
};

template <typename Place>
nb::tuple find_runs(const In<int64_t> &left, const In<int64_t> &right, const In<uint64_t> &keys,
                    const In<int64_t> &offsets, int64_t shortest) {
    Column<int64_t> columns[3];
    std::size_t size = 0;
    {
        nb::gil_scoped_release released;
        RunFinder<Place> finder(keys, offsets, shortest);
        finder.find(left.data(), right.data(), left.size());
        size = finder.size();
        for (auto &column : columns) column = make_column<int64_t>(size);
        finder.write(columns[0].get(), columns[1].get(), columns[2].get());
    }
    return nb::make_tuple(hand_over(std::move(columns[0]), size), hand_over(std::move(columns[1]), size),
                          hand_over(std::move(columns[2]), size));
}

nb::tuple equal_runs(In<int64_t> left, In<int64_t> right, In<uint64_t> keys, In<int64_t> offsets, int64_t shortest) {
    check_offsets(offsets, keys.size());
    if (left.size() != right.size()) throw nb::value_error("left and right must be of one length");
    if (shortest < 1) throw nb::value_error("the shortest passage must have a token");
    const auto end = static_cast<int64_t>(keys.size());
    bool inside = true;
    for (std::size_t i = 0; i < left.size(); ++i) {
        inside &= 0 <= left.data()[i] && left.data()[i] < right.data()[i] && right.data()[i] < end;
    }
    if (!inside) throw nb::value_error("anchors must be two places of tokens, left before right");
    // Sums of two places and a length must fit as well.
    constexpr std::size_t NARROW = std::size_t{1} << 30;
    return keys.size() < NARROW && offsets.size() < NARROW ? find_runs<uint32_t>(left, right, keys, offsets, shortest)
                                                           : find_runs<uint64_t>(left, right, keys, offsets, shortest);
}

}  // namespace

void bind_runs(nb::module_ &module) {
    module.def("equal_runs", &equal_runs, nb::arg("left"), nb::arg("right"), nb::arg("keys"), nb::arg("offsets"),
               nb::arg("shortest"));
}

}  // namespace dedup
