// Equal stretches of tokens, group after group, as in reference/grouping.py.
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "arrays.h"
#include "grouping.h"
#include "hashing.h"
#include "twice.h"

namespace dedup {

namespace {

struct Window {
    uint64_t hash;
    int64_t place;
};

// The windows of `size` tokens that begin at marked places and do not leave their document.
class Windows {
    static constexpr std::size_t FEW = 512;
    static constexpr int64_t WORD = 8;  // marks that are looked at together

  public:
    static constexpr std::size_t MOST = FEW + WORD;  // windows at a time

    Windows(const In<uint64_t> &keys, const In<bool> &starts, const In<int64_t> &offsets, int64_t size)
        : keys_(keys.data()), starts_(starts.data()), offsets_(offsets.data()), documents_(offsets.size() - 1),
          size_(size) {
        for (int64_t i = 0; i < size; ++i) highest_ *= SHINGLE_MULTIPLIER;
    }

    // How many there are at most.
    std::size_t most() const { return static_cast<std::size_t>(offsets_[documents_]); }

    // Calls `act(windows, count)` for a few at a time, by place.
    template <typename Act>
    void each_few(Act act) const {
        std::array<Window, MOST> few;
        std::size_t count = 0;
        for (std::size_t document = 0; document < documents_; ++document) {
            const int64_t end = offsets_[document + 1] - size_ + 1;
            for (int64_t place = offsets_[document]; place < end; place += WORD) {
                const auto marks = static_cast<int64_t>(std::min<int64_t>(WORD, end - place));
                if (none(place, marks)) continue;
                for (int64_t i = 0; i < marks; ++i) {  // no branch: nobody could foretell it
                    few[count].place = place + i;
                    count += starts_[place + i] ? 1 : 0;
                }
                if (count < FEW) continue;
                hash(few.data(), count);
                act(few.data(), count);
                count = 0;
            }
        }
        hash(few.data(), count);
        act(few.data(), count);
    }

  private:
    bool none(int64_t place, int64_t marks) const {
        uint64_t word = 1;
        if (marks == WORD) std::memcpy(&word, starts_ + place, sizeof word);
        return !word;
    }

    void hash(Window *windows, std::size_t count) const {
        uint64_t total = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const int64_t place = windows[i].place;
            // The polynomial of the next place takes up one token and drops one.
            if (size_ > WORD && i && windows[i - 1].place + 1 == place) {
                total = total * SHINGLE_MULTIPLIER + keys_[place + size_ - 1] - keys_[place - 1] * highest_;
            } else {
                total = polynomial(keys_ + place, static_cast<std::size_t>(size_));
            }
            windows[i].hash = mix64(total);
        }
    }

    const uint64_t *keys_;
    const bool *starts_;
    const int64_t *offsets_;
    std::size_t documents_;
    int64_t size_;
    uint64_t highest_ = 1;
};

// Which hashes are looked at: those that are `number` modulo `count`. (Not a range: fingerprints are the least of
// several hashes, so that most are small.)
struct Part {
    uint64_t number, count;
    bool holds(uint64_t hash) const { return (hash & (count - 1)) == number; }
};

// The windows of one part, put into buckets by the upper bits of their hashes, each in the order of their places.
// A bucket is a chain of blocks, which is what a footer in every document needs: nobody knows how large a bucket gets.
template <typename Place>
class Buckets {
  public:
    Buckets(const Windows &windows, Part part) {
        const std::size_t most = windows.most() / part.count;
        while (bits_ < MOST_BITS && most >> bits_ > BUCKET) ++bits_;
        buckets_.resize(std::size_t{1} << bits_);
        next_.push_back(0);
        windows.each_few([&](const Window *few, std::size_t count) {
            std::array<uint32_t, Windows::MOST> chosen;
            std::size_t found = 0;
            for (std::size_t i = 0; i < count; ++i) {
                chosen[found] = static_cast<uint32_t>(i);  // no branch: nobody could foretell it
                found += part.holds(few[i].hash);
            }
            for (std::size_t k = 0; k < found; ++k) add(few[chosen[k]]);
        });
    }

