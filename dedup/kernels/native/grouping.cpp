#include "grouping.h"

#include <algorithm>
#include <array>
#include <utility>

#include "arrays.h"

namespace dedup {

namespace {

constexpr std::size_t PARTITIONS = 10;     // a posting takes two hashes' room, so this many hold a fifth of the input's
constexpr std::size_t FIT = 1 << 15;       // or so many: they fit into the second-level cache
constexpr std::size_t BUCKET = 256;        // postings, about
constexpr unsigned MOST_BITS = 16;         // of buckets: their counts stay in the second-level cache
constexpr std::size_t BLOCK = 2048;        // hashes looked at before those of the partition are put into buckets
constexpr std::size_t FEW = 24;            // postings that are sorted by insertion
constexpr unsigned SLOT_BITS = 9;          // a bucket is cut once more, so that most slots hold one posting or two

bool before(const Posting &a, const Posting &b) {
    return a.hash != b.hash ? a.hash < b.hash : a.index < b.index;
}

// Sorts by hash what is sorted by index.
void sort_slot(Posting *postings, std::size_t count) {
    if (count > FEW) {
        // A text that stands in every document fills a slot with one hash. That is in order, once it is apart.
        const uint64_t frequent = postings[count / 2].hash;
        Posting *end = postings + count;
        Posting *same = std::stable_partition(postings, end, [=](const Posting &p) { return p.hash < frequent; });
        Posting *more = std::stable_partition(same, end, [=](const Posting &p) { return p.hash == frequent; });
        std::sort(postings, same, before);
        std::sort(more, end, before);
        return;
    }
    for (std::size_t i = 1; i < count; ++i) {
        const Posting posting = postings[i];
        std::size_t k = i;
        for (; k > 0 && posting.hash < postings[k - 1].hash; --k) postings[k] = postings[k - 1];
        postings[k] = posting;
    }
}

}  // namespace

EqualGroups::EqualGroups(const uint64_t *hashes, std::size_t count) : hashes_(hashes), count_(count) {
    unsigned bits = 0;
    while (bits < MOST_BITS && count >> bits > BUCKET) ++bits;
    shift_ = 64 - bits;
    begins_.assign((std::size_t{1} << bits) + 1, 0);
    for (std::size_t i = 0; i < count; ++i) ++begins_[bucket_of(hashes[i]) + 1];
    for (std::size_t bucket = 1; bucket < begins_.size(); ++bucket) begins_[bucket] += begins_[bucket - 1];
}

void EqualGroups::find(int64_t *order, int64_t *sizes) {
    const std::size_t buckets = begins_.size() - 1;
    const std::size_t most = std::max(count_ / PARTITIONS, FIT);
    for (std::size_t first = 0, last; first < buckets; first = last) {
        last = first + 1;
        while (last < buckets && begins_[last + 1] - begins_[first] <= most) ++last;
        fill(first, last);
        for (std::size_t bucket = first; bucket < last; ++bucket) {
            Posting *postings = partition_.get() + (begins_[bucket] - begins_[first]);
            const std::size_t count = begins_[bucket + 1] - begins_[bucket];
            if (count < 2) continue;
            sort_bucket(postings, count);
            emit(postings, count, order, sizes);
        }
    }
}

// Puts the postings of some buckets, bucket after bucket, into the partition.
void EqualGroups::fill(std::size_t first, std::size_t last) {
    const std::size_t base = begins_[first], size = begins_[last] - base;
    if (!size) return;
    if (capacity_ < size) {
        capacity_ = std::max(size, count_ / PARTITIONS);
        partition_ = make_column<Posting>(capacity_);
    }
    at_.assign(begins_.data() + first, begins_.data() + last);
    std::array<std::uint32_t, BLOCK> chosen;
    for (std::size_t begin = 0; begin < count_; begin += BLOCK) {
        const uint64_t *block = hashes_ + begin;
        const auto count = static_cast<uint32_t>(std::min(BLOCK, count_ - begin));
        std::size_t found = 0;
        for (uint32_t i = 0; i < count; ++i) {
            chosen[found] = i;  // no branch: nobody could foretell it
            found += bucket_of(block[i]) - first < last - first;
        }
        for (std::size_t k = 0; k < found; ++k) {
            const uint64_t hash = block[chosen[k]];
            partition_[at_[bucket_of(hash) - first]++ - base] = {hash, static_cast<int64_t>(begin + chosen[k])};
        }
    }
}

void EqualGroups::sort_bucket(Posting *postings, std::size_t count) {
    constexpr std::size_t SLOTS = std::size_t{1} << SLOT_BITS;
    if (count <= FEW) return sort_slot(postings, count);
    const uint64_t hash = postings[0].hash;
    if (std::all_of(postings, postings + count, [=](const Posting &p) { return p.hash == hash; })) return;
    const unsigned shift = shift_ - SLOT_BITS;
    std::array<std::size_t, SLOTS + 1> begins{};
    for (std::size_t i = 0; i < count; ++i) ++begins[((postings[i].hash >> shift) & (SLOTS - 1)) + 1];
    for (std::size_t slot = 1; slot <= SLOTS; ++slot) begins[slot] += begins[slot - 1];
    if (scratch_.size() < count) scratch_.resize(count);
    std::copy(postings, postings + count, scratch_.begin());
    auto at = begins;
    for (std::size_t i = 0; i < count; ++i) {
        postings[at[(scratch_[i].hash >> shift) & (SLOTS - 1)]++] = scratch_[i];
    }
    for (std::size_t slot = 0; slot < SLOTS; ++slot) {
        const std::size_t size = begins[slot + 1] - begins[slot];
        if (size > 1) sort_slot(postings + begins[slot], size);
    }
}

void EqualGroups::emit(const Posting *postings, std::size_t count, int64_t *order, int64_t *sizes) {
    for (std::size_t begin = 0, end; begin < count; begin = end) {
        end = begin + 1;
        while (end < count && postings[end].hash == postings[begin].hash) ++end;
        if (end - begin < 2) continue;
        for (std::size_t i = begin; i < end; ++i) order[members_++] = postings[i].index;
        sizes[groups_++] = static_cast<int64_t>(end - begin);
    }
}

namespace {

nb::tuple equal_groups(In<uint64_t> hashes) {
    auto order = make_column<int64_t>(hashes.size());
    auto sizes = make_column<int64_t>(hashes.size() / 2);
    std::size_t members = 0, groups = 0;
    {
        nb::gil_scoped_release released;
        EqualGroups found(hashes.data(), hashes.size());
        found.find(order.get(), sizes.get());
        members = found.members(), groups = found.groups();
    }
    return nb::make_tuple(hand_over(std::move(order), members), hand_over(std::move(sizes), groups));
}

// How many values two sorted sets share.
int64_t shared(const uint64_t *a, const uint64_t *a_end, const uint64_t *b, const uint64_t *b_end) {
    int64_t count = 0;
    while (a < a_end && b < b_end) {
        const uint64_t x = *a, y = *b;
        count += x == y;
        a += x <= y;
        b += y <= x;
    }
    return count;
}

Out<int64_t> shared_counts(In<uint64_t> values, In<int64_t> offsets, In<int64_t> left, In<int64_t> right) {
    check_offsets(offsets, values.size());
    if (left.size() != right.size()) throw nb::value_error("left and right must be of one length");
    auto counts = make_column<int64_t>(left.size());
    bool inside = true;
    {
        nb::gil_scoped_release released;
        const auto sets = static_cast<int64_t>(offsets.size()) - 1;
        const int64_t *at = offsets.data();
        for (std::size_t i = 0; i < left.size(); ++i) {
            const int64_t a = left.data()[i], b = right.data()[i];
            inside = inside && 0 <= a && a < sets && 0 <= b && b < sets;
            if (!inside) break;
            const uint64_t *value = values.data();
            counts[i] = shared(value + at[a], value + at[a + 1], value + at[b], value + at[b + 1]);
        }
    }
    if (!inside) throw nb::index_error("left and right must be numbers of sets");
    return hand_over(std::move(counts), left.size());
}

}  // namespace

void bind_grouping(nb::module_ &module) {
    module.def("equal_groups", &equal_groups, nb::arg("hashes"));
    module.def("shared_counts", &shared_counts, nb::arg("values"), nb::arg("offsets"), nb::arg("left"),
               nb::arg("right"));
}

}  // namespace dedup
