// How far two texts are equal, where those that repeat themselves are not gone through again and again: as in
// reference/repeats.py.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "documents.h"

namespace dedup {

// Compares the texts of documents. `Place` is as wide as lengths need it.
template <typename Place>
class EqualStretches {
  public:
    // The arrays must outlive this.
    EqualStretches(const uint64_t *keys, const int64_t *offsets, const DocumentIndex &document_of)
        : keys_(keys), offsets_(offsets), document_of_(document_of) {}

    // The number of tokens that are equal from two places on in a direction (1 or -1), at most `room`, over which
    // neither leaves its document.
    int64_t length(int64_t left, int64_t right, int64_t room, int64_t direction) {
        int64_t count = 0, begin = 0;  // what comes before `begin` has been seen to be periodic
        for (int64_t size = LONG;; size *= FACTOR) {
            const int64_t stop = std::min(room, begin + size);
            while (count < stop && keys_[left + direction * count] == keys_[right + direction * count]) ++count;
            if (count < begin + size || count == room) return count;
            const int64_t period = least_period(left + direction * begin, size, direction);
            if (2 * period > size) continue;
            const int64_t on_left = periodic(left, begin, size, period, direction);
            const int64_t on_right = periodic(right, begin, size, period, direction);
            count = std::min({on_left, on_right, room});
            if (on_left != on_right || count == room) return count;
            begin = count;
            size = LONG / FACTOR;
        }
    }

  private:
    static constexpr int64_t LONG = 256;  // tokens that are compared before anything else is tried
    static constexpr int64_t FACTOR = 4;

    // The least period of `size` tokens, by the borders of all their beginnings (Knuth, Morris and Pratt 1977).
    int64_t least_period(int64_t place, int64_t size, int64_t direction) {
        const auto token = [=](Place i) { return keys_[place + direction * static_cast<int64_t>(i)]; };
        borders_.assign(static_cast<std::size_t>(size), 0);
        Place border = 0;
        for (Place i = 1; i < static_cast<Place>(size); ++i) {
            while (border && token(i) != token(border)) border = borders_[border - 1];
            if (token(i) == token(border)) ++border;
            borders_[i] = border;
        }
        return size - static_cast<int64_t>(border);
    }

    // How many tokens from a place on in a direction go on with the period that `size` of them have, those that follow
    // the first `begin`.
    int64_t periodic(int64_t place, int64_t begin, int64_t size, int64_t period, int64_t direction) {
        const int64_t first = place + direction * begin, last = first + direction * (size - 1);
        const auto [start, end] = stretch_around(std::min(first, last), std::max(first, last) + 1, period);
        return direction > 0 ? end - place : place + 1 - start;
    }

    // The longest stretch of the document with a period that a part of it, of two periods or more, has.
    std::pair<int64_t, int64_t> stretch_around(int64_t begin, int64_t end, int64_t period) {
        auto next = stretches_.upper_bound({period, begin});
        if (next != stretches_.begin()) {
            const auto &[key, known_end] = *std::prev(next);
            if (key.first == period && known_end >= end) return {key.second, known_end};
        }
        const std::size_t document = document_of_(begin);
        while (begin > offsets_[document] && keys_[begin - 1] == keys_[begin - 1 + period]) --begin;
        while (end < offsets_[document + 1] && keys_[end] == keys_[end - period]) ++end;
        stretches_.emplace_hint(next, std::make_pair(period, begin), end);
        return {begin, end};
    }

    const uint64_t *keys_;
    const int64_t *offsets_;
    const DocumentIndex &document_of_;
    std::map<std::pair<int64_t, int64_t>, int64_t> stretches_;  // by period and begin, their ends; fewer than tokens
    std::vector<Place> borders_;
};

}  // namespace dedup
