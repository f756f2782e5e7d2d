// Which members of groups to pair, as in reference/grouping.py.
#include <algorithm>
#include <utility>
#include <vector>

#include "arrays.h"
#include "documents.h"

namespace dedup {

namespace {

void check_links(const In<int64_t> &sizes, int64_t limit, int64_t back) {
    if (limit < 0 || back < 0) throw nb::value_error("limit and back must not be negative");
    int64_t room = INT64_MAX;
    for (std::size_t group = 0; group < sizes.size(); ++group) {
        const int64_t size = sizes.data()[group];
        if (size < 0 || size > room) throw nb::value_error("sizes of groups must not be negative, nor too large");
        room -= size;
    }
}

// Calls `link(earlier, later)` for the pairs of a group of members `first`, `first` + 1, ...
template <typename Link>
void link_group(int64_t first, int64_t size, int64_t limit, int64_t back, Link link) {
    for (int64_t later = first + 1; later < first + size; ++later) {
        const int64_t rank = later - first;
        const int64_t nearest = size > limit ? std::min(rank, back) : rank;
        for (int64_t step = 1; step <= nearest; ++step) link(later - step, later);
        if (nearest < rank) link(first, later);
    }
}

// Pairs of places, as many as there is room for at most.
class Pairs {
  public:
    explicit Pairs(std::size_t most) : left_(make_column<int64_t>(most)), right_(make_column<int64_t>(most)) {}

    void add(int64_t left, int64_t right) {
        left_[size_] = left;
        right_[size_++] = right;
    }
    nb::tuple hand_over_both() {
        return nb::make_tuple(hand_over(std::move(left_), size_), hand_over(std::move(right_), size_));
    }

  private:
    Column<int64_t> left_, right_;
    std::size_t size_ = 0;
};

// How many pairs `link_group` makes of all groups.
std::size_t count_links(const In<int64_t> &sizes, int64_t limit, int64_t back) {
    std::size_t links = 0;
    const auto most = static_cast<std::size_t>(back) + 1;
    for (std::size_t group = 0; group < sizes.size(); ++group) {
        const auto size = static_cast<std::size_t>(sizes.data()[group]);
        if (!size) continue;
        const std::size_t full = sizes.data()[group] > limit ? std::min(most, size - 1) : size - 1;
        links += full * (full + 1) / 2 + (size - 1 - full) * full;
    }
    return links;
}

nb::tuple link_groups(In<int64_t> sizes, int64_t limit, int64_t back) {
    check_links(sizes, limit, back);
    Pairs pairs(count_links(sizes, limit, back));
    {
        nb::gil_scoped_release released;
        int64_t first = 0;
        for (std::size_t group = 0; group < sizes.size(); ++group) {
            const int64_t size = sizes.data()[group];
            link_group(first, size, limit, back, [&](int64_t earlier, int64_t later) { pairs.add(earlier, later); });
            first += size;
        }
    }
    return pairs.hand_over_both();
}

using Range = uint16_t;

// Pairs of places, put together by the range in which the left one lies.
template <typename Place>
class Anchors {
  public:
    explicit Anchors(std::size_t ranges) : open_(ranges), blocks_(ranges) {}

    void add(int64_t left, int64_t right, Range range) {
        Open &open = open_[range];
        if (open.room == 0) open = begin_block(range);
        --open.room;
        *open.left++ = static_cast<Place>(left);
        *open.right++ = static_cast<Place>(right);
    }

    // The left and right places of each range: blocks, each of which can be let go of by itself.
    nb::list hand_over_all() {
        nb::list ranges;
        for (std::size_t range = 0; range < blocks_.size(); ++range) {
            nb::list blocks;
            for (Block &block : blocks_[range]) {
                const bool last = &block == &blocks_[range].back();
                const std::size_t size = last ? BLOCK - open_[range].room : BLOCK;
                blocks.append(nb::make_tuple(hand_over(std::move(block.left), size),
                                             hand_over(std::move(block.right), size)));
            }
            ranges.append(blocks);
        }
        return ranges;
    }