    std::size_t count() const { return buckets_.size(); }
    std::size_t size() const { return size_; }

    // Those of a bucket that may stand more than once: most windows of ordinary text stand alone. The bits that are the
    // same in all are left out of their hashes.
    void read(std::size_t number, std::vector<uint64_t> &hashes, std::vector<Place> &places) {
        const Bucket &bucket = buckets_[number];
        const std::size_t size = bucket.alike + bucket.others;
        if (hashes.size() < size + 1) hashes.resize(size + 1), places.resize(size + 1);
        seen_.begin(SLOTS * size);
        const unsigned shift = 64 - seen_.bits();
        each_window(bucket, [&](uint64_t hash, Place) { seen_.add(hash >> shift); });
        found_ = 0;
        each_window(bucket, [&](uint64_t hash, Place place) {
            hashes[found_] = hash;  // no branch: nobody could foretell it
            places[found_] = place;
            found_ += seen_.twice(hash >> shift);
        });
    }

    // The places of a bucket whose hashes are all the same, as where one word is repeated throughout; returns how many
    // they are, or 0 where they are not.
    std::size_t read_alike(std::size_t number, Place *places) const {
        const Bucket &bucket = buckets_[number];
        if (bucket.others || bucket.alike < 2) return 0;
        each_window(bucket, [&](uint64_t, Place place) { *places++ = place; });
        return bucket.alike;
    }

    // How many those of the bucket last read are.
    std::size_t found() const { return found_; }

  private:
    static constexpr std::size_t BUCKET = 1 << 14;  // windows: what is done with them stays in the second-level cache
    static constexpr unsigned MOST_BITS = 9;        // and so do the lines that are written to
    static constexpr std::size_t SLOTS = 2;         // for each hash of a bucket: more would leave the cache
    static constexpr std::size_t SIZE = 256;        // windows in a block
    static constexpr std::size_t CHUNK = 256;       // blocks of one piece of memory, little enough to be had again

    struct Block {
        uint64_t hashes[SIZE];
        Place places[SIZE];
    };
    static constexpr std::size_t ALIKE = sizeof(Block) / sizeof(Place);  // places in a block without hashes

    // As long as all hashes are the same, the bucket knows it and its blocks hold places alone; then follow the others.
    struct Bucket {
        uint64_t hash = 0;
        std::size_t alike = 0, others = 0;
        std::size_t first = 0, last = 0;  // blocks; 0 is none
    };

    void add(const Window &window) {
        Bucket &bucket = buckets_[bits_ ? window.hash >> (64 - bits_) : 0];
        const uint64_t hash = window.hash << bits_;
        const auto place = static_cast<Place>(window.place);
        ++size_;
        if (!bucket.others && (!bucket.alike || bucket.hash == hash)) {
            const std::size_t at = bucket.alike++ % ALIKE;
            if (!at) append_block(bucket);
            bucket.hash = hash;
            places_of(bucket.last)[at] = place;
            return;
        }
        const std::size_t at = bucket.others++ % SIZE;
        if (!at) append_block(bucket);
        Block &block = block_at(bucket.last);
        block.hashes[at] = hash;
        block.places[at] = place;
    }

    void append_block(Bucket &bucket) {
        const std::size_t fresh = next_.size();
        (bucket.last ? next_[bucket.last] : bucket.first) = fresh;
        bucket.last = fresh;
        next_.push_back(0);
        if (fresh % CHUNK == 1) chunks_.push_back(make_column<unsigned char>(CHUNK * sizeof(Block)));
    }

    void *memory_of(std::size_t number) const {
        return chunks_[(number - 1) / CHUNK].get() + (number - 1) % CHUNK * sizeof(Block);
    }
    Block &block_at(std::size_t number) const { return *static_cast<Block *>(memory_of(number)); }
    Place *places_of(std::size_t number) const { return static_cast<Place *>(memory_of(number)); }

