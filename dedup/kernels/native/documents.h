// Which document a place belongs to, without a search through all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "arrays.h"

namespace dedup {

class DocumentIndex {
  public:
    // `offsets` must be as check_offsets wants them and outlive this.
    DocumentIndex(const int64_t *offsets, std::size_t size)
        : ends_(offsets + 1), coarse_(static_cast<std::size_t>(offsets[size - 1] >> SHIFT) + 1) {
        std::size_t document = 0;
        for (std::size_t step = 0; step < coarse_.size(); ++step) {
            while (document + 2 < size && ends_[document] <= static_cast<int64_t>(step << SHIFT)) ++document;
            coarse_[step] = static_cast<uint32_t>(document);
        }
    }

    // The number of the document in which the place lies, which must be less than the last offset.
    std::size_t operator()(int64_t place) const {
        std::size_t document = coarse_[static_cast<std::size_t>(place >> SHIFT)];
        while (ends_[document] <= place) ++document;
        return document;
    }

    // Asks for what will be looked at for a place.
    void fetch(int64_t place) const { fetch_early(&coarse_[static_cast<std::size_t>(place >> SHIFT)]); }

  private:
    static constexpr int SHIFT = 7;  // documents shorter than this, on the average, cost a few steps
    const int64_t *ends_;
    std::vector<uint32_t> coarse_;  // the document of every 128th place; narrow, so that more of it is in the cache
};

}  // namespace dedup