  private:
    static constexpr std::size_t BLOCK = 1 << 13;  // pairs

    // Where the next pair of a range goes; apart from all else, since the next pair is mostly one of another range.
    struct Open {
        Place *left = nullptr, *right = nullptr;
        std::size_t room = 0;
    };
    struct Block {
        Column<Place> left, right;
    };

    Open begin_block(Range range) {
        blocks_[range].push_back({make_column<Place>(BLOCK), make_column<Place>(BLOCK)});
        const Block &block = blocks_[range].back();
        return {block.left.get(), block.right.get(), BLOCK};
    }

    std::vector<Open> open_;
    std::vector<std::vector<Block>> blocks_;
};

// The postings of one group, and what may be paired.
template <typename Given>
class PostingLinker {
  public:
    PostingLinker(const In<int64_t> &offsets, const int64_t *clusters, const bool *settled, const In<int64_t> &cuts,
                  int64_t limit, int64_t back, const Given *end)
        : document_of_(offsets.data(), offsets.size()), clusters_(clusters), settled_(settled), limit_(limit),
          back_(std::min(back, INT64_MAX - 2)), end_(end) {
        for (std::size_t range = 0; range + 1 < cuts.size(); ++range) {
            ranges_.resize(static_cast<std::size_t>(cuts.data()[range + 1]), static_cast<Range>(range));
        }
    }

    void read(const Given *places, int64_t size) {
        places_ = places;
        size_ = size;
        read_ = 0;
        documents_.resize(static_cast<std::size_t>(large() ? limit_ + 3 + std::min(back_, size) : size));
        if (!large()) read_until(size);
    }

    template <typename Place>
    void link(Anchors<Place> &anchors) {
        link_group(0, size_, limit_, back_, [&](int64_t earlier, int64_t later) {
            read_until(later + 1);
            if (explained(earlier, later) || (large() && settled_[places_[later]])) return;
            const bool to_first = large() && later - earlier > back_;
            if (to_first && document(later) == document(later - 1)) earlier = later - 1;
            add(earlier, later, document(earlier), anchors);
        });
    }

    // Those of the first one's cluster with the first of another cluster.
    template <typename Place>
    void link_outside(Anchors<Place> &anchors) const {
        if (!large()) return;
        const int64_t first = clusters_[find_document(0)];
        const auto of_first = [&](int64_t member) { return clusters_[find_document(member)] == first; };
        int64_t outsider = 1;
        while (outsider < size_ && of_first(outsider)) ++outsider;
        if (outsider == size_) return;
        for (int64_t mate = 0; mate < size_; ++mate) {
            if (!of_first(mate)) continue;
            const int64_t earlier = std::min(mate, outsider);
            add(earlier, std::max(mate, outsider), find_document(earlier), anchors);
        }
    }

  private:
    template <typename Place>
    void add(int64_t earlier, int64_t later, uint32_t document, Anchors<Place> &anchors) const {
        anchors.add(static_cast<int64_t>(places_[earlier]), static_cast<int64_t>(places_[later]), ranges_[document]);
    }
    bool large() const { return size_ > limit_; }

    // Asks for what will be looked at for a posting, of this group or one that follows.
    void fetch(int64_t member) const {
        if (end_ - places_ <= member) return;
        const auto place = static_cast<int64_t>(places_[member]);
        document_of_.fetch(place);
        if (large()) fetch_early(settled_ + place);
    }

    // Documents are held for the first members, and of a large group, which may fill the corpus, for the last ones read.
    void read_until(int64_t end) {
        for (; read_ < end; ++read_) {
            fetch(read_ + AHEAD);
            documents_[slot(read_)] = find_document(read_);
        }
    }
    std::size_t slot(int64_t member) const {
        return static_cast<std::size_t>(member <= limit_ ? member : limit_ + 1 + member % (back_ + 2));
    }
    uint32_t find_document(int64_t member) const {
        return static_cast<uint32_t>(document_of_(static_cast<int64_t>(places_[member])));
    }
    uint32_t document(int64_t member) const { return documents_[slot(member)]; }
    int64_t cluster(int64_t member) const { return clusters_[document(member)]; }
    bool explained(int64_t a, int64_t b) const { return document(a) != document(b) && cluster(a) == cluster(b); }

