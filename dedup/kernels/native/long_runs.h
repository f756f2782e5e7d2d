// Equal runs of ranges that are too long for a table of common subsequences, as Python finds them.
#pragma once

#include <nanobind/stl/tuple.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "arrays.h"
#include "sequences.h"

namespace dedup {

// `runs_between(begin, end, other begin, other end)` returns (place in the one range, in the other, length), all within
// the ranges. The GIL may be held or not.
inline std::vector<Run> ask_for_runs(const nb::object &runs_between, int64_t begin, int64_t end, int64_t other_begin,
                                     int64_t other_end) {
    nb::gil_scoped_acquire acquired;
    std::vector<Run> runs;
    for (nb::handle row : runs_between(begin, end, other_begin, other_end)) {
        const auto [left, right, size] = nb::cast<std::tuple<std::size_t, std::size_t, std::size_t>>(row);
        const auto length = static_cast<std::size_t>(end - begin);
        const auto other_length = static_cast<std::size_t>(other_end - other_begin);
        if (left > length || size > length - left || right > other_length || size > other_length - right) {
            throw std::invalid_argument("runs must lie within the ranges that they are runs of");
        }
        runs.push_back({left, right, size});
    }
    return runs;
}

}  // namespace dedup