    // Calls `act(hash, place)` with the windows of a bucket.
    template <typename Act>
    void each_window(const Bucket &bucket, Act act) const {
        std::size_t number = bucket.first;
        for (std::size_t done = 0; done < bucket.alike; done += ALIKE, number = next_[number]) {
            const Place *places = places_of(number);
            const std::size_t own = std::min(ALIKE, bucket.alike - done);
            for (std::size_t i = 0; i < own; ++i) act(bucket.hash, places[i]);
        }
        for (std::size_t done = 0; done < bucket.others; done += SIZE, number = next_[number]) {
            const Block &block = block_at(number);
            const std::size_t own = std::min(SIZE, bucket.others - done);
            for (std::size_t i = 0; i < own; ++i) act(block.hashes[i], block.places[i]);
        }
    }

    unsigned bits_ = 0;
    std::vector<Column<unsigned char>> chunks_;
    std::vector<std::size_t> next_;  // of each block, the one that goes on
    std::vector<Bucket> buckets_;
    std::size_t size_ = 0, found_ = 0;
    Twice seen_;
};

// Places from which equal tokens stand, group after group, and the sizes of the groups.
template <typename Place>
struct Groups {
    Column<Place> places;
    Column<int64_t> sizes;
    std::size_t members = 0, count = 0;
};

template <typename Place>
Groups<Place> group_windows(const Windows &windows, Part part) {
    Buckets<Place> buckets(windows, part);
    Groups<Place> groups{make_column<Place>(buckets.size()), make_column<int64_t>(buckets.size() / 2)};
    std::vector<int64_t> order;
    std::vector<uint64_t> hashes;
    std::vector<Place> places;
    for (std::size_t bucket = 0; bucket < buckets.count(); ++bucket) {
        Place *own = groups.places.get() + groups.members;
        if (const std::size_t size = buckets.read_alike(bucket, own)) {
            groups.members += size;
            groups.sizes[groups.count++] = static_cast<int64_t>(size);
            continue;
        }
        buckets.read(bucket, hashes, places);
        EqualGroups equal(hashes.data(), buckets.found());
        order.resize(buckets.found());
        equal.find(order.data(), groups.sizes.get() + groups.count);
        for (std::size_t i = 0; i < equal.members(); ++i) own[i] = places[static_cast<std::size_t>(order[i])];
        groups.members += equal.members();
        groups.count += equal.groups();
    }
    return groups;
}

template <typename Place>
nb::tuple group_all(const Windows &windows, Part part) {
    Groups<Place> groups;
    {
        nb::gil_scoped_release released;
        groups = group_windows<Place>(windows, part);
    }
    return nb::make_tuple(hand_over(std::move(groups.places), groups.members),
                          hand_over(std::move(groups.sizes), groups.count));
}

nb::tuple equal_windows(In<uint64_t> keys, In<bool> starts, In<int64_t> offsets, int64_t size, uint64_t part,
                        uint64_t parts) {
    check_offsets(offsets, keys.size());
    if (starts.size() != keys.size()) throw nb::value_error("each token must be a start or not");
    if (size < 1) throw nb::value_error("a window must have a token");
    if (part >= parts || parts & (parts - 1)) throw nb::value_error("there must be 1, 2, 4, ... parts");
    const auto longest = static_cast<int64_t>(keys.size()) + 1;  // no document has such a window
    const Windows windows(keys, starts, offsets, std::min(size, longest));
    return keys.size() < NARROW ? group_all<uint32_t>(windows, {part, parts})
                                : group_all<int64_t>(windows, {part, parts});
}

}  // namespace

void bind_windows(nb::module_ &module) {
    module.def("equal_windows", &equal_windows, nb::arg("keys"), nb::arg("starts"), nb::arg("offsets"),
               nb::arg("size"), nb::arg("part") = 0, nb::arg("parts") = 1);
}

}  // namespace dedup
