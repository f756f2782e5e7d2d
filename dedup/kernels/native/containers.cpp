// Which passages lie inside larger ones, as in reference/containers.py.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <tuple>
#include <vector>

#include "arrays.h"

namespace dedup {

namespace {

// `Index` is as narrow as the number of uses allows, `Place` as that of tokens.
template <typename Index, typename Place>
class Nesting {
public:
    Nesting(const In<Place> &passage, const In<Place> &first, const In<Place> &last, std::size_t count)
        : passage_(passage.data()), first_(first.data()), last_(last.data()), small_(count, true), holders_(count),
          places_(count, 0) {
        std::vector<Index> order(passage.size());
        std::iota(order.begin(), order.end(), Index{0});
        std::sort(order.begin(), order.end(), [this](Index a, Index b) { return place(a) < place(b); });
        find_small(order);
        keep_near(order);
        sweep(order);
    }

    void write(int64_t *into) {
        std::iota(into, into + small_.size(), int64_t{0});
        for (std::size_t number = small_.size(); number-- > 0;) {  // of two with the same uses the first stays
            if (small_[number]) into[number] = container(number, into);
        }
    }

private:
    // A use of another passage that reaches around a place of a small one.
    struct Holder {
        Index other, place, use;
        auto values() const { return std::tie(other, place, use); }
        bool operator<(const Holder &another) const { return values() < another.values(); }
    };

    std::tuple<int64_t, int64_t, int64_t> place(Index use) const {
        return {first_[use], -static_cast<int64_t>(last_[use]), passage_[use]};
    }
    bool same_range(Index a, Index b) const { return first_[a] == first_[b] && last_[a] == last_[b]; }
    std::size_t passage(Index use) const { return static_cast<std::size_t>(passage_[use]); }

    // Small are passages whose every use lies inside others; never of one's own passage, whose uses do not overlap.
    void find_small(const std::vector<Index> &order) {
        int64_t reached = -1;
        for (std::size_t k = 0; k < order.size(); ++k) {
            const Index use = order[k];
            const auto last = static_cast<int64_t>(last_[use]);
            const bool inside = reached >= last || (k + 1 < order.size() && same_range(use, order[k + 1]));
            if (!inside) small_[passage(use)] = false;
            reached = std::max(reached, last);
        }
    }

    // Keeps the uses in which a small passage has one: of the others none may hold it.
    void keep_near(std::vector<Index> &order) const {
        std::vector<Place> begins;
        for (const Index use : order) {
            if (small_[passage(use)]) begins.push_back(first_[use]);
        }
        const auto is_far = [&](Index use) {
            const auto next = std::lower_bound(begins.begin(), begins.end(), first_[use]);
            return next == begins.end() || *next >= last_[use];
        };
        order.erase(std::remove_if(order.begin(), order.end(), is_far), order.end());
    }

    // Collects the holders of each place of a small passage; one that has none anywhere is not small.
    void sweep(const std::vector<Index> &order) {
        std::vector<Index> open;
        for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
            while (end < order.size() && same_range(order[begin], order[end])) ++end;
            const Place start = first_[order[begin]], stop = last_[order[begin]];
            open.erase(std::remove_if(open.begin(), open.end(), [&](Index use) { return last_[use] <= start; }),
                       open.end());
            open.insert(open.end(), order.begin() + static_cast<std::ptrdiff_t>(begin),
                        order.begin() + static_cast<std::ptrdiff_t>(end));
            for (std::size_t k = begin; k < end; ++k) {
                if (small_[passage(order[k])]) hold(passage(order[k]), stop, open);
            }
        }
    }

    void hold(std::size_t number, Place stop, const std::vector<Index> &open) {
        std::vector<Holder> &own = holders_[number];
        const std::size_t before = own.size();
        for (const Index use : open) {
            if (last_[use] >= stop && passage(use) != number) {
                own.push_back({static_cast<Index>(passage_[use]), places_[number], use});
            }
        }
        if (own.size() == before) {
            small_[number] = false;
            std::vector<Holder>().swap(own);
        }
        ++places_[number];
    }

    // The first passage that has another use around each place of a small one and stays itself; or the small one.
    int64_t container(std::size_t number, const int64_t *into) {
        std::vector<Holder> &own = holders_[number];
        std::sort(own.begin(), own.end());
        std::vector<Index> uses;
        for (std::size_t begin = 0, end = 0; begin < own.size(); begin = end) {
            const Index other = own[begin].other;
            Index places = 0;
            uses.clear();
            for (; end < own.size() && own[end].other == other; ++end) {
                places += end == begin || own[end].place != own[end - 1].place;
                uses.push_back(own[end].use);
            }
            if (places < places_[number] || into[other] != static_cast<int64_t>(other)) continue;
            std::sort(uses.begin(), uses.end());
            const auto different = std::unique(uses.begin(), uses.end()) - uses.begin();
            if (static_cast<int64_t>(different) >= static_cast<int64_t>(places)) return static_cast<int64_t>(other);
        }
        return static_cast<int64_t>(number);
    }

    const Place *passage_, *first_, *last_;
    std::vector<bool> small_;
    std::vector<std::vector<Holder>> holders_;  // of each passage
    std::vector<Index> places_;                 // how many places of each passage were seen
};

template <typename Place>
Out<int64_t> containers(In<Place> passage, In<Place> first, In<Place> last, std::size_t count) {
    const std::size_t uses = passage.size();
    check(first.size() == uses && last.size() == uses, "arrays must be of one length");
    check_ranges(first.data(), last.data(), uses);
    for (std::size_t k = 0; k < uses; ++k) {
        check(static_cast<uint64_t>(passage.data()[k]) < count, "uses must be those of the passages");
    }
    auto into = make_column<int64_t>(count);
    {
        nb::gil_scoped_release released;
        if (std::max(uses, count) < NARROW) {
            Nesting<uint32_t, Place>(passage, first, last, count).write(into.get());
        } else {
            Nesting<int64_t, Place>(passage, first, last, count).write(into.get());
        }
    }
    return hand_over(std::move(into), count);
}

}  // namespace

void bind_containers(nb::module_ &module) {
    const auto exact = [](const char *name) { return nb::arg(name).noconvert(); };
    module.def("containers", &containers<uint32_t>, exact("passage"), exact("first"), exact("last"), nb::arg("count"));
    module.def("containers", &containers<int64_t>);
}

}  // namespace dedup