    DocumentIndex document_of_;
    const int64_t *clusters_;
    const bool *settled_;
    int64_t limit_, back_;
    std::vector<Range> ranges_;  // of documents
    static constexpr int64_t AHEAD = 16;
    const Given *end_;  // of the places of all groups
    const Given *places_ = nullptr;
    int64_t size_ = 0, read_ = 0;
    std::vector<uint32_t> documents_;  // of members that were read
};

// What the links of groups have in common.
struct Links {
    const In<int64_t> &sizes, &offsets, &clusters;
    const In<bool> &settled;
    const In<int64_t> &cuts;
    int64_t limit, back;
};

template <typename Given, typename Place>
nb::list link_all(const In<Given> &places, const Links &links) {
    const In<int64_t> &sizes = links.sizes;
    uint64_t members = 0;
    for (std::size_t group = 0; group < sizes.size(); ++group) members += static_cast<uint64_t>(sizes.data()[group]);
    check(members == places.size(), "the sizes of groups must add up to the number of places");
    bool inside = true;
    const auto end = static_cast<int64_t>(links.settled.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto place = static_cast<int64_t>(places.data()[i]);
        inside &= 0 <= place && place < end;
    }
    check(inside, "places must be those of tokens");
    Anchors<Place> anchors(links.cuts.size() - 1);
    {
        nb::gil_scoped_release released;
        PostingLinker<Given> linker(links.offsets, links.clusters.data(), links.settled.data(), links.cuts, links.limit,
                                    links.back, places.data() + places.size());
        const auto each_group = [&](auto act) {
            const Given *at = places.data();
            for (std::size_t group = 0; group < sizes.size(); at += sizes.data()[group++]) {
                act(at, sizes.data()[group]);
            }
        };
        each_group([&](const Given *at, int64_t size) {
            linker.read(at, size);
            linker.link(anchors);
        });
        each_group([&](const Given *at, int64_t size) {
            if (size <= links.limit) return;
            linker.read(at, size);
            linker.link_outside(anchors);
        });
    }
    return anchors.hand_over_all();
}

nb::list link_postings(nb::ndarray<nb::ro> places, In<int64_t> sizes, In<int64_t> offsets, In<int64_t> clusters,
                       In<bool> settled, In<int64_t> cuts, int64_t limit, int64_t back) {
    check_links(sizes, limit, back);
    check_offsets(offsets, settled.size());
    check_offsets(cuts, offsets.size() - 1);
    if (cuts.size() - 1 > std::size_t{UINT16_MAX} + 1) throw nb::value_error("there are too many ranges");
    if (clusters.size() + 1 != offsets.size()) throw nb::value_error("each document must have a cluster");
    const Links links{sizes, offsets, clusters, settled, cuts, limit, back};
    const nb::object given = nb::cast(places);
    if (settled.size() >= NARROW) return link_all<int64_t, int64_t>(nb::cast<In<int64_t>>(given), links);
    return places.dtype() == nb::dtype<uint32_t>() ? link_all<uint32_t, uint32_t>(nb::cast<In<uint32_t>>(given), links)
                                                   : link_all<int64_t, uint32_t>(nb::cast<In<int64_t>>(given), links);
}

}  // namespace

void bind_linking(nb::module_ &module) {
    module.def("link_groups", &link_groups, nb::arg("sizes"), nb::arg("limit"), nb::arg("back"));
    module.def("link_postings", &link_postings, nb::arg("places"), nb::arg("sizes"), nb::arg("offsets"),
               nb::arg("clusters"), nb::arg("settled"), nb::arg("cuts"), nb::arg("limit"), nb::arg("back"));
}

}  // namespace dedup
