// Marks at tokens: what their fingerprints' groups are like, and where stretches begin, as in reference/marking.py.
#include <algorithm>
#include <vector>

#include "arrays.h"

namespace dedup {

namespace {

enum Mark : uint8_t { NONE, ALONE, REPEATED, CROWDED };

using Marks = nb::ndarray<uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

template <typename Place>
void mark_all(const In<Place> &places, const In<int64_t> &sizes, int64_t limit, const Marks &marks) {
    const Place *place = places.data(), *end = place + places.size();
    bool inside = true;
    {
        nb::gil_scoped_release released;
        for (std::size_t group = 0; inside && group < sizes.size(); ++group) {
            const int64_t size = sizes.data()[group];
            inside = 0 <= size && size <= end - place;
            const uint8_t mark = size > limit ? CROWDED : REPEATED;
            for (const Place *last = place + (inside ? size : 0); place < last; ++place) {
                const auto at = static_cast<std::size_t>(*place);
                if (at < marks.size()) marks.data()[at] = mark;
                inside &= at < marks.size();
            }
        }
    }
    check(inside && place == end, "members of groups must be places of tokens, as many as the groups have");
}

void mark_members(nb::ndarray<nb::ro> places, In<int64_t> sizes, int64_t limit, Marks marks) {
    const nb::object given = nb::cast(places);
    places.dtype() == nb::dtype<uint32_t>() ? mark_all(nb::cast<In<uint32_t>>(given), sizes, limit, marks)
                                            : mark_all(nb::cast<In<int64_t>>(given), sizes, limit, marks);
}

Out<bool> stretch_starts(In<uint8_t> marks, int64_t size, int64_t shingle, int64_t window) {
    constexpr int64_t MOST = int64_t{1} << 60;  // nothing that is added up can overflow
    for (const int64_t tokens : {size, shingle, window}) {
        if (tokens < 1 || tokens > MOST) throw nb::value_error("sizes must be numbers of tokens");
    }
    const std::size_t count = marks.size();
    Column<bool> starts = make_column<bool>(count);
    {
        nb::gil_scoped_release released;
        // Going back, the nearest crowded token and the nearest that stands alone and is certain to be a fingerprint.
        const int64_t first = window - 1, last = size - shingle - first;
        const auto end = static_cast<int64_t>(count);
        constexpr int64_t FAR = INT64_MAX;
        int64_t crowded = FAR, alone = FAR;
        for (int64_t place = end; place-- > 0;) {
            const uint8_t own = marks.data()[place], ahead = first < end - place ? marks.data()[place + first] : uint8_t{NONE};
            crowded = own == CROWDED ? place : crowded;  // no branch: nobody could foretell it
            alone = ahead == ALONE ? place + first : alone;
            starts[place] = (crowded < place + window) & (alone > place + last);
        }
    }
    return hand_over(std::move(starts), count);
}

}  // namespace

void bind_marking(nb::module_ &module) {
    module.def("mark_members", &mark_members, nb::arg("places"), nb::arg("sizes"), nb::arg("limit"),
               nb::arg("marks").noconvert());
    module.def("stretch_starts", &stretch_starts, nb::arg("marks"), nb::arg("size"), nb::arg("shingle"),
               nb::arg("window"));
}

}  // namespace dedup
